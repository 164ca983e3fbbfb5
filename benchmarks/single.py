"""One call per recipient with a letter of 40 kB, against a bare loop of the same calls.

This module also is a provider, which workers come to know by `--include benchmarks.single`.
"""

import asyncio
from collections.abc import Callable, Sequence

import httpx
from pydantic_core import to_json
from sqlalchemy import text
from sqlmodel import Session

from benchmarks import bare
from benchmarks.figures import RUNS, Figure, against
from benchmarks.sending import WORKERS, send
from benchmarks.world import HOME, SINK, campaign, senders, world
from outreach.delivery.interface import Letter, Outcome, OutcomeKind, Recipient
from outreach.delivery.providers import PROVIDERS, outcomes
from outreach.delivery.providers.sandbox import Sandbox
from outreach.foundation import http, slots

LETTERS = 4_000
AT_ONCE = 8
SIZE = 40_000


class Single(Sandbox):
    """Fills each letter and posts it alone, some at once."""

    name = "single"

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:  # noqa: ARG002 - this peer takes none
        """Hand over one letter a call."""
        subject, html = slots.split(letter.subject), slots.split(letter.html)
        client, gate = http.client(self.name, concurrency=AT_ONCE), asyncio.Semaphore(AT_ONCE)

        async def post(one: Recipient) -> Outcome:
            body = {"to": one.address, "subject": subject.fill(one.values), "html": html.fill(one.values)}
            async with gate:
                try:
                    answer = await client.post(f"{SINK}/v1/messages", content=to_json(body), headers=bare.JSON)
                except httpx.HTTPError as fault:
                    return outcomes.of_fault(fault)
            return Outcome(OutcomeKind.ACCEPTED, message_id=answer.text)

        return list(await asyncio.gather(*(post(one) for one in recipients)))


PROVIDERS[Single.name] = Single


def forty_kilobytes() -> list[Figure]:
    """Measure letters of 40 kB, each in a call of its own."""
    pairs = []
    for _number in range(RUNS):
        with world(LETTERS), senders(WORKERS, include="benchmarks.single") as group:
            body = HOME / "letter.json"
            body.write_bytes(to_json({"to": "reader@example.com", "subject": "x" * 60, "html": "x" * SIZE}))
            url = f"{SINK}/v1/messages"
            beside = bare.posts(url, [body], LETTERS, processes=WORKERS, at_once=AT_ONCE)
            pairs.append((send(campaign(), LETTERS, group, change=_alone).rate, beside))
    return [against("send.single.40kb", "messages/s", pairs)]


def _alone(session: Session) -> None:
    """Let what was launched go by that provider, in letters of that size."""
    session.execute(text("UPDATE mailing SET provider = :name"), {"name": Single.name})
    session.execute(
        text("UPDATE message SET html = html || '<!--' || repeat('x', greatest(:size - length(html), 0)) || '-->'"),
        {"size": SIZE},
    )


FIGURES: dict[str, Callable[[], list[Figure]]] = {"send.single.40kb": forty_kilobytes}
