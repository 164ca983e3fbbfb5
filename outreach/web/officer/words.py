"""What the pages of staff call things, in the language in use; the labels of the rooms below are passed on."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from markupsafe import Markup

from outreach.accounts.roles import role_label
from outreach.campaigns.models import CampaignState, Layout
from outreach.consent.models import Basis, ConsentAction
from outreach.consent.queries import Evidence
from outreach.consent.suppressing import Lifting
from outreach.consent.topics import key_label as topic_label
from outreach.contacts.organisations import country_label, kind_label, language_label, sector_label
from outreach.delivery.authentication.results import Finding
from outreach.delivery.authentication.sentences import part_label, part_meaning, verdict_label
from outreach.delivery.authentication.sentences import sentence as finding_sentence
from outreach.delivery.checking import Standing
from outreach.delivery.ledger.withdrawing import LEFT
from outreach.delivery.models import DeliveryState, Stream, SuppressionReason
from outreach.delivery.pauses import PAUSED
from outreach.delivery.senders import name as sender_name
from outreach.delivery.uncertain import Attempt
from outreach.foundation import clock, locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.reporting.models import Goal
from outreach.reporting.timeline import Happening
from outreach.segments import rules, sentences
from outreach.segments.models import ExclusionReason, Origin, Segment, SegmentKind
from outreach.tracking.models import Actor, EventKind

__all__ = [
    "GROUPS",
    "action_label",
    "actor_label",
    "address",
    "at",
    "attempt",
    "basis_label",
    "campaign_chip",
    "country_label",
    "day",
    "event_label",
    "finding",
    "group_label",
    "happenings",
    "kind_label",
    "language_label",
    "language_name",
    "layout_label",
    "lifting_label",
    "lifting_risk",
    "moment",
    "moments",
    "part_label",
    "part_meaning",
    "parts_that_stop",
    "population",
    "problem",
    "reason_label",
    "role_label",
    "said",
    "sector_label",
    "segment_kind_label",
    "segment_origin",
    "sender_name",
    "sentence",
    "state_label",
    "stream_label",
    "suppression_label",
    "suppression_name",
    "topic_label",
    "topics",
    "verdict_label",
]

NEAR: Final = timedelta(days=180)
GROUPS: Final = frozenset({"waiting", "bounced", "not_sent", "wrong"})  # columns that gather several states


def language_name(tag: str) -> str:
    """Name a language by its own name."""
    return locale.NAMES.get(tag, tag)


def address(email: str) -> Markup:
    """Write a mail address that may be broken before its @ and nowhere else."""
    local, at_, domain = email.rpartition("@")
    return Markup("{}<wbr>{}{}").format(local, at_, domain)


def moments(moment: datetime, *also: str) -> list[tuple[str, str, str]]:
    """Write a moment in each of the centre's places, and in other zones: (place, words, ISO 8601), for `ui.zones`."""
    return [
        (locale.zone_name(zone, moment), _with_weekday(moment, zone), moment.isoformat(timespec="minutes"))
        for zone in (*settings().timezones, *also)
    ]


def at(moment: datetime) -> list[tuple[str, str]]:
    """Write a moment for a line of a list: (words, ISO 8601) in the place named first, then in the others."""
    iso = moment.isoformat(timespec="minutes")
    first, *others = settings().timezones
    return [
        (locale.date_time(moment, first), iso),
        *((f"{locale.date_time(moment, zone)} {locale.zone_name(zone, moment)}", iso) for zone in others),
    ]


def time(moment: datetime) -> str:
    """Write the time of day in the centre's first place."""
    return f"{moment.astimezone(ZoneInfo(settings().timezones[0])):%H:%M}"


def moment(text: str) -> datetime:
    """Read a moment that is kept as text (ISO 8601)."""
    return datetime.fromisoformat(text)


def day(moment: datetime) -> date:
    """Return the day that a moment falls on in the place named first."""
    return moment.astimezone(ZoneInfo(settings().timezones[0])).date()


def topics(keys: Iterable[str]) -> str:
    """List topics by their names."""
    names = [topic_label(key) for key in keys]
    return ("、" if locale.language() == "zh-Hans" else ", ").join(names)


def sentence(
    include: rules.Rule, exclude: rules.Rule | None = None, names: sentences.Names = sentences.NOTHING_NAMED
) -> str:
    """Say whom a rule means."""
    return sentences.sentence(include, without=exclude, names=names)


def population(goal: Goal) -> rules.Rule:
    """Return whom a goal is about, as a rule."""
    return rules.parse_json(goal.population)


