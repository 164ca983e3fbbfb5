"""Why a letter came back: what the provider says, corrected by what the receiving server said."""

from outreach.delivery.interface import BounceClass
from outreach.delivery.replies import ReplyClass, classify

_OF_REPLY = {
    ReplyClass.THROTTLE: BounceClass.SOFT,
    ReplyClass.MAILBOX_FULL: BounceClass.SOFT,
    ReplyClass.CONTENT: BounceClass.BLOCK,
    ReplyClass.AUTH: BounceClass.BLOCK,
    ReplyClass.POLICY: BounceClass.BLOCK,
    ReplyClass.INVALID_RECIPIENT: BounceClass.HARD,
}


def of_final(text: str, address: str | None, *, code: int | None = None) -> BounceClass:
    """Judge a failure that the provider calls permanent: hard, unless the server spoke of something else.

    QQ and NetEase answer 550 and 554 to haste and to what they take for spam (reference: `delivery/replies.py`).
    """
    domain = (address or "").rpartition("@")[2]
    return _OF_REPLY.get(classify(code, text, domain), BounceClass.HARD)


def of_temporary(text: str, address: str | None, *, code: int | None = None) -> BounceClass:
    """Judge a failure that the provider does not call permanent: never hard."""
    found = of_final(text, address, code=code)
    return BounceClass.SOFT if found is BounceClass.HARD else found
