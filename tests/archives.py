"""Our own pages in the shape of Wix posts, and an archive with a bit of everything, for tests of the evidence."""

# ruff: noqa: E501 - lists of captures are read along their lines

import gzip
import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper import sites
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture
from scraper.seal import sealer
from scraper.store import Archive

SITE = "https://www.blog.example"
NOW = datetime(2022, 1, 1, tzinfo=UTC)


def page(
    title: str,
    *paragraphs: str,
    slug: str = "a-day-in-court",
    published: str = "2021-03-01T08:00:00.000Z",
    modified: str | None = None,
    views: int | None = None,
    rendered: int | None = None,
    noise: str = "",
    extra: str = "",
) -> str:
    """A Wix post as served in 2024, with its true counts."""
    body = "".join(f'<p dir="auto"><span><span>{text}</span></span></p>' for text in paragraphs)
    seen = (
        "" if views is None else f'<div data-hook="post-stats"><span>{views} views</span><span>1 comment</span></div>'
    )
    stamp = "" if rendered is None else f'<script>var ssrInfo = {{"renderTimeStamp":{rendered}}};</script>'
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="generator" content="Wix.com Website Builder"><title>{title}</title>
<link rel="canonical" href="{SITE}/post/{slug}"><meta property="og:title" content="{title}">
<meta property="og:url" content="{SITE}/post/{slug}"><meta property="og:type" content="article">
<meta property="article:author" content="Ada Ballard"><meta property="article:published_time" content="{published}">
<meta property="article:modified_time" content="{modified or published}">{stamp}<style>{noise}</style></head><body>
<div data-hook="post-page-root"><div data-hook="post-page"><article data-hook="post"><header>
<div data-hook="post-title"><h1 data-hook="post-title">{title}</h1></div>
<span data-hook="user-name">Ada Ballard</span></header>
<section data-hook="post-description"><div data-id="content-viewer">{body}{extra}</div></section>
<footer data-hook="post-footer"><div data-hook="post-main-actions-desktop">{seen}</div></footer>
</article></div></div></body></html>"""


def live(
    path: str,
    at: str,
    body: str | bytes,
    *,
    status: int = 200,
    kind: str = "post",
    media_type: str = "text/html",
    packed: bool = True,
    **more: Any,
) -> Capture:
    """An answer as the crawler keeps it, gzipped in transit unless not *packed*."""
    plain = body.encode() if isinstance(body, str) else body
    wire = gzip.compress(plain, 6, mtime=0) if packed else plain
    lines = [f"HTTP/1.1 {status} Whatever", "Server: Pepyaka", f"Content-Type: {media_type}; charset=utf-8"]
    lines += ["Content-Encoding: gzip", "Transfer-Encoding: chunked"] if packed else [f"content-length: {len(plain)}"]
    lines += [f"Location: {more['redirected_to']}"] if more.get("redirected_to") else []
    made = Capture(
        url=SITE + path,
        kind=kind,
        captured_at=at,
        status=status,
        request_head=f"GET {path} HTTP/1.1\r\nHost: www.blog.example\r\nUser-Agent: ushrn/0\r\n\r\n".encode(),
        head=("\r\n".join(lines) + "\r\n\r\n").encode(),
        content_encoding="gzip" if packed else None,
        media_type=media_type,
        body=plain,
        wire_sha256=hashlib.sha256(wire).hexdigest(),
        wire_length=len(wire),
        ip="192.0.2.7",
    )
    return replace(made, **more)


TEXT = ("We were in court on Monday.", "The judge heard nine witnesses.", "We will be back in May.")
EDITED = ("We were in court on Tuesday.", *TEXT[1:], "Bring a friend.")
FILE_WIDGET = (
    '<div data-hook="fileUploadViewer"><div data-hook="fileUploadName">Report</div>'
    '<div data-hook="fileUploadExtension">.pdf</div></div>'
)
LINK = '<p><a href="https://other.example/law" data-hook="web-link">the law</a></p>'
#: Named and packed as a word processor does. No PDF: each is read, and read again, by a process of its own.
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OFFICE_DOCUMENT = b"PK\x03\x04\x14\x00\x06\x00\xe2\xe3"
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    f"<url><loc>{SITE}/post/a-day-in-court</loc><lastmod>2021-03-01</lastmod></url>"
    f"<url><loc>{SITE}/post/never-fetched</loc></url></urlset>"
)


def captures() -> list[Capture]:
    """Two runs' worth of captures of one small blog: counts that grow, an edit, a post that goes, odds and ends."""
    court = "/post/a-day-in-court"
    first = [
        Capture(url=f"{SITE}/post/saved", url_basis="comment", kind="post", source="file", captured_at="2021-02-20",
                captured_at_basis="given", media_type="text/html",
                body=page("Saved by Hand", "On somebody's disk.", slug="saved").encode()),
        live("/robots.txt", "2021-03-02T00:00:00Z", "User-agent: *\nAllow: /\n", kind="robots", media_type="text/plain"),
        live("/sitemap.xml", "2021-03-02T00:00:01Z", SITEMAP, kind="sitemap", media_type="application/xml"),
        live(court, "2021-03-02T00:00:02Z", page("A Day in Court", *TEXT, views=7, extra=LINK)),
        live("/post/gone", "2021-03-02T00:00:03Z", page("Soon Gone", "It was here.", slug="gone", views=3)),
        live("/post/old", "2021-03-02T00:00:04Z", "", status=301, kind="redirect", packed=False,
             redirected_to=f"{SITE}{court}"),
        live("/report.docx", "2021-03-02T00:00:05Z", OFFICE_DOCUMENT, kind="file", media_type=DOCX, packed=False),
        live("/about", "2021-03-02T00:00:06Z", "<html><title>About</title><p>About us.</p></html>", kind="other",
             packed=False),
    ]  # fmt: skip
    second = [
        live(court, "2021-04-02T00:00:02Z", page("A Day in Court", *TEXT, views=12, extra=LINK)),
        live("/post/gone", "2021-04-02T00:00:03Z", "<h1>404</h1>", status=404, kind="missing"),
    ]
    third = [
        live(court, "2021-05-02T00:00:02Z", page("A Day in Court", *EDITED, views=30, extra=LINK, modified="2021-05-01T00:00:00.000Z")),
        live("/post/gone", "2021-05-02T00:00:03Z", "<h1>404</h1>", status=404, kind="missing"),
        live("/about", "2021-05-02T00:00:06Z", "<html><title>About</title><p>About us.</p></html>", kind="other",
             packed=False),
    ]  # fmt: skip
    return [*first, *second, *third]


