"""The headers that a mailbox provider expects of mail sent to many (RFC 2369, 2919, 8058; Gmail's Feedback-ID)."""

from uuid import UUID

from outreach.delivery.models import Sender, Stream
from outreach.foundation import urls
from outreach.foundation.settings import settings
from outreach.foundation.slots import slot

SENDER_ID = "outreach"  # 5 to 15 characters, always the same

_SPECIALS = frozenset('()<>[]:;@\\,."')


def bulk(sender: Sender, mailing: UUID, language: str) -> dict[str, str]:
    """Return the headers of a newsletter or press mailing; the values hold slots for each recipient's tokens."""
    domain = sender.address.rpartition("@")[2]
    leave = f"{urls.unsubscribe_base()}{slot('unsubscribe')}"
    name = sender.names.get(language) or sender.key
    return {
        "Message-ID": f"<{slot('delivery')}@{domain}>",
        "List-Unsubscribe": ", ".join([f"<{leave}>", *_by_mail()]),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"{_phrase(name)} <{list_id(sender)}>",
        "List-Help": f"<mailto:{sender.reply_to or sender.address}?subject=help>",
        "Feedback-ID": f"{mailing.hex[:12]}:{sender.key}:{sender.stream.value}:{SENDER_ID}",
        "Precedence": "bulk",
    }


def list_id(sender: Sender) -> str:
    """Return what mailboxes file a sender's letters by: stable per list, never per campaign (RFC 2919)."""
    domain = sender.address.rpartition("@")[2]
    return sender.list_id or f"{sender.key}.{domain}"


def system(sender: Sender) -> dict[str, str]:
    """Return the headers of a mail that a person just asked for (RFC 3834 §5)."""
    domain = sender.address.rpartition("@")[2]
    return {"Message-ID": f"<{slot('delivery')}@{domain}>", "Auto-Submitted": "auto-generated"}


def of(sender: Sender, mailing: UUID, language: str) -> dict[str, str]:
    """Return the headers that fit the sender's stream."""
    return system(sender) if sender.stream is Stream.SYSTEM else bulk(sender, mailing, language)


def _by_mail() -> list[str]:
    """Return the way out by mail, where somebody reads it: the token is the subject (RFC 8058 §3.1, RFC 6068)."""
    inbound = settings().inbound_address
    return [f"<mailto:{inbound}?subject={slot('unsubscribe')}>"] if inbound else []


def _phrase(name: str) -> str:
    """Write a name so that it may stand before `<…>` (RFC 5322 §3.2.5); one outside ASCII is encoded later."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"' if name.isascii() and _SPECIALS.intersection(name) else name
