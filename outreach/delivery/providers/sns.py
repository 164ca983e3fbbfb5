"""Amazon SNS, which brings the reports of Amazon SES: whether a call is genuine, and what stands in it.

A call is signed over named fields of its envelope with a key whose certificate it names itself; so the certificate is
taken from the host of our topic's region only, and from no other.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from outreach.delivery.providers import certificates, reading

EARLY: Final = 300.0  # seconds that a call's time may be ahead of ours
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATE: Final = 3600.0  # seconds behind: SNS repeats a call with its first time, for up to an hour

_TOPIC: Final = re.compile(r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{4,30}):\d{12}:[A-Za-z0-9_.-]{1,256}")
_FILE: Final = re.compile(r"/SimpleNotificationService-[0-9a-f]{8,64}\.pem")
_DIGESTS: Final = {"1": "sha1", "2": "sha256"}
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


@dataclass(frozen=True)
class Topic:
    """The topic that we are subscribed to, and the host of its region."""

    arn: str
    host: str  # `sns.<region>.amazonaws.com`
    certificates: str  # where its certificates are taken from: that host, or what stands in for it

    @classmethod
    def of(cls, arn: str, certificates: str = "") -> "Topic":
        """Read the name of a topic. Raises ValueError for one that is none."""
        found = _TOPIC.fullmatch(arn)
        if not found:
            raise ValueError("write WEBHOOK_KEY as the ARN of the SNS topic, arn:aws:sns:region:account:name")
        host = f"sns.{found.group(2)}.amazonaws.com{'.cn' if found.group(1) == 'aws-cn' else ''}"
        return cls(arn, host, certificates.rstrip("/") or f"https://{host}")

    def is_genuine(self, body: bytes, now: datetime) -> bool:
        """Tell whether a call is of this topic, recent, and signed by SNS.

        Raises Unavailable when the certificate cannot be had now.
        """
        call = reading.document(body)
        signed = _SIGNED.get(str(reading.at(call, "Type")), ())
        digest = _DIGESTS.get(str(reading.at(call, "SignatureVersion")))
        if not signed or not digest or not hmac.compare_digest(_field(call, "TopicArn").encode(), self.arn.encode()):
            return False
        if not -EARLY <= (now - _moment(call)).total_seconds() <= LATE:
            return False
        try:
            signature = base64.b64decode(_field(call, "Signature"), validate=True)
        except (binascii.Error, ValueError):
            return False
        address = self._certificate(_field(call, "SigningCertURL"))
        return bool(address) and certificates.key(address).verify(_text(call, signed), signature, digest)

    def is_theirs(self, url: str) -> bool:
        """Tell whether an address is of SNS in the topic's region, over https."""
        try:
            place = urlsplit(url)
        except ValueError:
            return False
        return place.scheme == "https" and place.netloc == self.host

    def _certificate(self, url: str) -> str:
        """Return where a call's certificate is taken from; empty when it names another place than SNS."""
        if not self.is_theirs(url) or not _FILE.fullmatch(urlsplit(url).path) or urlsplit(url).query:
            return ""
        return f"{self.certificates}{urlsplit(url).path}"


def _field(call: Any, name: str) -> str:
    value = reading.at(call, name)
    return value if isinstance(value, str) else ""


def _moment(call: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_field(call, "Timestamp"))
    except ValueError:
        return LONG_AGO
    return moment if moment.tzinfo else LONG_AGO


def _text(call: Mapping[str, Any], names: tuple[str, ...]) -> bytes:
    """Write down what is signed: name and value on a line each; a subject only where there is one."""
    lines = (f"{name}\n{_field(call, name)}\n" for name in names if name in call)
    return "".join(lines).encode(errors="surrogatepass")
