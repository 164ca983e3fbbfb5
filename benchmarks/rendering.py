"""How long a letter takes to compile, and how many recipients a second are merged."""

import html
from collections.abc import Callable

from benchmarks.figures import RUNS, Figure, against, seconds
from benchmarks.world import PIECE, world
from outreach.content import editions, pieces, queries
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.rendering import merge, message

VALUES = dict.fromkeys(merge.PERSONAL + merge.TECHNICAL, "v1.AAAA.c.0000000000000000000000.0000000000000000000000")


def compiling_and_merging() -> list[Figure]:
    """Measure `render.compile` and `render.merge` on the demo's newsletter."""
    with world(0), transaction() as session:
        edition = editions.edition_of(pieces.load(session, queries.by_key(session, PIECE)), "zh-Hans")
    public_url = settings().public_url
    compiled = sorted(seconds(lambda: message.render(edition, tracked=True, public_url=public_url)) for _n in range(9))
    letter = message.render(edition, tracked=True, public_url=public_url)
    segments = merge.split(letter.html)
    escaped = {name: html.escape(value) for name, value in VALUES.items()}
    parts = list(segments.parts)
    parts[1::2] = [escaped[name] for name in segments.names]
    pairs = []
    for _number in range(RUNS):
        ours = 1 / seconds(lambda: merge.fill(segments, VALUES), 2000)
        bare = 1 / seconds(lambda: "".join(parts), 2000)
        pairs.append((ours, bare))
    return [
        Figure("render.compile", compiled[len(compiled) // 2] * 1000, "ms"),
        against("render.merge", "recipients/s", pairs),
    ]


FIGURES: dict[str, Callable[[], list[Figure]]] = {
    "render.compile": compiling_and_merging,
    "render.merge": compiling_and_merging,
}
