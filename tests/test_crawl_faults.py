"""A site that misbehaves, a disk that is full, an archive that is locked: nothing lost, said plainly, right status."""

import gzip
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scraper.crawl import run_crawl
from scraper.demo.blog import Blog, Question
from scraper.demo.posts import POSTS
from scraper.errors import ArchiveBusy, ArchiveUnusable, DiskFull
from scraper.fetch import Limits
from scraper.runs import Report
from tests.rarely import quick

SOURCES = ("/robots.txt", "/sitemap.xml", "/blog-posts-sitemap.xml", "/blog-feed.xml", "/news", "/")
WHOLE = tuple(replace(post, removed=None, edited=None, body=post.body[:2]) for post in POSTS if post.published < -200)
VICTIM = f"/post/{WHOLE[1].slug}"
LIMITS = Limits(
    tries=2, read_seconds=0.5, page_seconds=1.0, file_seconds=2.0, connect_seconds=1.0, page_bytes=2_000_000
)


class Site:
    """The pretend blog behind the fault server, and an archive."""

    def __init__(self, faults: Any, clock: Any, folder: Path) -> None:
        self.faults = faults
        self.clock = clock
        self.path = folder / "archive.db"
        self.blog = Blog(today=clock.start, base=faults.url, posts=WHOLE, padding=500)
        self.heal()

    def heal(self) -> None:
        """All paths answer as they should."""
        for path in (*SOURCES, "/news/page/2", *(f"/post/{post.slug}" for post in WHOLE)):
            self.faults.on(path.replace("ó", "%C3%B3"), self.faults.page(self.body(path)))

    def body(self, path: str) -> bytes:
        return self.blog.answer(Question(method="GET", target=path)).body

    def crawl(self, **options: Any) -> Report:
        clock = self.clock
        return run_crawl(
            self.path,
            [self.faults.url],
            **{
                "delay": 0,
                "counts": False,
                "now": clock.now,
                "sleep": clock.sleep,
                "monotonic": clock.monotonic,
                "limits": LIMITS,
                **options,
            },
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        db = sqlite3.connect(self.path)
        found = db.execute(sql).fetchall()
        db.close()
        return found

    def sound(self) -> None:
        """The file is whole, the search tables are in step, and there is one row for each post."""
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        for table in ("posts_fts", "posts_exact", "files_fts"):
            db = sqlite3.connect(self.path)
            db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
            db.close()


@pytest.fixture
def site(faults: Any, clock: Any, tmp_path: Path) -> Site:
    return Site(faults, clock, tmp_path)


def half(site: Site) -> Any:
    body = site.body(VICTIM)
    return site.faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 3])


def part(site: Site) -> Any:
    body = site.body(VICTIM)
    told = f"Content-Range: bytes 0-{len(body) - 401}/{len(body)}"
    return site.faults.page(body[:-400], status="206 Partial Content", headers=[told])


def long_length(site: Site) -> Any:
    return site.faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + site.body(VICTIM))


def bad_gzip(site: Site) -> Any:
    return site.faults.page(b"\x1f\x8b\x08\x00 this is no gzip", headers=["Content-Encoding: gzip"])


def bomb(site: Site) -> Any:
    return site.faults.page(gzip.compress(b" " * 10_000_000), headers=["Content-Encoding: gzip"])


FAULTS: dict[str, tuple[Callable[[Site], Any], int]] = {
    "connection reset": (lambda site: site.faults.reset, 1),
    "connection dropped": (lambda site: site.faults.drop, 1),
    "slow drip": (lambda site: site.faults.drip(pause=0.2), 1),
    "no answer": (lambda site: site.faults.hang, 1),
    "half a body": (half, 1),
    "wrong Content-Length": (long_length, 1),
    "bad gzip": (bad_gzip, 1),
    "gzip bomb": (bomb, 1),
    "304 unasked": (lambda site: site.faults.page(b"", status="304 Not Modified"), 1),
    "500 storm": (lambda site: site.faults.page(b"", status="500 Oops"), 1),
    "403": (lambda site: site.faults.page(b"<html>captcha</html>", status="403 Forbidden"), 1),
    "endless redirect": (lambda site: site.faults.redirect(VICTIM), 1),
    "not HTTP": (lambda site: site.faults.raw(b"SSH-2.0-OpenSSH\r\n"), 1),
    "an empty page": (lambda site: site.faults.page(b""), 1),
    "a part that nobody asked for": (part, 1),
    "redirect to another host": (lambda site: site.faults.redirect("http://169.254.169.254/latest/"), 0),
}


