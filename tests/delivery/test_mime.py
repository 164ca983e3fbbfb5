"""Letters as Internet mail: read back by a parser, byte for byte where a program reads them."""

import email
import email.policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest

from outreach.delivery import mime
from outreach.delivery.folding import POLICY
from outreach.delivery.interface import Recipient
from outreach.foundation.slots import slot
from tests.delivery import world

LONG = "Övertid, vatten och vänliga gåvor 加班、用水与礼品——企业社会责任中心九月通讯：供应链与环境 — and in English"
NAME = "瑞典驻华大使馆企业社会责任中心，以及一个非常长的发件人名称用来测试折行"


def raw(recipient: Recipient | None = None, **changes: Any) -> bytes:
    return mime.Template.of(world.letter(**changes)).build(recipient or world.recipient())


def read(recipient: Recipient | None = None, **changes: Any) -> EmailMessage:
    message = email.message_from_bytes(raw(recipient, **changes), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def lines(content: bytes) -> list[bytes]:
    return content.split(b"\r\n")


def decoded(content: bytes, header: str) -> str:
    """Read a header as RFC 2047 §6.2 says; the newer parser puts spaces between the encoded-words of a name."""
    plain = email.message_from_bytes(content)[header]
    return str(make_header(decode_header(plain)))


def test_a_letter_has_a_text_and_an_html_part_the_text_first() -> None:
    message = read()

    assert message.get_content_type() == "multipart/alternative"
    plain, rich = message.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content() == "Hej Åsa\r\n"
    assert "<p>Hej Åsa</p>" in rich.get_content()
    assert (plain["Content-Transfer-Encoding"], plain.get_content_charset()) == ("base64", "utf-8")
    assert message["Content-Language"] == "sv"


def test_the_headers_are_those_of_bulk_mail() -> None:
    reader = world.recipient()

    message = read(reader, reply_to="svar@csr-centre.example")

    assert message["From"] == "CSR-centret <brev@csr-centre.example>"
    assert message["To"] == "Åsa Öberg <reader1@company.example>"
    assert message["Reply-To"] == "svar@csr-centre.example"
    assert message["Subject"] == "Hej Åsa"
    assert message["Date"].datetime.tzinfo
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"
    assert "Auto-Submitted" not in message


def test_the_message_id_is_the_same_each_time() -> None:
    reader = world.recipient()

    assert read(reader)["Message-ID"] == read(reader)["Message-ID"] == f"<{reader.delivery_id}@csr-centre.example>"


def test_the_addresses_to_unsubscribe_are_written_as_they_are(inbound: str) -> None:
    reader = world.recipient(unsubscribe="v1.abcd.u." + "A" * 90)

    content = raw(reader)

    web = b"List-Unsubscribe: <http://127.0.0.1:8000/unsubscribe/v1.abcd.u." + b"A" * 90 + b">,\r\n"
    mail = b" <mailto:unsubscribe@brev.csr-centre.example?subject=v1.abcd.u." + b"A" * 90 + b">\r\n"
    assert web + mail in content


@pytest.mark.parametrize("name", ["CSR-centret", NAME])
@pytest.mark.parametrize("subject", [LONG, LONG * 3, "å" * 300, "x" * 300, "短"])
def test_what_people_read_stays_within_78_columns_and_is_read_back_whole(name: str, subject: str) -> None:
    reader = world.recipient(name=name)

    content = raw(reader, subject=subject, from_name=name)
    message = read(reader, subject=subject, from_name=name)

    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert [line for line in lines(head) if len(line) > 78 and not line.startswith((b"List-", b" <mailto:"))] == []
    assert all(len(line) <= 998 for line in lines(content))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert message["Subject"] == subject
    assert decoded(content, "From") == f"{name} <brev@csr-centre.example>"
    assert decoded(content, "To") == f"{name} <reader1@company.example>"


CONTROLS = [chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F))]
ISOLATES = [chr(code) for code in range(0x2066, 0x206A)]


