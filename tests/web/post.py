"""What the product's own mail said: the letters that were planned, and the links in them."""

import re
from urllib.parse import urlsplit

import sqlalchemy as sa

from outreach.delivery.models import Stream
from outreach.foundation.database import transaction
from tests.delivery import world


def open_office() -> None:
    """Let the product's own mail have a sender."""
    with transaction() as session:
        world.sender_of(session, Stream.SYSTEM)


def letters(address: str) -> list[str]:
    """Return the text of each letter of the product's own that may go to an address, in order."""
    with transaction() as session:
        return list(
            session.execute(
                sa.text(
                    """
                    SELECT message.text FROM delivery
                    JOIN mailing ON mailing.id = delivery.mailing_id JOIN message ON message.id = delivery.message_id
                    WHERE delivery.address = :address AND mailing.stream = 'system' AND NOT delivery.withdrawn
                    ORDER BY delivery.id
                    """
                ),
                {"address": address},
            ).scalars()
        )


def link(address: str, beginning: str) -> str:
    """Return the path of the newest link of a kind, such as `/personal/`, that was mailed to an address."""
    found = re.findall(rf"https?://[^\s/]+({beginning}\S+)", "\n".join(letters(address)))
    return urlsplit(found[-1]).path
