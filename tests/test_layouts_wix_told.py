"""Which post a page is about, when it was posted, and which day its readers saw."""

import json
from pathlib import Path

import pytest

from scraper.cli.read_commands import as_printed
from scraper.reading.page_reader import extract
from scraper.records import Capture, Reading

URL = "https://www.example.org/post/a-title"
WHEN = '<meta property="article:published_time" content="2016-06-30T18:30:00.000Z">'
TITLE = '<meta property="og:title" content="A Title"><meta property="og:type" content="article">'
POSTING = '<script type="application/ld+json">{"@type":"BlogPosting","headline":"A Title"%s}</script>'
BODY = '<div data-hook="post-description"><p>First words.</p></div>'


def read(inside: str, *, head: str = "", at: str = "2025-01-02T03:04:05Z", basis: str = "clock") -> Reading:
    page = f"<html><head>{head}</head><body>{inside}<!-- static.parastorage.com --></body></html>"
    return extract(
        Capture(
            url=URL,
            source="file",
            captured_at=at,
            captured_at_basis=basis,
            media_type="text/html",
            kind="post",
            body=page.encode(),
        )
    )


def post(inside: str) -> str:
    return f'<article data-hook="post">{inside}{BODY}</article>'


def shown(day: str, update: str = "") -> str:
    below = f'<p>Updated: <span data-hook="time-ago">{update}</span></p>' if update else ""
    return f'<span data-hook="time-ago">{day}</span>{below}'


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Jul 1, 2016", "2016-07-01"),
        ("Jul 1", "2016-07-01"),
        ("30 juin 2016", "2016-06-30"),
        ("7/1/2016", "2016-07-01"),
        ("7월 1일", "2016-07-01"),
        ("Jul 8, 2016", None),
        ("Jul 8", None),
        ("3 days ago", None),
        ("", None),
    ],
)
def test_the_day_that_readers_saw_stands_beside_the_instant(text: str, day: str | None) -> None:
    reading = read(post(shown(text)), head=WHEN)
    assert reading.published_at == "2016-06-30T18:30:00.000Z"
    assert (reading.published_day, reading.published_day_basis) == (day, day and "shown")


def test_extract_calls_a_day_shown_only_where_the_page_shows_it() -> None:
    for text, told in (("3 days ago", ("2016-06-30", "utc")), ("Jul 1, 2016", ("2016-07-01", "shown"))):
        printed = as_printed(Path("a.html"), read(post(shown(text)), head=WHEN))
        assert (printed["published_day"], printed["published_day_basis"]) == told


def test_the_day_of_an_update_is_that_behind_its_word() -> None:
    change = '<meta property="article:modified_time" content="2016-08-03T23:30:00.000Z">'
    reading = read(post(shown("Jun 30, 2016", "Aug 4, 2016")), head=WHEN + change)
    assert (reading.published_day, reading.updated_day) == ("2016-06-30", "2016-08-04")


@pytest.mark.parametrize(
    "spelled",
    [
        "Wed Jul 24 2024 15:39:55 GMT+0000 (Coordinated Universal Time)",
        "Thu Jul 25 2024 01:39:55 GMT+1000 (Australian Eastern Standard Time)",
        "Wed, 24 Jul 2024 15:39:55 GMT",
        "2024-07-24T17:39:55+02:00",
    ],
)
def test_the_dates_of_scripts_are_read(spelled: str) -> None:
    assert read(post(""), head=WHEN.replace("2016-06-30T18:30:00.000Z", spelled)).published_at == "2024-07-24T15:39:55Z"


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        ("0001-01-01T00:00:00Z", "impossible-date"),
        ("1970-01-01T00:00:00.000Z", "impossible-date"),
        ("2921-03-18", "impossible-date"),
        ("2026-01-01T00:00:00Z", "impossible-date"),
        ("Wed Foo 24 2024 15:39:55 GMT+0000", "unreadable-date"),
        ("yesterday or so", "unreadable-date"),
    ],
)
def test_a_date_that_cannot_be_is_none_and_a_problem(spelled: str, kind: str) -> None:
    head = WHEN.replace("2016-06-30T18:30:00.000Z", spelled)
    reading = read(post(""), head=head)
    assert (reading.published_at, reading.published_day) == (None, None)
    assert [(it.kind, it.field, it.level) for it in reading.problems] == [(kind, "published_at", "error")]
    helped = read(post(""), head=head + POSTING % ',"datePublished":"2024-07-24T15:39:55Z"')
    assert (helped.published_at, helped.published_basis) == ("2024-07-24T15:39:55Z", "json-ld")
    assert [it.level for it in helped.problems] == ["note"]


def test_a_files_time_makes_no_date_impossible() -> None:
    assert read(post(""), head=WHEN, at="1980-01-01T00:00:00Z").published_at is None
    assert (
        read(post(""), head=WHEN, at="1980-01-01T00:00:00Z", basis="file-time").published_at
        == "2016-06-30T18:30:00.000Z"
    )


