"""The providers' own documents, which stand beside the repository in `../shared/providers`; see its README."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from outreach.web.static.build import ROOT

FOLDER: Final = ROOT.parent / "shared" / "providers"


def spec(name: str) -> Path:
    """Return the OpenAPI document, hardened for a validating mock, of a provider."""
    return _there(FOLDER / "specs" / "strict" / name)


def webhooks(provider: str) -> list[dict[str, Any]]:
    """Return the webhook calls that a provider documents, each with what must be made of it."""
    cases: list[dict[str, Any]] = json.loads(_there(FOLDER / "webhooks" / f"{provider}.json").read_text("utf-8"))[
        "cases"
    ]
    return cases


def index() -> dict[str, Any]:
    """Return what the words in those expectations mean, and the list of all calls."""
    found: dict[str, Any] = _read(FOLDER / "index.json")
    return found


def _read(file: Path) -> Any:
    return json.loads(_there(file).read_text(encoding="utf-8"))


def _there(file: Path) -> Path:
    if not file.is_file():
        pytest.fail(f"The contract tests read the providers' documents, and there is no {file}.", pytrace=False)
    return file