def state_label(state: str) -> str:
    """Name a state of letters, or a column that gathers several."""
    labels = {
        "waiting": _("Waiting"),
        "bounced": _("Bounced"),
        "not_sent": _("Not sent"),
        "wrong": _("What went wrong"),
        DeliveryState.PLANNED: _("Planned"),
        DeliveryState.CLAIMED: _("Being sent"),
        DeliveryState.ACCEPTED: _("Accepted"),
        DeliveryState.DELIVERED: _("Delivered"),
        DeliveryState.BOUNCED_SOFT: _("Bounced, temporary"),
        DeliveryState.BOUNCED_HARD: _("Bounced"),
        DeliveryState.COMPLAINED: _("Complained"),
        DeliveryState.REJECTED: _("Refused"),
        DeliveryState.SUPPRESSED: _("Suppressed"),
        DeliveryState.CANCELLED: _("Cancelled"),
        DeliveryState.EXPIRED: _("Expired"),
        DeliveryState.AMBIGUOUS: _("Uncertain"),
        DeliveryState.ABANDONED: _("Given up"),
    }
    return labels.get(state, state)


def group_label(state: str) -> str:
    """Name a column that gathers several states where it stands beside them."""
    return _("All that bounced") if state == "bounced" else state_label(state)


def campaign_chip(state: CampaignState, *, halted: bool = False) -> str:
    """Return the key of the chip for a campaign's state."""
    if halted and state in {CampaignState.RUNNING, CampaignState.PAUSED}:
        return "halted"
    return "sending" if state is CampaignState.RUNNING else state.value


def layout_label(layout: Layout) -> str:
    """Name a layout."""
    return {Layout.SINGLE: _("One language per letter"), Layout.STACKED: _("Two languages in one letter")}[layout]


def stream_label(stream: Stream) -> str:
    """Name a kind of mail."""
    labels = {
        Stream.NEWSLETTER: _("Newsletter"),
        Stream.PRESS: _("Press"),
        Stream.SYSTEM: _("Confirmations and sign-in"),
    }
    return labels[stream]


def finding(one: Finding) -> str:
    """Say what was found about a sender."""
    return finding_sentence(one)


def parts_that_stop(standing: Standing) -> str:
    """Name the parts of a sender that keep campaigns back."""
    return ", ".join(dict.fromkeys(part_label(one.part) for one in standing.stops))


def segment_kind_label(kind: SegmentKind) -> str:
    """Say whether who belongs to a segment changes by itself."""
    return {SegmentKind.LIVING: _("Follows its conditions"), SegmentKind.FROZEN: _("Frozen list")}[kind]


def segment_origin(segment: Segment) -> str:
    """Say where the people of a frozen list come from."""
    labels = {
        Origin.RULE: _("Whom conditions found."),
        Origin.ADDRESSES: _("Contacts whose mail addresses were pasted."),
        Origin.IMPORT: _("Everybody in the file %(name)s.") % {"name": segment.origin_name},
    }
    return labels[segment.origin]


def reason_label(reason: str) -> str:
    """Name a reason for being left out."""
    labels = {
        ExclusionReason.EXCLUDED: _("Left out by the audience's rule"),
        ExclusionReason.SUPPRESSED: _("Address bounced, complained or left"),
        ExclusionReason.SOURCE: _("Nobody gave us the address"),
        ExclusionReason.NO_CONSENT: _("No subscription to its topics"),
        ExclusionReason.PAUSED: _("Pauses letters for a while"),
        ExclusionReason.NO_EDITION: _("No edition in their language"),
    }
    return labels[ExclusionReason(reason)]


def said(reason: str) -> str:
    """Say why a letter did not leave where the reason is ours; what a server said stays as it is."""
    if reason in set(SuppressionReason):
        return suppression_label(SuppressionReason(reason))
    ours = {PAUSED: _("The reader pauses letters."), LEFT: _("The reader left before it was sent.")}
    return ours.get(reason, reason)


def suppression_label(reason: SuppressionReason) -> str:
    """Say why an address is written to no more."""
    labels = {
        SuppressionReason.HARD_BOUNCE: _("The address does not work."),
        SuppressionReason.SOFT_BOUNCES: _("The mailbox took nothing for a week."),
        SuppressionReason.COMPLAINT: _("The person called a letter spam."),
        SuppressionReason.UNSUBSCRIBED: _("The person asked to be left alone altogether."),
        SuppressionReason.MANUAL: _("A member of staff decided so."),
        SuppressionReason.ERASED: _("The person asked to be forgotten."),
    }
    return labels[reason]


def suppression_name(reason: SuppressionReason) -> str:
    """Name the reason of a suppression in a list."""
    names = {
        SuppressionReason.HARD_BOUNCE: _("Does not work"),
        SuppressionReason.SOFT_BOUNCES: _("Kept refusing"),
        SuppressionReason.COMPLAINT: _("Called spam"),
        SuppressionReason.UNSUBSCRIBED: _("Left altogether"),
        SuppressionReason.MANUAL: _("Decided by staff"),
        SuppressionReason.ERASED: _("Erased"),
    }
    return names[reason]


def lifting_label(why: Lifting) -> str:
    """Say why a suppression is undone."""
    labels = {
        Lifting.WORKS: _("The address works again, or the report was wrong."),
        Lifting.ASKED: _("The person asked for letters again."),
        Lifting.MISTAKE: _("It was made by mistake."),
    }
    return labels[why]


