"""The tags in use: how many have each, and renaming, merging and deleting one for everybody."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from outreach.accounts import audit
from outreach.contacts import editing
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _


@dataclass(frozen=True)
class Tag:
    """A tag and how many people have it."""

    name: str
    people: int


def listed(session: Session) -> list[Tag]:
    """Return every tag in use with its people counted, by name. Reads all contacts."""
    return [Tag(row.tag, row.people) for row in session.execute(_COUNTED)]


def get(session: Session, name: str) -> Tag:
    """Return one tag with its people counted. Raises NotFound where nobody has it."""
    found = next((one for one in listed(session) if one.name == name), None)
    if found is None:
        raise NotFound(_("Nobody has this tag any more."))
    return found


def rename(session: Session, tag: str, to: str, *, by: str) -> int:
    """Call a tag something else, for everybody; where the new one exists they become one. Returns for how many."""
    new = editing.tag_text(to)
    if not new:
        raise Refused(_("Write the new name of the tag."))
    if new == tag:
        raise Refused(_("This is what the tag is called already."))
    return _change(session, tag, new, by=by)


def delete(session: Session, tag: str, *, by: str) -> int:
    """Take a tag from everybody; returns from how many."""
    return _change(session, tag, None, by=by)


def _change(session: Session, tag: str, new: str | None, *, by: str) -> int:
    people = session.execute(_RENAME, {"tag": tag, "new": new, "by": by}).scalar_one()
    if not people:
        raise Refused(_("Nobody has this tag any more."))
    action = "tag.delete" if new is None else "tag.rename"
    audit.append(session, actor=by, action=action, subject=f"tag:{tag}", detail={"people": people, "to": new or ""})
    return int(people)


_COUNTED = sa.text(
    "SELECT tag, count(*) AS people FROM contact, unnest(tags) AS tag GROUP BY tag ORDER BY lower(tag), tag"
)

# What each person's tags were before stays in their history.
_RENAME = sa.text(
    """
    WITH renamed AS (
        UPDATE contact SET updated_at = now(), tags = ARRAY(
            SELECT DISTINCT one FROM unnest(array_remove(contact.tags, CAST(:tag AS text)) || CAST(:new AS text)) AS one
            WHERE one IS NOT NULL ORDER BY one
        )
        FROM contact AS before
        WHERE before.id = contact.id AND contact.tags @> ARRAY[CAST(:tag AS text)]
        RETURNING contact.id, before.tags AS was, contact.tags
    ), kept AS (
        INSERT INTO contact_change (contact_id, by, before, after)
        SELECT id, :by, jsonb_build_object('tags', was), jsonb_build_object('tags', tags) FROM renamed
    )
    SELECT count(*) FROM renamed
    """
)
