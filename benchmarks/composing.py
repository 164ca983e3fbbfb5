"""How long the server takes from a text that was typed to the letter that shows it."""

from collections.abc import Callable
from functools import partial

from benchmarks.figures import Figure, seconds
from benchmarks.world import PIECE, world
from outreach.content import composing, pieces, preview, queries
from outreach.foundation.database import transaction

PLACE, LANGUAGE = "edition", "zh-Hans"
BY = "officer@csr-centre.example"
KEYS = 9


def typing() -> list[Figure]:
    """Measure `compose.preview`: the pane is kept, with its revision, and the letter is compiled anew."""
    with world(0):
        taken = sorted(1000 * seconds(partial(_typed, number)) for number in range(KEYS))
    return [Figure("compose.preview", taken[KEYS // 2], "ms")]


def _typed(number: int) -> None:
    with transaction() as session:
        words = composing.words_at(pieces.load(session, queries.by_key(session, PIECE)), PLACE, LANGUAGE)
        new = {"subject": f"主题{number}"}
        composing.write(session, PIECE, PLACE, LANGUAGE, new, by=BY, began_from=composing.mark(words))
    with transaction() as session:
        preview.render(session, queries.by_key(session, PIECE), LANGUAGE)


FIGURES: dict[str, Callable[[], list[Figure]]] = {"compose.preview": typing}
