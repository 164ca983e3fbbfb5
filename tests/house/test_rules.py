"""Rules of the house that no linter knows."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from outreach.delivery import partitions
from outreach.foundation import embedded, schema
from outreach.foundation import settings as given
from outreach.foundation.database import engine
from outreach.foundation.embedded import databases
from outreach.foundation.jobs import Job
from workers.schedule import TIMETABLE

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "outreach").rglob("*.py"))


@pytest.fixture
def tasks(servers: embedded.Addresses) -> set[str]:
    """Name what a worker does. Its application is bound to the servers that are set when it is imported."""
    return set(import_module("workers.app").app.tasks)


def test_imports_go_only_downwards() -> None:
    linted = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert linted.returncode == 0, linted.stdout


def test_only_the_transaction_commits() -> None:
    # The sandbox provider is a peer with a database of its own.
    commits = [
        f"{source.relative_to(ROOT)}:{number}"
        for source in SOURCES
        if "sandbox" not in source.parts
        for number, line in enumerate(source.read_text().splitlines(), start=1)
        if ".commit(" in line
    ]

    assert commits == [one for one in commits if one.startswith("outreach/foundation/database.py")]
    assert len(commits) == 1


def test_every_job_is_bound_to_a_function(tasks: set[str]) -> None:
    named = {
        name
        for source in (*SOURCES, *(ROOT / "workers").glob("*.py"))
        for name in re.findall(r'Job\("([a-z_.]+)"', source.read_text())
        if not source.name.startswith("jobs.")
    }

    assert named
    assert named <= tasks


def test_the_timetable_rings_only_for_bound_jobs(tasks: set[str]) -> None:
    assert {entry["task"] for entry in TIMETABLE.values()} <= tasks
    assert not any(
        "expires" in entry["options"] for entry in TIMETABLE.values()
    )  # by a worker's clock, which may be wrong
    assert Job("delivery.send").queue == "upkeep"


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    names = {f"OUTREACH_{name.upper()}" for name in given.Settings.model_fields if name != "providers"}
    names |= {f"OUTREACH_{provider}_{name}" for provider, own in given.PROVIDER_SETTINGS.items() for name in own}

    assert {name for name in names if name not in documented} == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(source.relative_to(ROOT))
        for source in SOURCES
        if not source.read_text().lstrip().startswith(('"""', 'r"""'))
    ]

    assert silent == []


def test_the_schema_is_what_the_tables_say(servers: embedded.Addresses) -> None:
    with engine().connect() as connection:
        described = MigrationContext.configure(connection, opts={"include_object": partitions.is_described})
        differences = compare_metadata(described, SQLModel.metadata)

    assert differences == []


def test_the_schema_goes_down_and_up_again(servers: embedded.Addresses) -> None:
    name = "outreach_test_migrations"
    url = databases.create(servers.database_url, name)
    try:
        environment = {"OUTREACH_DATABASE_URL": url, "OUTREACH_REDIS_URL": servers.redis_url}
        for step in ("upgrade head", "downgrade base", "upgrade head"):
            done = subprocess.run(
                [sys.executable, "-c", f"from tests.house.migrate import run; run({step!r})"],
                cwd=ROOT,
                env={**given_environment(), **environment},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    finally:
        databases.drop(servers.database_url, name)
    assert schema.newest() == max(one.stem for one in (ROOT / "alembic" / "versions").glob("*.py"))[:4]


def given_environment() -> dict[str, str]:
    """Return the variables that a child process needs to find Python and nothing of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
