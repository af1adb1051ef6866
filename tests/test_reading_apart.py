"""Pages that are read in a process of their own: the same is said of them, whatever becomes of that process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.crawl import run_crawl
from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.posts import POSTS
from scraper.demo.server import LoopbackServer, served
from scraper.reading import ReaderApart, outcome, read_page
from scraper.runs.session import REACH
from tests.archives import captures, rows

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def up(reader: ReaderApart) -> ReaderApart:
    """*reader*, when its process is there."""
    reader.start()
    deadline = time.monotonic() + 60
    while reader.begin(captures()[0]) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return reader


def test_a_reader_that_was_not_started_is_given_nothing_and_pages_are_read_here():
    page = captures()[0]
    with ReaderApart() as reader:
        begun = reader.begin(page)
        assert begun is None
        assert outcome(begun, page) == read_page(page)
        assert outcome(begun, page).reading.title


def answering(words: bytes) -> ReaderApart:
    """A reader whose process gives *words* for an answer, then what it would have said in time."""
    program = (
        "import pickle, sys, time; out = sys.stdout.buffer\n"
        f"out.write(b'ready\\n' + {words!r} + pickle.dumps('late') * 3); out.flush(); time.sleep(60)"
    )
    return ReaderApart([sys.executable, "-S", "-c", program])


@pytest.mark.parametrize(
    "words", [b"cnowhere\nthing\n.", b"I1x\n.", b"\x80\xff", b"."], ids=["unknown", "no number", "no form", "nothing"]
)
def test_a_reader_that_answers_what_nobody_understands_is_asked_no_more_and_pages_are_read_here(words: bytes):
    page = captures()[0]
    with up(answering(words)) as reader:
        assert [outcome(reader.begin(page), page) for _ in range(3)] == [read_page(page)] * 3
        assert reader.begin(page) is None


def test_where_no_process_can_be_started_pages_are_read_here(tmp_path: Path):
    page = captures()[0]
    with ReaderApart([str(tmp_path / "nothing")]) as reader:
        reader.start()
        assert reader.process_id is None
        assert outcome(reader.begin(page), page) == read_page(page)


@pytest.mark.slow
def test_a_page_says_the_same_in_a_process_of_its_own_and_when_that_has_ended():
    pages = captures()
    with up(ReaderApart()) as reader:
        begun = [reader.begin(page) for page in pages]
        assert all(begun)
        assert [outcome(*one) for one in zip(begun, pages, strict=True)] == list(map(read_page, pages))
        os.kill(reader.process_id, signal.SIGKILL)
        assert outcome(reader.begin(pages[0]), pages[0]) == read_page(pages[0])
        assert reader.begin(pages[0]) is None


@pytest.mark.slow
def test_a_signal_to_all_does_not_end_the_reader():
    page = captures()[0]
    with up(ReaderApart()) as reader:
        os.kill(reader.process_id, signal.SIGTERM)
        os.kill(reader.process_id, signal.SIGINT)
        begun = reader.begin(page)
        assert begun is not None
        assert begun.result(60) == read_page(page)


@pytest.mark.slow
def test_a_reader_ends_when_the_process_that_started_it_is_killed():
    program = (
        "import sys, time; from scraper.reading import ReaderApart; reader = ReaderApart(); reader.start()\n"
        "print(reader.process_id, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        reader = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and Path(f"/proc/{reader}").exists():
        time.sleep(0.05)
    assert not Path(f"/proc/{reader}").exists()


def crawled(
    path: Path, server: LoopbackServer, reader: ReaderApart, delay: float = 0
) -> dict[str, list[tuple[object, ...]]]:
    """All rows of an archive of the blog of *server*."""
    run_crawl(path, [server.base], delay=delay, counts=False, now=lambda: TODAY, reader=reader)
    return rows(path)


@pytest.mark.slow
def test_a_crawl_keeps_the_same_whoever_reads(tmp_path):
    blog, answers = Blog(today=TODAY, posts=POSTS), dict[str, Answer]()
    # A blog counts its visitors: each is shown what the first one was.
    with served(
        lambda question: answers.get(question.target) or answers.setdefault(question.target, blog.answer(question))
    ) as server:
        blog.base = server.base
        alone = crawled(tmp_path / "alone.db", server, ReaderApart())
        assert crawled(tmp_path / "apart.db", server, up(ReaderApart())) == alone


def naming(posts: int) -> Callable[[Question], Answer]:
    """A site whose sitemap names so many posts, and whose robots.txt keeps them all to itself."""

    def answer(question: Question) -> Answer:
        if question.target == "/robots.txt":
            return Answer(media_type="text/plain", body=b"User-agent: *\nDisallow: /post/\n")
        if question.target == "/sitemap.xml":
            host = question.headers["host"]
            named = "".join(f"<url><loc>http://{host}/post/post-{number}</loc></url>" for number in range(posts))
            return Answer(media_type="application/xml", body=f"<urlset>{named}</urlset>".encode())
        return Answer(status=404)

    return answer


@pytest.mark.parametrize(
    ("posts", "delay", "begins"), [(64, 0.0, True), (63, 0.0, False), (64, 0.01, False)], ids=["many", "few", "paced"]
)
def test_the_reader_begins_before_the_first_post_where_many_are_named_and_nobody_waits_between_them(
    tmp_path: Path, posts: int, delay: float, *, begins: bool
):
    reader = ReaderApart([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    with served(naming(posts)) as server:
        crawled(tmp_path / "archive.db", server, reader, delay)
    assert (reader.process_id is not None) is begins


@pytest.mark.slow
@pytest.mark.parametrize(("status", "more"), [(403, 0), (200, REACH)])
def test_where_a_wall_comes_amid_a_run_no_more_pages_are_asked_for_than_were_on_their_way(
    tmp_path: Path, status: int, more: int
) -> None:
    many = tuple(replace(POSTS[0], slug=f"post-{number}", published=-500 - number) for number in range(200))
    blog, asked = Blog(today=TODAY, posts=many, page_size=200), list[str]()

    def walled(question: Question) -> Answer:
        if question.target.startswith("/post/"):
            asked.append(question.target)
        if len(asked) > 100:
            return Answer(status=status, media_type="text/html", body=b"<title>Just a moment...</title>")
        return blog.answer(question)

    with served(walled) as server:
        blog.base = server.base
        report = run_crawl(
            tmp_path / "a.db", [server.base], delay=0, counts=False, now=lambda: TODAY, reader=up(ReaderApart())
        )
    assert report.exit_status == 11
    assert len(asked) <= 100 + more + 5, "three in a row are a wall, and a known post shows that it is before all"
