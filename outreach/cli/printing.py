"""How commands answer: a table for people, JSON for programs, a progress bar where there is a terminal."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console(highlight=False)


def say(sentence: str) -> None:
    """Print one line."""
    console.print(sentence, markup=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers_from: int = 1) -> None:
    """Print a table; columns from `numbers_from` on stand to the right."""
    if title:  # by itself: above a narrow table rich would wrap it
        console.print(title, style="bold", markup=False, soft_wrap=True)
    drawn = Table(header_style="bold", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        drawn.add_column(column, justify="right" if position >= numbers_from else "left", no_wrap=position == 0)
    for row in rows:
        drawn.add_row(*(str(cell) for cell in row))
    # Off a terminal a table is as wide as it needs to be: a log wraps nothing away.
    (console if sys.stdout.isatty() else Console(highlight=False, width=160)).print(drawn)


def as_json(rows: Any) -> None:
    """Print rows as JSON, names unescaped."""
    sys.stdout.write(json.dumps(rows, default=_plain, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def bar(label: str, total: int) -> Iterator["Bar"]:
    """Show progress: a bar on a terminal, a line now and then elsewhere."""
    if console.is_terminal:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        ) as progress:
            task = progress.add_task(label, total=total)
            yield Bar(lambda done: progress.update(task, completed=done), total)
    else:
        steps = {total * quarter // 4 for quarter in range(1, 5)}

        def tell(done: int) -> None:
            for step in sorted(one for one in steps if one <= done):
                steps.discard(step)
                say(f"{label}: {step}/{total}")

        yield Bar(tell, total)


class Bar:
    """A running progress report."""

    def __init__(self, show: Any, total: int) -> None:
        self._show = show
        self.total = total

    def at(self, done: int) -> None:
        """Report how much is done."""
        self._show(min(done, self.total))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Enum):
        return value.value
    return str(value)