def test_of_two_articles_the_one_is_read_whose_heading_the_head_names() -> None:
    other = post('<h1 data-hook="post-title">Other</h1>').replace("First words", "No")
    mine = post('<h1 data-hook="post-title">A  Title</h1>')
    for page in (other + mine, mine + other):
        reading = read(page, head=WHEN + TITLE)
        assert (reading.title, reading.body_text) == ("A Title", "First words.")
    assert read(other + mine, head=WHEN + TITLE.replace("A Title", "A Title | The Blog")).title == "A Title"
    assert read(other + mine).title == "Other"


def test_a_menu_names_no_categories() -> None:
    link = '<li><a data-hook="link" href="/blog/categories/{}">{}</a></li>'
    links = link.format("one", "One") + link.replace("data-hook", "class").format("two", "Two")
    assert read(post(f'<nav><ul aria-label="Blog">{links}</ul></nav>')).categories == ()
    assert read(post(f'<div data-hook="header-navigation"><ul aria-label="x">{links}</ul></div>')).categories == ()
    assert read(post(f'<ul aria-label="Kategorien">{links}</ul>')).categories == ("One", "Two")


def test_the_name_on_another_posts_card_is_no_author() -> None:
    card = '<div><a href="/post/other">Other</a><span data-hook="user-name">John Roe</span></div>'
    own = '<div><span data-hook="user-name">Jane Doe</span></div>'
    named = '<meta property="article:author" content="Jane Doe">'
    assert read(post(card + own)).author == "Jane Doe"
    assert read(post(card), head=named).author == "Jane Doe"
    assert read(post(own), head=named.replace("Jane Doe", "office@example.org")).author == "Jane Doe"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (TITLE.replace("A Title", "A Title | The Blog") + POSTING % "", "A Title"),
        (
            TITLE.replace("A Title", "A Title | The Blog") + '<meta property="og:site_name" content="The Blog">',
            "A Title",
        ),
        (TITLE.replace("A Title", "A Title | Its Part"), "A Title | Its Part"),
        (
            TITLE.replace("A Title", "A Title that is long") + POSTING.replace("A Title", "A Title that…") % "",
            "A Title that is long",
        ),
    ],
)
def test_where_the_heading_is_hidden_the_headline_wins_over_a_title_with_the_sites_name(head: str, title: str) -> None:
    assert read(post(""), head=head).title == title


STUDIO = """
<main><div><h1>A Title</h1></div><p>Jane Doe</p><p>4 days ago</p>{viewer}<div data-hook="related-posts-root">
<article data-hook="post-list-item"><a href="/post/other"><div data-hook="post-title">Other</div></a>
<div data-id="content-viewer"><p>Of another.</p></div></article></div></main>
"""
VIEWER = '<div data-id="content-viewer"><p>First words.</p></div>'


@pytest.mark.parametrize("head", [WHEN + TITLE, POSTING % ',"datePublished":"2016-06-30T18:30:00.000Z"'])
def test_a_page_whose_head_says_article_is_a_post_whatever_its_frame(head: str) -> None:
    reading = read(STUDIO.format(viewer=VIEWER), head=head)
    assert (reading.kind, reading.title, reading.body_text) == ("post", "A Title", "First words.")
    assert reading.published_at == "2016-06-30T18:30:00.000Z"


@pytest.mark.parametrize("as_text", [False, True])
def test_counts_of_a_studio_page_are_those_of_its_own_post_in_the_blogs_data(as_text: bool) -> None:
    def post_of(slug: str, views: int) -> dict[str, object]:
        return {"id": f"id-{slug}", "slug": slug, "metrics": {"views": views, "comments": 0, "likes": 3}}

    value: object = {"data": {"related": [post_of("other", 99)], "one": {"post": post_of("a-title", 41)}}}
    data = {"appsWarmupData": {"14bcded7-0066-7c35-14d7-466cb3f09103": {"k": json.dumps(value) if as_text else value}}}
    script = f'<script type="application/json" id="wix-warmup-data">{json.dumps(data)}</script>'
    reading = read(STUDIO.format(viewer=VIEWER) + script, head=WHEN + TITLE)
    assert (reading.views, reading.comments, reading.likes, reading.counts_source) == (41, 0, 3, "embedded")
    assert read(STUDIO.format(viewer=VIEWER) + script.replace("a-title", "b"), head=WHEN + TITLE).views is None


def test_a_body_in_a_card_makes_no_post() -> None:
    assert read(STUDIO.format(viewer=""), head=WHEN + TITLE).kind != "post"
    assert read(STUDIO.format(viewer="")).kind != "post"


