"""What the pages about delivery say in plain words: mailboxes, causes, workers, and how long ago."""

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_timedelta

from outreach.delivery.causes import Cause, of_reply
from outreach.delivery.lanes import Lane
from outreach.delivery.models import HoldKind, Scope, Stream
from outreach.delivery.pacing.families import OTHERS
from outreach.delivery.pacing.holds import Held
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext

# Mailboxes in mainland China: nobody documents what they do with pictures, so opens there are not measured.
CHINESE: Final = frozenset({"qq.com", "163.com", "sina.com", "sohu.com", "139.com", "189.cn", "aliyun.com"})


def mailbox(lane: str) -> str:
    """Name the mailboxes of a lane as their users do."""
    names = {
        OTHERS: _("All other mailboxes"),
        "qq.com": _("QQ Mail"),
        "163.com": _("NetEase Mail (163, 126)"),
        "sina.com": _("Sina Mail"),
        "sohu.com": _("Sohu Mail"),
        "139.com": _("China Mobile Mail (139)"),
        "189.cn": _("China Telecom Mail (189)"),
        "aliyun.com": _("Alibaba Mail"),
        "gmail.com": "Gmail",
        "outlook.com": "Outlook",
        "yahoo.com": "Yahoo",
        "icloud.com": "iCloud",
    }
    return names.get(lane, lane)


def is_chinese(lane: str) -> bool:
    """Tell whether a lane leads to mailboxes in mainland China."""
    return lane in CHINESE


def stream_label(stream: Stream) -> str:
    """Name a kind of mail."""
    labels = {
        Stream.NEWSLETTER: _("Newsletter"),
        Stream.PRESS: _("Press release"),
        Stream.SYSTEM: _("The product's own mail"),
    }
    return labels[stream]


def sentence(cause: Cause, lane: str) -> str:
    """Say what is behind letters that did not arrive."""
    if lane == OTHERS and cause in _of_mailboxes():
        return _of_mailboxes()[cause]
    sentences = {
        Cause.THROTTLE: _("%(mailbox)s asks us to slow down."),
        Cause.CONTENT: _("%(mailbox)s takes our letters for spam."),
        Cause.AUTH: _("%(mailbox)s does not believe that the letters come from us."),
        Cause.INVALID_RECIPIENT: _("%(mailbox)s does not know these addresses."),
        Cause.MAILBOX_FULL: _("%(mailbox)s has no room left for these people."),
        Cause.POLICY: _("%(mailbox)s refuses us as a sender."),
        Cause.UNKNOWN: _("%(mailbox)s did not take the letters and does not say clearly why."),
        Cause.COMPLAINT: _("Readers at %(mailbox)s called the letter spam."),
        Cause.PROVIDER_SLOW: _("The provider asks us to slow down."),
        Cause.PROVIDER_AWAY: _("The provider does not answer."),
        Cause.PROVIDER_REFUSES: _("The provider does not take the letters."),
        Cause.LOST: _("The provider's answer was lost, so nobody knows whether they left."),
        Cause.LATE: _("The letters were tried for a whole day in vain."),
    }
    return sentences[cause] % {"mailbox": mailbox(lane)}


def why(held: Held) -> str:
    """Say why nothing leaves, in the name of the mailbox where it is one that wants it."""
    asked = {HoldKind.THROTTLED: Cause.THROTTLE, HoldKind.REFUSED: Cause.CONTENT}
    if held.scope is Scope.LANE and held.kind in asked:
        return sentence(asked[held.kind], held.key)
    return held.sentence()


def stopped(reason: str) -> str:
    """Say why a campaign was stopped; what the product said for people already stays as it is."""
    cause = of_reply(reason)
    return sentence(cause, OTHERS) if cause in _OF_PROVIDER else reason


_OF_PROVIDER: Final = frozenset({Cause.PROVIDER_SLOW, Cause.PROVIDER_AWAY, Cause.PROVIDER_REFUSES})


