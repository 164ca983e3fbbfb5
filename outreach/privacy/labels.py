"""What a person's own copy calls things, in the language in use."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from outreach.consent.topics import KEYS, key_label
from outreach.contacts.organisations import country_label, language_label
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.readers import reasons
from outreach.readers.models import Why

_LISTED: Final = 10  # parts of a value within a value that are shown; the file has them all


def heading(section: str) -> str:
    """Name a section."""
    names = {
        "person": _("Who you are to us"),
        "notes": _("Notes about you"),
        "corrections": _("What was corrected"),
        "merged": _("Records about you that became one"),
        "pairs": _("Records that may be about you, too"),
        "told": _("Whether you were told where we have your address from"),
        "sign_ups": _("What you entered to subscribe"),
        "lists": _("Lists of recipients that you stand on"),
        "permissions": _("What you agreed to, as it stands"),
        "evidence": _("Every decision about your letters"),
        "upkeep": _("Changes to the record of these decisions"),
        "letters": _("Letters to you"),
        "events": _("What you opened and followed"),
        "reports": _("What our mail provider reported"),
        "suppressions": _("Why nothing is sent to you"),
        "left_out": _("Letters you did not get, and why"),
        "tests": _("Test letters with your words"),
        "imports": _("Lists in which you came to us"),
        "pauses": _("Your pauses"),
        "leavings": _("When you left"),
        "moves": _("Your changes of address"),
        "fresh_links": _("Links to your own page"),
        "holds": _("Legal holds"),
        "log": _("What staff did with your data"),
    }
    return names.get(section, section)


def about(section: str) -> str:
    """Say where what stands in a section comes from."""
    sentences = {
        "person": _("What you told us, or what our source told us about you."),
        "notes": _("What staff wrote down after a call or a meeting."),
        "corrections": _("What a field said before and after, and when."),
        "merged": _("You stood here more than once; the address is that of the other record."),
        "pairs": _("Another record looks like yours; a member of staff decides whether both are you."),
        "told": _("Whoever did not sign up by themselves is told in our first letter."),
        "sign_ups": _("Kept for a week. What you agreed to then stands among your decisions."),
        "lists": _("Lists that staff put together for some letter."),
        "permissions": _("Letters go to you on these topics alone, and nothing is measured that you did not allow."),
        "evidence": _("The proof that we may write to you, or may not. Nothing in it can be changed."),
        "upkeep": _("When two records about you were joined, or lines were removed."),
        "letters": _("Each letter with what became of it. The file also holds what was filled in for you."),
        "events": _("Only with your consent, and by the hour. We keep no network address."),
        "reports": _("Whether a letter arrived, in the provider's own words."),
        "suppressions": _("An address that does not work, a complaint, or somebody's decision."),
        "left_out": _("Campaigns whose audience you were in, and for what reason you got nothing."),
        "tests": _("Before a letter leaves, staff may look at it as you would get it. Kept for a week."),
        "imports": _("Kept for a day after the list was read, at most for a week."),
        "pauses": _("Until when you want no letters. Forgotten when they are over."),
        "leavings": _("What you held is kept for a day, so that you can have it back; after that only the count."),
        "moves": _("Kept for a month, for questions about them."),
        "fresh_links": _("Kept for a day, so that nobody floods your mailbox with them."),
        "holds": _("A case or an order for which your data has to be kept."),
        "log": _("Who looked at, changed or handed out your data. It holds ids and reasons, no addresses."),
    }
    return sentences.get(section, "")


def field(name: str) -> str:
    """Name a field; one without a name of its own is called as in the file."""
    names = {
        "id": _("Record number"),
        "email": _("Address"),
        "address": _("Address"),
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "native_name": _("Name in your own script"),
        "latin_name": _("Name in Latin letters"),
        "name": _("Name"),
        "title": _("Title"),
        "language": _("Language"),
        "organisation": _("Organisation"),
        "sector": _("Sector"),
        "form": _("Form"),
        "page_language": _("Language of the page"),
        "wordings": _("The words you saw"),
        "confirmed_at": _("Confirmed"),
        "told_at": _("Told"),
        "text": _("Note"),
        "before": _("Before"),
        "after": _("Afterwards"),
        "reasons": _("Why"),
        "fields": _("Own fields"),
        "source_kind": _("How we have it"),
        "country": _("Country"),
        "time_zone": _("Time zone"),
        "source": _("Source"),
        "tags": _("Tags"),
        "created_at": _("Since"),
        "updated_at": _("Last changed"),
        "topic": _("Topic"),
        "purpose": _("Purpose"),
        "state": _("State"),
        "since": _("Since"),
        "at": _("When"),
        "action": _("What happened"),
        "what": _("What happened"),
        "basis": _("Legal ground"),
        "wording": _("The words you saw"),
        "actor": _("By"),
        "made_by": _("By"),
        "by": _("By"),
        "evidence": _("Evidence"),
        "entries": _("Lines"),
        "letter": _("Letter number"),
        "planned_at": _("Made ready"),
        "stream": _("Kind of mail"),
        "campaign": _("Campaign"),
        "subject": _("Subject"),
        "from_address": _("From"),
        "values": _("Filled in for you"),
        "reason": _("Reason"),
        "accepted_at": _("Handed to the provider"),
        "delivered_at": _("Taken by your mailbox"),
        "bounced_at": _("Came back"),
        "complained_at": _("Called spam"),
        "provider": _("Provider"),
        "provider_message_id": _("The provider's number"),
        "hour": _("In the hour from"),
        "kind": _("What was fetched"),
        "link": _("Link"),
        "url": _("Where it leads"),
        "received_at": _("Received"),
        "report": _("Report"),
        "detail": _("Detail"),
        "launched_at": _("Sent"),
        "file": _("File"),
        "line": _("Line"),
        "verdict": _("Result"),
        "cells": _("What the line said"),
        "until": _("Until"),
        "everything": _("Left everything"),
        "why": _("Reason"),
        "undone_at": _("Undone"),
        "kept": _("What you held"),
        "topics": _("Topics"),
        "tracking": _("Measuring opens and clicks"),
        "asked_at": _("Asked for"),
        "expires_at": _("Good until"),
        "opened": _("Opened"),
        "old_address": _("Earlier address"),
        "agreed_by_old_at": _("The earlier mailbox agreed"),
        "agreed_by_new_at": _("The new mailbox agreed"),
    }
    return names.get(name, name)


def value(name: str, given: Any) -> str:
    """Write a value as its reader does."""
    if isinstance(given, datetime):
        zone = settings().timezones[0]
        return f"{locale.date_time(given, zone)} {locale.zone_name(zone, given)}"
    if isinstance(given, date):
        return locale.short_date(given)
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if isinstance(given, int | float):
        return locale.number(given)
    if isinstance(given, Mapping):
        return _parts(name, given)
    if isinstance(given, list | tuple):
        return ", ".join(str(one) for one in given)
    return _word(name, str(given))


def _parts(name: str, given: Mapping[str, Any]) -> str:
    if name == "organisation":
        return str(given.get(locale.language()) or next(iter(given.values()), ""))
    said = [(key, part) for key, part in given.items() if part not in (None, "", [], {})]
    shown = [f"{field(key)}: {value(key, part)}" for key, part in said[:_LISTED]]
    return "; ".join(shown) + ("; …" if len(said) > _LISTED else "")


def _word(name: str, given: str) -> str:
    if name == "language" and given in locale.LANGUAGES:
        return language_label(given)
    if name == "country":
        return country_label(given)
    if name == "topic":
        return key_label(given) if given in KEYS else _("Measuring opens and clicks")
    return _words().get((name, given), given)


def _words() -> dict[tuple[str, str], str]:
    return {
        ("state", "pending"): _("Waits for confirmation"),
        ("state", "subscribed"): _("Agreed"),
        ("state", "unsubscribed"): _("Not agreed"),
        ("state", "planned"): _("Planned"),
        ("state", "claimed"): _("Being sent"),
        ("state", "accepted"): _("Accepted"),
        ("state", "delivered"): _("Delivered"),
        ("state", "bounced_soft"): _("Bounced, temporary"),
        ("state", "bounced_hard"): _("Bounced"),
        ("state", "complained"): _("Complained"),
        ("state", "rejected"): _("Refused"),
        ("state", "suppressed"): _("Suppressed"),
        ("state", "cancelled"): _("Cancelled"),
        ("state", "expired"): _("Expired"),
        ("state", "ambiguous"): _("Uncertain"),
        ("state", "abandoned"): _("Given up"),
        ("action", "asked"): _("Signed up for"),
        ("action", "given"): _("Agreed to"),
        ("action", "withdrawn"): _("No longer agrees to"),
        ("basis", "consent"): _("Consent"),
        ("basis", "public_task"): _("Public task"),
        ("basis", "contract"): _("Contract"),
        ("purpose", "topic"): _("Letters on a topic"),
        ("purpose", "press"): _("Press mail"),
        ("purpose", "tracking"): _("Measuring opens and clicks"),
        ("stream", "newsletter"): _("Newsletter"),
        ("stream", "press"): _("Press"),
        ("stream", "system"): _("Confirmations and sign-in"),
        ("kind", "open"): _("Opened"),
        ("kind", "click"): _("Clicked a link"),
        ("actor", "human"): _("a person"),
        ("actor", "human_proxy"): _("a person, through the mailbox's proxy"),
        ("actor", "privacy_unknown"): _("a privacy proxy: read or not, nobody knows"),
        ("actor", "machine"): _("a machine"),
        ("actor", "self"): _("a member of staff"),
        ("actor", "subscriber"): _("you"),
        ("actor", "staff"): _("a member of staff"),
        ("made_by", "staff"): _("a member of staff"),
        ("reason", "hard_bounce"): _("The address does not work."),
        ("reason", "soft_bounces"): _("The mailbox took nothing for a week."),
        ("reason", "complaint"): _("The person called a letter spam."),
        ("reason", "unsubscribed"): _("The person asked to be left alone altogether."),
        ("reason", "manual"): _("A member of staff decided so."),
        ("reason", "excluded"): _("Left out by the audience's rule"),
        ("reason", "suppressed"): _("Address bounced, complained or left"),
        ("reason", "no_consent"): _("No subscription to its topics"),
        ("reason", "paused"): _("Pauses letters for a while"),
        ("reason", "no_edition"): _("No edition in their language"),
        ("state", "waiting"): _("Waiting"),
        ("state", "done"): _("Done"),
        ("state", "stopped"): _("Stopped"),
        **{("why", why.value): reasons.label(why) for why in Why},
    }
