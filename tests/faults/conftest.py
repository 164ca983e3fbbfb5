"""One installation for all stories of faults, with servers that a story may stop; emptied around each story."""

from collections.abc import Callable, Iterator
from dataclasses import astuple
from uuid import UUID

import pytest

from outreach.delivery import providers
from outreach.foundation import database, http, jobs, redis, settings
from tests import emptying
from tests.conftest import CLAIM
from tests.delivery.post_office import PostOffice
from tests.faults.world import Account, Pair, World, account, installed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one test process have all of these stories: they share servers, and each wants the machine to itself."""
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.xdist_group("faults"))
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    pair = Pair()
    try:
        with installed(pair, tmp_path_factory.mktemp("faults")) as world:
            yield world
    finally:
        pair.close()


@pytest.fixture
def world(_installed: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty installation with an obedient provider and no workers yet; they stop after the story."""
    for name, value in _installed.environment.items():
        monkeypatch.setenv(name, value)
    _read_settings_again()
    _empty(_installed)
    yield _installed
    _installed.rest()
    _installed.pair.bring_back()
    _installed.redis.config_set("maxmemory", "0")
    http.close()
    monkeypatch.undo()
    _read_settings_again()


@pytest.fixture
def claim(world: World, record_property: Callable[[str, object], None]) -> Callable[[UUID], Account]:
    """Account for everybody in a mailing or campaign, and put it into the claim that a run ends with."""

    def counted(mailing: UUID) -> Account:
        found = account(world, mailing)
        record_property(CLAIM, astuple(found))
        return found

    return counted


@pytest.fixture
def post_office(world: World) -> Iterator[PostOffice]:
    """An SMTP server that answers as it is told."""
    with PostOffice.open() as office:
        world.environment["OUTREACH_SMTP_BASE_URL"] = office.url
        yield office
        world.rest()
    del world.environment["OUTREACH_SMTP_BASE_URL"]


def _read_settings_again() -> None:
    database.dispose()
    redis.close()
    jobs.close()
    settings.settings.cache_clear()
    settings.secret_keys.cache_clear()
    providers.load.cache_clear()


def _empty(world: World) -> None:
    world.provider.reset()
    world.redis.flushdb()
    for log in ("log", "web.log"):
        (world.folder / log).unlink(missing_ok=True)
    emptying.empty()
