"""Run the benchmarks whose names begin as asked, or all."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import composing, freezing, importing, previewing, rendering, scaling, searching, sending, single
from benchmarks.figures import Figure

ALL = {
    **importing.FIGURES,
    **rendering.FIGURES,
    **composing.FIGURES,
    **sending.FIGURES,
    **single.FIGURES,
    **scaling.FIGURES,
    **freezing.FIGURES,
    **searching.FIGURES,
    **previewing.FIGURES,
}
OUT = Path(__file__).parent / "out" / "latest.json"


def main(wanted: list[str]) -> int:
    """Measure, print, write; returns the exit status."""
    chosen = {name: run for name, run in ALL.items() if not wanted or any(name.startswith(one) for one in wanted)}
    if not chosen:
        print(f"There is no figure {' '.join(wanted)}; choose among {', '.join(ALL)}.", file=sys.stderr)
        return 2
    found: list[Figure] = []
    for run in dict.fromkeys(chosen.values()):
        for figure in run():
            print(figure.line(), flush=True)
            found.append(figure)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    return 0


sys.exit(main(sys.argv[1:]))
