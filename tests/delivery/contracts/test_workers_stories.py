"""A worker, the ledger and a provider on loopback: what goes wrong is named, harms few, and loses nobody."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from outreach.delivery import mending, providers, sending
from outreach.foundation import embedded, http
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests.delivery import world
from tests.delivery.contracts.counter import Call, Counter, Reply, Rule

Use = Callable[[str, Rule], Counter]


@pytest.fixture
def use(database: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Return a function that puts a provider on loopback which answers by a rule."""
    counters: list[Counter] = []

    def of(name: str, rule: Rule) -> Counter:
        counters.append(Counter(rule))
        monkeypatch.setenv(f"OUTREACH_{name.upper()}_BASE_URL", counters[-1].url)
        monkeypatch.setenv(f"OUTREACH_{name.upper()}_{'SERVER_TOKEN' if name == 'postmark' else 'API_KEY'}", "a key")
        _read_settings_again()
        return counters[-1]

    yield of
    for one in counters:
        one.close()
    http.close()
    monkeypatch.undo()
    _read_settings_again()


def launch(people: int, provider: str, **options: int) -> world.Launched:
    with transaction() as session:
        return world.launch(session, people, provider=provider, **options)  # type: ignore[arg-type] # passed on


def states(launched: world.Launched) -> dict[str, int]:
    with transaction() as session:
        return world.states(session, launched)


def reason(launched: world.Launched) -> str:
    with transaction() as session:
        return str(world.mailing(session, launched).reason)


def test_a_key_that_is_not_set_is_named_without_a_call(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = use("resend", lambda _call: Reply())
    monkeypatch.delenv("OUTREACH_RESEND_API_KEY")
    _read_settings_again()
    launched = launch(2, "resend")

    sending.send_batches()

    assert states(launched) == {"planned": 2}
    assert "key cannot be used" in reason(launched)
    assert counter.calls == []


def let_time_pass() -> None:
    with transaction() as session:
        world.due_now(session)
        session.execute(text("UPDATE batch SET request_started_at = now() - interval '1 minute'"))


REFUSALS = {
    "postmark": Reply(401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."}),
    "resend": Reply(401, {"statusCode": 401, "name": "missing_api_key", "message": "Missing API key"}),
    "mailgun": Reply(401, b"Forbidden"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_wrong_key_halts_the_mailing_at_its_first_batch_and_everybody_still_waits(use: Use, name: str) -> None:
    counter = use(name, lambda _call: REFUSALS[name])
    launched = launch(6, name, size=2)

    sending.send_batches()

    assert states(launched) == {"planned": 6}
    assert len(counter.calls) == 1
    assert "refuses our key" in reason(launched)


def test_postmark_refuses_one_of_a_batch_and_the_others_go(use: Use) -> None:
    def rule(call: Call) -> Reply:
        return Reply(200, [_item(one["To"], "reader2@") for one in call.json])

    use("postmark", rule)
    launched = launch(4, "postmark")

    sending.send_batches()

    assert states(launched) == {"accepted": 3, "rejected": 1}


def _item(to: str, refused: str) -> dict[str, object]:
    if refused in to:
        return {"ErrorCode": 406, "Message": "You tried to send to a recipient that has been marked as inactive."}
    return {"ErrorCode": 0, "Message": "OK", "MessageID": to}


def test_mailgun_refuses_a_call_for_one_address_and_the_others_go_once(use: Use) -> None:
    taken: list[str] = []

    def rule(call: Call) -> Reply:
        people = json.loads(call.form["recipient-variables"][0])
        if "reader3@company.example" in people:
            return Reply(400, {"message": "'to' parameter is not a valid address. please check documentation"})
        taken.extend(people)
        return Reply(200, {"id": "<one@mail>", "message": "Queued. Thank you."})

    use("mailgun", rule)
    launched = launch(7, "mailgun")

    sending.send_batches()

    assert states(launched) == {"accepted": 6, "rejected": 1}
    assert len(taken) == len(set(taken)) == 6


@pytest.mark.parametrize("name", ["postmark", "mailgun"])
def test_without_a_key_an_answer_that_got_lost_is_never_sent_again_by_itself(use: Use, name: str) -> None:
    counter = use(name, lambda _call: Reply(200, None))
    launched = launch(2, name)

    for _turn in range(3):
        sending.send_batches()
        let_time_pass()
        mending.sweep()
        mending.reconcile(after=0)

    assert states(launched) == {"ambiguous": 2}
    assert len(counter.calls) == 1


def test_with_a_key_an_answer_that_got_lost_is_asked_for_until_it_comes(use: Use) -> None:
    letters: dict[str, bytes] = {}

    def rule(call: Call) -> Reply:
        letters.setdefault(call.headers["idempotency-key"], call.body)
        is_late = len(counter.calls) > 3  # more calls than one hand-over makes
        return Reply(200, {"data": [{"id": one["to"][0]} for one in call.json]} if is_late else None)

    counter = use("resend", rule)
    launched = launch(2, "resend")
    sending.send_batches()
    assert states(launched) == {"ambiguous": 2}

    let_time_pass()
    mending.reconcile(after=0)
    sending.send_batches()

    assert states(launched) == {"accepted": 2}
    assert len(letters) == 1
    assert {call.body for call in counter.calls} == set(letters.values())


def test_a_provider_that_wants_a_pause_gets_it_and_no_attempt_is_counted(use: Use) -> None:
    message = "Domain mail.example is not allowed to send: limit exceeded, try again after 120 seconds"
    counter = use("mailgun", lambda _call: Reply(429, {"message": message}))
    launched = launch(2, "mailgun")

    sending.send_batches()

    assert states(launched) == {"planned": 2}
    assert len(counter.calls) == 1
    with transaction() as session:
        batch = world.batch(session, launched.batches[0])
    assert 100 < batch.wait <= 120
    assert batch.attempts == 0


def _read_settings_again() -> None:
    settings.cache_clear()
    providers.load.cache_clear()
