"""Jinja as the whole house uses it: everything is escaped, a name that is missing is an error, words are translated."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from outreach.foundation import locale


def environment(folder: Path, *, trimmed: bool = True, auto_reload: bool = False) -> Environment:
    """Make an environment for the templates of a folder; the language is the one in use when one is rendered.

    `trimmed` blocks leave no line of their own.
    """
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        optimized=False,  # else `0.95 | percent` is worked out once, in the language of whoever comes first
        trim_blocks=trimmed,
        lstrip_blocks=trimmed,
        auto_reload=auto_reload,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined] # added by the i18n extension
        locale.gettext, locale.ngettext, newstyle=True, pgettext=locale.pgettext
    )
    return made
