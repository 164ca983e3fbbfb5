"""People who stand there twice, perhaps: found by a worker, judged by somebody who knows, never merged by themselves.

Plus-tags in addresses are looked through here and nowhere else: anna+press@ may well be a second person's choice.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.contacts.models import Contact, ContactPair, Organisation
from outreach.foundation import locale
from outreach.foundation.errors import NotFound
from outreach.foundation.jobs import Job
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import SIZE, Page, page

FIND: Final = Job("contacts.find_duplicates")


class Reason(StrEnum):
    """Why two contacts may be one person."""

    NAME = "name"  # the same name, in either script, in the same organisation
    ORDER = "order"  # the same names in another order, in the same organisation
    ADDRESS = "address"  # the same address but for what stands behind a +


@dataclass(frozen=True)
class Pair:
    """Two people who may be one."""

    first: Contact
    second: Contact
    first_employer: str
    second_employer: str
    reasons: tuple[Reason, ...]

    @property
    def first_id(self) -> UUID:
        """Return the id of the one who came first."""
        return self.first.id

    @property
    def second_id(self) -> UUID:
        """Return the id of the other."""
        return self.second.id

    def name_of_other(self, contact_id: UUID) -> str:
        """Name the one of the two who is not this one."""
        return self.second.display_name if contact_id == self.first.id else self.first.display_name


def find(session: Session) -> int:
    """Look through all contacts and keep who may be whom; returns how many pairs there are. Reads everybody."""
    session.execute(_FORGET)
    session.execute(_FIND)
    return session.execute(_COUNT).scalar_one()  # type: ignore[no-any-return] # a count


def listed(session: Session, *, cursor: str | None = None, size: int = SIZE) -> Page[Pair]:
    """List the pairs about which nobody has decided, those found last first."""
    statement, keys = _pairs()
    return page(
        session, statement.where(col(ContactPair.distinct_by) == ""), keys, read=_pair, cursor=cursor, size=size
    )


def of(session: Session, contact: Contact) -> list[Pair]:
    """Return the open pairs of which a contact is one."""
    statement, _keys = _pairs()
    mine = sa.or_(col(ContactPair.first_id) == contact.id, col(ContactPair.second_id) == contact.id)
    rows = session.execute(statement.where(mine, col(ContactPair.distinct_by) == "").limit(5))
    return [_pair(row) for row in rows]


def pair(session: Session, one: UUID, other: UUID) -> Pair:
    """Return two people side by side, found by us or not. Raises NotFound where one is not there any more."""
    first, second = (session.get(Contact, number) for number in sorted((one, other)))
    if first is None or second is None or first is second:
        raise NotFound(_("One of the two is not there any more; they may have been merged already."))
    known = session.get(ContactPair, (first.id, second.id))
    reasons = tuple(Reason(reason) for reason in known.reasons) if known else ()
    return Pair(first, second, _employer(session, first), _employer(session, second), reasons)


def set_apart(session: Session, found: Pair, *, by: str) -> None:
    """Remember that two people are two, so that they are not found again."""
    statement = insert(ContactPair).values(
        first_id=found.first_id, second_id=found.second_id, reasons=list(found.reasons), distinct_by=by
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["first_id", "second_id"], set_={"distinct_by": by, "at": sa.func.now()}
        )
    )
    detail = {"other": str(found.second_id)}
    audit.append(session, actor=by, action="contact.distinct", subject=f"contact:{found.first_id}", detail=detail)


def reason_label(reason: Reason) -> str:
    """Say why two people may be one, in the language in use."""
    labels = {
        Reason.NAME: _("The same name at the same organisation"),
        Reason.ORDER: _("The same names in another order, at the same organisation"),
        Reason.ADDRESS: _("The same address but for what stands behind the +"),
    }
    return labels[reason]


def _pairs() -> tuple[sa.Select[*tuple[Any, ...]], list[sa.SQLColumnExpression[Any]]]:
    first, second = aliased(Contact, name="first"), aliased(Contact, name="second")
    works, other = aliased(Organisation, name="works"), aliased(Organisation, name="other")
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(first, second, works, other, col(ContactPair.reasons).label("reasons"))
        .select_from(ContactPair)
        .join(first, col(first.id) == col(ContactPair.first_id))
        .join(second, col(second.id) == col(ContactPair.second_id))
        .outerjoin(works, col(works.id) == col(first.organisation_id))
        .outerjoin(other, col(other.id) == col(second.organisation_id))
    )
    return statement, [col(ContactPair.first_id), col(ContactPair.second_id)]


def _pair(row: Any) -> Pair:
    first, second, works, other, reasons = row[:5]
    return Pair(first, second, _name(works), _name(other), tuple(Reason(one) for one in reasons))


def _employer(session: Session, contact: Contact) -> str:
    return _name(session.get(Organisation, contact.organisation_id) if contact.organisation_id else None)


def _name(employer: Organisation | None) -> str:
    return employer.name(locale.language()) if employer else ""


_FORGET: Final = sa.text("DELETE FROM contact_pair WHERE distinct_by = ''")
_COUNT: Final = sa.text("SELECT count(*) FROM contact_pair WHERE distinct_by = ''")

# Everybody of a group is paired with the first of it: a hundred people of one name are ninety-nine pairs.
_FIND: Final = sa.text(
    r"""
    WITH person AS (
        SELECT id, organisation_id,
            nullif(search_form(replace(native_name, ' ', '')), '') AS native,
            nullif(search_form(coalesce(nullif(latin_name, ''), trim(given_name || ' ' || family_name))), '') AS latin,
            regexp_replace(address, '\+[^@]*@', '@') AS plain
        FROM contact
    ), key AS (
        SELECT id, 'name' AS reason, organisation_id::text || native AS key FROM person WHERE native IS NOT NULL
        UNION ALL SELECT id, 'name', organisation_id::text || latin FROM person WHERE latin LIKE '% %'
        UNION ALL SELECT id, 'order', organisation_id::text
            || array_to_string(ARRAY(SELECT word FROM unnest(string_to_array(latin, ' ')) AS word ORDER BY word), ' ')
            FROM person WHERE latin LIKE '% %'
        UNION ALL SELECT id, 'address', plain FROM person
    ), found AS (
        SELECT first_value(id) OVER (PARTITION BY reason, key ORDER BY id) AS first_id, id AS second_id, reason
        FROM key WHERE key IS NOT NULL
    )
    INSERT INTO contact_pair (first_id, second_id, reasons)
    SELECT first_id, second_id,
        array_remove(array_agg(DISTINCT reason), CASE WHEN bool_or(reason = 'name') THEN 'order' END)
    FROM found WHERE first_id <> second_id
    GROUP BY first_id, second_id
    ON CONFLICT (first_id, second_id) DO NOTHING
    """
)