def oddities() -> list[Capture]:
    """More of the same blog: what comes back, moves, breaks, or is known from dumps and files only."""
    court = "/post/a-day-in-court"
    dump = b"top of page\n\n%s\n\nDump words here.\n\n50 views0 comments\n\nbottom of page"
    saved = {"source": "file", "url_basis": "given", "kind": "post", "media_type": "text/plain"}
    return [
        live("/post/gone", "2021-06-02T00:00:03Z", page("Soon Gone", "Back again.", slug="gone", views=9)),
        live("/post/old", "2021-06-02T00:00:04Z", page("Old", "Old text.", slug="old")),
        live(court, "2021-06-03T00:00:04Z", "<html>Please log in</html>"),
        live(court, "2021-06-04T00:00:04Z", "Busy", status=503, kind="other"),
        live("/post/other-name", "2021-06-05T00:00:04Z", page("A Day in Court", "Third text.", views=40)),
        Capture(url=SITE + court, captured_at="2021-11-01T00:00:00Z", captured_at_basis="file-time",
                body=dump % b"A Day in Court", **saved),
        Capture(url=SITE + "/post/dumped", captured_at="2021-01-01", captured_at_basis="given",
                body=dump % b"Dumped", **saved),
    ]  # fmt: skip


def fill(path: Path, kept: Iterable[Capture], *, confirm: bool = True) -> Path:
    """An archive of *kept*, a new run where the month changes; *confirm*: and a 304 for the first post's last page."""
    with Archive.open(
        path, read=read_capture, reader=READER, fingerprint=fingerprint(), seal=sealer(lambda: NOW, path.parent)
    ) as archive:
        crawl_id, last, newest = 0, "", ""
        for capture in kept:
            archive.site(sites.site_for(capture.url))
            if capture.captured_at[:7] != last[:7]:
                if crawl_id:
                    archive.finish(crawl_id, finished_at=newest + "T23:59:59Z", requests=3, exit_status=0)
                newest = max(newest, capture.captured_at[:10])
                command = "crawl" if capture.source == "live" else "import"
                crawl_id = archive.begin(command, newest + "T00:00:00Z")
            last, newest = capture.captured_at, max(newest, capture.captured_at[:10])
            archive.keep(capture, read_capture(capture), crawl_id)
        if crawl_id:
            archive.finish(crawl_id, finished_at=newest + "T23:59:59Z", requests=3, exit_status=0)
        if confirm:
            _confirm(archive)
    return path


