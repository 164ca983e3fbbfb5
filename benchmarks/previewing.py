"""How long a segment of a million contacts takes to be counted, against one sequential scan of the contacts."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import text

from benchmarks.figures import RUNS, Figure, against, seconds
from benchmarks.world import world
from outreach.consent import topics
from outreach.foundation.database import engine, transaction
from outreach.segments import preview, rules, tallies
from outreach.segments.selecting import AudienceSpec

CONTACTS = 1_000_000
LANGUAGES = ("sv", "zh-Hans", "en")
# As an officer changes an audience: everybody, a topic, sectors of a country, and who of them is left out.
EDITS = (
    ("everyone", None, topics.KEYS),
    ("everyone", None, ("labour",)),
    ("sector=textiles,electronics and language=zh-Hans", None, topics.KEYS),
    ("topic=environment,events and not kind=media", "country=CN and language=sv", ("environment",)),
    ("left=labour or tracking=no", "sector=food", topics.KEYS),
)
# What tallies do not know: one in twenty has the tag, one in five was added this month.
ASKED = (
    AudienceSpec(rules.parse_text("not tag=vip"), None, ("labour",), LANGUAGES),
    AudienceSpec(rules.parse_text("tag=vip and sector=food"), None, topics.KEYS, LANGUAGES),
    AudienceSpec(rules.parse_text("added_since=2026-06-01 or topic=labour"), None, topics.KEYS, LANGUAGES),
)


def million() -> list[Figure]:
    """Measure `segment.preview.1m` from the tallies and `segment.preview.direct`, conditions asked by themselves."""
    specs = [
        AudienceSpec(rules.parse_text(include), rules.parse_text(exclude) if exclude else None, keys, LANGUAGES)
        for include, exclude, keys in EDITS
    ]
    pairs, direct = [], []
    with world(CONTACTS):
        _let_them_choose()
        with transaction() as session:
            tallies.make(session)
        _vacuum()
        for _number in range(RUNS):
            scan = 1000 * seconds(_scan, 3)
            pairs.append((1000 * sum(seconds(partial(_count, one)) for one in specs) / len(specs), scan))
            direct.append((1000 * sum(seconds(partial(_count, one)) for one in ASKED) / len(ASKED), scan))
    return [against("segment.preview.1m", "ms", pairs), against("segment.preview.direct", "ms", direct)]


def _let_them_choose() -> None:
    """Let everybody decide about five topics, nine in ten for it; one in a hundred bounced, one in twenty has a tag."""
    with transaction() as session:
        for statement in (
            """
            INSERT INTO subscription (contact_id, topic_id, state)
            SELECT contact.id, topic.id,
                CASE WHEN hashtext(address || topic.key) % 10 = 0 THEN 'unsubscribed' ELSE 'subscribed' END
            FROM contact, topic WHERE topic.key <> 'press' ON CONFLICT DO NOTHING
            """,
            "UPDATE contact SET tags = ARRAY['vip'] WHERE hashtext(address) % 20 = 0",
            "UPDATE contact SET created_at = '2026-01-01' WHERE hashtext(address) % 5 <> 0",
            """
            INSERT INTO suppression (address, reason, detail)
            SELECT address, 'hard_bounce', '' FROM contact WHERE hashtext(address) % 100 = 0
            """,
        ):
            session.execute(text(statement))


def _vacuum() -> None:
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _scan() -> None:
    """Read the contacts once, as fast as PostgreSQL can: no condition, no index, nothing but a number comes back."""
    with transaction() as session:
        session.execute(text("SET LOCAL enable_indexonlyscan = off"))
        session.execute(text("SET LOCAL enable_indexscan = off"))
        session.execute(text("SELECT count(*) FROM contact")).scalar_one()


def _count(spec: AudienceSpec) -> None:
    with transaction() as session:
        if not preview.count(session, spec).total:
            raise RuntimeError("nobody was counted, so nothing was measured")


FIGURES: dict[str, Callable[[], list[Figure]]] = {"segment.preview.1m": million, "segment.preview.direct": million}
