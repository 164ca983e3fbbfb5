"""The SMTP provider against a server with a script: who was told what, and what is known afterwards."""

from typing import Any

import pytest

from outreach.delivery.interface import Letter, Outcome, OutcomeKind, Recipient
from outreach.delivery.providers import smtp_line
from outreach.delivery.providers.smtp import Smtp
from outreach.foundation import http
from tests.delivery import world
from tests.delivery.post_office import HANG_UP, PostOffice, untrusted

ACCEPTED, REJECTED, TRANSIENT = OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.TRANSIENT
CONFIG, AMBIGUOUS = OutcomeKind.CONFIG, OutcomeKind.AMBIGUOUS

QQ_HASTE = (
    "550 Domain frequency limited",
    "550 Sender frequency limited",
    "550 Connection frequency limited",
    "550 Mailbox unavailable or access denied",
)
NETEASE_HASTE = ("450 MI:DMC 163", "451 MI:SFQ 163", "451 DT:SPM ,please try again", "554 MI:STC 163", "554 HL:IFC 163")


def readers(number: int) -> list[Recipient]:
    return [world.recipient(f"reader{one}@company.example", f"Reader {one}") for one in range(1, number + 1)]


def send(
    office: PostOffice, recipients: list[Recipient], letter: Letter | None = None, **setting: str
) -> list[Outcome]:
    provider = Smtp({"BASE_URL": office.url, "CONCURRENCY": "1", **setting})
    return http.run(provider.send(letter or world.letter(), recipients, key="k"))


def kinds(outcomes: list[Outcome]) -> list[OutcomeKind]:
    return [one.kind for one in outcomes]


def test_a_letter_arrives_as_it_was_written(post_office: PostOffice) -> None:
    (reader,) = readers(1)

    (outcome,) = send(post_office, [reader])

    assert (outcome.kind, outcome.message_id) == (ACCEPTED, "2.0.0 OK: queued as 4F2")
    letter = post_office.to(reader.address)
    assert letter["Subject"] == "Hej Åsa"
    assert letter["To"].addresses[0].display_name == "Reader 1"
    assert letter["Message-ID"] == f"<{reader.delivery_id}@csr-centre.example>"
    plain, rich = letter.iter_parts()
    assert plain.get_content() == "Hej Åsa\r\n"
    assert "<p>Hej Åsa</p>" in rich.get_content()


def test_many_letters_go_over_one_connection_each_to_its_own_reader(post_office: PostOffice) -> None:
    everybody = readers(30)

    outcomes = send(post_office, everybody)

    assert kinds(outcomes) == [ACCEPTED] * 30
    assert post_office.connections == 1
    assert sorted(address for address, _letter in post_office.letters) == sorted(one.address for one in everybody)
    assert post_office.to("reader17@company.example")["To"].addresses[0].display_name == "Reader 17"


def test_several_connections_share_the_letters(post_office: PostOffice) -> None:
    post_office.slowness = 0.02

    outcomes = send(post_office, readers(12), CONCURRENCY="3")

    assert kinds(outcomes) == [ACCEPTED] * 12
    assert post_office.connections == 3
    assert len({address for address, _letter in post_office.letters}) == 12


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("450 4.2.1 mailbox busy", TRANSIENT),
        ("452 4.2.2 mailbox full", TRANSIENT),
        ("550 5.1.1 no such user", REJECTED),
        ("553 5.1.3 bad address", REJECTED),
        ("530 5.7.0 authentication required", CONFIG),
    ],
)
def test_a_refused_recipient_is_alone_with_it(post_office: PostOffice, reply: str, kind: OutcomeKind) -> None:
    post_office.rcpt["reader2@company.example"] = reply
    everybody = readers(3)

    outcomes = send(post_office, everybody)

    assert outcomes[1] == Outcome(
        kind, reason=reply if kind is not CONFIG else f"The server refuses our sender: {reply}"
    )
    if kind is not CONFIG:
        assert kinds(outcomes) == [ACCEPTED, kind, ACCEPTED]
        assert post_office.connections == 1


@pytest.mark.parametrize(
    ("reply", "kind"), [("451 4.3.0 try later", TRANSIENT), ("554 5.6.0 content refused", REJECTED)]
)
def test_a_letter_that_is_refused_at_its_end_was_not_taken(
    post_office: PostOffice, reply: str, kind: OutcomeKind
) -> None:
    post_office.data["reader1@company.example"] = reply

    outcomes = send(post_office, readers(2))

    assert kinds(outcomes) == [kind, ACCEPTED]
    assert [address for address, _letter in post_office.letters] == ["reader2@company.example"]


