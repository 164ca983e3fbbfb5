"""What an SMTP server's answer, or its silence, says (RFC 5321 §4.2.1 and RFC 4954 §6)."""

import re
import ssl
from typing import Final

import aiosmtplib

from outreach.delivery.interface import Outcome, OutcomeKind
from outreach.delivery.replies import ReplyClass, classify

# Our account, or what we tried to do without one: it would befall every letter.
OUR_ACCOUNT: Final = {530, 534, 535, 538}
_NO_RELAY: Final = re.compile(
    r"\brelay(?:ing)?\b.{0,20}\b(?:denied|prohibited|permitted)|unable to relay", re.IGNORECASE
)


def of_connection(fault: Exception) -> Outcome:
    """Judge a connection that did not come about; nothing was sent."""
    if _is_untrusted(fault) or type(fault) is aiosmtplib.SMTPException or isinstance(fault, ValueError):
        return Outcome(OutcomeKind.CONFIG, reason=_said(fault))  # the certificate, STARTTLS or AUTH is not as we want
    if isinstance(fault, aiosmtplib.SMTPResponseException) and fault.code >= 500 and not _is_haste(fault):
        return Outcome(OutcomeKind.CONFIG, reason=f"The server refuses us: {fault.code} {_line(fault.message)}")
    return Outcome(OutcomeKind.TRANSIENT, reason=_said(fault))


def of_refusal(refused: aiosmtplib.SMTPResponseException, domain: str = "") -> Outcome:
    """Judge an answer other than yes, given for a recipient in a domain.

    A sender that is not taken, or not taken further, is our fault; a recipient is not. Haste is nobody's: a letter that
    is refused for it, with whatever number, can go later.
    """
    reason = f"{refused.code} {_line(refused.message)}"
    if refused.code < 500 or _is_haste(refused, domain):
        return Outcome(OutcomeKind.TRANSIENT, reason=reason)
    is_sender = isinstance(refused, aiosmtplib.SMTPSenderRefused)
    if refused.code in OUR_ACCOUNT or is_sender or _NO_RELAY.search(refused.message):
        return Outcome(OutcomeKind.CONFIG, reason=f"The server refuses our sender: {reason}")
    return Outcome(OutcomeKind.REJECTED, reason=reason)


def of_silence(fault: Exception, *, handed_over: bool) -> Outcome:
    """Judge a connection that was lost: after the letter left, both is possible (RFC 5321 §6.1, RFC 1047)."""
    return Outcome(OutcomeKind.AMBIGUOUS if handed_over else OutcomeKind.TRANSIENT, reason=_said(fault))


def _is_haste(refused: aiosmtplib.SMTPResponseException, domain: str = "") -> bool:
    return classify(refused.code, refused.message, domain) is ReplyClass.THROTTLE


def _is_untrusted(fault: BaseException | None) -> bool:
    while fault:
        if isinstance(fault, ssl.SSLCertVerificationError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _said(fault: Exception) -> str:
    return f"{type(fault).__name__}: {_line(str(fault))}"


def _line(message: str) -> str:
    return " ".join(message.split())[:300]
