"""Headers of mail sent to many, and of mail that one person asked for."""

import re
from typing import Any
from uuid import uuid4

import pytest

from outreach.delivery import headers
from outreach.delivery.models import Sender, Stream
from outreach.foundation.slots import names_in

MAILING = uuid4()


def sender(stream: Stream = Stream.NEWSLETTER, **changes: Any) -> Sender:
    names = {"sv": "CSR-centret", "zh-Hans": "企业社会责任中心", "en": "Centre (CSR), Beijing"}
    values: dict[str, Any] = {
        "key": stream.value,
        "stream": stream,
        "address": "brev@csr-centre.example",
        "names": names,
    }
    return Sender(**(values | changes))


def test_mail_to_many_can_be_left_with_one_click_by_web_and_by_mail(inbound: str) -> None:
    found = headers.of(sender(), MAILING, "sv")

    web, mail = found["List-Unsubscribe"].split(", ")
    assert re.fullmatch(r"<http://127\.0\.0\.1:8000/unsubscribe/\ue000unsubscribe\ue001>", web)
    assert re.fullmatch(rf"<mailto:{re.escape(inbound)}\?subject=\ue000unsubscribe\ue001>", mail)
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Precedence"] == "bulk"
    assert "Auto-Submitted" not in found


def test_where_nobody_reads_what_comes_in_letters_are_left_by_web_alone() -> None:
    found = headers.of(sender(), MAILING, "sv")

    assert found["List-Unsubscribe"] == "<http://127.0.0.1:8000/unsubscribe/\ue000unsubscribe\ue001>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_feedback_id_has_four_fields_and_nothing_of_a_person() -> None:
    found = headers.of(sender(Stream.PRESS), MAILING, "sv")["Feedback-ID"]

    assert found == f"{MAILING.hex[:12]}:press:press:outreach"
    assert names_in(found) == []
    assert re.fullmatch(r"[a-z]{5,15}", found.rpartition(":")[2])


@pytest.mark.parametrize(
    ("language", "list_id", "expected"),
    [
        ("sv", None, "CSR-centret <newsletter.csr-centre.example>"),
        ("zh-Hans", None, "企业社会责任中心 <newsletter.csr-centre.example>"),
        ("en", None, '"Centre (CSR), Beijing" <newsletter.csr-centre.example>'),
        ("fi", "brev.example", "newsletter <brev.example>"),
    ],
)
def test_the_list_id_is_the_senders_and_not_the_campaigns(language: str, list_id: str | None, expected: str) -> None:
    assert headers.of(sender(list_id=list_id), MAILING, language)["List-Id"] == expected


def test_help_is_given_by_whoever_reads_the_answers() -> None:
    assert headers.of(sender(), MAILING, "sv")["List-Help"] == "<mailto:brev@csr-centre.example?subject=help>"
    answering = sender(reply_to="svar@csr-centre.example")
    assert headers.of(answering, MAILING, "sv")["List-Help"] == "<mailto:svar@csr-centre.example?subject=help>"


def test_mail_that_was_asked_for_has_no_list_and_is_not_answered_by_machines() -> None:
    found = headers.of(sender(Stream.SYSTEM), MAILING, "sv")

    assert found == {
        "Message-ID": "<\ue000delivery\ue001@csr-centre.example>",
        "Auto-Submitted": "auto-generated",
    }