@pytest.mark.parametrize("control", [*CONTROLS, *ISOLATES, "\ue000", "\ud800"], ids=ascii)
def test_a_control_character_in_a_value_does_no_harm(control: str) -> None:
    smuggled = f"A{control}Bcc: victim@x.example"
    reader = world.recipient(name=smuggled, first_name=smuggled, unsubscribe=smuggled)

    message = read(reader)

    assert "Bcc" not in message
    assert message["Subject"] == "Hej A Bcc: victim@x.example"
    assert message["To"].addresses[0].display_name == "A Bcc: victim@x.example"
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


ENCODED = [
    "=?utf-8?q?x=0D=0ABcc=3A_victim=40x.example=0D=0A=0D=0AHello?=",
    "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AeC5leGFtcGxlDQoNCkhlbGxv?=",
    "=?utf-16?b?AAoAQgBjAGM=?= =?us-ascii?q?=0A=0A?=",
]


@pytest.mark.parametrize("smuggled", ENCODED)
def test_an_encoded_word_in_a_value_brings_no_header(smuggled: str) -> None:
    reader = world.recipient(name=smuggled, first_name=smuggled)

    message = read(reader, from_name=smuggled, headers={"List-Id": f"å {smuggled} <a.b>"})

    assert "Bcc" not in message
    assert message["Subject"].startswith("Hej = ?u")
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "reader1@company.example"


def test_a_header_that_would_break_is_never_written() -> None:
    with pytest.raises(ValueError, match="line break"):
        POLICY.fold_binary("X-Odd", "a\r\nBcc: b")


@pytest.mark.parametrize(
    "address",
    [
        "alice@example.org)bob@x.org",  # CVE-2023-27043
        "alice(comment)@example.org",
        '"alice@evil.example"@example.org',
        "alice@example.org,bob@x.org",  # CVE-2025-1795
        "Alice <alice@example.org>",
        "<alice@example.org>",
        "@evil.example:alice@example.org",
        "group:alice@example.org;",
        "alice@[127.0.0.1]",
        "alice @example.org",
        "alice@example.org\r\nBcc: victim@x.example",
        "alice@example.org\n",
        "alice\x00@example.org",
        "-oQ/tmp@example.org",
        "alice..b@example.org",
        "alice@-example.org",
        "alice@example..org",
        "å@example.org",
        "alice@exämple.org",
        "=?utf-8?q?x=0D=0A?=@example.org\r\n",
        f"{'x' * 65}@example.org",
        f"alice@{'x' * 60}.{'y' * 60}.{'z' * 60}.{'w' * 60}.{'v' * 20}.org",
        "alice",
        "@",
        "",
    ],
)
def test_an_address_that_could_mean_something_else_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        raw(world.recipient(address))


@pytest.mark.parametrize(
    "address", ["a@b.se", "first.last+tag@mail.company.example", "x_y=z@xn--fiqs8s.example", "o'hara@example.org"]
)
def test_a_plain_address_is_written_as_it_is(address: str) -> None:
    assert read(world.recipient(address))["To"].addresses[0].addr_spec == address


def test_what_somebody_is_called_is_text_and_not_html() -> None:
    plain, rich = read(world.recipient(first_name='<b>&"')).iter_parts()

    assert plain.get_content() == 'Hej <b>&"\r\n'
    assert "<p>Hej &lt;b&gt;&amp;&quot;</p>" in rich.get_content()


def test_a_value_is_never_read_as_a_slot() -> None:
    plain, _rich = read(world.recipient(first_name=slot("unsubscribe"))).iter_parts()

    assert plain.get_content() == "Hej unsubscribe\r\n"


def test_a_missing_value_is_named() -> None:
    reader = world.recipient()

    with pytest.raises(ValueError, match="needs a value for 'first_name'"):
        raw(Recipient(reader.delivery_id, reader.address, "x", {"delivery": "1", "unsubscribe": "2"}))


def test_a_dot_at_the_beginning_of_a_line_and_a_long_line_survive() -> None:
    body = ".\r\n..\r\n" + "lång rad " * 300 + "\r\n.\r\nslut\r\n"

    plain, _rich = read(text=body).iter_parts()

    assert plain.get_content() == body
