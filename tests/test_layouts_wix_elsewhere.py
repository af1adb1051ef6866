"""Posts as other sites show them: languages, hidden parts, what stands around, and heads that say little or nothing."""

# ruff: noqa: E501 - markup is read along its lines

import time
from typing import Any

import pytest

from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

URL = "https://www.example.org/post/our-letter-to-all"
TITLE, AUTHOR, AT = "Our Letter to All", "Ann Roe", "2023-05-06T07:08:09.000Z"
PROSE = "<p>The members met on Tuesday and handed over the letter that forty groups had signed.</p>"
CARD = (
    '<article data-hook="recent-post-list-item"><h2 data-hook="post-title">Another Post</h2><a href="/post/another">x</a>'
    '<span data-hook="user-name">Paul Poe</span><span data-hook="time-ago">Jan 1, 2020</span>'
    '<span data-hook="view-count-compact">999</span></article>'
)


def head(title: str = TITLE, at: str = AT, changed: str = "", author: str = AUTHOR, more: str = "") -> str:
    named = f'<meta property="article:author" content="{author}"/>' if author else ""
    dated = f'<meta property="article:published_time" content="{at}"/>' if at else ""
    edited = f'<meta property="article:modified_time" content="{changed or at}"/>' if at else ""
    return f'<meta property="og:title" content="{title}"/><meta property="og:type" content="article"/>{dated}{edited}{named}{more}'


def post(
    *, title: str = TITLE, author: str = AUTHOR, shown: str = "May 6, 2023", update: str = "", body: str = PROSE,
    stats: tuple[str, ...] = (), labels: str = "", before: str = "", behind: str = "", root: str = "post-page-root",
) -> str:  # fmt: skip
    by = f'<span data-hook="user-name">{author}</span>' if author else ""
    on = f'<span data-hook="time-ago">{shown}</span><span data-hook="time-to-read">2 min</span>' if shown else ""
    edited = f'<p>Updated: <span data-hook="time-ago">{update}</span></p>' if update else ""
    heading = f'<h1 data-hook="post-title">{title}</h1>' if title else ""
    counts = "".join(f"<span>{text}</span>" for text in stats)
    return (
        f'{before}<div data-hook="{root}"><article data-hook="post">{by}{on}{heading}{edited}'
        f'<section data-hook="post-description"><div data-id="content-viewer">{body}</div></section>{labels}'
        f'<div data-hook="post-main-actions__stats"><div data-hook="post-stats">{counts}</div></div></article></div>{behind}'
    )


def read(said: str, inside: str, url: str = URL) -> Reading:
    html = f'<html><head><meta name="generator" content="Wix.com Website Builder"/>{said}</head><body>{inside}</body></html>'
    return extract(
        Capture(
            url=url, kind="post", source="file", captured_at="2026-01-01T00:00:00Z", media_type="text/html",
            body=html.encode(),
        )
    )  # fmt: skip


def facts(reading: Reading, names: Any) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in names}


PLAIN = {"kind": "post", "title": TITLE, "author": AUTHOR, "published_at": AT, "updated_at": None}
STUDIO = f'<div data-id="content-viewer">{PROSE}</div>'


@pytest.mark.parametrize(
    ("shown", "stats", "views", "comments"),
    [
        ("6 may 2023", ("12 visualizaciones", "1 comentario"), 12, 1),
        ("6 mai 2023", ("12 vues", "1 commentaire"), 12, 1),
        ("6. Mai 2023", ("12 Ansichten", "1 Kommentar"), 12, 1),
        ("6 במאי 2023", ("12 צפיות", "תגובה 1"), 12, 1),
        ("٦ مايو ٢٠٢٣", ("١٢ مشاهدة", "تعليق واحد (١)"), 12, 1),
        ("2023年5月6日", ("閲覧数：12回", "0件のコメント"), 12, 0),
        ("6 мая 2023 г.", ("12 просмотров", "1 комментарий"), 12, 1),
        ("6 de mai. de 2023", ("1.261 visualizações", "3 comentários"), 1261, 3),
        ("May 6", ("1,261 views",), 1261, None),
        ("\u200f6 במאי 2023", (), None, None),
    ],
)
def test_a_post_in_any_language_of_the_interface(
    shown: str, stats: tuple[str, ...], views: int | None, comments: int | None
) -> None:
    reading = read(head(), post(shown=shown, stats=stats))
    assert facts(reading, PLAIN) == PLAIN
    assert (reading.published_day, reading.views, reading.comments) == ("2023-05-06", views, comments)


@pytest.mark.parametrize(
    "inside",
    [
        post(behind='<div data-hook="wc-root"><article data-hook="comment"><span data-hook="user-name">Paul Poe</span>'
             '<span data-hook="time-ago">Jan 2, 2024</span><p>First!</p></article></div>'),
        post(behind='<article><h1>Comments</h1><span data-hook="user-name">Paul Poe</span></article>'),
        post(before=f'<nav><a href="{URL}">{TITLE}</a><a href="/blog/categories/news">News</a></nav>'),
        post(before="<header><h1>The Site</h1></header>", body=f"<h1>One</h1>{PROSE}<h1>Two</h1>"),
        post(labels=f'<div data-hook="recent-posts">{CARD}{CARD}</div>'),
        post(behind=f'<section data-hook="related-posts">{CARD}</section>'),
        post(before='<article data-hook="post"><h1 data-hook="post-title">Pinned</h1><span data-hook="time-ago">Jan 1, 2020'
             '</span><div data-hook="post-description"><p>Other.</p></div></article>'),
        post(author=""),
        post(shown="", author="", title=""),
        post(root="post-page"),
        post().replace("<article", "<ARTICLE").replace("</article", "</ARTICLE"),
        post().replace('"', "'"),
        post().replace('data-hook="post"', "data-hook=post"),
        post(shown="3 days ago"),
        post(body=f'{PROSE}<div data-hook="paywall"><p>Subscribe to keep reading.</p></div>'),
        f'<main><h1>{TITLE}</h1><span data-hook="user-name">{AUTHOR}</span>{STUDIO}</main>',
        f"<header><h1>The Site</h1></header><main><h2>{TITLE}</h2><p>{AUTHOR}</p>{STUDIO}</main>{CARD}",
    ],
)  # fmt: skip
def test_what_stands_around_a_post_is_none_of_its_facts(inside: str) -> None:
    reading = read(head(), inside)
    assert facts(reading, PLAIN) == PLAIN
    assert (reading.views, reading.comments, reading.categories, reading.tags) == (None, None, (), ())
    assert "forty groups" in (reading.body_text or "")
    assert not {"Paul Poe", "First!", "Subscribe", "Other."}.intersection((reading.body_text or "").split("\n"))


