"""Everything a person reads is there in Swedish and in Chinese, whole and in its place."""

import re
from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog, Message

from tests.house.catalogues import LANGUAGES, collect, read

PLACE = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def source() -> Catalog:
    """Collect every message of the product."""
    return collect()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """Read the catalogue of each language."""
    return read(request.param)


def test_messages_are_found_in_code_and_in_templates(source: Catalog) -> None:
    files = {file for message in source for file, _line in message.locations}

    assert {file.partition("/")[0] for file in files} == {"outreach", "templates"}
    assert len(source) > 500


def test_every_message_is_translated(source: Catalog, catalogue: Catalog) -> None:
    missing = [one.id for one in source if one.id and not _is_translated(catalogue, one)]

    assert missing == []


def test_no_translation_is_left_over_or_fuzzy(source: Catalog, catalogue: Catalog) -> None:
    fuzzy = [one.id for one in catalogue if one.id and one.fuzzy]
    stale = [one.id for one in catalogue if one.id and not _same(source, one)]

    assert fuzzy == []
    assert stale == []
    assert not catalogue.obsolete


def test_translations_keep_the_places_of_values(catalogue: Catalog) -> None:
    """Every value is in its place; only a form that stands for one thing may leave the number out."""
    wrong = [
        (one.id, said)
        for one in catalogue
        if one.id
        for number, said in enumerate(_forms(one.string))
        if not _fits(said, _forms(one.id), is_last=number == len(_forms(one.string)) - 1)
    ]

    assert wrong == []


def test_chinese_is_punctuated_as_chinese() -> None:
    """No half-width mark touches a Chinese character, and no space does; an example in quotation marks may."""
    odd = re.compile(r"[一-鿿][,;:!?() ]|[,;:!?() ][一-鿿]")
    quoted = re.compile(r"“[^”]*”")
    texts = [one for one in read("zh_Hans") if one.id and one.context != "date pattern"]

    wrong = [said for one in texts for said in _forms(one.string) if odd.search(quoted.sub("", said))]

    assert wrong == []


def test_swedish_quotes_as_swedish_does() -> None:
    wrong = [said for one in read("sv") if one.id for said in _forms(one.string) if re.search(r"[“‘„«»]", said)]

    assert wrong == []


def _is_translated(catalogue: Catalog, message: Message) -> bool:
    found = _same(catalogue, message)
    return found is not None and len(_forms(found.string)) == _wanted(catalogue, message) and all(_forms(found.string))


def _wanted(catalogue: Catalog, message: Message) -> int:
    return catalogue.num_plurals if message.pluralizable else 1


def _same(catalogue: Catalog, message: Message) -> Message | None:
    found = catalogue.get(_forms(message.id)[0], message.context)
    return found if found is not None and found.id == message.id else None


def _forms(text: str | Sequence[str]) -> Sequence[str]:
    return (text,) if isinstance(text, str) else text


def _fits(said: str, ids: Sequence[str], *, is_last: bool) -> bool:
    wanted, found = sorted(PLACE.findall(ids[-1])), sorted(PLACE.findall(said))
    if len(ids) > 1 and not is_last:
        return set(found) <= set(wanted)
    return found == wanted and _signs(said) == _signs(ids[-1])


def _signs(text: str) -> int:
    return PLACE.sub("", text).count("%")  # one too many or too few breaks the formatting of the whole sentence
