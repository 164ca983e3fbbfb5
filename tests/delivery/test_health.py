"""Whether the providers are well: asked by a worker, kept for the pages."""

import pytest

from outreach.delivery import health, providers
from outreach.foundation import settings
from outreach.foundation.database import transaction
from tests.delivery import world
from tests.sandbox.peer import Peer


def known() -> dict[str, health.Known]:
    """Return what is known, by provider."""
    with transaction() as session:
        return {one.provider: one for one in health.known(session)}


def test_a_provider_that_answers_is_well(mailbox: Peer) -> None:
    health.ask()

    assert known()["sandbox"].is_well


def test_since_when_it_is_so_is_kept_until_it_changes(mailbox: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    health.ask()
    first = known()["sandbox"]
    health.ask()
    again = known()["sandbox"]
    assert again.since == first.since
    assert again.at > first.at

    monkeypatch.setenv("OUTREACH_SANDBOX_API_KEY", "not the key")
    settings.settings.cache_clear()
    providers.load.cache_clear()
    health.ask()

    assert not known()["sandbox"].is_well
    assert "401" in known()["sandbox"].said
    assert known()["sandbox"].since > first.since


def test_a_provider_that_has_letters_waiting_is_asked_too(mailbox: Peer) -> None:
    with transaction() as session:
        world.launch(session, 1, provider="a provider that was taken out")

    health.ask()

    assert not known()["a provider that was taken out"].is_well
