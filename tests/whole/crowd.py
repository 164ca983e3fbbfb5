"""A crowd of readers and a campaign to all of them, launched: for stories that begin when the workers do."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import text

import outreach.cli.demo
from outreach.campaigns import launching, planning
from outreach.campaigns.models import Campaign
from outreach.content import approval, files
from outreach.delivery.models import Sender, Stream
from outreach.foundation.database import transaction
from outreach.segments import rules

CONTENT = Path(outreach.cli.demo.__file__).parent / "content"
ISSUE = "ansvar-2026-04"
BY = "approver@csr-centre.example"


def subscribe(number: int, *, at_qq: int = 0) -> None:
    """Let so many people subscribe to letters on labour conditions, in three languages; and a sender exist."""
    with transaction() as session:
        session.execute(_PEOPLE, {"number": number, "at_qq": at_qq})
        session.execute(_SUBSCRIPTIONS)
        address = "brev@csr-centre.example"
        session.add(Sender(key="newsletter", stream=Stream.NEWSLETTER, address=address, names={"en": "Letters"}))


def launch_to(number: int, *, at_qq: int = 0) -> UUID:
    """Launch an issue to so many people, some of them at qq.com; return the campaign's id."""
    planned = approved(number, name="To all", at_qq=at_qq)
    with transaction() as session:
        launching.launch(session, session.get_one(Campaign, planned), by=BY)
    return planned


def approved(number: int, *, name: str, at_qq: int = 0) -> UUID:
    """Plan an approved issue to so many people, or with 0 to those who are there; return the campaign's id."""
    if number:
        subscribe(number, at_qq=at_qq)
    with transaction() as session:
        piece = files.import_folder(session, CONTENT / ISSUE)
        approval.approve(session, piece, by=BY)
        return planning.create(session, piece, name=name, include=rules.Everyone(), by=BY).id


_PEOPLE = text(
    """
    INSERT INTO contact (id, email, address, given_name, family_name, native_name, latin_name, title, language,
        country, time_zone, source, tags)
    SELECT uuidv7(), address, address, 'Reader ' || n, '', '', '', '', (ARRAY['sv', 'zh-Hans', 'en'])[1 + n % 3],
        'SE', '', 'test', '{}'
    FROM generate_series(1, :number) AS n,
        concat('reader', n, CASE WHEN n <= :at_qq THEN '@qq.com' ELSE '@firma.example' END) AS address
    """
)
_SUBSCRIPTIONS = text(
    """
    INSERT INTO subscription (contact_id, topic_id, state)
    SELECT contact.id, topic.id, 'subscribed' FROM contact, topic WHERE topic.key = 'labour'
    """
)
