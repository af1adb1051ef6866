"""Searches never keep readers of posts waiting, and pages are kept by their whole address."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.utils.asgi import Request

from scraper import schema, search
from scraper.search import TooBroad
from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse, patience, run, view
from scraper.serve.archive import Room
from scraper.serve.lanes import REPLAYS, SEARCHES, Gate, Lane, LaneFull
from scraper.serve.workers import Apart, Here, WorkerLost

ROOT = str(Path(__file__).parents[2])


def archive_at(path: Path, name: str) -> None:
    """An archive that is one file, as it is published."""
    with closing(schema.open_archive(path, create=True).conn) as db:
        db.execute("INSERT INTO meta VALUES ('name', ?)", (name,))
        db.execute("PRAGMA journal_mode = DELETE")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    archive_at(tmp_path / "archive.db", "first")
    return Room("archive", "archive", tmp_path / "archive.db", immutable=False)


def test_a_lane_takes_as_many_as_it_has_threads_and_places_and_turns_the_others_away(room: Room) -> None:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    lane = Lane("test", threads=1, queue=1, sleep=pause)
    go = threading.Event()

    async def three() -> list[Any]:
        asked = [asyncio.ensure_future(lane.run(room, lambda _: go.wait(30))) for _ in range(3)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_EXCEPTION)
        go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    found = asyncio.run(three())
    assert found[:2] == [True, True]
    assert isinstance(found[2], LaneFull)
    assert len(paused) == 1, "who asks again at once is kept waiting"


def test_a_lane_has_places_again_when_its_work_is_done(room: Room) -> None:
    lane = Lane("test", threads=1, queue=0)

    async def one_after_another() -> list[int]:
        return [await lane.run(room, lambda db: db.execute("SELECT 1").fetchone()[0]) for _ in range(3)]

    assert asyncio.run(one_after_another()) == [1, 1, 1]


def test_quick_work_of_a_lane_is_done_one_after_the_other_where_it_waits_its_turn() -> None:
    lane, here, most = Lane("test", threads=4, queue=99, in_turn=60), list[int](), list[int]()

    def job() -> None:
        here.append(1)
        most.append(len(here))
        time.sleep(0.001)  # the other threads have time to begin, if they may
        here.pop()

    async def all_at_once() -> None:
        await asyncio.gather(*(lane.work(job) for _ in range(12)))

    asyncio.run(all_at_once())
    assert most == [1] * 12


def test_nobody_waits_for_the_end_of_slow_work_where_the_lane_has_another_thread() -> None:
    lane, go = Lane("test", threads=2, queue=9, in_turn=0.001), threading.Event()

    async def slow_and_quick() -> bool:
        slow = asyncio.ensure_future(lane.work(lambda: go.wait(30)))
        await asyncio.sleep(0)  # it has begun
        await lane.work(go.set)
        return await slow

    assert asyncio.run(slow_and_quick())


def test_a_lane_reads_the_file_that_stands_there_now(room: Room, tmp_path: Path) -> None:
    lane = Lane("test", threads=1, queue=0)
    archive_at(tmp_path / "other.db", "second")

    async def name() -> str:
        asked = "SELECT value FROM meta WHERE key = 'name'"
        return str(await lane.run(room, lambda db: db.execute(asked).fetchone()[0]))

    assert asyncio.run(name()) == "first"
    (tmp_path / "other.db").replace(room.path)
    assert asyncio.run(name()) == "second"


@pytest.fixture
def found_apart() -> Iterator[None]:
    """Processes apart look for the functions of this file where this process does, wherever it was started."""
    sys.path.insert(0, ROOT)
    yield
    sys.path.remove(ROOT)


def name_in(db: sqlite3.Connection) -> str:
    return str(db.execute("SELECT value FROM meta WHERE key = 'name'").fetchone()[0])


def broken(db: sqlite3.Connection) -> str:
    return str(db.execute("SELECT value FROM nothing").fetchone()[0])


def deadly(_: sqlite3.Connection) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def pieces() -> Generator[str]:
    yield from ("a", "b")


def test_a_lane_works_in_this_process_where_no_other_can_be_made(room: Room) -> None:
    lane, places = Lane("test", threads=1, queue=0), list[int]()

    def warm() -> None:
        raise FileNotFoundError("no folder for temporary files")

    with lane.apart(2, warm):
        asyncio.run(lane.run(room, lambda _: places.append(os.getpid())))
    assert places == [os.getpid()]


@pytest.mark.slow
@pytest.mark.usefixtures("found_apart")
def test_a_process_apart_gives_what_this_one_does_and_is_made_again_where_it_was_lost(room: Room) -> None:
    lane = Lane("test", threads=1, queue=0)

    async def asked() -> None:
        assert await lane.run(room, name_in) == "first"
        with pytest.raises(sqlite3.OperationalError, match="nothing"):
            await lane.run(room, broken)
        begun, piece = await lane.begin(pieces)
        assert [piece, await lane.take(begun), await lane.take(begun)] == ["a", "b", None]
        lost, _ = await lane.begin(pieces)
        assert isinstance(lost.worker, Apart)
        assert lost.worker.process_id
        os.kill(lost.worker.process_id, signal.SIGKILL)
        while True:  # whoever asks while it dies may hear of it
            with contextlib.suppress(WorkerLost):
                assert await lane.run(room, name_in) == "first"
                break
        with pytest.raises(WorkerLost):
            await lane.run(room, deadly)
        assert await lane.run(room, name_in) == "first"
        await lane.begin(pieces)
        with pytest.raises(WorkerLost):
            await lane.take(lost)

    with lane.apart(1):
        asyncio.run(asked())


def is_reading_all(sql: str) -> bool:
    return "json_group_array" in sql and "FROM posts p" in sql


def readings_of_a_search(db: sqlite3.Connection) -> int:
    asked = list[str]()
    db.set_trace_callback(asked.append)
    search.find(db, "water")
    return sum(map(is_reading_all, asked))


@pytest.mark.slow
@pytest.mark.usefixtures("found_apart")
def test_a_process_apart_has_read_what_the_first_search_needs_before_it_comes(room: Room) -> None:
    lane = Lane("test", threads=1, queue=0)
    os.utime(room.path, (time.time() - 3600,) * 2)
    with lane.apart(1):
        lane.read_ahead(room)
        assert asyncio.run(lane.run(room, readings_of_a_search)) == 0


def test_a_lane_in_this_process_does_not_read_ahead_as_it_would_hold_up_who_comes_first(room: Room) -> None:
    lane = Lane("test", threads=1, queue=0)
    os.utime(room.path, (time.time() - 3600,) * 2)
    lane.read_ahead(room)
    assert asyncio.run(lane.run(room, readings_of_a_search)) == 1


def test_who_has_nothing_to_do_reads_ahead_once_for_each_state_of_the_archive(room: Room) -> None:
    worker, asked = Here(), list[str]()

    def readings() -> int:
        return sum(map(is_reading_all, asked))

    worker.read_ahead()  # of no archive yet
    worker.run(room, lambda db: db.set_trace_callback(asked.append))
    for state in (1, 2):
        os.utime(room.path, (time.time() - 3600,) * 2)
        worker.read_ahead()
        worker.read_ahead()
        worker.run(room, lambda db: search.find(db, "water"))
        assert readings() == state
        with closing(sqlite3.connect(room.path)) as db, db:
            db.execute("INSERT INTO sites VALUES (?, 'A', 'https://a.example/', 'wix', 'live')", (state,))
        worker.read_ahead()
        assert readings() == state, "it is being written"
    room.path.unlink()
    worker.read_ahead()


#: What looks at many posts, whatever it is called.
SLOW = (
    "/search?q=water", "/search.csv?q=water", "/search.atom?q=water", "/search/by/tag?q=water", "/browse", "/changes",
    "/changes.atom", "/api", "/api/posts", "/api/search?q=water", "/api/changes", "/api/coverage", "/missing",
    "/pictures", "/sitemap.xml", "/cdx?url=https://www.upr2020.org/post/flint-0", "/post/upr2020/flint-0/exhibit.zip",
    "/exhibit.zip?q=water",
)  # fmt: skip
QUICK = ("/", "/post/upr2020/flint-0", "/about", "/go", "/post/upr2020/flint-0/captures", "/nothing-here")


def test_posts_and_home_answer_while_the_lane_of_searches_is_full(reader: Any) -> None:
    async def asked() -> dict[str, int]:
        transport = httpx.ASGITransport(app=reader.app)
        async with contextlib.AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=30)
            )
            with contextlib.suppress(LaneFull):
                while True:
                    await stack.enter_async_context(SEARCHES.place())
            found = await asyncio.gather(
                *(client.get(f"{path}{'&' if '?' in path else '?'}full") for path in SLOW + QUICK)
            )
            refused = [each.headers for each in found if each.status_code == 503]
            assert all("retry-after" in each and each["cache-control"] == "no-store" for each in refused)
            return {path: each.status_code for path, each in zip(SLOW + QUICK, found, strict=True)}

    codes = reader.loop.run_until_complete(asked())
    assert {path for path, code in codes.items() if code == 503} == set(SLOW)
    assert {path for path, code in codes.items() if code == 200} == set(QUICK) - {"/nothing-here"}


def test_captures_that_take_long_to_show_keep_no_post_waiting(reader: Any) -> None:
    end = threading.Event()
    shown = ("/web/2026/https://www.upr2020.org/post/flint-0", f"/raw/{64 * '0'}", f"/picture/{64 * '0'}")

    async def asked() -> None:
        transport = httpx.ASGITransport(app=reader.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as client:
            slow = [asyncio.ensure_future(REPLAYS.work(lambda: end.wait(30))) for _ in range(8)]
            waiting = [asyncio.ensure_future(client.get(f"{path}?beside")) for path in shown]
            found = [await client.get(f"{path}?beside") for path in QUICK]
            assert {each.status_code for each in found} == {200, 404}
            assert not any(each.done() for each in waiting)
            end.set()
            assert {each.status_code for each in await asyncio.gather(*waiting)} == {302, 404}
            await asyncio.gather(*slow)

    reader.loop.run_until_complete(asked())


def test_a_gate_lets_in_one_at_a_time_and_who_is_inside_again() -> None:
    paused, inside, seen = list[float](), list[int](), list[int]()

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    async def one(gate: Gate, number: int) -> None:
        async with gate.turn(), gate.turn():
            inside.append(number)
            await asyncio.sleep(0)
            seen.append(len(inside))
            inside.remove(number)

    async def three() -> list[Any]:
        gate = Gate(queue=1, sleep=pause)
        return await asyncio.gather(*(one(gate, number) for number in range(3)), return_exceptions=True)

    found = asyncio.run(three())
    assert found[:2] == [None, None]
    assert isinstance(found[2], LaneFull)
    assert seen == [1, 1]
    assert len(paused) == 1


@pytest.mark.parametrize("path", ["/archive", "/archive/posts", "/archive/posts.json", "/archive/posts/1"])
def test_who_takes_a_table_slowly_keeps_no_other_reader_of_tables_waiting(reader: Any, path: str) -> None:
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"host", b"localhost")], "scheme": "http", "server": ("localhost", 80),
    }  # fmt: skip
    begun = asyncio.Event()

    async def never(_: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def asked() -> int:
        slow = asyncio.ensure_future(reader.app(scope, receive, never))
        await begun.wait()
        transport = httpx.ASGITransport(app=reader.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            response = await asyncio.wait_for(client.get(path), 30)
        slow.cancel()
        return response.status_code

    assert reader.loop.run_until_complete(asked()) == 200


def test_what_a_reader_asked_for_who_has_left_is_never_begun(reader: Any) -> None:
    lane, go, made = Lane("test", threads=1, queue=5), threading.Event(), list[str]()

    def page(ask: Ask) -> PageResponse:
        made.append(ask.path)
        return PageResponse("")

    async def left() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def stays() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def asked() -> list[int]:
        busy = asyncio.ensure_future(lane.work(lambda: go.wait(30)))
        asked = []
        for path, receive in (("/left", left), ("/stays", stays)):
            request = Request.fake(path)
            request.receive = receive
            asked.append(asyncio.ensure_future(view(page, lane)(request, reader.datasette)))
        await asked[0]
        go.set()
        await busy
        return [each.status for each in await asyncio.gather(*asked)]

    assert reader.loop.run_until_complete(asked()) == [499, 200]
    assert made == ["/stays"]


def test_datasettes_own_tables_have_one_thread_and_no_facets(reader: Any) -> None:
    assert reader.datasette.setting("num_sql_threads") == 1
    assert reader.get("/archive/posts.json?_facet=author&_shape=objects").status_code == 400
    assert 'class="facet' not in reader.get("/archive/events?_size=5").text


def test_a_query_that_would_look_at_too_much_is_a_page_that_says_so(room: Room) -> None:
    def page(_: Ask) -> PageResponse:
        raise TooBroad

    with room.look() as db:
        found = run(page, Ask(room, db, "/search", {}, "q=co*", ""))
    assert found.status == 400
    assert texts.TOO_LONG.split(".")[0] in str(found.body)


def test_pages_are_kept_by_the_whole_digest_of_their_address(reader: Any) -> None:
    tags = {reader.get(f"/search?q=water&page={page}").headers.get("etag", "") for page in (1, 2)}
    assert all(len(tag.rpartition("-")[2].rstrip('"')) == 64 for tag in tags if tag)
    assert len(tags) == 2 or tags == {""}


def test_beginnings_of_words_that_stand_everywhere_are_refused_before_they_run(tmp_path: Path) -> None:
    db = schema.open_archive(tmp_path / "much.db", create=True).conn
    with closing(db):
        db.execute("INSERT INTO sites VALUES ('a', 'A', 'https://a.example/', 'wix', 'live')")
        db.executemany(
            "INSERT INTO posts (site, url, slug, body_text, first_seen_at, last_seen_at)"
            " VALUES ('a', 'https://a.example/post/' || ?, ?, 'costs count', '', '')",
            [(number, number) for number in range(6)],
        )
        for asked in ("co*", "co* OR zz*", '"co"* -co*'):
            with pytest.raises(TooBroad):
                search.check_cost(db, search.parse(asked), most=5)
        for asked in ("cos*", "co", "zz*", "count"):
            search.check_cost(db, search.parse(asked), most=5)
        search.check_cost(db, search.parse("co* OR zz*"), most=6)


COUNTED = (
    "WITH RECURSIVE n(i) AS (SELECT coalesce(nap(), 0) UNION ALL SELECT i + 1 FROM n LIMIT {}) SELECT count(*) FROM n"
)


def test_sql_is_stopped_by_the_time_it_works_and_not_by_the_time_it_waits() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.create_function("nap", 0, lambda: time.sleep(0.06))
        with patience(db, 0.05):
            assert db.execute(COUNTED.format(5_000)).fetchone() == (5_000,)
        with patience(db, 0.05), pytest.raises(sqlite3.OperationalError, match="interrupted"):
            db.execute(COUNTED.format(100_000_000)).fetchone()