def lifting_risk(reason: SuppressionReason) -> str:
    """Say what undoing a suppression may cost, or why it cannot be undone."""
    sentences = {
        SuppressionReason.HARD_BOUNCE: _(
            "The address was refused for good. If it still does not work, the next letter bounces, and mailboxes trust "
            "a sender less who writes to addresses that do not exist."
        ),
        SuppressionReason.SOFT_BOUNCES: _(
            "The mailbox refused several letters in a row, over days. If it still does, the next letters come back too."
        ),
        SuppressionReason.COMPLAINT: _(
            "This person told their mailbox that our letter was spam. A second complaint harms every letter that we "
            "send: Gmail turns senders away at three in a thousand. Undo this only if the person wants letters again."
        ),
        SuppressionReason.UNSUBSCRIBED: _(
            "This person asked to be left alone altogether, which the law lets them. Undo this only on their own wish."
        ),
        SuppressionReason.MANUAL: _("A member of staff stopped all letters to this address. Read their reason first."),
        SuppressionReason.ERASED: _(
            "This person asked to be forgotten. What stands here is a code made from the address, kept so that no "
            "import brings them back; nobody can read the address from it. It cannot be undone here: should they want "
            "letters again, they sign up themselves."
        ),
    }
    return sentences[reason]


def problem(state: DeliveryState) -> str:
    """Say in plain words what became of a letter that did not arrive."""
    sentences: Mapping[DeliveryState, str] = {
        DeliveryState.BOUNCED_SOFT: _("The mailbox did not take it for now."),
        DeliveryState.BOUNCED_HARD: _("The address does not work; nothing more is sent to it."),
        DeliveryState.COMPLAINED: _("The recipient called it spam; nothing more is sent there."),
        DeliveryState.REJECTED: _("The provider will not take it."),
        DeliveryState.AMBIGUOUS: _("The provider may have it. It is not sent again unless a person decides so."),
        DeliveryState.SUPPRESSED: _("Left or bounced before its turn, so it was not sent."),
        DeliveryState.EXPIRED: _("Its time was over before it could leave."),
        DeliveryState.ABANDONED: _("A person decided not to send it again."),
        DeliveryState.CANCELLED: _("The campaign was cancelled first."),
    }
    return sentences.get(state, "")


def attempt(tried: Attempt) -> str:
    """Say what is done to find out about uncertain letters."""
    sentences = {
        Attempt.ASKED: _("The provider is asked again and again whether it has them."),
        Attempt.REPORT: _("The provider cannot be asked, but its report may still come."),
        Attempt.NOTHING: _("The provider can neither be asked nor does it report; only a person can decide."),
    }
    return sentences[tried]


def action_label(action: ConsentAction) -> str:
    """Say what happened to a consent."""
    labels = {
        ConsentAction.ASKED: _("Signed up for"),
        ConsentAction.GIVEN: _("Agreed to"),
        ConsentAction.WITHDRAWN: _("No longer agrees to"),
    }
    return labels[action]


def decision_label(line: Evidence) -> str:
    """Say what happened to a permission, by the ground on which it stood."""
    if line.is_objection:
        return _("Objects to")
    if line.action is ConsentAction.GIVEN and line.basis is not Basis.CONSENT:
        return _("Permitted:")
    return action_label(line.action)


def basis_label(basis: Basis) -> str:
    """Name a legal ground."""
    return {Basis.CONSENT: _("Consent"), Basis.PUBLIC_TASK: _("Public task"), Basis.CONTRACT: _("Contract")}[basis]


def happenings() -> list[tuple[str, str]]:
    """Name the kinds of what happened with a person that can be looked at alone."""
    return [
        (Happening.NOTE.value, _("Notes")),
        (Happening.CONSENT.value, _("Consents")),
        (Happening.LETTER.value, _("Letters")),
        (Happening.CHANGE.value, _("Corrections")),
    ]


def event_label(kind: EventKind) -> str:
    """Say what was fetched."""
    return {EventKind.OPEN: _("Opened"), EventKind.CLICK: _("Clicked a link")}[kind]


def actor_label(actor: Actor) -> str:
    """Say what fetched it."""
    labels = {
        Actor.HUMAN: _("a person"),
        Actor.HUMAN_PROXY: _("a person, through the mailbox's proxy"),
        Actor.PRIVACY_UNKNOWN: _("a privacy proxy: read or not, nobody knows"),
        Actor.MACHINE: _("a machine"),
        Actor.SELF: _("a member of staff"),
    }
    return labels[actor]


def _with_weekday(moment: datetime, zone: str) -> str:
    """Write a moment that is near with its weekday, which people plan by, and any other with its year."""
    if abs(moment - clock.now()) > NEAR:
        return locale.date_time(moment, zone)
    pattern = "M月d日EEE HH:mm" if locale.language() == "zh-Hans" else "EEE d MMM HH:mm"
    return format_datetime(moment.astimezone(ZoneInfo(zone)), pattern, locale=locale.locale())
