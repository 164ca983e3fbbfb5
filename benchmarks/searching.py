"""How long a search for two Chinese characters takes among a million people, against looking one up by its key."""

from collections.abc import Callable
from itertools import cycle
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from benchmarks.figures import RUNS, Figure, against, seconds
from benchmarks.world import world
from outreach.contacts import queries
from outreach.contacts.models import Contact
from outreach.contacts.search import Search
from outreach.foundation.database import owner_engine, transaction

PEOPLE = 1_000_000
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = "晓岚伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉云帆海玲雪梅建国志鹏浩宇欣怡佳琪子涵思远雨桐梓萱翻译"
WORDS = ("晓岚", "翻译", "云帆", "志鹏", "雪梅")
TIMES = 40


def million() -> list[Figure]:
    """Measure `search.zh.1m`: the first page of those found with their organisations, as the list asks for it.

    Each word is part of the names of some five hundred people or of where they work.
    """
    with world(0):
        _fill()
        with transaction() as session:
            keys = cycle(session.scalars(text("SELECT id FROM contact TABLESAMPLE SYSTEM (0.05)")).all())
            words = cycle(WORDS)
            pairs = []
            for _run in range(RUNS + 1):
                bare = seconds(lambda: _look_up(session, next(keys)), TIMES)
                ours = seconds(lambda: queries.listed(session, Search(text=next(words))), TIMES)
                pairs.append((ours * 1000, bare * 1000))
    return [against("search.zh.1m", "ms", pairs[1:])]  # the first run warms both up


FIGURES: dict[str, Callable[[], list[Figure]]] = {"search.zh.1m": million}


def _look_up(session: Session, key: UUID) -> Contact:
    return session.exec(select(Contact).where(col(Contact.id) == key)).one()


def _fill() -> None:
    """Put a million people with Chinese and Swedish names in a hundred thousand organisations, as an import does."""
    with transaction() as session:
        session.execute(
            text(
                """
                INSERT INTO organisation (key, names, kind, sector, country, language, note)
                SELECT 'works-' || n,
                    jsonb_build_object('sv', 'Verkstad ' || n || ' AB', 'zh-Hans',
                        substr(:given, 1 + n % 54, 1) || substr(:given, 1 + n / 54 % 54, 1)
                        || CASE n WHEN 1 THEN '翻译' ELSE '纺织' END || '有限公司'),
                    'company', 'trade', 'CN', 'zh-Hans', ''
                FROM generate_series(1, 100000) AS n
                """
            ),
            {"given": GIVEN},
        )
        session.execute(
            text(
                """
                INSERT INTO contact (id, email, address, given_name, family_name, native_name, latin_name, title,
                    language, organisation_id, country, time_zone, source)
                SELECT uuidv7(), 'person' || n || '@firma' || n % 700 || '.example',
                    'person' || n || '@firma' || n % 700 || '.example',
                    CASE n % 2 WHEN 0 THEN 'Åsa' ELSE '' END, CASE n % 2 WHEN 0 THEN 'Lindström' ELSE '' END,
                    CASE n % 2 WHEN 1 THEN substr(:family, 1 + n / 3000 % 30, 1)
                        || substr(:given, 1 + n % 54, 1)
                        || substr(:given, 1 + n / 54 % 54, 1)
                        ELSE '' END,
                    '', '', CASE n % 2 WHEN 0 THEN 'sv' ELSE 'zh-Hans' END, employer.id, '', 'Asia/Shanghai',
                    'benchmark'
                FROM generate_series(1, CAST(:people AS int)) AS n
                JOIN organisation AS employer ON employer.key = 'works-' || (1 + n * 13 % 100000)
                """
            ),
            {"people": PEOPLE, "given": GIVEN, "family": FAMILY},
        )
    # As PostgreSQL does by itself within a minute of so many new rows: what waits for the indexes is put into them.
    with owner_engine().execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE contact, organisation"))
