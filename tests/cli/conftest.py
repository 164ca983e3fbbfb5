"""Fixtures: a shell, and an installation to type commands at."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach.foundation import embedded
from tests.cli.shell import Said, Shell

Type = Callable[..., Said]


@pytest.fixture(scope="session")
def shell() -> Iterator[Shell]:
    """A shell for the whole run."""
    opened = Shell()
    yield opened
    opened.close()


@pytest.fixture
def bare(shell: Shell, tmp_path: Path) -> Type:
    """Type a command in an empty folder, on a machine where nothing is set but what is given: `home=…`."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return lambda *words, **settings: shell.run(*words, folder=folder, **settings)


@pytest.fixture
def outreach(bare: Type, database: embedded.Addresses) -> Type:
    """Type a command at an installation whose database is empty but for the topics."""
    own = {name: value for name, value in os.environ.items() if name.startswith("OUTREACH_")}
    settings = {name.removeprefix("OUTREACH_").lower(): value for name, value in own.items()}
    return lambda *words, **changed: bare(*words, **settings | changed)
