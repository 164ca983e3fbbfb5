"""The record of processing activities (GDPR Art. 30; PIPL Art. 55–56), written from how this installation is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from outreach.consent import topics
from outreach.content.brand import PRESS_ADDRESS, brand
from outreach.delivery.models import Mailing
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import Settings, settings
from outreach.privacy import retaining
from outreach.privacy.models import Matter


@dataclass(frozen=True)
class Activity:
    """One purpose with all that Art. 30(1) asks to be said of it."""

    key: str
    purpose: str
    basis: str
    people: str
    data: str
    recipients: tuple[str, ...]
    kept: str


@dataclass(frozen=True)
class Recipient:
    """Somebody outside who gets personal data, where they are, and what that means for a transfer."""

    name: str
    place: str
    transfer: str


@dataclass(frozen=True)
class Records:
    """The whole record."""

    controller: str
    address: str
    contact: str
    activities: tuple[Activity, ...]
    recipients: tuple[Recipient, ...]
    measures: tuple[str, ...]


NAMES: Final = {
    "sandbox": "Sandbox",
    "ses": "Amazon SES",
    "alibaba": "Alibaba Cloud DirectMail",
    "postmark": "Postmark",
    "resend": "Resend",
    "mailgun": "Mailgun",
}


def records(session: Session) -> Records:
    """Return the record in the language in use."""
    own = brand(locale.language())
    recipients = tuple(recipient(name) for name in _providers(session))
    return Records(
        controller=own.name,
        address=own.postal_address,
        contact=PRESS_ADDRESS,
        activities=_activities(session, tuple(one.name for one in recipients)),
        recipients=recipients,
        measures=_measures(),
    )


def recipient(provider: str) -> Recipient:
    """Say of a mail provider who it is, where it works, and on what a transfer there would rest."""
    own = settings()
    if provider == "sandbox":
        return Recipient(_("Sandbox, for trying things out"), _("this computer"), _("No transfer: nothing leaves."))
    if provider == "smtp":
        return Recipient(
            _("Mail server %(host)s") % {"host": _host(own, provider)}, _("see the contract"), _by_contract()
        )
    place = _place(own, provider)
    is_in_union = place.startswith(("eu-", "EU"))
    if is_in_union:
        return Recipient(NAMES[provider], place, _("Within the European Union."))
    return Recipient(NAMES[provider], place, _by_contract())


def _activities(session: Session, recipients: tuple[str, ...]) -> tuple[Activity, ...]:
    days = {rule.matter: rule.days for rule in retaining.rules(session)}
    named = ("、" if locale.language() == "zh-Hans" else ", ").join(topics.key_label(key) for key in topics.NEWSLETTER)
    found = [
        Activity(
            "letters",
            _("Sending newsletters on topics that people subscribe to: %(topics)s") % {"topics": named},
            _("Consent (GDPR Art. 6(1)(a); PIPL Art. 13(1))"),
            _("Subscribers"),
            _("Name, address, language, organisation, title; which letters went to them and what became of each"),
            recipients,
            _("Until the person leaves or asks to be erased; address and name in letters %(days)s days")
            % {"days": locale.number(days[Matter.LETTERS])},
        ),
        Activity(
            "press",
            _("Informing the press"),
            _("Public task (GDPR Art. 6(1)(e))"),
            _("Journalists and editors"),
            _("Name, professional address, medium, language; which releases went to them"),
            recipients,
            _("Until the person objects or has left the medium; address and name in letters %(days)s days")
            % {"days": locale.number(days[Matter.LETTERS])},
        ),
        Activity(
            "proof",
            _("Proving that letters were asked for"),
            _("Legal obligation (GDPR Art. 6(1)(c) with Art. 7(1))"),
            _("Subscribers"),
            _("What was agreed to, in which words, where and when"),
            (),
            _("As long as the person is a contact; gone with an erasure"),
        ),
        Activity(
            "stopped",
            _("Sending nothing to those who do not want it or whose address does not work"),
            _("Legal obligation (GDPR Art. 6(1)(c) with Art. 21)"),
            _("People who left, complained or were erased"),
            _("Address and reason; of those who were erased, a keyed code only"),
            (),
            _("Until the person asks for letters again"),
        ),
        Activity(
            "delivering",
            _("Keeping mail deliverable"),
            _("Public task (GDPR Art. 6(1)(e))"),
            _("Recipients of letters"),
            _("What the mail provider reports of each letter"),
            (),
            _("%(days)s days") % {"days": locale.number(days[Matter.REPORTS])},
        ),
        Activity(
            "accountable",
            _("Being able to say who did what"),
            _("Legal obligation (GDPR Art. 5(2))"),
            _("Members of staff"),
            _("Action, time, and the number of what it was about"),
            (),
            _("%(days)s days") % {"days": locale.number(days[Matter.AUDIT])},
        ),
    ]
    if settings().tracking != "off":
        found.insert(
            2,
            Activity(
                "measuring",
                _("Measuring opens and clicks of those who agreed to it"),
                _("Separate consent (GDPR Art. 6(1)(a); Electronic Communications Act 2022:482 ch. 9 § 28)"),
                _("Subscribers who agreed to it"),
                _("Which letter was opened and which link followed, by the hour; no network address"),
                (),
                _("%(days)s days, then numbers only") % {"days": locale.number(days[Matter.EVENTS])},
            ),
        )
    return tuple(found)


def _measures() -> tuple[str, ...]:
    return (
        _("Roles: who composes does not launch, and who only reads figures sees no names."),
        _("Taking data out needs a role and a reason, and is written down."),
        _("No network address is stored, and log lines hold no mail address."),
        _("Links in letters are signed and hold no name and no address."),
        _("Whoever was erased stays erased when a backup is put back: nothing is sent before."),
    )


def _providers(session: Session) -> Sequence[str]:
    """Return the provider that is set and those that mailings of this installation went through."""
    used = session.scalars(select(Mailing.provider).distinct().order_by(col(Mailing.provider)))
    return list(dict.fromkeys([settings().provider, *used]))


def _by_contract() -> str:
    return _("Outside the European Union or China a transfer rests on the contract with the provider (GDPR Art. 46).")


def _place(own: Settings, provider: str) -> str:
    given = own.providers.get(provider.upper(), {})
    if provider == "ses":
        return given.get("REGION") or _("not set")
    if provider == "mailgun":
        return "EU" if "eu." in _host(own, provider) else _("United States")
    if provider == "alibaba":
        return _host(own, provider) or _("China")
    return _("United States")


def _host(own: Settings, provider: str) -> str:
    address = own.providers.get(provider.upper(), {}).get("BASE_URL", "")
    return urlsplit(address).hostname or ""
