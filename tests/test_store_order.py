"""The order in which captures arrive never matters, and reading them all again changes nothing."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import decide
from scraper.records import Capture, Counts, File, Image, Link, Listed, Reading
from scraper.store import Archive

BASE = "https://blog.example.com/post/"
#: Two posts, an address that is an alias of the first, and one whose slug the second one wants as well.
ADDRESSES = (f"{BASE}one", f"{BASE}two", f"{BASE}uno", f"{BASE}2019/05/two")


def read(capture: Capture) -> Reading:
    """Our own reader: the body is the reading, as JSON."""
    said = json.loads(capture.body or b"{}")
    if said.get("kind") == "list":
        listed = tuple(
            Listed(url=url, counts=Counts(url=url, views=views, source="embedded")) for url, views in said["listed"]
        )
        return Reading(kind="list", url=capture.url, listed=listed)
    for name, make in (("links", Link), ("images", Image), ("files", File)):
        said[name] = tuple(make(**one) for one in said.get(name, ()))
    for name in ("categories", "tags"):
        said[name] = tuple(said.get(name, ()))
    return Reading(**said)


def body(**said: object) -> bytes:
    return json.dumps(said, sort_keys=True).encode()


times = st.sampled_from(
    [
        "2020-01-01T00:00:00Z",
        "2020-01-05T00:00:00Z",
        "2020-01-16T00:00:00Z",
        "2020-02-20T00:00:00Z",
        "2020-06-01T00:00:00Z",
    ]
)
named = st.sampled_from([(), ("News",), ("News", "Water"), ("Water",)])
#: Instants with the day shown beside them, or without: then other pages of the site say which day it was there.
published = [
    ("2019-05-01", "2019-05-01"),
    ("2019-05-01T10:00:00Z", None),
    ("2019-05-01T02:00:00Z", None),
    ("2019-05-01T02:00:00Z", "2019-04-30"),
    ("2019-05-01T05:00:00Z", "2019-05-01"),
    (None, None),
]
links = st.sampled_from([(), ({"url": "https://a.example/", "text": "a"},)])
files = st.sampled_from([(), ({"url": f"{BASE}report.pdf", "name": "report.pdf"},)])


@st.composite
def pages(draw: st.DrawFn) -> Capture:
    """A page of a post, good or poor, as HTML or as a text dump."""
    address = draw(st.sampled_from(ADDRESSES))
    dump = draw(st.booleans())
    known = draw(st.sampled_from([True, True, True, False]))
    post = draw(st.sampled_from([address, address.replace("uno", "one")]))
    words = draw(st.sampled_from(["All eyes on Geneva.", "All eyes, on GENEVA", "The right to water.", None]))
    at, day = draw(st.sampled_from(published))
    said = {
        "kind": "post",
        "url": post,
        "title": draw(st.sampled_from(["A title", "Another", None])),
        "author": draw(st.sampled_from(["Ann", None])),
        "published_at": at,
        "published_basis": "meta",
        "published_day": day,
        "published_day_basis": "shown" if day else None,
        "updated_at": draw(st.sampled_from(["2019-06-01", "2019-05-01", None])),
        "body_text": words,
        "views": draw(st.sampled_from([None, 0, 5, 9])),
        "comments": draw(st.sampled_from([None, 1])),
        "categories": draw(named),
        "tags": draw(named),
        "links": () if dump else draw(links),
        "files": () if dump else draw(files),
    }
    return Capture(
        url=address,
        kind="post",
        source=draw(st.sampled_from(["live", "file"])),
        captured_at=draw(times),
        captured_at_basis="clock" if known else "file-time",
        status=200,
        media_type="text/plain" if dump else "text/html",
        truncated=draw(st.sampled_from([None, None, None, "length"])),
        body=body(**said),
    )


@st.composite
def absences(draw: st.DrawFn) -> Capture:
    """Not the post: gone, moved, a login page, a server in trouble."""
    url, at = draw(st.sampled_from(ADDRESSES)), draw(times)
    how = draw(st.sampled_from(["404", "410", "home", "moved", "itself", "login", "soft", "503"]))
    base = Capture(url=url, kind="post", captured_at=at, status=200, media_type="text/html")
    to = {"home": "https://blog.example.com/", "moved": f"{BASE}two", "itself": url.replace("https", "http")}
    if how in to:
        return replace(base, kind="redirect", status=301, redirected_to=to[how])
    if how == "login":
        return replace(base, body=body(kind="other", title="Please log in"))
    if how == "soft":
        return replace(base, body=body(kind="missing", title="Not found"))
    return replace(base, kind="missing", status=int(how), body=body(kind="missing", title=how))


@st.composite
def lists(draw: st.DrawFn) -> Capture:
    """A list page with counts, and nothing else."""
    listed = draw(st.lists(st.tuples(st.sampled_from(ADDRESSES), st.integers(0, 9)), max_size=3))
    at = draw(times)
    said = body(kind="list", listed=listed)
    return Capture(url="https://blog.example.com/blog", kind="list", captured_at=at, status=200, body=said)


@st.composite
def documents(draw: st.DrawFn) -> Capture:
    """A file that posts link to."""
    said = body(kind="other", body_text=draw(st.sampled_from(["Report", "Report, revised"])))
    at = draw(times)
    return Capture(url=f"{BASE}report.pdf", kind="file", captured_at=at, status=200, media_type="text/html", body=said)


captures = st.lists(st.one_of(pages(), pages(), pages(), absences(), lists(), documents()), min_size=1, max_size=9)

CAPTURE = (
    "(SELECT url || ' ' || captured_at || ' ' || source || ' ' || ifnull(body_sha256, '') FROM captures WHERE id = {})"
)
POST = "(SELECT url FROM posts AS p WHERE p.id = post_id)"


def equal_part(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """What must be equal in equal archives: rows with ids replaced by addresses and digests."""
    found = {}
    asked = {
        "posts": (POST.replace("post_id", "posts.id"), CAPTURE.format("capture_id")),
        "revisions": (POST, CAPTURE.format("capture_id")),
        "counts": (POST, CAPTURE.format("capture_id")),
        "events": (POST, CAPTURE.format("capture_id")),
        "post_captures": (POST, CAPTURE.format("capture_id")),
        "post_categories": (POST, "(SELECT name FROM categories WHERE categories.id = category_id)"),
        "post_tags": (POST, "(SELECT name FROM tags WHERE tags.id = tag_id)"),
        "categories": ("name",),
        "tags": ("name",),
        "links": (POST,),
        "images": (POST,),
        "videos": (POST,),
        "files": (POST,),
    }
    for table, extra in asked.items():
        names = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})") if not name.endswith("id")]
        rows = db.execute(f"SELECT {', '.join((*extra, *names))} FROM {table}").fetchall()
        found[table] = sorted(rows, key=repr)
    return found


def filled(folder: Path, arrivals: list[Capture], name: str) -> dict[str, list[tuple[object, ...]]]:
    """The equal part of an archive to which *arrivals* came in this order, checked by itself."""
    with Archive.open(folder / name, read=read, reader=1) as archive:
        archive.db.execute("PRAGMA synchronous = OFF")
        for capture in arrivals:
            archive.keep(capture, read(capture) if capture.body else None, None)
        before = equal_part(archive.db)
        check(archive)
        told: list[object] = []
        archive.rebuild(diff=True, changed=told.append)
        assert told == []
        assert equal_part(archive.db) == before
        archive.rebuild()
        assert equal_part(archive.db) == before
        check(archive)
    return before


def check(archive: Archive) -> None:
    """What holds in every archive at any time."""
    db = archive.db
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert not db.execute("SELECT 1 FROM posts WHERE slug LIKE '/%'").fetchall()
    for index in ("posts_fts", "posts_exact", "files_fts"):
        db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    for url, revisions in db.execute("SELECT url, revision_count FROM posts").fetchall():
        history = archive.history(url)
        assert history is not None
        assert len(history.revisions) == revisions
        assert history.revisions[-1]["content_sha256"] == history.post["content_sha256"]
        state, _ = decide.fold(archive.observations(url))
        assert state.content_sha256 == history.post["content_sha256"]
        assert history.events[0]["kind"] == "added"
        # The rows hold all that the next step needs to know.
        _, kept = archive._posts.state(url)
        assert replace(kept, shown=None) == replace(state, shown=None)
        assert kept.shown is not None
        assert state.shown is not None
        for name in ("title", "author", "published_at", "updated_at", "body_text"):
            assert getattr(kept.shown, name) == getattr(state.shown, name)


@settings(max_examples=settings.default.max_examples // 6)
@given(captures, st.randoms(use_true_random=False))
def test_captures_may_come_in_any_order(tmp_path: Path, arrivals: list[Capture], dice: Random) -> None:
    keys = [(one.url, one.captured_at, one.source, one.body) for one in arrivals]
    arrivals = [one for number, one in enumerate(arrivals) if keys[number] not in keys[:number]]
    shuffled = list(arrivals)
    dice.shuffle(shuffled)
    with TemporaryDirectory(dir=tmp_path) as folder:
        one = filled(Path(folder), sorted(arrivals, key=lambda capture: capture.captured_at), "sorted.db")
        other = filled(Path(folder), shuffled, "shuffled.db")
    assert one == other
