"""The identities that mail is sent from: added, changed, found; several may serve one stream."""

from dataclasses import asdict, replace

from sqlmodel import Session, col, select

from outreach.delivery import checking
from outreach.delivery.identity import Faults, Given, Identity, key, read
from outreach.delivery.models import Sender, Stream
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import FALLBACKS, language
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings


def add(session: Session, name: str, given: Given) -> Sender:
    """Add an identity under a key that stays for good, and have it checked. Raises Faults, naming each field."""
    identity, faults = _read(given)
    try:
        key(name)
    except Faults as wrong:
        faults = {**wrong.by_field, **faults}
    if not faults and _taken(session, name):
        faults = {"key": _("There is already a sender with this key.")}
    if faults or identity is None:
        raise Faults(faults)
    sender = Sender(key=name, **asdict(identity))
    session.add(sender)
    session.flush()
    checking.ask(session, sender)
    return sender


def change(session: Session, sender: Sender, given: Given) -> None:
    """Change an identity; what has been launched keeps what it was frozen with. Raises Faults.

    Key and stream stay for good: a list keeps its name (RFC 2919), and no newsletter leaves as press (D-10).
    """
    identity = read(replace(given, stream=sender.stream.value), languages=settings().languages)
    before = checking.needs(sender)
    for name, value in asdict(identity).items():
        setattr(sender, name, value)
    session.add(sender)
    session.flush()
    if checking.needs(sender) != before:
        checking.forget(session, sender)
        checking.ask(session, sender)


def given(sender: Sender) -> Given:
    """Return an identity as somebody would enter it."""
    return Given(
        stream=sender.stream.value,
        address=sender.address,
        names=sender.names,
        reply_to=sender.reply_to or "",
        list_id=sender.list_id or "",
        envelope_domain=sender.envelope_domain or "",
        dkim_domain=sender.dkim_domain or "",
        dkim_selectors=" ".join(sender.dkim_selectors),
        spf_include=sender.spf_include or "",
    )


def listed(session: Session, stream: Stream | None = None) -> list[Sender]:
    """List identities by key, those of one stream where given."""
    wanted = select(Sender).order_by(col(Sender.key))
    return list(session.exec(wanted if stream is None else wanted.where(col(Sender.stream) == stream)))


def by_key(session: Session, name: str) -> Sender:
    """Find an identity. Raises NotFound."""
    found = session.exec(select(Sender).where(col(Sender.key) == name)).one_or_none()
    if found is None:
        raise NotFound(_("There is no sender “%(key)s”; 'outreach sender list' shows them.") % {"key": name})
    return found


def name(sender: Sender) -> str:
    """Return the name that a reader of the language in use sees, or the nearest there is."""
    return next((sender.names[one] for one in FALLBACKS[language()] if sender.names.get(one)), sender.key)


def _read(given: Given) -> tuple[Identity | None, dict[str, str]]:
    try:
        return read(given, languages=settings().languages), {}
    except Faults as wrong:
        return None, wrong.by_field


def _taken(session: Session, name: str) -> bool:
    return session.exec(select(Sender.id).where(col(Sender.key) == name)).first() is not None
