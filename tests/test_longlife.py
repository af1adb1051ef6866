"""The life of a blog and of its archive, judged against what was true: nothing false is said, nothing is overlooked.

It begins with an archive that 0.1.0 wrote. Every second day something goes wrong (`incidents`); on the days between,
and on those of troubles that the promises are held through, the crawl is an ordinary one: these are the clear days.
"""

import lzma
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper.demo.server import running
from tests import incidents
from tests.incidents import FIRST_HALF, INCIDENTS, OTHERS, SECOND_HALF, Incident
from tests.letters import WALLS, Lab, Wall
from tests.life import BEGIN, OWNERS_ROUND, Life, Paper, WildServer

OLD = Path(__file__).parent / "old" / "archive-0.1.0.sql.xz"
#: Days within which an edit is seen that no lastmod names: old posts are looked at every three months.
LOOKED_AT_WITHIN = 92
Begin = Callable[[int], Life]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begins a life at a step of the round."""
    with ExitStack() as open_until_the_end:

        def begun(first: int) -> Life:
            blog = Paper(8)
            server = open_until_the_end.enter_context(running(WildServer(blog.answer)))
            lab = Lab(tmp_path, blog, server, BEGIN)
            with closing(sqlite3.connect(lab.path)) as db:
                db.executescript(lzma.decompress(OLD.read_bytes()).decode())
            return Life(lab, blog, server, first)

        yield begun


def rows(life: Life, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(life.lab.path)) as db:
        return db.execute(sql.replace(":base", f"'{life.lab.server.base}%'")).fetchall()


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize(
    ("days", "first"),
    [(62, 0), (62, 60), *(pytest.param(days, 0, marks=pytest.mark.long) for days in (366, 1096))],
)
def test_in_a_long_life_nothing_false_is_said_and_nothing_is_overlooked(begin: Begin, days: int, first: int) -> None:
    assert days % 2 == 0, "the last day is a clear one"
    life = begin(first)
    for day in range(days):
        life.day(day, INCIDENTS)
        if day == days - 1 or (day % OWNERS_ROUND == 1 and day > 1):
            judge(life, day + 1)
    assert life.lab.verified() == []
    assert life.lab.rebuilt() == []


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("incident", sorted({*FIRST_HALF, *SECOND_HALF, *OTHERS}, key=lambda one: one.__name__))
def test_no_incident_makes_the_archive_say_what_is_not_so(begin: Begin, incident: Incident) -> None:
    """Each alone, twice."""
    life = begin(0)
    for day in range(42):
        life.day(day, dict.fromkeys((8, 24), incident))
    judge(life, 42)
    assert life.lab.rebuilt() == []


def always(answer: Wall) -> Incident:
    """The same answer in place of every post."""

    def stand(life: Life, day: int) -> None:
        life.blog.wall = answer
        life.lab.crawl(day, full=True, counts=True)

    return stand


LASTING: dict[str, Incident] = {
    **{name: always(answer) for name, answer in WALLS.items()},
    **{one.__name__: one for one in (
        incidents.parked, incidents.moved_to_another_domain, incidents.posts_moved_to_another_domain,
        incidents.a_post_in_place_of_all, incidents.posts_all_404, incidents.posts_404_and_unnamed, incidents.circle,
        incidents.shorter_by_its_head, incidents.packed_twice_but_said_once, incidents.sitemap_shrunk,
    )},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", LASTING)
def test_nothing_is_said_of_what_lasts_longer_than_a_post_must_be_missing_to_be_gone(begin: Begin, name: str) -> None:
    """Nineteen days without a good one between them."""
    life = begin(0)
    for day in [*range(8), *range(8, 28, 2), *range(28, 44)]:
        life.day(day, {day: LASTING[name]} if 8 <= day < 28 else {})
    judge(life, 44)
    assert life.lab.rebuilt() == []


def judge(life: Life, days: int) -> None:
    """All that the archive says after so many days, and how far it came."""
    judge_posts(life, days)
    judge_revisions(life)
    judge_counts(life)
    kept = {record for (record,) in rows(life, "SELECT record_sha256 FROM captures")}
    assert life.records <= kept, "no capture that was kept is lost"
    assert rows(life, "SELECT count(*) FROM known_urls WHERE url LIKE :base AND state IN ('lost', 'not-a-post')") == [
        (0,)
    ]
    events = rows(life, "SELECT count(*) FROM events")[0][0]
    print(f"{days} days, {len(life.met)} kinds of incident {life.met.total()} times, {life.kills} kills,",
          f"{len(life.letters)} posts, {events} events, {len(kept)} captures")  # fmt: skip


def judge_posts(life: Life, days: int) -> None:
    """Each post once, had soon, at its newest address; gone only where it is, its first absence seen soon."""
    found = {
        url.removeprefix(life.lab.server.base): values
        for url, *values in rows(
            life, "SELECT url, first_seen_at, gone_at, missing_since FROM posts WHERE url LIKE :base"
        )
    }
    assert found.keys() == {letter.address for letter in life.letters if letter.turns[0] <= life.clear[-1]}
    for path, (first_seen_at, gone_at, missing_since) in found.items():
        letter = next(one for one in life.letters if one.address == path)
        assert first_seen_at[:10] <= life.soon(letter.turns[0]), path
        away = letter.turns[-1] if len(letter.turns) % 2 == 0 else None
        assert (missing_since is not None) == (away is not None and away <= life.clear[-1]), path
        if away is not None and away <= life.clear[-1]:
            assert missing_since[:10] <= life.soon(away), path
            assert gone_at is not None or away > days - 30, path
        else:
            assert gone_at is None, path
    told = Counter(kind for (kind,) in rows(
        life, "SELECT kind FROM events JOIN posts ON posts.id = post_id WHERE url LIKE :base"
    ))  # fmt: skip
    assert told["moved"] == sum(len(one.addresses) - 1 for one in life.letters)
    assert told["returned"] == sum(len(one.turns) == 3 for one in life.letters)
    assert told["gone"] == sum(gone is not None for _, gone, _ in found.values()) + told["returned"]


def judge_revisions(life: Life) -> None:
    """Each version once, as it was, and soon."""
    told: dict[str, list[tuple[str, str]]] = {}
    for url, seen_at, title in rows(
        life,
        "SELECT url, seen_at, revisions.title FROM revisions JOIN posts ON posts.id = post_id"
        " WHERE url LIKE :base ORDER BY seen_at",
    ):
        told.setdefault(url.removeprefix(life.lab.server.base), []).append((seen_at[:10], title))
    for path, versions in told.items():
        letter = next(one for one in life.letters if one.address == path)
        due = [
            day for day, _ in letter.versions if day not in letter.unnamed or day + LOOKED_AT_WITHIN < life.clear[-1]
        ]
        assert len(due) <= len(versions) <= len(letter.versions), (path, letter, versions)
        for (at, title), (day, said) in zip(versions, letter.versions, strict=False):
            assert said is None or title == said, path
            assert at <= life.soon(day, LOOKED_AT_WITHIN if day in letter.unnamed else 0), (path, day)


def judge_counts(life: Life) -> None:
    """Each number as it was on its day."""
    counts = rows(life, "SELECT url, counts.counted_at, counts.views FROM counts JOIN posts ON posts.id = post_id"
                        " WHERE url LIKE :base")  # fmt: skip
    assert len(counts) > len(life.letters)
    missing = {day for day, told in life.counted.items() if told is None}
    for url, counted_at, views in counts:
        letter = next(one for one in life.letters if one.address == url.removeprefix(life.lab.server.base))
        day = (datetime.fromisoformat(counted_at) - life.lab.start) // timedelta(days=1)
        assert views == life.views(letter, day), (url, counted_at)
        assert day not in missing, (url, counted_at)
