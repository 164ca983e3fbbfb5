"""A letter's HTML as a document of its own: no scripts, links in a new tab, light or dark as the reader chose."""

import re

from starlette.responses import HTMLResponse

from outreach.sandbox.letters import Letter

_OPENINGS = [re.compile(tag, re.IGNORECASE) for tag in (r"<head(\s[^>]*)?>", r"<html(\s[^>]*)?>", r"<!doctype[^>]*>")]
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)

# A media condition that always holds, and one that never does, which `and` and `not` may stand around.
_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"


def document(letter: Letter, *, dark: bool, pictures: bool) -> HTMLResponse:
    """Answer with the letter's HTML under a policy that lets it show itself and do nothing."""
    return HTMLResponse(
        _for_reader(letter.content.html, dark=dark),
        headers={
            "content-security-policy": (
                f"default-src 'none'; img-src {'http: https: ' if pictures else ''}data:; style-src 'unsafe-inline'; "
                "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
            ),
            "content-language": letter.language,
        },
    )


def _for_reader(html: str, *, dark: bool) -> str:
    """Settle the colour scheme in the letter itself: browsers would ask the machine, not the switch on the page."""
    scheme = "dark" if dark else "light"
    settled = _SCHEME.sub(lambda asked: _ALWAYS if asked[1].lower() == scheme else _NEVER, html)
    ours = f'<base target="_blank"><style>:root {{ color-scheme: only {scheme}; }}</style>'
    place = _inside_head(settled)
    return settled[:place] + ours + settled[place:]


def _inside_head(html: str) -> int:
    """Return where the head begins, or the nearest place that leaves the doctype first."""
    found = next(filter(None, (opening.search(html) for opening in _OPENINGS)), None)
    return found.end() if found else 0
