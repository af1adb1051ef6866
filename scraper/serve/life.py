"""Everything that happened to a post, all its versions and all counts, newest first, a page at a time."""

from scraper.serve import texts
from scraper.serve.answer import Answer, Ask
from scraper.serve.history import entries
from scraper.serve.links import ON_PAGE
from scraper.serve.permalinks import current_revision, path_of, revisions_of, the_post
from scraper.serve.post import compared
from scraper.serve.render import render
from scraper.serve.searching import whole
from scraper.store import post_queries


def page(ask: Ask) -> Answer:
    """``/post/<site>/<slug>/history?page=2``"""
    post = the_post(ask)
    number = post["id"]
    revisions, current = revisions_of(ask, number), current_revision(ask, post)
    happened, counted = post_queries.events_number(ask.db, number), post_queries.counts_number(ask.db, number)
    last = max(1, -(-max(happened, counted, len(revisions)) // ON_PAGE))
    here = whole(ask.one("page"), 1, last)
    skipped = (here - 1) * ON_PAGE
    events = post_queries.events(ask.db, number, ON_PAGE, skipped)
    path = f"{path_of(post)}/history"
    body = render(
        "life.html",
        ask.room,
        here="",
        post=post,
        home=ask.link(path_of(post)),
        entries=entries(events, compared(ask, post, revisions), current.seen_at if current else "")[::-1],
        happened=happened,
        revisions=revisions[::-1][skipped : skipped + ON_PAGE],
        versions=len(revisions),
        current=current,
        counts=post_queries.counts(ask.db, number, ON_PAGE, skipped),
        counted=counted,
        pages=[(at, "" if at == here else ask.link(path, ("page", str(at)))) for at in range(1, last + 1)],
        title=texts.LIFE,
    )
    return Answer(body, headers={"X-Robots-Tag": "noindex"})