def _of_mailboxes() -> dict[Cause, str]:
    return {
        Cause.THROTTLE: _("Several mailboxes ask us to slow down."),
        Cause.CONTENT: _("Several mailboxes take our letters for spam."),
        Cause.AUTH: _("Several mailboxes do not believe that the letters come from us."),
        Cause.INVALID_RECIPIENT: _("These addresses do not exist."),
        Cause.MAILBOX_FULL: _("These mailboxes are full."),
        Cause.POLICY: _("Several mailboxes refuse us as a sender."),
        Cause.UNKNOWN: _("Several mailboxes did not take the letters and do not say clearly why."),
        Cause.COMPLAINT: _("Readers of other mailboxes called the letter spam."),
    }


def advice(cause: Cause) -> str:
    """Say what follows, or what a person can do."""
    sentences = {
        Cause.THROTTLE: _("These letters wait and are tried again; nothing needs to be done."),
        Cause.CONTENT: _("Look at the words and links of the letter before more of it leaves."),
        Cause.AUTH: _("An administrator looks at SPF, DKIM and DMARC of the sender."),
        Cause.INVALID_RECIPIENT: _("These addresses are suppressed; a person with a new address can be added anew."),
        Cause.MAILBOX_FULL: _("Nothing is suppressed; the next letter may arrive."),
        Cause.POLICY: _("Ask the provider whether its servers or our domain stand on a block list."),
        Cause.UNKNOWN: _("Show the reply below to the provider if there are many."),
        Cause.COMPLAINT: _("These people get nothing more. From three in a thousand on, mailboxes turn us away."),
        Cause.PROVIDER_SLOW: _("The letters wait for as long as it asked."),
        Cause.PROVIDER_AWAY: _("The letters wait and are tried again by themselves."),
        Cause.PROVIDER_REFUSES: _("Look at the reply below, and at the provider's settings."),
        Cause.LOST: _("An approver decides whether they are sent again."),
        Cause.LATE: _("Plan a new campaign for these people once the fault is mended."),
    }
    return sentences[cause]


def cause_label(cause: Cause) -> str:
    """Name a cause in a line of a chart."""
    labels = {
        Cause.THROTTLE: _("Too fast"),
        Cause.CONTENT: _("Taken for spam"),
        Cause.AUTH: _("Sender not proven"),
        Cause.INVALID_RECIPIENT: _("No such address"),
        Cause.MAILBOX_FULL: _("Mailbox full"),
        Cause.POLICY: _("Sender refused"),
        Cause.UNKNOWN: _("Unclear reply"),
        Cause.COMPLAINT: _("Called spam"),
        Cause.PROVIDER_SLOW: _("Provider wants a pause"),
        Cause.PROVIDER_AWAY: _("Provider away"),
        Cause.PROVIDER_REFUSES: _("Provider refuses"),
        Cause.LOST: _("Uncertain"),
        Cause.LATE: _("Too late"),
    }
    return labels[cause]


def tone(cause: Cause) -> str:
    """Return how bad a cause is."""
    calm = {Cause.THROTTLE, Cause.MAILBOX_FULL, Cause.PROVIDER_SLOW, Cause.UNKNOWN, Cause.LATE}
    if cause is Cause.LOST:
        return "odd"
    return "warn" if cause in calm else "stop"


def queue_label(queue: str) -> str:
    """Say what the workers of a queue do."""
    labels = {
        "delivery": _("Sending letters"),
        "campaigns": _("Launching campaigns, noticing when they are done"),
        "tracking": _("Taking in opens, clicks and reports"),
        "upkeep": _("Upkeep: checking senders, clearing away what is old"),
    }
    return labels.get(queue, queue)


def lane_chip(lane: Lane) -> tuple[str, str]:
    """Return the tone and the words for how a lane stands."""
    if lane.is_halted:
        return "stop", _("Halted")
    if lane.holds:
        return "warn", _("Pauses")
    return ("info", _("Leaving")) if lane.leaving else ("ok", pgettext("lane", "Open"))


def ago(moment: datetime, now: datetime) -> str:
    """Write how long ago something was, such as “2 minutes ago”."""
    return _spoken(min(moment - now, -timedelta(seconds=1)))


def ahead(moment: datetime, now: datetime) -> str:
    """Write in how long something will be, such as “in 5 minutes”."""
    return _spoken(max(moment - now, timedelta(seconds=1)))


def _spoken(distance: timedelta) -> str:
    return format_timedelta(distance, add_direction=True, threshold=1.2, locale=locale.locale())
