"""What every table, column and download means; and the addresses that machines ask for."""

import json
from collections.abc import Iterable
from typing import Any

from scraper import schema
from scraper.export import FORMATS, Options, columns, instant, shape, xml
from scraper.serve import metadata as desk
from scraper.serve import texts
from scraper.serve.answer import Ask, NotHere, PageResponse
from scraper.serve.frame import frame_of
from scraper.serve.page_address import listed, own_page
from scraper.serve.permalinks import path_of
from scraper.store import holdings, lookups, post_queries

#: Characters of an address in a sitemap at most, and posts named in one: with addresses all as long, it has less than
#: the 50 MB that the protocol allows (https://www.sitemaps.org/protocol.html, of 2016-11-21; entries: 50,000).
LONGEST, IN_SITEMAP = 2_047, 20_000


def page(ask: Ask) -> PageResponse:
    """``/data-dictionary``"""
    described = {
        name: (words, [each for each in schema.dictionary() if each.table == name and each.column])
        for name, (words, named) in desk.described().items()
        if named
    }
    return PageResponse(
        own_page(
            ask,
            "dictionary.html",
            here="data-dictionary",
            columns=columns(Options()),
            more=columns(Options(columns=schema.MORE_COLUMNS)),
            tables=described,
            closed=desk.CLOSED,
            browsable=holdings.browsable(ask.db),
            formats=[(ask.link(f"/search.{end}"), words, texts.FORMAT_WORDS[end]) for end, words in texts.FORMATS],
        )
    )


def package(ask: Ask) -> PageResponse:
    """``/datapackage.json``: the downloads of all posts, for programs that read Frictionless Data Packages."""
    resources: list[dict[str, Any]] = []
    for name in ("csv", "json", "jsonl"):
        each = FORMATS[name]
        resources.append(
            {
                "name": f"posts-{name}",
                "path": ask.lasting + ask.link(f"/search{each.suffix}"),
                "format": name,
                "mediatype": each.media_type.partition(";")[0],
                "encoding": "utf-8",
                "profile": "tabular-data-resource",
                **shape(name, Options()),
            }
        )
    sources = [{"title": site["name"], "path": site["base_url"]} for site in holdings.sites(ask.db)]
    frame = frame_of(ask.room)
    about = {
        "name": "ushrn-posts",
        "title": frame.name,
        "description": texts.footer(frame.publisher),
        "sources": sources,
    }
    body = json.dumps({**about, "resources": resources}, ensure_ascii=False, indent=1)
    return PageResponse(body, media_type="application/json")


def robots(ask: Ask) -> PageResponse:
    """``/robots.txt``: posts may be found, endless combinations of filters need not be."""
    base = ask.room.base
    closed = ("search?", "search.", "raw/", "go", "-/", ask.room.bench)
    lines = [
        "User-agent: *",
        *(f"Disallow: {base}{path}" for path in closed),
        *(f"Disallow: {base}post/*/{path}" for path in ("*/diff", "*/cite.")),
        f"Allow: {base}",
        f"Sitemap: {ask.lasting}{ask.link('/sitemap.xml')}",
    ]
    return PageResponse("\n".join(lines) + "\n", media_type="text/plain; charset=utf-8")


def sitemap(ask: Ask, most: int = IN_SITEMAP) -> PageResponse:
    """``/sitemap.xml``: the pages of all posts; where they are more than *most*, the sitemaps that name them.

    Of an archive without posts our first page: the protocol has no empty sitemap.
    """
    parts = -(-lookups.count_posts(ask.db) // most)
    if not parts:
        return _sitemap("urlset", [f"<url><loc>{xml(listed(ask, '/'))}</loc></url>\n"])
    if parts == 1:
        return _named_posts(ask, 0, most)
    places = (listed(ask, f"/sitemap-{part}.xml") for part in range(1, parts + 1))
    return _sitemap("sitemapindex", (f"<sitemap><loc>{xml(place)}</loc></sitemap>\n" for place in places))


def sitemap_part(ask: Ask, most: int = IN_SITEMAP) -> PageResponse:
    """``/sitemap-<number>.xml``: the pages of *most* posts. Raises NotHere."""
    before = (int(ask.part["number"]) - 1) * most
    if before >= lookups.count_posts(ask.db):
        raise NotHere(texts.NO_SUCH_PAGE)
    return _named_posts(ask, before, most)


def _named_posts(ask: Ask, before: int, most: int) -> PageResponse:
    """*most* posts behind the first *before*, newest first, each with when we last learned something about it."""
    found = ((listed(ask, path_of(row)), row["changed"]) for row in post_queries.newest(ask.db, most, before))
    return _sitemap("urlset", (
        f"<url><loc>{xml(place)}</loc><lastmod>{instant(changed)}</lastmod></url>\n"
        for place, changed in found if len(place) <= LONGEST
    ))  # fmt: skip


def _sitemap(root: str, entries: Iterable[str]) -> PageResponse:
    start = f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    body = f"{start}\n{''.join(entries)}</{root}>\n"
    return PageResponse(body, media_type="application/xml; charset=utf-8")
