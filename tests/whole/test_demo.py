"""The demo does the main job: every recipient is accounted for, and every letter is right, as seen from outside."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.whole.demo import ACCOUNT, Demo

pytestmark = pytest.mark.xdist_group("demo")

VERDICTS = {"met", "missed", "still open", "not measurable"}
TAKEN = {"accepted", "delivered", "bounced_soft", "bounced_hard", "complained"}
TOKEN = r"[A-Za-z0-9_.-]{20,}"
COMMON_WORDS = {"sv": r"\boch\b", "en": r"\band\b"}


def test_it_says_that_everything_agrees_and_prints_how_long_it_took(demo: Demo, record_property: Any) -> None:
    record_property("seconds of the demo, from command to report", demo.seconds)

    assert len(re.findall(r"^✓ ", demo.report, re.MULTILINE)) == 3
    assert "✗" not in demo.report


def test_the_accounts_agree_for_each_language_and_together(demo: Demo) -> None:
    assert [sorted(account) for account in demo.accounts] == [sorted(("English", "Svenska", "中文", "Together"))] * 2

    for account in demo.accounts:
        for row in account.values():
            unsent = row["rejected"] + row["suppressed"] + row["unclear"] + row["waiting"]
            assert row["audience"] == row["left_out"] + row["planned"]
            assert row["planned"] == row["accepted"] + unsent
            assert row["accepted"] == row["delivered"] + row["bounced"] + row["complained"]
        languages = [row for name, row in account.items() if name != "Together"]
        assert account["Together"] == {column: sum(row[column] for row in languages) for column in ACCOUNT}


def test_the_providers_own_count_is_what_the_ledger_calls_accepted(demo: Demo) -> None:
    ledger = [one for one in demo.tables["delivery"] if one.state in TAKEN]
    printed = sum(account["Together"]["accepted"] for account in demo.accounts)

    assert demo.count["accepted"] == demo.count["recipients"] == len(ledger) == printed > 400
    assert demo.count["duplicates"] == 0
    assert {one["id"]: one["message_id"] for one in demo.letters} == {
        str(one.id): one.provider_message_id for one in ledger
    }


def test_every_contact_is_in_exactly_one_place_with_a_state_or_a_reason(demo: Demo) -> None:
    # The issue goes to everybody but the media, the release to the media: together to each contact once.
    placed = Counter(one.contact_id for one in chain(demo.tables["delivery"], demo.tables["exclusion"]))

    assert placed == Counter(one.id for one in demo.tables["contact"])
    assert all(one.reason for one in demo.tables["exclusion"])


def test_no_contact_and_no_address_is_in_a_mailing_twice(demo: Demo) -> None:
    by_contact = Counter((one.mailing_id, one.contact_id) for one in demo.tables["delivery"])
    by_address = Counter((one.mailing_id, one.address) for one in demo.tables["delivery"])

    assert {*by_contact.values(), *by_address.values()} == {1}


def test_nobody_was_written_to_without_a_consent_in_the_ledger_of_evidence(demo: Demo) -> None:
    pieces = {one.id: one for one in demo.tables["piece"]}
    topics = {one.key: one.id for one in demo.tables["topic"]}
    suppressed = {one.address: one.created_at for one in demo.tables["suppression"]}

    for campaign in demo.tables["campaign"]:
        piece = pieces[campaign.piece_id]
        wanted = {topics[key] for key in (["press"] if piece.kind == "release" else piece.topics)}
        given = _given(demo, "topic", "press", before=campaign.launched_at)
        for delivery in (one for one in demo.tables["delivery"] if one.mailing_id == campaign.id):
            assert any((delivery.contact_id, topic) in given for topic in wanted), delivery.address
            assert suppressed.get(delivery.address, campaign.launched_at) >= campaign.launched_at


def test_each_goal_is_judged(demo: Demo) -> None:
    verdicts = re.findall(r"^Goal: .+ → (.+) \(", demo.report, re.MULTILINE)

    assert len(verdicts) == len(demo.tables["goal"]) == 3
    assert set(verdicts) <= VERDICTS


def test_readers_opens_and_clicks_came_in_through_the_real_addresses(demo: Demo) -> None:
    kinds = Counter((one.kind, one.actor) for one in demo.tables["tracking_event"])

    assert kinds["open", "human"] > 100
    assert kinds["click", "human"] > 10
    assert kinds["open", "machine"] + kinds["click", "machine"] > 0
    assert {one.delivery_id for one in demo.tables["tracking_event"]} <= {one.id for one in demo.tables["delivery"]}


def test_every_letter_is_in_the_language_that_was_decided_for_its_recipient(demo: Demo) -> None:
    decided = {str(one.id): one.language for one in demo.tables["delivery"]}

    assert {one["language"] for one in demo.letters} == {"sv", "zh-Hans", "en"}
    for letter in demo.letters:
        assert letter["language"] == decided[letter["id"]] == _html(letter).css_first("html").attributes["lang"]
        assert _looks_like(letter["text"]) == letter["language"], letter["text"][:400]
        assert _looks_like(_html(letter).body.text(separator=" ")) == letter["language"]  # type: ignore[union-attr]


def test_every_letter_has_the_headers_that_mailbox_providers_expect(demo: Demo) -> None:
    streams = {str(one.id): _mailing(demo, one).stream for one in demo.tables["delivery"]}

    for letter in demo.letters:
        headers = letter["headers"]
        domain = letter["from"]["email"].rpartition("@")[2]
        leave, post = re.fullmatch(r"<([^>]+)>, <(mailto:[^>]+)>", headers["List-Unsubscribe"]).groups()  # type: ignore[union-attr]
        assert re.fullmatch(rf"{re.escape(demo.url)}/unsubscribe/{TOKEN}", leave)
        assert re.fullmatch(rf"mailto:unsubscribe@{domain}\?subject={TOKEN}", post)
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(rf".+ <[a-z]+\.{domain}>", headers["List-Id"])
        assert re.fullmatch(r"[^:]+:[^:]+:[^:]+:outreach", headers["Feedback-ID"])
        assert headers["Feedback-ID"].split(":")[2] == streams[letter["id"]] == letter["stream"]
        assert headers["Message-ID"] == f"<{letter['id']}@{domain}>"
        assert letter["subject"].strip()
        assert letter["html"].strip()
        assert letter["text"].strip()


def test_nothing_in_a_letter_is_left_unfilled(demo: Demo) -> None:
    for letter in demo.letters:
        for part in (letter["subject"], letter["html"], letter["text"], *letter["headers"].values()):
            assert not re.search("[\ue000-\uf8ff]|{{|{%|%}|<mj-|None", part), part[:2000]


def test_a_letter_loads_and_leads_nowhere_but_to_us_and_to_invented_places(demo: Demo) -> None:
    for letter in demo.letters:
        loaded, followed = set(_loaded(letter)), set(_followed(letter))
        places = {f"#{node.attributes['id']}" for node in _html(letter).css("[id]")}

        assert all(one.startswith((f"{demo.url}/", "data:")) for one in loaded), loaded
        assert [one for one in followed if one not in places and not _is_ours_or_invented(demo, one)] == []
        assert not re.search(r"@import|<script|<iframe|<form|<object", letter["html"], re.IGNORECASE)


def test_every_letter_says_how_to_leave_and_where_to_read_it_on_the_web(demo: Demo) -> None:
    for letter in demo.letters:
        leave = re.search(r"<([^>]+)>", letter["headers"]["List-Unsubscribe"])[1]  # type: ignore[index]
        links = set(_followed(letter))

        assert leave in links
        assert leave in letter["text"]
        assert any(one.startswith(f"{demo.url}/letters/") for one in links)
        assert any(one.startswith(f"{demo.url}/preferences/") for one in links)


def test_a_letter_is_measured_only_where_its_reader_agreed(demo: Demo) -> None:
    deliveries = {str(one.id): one for one in demo.tables["delivery"]}
    launched = {one.id: one.launched_at for one in demo.tables["campaign"]}
    agreed = {at: {contact for contact, _ in _given(demo, "tracking", before=at)} for at in launched.values()}
    measured = 0

    for letter in demo.letters:
        delivery = deliveries[letter["id"]]
        is_measured = re.search(rf"/[oc]/{TOKEN}", letter["html"] + letter["text"]) is not None
        assert is_measured == (delivery.contact_id in agreed[launched[delivery.mailing_id]]), letter["email"]
        measured += is_measured

    assert 100 < measured < len(demo.letters)


def _given(demo: Demo, *purposes: str, before: datetime) -> set[tuple[UUID, UUID | None]]:
    """Return who had permitted what by then, worked out from the evidence alone."""
    last = {
        (one.contact_id, one.topic_id): one.action
        for one in sorted(demo.tables["consent_record"], key=lambda one: (one.at, one.id))
        if one.purpose in purposes and one.at <= before
    }
    return {key for key, action in last.items() if action == "given"}


def _mailing(demo: Demo, delivery: Any) -> Any:
    return next(one for one in demo.tables["mailing"] if one.id == delivery.mailing_id)


def _html(letter: dict[str, Any]) -> LexborHTMLParser:
    return LexborHTMLParser(letter["html"])


def _looks_like(text: str) -> str:
    """Guess a text's language by its letters and commonest words."""
    letters = re.findall(r"\w", text)
    if sum("\u4e00" <= one <= "\u9fff" for one in letters) > len(letters) / 4:
        return "zh-Hans"
    counts = {language: len(re.findall(word, text)) for language, word in COMMON_WORDS.items()}
    return max(counts, key=lambda language: counts[language])


def _loaded(letter: dict[str, Any]) -> Iterator[str]:
    """Yield what a mail program would fetch on its own."""
    page = _html(letter)
    for node in page.css("[src], [background], link[href], [srcset]"):
        yield from (value or "" for name, value in node.attributes.items() if name in {"src", "background", "srcset"})
        if node.tag == "link":
            yield node.attributes["href"] or ""
    yield from re.findall(r"url\(\s*[\"']?([^\"')]+)", letter["html"])


def _followed(letter: dict[str, Any]) -> Iterator[str]:
    """Yield where a reader may click."""
    yield from (node.attributes["href"] or "" for node in _html(letter).css("a[href]"))


def _is_ours_or_invented(demo: Demo, url: str) -> bool:
    if url.startswith("mailto:"):
        return url.partition("?")[0].endswith(".example")
    return url.startswith(f"{demo.url}/") or (urlsplit(url).hostname or "").endswith(".example")
