"""Launch: freeze the letters and the audience in one transaction, and prove that nobody fell between.

After it, what is sent and to whom no longer depends on contacts, consents or content: only a withdrawal, a suppression
or a cancellation still takes a delivery out.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import insert, text, update
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.campaigns import audience, expecting, readiness, reviewing, telling
from outreach.campaigns.models import Campaign, CampaignState
from outreach.content import editions, pieces
from outreach.content.models import Piece
from outreach.delivery import headers, ledger
from outreach.delivery.models import PRIORITY, Link, Mailing, Message, Sender
from outreach.delivery.pacing import families, turns
from outreach.delivery.providers import load
from outreach.foundation import clock, jobs
from outreach.foundation.database import keep_temporarily
from outreach.foundation.errors import Conflict, OutreachError, Refused
from outreach.foundation.settings import settings
from outreach.foundation.slots import names_in
from outreach.foundation.tables import uuid7
from outreach.rendering import message as rendering
from outreach.rendering.links import LinkTarget
from outreach.segments.selecting import audience as select_audience

MEMORY = "128MB"  # for each sort and hash of a launch: what spills to disk takes twice as long
FEWEST_PER_BATCH = 25
BATCHES_WANTED = 40


def launch(session: Session, campaign: Campaign, *, by: str, whatever_number: bool = True) -> int:
    """Freeze a campaign and wake the workers; returns how many letters will leave.

    Raises Refused with the first stop of `readiness.problems`, Conflict when somebody else launched it first, and
    without `whatever_number` also when the letters are not as many as were expected (`expecting.Drift`).
    """
    session.execute(text(f"SET LOCAL work_mem = '{MEMORY}'"))
    if stop := next((one for one in readiness.problems(session, campaign) if one.level is readiness.Level.STOP), None):
        raise Refused(stop.message)
    _claim(session, campaign)
    piece = readiness.piece_of(session, campaign)
    mailing, sender = _mailing(session, campaign, audience.topics(piece))
    _freeze_audience(session, campaign, piece)
    has_notice = telling.stage(session)
    _freeze_letters(session, campaign, piece, mailing, sender, has_notice=has_notice)
    planned = _plan_deliveries(session, mailing, audience.topics(piece))
    if has_notice:
        telling.carry(session, mailing.id)
    excluded = _exclude(session, campaign)
    campaign.audience = _reconciled(session, planned, excluded)
    campaign.letters = planned
    drift = expecting.drift(campaign, planned)
    if drift and not whatever_number:
        raise Conflict(drift.sentence())
    session.execute(text("DROP TABLE frozen, told"))
    detail = {"audience": campaign.audience, "planned": planned, "excluded": excluded}
    audit.append(session, actor=by, action="campaign.launch", subject=str(campaign.id), detail=detail)
    if drift:
        numbers = {"expected": drift.expected, "letters": planned}
        audit.append(session, actor=by, action="campaign.drift", subject=str(campaign.id), detail=numbers)
    jobs.nudge(session, ledger.SEND)
    return planned


def _claim(session: Session, campaign: Campaign) -> None:
    first = session.execute(
        update(Campaign)
        .where(
            col(Campaign.id) == campaign.id,
            col(Campaign.state).in_([CampaignState.DRAFT, CampaignState.SCHEDULED]),
        )
        .values(state=CampaignState.RUNNING, launched_at=clock.now())
        .returning(col(Campaign.id))
    ).one_or_none()
    if first is None:
        raise Conflict
    session.refresh(campaign)


def _mailing(session: Session, campaign: Campaign, topics: tuple[str, ...]) -> tuple[Mailing, Sender]:
    sender = session.get_one(Sender, campaign.sender_id)
    mailing = Mailing(
        id=campaign.id,
        stream=sender.stream,
        priority=PRIORITY[sender.stream],
        sender_id=sender.id,
        provider=settings().provider,
        topics=list(topics),
    )
    session.add(mailing)
    session.flush()
    return mailing, sender


def _freeze_audience(session: Session, campaign: Campaign, piece: Piece) -> None:
    """Put the audience into a temporary table, one row per contact, with its reason when it gets nothing."""
    keep_temporarily(session, "frozen", select_audience(audience.spec(session, campaign, piece)))
    if settings().tracking == "off":
        session.execute(text("UPDATE frozen SET tracked = false WHERE tracked"))


def _freeze_letters(
    session: Session, campaign: Campaign, piece: Piece, mailing: Mailing, sender: Sender, *, has_notice: bool
) -> None:
    """Compile each letter that somebody will get: one per language, tracked or not."""
    wanted = session.execute(
        text("SELECT DISTINCT language, tracked FROM frozen WHERE reason IS NULL ORDER BY language, tracked")
    ).all()
    public_url = settings().public_url
    whole = pieces.load(session, piece)
    for language, tracked in wanted:
        second = reviewing.second(whole, campaign.layout, language)
        edition = replace(editions.edition_of(whole, language), has_notice=has_notice)
        letter = rendering.render(edition, second=second, tracked=tracked, public_url=public_url)
        session.add(
            Message(
                mailing_id=mailing.id,
                language=language,
                layout=campaign.layout.value,
                tracked=tracked,
                from_address=sender.address,
                from_name=edition.from_name or sender.names.get(language) or sender.key,
                reply_to=sender.reply_to,
                subject=letter.subject,
                html=letter.html,
                text=letter.text,
                headers=headers.of(sender, mailing.id, language),
            )
        )
        _keep_links(session, mailing.id, language, letter.links if tracked else ())
    session.flush()


def _keep_links(session: Session, mailing: UUID, language: str, links: tuple[LinkTarget, ...]) -> None:
    rows = [
        {
            "key": one.key,
            "mailing_id": mailing,
            "language": language,
            "url": one.url,
            "label": one.label,
            "block": one.block,
        }
        for one in links
    ]
    if rows:
        session.execute(insert(Link), rows)


def _plan_deliveries(session: Session, mailing: Mailing, topics: tuple[str, ...]) -> int:
    """Cut the audience into batches of one letter and lane each and write a delivery per recipient.

    A delivery keeps of a person's words only those that a letter of the mailing has a slot for.
    """
    total = session.execute(text("SELECT count(*) FROM frozen WHERE reason IS NULL")).scalar_one()
    most = load(mailing.provider).capabilities.max_items
    size = max(min(most, FEWEST_PER_BATCH), min(most, total // BATCHES_WANTED))
    lanes = families.of_domains(session)
    values = {
        "mailing": mailing.id,
        "priority": mailing.priority,
        "size": size,
        "topics": list(topics),
        # A launch's ids share their random part and count on (RFC 9562 §6.2): drawing one a row is what takes longest.
        "first": uuid7().hex[:24],
        "domains": list(lanes),
        "lanes": list(lanes.values()),
    }
    session.execute(
        text(
            """
            CREATE TEMP TABLE placed ON COMMIT DROP AS
            SELECT frozen.contact_id, frozen.address, frozen.name, frozen.given_name, frozen.language,
                frozen.organisation_id, message.id AS message_id, coalesce(family.lane, '') AS lane,
                (row_number() OVER (PARTITION BY message.id, family.lane) - 1) / :size
                    AS number
            FROM frozen
            LEFT JOIN unnest(CAST(:domains AS text[]), CAST(:lanes AS text[])) AS family (domain, lane)
                ON family.domain = split_part(frozen.address, '@', 2)
            JOIN message ON message.mailing_id = :mailing AND message.language = frozen.language
                AND message.tracked = frozen.tracked
            WHERE frozen.reason IS NULL
            """
        ),
        values,
    )
    session.execute(
        text(
            """
            CREATE TEMP TABLE cut ON COMMIT DROP AS
            SELECT uuidv7() AS id, message_id, lane, number, count(*) AS size
            FROM placed GROUP BY message_id, lane, number
            """
        )
    )
    session.execute(
        text(
            f"""
            INSERT INTO batch (id, mailing_id, message_id, priority, lane, turn, size, state, attempts)
            SELECT cut.id, :mailing, cut.message_id, :priority, cut.lane,
                coalesce(reached.turn, 0) - cut.size
                    + sum(cut.size) OVER (PARTITION BY cut.lane ORDER BY cut.number, cut.message_id),
                cut.size, 'planned', 0
            FROM cut LEFT JOIN ({turns.REACHED}) AS reached ON reached.lane = cut.lane
            """  # noqa: S608 - a query of our own
        ),
        values,
    )
    used = [name for name in _PERSONAL if name in _slots(session, mailing)]
    _name_topics(session, topics if "topics" in used else ())
    # A temporary table is never looked at by itself; without statistics a million rows would be sorted twice.
    session.execute(text("ANALYZE placed, cut, chosen, named, told"))
    planned = session.execute(
        text(
            f"""
            INSERT INTO delivery
                (id, mailing_id, batch_id, message_id, contact_id, address, name, language, values, state, attempts)
            SELECT CAST(:first || lpad(to_hex(row_number() OVER ()), 8, '0') AS uuid),
                :mailing, cut.id, placed.message_id, placed.contact_id, placed.address, placed.name,
                placed.language,
                jsonb_build_object({", ".join(f"'{name}', {_PERSONAL[name]}" for name in used)}),
                'planned', 0
            FROM placed
            JOIN cut ON cut.message_id = placed.message_id AND cut.lane = placed.lane AND cut.number = placed.number
            LEFT JOIN organisation ON organisation.id = placed.organisation_id
            LEFT JOIN chosen ON chosen.contact_id = placed.contact_id
            LEFT JOIN told ON told.contact_id = placed.contact_id
            LEFT JOIN named ON named.topics = chosen.topics AND named.language = placed.language
            """  # noqa: S608 - from the table below
        ),
        values,
    )
    session.execute(text("DROP TABLE placed, cut, chosen, named"))
    return int(planned.rowcount)  # type: ignore[attr-defined] # an INSERT's result counts its rows


# How each of `rendering.merge.PERSONAL`, and the notice, is read; where an organisation or topic has no name, none.
_PERSONAL: Final = {
    "first_name": "placed.given_name",
    "full_name": "placed.name",
    "organisation": "coalesce(organisation.names ->> placed.language, '')",
    "topics": "coalesce(named.labels, '')",
    "notice": "coalesce(told.words, '')",
}


def _slots(session: Session, mailing: Mailing) -> set[str]:
    letters = session.exec(select(Message).where(col(Message.mailing_id) == mailing.id))
    return {name for one in letters for name in names_in(one.subject, one.html, one.text, *one.headers.values())}


def _name_topics(session: Session, topics: tuple[str, ...]) -> None:
    """Keep which of the topics each contact chose, and each choice that occurs in words, once per language."""
    session.execute(
        text(
            """
            CREATE TEMP TABLE chosen ON COMMIT DROP AS
            SELECT subscription.contact_id, array_agg(topic.id ORDER BY topic.position) AS topics
            FROM subscription JOIN topic ON topic.id = subscription.topic_id
            WHERE subscription.state = 'subscribed' AND topic.key = ANY(CAST(:topics AS text[]))
            GROUP BY subscription.contact_id
            """
        ),
        {"topics": list(topics)},
    )
    session.execute(
        text(
            """
            CREATE TEMP TABLE named ON COMMIT DROP AS
            SELECT choice.topics, edition.language, (
                SELECT string_agg(
                    topic.names ->> edition.language,
                    CASE edition.language WHEN 'zh-Hans' THEN '、' ELSE ', ' END ORDER BY topic.position
                )
                FROM topic WHERE topic.id = ANY(choice.topics)
            ) AS labels
            FROM (SELECT DISTINCT topics FROM chosen) AS choice,
                (SELECT DISTINCT language FROM placed) AS edition
            """
        )
    )


def _exclude(session: Session, campaign: Campaign) -> int:
    """Keep who got nothing and why."""
    excluded = session.execute(
        text(
            """
            INSERT INTO exclusion (campaign_id, contact_id, reason, language)
            SELECT :campaign, contact_id, reason, contact_language FROM frozen WHERE reason IS NOT NULL
            """
        ),
        {"campaign": campaign.id},
    )
    return int(excluded.rowcount)  # type: ignore[attr-defined] # as above


def _reconciled(session: Session, planned: int, excluded: int) -> int:
    """Check that audience = deliveries + excluded; anything else undoes the launch."""
    audience_size = session.execute(text("SELECT count(*) FROM frozen")).scalar_one()
    if audience_size != planned + excluded:
        raise OutreachError(
            f"The audience has {audience_size} contacts, but {planned} were planned and {excluded} left out; "
            "nothing was launched. Please report this."
        )
    return int(audience_size)