@pytest.mark.parametrize(
    ("domain", "reply"), [("qq.com", one) for one in QQ_HASTE] + [("163.com", one) for one in NETEASE_HASTE]
)
@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_haste_is_no_fault_of_the_reader_whatever_its_number(
    post_office: PostOffice, domain: str, reply: str, step: str
) -> None:
    everybody = [world.recipient(f"anna@{domain}"), world.recipient("bo@company.example")]
    getattr(post_office, step)[everybody[0].address] = reply

    outcomes = send(post_office, everybody)

    assert kinds(outcomes) == [TRANSIENT, ACCEPTED]
    assert outcomes[0] == Outcome(TRANSIENT, reason=reply)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("554 DT:SPM 163 smtp7", REJECTED),
        ("550 MI:SPF 163 smtp2", REJECTED),
        ("550 User not found: anna@163.com", REJECTED),
        ("552 5.2.2 mailbox full", REJECTED),
        ("554 5.7.1 relay access denied", CONFIG),
        ("550 Relaying not permitted", CONFIG),
    ],
)
def test_other_refusals_are_about_the_letter_the_reader_or_us(
    post_office: PostOffice, reply: str, kind: OutcomeKind
) -> None:
    post_office.rcpt["anna@163.com"] = reply

    (outcome,) = send(post_office, [world.recipient("anna@163.com")])

    assert outcome.kind is kind
    assert reply in (outcome.reason or "")


def test_a_sender_that_is_too_fast_waits_and_is_not_stopped(post_office: PostOffice) -> None:
    post_office.mail = ["550 Sender frequency limited", "451 MI:SFQ 163 smtp3"]

    outcomes = send(post_office, readers(3))

    assert kinds(outcomes) == [TRANSIENT, TRANSIENT, ACCEPTED]


def test_a_sender_that_is_not_taken_stops_the_mailing_at_once(post_office: PostOffice) -> None:
    post_office.mail = ["550 5.7.1 not your domain"] * 9

    outcomes = send(post_office, readers(4))

    assert kinds(outcomes) == [CONFIG] * 4
    assert outcomes[0].reason == "The server refuses our sender: 550 5.7.1 not your domain"
    assert len(post_office.mail) == 8


def test_a_connection_that_is_lost_after_the_letter_left_is_in_doubt_and_the_others_wait(
    post_office: PostOffice,
) -> None:
    post_office.data = {f"reader{one}@company.example": HANG_UP for one in range(1, 5)}

    outcomes = send(post_office, readers(4))

    assert kinds(outcomes) == [AMBIGUOUS, TRANSIENT, TRANSIENT, TRANSIENT]
    assert len(post_office.letters) == 1


def test_a_connection_that_is_lost_before_the_letter_left_is_no_doubt(post_office: PostOffice) -> None:
    post_office.rcpt["reader2@company.example"] = HANG_UP

    outcomes = send(post_office, readers(3))

    assert kinds(outcomes) == [ACCEPTED, TRANSIENT, ACCEPTED]
    assert post_office.connections == 3


def test_a_letter_that_ends_each_connection_does_not_hold_up_the_others(post_office: PostOffice) -> None:
    post_office.rcpt["reader1@company.example"] = HANG_UP

    outcomes = send(post_office, readers(3))

    assert kinds(outcomes) == [TRANSIENT, ACCEPTED, ACCEPTED]


def test_a_server_that_only_hangs_up_is_left_in_peace_soon(post_office: PostOffice) -> None:
    post_office.rcpt = {f"reader{one}@company.example": HANG_UP for one in range(1, 10)}

    outcomes = send(post_office, readers(9))

    assert kinds(outcomes) == [TRANSIENT] * 9
    assert post_office.connections == 3


def test_a_server_that_takes_few_letters_per_connection_is_called_again(post_office: PostOffice) -> None:
    post_office.per_connection = 2

    outcomes = send(post_office, readers(6))

    assert kinds(outcomes) == [ACCEPTED] * 6
    assert post_office.connections == 3
    assert len({address for address, _letter in post_office.letters}) == 6


def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    outcomes = send(PostOffice(port=9), readers(3), CONCURRENCY="2")

    assert kinds(outcomes) == [TRANSIENT] * 3
    assert "SMTPConnectError" in (outcomes[0].reason or "")


def test_a_server_that_goes_away_with_421_is_tried_again_later(post_office: PostOffice) -> None:
    post_office.mail = ["421 4.3.2 shutting down"] * 9

    outcomes = send(post_office, readers(3))

    assert kinds(outcomes) == [TRANSIENT] * 3
    assert post_office.connections == 3


