"""From the ledger to a provider's counter and back: what goes wrong there loses nobody and doubles nobody."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from outreach.delivery import ledger, providers, sending
from outreach.foundation import embedded, http
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests.delivery import world
from tests.delivery.contracts.counter import Call, Counter, Reply, opened

PEOPLE = 7
ODD = "reader4@company.example"
WRONG_KEY = {
    "ses": Reply(403, {"message": "The security token included in the request is invalid."}),
    "alibaba": Reply(404, {"Code": "InvalidAccessKeyId.NotFound", "Message": "Specified access key is not found."}),
}
SAID = {"ses": "security token", "alibaba": "access key"}
THROTTLED = {
    "ses": Reply(429, {"message": "Maximum sending rate exceeded."}),
    "alibaba": Reply(400, {"Code": "Throttling.User", "Message": "Request was denied due to user flow control."}),
}
NONSENSE = Reply(200, b"<html>It works!</html>")


def addresses(call: Call) -> list[str]:
    """Return whom a call is for."""
    if call.headers["content-type"] == "application/json":
        body = call.json
        entries = body.get("BulkEmailEntries", [body])
        return [one["Destination"]["ToAddresses"][0] for one in entries]
    return parse_qs(call.body.decode())["ToAddress"]


class Desk:
    """A provider that notes whom it took, and says something else when it is told to."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.instead: Reply | None = None

    def __call__(self, call: Call) -> Reply:
        """Answer a call."""
        if self.instead:
            return self.instead
        asked = addresses(call)
        if call.headers["content-type"] != "application/json":
            return self._alibaba(*asked)
        results: list[dict[str, Any]] = []
        for one in asked:
            if one == ODD:
                results.append({"Status": "INVALID_PARAMETER", "Error": "Illegal address"})
            else:
                self.taken.append(one)
                results.append({"Status": "SUCCESS", "MessageId": f"id-{one}"})
        return Reply(200, {"BulkEmailEntryResults": results})

    def _alibaba(self, asked: str) -> Reply:
        if asked == ODD:
            return Reply(400, {"Code": "InvalidToAddress", "Message": "ToAddress is invalid."})
        self.taken.append(asked)
        return Reply(200, {"EnvId": f"id-{asked}"})


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(params=["ses", "alibaba"])
def name(
    request: pytest.FixtureRequest, desk: Desk, database: embedded.Addresses, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A provider's name, set to call the desk."""
    provider = str(request.param)
    with opened(desk) as counter:
        _set(monkeypatch, provider, counter)
        yield provider
        http.close()
        monkeypatch.undo()
        _read_settings_again()


def _set(monkeypatch: pytest.MonkeyPatch, provider: str, counter: Counter) -> None:
    monkeypatch.setenv(f"OUTREACH_{provider.upper()}_BASE_URL", counter.url)
    monkeypatch.setenv(f"OUTREACH_{provider.upper()}_KEY_ID", "key")
    monkeypatch.setenv(f"OUTREACH_{provider.upper()}_SECRET_KEY", "secret")
    _read_settings_again()


def _read_settings_again() -> None:
    settings.cache_clear()
    providers.load.cache_clear()


def launch(name: str) -> world.Launched:
    with transaction() as session:
        return world.launch(session, PEOPLE, provider=name)


def states(launched: world.Launched) -> dict[str, int]:
    with transaction() as session:
        return world.states(session, launched)


def send() -> None:
    with transaction() as session:
        world.due_now(session)
    while sending.send_next():
        pass


def test_everybody_gets_the_letter_once_and_who_is_refused_is_named(name: str, desk: Desk) -> None:
    launched = launch(name)

    send()
    send()

    assert states(launched) == {"accepted": PEOPLE - 1, "rejected": 1}
    assert sorted(desk.taken) == sorted(f"reader{one}@company.example" for one in range(1, PEOPLE + 1) if one != 4)
    with transaction() as session:
        refused = world.row(session, launched.deliveries[3])
        taken = world.row(session, launched.deliveries[0])
    assert "address" in refused.reason.lower()
    assert taken.provider_message_id == "id-reader1@company.example"


def test_a_wrong_key_halts_the_mailing_and_the_right_one_sends_it(name: str, desk: Desk) -> None:
    launched = launch(name)
    desk.instead = WRONG_KEY[name]

    send()

    with transaction() as session:
        mailing = world.mailing(session, launched)
    assert mailing.state == "halted"
    assert SAID[name] in mailing.reason
    assert states(launched) == {"planned": PEOPLE}
    desk.instead = None
    with transaction() as session:
        ledger.resume(session, launched.mailing)
    send()
    assert states(launched) == {"accepted": PEOPLE - 1, "rejected": 1}
    assert len(desk.taken) == PEOPLE - 1


def test_a_throttle_delays_and_loses_nobody(name: str, desk: Desk) -> None:
    launched = launch(name)
    desk.instead = THROTTLED[name]

    send()

    assert states(launched) == {"planned": PEOPLE}
    desk.instead = None
    send()
    assert states(launched) == {"accepted": PEOPLE - 1, "rejected": 1}


def test_an_answer_that_makes_no_sense_puts_letters_in_doubt_and_nobody_gets_two(name: str, desk: Desk) -> None:
    launched = launch(name)
    desk.instead = NONSENSE

    send()

    found = states(launched)
    assert set(found) <= {"ambiguous", "planned"}
    assert found["ambiguous"]
    desk.instead = None
    send()
    assert states(launched)["ambiguous"] == found["ambiguous"]
    assert len(desk.taken) == len(set(desk.taken))


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "desk", "http://"])
def test_an_address_that_is_none_halts_the_mailing_and_loses_nobody(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"OUTREACH_{name.upper()}_BASE_URL", url)
    _read_settings_again()
    launched = launch(name)

    send()

    assert states(launched) == {"planned": PEOPLE}
    with transaction() as session:
        assert world.mailing(session, launched).state == "halted"
