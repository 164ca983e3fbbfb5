"""Read and check the body of `POST /v1/batches`. Strict on purpose: a careless caller should find out here."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from outreach.sandbox import addresses, merging
from outreach.sandbox.problems import Problem, pointer, unprocessable

MAX_RECIPIENTS = 1000
MAX_BYTES = 25 * 1024 * 1024

# Named by fields of their own, or written by the service that assembles the message (RFC 5322 §3.6, RFC 2045).
_OWN_HEADERS = {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "mime-version"}
_HEADER_NAME = re.compile(r"[!-9;-~]{1,76}")
_HEADER_CONTROL = re.compile("[\x00-\x1f\x7f]")

Stream = Literal["newsletter", "press", "system"]


def _mailbox(address: str) -> str:
    if not addresses.is_valid(address):
        raise ValueError("not an e-mail address")
    return address


def _template(text: str) -> str:
    try:
        merging.names(text)
    except merging.BrokenToken:
        raise ValueError("holds half a token: write U+E000 name U+E001") from None
    return text


def _one_line(text: str) -> str:
    if _HEADER_CONTROL.search(text):
        raise ValueError("holds a control character")
    return text


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Template = Annotated[str, AfterValidator(_template)]
OneLine = AfterValidator(_one_line)


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Sender(_Part):
    """Who the letter is from."""

    email: Mailbox
    name: Annotated[str, OneLine] = ""


class Recipient(_Part):
    """One recipient: `id` is the caller's own, by which a message is found again. The address is judged later."""

    id: str = Field(min_length=1, max_length=200)
    email: str
    name: str = ""
    values: dict[str, str] = Field(default_factory=dict)


class Batch(_Part):
    """One letter with its recipients."""

    sender: Sender = Field(alias="from")
    reply_to: Mailbox | None = None
    subject: Annotated[Template, OneLine]
    html: Template
    text: Template
    headers: dict[str, Annotated[Template, OneLine]] = Field(default_factory=dict)
    language: str = Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
    stream: Stream
    recipients: list[Recipient] = Field(min_length=1)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The merge fields that the letter asks for."""
        return frozenset().union(*map(merging.names, (self.subject, self.html, self.text, *self.headers.values())))


@dataclass(frozen=True)
class Refusal:
    """Why one recipient is not taken."""

    code: Literal["invalid_address", "missing_value"]
    reason: str


def read(body: bytes) -> Batch:
    """Parse a batch; raise a 422 with JSON pointers, or 413 when there are too many recipients."""
    try:
        batch = Batch.model_validate_json(body)
    except ValidationError as error:
        raise unprocessable(error) from None
    if len(batch.recipients) > MAX_RECIPIENTS:
        detail = f"A batch holds at most {MAX_RECIPIENTS} recipients."
        raise Problem(413, detail, faults=[("/recipients", detail)])
    for name in batch.headers:
        if fault := _header_fault(name):
            raise Problem(422, "The body is not what this call takes.", faults=[(pointer(["headers", name]), fault)])
    return batch


def refusal(batch: Batch, recipient: Recipient) -> Refusal | None:
    """Say why a recipient cannot be taken, None when it can."""
    if not addresses.is_valid(recipient.email):
        return Refusal("invalid_address", "This is not an e-mail address.")
    if not batch.fields <= recipient.values.keys():
        missing = ", ".join(sorted(batch.fields - recipient.values.keys()))
        return Refusal("missing_value", f"The letter asks for {missing}, which this recipient has not.")
    return None


def _header_fault(name: str) -> str | None:
    if not _HEADER_NAME.fullmatch(name):
        return "not a header name"
    if name.lower() in _OWN_HEADERS or name.lower().startswith("content-"):
        return "is given by a field of its own or written by the service"
    return None
