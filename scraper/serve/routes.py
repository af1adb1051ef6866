"""Which address shows which page."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from scraper.serve import (
    about,
    api,
    browse,
    captures,
    changes,
    citing,
    dictionary,
    downloads,
    file_text,
    life,
    links,
    missing,
    overview,
    permalinks,
    picture_pages,
    post,
    proofs,
    raw,
    replaying,
    revisions,
    searching,
    static,
)
from scraper.serve.answer import view
from scraper.serve.lanes import REPLAYS, SEARCHES


@cache
def routes() -> list[tuple[str, Callable[..., Any]]]:
    """(pattern, view) of every page of ours."""
    return [
        (r"^/$", view(overview.page)),
        (r"^/search$", view(searching.page, SEARCHES)),
        (rf"^/search/by/(?P<facet>{'|'.join(searching.ORDER)})$", view(searching.values_page, SEARCHES)),
        (rf"^/search\.(?P<format>{'|'.join(map(re.escape, downloads.ENDINGS))})$", downloads.view),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)$", view(post.page)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/exhibit\.zip$", view(proofs.post_exhibit, SEARCHES)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/cite\.(?P<format>[a-z]+)$", view(citing.citation)),
        (
            r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/revision/(?P<name>[^/]+)/cite\.(?P<format>[a-z]+)$",
            view(revisions.citation),
        ),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/revision/(?P<name>[^/]+)$", view(revisions.page)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/diff$", view(revisions.compare, SEARCHES)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/captures$", view(captures.page)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/captures\.csv$", view(captures.table, SEARCHES)),
        (
            r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/captures\.(?P<form>warc\.gz|wacz)$",
            view(proofs.post_captures_file, SEARCHES),
        ),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/file/(?P<number>[0-9]{1,6})$", view(file_text.page, SEARCHES)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/links$", view(links.page, SEARCHES)),
        (r"^/post/(?P<site>[^/]+)/(?P<slug>[^/]+)/history$", view(life.page, SEARCHES)),
        (r"^/p/(?P<short_id>[a-z2-7]{10,52})$", view(permalinks.short)),
        (r"^/pictures$", view(picture_pages.gallery, SEARCHES)),
        (r"^/picture/(?P<sha256>[^/]+)$", view(picture_pages.small, REPLAYS)),
        (r"^/go$", view(permalinks.go)),
        (r"^/raw/(?P<sha256>[^/]+)$", view(raw.page, REPLAYS)),
        (r"^/web/timemap/(?P<format>link|json)/(?P<url>.+)$", view(replaying.timemap, SEARCHES)),
        (r"^/web/(?P<url>.+)$", view(replaying.page, REPLAYS)),
        (r"^/cdx(?:/search/cdx)?$", view(replaying.cdx, SEARCHES)),
        (r"^/browse$", view(browse.page, SEARCHES)),
        (r"^/missing$", view(missing.page, SEARCHES)),
        (r"^/changes$", view(changes.page, SEARCHES)),
        (r"^/changes\.atom$", view(changes.feed, SEARCHES)),
        (r"^/exhibit\.zip$", view(proofs.results_exhibit, SEARCHES)),
        (r"^/checkpoint$", view(proofs.checkpoint)),
        (r"^/checkpoints\.atom$", view(proofs.feed, SEARCHES)),
        (r"^/withdrawn$", view(proofs.withdrawn)),
        (r"^/about$", view(about.page)),
        (r"^/data-dictionary$", view(dictionary.page)),
        (r"^/datapackage\.json$", view(dictionary.package, SEARCHES)),
        (r"^/robots\.txt$", view(dictionary.robots)),
        (r"^/sitemap\.xml$", view(dictionary.sitemap, SEARCHES)),
        (r"^/sitemap-(?P<number>[1-9][0-9]{0,4})\.xml$", view(dictionary.sitemap_part, SEARCHES)),
        *api.routes(view),
        (r"^/-/ushrn/(?P<name>[a-z.]+)$", static.view),
    ]
