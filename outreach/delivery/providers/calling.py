"""Calls to a provider's HTTP interface: an answer, or what its absence says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from outreach.delivery.interface import Health, Outcome
from outreach.delivery.providers import outcomes
from outreach.foundation import http


@dataclass(frozen=True)
class Peer:
    """Where a provider is, what it knows us by, and how many calls it gets at once from one worker."""

    name: str
    base: str
    concurrency: int
    headers: Mapping[str, str]

    @classmethod
    def of(cls, name: str, own: Mapping[str, str], *, base: str, headers: Mapping[str, str]) -> "Peer":
        """Read the settings that all have: `BASE_URL` and `CONCURRENCY`. Raises ValueError for one of no use."""
        return cls(name, own.get("BASE_URL", base).rstrip("/"), max(1, int(own.get("CONCURRENCY", "8"))), headers)

    async def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Response | Outcome:
        """Return the answer, whatever its status; the outcome for all when there is none."""
        client = http.client(self.name, concurrency=self.concurrency)
        try:
            return await client.request(
                method, f"{self.base}{path}", headers={**self.headers, **(headers or {})}, **content
            )
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            return outcomes.of_fault(fault)

    async def health(self, method: str, path: str, **content: Any) -> Health:
        """Ask something harmless that only a valid key is answered."""
        return self.health_of(await self.call(method, path, **content))

    def health_of(self, answer: httpx.Response | Outcome) -> Health:
        """Read the answer to such a question."""
        if isinstance(answer, Outcome):
            return Health(is_well=False, said=answer.reason or "")
        if not answer.is_success:
            return Health(is_well=False, said=outcomes.of_status(answer).reason or "")
        return Health(is_well=True, said=f"{self.base} answers and takes our key")
