"""Everything that happened to a post, all its versions and all counts, newest first, a page at a time."""

from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.history import entries
from scraper.serve.page_address import own_page
from scraper.serve.paging import ON_PAGE, part
from scraper.serve.permalinks import current_revision, path_of, revisions_of, the_post
from scraper.serve.post import compared
from scraper.store import post_queries


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/history?page=2``"""
    post = the_post(ask)
    number = post["id"]
    revisions, current = revisions_of(ask, number), current_revision(ask, post)
    happened, counted = post_queries.events_number(ask.db, number), post_queries.counts_number(ask.db, number)
    shown = part(ask, f"{path_of(post)}/history", max(happened, counted, len(revisions)))
    events = post_queries.events(ask.db, number, ON_PAGE, shown.skipped)
    body = own_page(
        ask,
        "life.html",
        *shown.pairs,
        here="",
        post=post,
        home=ask.link(path_of(post)),
        entries=entries(events, compared(ask, post, revisions), current.seen_at if current else "")[::-1],
        happened=happened,
        revisions=revisions[::-1][shown.skipped : shown.skipped + ON_PAGE],
        versions=len(revisions),
        current=current,
        counts=post_queries.counts(ask.db, number, ON_PAGE, shown.skipped),
        counted=counted,
        pages=shown.pages,
        title=texts.LIFE,
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})