#: One of each layer: the connection, the message, the coding, the status, the place, and one that is no fault.
OF_EACH_LAYER = ("connection reset", "half a body", "gzip bomb", "500 storm", "endless redirect", "not HTTP",
                 "redirect to another host")  # fmt: skip


@pytest.mark.parametrize("fault", quick(FAULTS, *OF_EACH_LAYER))
def test_one_bad_answer_is_a_problem_row_the_others_go_on_and_the_next_run_heals_it(site: Site, fault: str) -> None:
    make, status = FAULTS[fault]
    site.faults.on(VICTIM, make(site))
    report = site.crawl()
    # Where only the length was wrong, the page itself was whole.
    had = 1 if fault == "wrong Content-Length" else 0
    assert (report.exit_status, report.new) == (status, len(WHOLE) - 1 + had)
    rows = site.rows(f"SELECT level, message FROM problems WHERE url LIKE '%{VICTIM}' AND resolved_at IS NULL")
    assert len(rows) >= 1
    assert all("\n" not in message and "Traceback" not in message for _, message in rows)
    site.sound()
    site.heal()
    report = site.crawl(full=True)
    assert (report.exit_status, report.new) == (0, 1 - had)
    assert site.rows("SELECT count(*) FROM problems WHERE level = 'error' AND resolved_at IS NULL") == [(0,)]
    site.sound()


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ("wrong charset", lambda body: body.decode().replace("utf-8", "iso-8859-1").encode("utf-8")),
        ("NUL bytes", lambda body: body.replace(b"<p", b"\x00<p")),
        ("bytes that are no text", lambda body: body.replace(b"</footer>", b"\xff\xfe\x80</footer>")),
    ],
)
def test_a_page_with_strange_bytes_is_still_read(site: Site, fault: str, body: Callable[[bytes], bytes]) -> None:
    site.faults.on(
        VICTIM, site.faults.page(body(site.body(VICTIM)), headers=["Content-Type: text/html; charset=ascii"])
    )
    report = site.crawl()
    assert (report.exit_status, report.new) == (0, len(WHOLE))
    assert site.rows(f"SELECT title FROM posts WHERE url LIKE '%{VICTIM}'") == [(WHOLE[1].title,)]
    site.sound()


SOURCE_FAULTS: dict[str, tuple[str, Callable[[Site], Any], str]] = {
    "sitemap cut in the middle": (
        "/blog-posts-sitemap.xml",
        lambda site: site.faults.page(site.body("/blog-posts-sitemap.xml")[:-150]),
        "sitemap-cut",
    ),
    "sitemap connection cut": (
        "/blog-posts-sitemap.xml",
        lambda site: site.faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + site.body("/sitemap.xml")),
        "fetch-failed",
    ),
    "sitemap with DOCTYPE and entities": (
        "/blog-posts-sitemap.xml",
        lambda site: site.faults.page(
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset>&b;</urlset>'
        ),
        "sitemap-refused",
    ),
    "sitemap of 50 MB": (
        "/blog-posts-sitemap.xml",
        lambda site: site.faults.page(
            b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + b" " * 50_000_000, zipped=True
        ),
        "source-cut",
    ),
    "feed that is HTML": ("/blog-feed.xml", lambda site: site.faults.page(b"<html><p>hi</p></html>"), "not-a-feed"),
    "feed that fails": ("/blog-feed.xml", lambda site: site.faults.reset, "fetch-failed"),
    "index that is HTML": ("/sitemap.xml", lambda site: site.faults.page(b"<html><p>hi</p></html>"), "not-a-sitemap"),
}


@pytest.mark.parametrize("fault", quick(SOURCE_FAULTS, "feed that is HTML", "feed that fails", "index that is HTML"))
def test_a_source_that_fails_is_a_problem_row_and_the_others_still_find_every_post(site: Site, fault: str) -> None:
    path, make, kind = SOURCE_FAULTS[fault]
    site.faults.on(path, make(site))
    report = site.crawl()
    assert (report.exit_status, report.new) == (1, len(WHOLE))
    found = site.rows(f"SELECT kind FROM problems WHERE url LIKE '%{path}' AND level = 'error' AND resolved_at IS NULL")
    assert found == [(kind,)]
    site.heal()
    assert site.crawl().exit_status == 0


@pytest.mark.parametrize("path", ["/", "/blog"])
def test_a_page_nested_without_end_where_a_list_is_looked_for_ends_no_run(site: Site, path: str) -> None:
    site.faults.on(path, site.faults.page(b"<html>" + b"<div>" * 9000))
    assert site.crawl().new == len(WHOLE)


