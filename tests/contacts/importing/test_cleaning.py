"""What a row says, cell by cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.contacts import addresses
from outreach.contacts.importing import cells, columns, mail, names, recognising
from outreach.contacts.importing.cleaning import Assumed, Cleaner, Person, Refusal
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.faults import Fault
from outreach.contacts.importing.names import Name
from outreach.foundation.errors import Refused


def read(**said: str) -> Person | Refusal:
    """Read a row whose columns are these."""
    mapped = {Field(name): place for place, name in enumerate(said)}
    return Cleaner(mapped, Assumed("sv", "fair"), len(said)).read(list(said.values()))


def person(**said: str) -> Person:
    found = read(**{"email": "a@x.example", **said})
    assert isinstance(found, Person), found
    return found


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("Anna@Firma.example", "anna@firma.example"),
        ("ａｎｎａ＠ｆｉｒｍａ．example", "anna@firma.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        (" \u200banna+list@x.example ", "anna+list@x.example"),
    ],
)
def test_addresses_are_folded_and_normalised(typed: str, normalised: str) -> None:
    assert person(email=typed).address == normalised


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bo@gmail.con", "bo@gmail.com"),
        ("Bo@HOTMIAL.com", "bo@hotmail.com"),
        ("1@qq.co", "1@qq.com"),
        ("1@163.cn", "1@163.com"),
    ],
)
def test_mistyped_domains_are_named_with_what_was_meant(typed: str, meant: str) -> None:
    assert read(email=typed) == Refusal(Fault.TYPO, Field.EMAIL, meant)


LOCAL = st.text("abcXYZ019._+-'@ å", min_size=1, max_size=12)
DOMAIN = st.sampled_from(
    ["x.example", "Firma.SE", "bücher.example", "x..se", "-x.se", "localhost", "x.example.", "qq.com"]
)


@given(local=LOCAL, domain=DOMAIN)
def test_the_quick_way_reads_every_address_as_the_long_way_does(local: str, domain: str) -> None:
    typed = f"{local}@{domain}".strip()
    try:
        slow = addresses.normalise(typed)
    except Refused:
        slow = None

    assert mail.read(typed) == slow


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"full": "林晓岚"}, Name("晓岚", "林", "林晓岚", "")),
        ({"full": "欧阳娜娜"}, Name("娜娜", "欧阳", "欧阳娜娜", "")),
        ({"full": "王 伟"}, Name("伟", "王", "王伟", "")),
        ({"family": "林", "given": "晓岚"}, Name("晓岚", "林", "林晓岚", "")),
        ({"native": "林晓岚", "latin": "Lin Xiaolan"}, Name("晓岚", "林", "林晓岚", "Lin Xiaolan")),
        ({"full": "Lin Xiaolan", "chinese": True}, Name("Xiaolan", "Lin", "", "Lin Xiaolan")),
        ({"full": "Anna Maria Lindfors"}, Name("Anna Maria", "Lindfors", "", "")),
        ({"full": "Lindfors, Anna"}, Name("Anna", "Lindfors", "", "")),
        ({"full": "Carl von Linné"}, Name("Carl", "von Linné", "", "")),
        ({"full": "Madonna"}, Name("Madonna", "", "", "")),
        ({"full": "Bo Ek", "given": "Bosse", "family": "Ek"}, Name("Bosse", "Ek", "", "")),
    ],
)
def test_names_come_apart_by_script_and_order(said: dict[str, str], name: Name) -> None:
    blank = {"full": "", "given": "", "family": "", "native": "", "latin": "", "chinese": False}

    assert names.compose(**{**blank, **said}) == name  # type: ignore[arg-type] # the texts are texts


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("full_name", "=HYPERLINK(1)", Fault.FORMULA),
        ("full_name", "＝1+1", Fault.FORMULA),
        ("title", "+cmd|' /C calc'!A0", Fault.FORMULA),
        ("title", "@SUM(A1)", Fault.FORMULA),
        ("full_name", "mailto:bo@x.example", Fault.LINK),
        ("given_name", "Buy at https://evil.example", Fault.LINK),
        ("organisation", "<b>Firma</b>", Fault.LINK),
        ("full_name", "Bo\0Ek", Fault.CONTROL),
        ("title", "x" * 201, Fault.TOO_LONG),
        ("language", "klingon", Fault.LANGUAGE),
        ("country", "Mordor", Fault.COUNTRY),
        ("kind", "coven", Fault.KIND),
        ("sector", "magic", Fault.SECTOR),
        ("time_zone", "Mars/Olympus", Fault.TIME_ZONE),
        ("source", "Harvested from a web site", Fault.HARVESTED),
    ],
)
def test_a_bad_cell_refuses_its_row_and_says_which(field: str, value: str, fault: Fault) -> None:
    found = read(email="a@x.example", **{field: value})

    assert isinstance(found, Refusal)
    assert (found.fault, found.field) == (fault, field)


@pytest.mark.parametrize("value", ["", "   ", "a@", "mailto:a@x.example", "åsa@x.example", "Anna <a@x.example>"])
def test_what_is_no_address_is_refused(value: str) -> None:
    found = read(email=value)

    assert isinstance(found, Refusal)
    assert found.fault in (Fault.ADDRESS, Fault.NO_ADDRESS)


@pytest.mark.parametrize(
    ("text", "tag"), [("瑞典语", "sv"), ("Engelska", "en"), ("zh-TW", "zh-Hans"), ("汉语", "zh-Hans")]
)
def test_languages_are_known_by_name_and_tag(text: str, tag: str) -> None:
    assert recognising.language(text) == tag


def test_columns_are_guessed_in_three_languages() -> None:
    for header in (["E-post", "Förnamn", "Språk"], ["邮箱", "名", "语言"], ["e-mail", "First name", "LANGUAGE"]):
        assert columns.guess(header) == {Field.EMAIL: 0, Field.GIVEN_NAME: 1, Field.LANGUAGE: 2}


def test_a_mapping_that_names_no_column_is_refused() -> None:
    with pytest.raises(Refused, match="no column “Mejl”"):
        columns.read("email=Mejl", ["E-post"])
    with pytest.raises(Refused, match="“mejl” is not a field"):
        columns.read("mejl=E-post", ["E-post"])
    assert columns.read("email = E-post, tags=T", ["T", "E-post"]) == {Field.EMAIL: 1, Field.TAGS: 0}


@given(text=st.text(st.sampled_from("=+-@\t\r＝＋－＠'a 林")))
def test_a_cell_is_the_same_after_it_went_out_and_came_in(text: str) -> None:
    out = cells.guard(text)

    assert cells.unguard(out) == text
    assert out[:1] not in tuple("=+-@\t\r＝＋－＠")
    assert not cells.is_formula(out)
