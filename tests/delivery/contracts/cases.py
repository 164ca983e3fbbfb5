"""What the contract tests of all providers share: a letter with a word of theirs in it, and two readers."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from outreach.delivery.interface import Letter, Outcome, OutcomeKind, Provider, Recipient
from outreach.foundation import http
from outreach.foundation.slots import slot
from tests.delivery import world

ACCEPTED, REJECTED, CONFIG = OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.CONFIG
TRANSIENT, AMBIGUOUS = OutcomeKind.TRANSIENT, OutcomeKind.AMBIGUOUS
KEY = "0198f3a0-0000-7000-8000-00000000abcd"
SETTINGS = {"SERVER_TOKEN": "a token", "API_KEY": "a key", "DOMAIN": "mail.csr-centre.example", "WEBHOOK_KEY": "hook"}
LITERAL = "%recipient.first_name% {{first_name}} %unsubscribe_url% 100%"


_WRITTEN = world.letter()


def letter(**changes: Any) -> Letter:
    """A newsletter in Chinese with words that some providers would replace, and a greeting."""
    content: dict[str, Any] = {
        "language": "zh-Hans",
        "from_name": "企业社会责任中心, 北京",
        "headers": {**_WRITTEN.headers, "List-Id": "企业社会责任 中心 <letter.csr.example>"},
        "reply_to": "svar@csr-centre.example",
        "subject": f"你好 {slot('first_name')}: {LITERAL}",
        "html": f"<p>{slot('first_name')}</p><a href='https://x.example/{slot('unsubscribe')}'>{LITERAL}</a>",
        "text": f"{slot('first_name')}: {LITERAL}\n",
    }
    return replace(_WRITTEN, **(content | changes))


def readers(count: int = 2) -> list[Recipient]:
    """Some readers, with names that neither HTML nor a header must take for its own."""
    return [
        world.recipient(
            f"reader{number}@company.example", f'Åsa "A" {number}', first_name=f"<Åsa {number}> & %recipient.x%"
        )
        for number in range(1, count + 1)
    ]


def send(provider: Provider, recipients: Sequence[Recipient], *, key: str = KEY, **changes: Any) -> list[Outcome]:
    """Hand a batch over as a worker does."""
    return http.run(_send(provider, recipients, key, letter(**changes)))


async def _send(provider: Provider, recipients: Sequence[Recipient], key: str, written: Letter) -> list[Outcome]:
    async with asyncio.timeout(60):
        return await provider.send(written, recipients, key=key)


def kinds(outcomes: Sequence[Outcome]) -> list[OutcomeKind]:
    """Name what became of each."""
    return [one.kind for one in outcomes]