def _confirm(archive: Archive) -> None:
    """An answer 304 to a conditional request for the newest page of the first post."""
    row = archive.db.execute(
        "SELECT id FROM captures WHERE url LIKE '%a-day-in-court' AND status = 200 ORDER BY captured_at DESC"
    ).fetchone()
    if row is None:
        return
    crawl_id = archive.begin("crawl", "2021-12-02T00:00:00Z")
    capture = replace(
        live("/post/a-day-in-court", "2021-12-02T00:00:00Z", b"", status=304),
        body=None, head=b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n', not_modified_of=row[0],
        content_encoding=None, wire_sha256=None, wire_length=None, media_type=None,
    )  # fmt: skip
    archive.keep(capture, None, crawl_id)
    archive.finish(crawl_id, finished_at="2021-12-02T00:01:00Z", requests=1, exit_status=0)


#: What must be equal in two archives of the same captures: each table without ids.
SAME_ROWS = {
    "captures": "SELECT c.url, c.url_basis, c.kind, c.source, c.captured_at, c.captured_at_basis, c.status,"
    " c.request_head, c.head, c.content_encoding, c.media_type, c.body_sha256, c.wire_sha256, c.wire_length,"
    " c.redirected_to, c.ip, c.truncated, c.record_sha256, o.record_sha256, l.record_sha256 FROM captures c"
    " LEFT JOIN captures o ON o.id = c.not_modified_of LEFT JOIN captures l ON l.id = c.like_capture_id",
    "posts": "SELECT site, posts.url, slug, title, author, published_at, published_basis, updated_at, updated_basis,"
    " views, comments, likes, counted_at, language, word_count, cover_image, layout, first_seen_at, last_seen_at,"
    " missing_since, gone_at, gone_reason, revision_count, content_sha256, reader, excerpt, body_text, body_html,"
    " record_sha256 FROM posts JOIN captures ON captures.id = capture_id",
    "revisions": "SELECT posts.url, record_sha256, seen_at, revisions.title, revisions.author, revisions.published_at,"
    " revisions.updated_at, revisions.content_sha256, revisions.body_text, revisions.body_html FROM revisions"
    " JOIN posts ON posts.id = post_id JOIN captures ON captures.id = revisions.capture_id",
    "counts": "SELECT posts.url, record_sha256, counts.counted_at, counts.views, counts.comments, counts.likes,"
    " counts.source FROM counts JOIN posts ON posts.id = post_id JOIN captures ON captures.id = counts.capture_id",
    "events": "SELECT posts.url, at, events.kind, record_sha256 FROM events JOIN posts ON posts.id = post_id"
    " LEFT JOIN captures ON captures.id = events.capture_id",
    "categories": "SELECT url, name, position FROM post_categories JOIN posts ON posts.id = post_id"
    " JOIN categories ON categories.id = category_id",
    "tags": "SELECT url, name, position FROM post_tags JOIN posts ON posts.id = post_id JOIN tags ON tags.id = tag_id",
    "citations": "SELECT url, revision, page_sha256, tags FROM citations JOIN posts ON posts.id = post_id",
    "links": "SELECT posts.url, position, links.url, text FROM links JOIN posts ON posts.id = post_id",
    "images": "SELECT posts.url, position, images.url, alt, caption, width, height FROM images"
    " JOIN posts ON posts.id = post_id",
    "files": "SELECT posts.url, position, files.url, name, media_type, size, sha256, text FROM files"
    " JOIN posts ON posts.id = post_id",
}  # fmt: skip


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The content of an archive, by table, in an order that does not depend on ids."""
    db = sqlite3.connect(path)
    try:
        return {name: sorted(db.execute(sql).fetchall(), key=repr) for name, sql in SAME_ROWS.items()}
    finally:
        db.close()


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of *sql* over the file at *path*."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def is_made(path: Path) -> bool:
    """Whether the file at *path* holds an archive yet: a run that is killed at once leaves none."""
    return path.exists() and query(path, "SELECT count(*) FROM sqlite_master") != [(0,)]
