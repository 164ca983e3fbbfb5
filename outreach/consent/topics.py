"""The topics that people subscribe to, and their names."""

from collections.abc import Collection
from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from outreach.consent.models import ConsentPurpose, Topic
from outreach.foundation import locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.tables import uuid7

PRESS: Final = "press"  # releases; offered only to press contacts

NAMES: Final[dict[str, dict[str, str]]] = {
    "human_rights": {"sv": "Mänskliga rättigheter", "zh-Hans": "人权", "en": "Human rights"},
    "labour": {"sv": "Arbetsvillkor", "zh-Hans": "劳动条件", "en": "Labour conditions"},
    "environment": {"sv": "Miljö", "zh-Hans": "环境", "en": "Environment"},
    "anticorruption": {"sv": "Antikorruption", "zh-Hans": "反腐败", "en": "Anti-corruption"},
    "events": {"sv": "Evenemang", "zh-Hans": "活动", "en": "Events"},
    PRESS: {"sv": "Pressmeddelanden", "zh-Hans": "新闻稿", "en": "Press releases"},
}
KEYS: Final = tuple(NAMES)
NEWSLETTER: Final = tuple(key for key in KEYS if key != PRESS)


def ensure(session: Session) -> None:
    """Put the six topics in place; names that somebody has changed since are kept."""
    rows = [{"id": uuid7(), "key": key, "names": NAMES[key], "position": place} for place, key in enumerate(KEYS)]
    session.execute(insert(Topic).values(rows).on_conflict_do_nothing(index_elements=["key"]))


def listed(session: Session) -> list[Topic]:
    """Return all topics in their order."""
    return list(session.exec(select(Topic).order_by(col(Topic.position), col(Topic.key))))


def by_keys(session: Session, keys: Collection[str]) -> list[Topic]:
    """Return the topics of these keys, in their order. Raises Refused for an unknown key."""
    found = [topic for topic in listed(session) if topic.key in keys]
    unknown = sorted(set(keys) - {topic.key for topic in found})
    if unknown:
        raise Refused(
            _("“%(topic)s” is not a topic; the known ones are %(known)s.")
            % {"topic": unknown[0], "known": ", ".join(topic.key for topic in listed(session))}
        )
    return found


def spellings(session: Session) -> dict[str, str]:
    """Return the key of every topic by each of its names, in all languages, and by itself."""
    return {name: topic.key for topic in listed(session) for name in (*topic.names.values(), topic.key)}


def purpose(topic: Topic | None) -> ConsentPurpose:
    """Return what a decision about a topic is about; one about none is about being measured."""
    if topic is None:
        return ConsentPurpose.TRACKING
    return ConsentPurpose.PRESS if topic.key == PRESS else ConsentPurpose.TOPIC


def label(topic: Topic) -> str:
    """Name a topic in the language in use."""
    return topic.names.get(locale.language()) or topic.names.get("en") or topic.key


def key_label(key: str) -> str:
    """Name a topic by its key where no row is at hand; renamed topics keep their first name here."""
    return NAMES.get(key, {}).get(locale.language(), key)
