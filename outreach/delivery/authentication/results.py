"""What was looked up, what it means, and the line that would put it right; as values and as plain JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

Values = Mapping[str, str | int]


class Part(StrEnum):
    """One thing that mailboxes look at."""

    SPF = "spf"  # which servers may send for the envelope's domain (RFC 7208)
    DKIM = "dkim"  # the key that the signature is checked with (RFC 6376)
    DMARC = "dmarc"  # what is to become of mail that fails (RFC 9989)
    ALIGNMENT = "alignment"  # whether From agrees with what was authenticated (RFC 9989 §4.4)
    MX = "mx"  # where answers and bounces arrive (RFC 5321 §5.1)


class Verdict(StrEnum):
    """What is known of a part, or of a sender as a whole."""

    PASS = "pass"  # noqa: S105 - in order; no password
    WARN = "warn"  # works, but look at it
    FAIL = "fail"  # mailboxes will refuse or distrust it
    UNKNOWN = "unknown"  # nobody answered, or nobody has asked yet
    NOT_APPLICABLE = "not_applicable"  # a made-up domain in development


STOPS: Final = frozenset({Verdict.FAIL, Verdict.UNKNOWN})
_RANK: Final = {
    one: rank
    for rank, one in enumerate([Verdict.NOT_APPLICABLE, Verdict.PASS, Verdict.WARN, Verdict.UNKNOWN, Verdict.FAIL])
}


@dataclass(frozen=True)
class Finding:
    """One thing that was noticed: a code that `sentences` puts into words, and what the words need."""

    code: str
    verdict: Verdict
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """One part of the check: the name and kind of record that was asked for, what stood there, what to publish.

    `at` is when it was known, in ISO 8601; `is_old` says that nobody answered since.
    """

    part: Part
    name: str
    kind: str
    records: tuple[str, ...]
    findings: tuple[Finding, ...]
    line: str | None = None
    at: str = ""
    is_old: bool = False

    @property
    def verdict(self) -> Verdict:
        """Return the worst of its findings."""
        return worst(one.verdict for one in self.findings)

    @property
    def key(self) -> tuple[Part, str]:
        """Tell it from the others of the same sender: a sender may have several DKIM keys."""
        return self.part, self.name

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "part": self.part.value,
            "name": self.name,
            "kind": self.kind,
            "records": list(self.records),
            "verdict": self.verdict.value,
            "findings": [
                {"code": one.code, "verdict": one.verdict.value, "values": dict(one.values)} for one in self.findings
            ],
            "line": self.line,
            "at": self.at,
            "is_old": self.is_old,
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Result":
        """Read it back."""
        return cls(
            part=Part(kept["part"]),
            name=kept["name"],
            kind=kept["kind"],
            records=tuple(kept["records"]),
            findings=tuple(Finding(one["code"], Verdict(one["verdict"]), one["values"]) for one in kept["findings"]),
            line=kept["line"],
            at=kept["at"],
            is_old=kept["is_old"],
        )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; nothing at all is unknown."""
    return max(verdicts, key=_RANK.__getitem__, default=Verdict.UNKNOWN)


def kept_where_silent(new: Iterable[Result], old: Iterable[Result], *, since: str) -> list[Result]:
    """Let what was known a short while ago stand where nobody answered now; `since` is the oldest that still counts."""
    known = {one.key: one for one in old if one.verdict is not Verdict.UNKNOWN and one.at >= since}
    return [
        replace(known[one.key], is_old=True) if one.verdict is Verdict.UNKNOWN and one.key in known else one
        for one in new
    ]


def passed(code: str, **values: str | int) -> Finding:
    """Say that something is in order."""
    return Finding(code, Verdict.PASS, values)


def warned(code: str, **values: str | int) -> Finding:
    """Say that something wants a look."""
    return Finding(code, Verdict.WARN, values)


def failed(code: str, **values: str | int) -> Finding:
    """Say that something is wrong."""
    return Finding(code, Verdict.FAIL, values)


def unanswered(name: str) -> Finding:
    """Say that nobody answered for a name."""
    return Finding("unanswered", Verdict.UNKNOWN, {"name": name})
