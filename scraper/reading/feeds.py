"""Feeds (RSS, Atom, JSON Feed) as they are found in the wild, read into the posts they name. Pure; all of it is hostile
input.
"""

import io
import json
import re
import time
from dataclasses import dataclass
from typing import Any

import feedparser  # type: ignore[import-untyped]

from scraper import dates, urls
from scraper.charset import decode
from scraper.numbers import plural
from scraper.reading.sitemaps import unpacked
from scraper.records import Listed, Problem
from scraper.vocabulary import Stage

#: A feed of Wix with twenty whole bodies was 400 KB at most.
FEED_BYTES = 10 * 1024 * 1024
_PAGE = re.compile(r"(?:<!doctype\s+html|<html)", re.IGNORECASE)
_END = re.compile(r"</\s*(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
#: The encoding that a feed says is its own is none of the text's.
_DECLARATION = re.compile(r"\A<\?xml[^>]{0,200}\?>")
#: What JSON Feed (jsonfeed.org, 1.1) calls its version.
_JSON_FEED = "https://jsonfeed.org/version/"
#: Subjects, which feedparser (6.0.12) holds against each other one by one, and which nobody here reads.
_SUBJECTS = re.compile(r"(</?(?:[\w.-]{1,64}:)?)(?:category|subject|keywords)(?=[\s/>])", re.IGNORECASE)
#: An element with so many attributes is no feed's; feedparser looks through all of them for each.
_CROWDED = re.compile(r"""<[\w:.-]{1,64}(?>\s+[^\s=<>"']{1,200}\s*=\s*(?>"[^"]*"|'[^']*')){500}""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says."""

    url: str
    items: tuple[Listed, ...] = ()
    #: The page that the feed belongs to: on Wix the list of posts.
    page: str | None = None
    problem: Problem | None = None


def read_feed(body: bytes, url: str) -> Feed:
    """What the feed at *url* says. Never raises; a page in its place is a `problem`. Packed or not, in any encoding."""
    body, _ = unpacked(body)
    if len(body) > FEED_BYTES:
        return _no_feed(url, f"{plural(len(body), 'byte')}, more than any feed has")
    text = decode(body).lstrip()  # feedparser looks for its beginning from each blank
    if _PAGE.match(text):
        return _no_feed(url, "a web page")
    if text.startswith("{"):
        return _of_json(text, url)
    if _CROWDED.search(text):
        return _no_feed(url, "an element with hundreds of attributes")
    return _of_xml(_SUBJECTS.sub(r"\1ignored", _DECLARATION.sub("", text, count=1)), url)


def _of_xml(text: str, url: str) -> Feed:
    parsed = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        return _no_feed(url, "nothing that is a feed")
    items = [
        _item(url, _link(entry), entry.get("title"), _stamp(entry.get("published_parsed"))) for entry in parsed.entries
    ]
    return _feed(url, items, parsed.feed.get("link"), _trouble(text, url, len(items), parsed))


def _link(entry: Any) -> object:
    """The address of an entry; None: it has none but its id, which is a mere number or name.

    An id counts as an address unless it says otherwise (RSS 2.0, guid), but few say so of a number.
    """
    link = entry.get("link")
    if link is None or entry.get("links") or "/" in link:
        return link
    return None


def _of_json(text: str, url: str) -> Feed:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        if _JSON_FEED in text:
            return Feed(url=url, problem=_broken(url, str(error)))
        return _no_feed(url, "nothing that is a feed")
    if not _word(told.get("version")).startswith(_JSON_FEED) or not isinstance(told.get("items"), list):
        return _no_feed(url, "nothing that is a feed")
    items = [
        _item(url, one.get("url"), one.get("title"), dates.iso_utc(_word(one.get("date_published"))))
        for one in told["items"]
        if isinstance(one, dict)
    ]
    return _feed(url, items, told.get("home_page_url"), None)


def _feed(url: str, items: list[Listed | None], page: object, problem: Problem | None) -> Feed:
    named = tuple(item for item in items if item is not None)
    return Feed(url=url, items=named, page=_address(page, url), problem=problem)


def _item(url: str, link: object, title: object, published_at: str | None) -> Listed | None:
    """What an item names; None: it has no address of its own."""
    if (to := _address(link, url)) is None:
        return None
    return Listed(url=to, title=_word(title) or None, published_at=published_at)


def _address(link: object, url: str) -> str | None:
    """*link* as an absolute address; None: it is none."""
    written = _word(link).strip()
    if not written:
        return None
    return urls.normalise(written, base=url) or None


def _word(value: object) -> str:
    """*value*, where it is a text, without halves of signs; else the empty one."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode()


def _trouble(text: str, url: str, items: int, parsed: Any) -> Problem | None:
    """What is wrong with a feed that was read so far as it goes; None: nothing that loses an item."""
    if parsed.bozo and not items:
        return _broken(url, str(parsed.bozo_exception))
    if not _END.search(text.rstrip()[-8192:]):
        message = f"expected a whole feed, it breaks off after {plural(items, 'item')}"
        return Problem(stage=Stage.DISCOVER, kind="feed-cut", url=url, message=message)
    return None


def _broken(url: str, why: str) -> Problem:
    return Problem(stage=Stage.DISCOVER, kind="feed-broken", url=url, message=f"no item could be read: {why}")


def _no_feed(url: str, found: str) -> Feed:
    message = f"expected a feed, found {found}; the other sources were used"
    return Feed(url=url, problem=Problem(stage=Stage.DISCOVER, kind="not-a-feed", url=url, message=message))


def _stamp(moment: time.struct_time | None) -> str | None:
    """The parser's UTC time tuple as ISO 8601; None: the item has no date that can be read."""
    if moment is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)
