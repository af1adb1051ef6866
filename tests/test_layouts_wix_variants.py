"""Shapes that posts take elsewhere: what editors, browsers and archives make of the same page."""

import pytest

from scraper.layouts.wix import layout as wix
from scraper.page import Page
from scraper.records import Reading

URL = "https://www.example.org/post/a"
HEAD = (
    '<meta property="og:title" content="Ponds"/><meta property="og:type" content="article"/>'
    '<meta property="article:published_time" content="2023-05-06T07:08:09.000Z"/>'
)
MEDIA = "https://static.wixstatic.com/media/"
PICTURE = "0a1b2c_aaaabbbbccccddddeeeeffff00001111~mv2.png"
SHOWN = f'<img src="{MEDIA}{PICTURE}/v1/fill/w_49,h_28,blur_2/x.png" alt="">'
WOW = f'<wow-image id="{PICTURE}">{SHOWN}</wow-image>'


def read(article: str, *, head: str = HEAD, url: str = URL) -> Reading:
    return wix.read(Page.from_html(f"<html><head>{head}</head><body>{article}</body></html>", url=url))


def post(body: str) -> str:
    return (
        '<div data-hook="post-page-root"><article data-hook="post"><h1 data-hook="post-title">Ponds</h1>'
        f'<section data-hook="post-description"><div data-id="content-viewer">{body}</div></section></article></div>'
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("<pre>one\n  two</pre>", "one\n  two"),
        ("<pre><span>one<br>  two</span></pre>", "one\n  two"),
        ("<pre><span>one</span><br/><span>two</span><br/><br/>four</pre>", "one\ntwo\n\nfour"),
        ("<pre><div>one</div><div>  two</div></pre>", "one\n  two"),
    ],
)
def test_the_lines_of_a_program_stay_lines(code: str, text: str) -> None:
    reading = read(post(code))
    assert reading.body_text == text
    assert reading.body_html == f"<pre>{text}</pre>"


@pytest.mark.parametrize(
    "page",
    [
        # What has no place in a head closes it, so that a browser writes what follows into the body.
        "<html><head><title>Ponds</title></head><body><div></div>{head}{article}</body></html>",
        "<html><body><script>1</script>{head}{article}</body></html>",
        "{head}{article}",
    ],
)
def test_what_a_browser_moved_out_of_the_head_is_still_read(page: str) -> None:
    head = f'{HEAD}<link rel="canonical" href="https://example.org/post/ponds"/>'
    reading = wix.read(Page.from_html(page.format(head=head, article=post("<p>Frogs.</p>")), url=URL))
    assert reading.published_at == "2023-05-06T07:08:09.000Z"
    assert reading.published_basis == "meta"
    assert reading.url == "https://www.example.org/post/ponds"


def test_a_page_as_the_wayback_machine_shows_it_says_what_the_page_said() -> None:
    """It puts its own address and the time before each address; the archived copies that a post links to are left."""
    replay = "https://web.archive.org/web/20230607080910"
    article = post(
        f'<p><a href="{replay}/https://birds.example/a">birds</a> <a href="/web/20230607080910/https://www.example.org'
        f'/post/b">b</a> <a href="{replay}/https://web.archive.org/web/2019/https://old.example/">old</a></p>'
        f'<img src="{replay}im_/{MEDIA}{PICTURE}/v1/fill/w_49/x.png"><img src="{replay}im_/https://birds.example/i.png">'
    )
    head = (
        '<script src="https://web-static.archive.org/_static/js/bundle-playback.js"></script>'
        f"<!-- End Wayback Rewrite JS Include -->{HEAD}"
        f'<link rel="canonical" href="{replay}/https://www.example.org/post/ponds"/>'
    )
    reading = read(article, head=head)
    assert reading.url == "https://www.example.org/post/ponds"
    assert [link.url for link in reading.links] == [
        "https://birds.example/a", "https://www.example.org/post/b", "https://web.archive.org/web/2019/https://old.example/",
    ]  # fmt: skip
    assert [image.url for image in reading.images] == [MEDIA + PICTURE, "https://birds.example/i.png"]


def test_an_archived_copy_that_a_post_links_to_is_what_it_links_to() -> None:
    cited = "https://web.archive.org/web/20190102030405/https://old.example/"
    assert [link.url for link in read(post(f'<p><a href="{cited}">old</a></p>')).links] == [cited]


BODY = '<section data-hook="post-description"><p>Frogs.</p></section>'


@pytest.mark.parametrize(
    "frame",
    [
        '<div data-hook="post-page-root"><div>{}</div></div>',
        '<main data-hook="post-page">{}</main>',
        '<div data-hook="post-page-root"><div data-hook="post-page"><article>{}</article></div></div>',
    ],
)
def test_a_post_whose_article_lost_its_mark_is_known_by_its_body_and_date(frame: str) -> None:
    page = frame.format(f'<h1 data-hook="post-title">Ponds</h1>{BODY}') + (
        '<div data-hook="recent-posts"><h2 data-hook="post-title">Lakes</h2></div>'
    )
    reading = read(page)
    assert (reading.kind, reading.title, reading.body_text) == ("post", "Ponds", "Frogs.")
    assert reading.published_at == "2023-05-06T07:08:09.000Z"


