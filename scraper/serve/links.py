"""All links of a post and all posts that link to it, a page at a time."""

from scraper.serve import texts
from scraper.serve.answer import Answer, Ask
from scraper.serve.permalinks import path_of, the_post
from scraper.serve.post import held
from scraper.serve.render import render
from scraper.serve.searching import whole
from scraper.store import post_queries

#: Rows of a list on a page.
ON_PAGE = 200


def page(ask: Ask) -> Answer:
    """``/post/<site>/<slug>/links?page=2``"""
    post = the_post(ask)
    number, url = post["id"], post["url"]
    out, back = post_queries.links_number(ask.db, number), post_queries.linked_from_number(ask.db, number, url)
    last = max(1, -(-max(out, back) // ON_PAGE))
    here = whole(ask.one("page"), 1, last)
    skipped = (here - 1) * ON_PAGE
    found = post_queries.links(ask.db, number, ON_PAGE, skipped)
    ours = held(ask, (link["url"] for link in found))
    path = f"{path_of(post)}/links"
    body = render(
        "links.html",
        ask.room,
        here="",
        post=post,
        back=ask.link(path_of(post)),
        out=out,
        links=[(link, ours.get(link["url"])) for link in found],
        linking=back,
        linked_from=post_queries.linked_from(ask.db, number, url, ON_PAGE, skipped),
        start=skipped + 1,
        pages=[(at, "" if at == here else ask.link(path, ("page", str(at)))) for at in range(1, last + 1)],
        title=texts.LINKS_TITLE,
    )
    return Answer(body, headers={"X-Robots-Tag": "noindex"})
