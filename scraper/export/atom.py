"""A result set as an Atom feed (RFC 4287), in pages where it is long (RFC 5005, section 3).

An entry's id is the post's own address, so it is the same in every feed.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from html import escape

from scraper.export.rows import Options, post_url
from scraper.search import Request, post_values
from scraper.store import presented
from scraper.wording import framed

_FIELDS = (
    "url", "site", "slug", "title", "author", "published_at", "updated_at", "first_seen_at", "excerpt", "tags",
    "site_name", "language", "known_at",
)  # fmt: skip
#: What XML 1.0 cannot hold, not even escaped, and the controls behind ASCII, which readers take for Windows' letters.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A feed without entries was last changed then.
NEVER = "1970-01-01T00:00:00Z"


def feed(db: sqlite3.Connection, request: Request | None, options: Options) -> Iterator[str]:
    """The feed, entry by entry. With `Options.bodies` each has its sanitised HTML.

    An entry was *updated* when this archive last learned something of the post, and *published* when its site says.
    """
    address = options.first_url or options.self_url or "urn:ushrn:archive"
    dates = post_values(db, request, ("known_at", "first_seen_at"), options.limit, options.skip)
    changed = max((instant(*map(_text, row)) for row in dates), default=NEVER)
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    title = options.title or presented(db).name
    yield f"<id>{xml(address)}</id>\n<title>{xml(title)}</title>\n<updated>{changed}</updated>\n"
    yield "<generator>ushrn</generator>\n"
    yield page_links(options.self_url, options.first_url, _next(db, request, options))
    columns = (*_FIELDS, "body_html") if options.bodies else _FIELDS
    for row in post_values(db, request, columns, options.limit, options.skip):
        yield _entry(dict(zip(columns, row, strict=True)), options)
    yield "</feed>\n"


def _next(db: sqlite3.Connection, request: Request | None, options: Options) -> str | None:
    """Address of the page behind this one; None: it is the last."""
    if options.limit is None:
        return None
    behind = next(post_values(db, request, ("url",), 1, options.skip + options.limit), None)
    return options.next_url if behind else None


def page_links(own: str | None, first: str | None, following: str | None) -> str:
    """The links of a page of a feed to itself, to the first page and to the next one; None: there is none."""
    linked = (("self", own), ("first", first), ("next", following))
    return "".join(f'<link rel="{rel}" type="application/atom+xml" href="{xml(url)}"/>\n' for rel, url in linked if url)


def _entry(row: dict[str, object], options: Options) -> str:
    value = {name: _text(each) for name, each in row.items()}
    url = value["url"]
    page = post_url(options.base_url, value["site"], value["slug"]) if options.base_url else url
    language = framed(xml(value["language"]), ' xml:lang="', '"')
    published = value["published_at"] and instant(value["published_at"])
    parts = [
        f"<entry{language}>\n<id>{xml(url)}</id>\n<title>{xml(value['title'] or 'Untitled')}</title>\n",
        f'<link rel="alternate" type="text/html" href="{xml(page)}"/>\n',
        framed(page != url and xml(url), '<link rel="via" href="', '"/>\n'),
        f"<updated>{instant(value['known_at'], value['first_seen_at'])}</updated>\n",
        framed(published, "<published>", "</published>\n"),
        f"<author><name>{xml(value['author'] or value['site_name'])}</name></author>\n",
        *(f'<category term="{xml(tag)}"/>\n' for tag in json.loads(value["tags"] or "[]")),
        framed(xml(value["excerpt"]), "<summary>", "</summary>\n"),
        framed(xml(value.get("body_html")), '<content type="html">', "</content>\n"),
        "</entry>\n",
    ]
    return "".join(parts)


def instant(*dates: str | None) -> str:
    """The first date that there is, as a full instant: a day, month or year is its first moment."""
    date = next((each for each in dates if each), NEVER)
    if "T" in date:
        return xml(date)
    year, month, day = (*date.split("-"), "01", "01")[:3]
    return xml(f"{year}-{month}-{day}T00:00:00Z")


def xml(text: str | None) -> str:
    """*text* as content or attribute of XML."""
    return escape(_FORBIDDEN.sub("", (text or "").replace("\x85", "\n")), quote=True)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value)