@pytest.mark.parametrize(
    ("said", "inside", "wanted"),
    [
        (head(changed="2023-06-01T00:00:00.000Z"), post(update="Jun 1, 2023"),
         {"published_at": AT, "updated_at": "2023-06-01T00:00:00.000Z", "updated_day": "2023-06-01"}),
        (head(at=""), post(update="Jun 1, 2023"), {"published_at": "2023-05-06", "updated_at": "2023-06-01"}),
        (head(at=""), post(shown="May 6"), {"published_at": None, "published_day": None}),
        (head(at=""), post(shown="vor 3 Tagen"), {"published_at": None}),
        (head(at="1970-01-01T00:00:00.000Z"), post(), {"published_at": "2023-05-06"}),
        (head(at="2931-01-01T00:00:00.000Z"), post(shown=""), {"published_at": None}),
        (head(at="Sat May 06 2023 07:08:09 GMT+0000 (Coordinated Universal Time)"), post(),
         {"published_at": "2023-05-06T07:08:09Z"}),
        ("", post(stats=("0 views", "0 comments")),
         {"title": TITLE, "author": AUTHOR, "published_at": "2023-05-06", "views": None, "comments": None}),
        (head(), post(root="post-page", stats=("0 views", "0 comments")), {"views": None, "comments": None}),
        (head(), post(root="post-page", stats=("15 views", "0 comments")), {"views": 15}),
        (head(), post(stats=("999+ views", "3 comments")), {"views": None}),
        (head(), post(stats=("1.2K views", "3 comments")), {"views": None}),
        (head(author=""), post(author=""), {"author": None}),
        (head(title=f"{TITLE} | The Site", more='<meta property="og:site_name" content="The Site"/>'), post(title=""),
         {"title": TITLE, "blog_name": "The Site", "blog_name_basis": "meta"}),
        (head(), post(), {"blog_name": None, "blog_name_basis": None}),
        (head(more='<meta property="og:site_name" content=" The\n Pond  Society "/>'), post(),
         {"blog_name": "The Pond Society", "blog_name_basis": "meta"}),
        (head(more='<script type="application/ld+json">{"@type": "BlogPosting", "publisher": '
                   '{"@type": "Organization", "name": "The Pond Society"}}</script>'), post(),
         {"blog_name": "The Pond Society", "blog_name_basis": "json-ld"}),
        (head(more='<script type="application/ld+json">{"@type": "BlogPosting", "publisher": "x", "isPartOf": '
                   '{"@type": "Blog", "name": "Pond Letters"}}</script>'), post(),
         {"blog_name": "Pond Letters", "blog_name_basis": "json-ld"}),
        (head(title="Q&amp;A: &quot;We won&quot;"), post(title=""), {"title": 'Q&A: "We won"'}),
        (head(), post(labels='<ul aria-label="Categorías"><li><a data-hook="link" href="/blog/categories/agua">Agua</a>'
                      '</li></ul><nav aria-label="Etiquetas"><a href="/blog/tags/flint">flint</a></nav>'),
         {"categories": ("Agua",), "tags": ("flint",)}),
        (head(), post(body=""), {"title": TITLE, "body_text": ""}),
    ],
)  # fmt: skip
def test_what_little_a_page_says_is_told_and_no_more(said: str, inside: str, wanted: dict[str, Any]) -> None:
    assert facts(read(said, inside), wanted) == wanted


@pytest.mark.parametrize(
    ("inside", "url", "kind"),
    [
        (post(), "https://www.example.org/en/post/a", "post"),
        (post(), "https://www.example.org/post/2019/05/06/a", "post"),
        (post(), "https://name.wixsite.com/site/post/a", "post"),
        (post(), f"{URL}?lang=ar", "post"),
        ('<div data-hook="not-found-page"><h1>הדף לא נמצא</h1></div>', URL, "missing"),
        (f'<div data-hook="feed-page-root">{CARD}{CARD}</div>', "https://www.example.org/blog/categories/news", "list"),
    ],
)
def test_a_page_is_told_by_what_is_in_it_whatever_its_address(inside: str, url: str, kind: str) -> None:
    assert read(head() if kind == "post" else "", inside, url).kind == kind


def test_thousands_of_names_and_links_are_looked_through_once() -> None:
    names = '<div><span data-hook="user-name">Paul Poe</span></div>' * 300
    links = '<a href="/about">x</a>' * 3000
    inside = post(author="", labels=f"<div><div><div>{names}{links}</div></div></div>")
    start = time.process_time()
    read(head(author=""), inside)
    assert time.process_time() - start < 1.0