def test_a_robots_txt_that_is_html_forbids_nothing(site: Site) -> None:
    site.faults.on("/robots.txt", site.faults.page(b"<!DOCTYPE html><html><body>Welcome</body></html>"))
    assert (site.crawl().exit_status, site.rows("SELECT count(*) FROM posts")) == (0, [(len(WHOLE),)])


def test_a_host_that_answers_500_to_everything_changes_nothing(site: Site) -> None:
    site.crawl()
    before = site.rows("SELECT url, content_sha256, gone_at, missing_since FROM posts ORDER BY url")
    for path in (*SOURCES[1:], "/news/page/2", *(f"/post/{post.slug}" for post in WHOLE)):
        site.faults.on(path.replace("ó", "%C3%B3"), site.faults.page(b"", status="500 Oops"))
    site.clock.seconds += 30 * 86400
    assert site.crawl(full=True).exit_status in (1, 9)
    assert site.rows("SELECT url, content_sha256, gone_at, missing_since FROM posts ORDER BY url") == before


def test_no_host_but_the_sites_own_is_ever_asked(site: Site, other_faults: Any) -> None:
    body = site.body("/blog-posts-sitemap.xml").replace(
        b"</urlset>", b"<url><loc>%s/post/evil</loc></url></urlset>" % other_faults.url.encode()
    )
    site.faults.on("/blog-posts-sitemap.xml", site.faults.page(body))
    site.faults.on(VICTIM, site.faults.redirect(f"{other_faults.url}/post/evil"))
    site.faults.on("/sitemap.xml", site.faults.redirect(f"{other_faults.url}/sitemap.xml"))
    site.crawl()
    assert other_faults.log == []


def test_a_file_that_cannot_be_had_costs_nothing_else(site: Site) -> None:
    site.blog.posts = (replace(WHOLE[0], body=(*WHOLE[0].body, "@ab12cd_1.pdf a.pdf 10")), *WHOLE[1:])
    site.heal()
    site.faults.on("/_files/ugd/ab12cd_1.pdf", site.faults.page(b"", status="503 Busy"))
    report = site.crawl()
    assert (report.exit_status, report.new) == (1, len(WHOLE))
    assert site.rows("SELECT stage, kind FROM problems WHERE level = 'error'") == [("file", "no-file")]


@pytest.mark.slow  # waits the five seconds that a lock is waited for
def test_an_archive_read_by_somebody_else_is_still_written(site: Site) -> None:
    site.crawl()
    reader = sqlite3.connect(site.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM posts").fetchone()
    try:
        assert site.crawl(full=True).exit_status == 0
    finally:
        reader.close()
    site.sound()


@pytest.mark.slow  # waits the five seconds that a lock is waited for
def test_an_archive_that_somebody_else_writes_to_is_busy_and_stays_as_it_is(site: Site) -> None:
    site.crawl()
    writer = sqlite3.connect(site.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(ArchiveBusy):
            site.crawl(full=True)
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    assert site.crawl(full=True).exit_status == 0
    site.sound()


def test_an_archive_that_is_none_or_cannot_be_written_is_said_so_and_untouched(site: Site, tmp_path: Path) -> None:
    letter = tmp_path / "letter.db"
    letter.write_bytes(b"dear friend" * 1000)
    with pytest.raises(ArchiveUnusable):
        run_crawl(letter, [site.faults.url], delay=0)
    assert letter.read_bytes() == b"dear friend" * 1000
    assert site.faults.log == []


FULL_DISK = """
import resource, signal, sys
sys.dont_write_bytecode = True  # modules that are cut short would stay
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
from scraper.crawl import run_crawl
from scraper.errors import ArchiveError
try:
    report = run_crawl(sys.argv[1], [sys.argv[2]], delay=0, counts=False, full=True)
except ArchiveError as error:
    print(error)
    sys.exit(error.exit_status)
sys.exit(report.exit_status)
"""


def test_a_disk_that_is_full_ends_the_run_with_6_and_nothing_that_was_kept_is_lost(site: Site) -> None:
    site.blog.padding = 400_000
    site.heal()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = [sys.executable, "-c", FULL_DISK, str(site.path), site.faults.url]
    done = subprocess.run([*run, "700000"], capture_output=True, env=environment, check=False, text=True)
    assert done.returncode == DiskFull.exit_status, done.stderr
    assert "Traceback" not in done.stderr
    site.sound()
    before = site.rows("SELECT count(*) FROM posts")[0][0]
    done = subprocess.run(
        [*run, str(resource.RLIM_INFINITY)], capture_output=True, env=environment, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert site.rows("SELECT count(*) FROM posts") == [(len(WHOLE),)]
    assert before <= len(WHOLE)
    site.sound()