@pytest.mark.parametrize(
    ("head", "title", "problems"),
    [("<title>A Title | The Site</title>", "A Title", []), ("<title>The Site</title>", None, ["title-open"])],
)
def test_a_studio_post_whose_head_failed_is_one_by_its_body_and_address(
    head: str, title: str | None, problems: list[str]
) -> None:
    reading = read(STUDIO.format(viewer=VIEWER), head=head)
    assert (reading.kind, reading.title, reading.body_text) == ("post", title, "First words.")
    assert (reading.published_at, reading.views) == (None, None)
    assert [problem.kind for problem in reading.problems] == problems


@pytest.mark.parametrize("stats", ["1.2K views", "1,2 mil visualizaciones", "3万 閲覧数"])
def test_a_count_cut_short_is_no_number_and_a_note(stats: str) -> None:
    shown = f'<div data-hook="post-stats"><span>{stats}</span></div>'
    reading = read(post("").replace("</article>", f"{shown}</article>"), head=WHEN + TITLE)
    assert (reading.views, [problem.kind for problem in reading.problems]) == (None, ["rounded-count"])


@pytest.mark.parametrize("stats", ["<span>1.2K views</span><span>0 comments</span>", "<span>0 comments</span>"])
def test_a_zero_that_the_head_witnesses_is_not_called_unwitnessed(stats: str) -> None:
    shown = f'<div data-hook="post-page-root"></div><div data-hook="post-stats">{stats}</div>'
    reading = read(post("").replace("</article>", f"{shown}</article>"), head=WHEN + TITLE)
    assert reading.comments == 0
    assert "unwitnessed-zero" not in [problem.kind for problem in reading.problems]


OTHER = '{"@type":"BlogPosting","headline":"Other","datePublished":"2020-01-03T00:00:00Z","author":{"name":"No One"}%s}'
OWN = '{"@type":"BlogPosting","headline":"A Title","datePublished":"2016-06-30T18:30:00.000Z","author":%s}'


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ('"Jane Doe"', "Jane Doe"),
        ('["Jane Doe"]', "Jane Doe"),
        ('[{"name":"Jane Doe"},{"name":"Ann Lee"}]', "Jane Doe; Ann Lee"),
        ('{"@id":"#jane"}', "Jane Doe"),
        ('"https://www.example.org/profile/jane"', None),
        ("[]", None),
    ],
)
def test_authors_of_structured_data_are_read_in_all_their_forms(author: str, name: str | None) -> None:
    graph = f'{{"@graph":[{OWN % author},{{"@type":"Person","@id":"#jane","name":"Jane Doe"}}]}}'
    assert read(STUDIO.format(viewer=VIEWER), head=ld(graph)).author == name


@pytest.mark.parametrize(
    "form",
    [
        "%s",
        "[%s]",
        '[{"@graph":[[%s]]}]',
        '{"@type":"WebPage","mainEntity":%s}',
        "<!-- %s -->",
        "//<![CDATA[\n%s\n//]]>",
        "/*<![CDATA[*/%s/*]]>*/",
        " %s; ",
    ],
)
def test_structured_data_are_found_however_they_are_wrapped(form: str) -> None:
    reading = read(STUDIO.format(viewer=VIEWER), head=ld(form % (OWN % '"Jane Doe"')))
    assert (reading.title, reading.author, reading.published_at) == ("A Title", "Jane Doe", "2016-06-30T18:30:00.000Z")


@pytest.mark.parametrize(
    ("told", "more", "title"),
    [
        (TITLE, "", "A Title"),
        ("<title>A Title | The Site</title>", "", "A Title"),
        ("", f',"url":"{URL}"', "Other"),
        ("", f',"mainEntityOfPage":{{"@id":"{URL}"}}', "Other"),
        ("", "", None),
    ],
)
def test_of_several_structured_articles_the_one_that_is_the_page_is_read(
    told: str, more: str, title: str | None
) -> None:
    head = told + ld(f"[{OTHER % more},{OWN % json.dumps('Jane Doe')}]")
    reading = read(STUDIO.format(viewer=VIEWER).replace("A Title", "Heading"), head=head)
    assert reading.title == title
    assert reading.author == {"A Title": "Jane Doe", "Other": "No One"}.get(title or "")


@pytest.mark.parametrize(("box", "link"), [("article", "/blog"), ("li", "/blog"), ("div", "/post/other")])
def test_the_body_is_that_outside_of_cards_without_hooks(box: str, link: str) -> None:
    card = f'<{box}><a href="{link}"><h2>Other</h2></a><div data-id="content-viewer"><p>Of another.</p></div></{box}>'
    viewer = VIEWER.replace("First words.", 'First words. <a href="/post/third">A third</a>')
    page = f"<header><h1>The Site</h1></header><main>{card}{card}<h2>A Title</h2><div>{viewer}</div></main>"
    assert read(page, head=WHEN + TITLE).body_text == "First words. A third"


def test_the_heading_of_a_studio_post_wins_over_a_title_with_the_sites_name() -> None:
    head = WHEN + '<meta property="og:title" content="A Title | The Site">'
    assert read(STUDIO.format(viewer=VIEWER), head=head).title == "A Title"