def test_what_there_is_no_time_for_costs_no_attempt(post_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    post_office.slowness = 0.2
    monkeypatch.setattr("outreach.delivery.providers.smtp.STARTING", 0.3)

    outcomes = send(post_office, readers(6))

    assert ACCEPTED in kinds(outcomes)
    assert outcomes[-1] is smtp_line.LATER
    assert (smtp_line.LATER.kind, smtp_line.LATER.retry_after) == (TRANSIENT, 0)
    assert set(kinds(outcomes)) == {ACCEPTED, TRANSIENT}


def test_a_server_that_says_nothing_after_the_letter_leaves_it_in_doubt_in_time(
    post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_office.slowness = 3
    monkeypatch.setattr("outreach.delivery.providers.smtp.LONGEST_SEND", 1.5)
    monkeypatch.setattr("outreach.delivery.providers.smtp_line.TIMEOUT", 0.1)

    outcomes = send(post_office, readers(2))

    assert outcomes[0].kind is AMBIGUOUS
    assert outcomes[1].kind is TRANSIENT


@pytest.mark.parametrize(("password", "kind"), [("right", ACCEPTED), ("wrong", CONFIG)])
def test_the_password_decides(password: str, kind: OutcomeKind) -> None:
    with PostOffice.open(auth_require_tls=False) as office:
        office.password = "right"

        outcomes = send(office, readers(2), USERNAME="outreach", PASSWORD=password)

    http.close()
    assert kinds(outcomes) == [kind] * 2
    if kind is CONFIG:
        assert "535" in (outcomes[0].reason or "")
        assert office.letters == []


@pytest.mark.parametrize(
    ("server", "setting", "reason"),
    [
        ({}, {"BASE_URL": "smtp+starttls://127.0.0.1:{port}"}, "STARTTLS extension not supported"),
        ({}, {"USERNAME": "a", "PASSWORD": "b"}, "AUTH extension is not supported"),
        ({"tls": True}, {}, "certificate verify failed"),
        ({"tls": True}, {"BASE_URL": "smtp+starttls://127.0.0.1:{port}"}, "certificate verify failed"),
    ],
)
def test_a_server_that_is_not_as_it_was_said_to_be_stops_the_mailing(
    server: dict[str, Any], setting: dict[str, str], reason: str
) -> None:
    options = {"tls_context": untrusted()} if server else {}
    with PostOffice.open(**options) as office:
        written = {name: value.format(port=office.port) for name, value in setting.items()}
        outcomes = send(office, readers(2), None, **written)

    http.close()
    assert kinds(outcomes) == [CONFIG] * 2
    assert reason in (outcomes[0].reason or "")
    assert office.letters == []


def test_a_letter_that_cannot_be_written_to_one_reader_is_rejected_for_that_one(post_office: PostOffice) -> None:
    odd = [
        world.recipient("alice@example.org)bob@example.com"),
        world.recipient("-oQ/tmp@example.org"),
        world.recipient("reader@company.example\r\nRCPT TO:<victim@x.example>"),
        world.recipient("åsa@company.example"),
    ]
    incomplete = world.recipient("reader9@company.example")
    incomplete = Recipient(incomplete.delivery_id, incomplete.address, "x", {})

    outcomes = send(post_office, [*odd, incomplete, *readers(1)])

    assert kinds(outcomes) == [REJECTED] * 5 + [ACCEPTED]
    assert len(post_office.letters) == 1


@pytest.mark.parametrize(
    "changes", [{"subject": "Hej \ue000"}, {"text": "\ue001"}, {"from_address": "no address"}, {"reply_to": "a b@c"}]
)
def test_a_letter_that_nobody_could_get_stops_the_mailing(post_office: PostOffice, changes: dict[str, str]) -> None:
    outcomes = send(post_office, readers(2), world.letter(**changes))

    assert kinds(outcomes) == [CONFIG] * 2
    assert post_office.connections == 0


@pytest.mark.parametrize("url", ["127.0.0.1:25", "http://127.0.0.1", "smtp://", "smtp://host:port"])
def test_an_address_that_is_none_is_said_to_be(url: str) -> None:
    with pytest.raises(ValueError, match=r"BASE_URL|[Pp]ort"):
        Smtp({"BASE_URL": url})


def test_smtp_can_be_asked_nothing() -> None:
    provider = Smtp({})

    assert http.run(provider.lookup([])) is None
    assert provider.parse(b"{}") == []
    assert (provider.host, provider.port) == ("127.0.0.1", 25)
    http.close()
