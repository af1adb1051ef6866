"""All links of a post and all posts that link to it, a page at a time."""

from scraper.serve import texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.page_address import own_page
from scraper.serve.paging import ON_PAGE, part
from scraper.serve.permalinks import path_of, the_post
from scraper.serve.post import held
from scraper.store import post_queries


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/links?page=2``"""
    post = the_post(ask)
    number, url = post["id"], post["url"]
    out, back = post_queries.links_number(ask.db, number), post_queries.linked_from_number(ask.db, number, url)
    shown = part(ask, f"{path_of(post)}/links", max(out, back))
    found = post_queries.links(ask.db, number, ON_PAGE, shown.skipped)
    ours = held(ask, (link["url"] for link in found))
    body = own_page(
        ask,
        "links.html",
        *shown.pairs,
        here="",
        post=post,
        back=ask.link(path_of(post)),
        out=out,
        links=[(link, ours.get(link["url"])) for link in found],
        linking=back,
        linked_from=post_queries.linked_from(ask.db, number, url, ON_PAGE, shown.skipped),
        start=shown.skipped + 1,
        pages=shown.pages,
        title=texts.LINKS_TITLE,
    )
    return PageResponse(body, headers={"X-Robots-Tag": "noindex"})