@pytest.mark.parametrize(
    ("page", "head"),
    [
        (f'<div data-hook="post-page-root">{BODY}</div>', ""),
        ('<div data-hook="post-page"><main data-hook="post-page__post"><h1>In the forum</h1></main></div>', HEAD),
        (f'<div data-hook="post-list-item">{BODY}</div>', HEAD),
        ('<div data-hook="post-page-root"></div>', HEAD),
    ],
)
def test_what_only_resembles_a_post_is_none(page: str, head: str) -> None:
    assert read(page, head=f'<meta name="generator" content="Wix.com Website Builder">{head}').kind != "post"


@pytest.mark.parametrize(
    ("src", "original"),
    [
        (f"./ponds_files/{PICTURE}", MEDIA + PICTURE),
        (f"ponds_files/{PICTURE.replace('~', '_')}", MEDIA + PICTURE),
        (f"../../static.wixstatic.com/media/{PICTURE.replace('~', '%7E')}", MEDIA + PICTURE),
        ("ponds_files/0a1b2c_aaaabbbbccccddddeeeeffff00001111_mv2_d_1200_800_s_2.jpg.webp",
         "https://www.example.org/post/ponds_files/0a1b2c_aaaabbbbccccddddeeeeffff00001111_mv2_d_1200_800_s_2.jpg.webp"),
        ("./ponds_files/file.jpg", "https://www.example.org/post/ponds_files/file.jpg"),
        (f"https://mirror.example/{PICTURE}", f"https://mirror.example/{PICTURE}"),
    ],
)  # fmt: skip
def test_a_picture_that_a_browser_saved_beside_the_page_is_known_by_its_name(src: str, original: str) -> None:
    reading = read(post(f'<figure data-hook="figure-IMAGE"><img src="{src}" alt=""></figure>'))
    assert [image.url for image in reading.images] == [original]


@pytest.mark.parametrize(
    ("body", "text", "pictures"),
    [
        ('<div data-hook="button-viewer k"><button><span>Join us</span></button></div>', "Join us", 0),
        ('<button data-hook="buttonViewer">Join us</button>', "Join us", 0),
        ('<div data-hook="buttonViewer"><a href="/join">Join us</a></div>', "Join us", 0),
        (f'<figure data-hook="figure-IMAGE">{WOW}<div data-hook="image-expand-button">Expand</div></figure>', "", 1),
        (f'<div><button aria-label="Open">{WOW}</button></div>', "", 1),
        ("<p>Frogs.</p><button>Copy link</button>", "Frogs.", 0),
    ],
)  # fmt: skip
def test_buttons_of_the_post_are_read_and_buttons_of_the_viewer_are_not(body: str, text: str, pictures: int) -> None:
    reading = read(post(body))
    assert (reading.body_text, len(reading.images)) == (text, pictures)
    assert all(image.caption is None for image in reading.images)


def test_a_picture_leads_where_its_frame_or_its_caption_leads() -> None:
    frame = f'<figure data-hook="figure-IMAGE"><a href="https://birds.example/">{WOW}</a><figcaption>{{}}</figcaption></figure>'
    reading = read(post(frame.format('By <a href="https://ann.example/">Ann</a>')))
    assert [(link.url, link.text) for link in reading.links] == [
        ("https://birds.example/", ""),
        ("https://ann.example/", "Ann"),
    ]
    assert [image.caption for image in reading.images] == ["By Ann"]
    assert reading.body_text == "By Ann"
    assert '<a href="https://birds.example/"' in (reading.body_html or "")


def test_a_gallery_gives_also_the_pictures_that_are_not_loaded_yet() -> None:
    def item(name: str, preload: str) -> str:
        return f'<img data-hook="gallery-item-image-img{preload}" src="{MEDIA}{name}/v1/fill/w_9/x.jpg">'

    first, second = "0a1b2c_" + "1" * 32 + "~mv2.jpg", "0a1b2c_" + "2" * 32 + "~mv2.jpg"
    items = item(first, "-preload") + item(first, "") + item(second, "-preload")
    reading = read(post(f'<div data-hook="gallery-viewer"><div class="pro-gallery">{items}</div></div>'))
    assert [image.url for image in reading.images] == [MEDIA + first, MEDIA + second]


@pytest.mark.parametrize(
    "player",
    [
        '<img src="https://i.ytimg.com/vi/abcDEF_-123/hqdefault.jpg">',
        '<div style="background-image:url(https://img.youtube.com/vi/abcDEF_-123/0.jpg)"></div>',
    ],
)
def test_a_player_that_waits_for_a_click_tells_its_film_by_the_poster(player: str) -> None:
    reading = read(post(f'<figure data-hook="figure-VIDEO"><div data-hook="video-player">{player}</div></figure>'))
    assert [video.url for video in reading.videos] == ["https://youtu.be/abcDEF_-123"]
    assert reading.images == ()


