"""What a receiving server means by its reply: one table for SMTP answers and for the diagnostics in bounces.

A number alone does not say it: QQ and NetEase answer 550 when they are written to too fast, and 554 to what they take
for spam. Only `invalid-recipient` speaks about the address; nobody is suppressed for any other class.

Sources: RFC 5321 §4.2, RFC 3463 and the IANA registry of enhanced status codes; the help pages of QQ Mail, NetEase,
Gmail, Outlook and Yahoo.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ReplyClass(StrEnum):
    """Whom or what a refusal is about."""

    THROTTLE = "throttle"  # too many, too fast: this domain wants a pause
    CONTENT = "content"  # the letter: its words, links or size
    AUTH = "auth"  # SPF, DKIM, DMARC or sign-in of the sender
    INVALID_RECIPIENT = "invalid-recipient"  # nobody is there, for good
    MAILBOX_FULL = "mailbox-full"  # there is somebody, and no room
    POLICY = "policy"  # the sender, its server, or a rule of the receiver
    UNKNOWN = "unknown"  # the number alone decides


QQ: Final = frozenset({"qq.com", "vip.qq.com", "foxmail.com"})
NETEASE: Final = frozenset(
    {"163.com", "vip.163.com", "126.com", "vip.126.com", "yeah.net", "188.com", "netease.com", "163.net"}
)
LONGEST: Final = 1000  # characters of a reply that are read


@dataclass(frozen=True)
class Rule:
    """One line of the table: what it takes for this meaning. What is not given is not asked."""

    means: ReplyClass
    words: re.Pattern[str] | None = None
    status: re.Pattern[str] | None = None
    domains: frozenset[str] = frozenset()
    codes: range | None = None

    def fits(self, code: int | None, text: str, status: str, domain: str) -> bool:
        """Tell whether a reply is one of these."""
        return (
            (self.codes is None or code in self.codes)
            and (not self.domains or domain in self.domains)
            and (self.words is None or self.words.search(text) is not None)
            and (self.status is None or self.status.fullmatch(status) is not None)
        )


def classify(code: int | None, text: str, domain: str = "") -> ReplyClass:
    """Return what a reply is about; microseconds.

    `code` is the SMTP reply code, None to find it in the text (as in `smtp; 550 5.1.1 user unknown`); `domain` is the
    recipient's. A reply below 500 never means an invalid recipient: the server itself expects another try.
    """
    text = text[:LONGEST]
    number = code if code is not None else code_in(text)
    found = _STATUS.search(text)
    status = found.group() if found else ""
    who = domain.lower().rstrip(".")
    means = next((one.means for one in RULES if one.fits(number, text, status, who)), ReplyClass.UNKNOWN)
    if means is ReplyClass.INVALID_RECIPIENT and not _is_permanent(number, status):
        return ReplyClass.UNKNOWN
    return means


def code_in(text: str) -> int | None:
    """Find the reply code in a diagnostic (RFC 3464 §2.3.6); None when there is none."""
    found = _CODE.search(text)
    return int(found.group(1)) if found else None


def _is_permanent(code: int | None, status: str) -> bool:
    return code >= 500 if code is not None else status.startswith("5")


_CODE: Final = re.compile(r"(?:^|;|\s)\s*([245]\d\d)(?=[ -]|$)")
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


def _status(*details: str) -> re.Pattern[str]:
    return re.compile("[245]\\.(?:" + "|".join(re.escape(one) for one in details) + ")")


_THROTTLE, _CONTENT, _AUTH = ReplyClass.THROTTLE, ReplyClass.CONTENT, ReplyClass.AUTH
_INVALID, _FULL, _POLICY = ReplyClass.INVALID_RECIPIENT, ReplyClass.MAILBOX_FULL, ReplyClass.POLICY
_TEMPORARY: Final = range(400, 500)

# The first that fits counts: a provider's own words, then what anybody's words say, then the status codes.
RULES: Final = (
    # QQ Mail and the company domains that it hosts: 550 with a phrase.
    Rule(_THROTTLE, _words(r"\b(?:domain|sender|connection|ip|user|recipient) frequency limited")),
    Rule(_THROTTLE, _words("mailbox unavailable or access denied"), domains=QQ),
    Rule(_POLICY, _words("mailbox unavailable or access denied")),
    Rule(_POLICY, _words(r"suspected bounce attack", r"connection denied", r"suspected spam sender")),
    Rule(_POLICY, _words("mail is rejected by recipients?")),
    # NetEase and other Coremail servers: two letters, a colon and three letters, with any number before them.
    Rule(_THROTTLE, _words(r"(?<![a-z])HL:(?:REP|ICC|IFC|IFQ|MEP)\b")),
    Rule(
        _THROTTLE,
        _words(r"(?<![a-z])MI:(?:DMC|SFQ|STC|CEL|CCL|NRC)\b", r"(?<![a-z])RP:(?:DRC|CCL|CEL|QRC|TRC|RCL|NRC)\b"),
    ),
    Rule(_THROTTLE, _words(r"(?<![a-z])DT:SPM\b"), codes=_TEMPORARY),
    Rule(_CONTENT, _words(r"(?<![a-z])DT:SPM\b")),
    Rule(_AUTH, _words(r"(?<![a-z])MI:SPF\b", r"(?<![a-z])DT:SUM\b")),
    Rule(
        _POLICY,
        _words(
            r"(?<![a-z])HL:(?:IPB|IHU|ITC)\b",
            r"(?<![a-z])DT:RBL\b",
            r"(?<![a-z])WM:BL[IU]\b",
            r"(?<![a-z])MI:SPB\b",
            r"(?<![a-z])RP:FRL\b",
        ),
    ),
    Rule(_POLICY, _words("user suspended", "user in blacklist", "user rejected"), domains=NETEASE),
    # What anybody says. Haste first: such replies often name the mailbox too.
    Rule(
        _THROTTLE,
        _words(
            r"too many (?:connections|messages|mails|recipients|concurrent|emails|letters)",
            r"too (?:fast|quickly|much mail)",
            r"rate[- ]?limit",
            r"\b(?:sending|message|receiving|unusual) rate\b",
            r"throttl",
            r"\bfrequency\b",
            r"\b(?:hourly|daily|per (?:second|minute|hour|day))\b.{0,40}(?:limit|exceed)",
            r"(?:limit|exceed\w*)\b.{0,40}\b(?:hourly|daily|per (?:second|minute|hour|day))\b",
            r"sending quota",
            r"\bTSS?0[1-9]\b",
            r"gr[ae]y-?list",
            r"server busy",
            r"(?:temporarily|temporary) (?:deferred|rate|rejected due to)",
            r"发信(?:过快|频率|量)|频率(?:超|过|限)",
        ),
    ),
    Rule(
        _FULL,
        _words(
            r"(?:over|out of|exceed\w*|above|beyond) ?(?:the |its |their )?(?:storage |disk |mailbox )*quota",
            r"\bquota\b.{0,30}(?:exceed|full|reached)",
            r"overquota",
            r"(?:mailbox|inbox|mail box|user)(?: is)? full",
            r"insufficient (?:system )?storage",
            r"(?:邮箱|容量|空间).{0,6}(?:已满|满了|不足)",
        ),
    ),
    Rule(
        _AUTH,
        _words(
            r"\b(?:spf|dkim|dmarc)\b",
            r"unauthenticated",
            r"authentication (?:failed|required|checks?|level)",
            r"reverse dns|\bptr record",
        ),
    ),
    Rule(
        _CONTENT,
        _words(
            r"mail content denied",
            r"content (?:is |was )?(?:reject|refus|denied|block)\w*",
            r"(?:looks? like|considered|classified as|detected as|identified as|suspected|likely) .{0,20}\bspam\b",
            r"unsolicited (?:mail|bulk|e-?mail|message)",
            r"\bspam (?:message|content|detected)|anti-?spam engine",
            r"\bvirus\b|malware|phish",
            r"message (?:is )?too (?:large|big|long)|message size|size limit",
            r"垃圾(?:邮件|信)|(?:内容|邮件).{0,6}(?:违规|敏感)",
        ),
    ),
    Rule(
        _POLICY,
        _words(
            r"black ?list|block ?list|\brbl\b|\bdnsbl\b|spamhaus|barracuda|spamcop",
            r"\breputation\b",
            r"\b(?:ip|client host|sender|domain|you)\b.{0,30}\b(?:blocked|banned|denied|rejected)\b",
            r"not (?:allowed|permitted|accepted) (?:to|from)",
            r"relay(?:ing)? (?:access )?denied|unable to relay|denies relay",
            r"prohibited|by policy|policy (?:reasons?|violation|rejection)",
        ),
    ),
    Rule(
        _INVALID,
        _words(
            r"(?:user|recipient|mailbox|account|address)(?: \S{1,255})?(?: is| was)? "
            r"(?:unknown|not found|not exist|does ?n[o']t exist|invalid|unavailable|disabled|inactive|not known)",
            r"no (?:such|mailbox) (?:user|recipient|mailbox|account|person|here|by that name)",
            r"(?:unknown|invalid|non-?existent|nonexistent) (?:\w+ )?(?:user|recipient|mailbox|account|address)",
            r"doesn't have an? \S+ account|not a (?:valid|known) (?:user|mailbox|recipient)",
            r"bad address syntax|bad destination mailbox",
            r"(?:domain|host)(?: name)? (?:not found|does not exist)|null mx|does not accept mail",
            "recipient address rejected: access denied",  # Microsoft's directory does not know it
            r"(?:用户|收件人|邮箱|地址).{0,6}不存在",
        ),
    ),
    # The status codes by themselves (RFC 3463; RFC 7372 and 7505 for 7.20 … 7.29 and 1.10).
    Rule(_FULL, status=_status("2.2")),
    Rule(_INVALID, status=_status("1.1", "1.2", "1.3", "1.6", "1.10", "2.1")),
    Rule(_CONTENT, status=_status("2.3", "3.4", "6.0", "6.1", "6.2", "6.3")),
    Rule(_AUTH, status=_status("7.8", "7.9", *(f"7.{one}" for one in range(20, 28)), "7.30", "7.509", "7.515")),
    Rule(_THROTTLE, status=_status("7.28", "5.3", "3.2", "4.5")),
    Rule(_POLICY, status=_status("7.0", "7.1", "7.2", "7.29", "1.7", "1.8")),
    # No status code at all, and a number of old that means one thing only (RFC 5321 §4.2.3).
    Rule(_FULL, codes=range(552, 553)),
)
