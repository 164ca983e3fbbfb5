"""A letter in the template language of Amazon SES: whatever an author writes, it comes out as it was written."""

import html
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery import mime
from outreach.delivery.interface import Letter, Recipient
from outreach.delivery.providers.ses import Ses
from outreach.delivery.providers.ses_bulk import MOST_DATA, Bulk
from outreach.foundation.slots import slot
from tests.delivery import world


def bulk(**changes: Any) -> Bulk:
    return Bulk.of(mime.Template.of(world.letter(**changes)), Ses.capabilities)


def entry(reader: Recipient, **changes: Any) -> dict[str, Any]:
    found = bulk(**changes).entry(reader)
    assert found is not None
    return dict(json.loads(found))


def rendered(text: str, one: dict[str, Any]) -> str:
    """Render as Handlebars would; a tag that is not ours makes it fail."""
    data = json.loads(one["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"])
    assert not re.search(r"\\\{\{|\{\{\{|\}\}\}", text), text
    return re.sub(r"\{\{(.*?)\}\}", lambda tag: str(data[tag.group(1)]), text)


def headers(one: dict[str, Any]) -> dict[str, str]:
    return {header["Name"]: header["Value"] for header in one["ReplacementHeaders"]}


parts = st.lists(
    st.one_of(
        st.text('{}\\ ab\n#/&~<"中', max_size=8),
        st.sampled_from([slot("first_name"), slot("delivery"), "{{first_name}}", "{{{x}}}", "}}}", "{{{{raw}}}}"]),
    ),
    max_size=8,
).map("".join)


@given(parts, parts, st.text(max_size=20))
def test_braces_and_backslashes_of_an_author_or_a_reader_stay_what_they_are(written: str, rich: str, name: str) -> None:
    reader = world.recipient(first_name=name)
    letter = world.letter(subject="x", text=written, html=rich)
    made = Bulk.of(mime.Template.of(letter), Ses.capabilities)
    one = json.loads(made.entry(reader) or b"")

    wanted = mime.Template.of(letter).fill(reader)

    assert rendered(made.text, one) == wanted.text
    assert rendered(made.html, one) == wanted.html


def test_values_are_escaped_in_html_and_nowhere_else() -> None:
    reader = world.recipient(first_name="<b>Åsa & Co</b> {{x}}")
    made = bulk()
    one = json.loads(made.entry(reader) or b"")

    assert rendered(made.subject, one) == "Hej <b>Åsa & Co</b> {{x}}"
    assert f"<p>Hej {html.escape('<b>Åsa & Co</b> {{x}}')}</p>" in rendered(made.html, one)


def test_each_reader_has_headers_of_their_own_in_ascii() -> None:
    reader = world.recipient()
    letter: Letter = world.letter()

    own = headers(entry(reader, headers=dict(letter.headers) | {"List-Id": "企业社会责任中心 <x.y.example>"}))

    assert reader.values["unsubscribe"] in own["List-Unsubscribe"]
    assert own["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert own["List-Id"] == "=?utf-8?b?5LyB5Lia56S+5Lya6LSj5Lu75Lit5b+D?= <x.y.example>"
    assert own["Content-Language"] == "sv"
    assert "Message-ID" not in own  # SES would write another one over it
    assert all(value.isascii() and value.isprintable() for value in own.values())


def test_a_report_will_name_the_delivery() -> None:
    reader = world.recipient()

    assert entry(reader)["ReplacementTags"] == [{"Name": "delivery", "Value": str(reader.delivery_id)}]
    assert entry(reader)["Destination"] == {"ToAddresses": [reader.address]}


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"X-Long": "a " * 600}},
        {"headers": {f"X-{number}": "a" for number in range(15)}},
        {"headers": {"X-Empty": ""}},
    ],
)
def test_headers_that_do_not_fit_let_a_letter_go_by_itself(changes: dict[str, Any]) -> None:
    assert bulk(**changes).entry(world.recipient()) is None


def test_values_that_do_not_fit_let_a_letter_go_by_itself() -> None:
    assert bulk().entry(world.recipient(first_name="a" * (MOST_DATA // 2))) is None


def test_an_address_or_a_value_that_is_missing_is_said() -> None:
    with pytest.raises(ValueError, match="address"):
        bulk().entry(world.recipient("åsa@company.example"))
    reader = world.recipient()
    with pytest.raises(ValueError, match="first_name"):
        bulk().entry(Recipient(reader.delivery_id, reader.address, "x", {}))
