"""Who would receive a piece: in which language, and who not and why; by hand, beside the random worlds."""

import pytest
from sqlmodel import Session

from outreach.consent import topics
from outreach.consent.models import SubscriptionState
from outreach.contacts.models import OrganisationKind, Sector
from outreach.delivery.models import Stream
from outreach.foundation.errors import NotFound
from outreach.segments import preview, rules, saved
from outreach.segments.preview import Cell
from outreach.segments.selecting import AudienceSpec, audience
from tests.segments import world
from tests.segments.world import Person

AGREED = {"labour": (SubscriptionState.SUBSCRIBED, 5)}
YUNFAN = (Sector.TEXTILES, OrganisationKind.COMPANY, "CN")


def person(language: str = "sv", **more: object) -> Person:
    given = {"country": "", "works_at": None, "tags": (), "subscriptions": AGREED, "letters": {}, **more}
    return Person(**{"language": language, "suppressed": False, "paused": None, "tracked": None, **given})  # type: ignore[arg-type] # as named


def spec(rule: str = "everyone", exclude: str | None = None, **more: object) -> AudienceSpec:
    named = {"topics": ("labour",), "languages": ("sv", "zh-Hans", "en"), **more}
    out = rules.parse_text(exclude) if exclude else None
    return AudienceSpec(include=rules.parse_text(rule), exclude=out, **named)  # type: ignore[arg-type] # as named


def test_the_preview_counts_languages_sectors_and_reasons(session: Session) -> None:
    world.prepare(session)
    world.populate(
        session,
        [
            person("sv"),
            person("zh-Hans", works_at=YUNFAN),
            person("zh-Hans", works_at=YUNFAN),
            person("zh-Hans", subscriptions={}),
            person("sv", suppressed=True),
            person("sv", tags=("vip",)),
            person("sv", paused=5),
            person("en"),
        ],
    )

    found = preview.count(session, spec(exclude="tag=vip", languages=("sv", "zh-Hans"), fallbacks=False))

    assert found.cells == (Cell("sv", "", 1), Cell("zh-Hans", "textiles", 2))
    assert found.excluded == {
        "excluded": 1,
        "suppressed": 1,
        "source": 0,
        "no_consent": 1,
        "paused": 1,
        "no_edition": 1,
    }
    assert (found.total, found.receive, found.per_language) == (8, 3, {"sv": 1, "zh-Hans": 2})
    assert len(found.samples) == 3


def test_the_first_reason_counts(session: Session) -> None:
    world.prepare(session)
    world.populate(session, [person("en", tags=("vip",), suppressed=True, subscriptions={})])

    reasons = []
    for exclude, keys in (("tag=vip", ("labour",)), (None, ("labour",))):
        rows = session.execute(audience(spec(exclude=exclude, topics=keys, languages=("sv",), fallbacks=False))).all()
        reasons += [row.reason for row in rows]

    assert reasons == ["excluded", "suppressed"]


@pytest.mark.parametrize(
    ("editions", "chosen"),
    [
        (("sv", "zh-Hans", "en"), {"sv": "sv", "zh-Hans": "zh-Hans", "en": "en"}),
        (("sv", "zh-Hans"), {"sv": "sv", "zh-Hans": "zh-Hans", "en": "sv"}),
        (("en",), {"sv": "en", "zh-Hans": "en", "en": "en"}),
        (("zh-Hans",), {"sv": "zh-Hans", "zh-Hans": "zh-Hans", "en": "zh-Hans"}),
        ((), {"sv": None, "zh-Hans": None, "en": None}),
    ],
)
def test_the_fallback_chain_is_that_of_the_readers_language(
    session: Session, editions: tuple[str, ...], chosen: dict[str, str | None]
) -> None:
    world.prepare(session)
    world.populate(session, [person(language) for language in ("sv", "zh-Hans", "en")])

    rows = session.execute(audience(spec(languages=editions))).all()

    assert {row.contact_language: row.language for row in rows} == chosen


def test_a_preview_of_nobody_is_all_noughts(session: Session) -> None:
    world.prepare(session)

    found = preview.count(session, spec())

    assert (found.total, found.receive, found.cells, found.samples) == (0, 0, (), ())
    assert set(found.excluded.values()) == {0}


def test_a_saved_segment_is_found_by_its_key_and_replaced(session: Session) -> None:
    topics.ensure(session)
    saved.save(session, key="textiles", name="Textil", include=rules.parse_text("sector=textiles"))

    saved.save(
        session,
        key="textiles",
        name="Textil i Kina",
        include=rules.parse_text("sector=textiles and country=CN"),
        exclude=rules.parse_text("tag=vip"),
    )

    segment = saved.by_key(session, "textiles")
    assert [one.name for one in saved.listed(session)] == ["Textil i Kina"]
    assert [rules.to_text(one) for one in saved.rules_of(segment) if one] == [
        "sector=textiles and country=CN",
        "tag=vip",
    ]
    with pytest.raises(NotFound, match="“food”"):
        saved.by_key(session, "food")


def test_a_segment_without_exclusion_has_none_after_a_reload(session: Session) -> None:
    segment = saved.save(session, key="all", name="All", include=rules.parse_text("everyone"))
    session.expire(segment)

    assert saved.rules_of(segment) == (rules.Everyone(), None)


def test_a_pause_ends_by_itself_and_holds_only_what_it_is_about(session: Session) -> None:
    world.prepare(session)
    world.populate(session, [person(paused=1), person(paused=-1)])

    newsletter = preview.count(session, spec())
    press = preview.count(session, spec(stream=Stream.PRESS))

    assert (newsletter.receive, newsletter.excluded["paused"]) == (1, 1)
    assert (press.receive, press.excluded["paused"]) == (2, 0)
