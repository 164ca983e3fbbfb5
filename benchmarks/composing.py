"""How long the server takes from a text that was typed to the letter that shows it."""

from collections.abc import Callable
from functools import partial

from benchmarks.figures import Figure, seconds
from benchmarks.world import PIECE, world
from outreach.content import composing, pieces, preview, queries
from outreach.foundation.database import transaction

PLACE, LANGUAGE = "edition", "zh-Hans"
BY = "officer@csr-centre.example"
KEYS, WARM = 15, 10  # the first are typed into a server that has just been started


def typing() -> list[Figure]:
    """Measure `compose.preview`: the pane is kept, with its revision, and the letter is compiled anew."""
    with world(0):
        with transaction() as session:
            whole = pieces.load(session, queries.by_key(session, PIECE))
        marks = [composing.mark(composing.words_at(whole, PLACE, LANGUAGE))]
        taken = [1000 * seconds(partial(_typed, number, marks)) for number in range(WARM + KEYS)]
    return [Figure("compose.preview", sorted(taken[WARM:])[KEYS // 2], "ms")]


def _typed(number: int, marks: list[str]) -> None:
    given = {"subject": f"主题{number}"}
    with transaction() as session:
        written = composing.write(session, PIECE, PLACE, LANGUAGE, given, by=BY, began_from=marks.pop())
    marks.append(written.mark)
    with transaction() as session:
        preview.render(session, queries.by_key(session, PIECE), LANGUAGE)


FIGURES: dict[str, Callable[[], list[Figure]]] = {"compose.preview": typing}
