"""Plain text as a page lays it out: each line a paragraph, lines that begin with a hyphen a list."""

from itertools import groupby


def laid_out(text: str) -> list[tuple[str, list[str]]]:
    """Return the parts of a text in order: ("p", lines) or ("ul", items)."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [
        ("ul" if is_item else "p", [line.removeprefix("-").strip() if is_item else line for line in group])
        for is_item, group in groupby(lines, key=lambda line: line.startswith("- "))
    ]