@pytest.mark.parametrize(
    ("start", "marks", "html"),
    [('start="4"', "4. 5.", '<ol start="4">'), ('start="x"', "1. 2.", "<ol>"), ("", "1. 2.", "<ol>")],
)
def test_a_list_that_goes_on_keeps_its_numbers(start: str, marks: str, html: str) -> None:
    reading = read(post(f"<ol {start}><li><p>newts</p></li><li><p>toads</p></li></ol>"))
    first, second = marks.split()
    assert reading.body_text == f"{first} newts\n{second} toads"
    assert (reading.body_html or "").startswith(html)


@pytest.mark.parametrize(
    ("stats", "views", "comments"),
    [
        ("<span><b>29</b> views</span><span><b>3</b> comments</span>", 29, 3),
        ("<span><span>1,261</span> <span>views</span></span>", 1261, None),
        ("<span><svg></svg>29 views</span> <a href='#c'><span>0 comments</span></a>", 29, 0),
        ("<div>skeleton</div>", None, None),
    ],
)
def test_counts_are_read_whatever_parts_number_and_label(stats: str, views: int | None, comments: int | None) -> None:
    shown = f'<div data-hook="post-main-actions__stats"><div data-hook="post-stats">{stats}</div></div>'
    reading = read(post("").replace("</article>", f"{shown}</article>"))
    assert (reading.views, reading.comments) == (views, comments)


def test_what_asks_a_reader_to_pay_is_no_part_of_the_post() -> None:
    wall = '<div data-hook="paywall-container"><h2>Want to read more?</h2><p>Subscribe.</p></div>'
    assert read(post(f"<p>Frogs.</p>{wall}")).body_text == "Frogs."


def test_a_date_that_is_still_to_come_is_no_date() -> None:
    waiting = '<ul><li><span data-hook="time-ago"></span></li></ul><p>Updated: <span data-hook="time-ago"> </span></p>'
    reading = read(post("<p>Frogs.</p>").replace("<section", f"{waiting}<section"), head="")
    assert (reading.published_at, reading.updated_at, reading.body_text) == (None, None, "Frogs.")
    shown = '<p>Updated: <span data-hook="time-ago">Mar 5, 2024</span></p>'
    reading = read(post("").replace("<section", f'<span data-hook="time-ago"></span>{shown}<section'), head="")
    assert (reading.published_at, reading.updated_at) == (None, "2024-03-05")


def test_html_keeps_what_stands_before_text_in_a_link_around_blocks() -> None:
    reading = read(post(f'<a href="https://birds.example/"><p>Herons</p>{WOW}and <em>storks</em></a><p>Frogs.</p>'))
    html = (reading.body_html or "").replace(' rel="noopener noreferrer nofollow ugc"', "")
    assert f'<img src="{MEDIA}{PICTURE}"' in html
    assert "Herons" in html
    assert html.endswith('<p><a href="https://birds.example/">and <em>storks</em></a></p><p>Frogs.</p>')


def test_a_picture_in_a_list_or_a_table_keeps_its_caption_in_html() -> None:
    figure = f'<figure data-hook="figure-IMAGE">{WOW}<figcaption>At &amp; dusk</figcaption></figure>'
    reading = read(post(f"<ul><li><p>one</p>{figure}</li></ul><table><tr><td>{figure}</td></tr></table>"))
    assert (reading.body_html or "").count("At &amp; dusk") == 2
    assert (reading.body_text or "").count("At & dusk") == 2


@pytest.mark.parametrize(
    ("href", "means"),
    [
        ("../post/b@lang=ar.html", "https://www.example.org/post/b?lang=ar"),
        ("b%3Flang=pt-BR.html", "https://www.example.org/post/b?lang=pt-BR"),
        ("../post/me@home.html", "https://www.example.org/post/me@home"),
        ("https://birds.example/@lang=ar", "https://birds.example/@lang=ar"),
        (" ", None),
    ],
)
def test_a_copier_that_wrote_the_language_into_a_file_name_meant_the_query(href: str, means: str | None) -> None:
    assert [link.url for link in read(post(f'<p><a href="{href}">b</a></p>')).links] == ([means] if means else [])


@pytest.mark.parametrize(
    ("style", "html"),
    [
        ("font-weight:700", "<p>a <strong>pond</strong></p>"),
        ("color:#000; font-weight: bold", "<p>a <strong>pond</strong></p>"),
        ("font-style:italic", "<p>a <em>pond</em></p>"),
        ("text-decoration:underline", "<p>a <u>pond</u></p>"),
        ("text-decoration:line-through", "<p>a <s>pond</s></p>"),
        ("font-weight:normal;font-style:normal;text-decoration:inherit", "<p>a pond</p>"),
        ("font-weight:400", "<p>a pond</p>"),
    ],
)
def test_marks_that_an_editor_writes_as_styles_are_kept(style: str, html: str) -> None:
    reading = read(post(f'<p><span>a <span style="{style}"><span>pond</span></span></span></p>'))
    assert (reading.body_html, reading.body_text) == (html, "a pond")
