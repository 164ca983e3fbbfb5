"""How many rows of a file a second become contacts, against a bare CSV reader and COPY into a table like theirs."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import psycopg
from sqlalchemy import text

from benchmarks.figures import RUNS, Figure, against
from benchmarks.world import HOME, world
from outreach.contacts.models import OrganisationKind, Sector
from outreach.foundation.database import transaction
from outreach.intake import asking
from outreach.intake.choices import Choices

PEOPLE = 1_000_000
COLUMNS = ("E-post", "Förnamn", "Efternamn", "Titel", "Språk", "Organisation", "Land", "Taggar")
GIVEN = ("Åsa", "Erik", "Maria", "晓岚", "Karin", "伟", "Johan")
FAMILY = ("Lindström", "Berg", "Söderlund", "林", "Nyberg", "王", "Åkesson")
CHOSEN = Choices(language="sv", kind=OrganisationKind.COMPANY.value, sector=Sector.TRADE.value, source="benchmark")
# In a process of its own, so that what is measured is an import and nothing else. What `getrusage` calls the peak is
# that of the parent, too.
MEASURED = """
import json, sys
from uuid import UUID
from outreach.foundation.database import transaction
from outreach.intake import asking, choices, working
number, chosen = UUID(sys.argv[1]), choices.read(json.loads(sys.argv[2]))
def work():
    more = True
    while more:
        with transaction() as session:
            more = working.step(session, number)
work()
with transaction() as session:
    asking.check(session, asking.get(session, number, lock=True), chosen)
work()
with transaction() as session:
    asking.apply(session, asking.get(session, number, lock=True), by="benchmark")
work()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
"""


def million() -> list[Figure]:
    """Measure `import.1m` and `import.rss`: from the uploaded file to the last contact, the check included."""
    pairs, peaks = [], []
    file = _file()
    for _number in range(RUNS):
        with world(0):
            bare = PEOPLE / _bare(file)
            began = time.perf_counter()
            peaks.append(_import(file))
            pairs.append((PEOPLE / (time.perf_counter() - began), bare))
    return [against("import.1m", "rows/s", pairs), Figure("import.rss", max(peaks), "MB")]


FIGURES: dict[str, Callable[[], list[Figure]]] = {"import.1m": million, "import.rss": million}


def _file() -> Path:
    file = HOME.parent / "people.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for n in range(PEOPLE):
            language = ("svenska", "中文", "English")[n % 3]
            employer = f"Verkstad {n % 900} AB"
            name = (GIVEN[n % 7], FAMILY[n % 7])
            writer.writerow((f"person{n}@firma{n % 700}.example", *name, "", language, employer, "Sverige", "2026"))
    return file


def _bare(file: Path) -> float:
    """Read the file and COPY its cells into a table with the columns and indexes of contacts; returns seconds."""
    began = time.perf_counter()
    with transaction(owner=True) as session:
        session.execute(
            text(
                "CREATE TABLE bare (LIKE contact INCLUDING DEFAULTS INCLUDING INDEXES); "
                "ALTER TABLE bare ALTER email SET DEFAULT '', ALTER native_name SET DEFAULT '', "
                "ALTER latin_name SET DEFAULT '', ALTER time_zone SET DEFAULT ''"
            )
        )
        driver = cast("psycopg.Connection[object]", session.connection().connection.driver_connection)
        with (
            file.open(encoding="utf-8", newline="") as opened,
            driver.cursor() as cursor,
            cursor.copy(
                "COPY bare (address, given_name, family_name, title, language, latin_name, country, source) FROM STDIN"
            ) as copy,
        ):
            rows = csv.reader(opened)
            next(rows)
            for row in rows:
                copy.write_row(row)
    took = time.perf_counter() - began
    with transaction(owner=True) as session:
        session.execute(text("DROP TABLE bare"))
    return took


def _import(file: Path) -> float:
    """Take the file in; returns the megabytes that the process used at most."""
    with file.open("rb") as opened, transaction() as session:
        taken = asking.take_in(session, opened, name=file.name, by="benchmark")
        session.info.clear()  # nobody is to be woken
    command = [sys.executable, "-c", MEASURED, str(taken.id), json.dumps(CHOSEN.stored())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)
