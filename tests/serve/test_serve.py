"""What holds for every page: safe headers, caching, limits; and the data bench behind them."""

# ruff: noqa: E501 - hostile strings are read best in one piece

import asyncio
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from datasette.utils.asgi import Request

from scraper import schema
from scraper.export import copy
from scraper.serve import dictionary, downloads, post
from scraper.serve.answer import Ask, NotHere, PageResponse, etag_of, view
from scraper.serve.archive import LOCKED, Room, room_of
from scraper.serve.frame import frame_of

PAGES = (
    "/", "/search", "/search?q=water", "/search?q=nothing-at-all", "/post/upr2020/flint-0", "/post/upr2020/detroit-2",
    "/post/upr2020/%D8%AD%D9%82%D9%88%D9%82", "/about", "/changes", "/changes?kind=gone", "/data-dictionary", "/go",
    "/browse", "/missing", "/missing?state=lost",
)  # fmt: skip
PROBLEMS = {"/post/upr2020/nope": 404, "/go?url=nope": 404, "/raw/xyz": 404, "/search.csv?columns=nope": 400}


@pytest.mark.parametrize("path", [*PAGES, *PROBLEMS])
def test_every_page_of_ours_has_a_strict_policy_and_no_script(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == PROBLEMS.get(path, 200)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(
        r'<script(?! type="application/ld\+json">)|<style|\sstyle=|\son\w+=|javascript:', response.text
    )
    assert not re.search(r'(?:src|srcset|poster|data)="', response.text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_but_our_style_sheet_and_icon(reader: Any, path: str) -> None:
    links = re.findall(r'<link rel="(\S+)"[^>]*href="([^"]+)"', reader.get(path).text)
    loaded = {address.partition("?")[0] for rel, address in links if rel in ("stylesheet", "icon")}
    assert loaded == {"/-/ushrn/style.css", "/-/ushrn/icon.svg"}


def test_style_and_icon_are_kept_for_a_year(reader: Any) -> None:
    for name, kind in (("style.css", "text/css"), ("icon.svg", "image/svg+xml")):
        response = reader.get(f"/-/ushrn/{name}")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(kind)
        assert "immutable" in response.headers["cache-control"]
    assert reader.get("/-/ushrn/nothing.css").status_code == 404


def test_the_overview_says_what_is_here_and_what_is_not(reader: Any) -> None:
    text = reader.get("/").text
    for words in (
        "31",
        "2012 to 2021",
        "UPR 2020 blog",
        "offline",
        "Flint, corrected",
        "Recently removed",
        "Last updated: 1 February 2026 (crawl)",
    ):
        assert words in text, words
    assert 'href="/search?year=2016"' in text
    assert re.search(
        r'<td class="n">0</td><td class="n"><a href="/missing\?state=lost&amp;site=upr2020" rel="nofollow">1</a>', text
    )
    assert "lost-one" in reader.get("/missing?state=lost&site=upr2020").text
    assert "lost-one" not in reader.get("/missing?state=lost&site=ushrn-news").text


def test_about_tells_limits_from_the_data(reader: Any) -> None:
    text = reader.get("/about").text
    assert "31 posts: from the page’s metadata" in text
    assert "captures from the live site" in text
    assert "10 posts without an author" in text
    told = re.findall(r'<li><a href="([^"]+)" rel="nofollow">(\d+) ', text)
    assert len(told) > 4
    for link, number in told:
        assert re.search(rf'(class="rows">|<strong>){number} ', reader.get(unescape(link)).text), link
    assert "CERD = ICERD" in text


def test_the_dictionary_names_every_column_of_exports(reader: Any) -> None:
    from scraper import schema

    text = reader.get("/data-dictionary").text
    fields = reader.get("/datapackage.json").json()["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(schema.EXPORT_COLUMNS)
    for name in schema.EXPORT_COLUMNS:
        assert re.search(rf'<code>{name}</code></th><td class="opt">[A-Z]+</td><td>\w[^<]+</td>', text), name


def test_the_dictionary_says_what_each_number_counts_and_how_times_are_written(reader: Any) -> None:
    text = reader.get("/data-dictionary").text
    columns = reader.get("/datapackage.json").json()["resources"][0]["schema"]["fields"]
    units = {column["name"]: column.get("ushrn:unit") for column in columns}
    assert (units["views"], units["captured_at"], units["title"]) == ("views", "ISO 8601, UTC", None)
    assert re.search(
        r"<code>word_count</code></th><td class=\"opt\">INTEGER</td><td>Words in the text \(words\)</td>", text
    )
    assert "<dt><code>length</code></dt><dd>Length of the file, bytes (bytes)</dd>" in text


def test_robots_may_read_posts_but_not_wander_through_filters(reader: Any) -> None:
    text = reader.get("/robots.txt").text
    for line in ("Disallow: /search?", "Disallow: /archive", "Sitemap: http://localhost/sitemap.xml"):
        assert line in text.splitlines()
    sitemap = reader.get("/sitemap.xml").text
    flint = "<loc>http://localhost/post/upr2020/flint-0</loc><lastmod>2026-02-15T10:00:00Z</lastmod>"
    assert flint in sitemap
    assert sitemap.count("<lastmod>") == sitemap.count("<loc>") == 31


NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def named_in(page: PageResponse, root: str, entry: str) -> list[str]:
    """The addresses in a sitemap or an index of them, whose form is that of the protocol's schema."""
    assert isinstance(page.body, str)
    tree = ElementTree.fromstring(page.body.encode())
    assert tree.tag == NAMESPACE + root
    assert {each.tag for each in tree} == {NAMESPACE + entry}
    for each in tree.iter(f"{NAMESPACE}lastmod"):
        assert datetime.fromisoformat(each.text or "").tzinfo
    return [each.findtext(f"{NAMESPACE}loc", "") for each in tree]


def test_more_posts_than_a_sitemap_may_name_are_in_several_which_the_first_names(shelf: Any) -> None:
    for slug in ("a", "b&c <d>'", "ب" * 330, "ب" * 350, "e", "f"):
        shelf.post(slug)
    room = Room("archive", "archive", shelf.path, immutable=False)
    with room.look() as db:
        ask = Ask(room, db, "/sitemap.xml", {}, "", "https://archive.example.org")
        whole = named_in(dictionary.sitemap(ask), "urlset", "url")
        parts = named_in(dictionary.sitemap(ask, 2), "sitemapindex", "sitemap")
        asks = [replace(ask, part={"number": str(number)}) for number in (1, 2, 3, 4)]
        named = [named_in(dictionary.sitemap_part(each, 2), "urlset", "url") for each in asks[:3]]
        with pytest.raises(NotHere):
            dictionary.sitemap_part(asks[3], 2)
    assert parts == [f"https://archive.example.org/sitemap-{number}.xml" for number in (1, 2, 3)]
    assert sorted(place for each in named for place in each) == sorted(whole)
    assert len(whole) == 5, "one address is too long for a sitemap"
    assert "https://archive.example.org/post/upr2020/b%26c%20%3Cd%3E%27" in whole


def test_the_sitemap_of_an_archive_without_posts_names_its_first_page(shelf: Any) -> None:
    room = Room("archive", "archive", shelf.path, immutable=False)
    with room.look() as db:
        empty = dictionary.sitemap(Ask(room, db, "/sitemap.xml", {}, "", "https://archive.example.org"))
    assert named_in(empty, "urlset", "url") == ["https://archive.example.org/"]


def test_the_fullest_sitemap_is_as_small_and_short_as_the_protocol_asks() -> None:
    entry = "<url><loc></loc><lastmod>2026-02-15T10:00:00Z</lastmod></url>\n"
    assert dictionary.IN_SITEMAP * (dictionary.LONGEST + len(entry)) < 50_000_000
    assert dictionary.IN_SITEMAP <= 50_000


# Caching and compression


@pytest.fixture
def settled(library: Path, tmp_path: Path, open_room: Callable[..., Any]) -> tuple[Any, Path]:
    """A reader of a copy that was last written an hour ago, and the copy."""
    path = tmp_path / "archive.db"
    shutil.copy(library, path)
    os.utime(path, (time.time() - 3600,) * 2)
    return open_room(path), path


def test_a_page_is_sent_again_only_when_the_archive_has_changed(settled: tuple[Any, Path]) -> None:
    reader, file = settled
    paths = (*PAGES, "/search.csv?q=water", "/changes.atom")
    etags = {path: reader.get(path).headers["etag"] for path in paths}
    for path, etag in etags.items():
        again = reader.get(path, headers={"If-None-Match": etag})
        assert (path, again.status_code, again.content) == (path, 304, b"")
        assert again.headers["etag"] == etag
        assert reader.get("/about?other", headers={"If-None-Match": etag}).status_code == 200
    with sqlite3.connect(file) as db:
        db.execute("UPDATE posts SET views = 4711 WHERE slug = 'flint-0'")
    db.close()
    changed = {path: reader.get(path, headers={"If-None-Match": etag}) for path, etag in etags.items()}
    assert {path: response.status_code for path, response in changed.items()} == dict.fromkeys(paths, 200)
    assert "etag" not in changed[paths[0]].headers, "the change is so young that a second one could hide behind it"


def test_a_page_that_was_being_made_while_the_archive_changed_has_the_sign_of_what_it_shows(
    settled: tuple[Any, Path],
) -> None:
    reader, file = settled
    request = Request.fake("/about")
    before = etag_of(room_of(reader.datasette), request)

    def page(_: Any) -> PageResponse:
        os.utime(
            file, (time.time() - 1800,) * 2
        )  # as a crawl does whose commit is no longer young when the page is done
        return PageResponse("as it was before")

    response = reader.loop.run_until_complete(view(page)(request, reader.datasette))
    assert (response.status, response.headers["ETag"]) == (200, before)
    assert etag_of(room_of(reader.datasette), request) not in ("", before)


def test_what_was_counted_for_one_page_of_a_post_is_not_counted_again(settled: tuple[Any, Path]) -> None:
    room = Room("archive", "archive", settled[1], immutable=False)
    with room.look() as db:
        ask = Ask(room, db, "/post/upr2020/flint-0", {"site": "upr2020", "slug": "flint-0"}, "", "")
        asked: list[list[str]] = [[], []]
        for each in asked:
            db.set_trace_callback(each.append)
            post.page(ask)
    first, again = (sum("posts_exact MATCH" in sql for sql in each) for each in asked)
    assert first > again == 0


class Changing(Room):
    """An archive that changes as soon as somebody reads it, and remembers who does."""

    opened: ClassVar[list[sqlite3.Connection]] = []

    def connect(self, way: schema.WayIn, wait: float = LOCKED) -> sqlite3.Connection:
        os.utime(self.path, (time.time() - 1800,) * 2)
        self.opened.append(super().connect(way, wait))
        return self.opened[-1]


def is_open(db: sqlite3.Connection) -> bool:
    with suppress(sqlite3.ProgrammingError):
        return bool(db.execute("SELECT 1"))
    return False


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_download_has_the_sign_of_the_state_before_it_and_leaves_nothing_open(
    settled: tuple[Any, Path], method: str
) -> None:
    reader, file = settled
    room = Changing("archive", "archive", file, immutable=False)
    request = Request.fake("/search.csv", url_vars={"format": "csv"}, method=method)
    before = etag_of(room, request)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    assert reader.loop.run_until_complete(downloads.answer(room, request, before, send, receive)) is None
    assert dict(sent[0]["headers"])[b"etag"].decode() == before != etag_of(room, request)
    assert bool(b"".join(each["body"] for each in sent[1:])) is (method == "GET")
    until = time.monotonic() + 30
    while any(map(is_open, Changing.opened)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(is_open, Changing.opened))


def test_a_change_is_seen_at_once(settled: tuple[Any, Path]) -> None:
    reader, file = settled
    assert ">4,711</dd>" not in reader.get("/post/upr2020/flint-0").text
    for views in (4711, 4712, 4713):
        with sqlite3.connect(file) as db:
            db.execute("UPDATE posts SET views = ? WHERE slug = 'flint-0'", (views,))
        assert f">{views:,}</dd>" in reader.get("/post/upr2020/flint-0").text
        db.close()


@pytest.mark.parametrize("left", [None, b"this is no archive " * 400], ids=["nothing", "something else"])
def test_an_archive_that_was_moved_away_is_missed_until_it_is_back(
    settled: tuple[Any, Path], left: bytes | None
) -> None:
    reader, file = settled
    paths = (
        "/",
        "/search?q=water",
        "/search.csv",
        "/changes.atom",
        "/datapackage.json",
        "/api/posts",
        "/post/upr2020/flint-0",
        "/archive/posts",
        "/archive/posts.json",
        "/archive/posts.csv",
        "/archive/sites/upr2020",
    )
    assert {path: reader.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    away = file.rename(file.with_name("away.db"))
    if left:
        file.write_bytes(left)
    for path in paths:
        answer = reader.get(path)
        assert (path, answer.status_code, answer.headers.get("retry-after")) == (path, 503, "10")
        assert str(file.parent) not in answer.text
    away.replace(file)
    assert {path: reader.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


@pytest.fixture
def lock(library: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can lock the archive in *tmp_path*, a copy that keeps no write-ahead log."""
    path = tmp_path / "archive.db"
    shutil.copy(library, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        yield db


@pytest.mark.slow
def test_a_locked_archive_is_said_to_be_so_after_a_moment(
    lock: sqlite3.Connection, tmp_path: Path, open_room: Callable[..., Any]
) -> None:
    reader = open_room(tmp_path / "archive.db")
    paths = ("/about", "/search.csv", "/archive/posts.json", "/api/posts", "/nowhere")
    lock.execute("BEGIN EXCLUSIVE")
    found = {path: reader.get(path) for path in paths}
    lock.execute("ROLLBACK")
    assert {path: answer.status_code for path, answer in found.items()} == dict.fromkeys(paths, 503)
    assert {answer.headers["retry-after"] for answer in found.values()} == {"10"}
    assert {path: reader.get(path).status_code for path in paths[:-1]} == dict.fromkeys(paths[:-1], 200)


def test_nobody_waits_longer_than_a_second_for_whoever_has_locked_the_archive(
    lock: sqlite3.Connection, tmp_path: Path, open_room: Callable[..., Any]
) -> None:
    reader = open_room(tmp_path / "archive.db")
    room = room_of(reader.datasette)
    before = frame_of(room)
    asked = reader.loop.run_until_complete(reader.datasette.get_database().execute("PRAGMA busy_timeout"))
    with room.look() as db:
        assert db.execute("PRAGMA busy_timeout").fetchone()[0] == asked.first()[0] == 1000
    lock.execute("BEGIN EXCLUSIVE")
    os.utime(tmp_path / "archive.db", (time.time() - 1800,) * 2)  # another state, of which nothing is known yet
    assert frame_of(room) == before, "name, address and state of the archive as they were last"
    lock.execute("ROLLBACK")


def test_a_file_that_takes_the_place_of_the_archive_is_the_one_whose_tables_are_shown(
    settled: tuple[Any, Path], tmp_path: Path
) -> None:
    reader, file = settled
    paths = ("/archive/posts", "/archive/posts.json?slug=flint-0", "/archive/posts.csv?slug=flint-0")
    assert not any("Another title" in reader.get(path).text for path in paths)
    other = tmp_path / "other.db"
    shutil.copy(file, other)
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("UPDATE posts SET title = 'Another title', published_at = '2031-01-01' WHERE slug = 'flint-0'")
        db.execute("DELETE FROM posts WHERE slug = 'detroit-2'")
    other.replace(file)
    assert all("Another title" in reader.get(path).text for path in paths)
    assert '"detroit-2"' not in reader.get("/archive/posts.json?_size=max").text


def test_pages_are_compressed_for_those_who_take_it(reader: Any) -> None:
    plain = reader.get("/about", headers={"Accept-Encoding": "identity"})
    packed = reader.get("/about", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.text == plain.text
    streamed = reader.get("/search.csv", headers={"Accept-Encoding": "identity"})
    assert reader.get("/search.csv", headers={"Accept-Encoding": "gzip"}).content == streamed.content


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br, gzip; q=0.000", "GZIP ;q = 0", "gzipped", "identity, *;q=0"])
@pytest.mark.parametrize("path", ["/about", "/search.csv"])
def test_nothing_is_compressed_for_those_who_refuse_it(reader: Any, accepted: str, path: str) -> None:
    assert "content-encoding" not in reader.get(path, headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("accepted", ["gzip;q=0.5", "br, x-gzip", "Gzip;q=1.0, identity"])
def test_a_coding_has_a_weight_and_capitals_make_no_difference(reader: Any, accepted: str) -> None:
    assert reader.get("/about", headers={"Accept-Encoding": accepted}).headers["content-encoding"] == "gzip"


# The data bench


def test_the_bench_hides_machine_rooms_and_describes_the_rest(reader: Any) -> None:
    tables = {table["name"]: table for table in reader.get("/archive.json").json()["tables"]}
    for name in ("captures", "bodies", "posts_fts", "posts_exact", "files_fts", "meta"):
        assert tables[name]["hidden"], name
    for name in ("posts", "revisions", "counts", "events", "sites", "tags"):
        assert not tables[name]["hidden"], name


def test_the_bench_describes_tables_and_columns(reader: Any) -> None:
    from html import unescape

    from scraper import schema

    assert "All tables behind the reading room" in reader.get("/archive").text
    about, columns = schema.DESCRIPTIONS["posts"]
    text = unescape(reader.get("/archive/posts").text)
    assert about in text
    assert [name for name, meaning in columns.items() if meaning not in text] == []


def test_the_bench_searches_posts(reader: Any) -> None:
    rows = reader.get("/archive/posts.json?_shape=array&_search=flint&_size=100").json()
    assert rows
    assert all("Flint" in row["body_text"] for row in rows)


def test_the_bench_shows_names_for_keys_and_cuts_bodies(reader: Any) -> None:
    text = reader.get("/archive/events?_size=5").text
    assert "water, housing and the Universal" in text
    body = reader.get("/archive/posts").text
    assert "was a beginning" not in re.sub(r"<[^>]+>", "", body)


def test_the_bench_asks_no_other_host_either(reader: Any) -> None:
    response = reader.get("/archive/posts")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "http" not in response.headers["content-security-policy"]


def test_sql_is_off_unless_asked_for(open_room: Callable[..., Any], library: Path) -> None:
    asked = "/archive.json?sql=select+1+as+one&_shape=array"
    shut, open_ = open_room(library), open_room(library, allow_sql=True)
    assert shut.get(asked, follow_redirects=True).status_code == 403
    assert open_.get(asked, follow_redirects=True).json() == [{"one": 1}]


def test_one_value_cannot_take_all_memory(open_room: Callable[..., Any], library: Path) -> None:
    asked = "/archive.json?sql=select+length(hex(zeroblob(200000000)))&_shape=array"
    response = open_room(library, allow_sql=True).get(asked, follow_redirects=True)
    assert response.status_code == 400
    assert "too big" in response.text


def test_only_reading_is_possible(reader: Any) -> None:
    response = reader.ask("POST", "/search", data={"q": "x"})
    assert response.status_code in (403, 405)


# Under plain Datasette


def datasette(*files: Path, **options: Any) -> Any:
    from datasette.app import Datasette

    return Datasette([str(file) for file in files], **options)


def test_plain_datasette_shows_the_same_rooms(wrapped: Callable[..., Any], library: Path, reader: Any) -> None:
    plain = wrapped(datasette(library))
    for path in ("/", "/search?q=water", "/post/upr2020/flint-0"):
        assert plain.get(path).text == reader.get(path).text


def test_a_frozen_archive_shows_the_same_rooms(wrapped: Callable[..., Any], library: Path, reader: Any) -> None:
    frozen = wrapped(datasette(immutables=[str(library)]))
    assert frozen.get("/search?q=water").text == reader.get("/search?q=water").text
    assert frozen.get("/search.csv").headers["x-total-count"] == "31"


def test_we_are_idle_where_there_is_no_archive(wrapped: Callable[..., Any], tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT)")
    db.close()
    plain = wrapped(datasette(other))
    assert "USHRN" not in plain.get("/").text
    assert plain.get("/search").status_code == 404
    assert "content-security-policy" not in plain.get("/other").headers


def test_a_prefix_in_front_is_kept_in_every_link(wrapped: Callable[..., Any], library: Path) -> None:
    room = wrapped(datasette(library, settings={"base_url": "/rooms/"}))
    tables = ("archive", "archive/posts?_search=water", "archive/posts/1")
    for path in ("", "search?q=water", "post/upr2020/flint-0", "changes", "about", "data-dictionary", *tables):
        text = room.get("/rooms/" + path).text
        assert "<h1" in text
        own = re.findall(r'(?:href|action)="(/[^"]*)"', text)
        assert own
        assert [link for link in own if not link.startswith("/rooms/")] == []


@pytest.mark.parametrize("told", ["https://a.example/kept/posts", "https://a.example/archive/"])
def test_links_begin_with_the_path_of_the_public_address(
    open_room: Callable[..., Any], library: Path, told: str
) -> None:
    room, prefix = open_room(library, public_url=told), urlsplit(told).path.rstrip("/")
    for path in ("/", "/search?q=water", "/post/upr2020/flint-0", "/archive/posts", "/changes.atom", "/robots.txt"):
        found = room.get(prefix + path)
        assert found.status_code == 200, path
        own = re.findall(r'(?:href|action|src)="(/[^"]*)"', found.text)
        whole = re.findall(r"https://a\.example[^\s<>\"]*", f"{found.text} {found.headers}")
        assert own or whole
        assert [each for each in own if not each.startswith(f"{prefix}/")] == []
        assert {each for each in whole if not each.startswith(f"https://a.example{prefix}/")} <= {told.rstrip("/")}
        assert not [each for each in whole if each.count(prefix) > 1 and f"{prefix}{prefix}/posts" not in each]


def test_the_path_of_the_public_address_may_stand_in_the_archive(open_room: Callable[..., Any], shelf: Any) -> None:
    shelf.insert("meta", key="public_url", value="https://a.example/kept")
    shelf.post("one")
    shelf.db.commit()
    assert 'href="/kept/search"' in open_room(shelf.path).get("/kept/").text


def test_names_of_files_may_be_strange(wrapped: Callable[..., Any], library: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.archive of posts, ü.db"
    shutil.copy(library, path)
    room = wrapped(datasette(path))
    bench = re.findall(r'href="(/[^"]+)" rel="nofollow">Browse the database', room.get("/").text)
    assert bench
    assert room.get(bench[0]).status_code == 200
    assert room.get("/search.csv?columns=url").headers["x-total-count"] == "31"


def test_we_are_idle_before_an_archive_of_a_newer_version(wrapped: Callable[..., Any], shelf: Any) -> None:
    shelf.db.execute("PRAGMA user_version = 999")
    assert "USHRN" not in wrapped(datasette(shelf.path)).get("/").text


def test_all_words_of_the_pages_are_in_one_place() -> None:
    from scraper.serve import render

    folder = Path(render.__file__).parent / "templates"
    known = {"APA", "Chicago", "RIS", "BibTeX", "ushrn", "datapackage", "json", "page"}
    for template in sorted(folder.rglob("*.html")):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", " ", template.read_text("utf-8"), flags=re.DOTALL)
        bare = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
        assert set(re.findall(r"[A-Za-z]{2,}", bare)) <= known, template.name
        said = re.findall(r'(?:aria-label|title|alt|placeholder|content)="([^"]*)"', text)
        assert {words for words in said if re.search("[a-z] [a-z]", words)} <= {"light dark"}, template.name


def test_an_archive_that_not_everyone_may_see_is_not_shown(wrapped: Callable[..., Any], library: Path) -> None:
    closed = wrapped(datasette(library, metadata={"databases": {"archive": {"allow": {"id": "root"}}}}))
    for path in ("/", "/search?q=water", "/search.csv", "/post/upr2020/flint-0", "/raw/" + "0" * 64):
        response = closed.get(path)
        assert response.status_code == 403, path
        assert "water" not in response.text


def test_an_archive_published_without_captures_says_where_they_are(
    wrapped: Callable[..., Any], library: Path, tmp_path: Path
) -> None:
    path = tmp_path / "public.db"
    copy(library, path, captures=False)
    room = wrapped(datasette(immutables=[str(path)]))
    text = room.get("/post/upr2020/flint-0").text
    assert "published without the captured pages" in text
    assert "/raw/" not in text
    assert room.get("/about").status_code == 200


# Nasty questions

WORDS = (
    '"', '""', "'", "''", "  ", "\x00", "a\x00b", "%", "%%", "_", "\\", "*", "**", "(", ")", "()", "((((((", "AND", "OR",
    "NOT", "AND OR NOT", "-", "--", "- -", "-\"", "NEAR", "NEAR(", "NEAR(a b, -1)", "title:", "title:(", "nope:x", "^a", "a^",
    "a AND", "NOT a", "a NOT", '"unclosed', "“curly”", "U.S.", "COVID-19", "right-to-water", "Dr. King's dream", "43/1",
    "{a b}", "a + b", "a:b:c", "site:", "after:", "after:x", "before:9999-99-99", "year:abc", "is:", "is:nope", "has:x",
    "language:", "🙂", "\u202e", "\ufeff", "\ue000", "ﬀ", "İ", "ß", "a\u0301", "حقوق", "人权", "\ud800", "x" * 5000,
    "a " * 3000, "OR " * 500, '"a b" ' * 200, "(" * 300 + "a" + ")" * 300, "-a " * 100, "title:a " * 100, "* " * 50,
    "'; DROP TABLE posts; --", "1=1", "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "\r\nX: y", "%00", "%ff",
)  # fmt: skip


def nasty() -> Iterator[str]:
    for word in WORDS:
        asked = quote(word, safe="", errors="surrogatepass")
        yield f"/search?q={asked}"
        yield f"/search.csv?columns=url&q={asked}"
        yield f"/post/upr2020/flint-0?q={asked}"
    for word in WORDS[::3]:
        asked = quote(word, safe="", errors="surrogatepass")
        for name in ("sort", "page", "size", "site", "year", "tag", "after", "gone"):
            yield f"/search?q=water&{name}={asked}"
        for path in ("post/upr2020/{}", "post/{}/flint-0", "raw/{}", "go?url={}", "changes?before={}", "changes?kind={}",
                     "post/upr2020/flint-0/revision/{}", "post/upr2020/flint-0/diff?from={}&to={}", "{}",
                     "search.{}", "-/ushrn/{}"):  # fmt: skip
            yield "/" + path.replace("{}", asked)
    yield from ("/search?" + "&".join(f"tag={number}" for number in range(500)), "/search?page=99999999999999999999")
    yield from ("/search?q=%ff%fe", "/search?%ff=%ff", "/search?q=a&q=b&q=c", "/search?=&&==", "/search?" + "a" * 9000)
    yield from (
        "/changes?before=2026,99999999999999999999999",
        "/search?size=-1",
        "/search?size=100000",
        "//",
        "/search/",
    )


@pytest.mark.slow
def test_two_hundred_nasty_questions_break_nothing(reader: Any) -> None:
    asked = list(dict.fromkeys(nasty()))
    assert len(asked) > 200
    broken = [path for path in asked if reader.get(path).status_code >= 500]
    assert broken == []


def test_a_search_page_never_fails_whatever_is_asked(reader: Any) -> None:
    for word in WORDS:
        response = reader.get("/search?q=" + quote(word, safe="", errors="surrogatepass"))
        assert response.status_code == 200, word
        assert "<h1" in response.text
