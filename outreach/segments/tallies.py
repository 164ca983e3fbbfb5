"""How many contacts are alike, kept so that a million need not be looked at for every number.

Contacts with the same language, sector, kind, country, topics, consent and standing make one tally. A trigger of each
table that these stand in notes whose may have changed (`tally_change`), in the transaction of the change itself; what
is counted from them (`tallied`) is therefore exact. See docs/decisions/0025-tallies.md.
"""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from outreach.consent import permission
from outreach.contacts.models import Contact, Organisation, SourceKind
from outreach.contacts.search import country_of_contact
from outreach.foundation import clock
from outreach.foundation.database import keep_temporarily
from outreach.segments.models import ALIKE, CHANGE, PLACE, TALLY

FEWEST: Final = 50_000  # contacts; fewer are counted one by one as quickly
MOST_CHANGES: Final = 5_000  # noted contacts that a count looks at; with more it looks at all contacts
WORTH_IT: Final = 1_000  # noted contacts for which tallies are made anew
NOT_SOONER: Final = timedelta(minutes=10)  # than after this, unless there are more changes than a count looks at
LOCK: Final = 0x7A11E5


def make(session: Session) -> None:
    """Tally all contacts anew; some seconds for a million. Nothing is done while somebody else does it."""
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))):
        return
    # What is noted from here on stays noted, so nothing is missed between this statement and the next.
    session.execute(sa.delete(CHANGE))
    session.execute(sa.text("SET LOCAL work_mem = '128MB'"))
    keep_temporarily(session, "present", state())
    alike = ", ".join(f'"{name}"' for name in ALIKE)
    session.execute(sa.delete(TALLY))
    session.execute(sa.delete(PLACE))
    session.execute(
        sa.text(
            f"INSERT INTO tally (id, {alike}, people) "  # noqa: S608 - names of our own
            f"SELECT row_number() OVER (), {alike}, count(*) FROM present GROUP BY {alike}"
        )
    )
    session.execute(
        sa.text(
            "INSERT INTO tally_place (contact_id, tally_id) "  # noqa: S608 - as above
            f"SELECT contact_id, tally.id FROM present JOIN tally USING ({alike})"
        )
    )
    session.execute(sa.text("DROP TABLE present"))


def tend(session: Session) -> None:
    """Make tallies where contacts are many and they are missing or far behind; forget notes that nobody needs."""
    many = session.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'contact'::regclass")) or 0
    made_at = session.scalar(sa.select(sa.func.max(TALLY.c.made_at)))
    changes = _changes(session)
    if made_at is None and many < FEWEST:
        session.execute(sa.delete(CHANGE))
        return
    is_due = made_at is None or changes > MOST_CHANGES
    is_worth_it = changes > WORTH_IT and made_at is not None and clock.now() - made_at > NOT_SOONER
    if is_due or is_worth_it:
        make(session)


def is_fresh(session: Session) -> bool:
    """Tell whether there are tallies, and few enough changes since to be added up."""
    found = session.execute(sa.select(sa.exists().select_from(TALLY), sa.func.coalesce(_number_of_changes(), 0))).one()
    return bool(found[0]) and found[1] <= MOST_CHANGES


def state(among: sa.Select[Any] | None = None) -> sa.Select[*tuple[Any, ...]]:
    """Return the SELECT of what a tally says of each contact, of all or of those among others."""
    standing = permission.standings(among).subquery("standing")
    suppressed = permission.suppressed_addresses().subquery("suppressed_address")
    agreed = permission.agreed().subquery("agreed")
    nothing = sa.literal([], ARRAY(sa.Text))
    found: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            col(Contact.id).label("contact_id"),
            sa.type_coerce(col(Contact.language), sa.Text).label("language"),
            _or_empty(Organisation.sector).label("sector"),
            _or_empty(Organisation.kind).label("kind"),
            sa.cast(country_of_contact(), sa.Text).label("country"),
            sa.func.coalesce(standing.c.subscribed, nothing).label("subscribed"),
            sa.func.coalesce(standing.c.left, nothing).label("left"),
            agreed.c.contact_id.is_not(None).label("measured"),
            suppressed.c.address.is_not(None).label("suppressed"),
            (sa.type_coerce(col(Contact.source_kind), sa.Text) == SourceKind.COLLECTED.value).label("collected"),
        )
        .outerjoin(Organisation, col(Organisation.id) == col(Contact.organisation_id))
        .outerjoin(standing, standing.c.contact_id == col(Contact.id))
        .outerjoin(suppressed, suppressed.c.address == col(Contact.address))
        .outerjoin(agreed, agreed.c.contact_id == col(Contact.id))
    )
    return found if among is None else found.where(col(Contact.id).in_(among))


def _changes(session: Session) -> int:
    return session.scalar(sa.select(_number_of_changes())) or 0


def _number_of_changes() -> sa.ScalarSelect[int]:
    some = sa.select(sa.literal(1)).select_from(CHANGE).limit(MOST_CHANGES + 1).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def _or_empty(column: Any) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.cast(col(column), sa.Text), "")
