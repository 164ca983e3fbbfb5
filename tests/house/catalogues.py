"""Put new messages into the catalogues and take old ones out: `make messages`. What is translated already stays.

The mapping from files to methods is that of pyproject.toml, the one that every tool of Babel reads.
"""

import tomllib
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from outreach.foundation.places import translations

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("sv", "zh_Hans")


def collect() -> Catalog:
    """Return every message of the product, with the files that it stands in."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    methods: list[tuple[str, str]] = []
    options: dict[str, dict[str, str]] = {}
    for mapping in mappings:
        patterns = mapping.pop("pattern")
        method = mapping.pop("method")
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            methods.append((pattern, method))
            options[pattern] = mapping
    found = Catalog()
    for file, line, message, _comments, context in extract_from_dir(
        str(ROOT),
        method_map=methods,
        options_map=options,
        keywords=DEFAULT_KEYWORDS | {"lazy": None},
        directory_filter=_is_ours,
    ):
        found.add(message, locations=[(file, line)], context=context)
    return found


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it stands."""
    file = _file(language)
    return read_po(BytesIO(file.read_bytes() if file.exists() else b""), locale=language, domain="outreach")


def write(catalogue: Catalog) -> None:
    """Write a catalogue: a header with what gettext needs and no more, then the messages file by file."""
    language = str(catalogue.locale_identifier)
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    header = [
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    ]
    lines = "".join(f'"{line}\\n"\n' for line in header)
    file = _file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(f'msgid ""\nmsgstr ""\n{lines}\n'.encode() + body.getvalue().strip(b"\n") + b"\n")


def _file(language: str) -> Path:
    return translations() / language / "LC_MESSAGES" / "outreach.po"


def _is_ours(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[:1] in ((), ("outreach",), ("templates",))


if __name__ == "__main__":
    template = collect()
    for tag in LANGUAGES:
        known = read(tag)
        known.update(template, no_fuzzy_matching=True)
        write(known)
