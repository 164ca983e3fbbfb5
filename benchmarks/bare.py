"""The ceiling of a sender: the same bodies posted by httpx from as many processes, with no database and no thought."""

import asyncio
import json
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import httpx
from sqlalchemy import text

from benchmarks.world import HOME, SINK, campaign, launch
from outreach.delivery import ledger
from outreach.delivery.providers.sandbox import batch_body
from outreach.delivery.sending import with_tokens
from outreach.foundation.database import transaction

JSON = {"content-type": "application/json"}


def batches(recipients: int, *, processes: int) -> float:
    """Post the bodies of a like campaign one after the other; returns recipients per second."""
    files = sorted(_bodies().iterdir())
    size = sum(int(one.stem.partition("-")[2]) for one in files) / len(files)
    return size * posts(f"{SINK}/v1/batches", files, round(recipients / size), processes=processes, at_once=1)


def posts(url: str, bodies: list[Path], number: int, *, processes: int, at_once: int) -> float:
    """Post so many bodies in turn, some at once in each process; returns posts per second."""
    share = number // processes
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_post, [url] * processes, [bodies] * processes, [at_once] * processes, [at_once] * processes))
        started = time.perf_counter()  # now everybody is there and has been connected
        list(pool.map(_post, [url] * processes, [bodies] * processes, [share] * processes, [at_once] * processes))
        return share * processes / (time.perf_counter() - started)


def _post(url: str, files: list[Path], number: int, at_once: int) -> None:
    waiting = islice(cycle([one.read_bytes() for one in files]), number)

    async def post(client: httpx.AsyncClient) -> None:
        for body in waiting:
            (await client.post(url, content=body, headers=JSON)).raise_for_status()

    async def post_all() -> None:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            await asyncio.gather(*(post(client) for _one in range(at_once)))

    asyncio.run(post_all())


def _bodies() -> Path:
    """Keep the bodies of some batches as the provider gets them, named by their recipients; then undo the launch."""
    folder = HOME / "bodies"
    folder.mkdir(exist_ok=True)
    with transaction(owner=True) as session:
        launch(session, campaign())
        for number in range(6):
            if claim := ledger.claim(session):
                body = batch_body(claim.letter, with_tokens(claim.recipients))
                file = folder / f"{number}-{len(claim.recipients)}.json"
                file.write_text(json.dumps(body, ensure_ascii=False))
        session.execute(text("TRUNCATE delivery, batch, message, link, exclusion, mailing CASCADE"))
        session.execute(text("DELETE FROM campaign"))
        session.info.clear()  # nobody is to be woken
    return folder
