"""The HTML pages of the pretend blog, in the shapes that Wix served in 2024 (G4) and serves since 2025 (G5)."""

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from scraper.demo import look
from scraper.demo.posts import DemoPost
from scraper.demo.scene import BLOG_APP, NAME, Generation, Scene, boilerplate, shown, stamp
from scraper.numbers import plural

LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


def post_page(post: DemoPost, others: Sequence[DemoPost], scene: Scene) -> str:
    """The page of *post*, with cards of *others* under it."""
    published, updated = moments(post, scene)
    address = f"{scene.base}/post/{post.slug}"
    metas = {
        "og:title": post.title,
        "og:description": excerpt(post)[:500],
        "og:image": f"{scene.media}/{post.cover}",
        "og:url": address,
        "og:site_name": NAME,
        "og:type": "article",
        "article:author": post.author,
        "article:published_time": published,
        "article:modified_time": updated,
    }
    data = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "author": {"@type": "Person", "name": post.author},
        "dateModified": updated,
        "datePublished": published,
        "headline": post.title,
        "mainEntityOfPage": address,
    }
    head = f'<link rel="canonical" href="{escape(address)}">{meta_tags(metas)}{script("application/ld+json", data)}'
    article = (
        f'<div data-hook="post-page-root"><div data-hook="post-page"><article class="tgMH9T" data-hook="post">'
        f"{header(post, scene)}{description(post, scene)}{footer(post, scene)}</article>{recent(others, scene)}"
        "</div></div>"
    )
    return document(post.title, head, article, warm_up(post, scene), scene)


def list_page(posts: Sequence[DemoPost], page: int, page_size: int, scene: Scene) -> str:
    """Page *page* of the list: as on real sites, few cards in the HTML and all of the page's posts in the JSON."""
    part = posts[(page - 1) * page_size : page * page_size]
    head = f'<link rel="canonical" href="{scene.base}/news{f"/page/{page}" if page > 1 else ""}">'
    if page * page_size < len(posts):
        head += f'<link rel="next" href="{scene.base}/news/page/{page + 1}">'
    cards = "".join(card(post, scene) for post in part[: max(4, len(part) // 2)])
    request = {"page": page, "pageSize": page_size, "languageCode": "en", "locale": None, "type": "ALL_POSTS"}
    key = "feed-page-TPASection_jtm0demo-" + json.dumps(
        {"feed": {"includeContent": False, "includeInitialPageData": True, **request}, "metadata": request},
        separators=(",", ":"),
    )
    body = f'<div data-hook="post-list-pro-gallery-container"><div id="pro-gallery-pro-blog">{cards}</div></div>'
    value: Any = list_data(part, len(posts), page, page_size, scene)
    return document("News", head, body, {key: value if scene.look is Generation.FOURTH else dump(value)}, scene)


def home_page(posts: Sequence[DemoPost], scene: Scene) -> str:
    """The front page: a greeting, the menu and the newest posts."""
    body = (
        '<h1>Lantern Coast</h1><p>We keep watch on what was promised.</p><nav><a href="/">Home</a>'
        '<a href="/about">About</a><a href="/news">News</a></nav>' + recent(posts, scene)
    )
    return document("Home", f'<link rel="canonical" href="{scene.base}/">', body, {}, scene)


def missing_page(scene: Scene) -> str:
    """The page that Wix shows for an address that it does not know."""
    body = '<div data-hook="not-found-page"><h1>404</h1><p>We couldn’t find the page you’re looking for.</p></div>'
    return document("404 - Page not found", "", body, {}, scene)


def document(title: str, head: str, body: str, warm: dict[str, Any], scene: Scene) -> str:
    """A whole page round *body*."""
    hidden = round(scene.padding * (1 - scene.markup) / 2)
    style, settings = boilerplate(hidden, "style"), boilerplate(hidden, "settings")
    chrome = boilerplate(round(scene.padding * scene.markup), "markup")
    feed = f'<link rel="alternate" href="{scene.base}/blog-feed.xml" title="{NAME} - RSS" type="application/rss+xml">'
    sheet = f'<link rel="stylesheet" href="{look.PATH}">' if scene.own_media else ""
    warm_data = {"platform": {"ssrPropsUpdates": []}, "pages": {}, "appsWarmupData": {BLOG_APP: warm}, "ooi": {}}
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="generator" content="Wix.com Website Builder">'
        f"<title>{escape(title)} | {NAME}</title>{head}{feed}{sheet}<style>{style}</style>"
        f'<script>var ssrInfo = {{"renderBodyTime":{200 + scene.request % 90},'
        f'"renderTimeStamp":{int(scene.now.timestamp() * 1000)}}};'
        f'var requestId = "{scene.request:032x}";</script></head>'
        '<body class=""><div id="SITE_CONTAINER"><div id="main_MF" class="main_MF">'
        '<div id="SCROLL_TO_TOP" role="region" aria-label="top of page">top of page</div>'
        '<div id="site-root" class="site-root">'
        '<header><a href="/">Home</a><a href="/news">News</a>' + chrome + '</header><main id="PAGES_CONTAINER">'
        f"{body}</main><footer>© {NAME}</footer></div>"
        '<div id="SCROLL_TO_BOTTOM" role="region" aria-label="bottom of page">bottom of page</div></div></div>'
        f'<script type="application/json" id="wix-essential-viewer-model">{{{settings}"end":0}}</script>'
        f'<script type="application/json" id="wix-warmup-data">{dump(warm_data)}</script></body></html>'
    )


def moments(post: DemoPost, scene: Scene) -> tuple[str, str]:
    """When *post* was published and last modified, as the page's metas say."""
    published = scene.moment(post.published, post.slug)
    edited = post.edited is not None and scene.day >= post.edited
    updated = scene.moment(post.edited or 0, post.slug + "!") if edited else published
    return stamp(published), stamp(updated)


def excerpt(post: DemoPost) -> str:
    """The first paragraph, without its links."""
    first = next(block for block in post.body if block[:1] not in "#->!@")
    return LINK.sub(r"\1", first)


def header(post: DemoPost, scene: Scene) -> str:
    """Title, author, dates and reading time."""
    published = shown(scene.moment(post.published, post.slug), scene.now)
    minutes = max(1, sum(len(block.split()) for block in post.body) // 200)
    updated = ""
    if post.edited is not None and scene.day >= post.edited:
        day = shown(scene.moment(post.edited, post.slug + "!"), scene.now)
        updated = f'<p class="NfKpG_">Updated: <span title="{day}" data-hook="time-ago">{day}</span></p>'
    return (
        f'<header class="PhCafd"><div data-hook="post-title"><h1 data-hook="post-title">{escape(post.title)}</h1></div>'
        f'<ul><li><a href="/profile/{post.author.split()[0].lower()}" data-hook="profile-link">'
        f'<span data-hook="user-name">{escape(post.author)}</span></a></li>'
        f'<li><span title="{published}" data-hook="time-ago">{published}</span></li>'
        f'<li><span title="{minutes} min read" data-hook="time-to-read">{minutes} min read</span></li></ul>'
        f"{updated}</header>"
    )


def description(post: DemoPost, scene: Scene) -> str:
    """The body, block by block."""
    blocks = []
    items: list[str] = []
    for block in (*post.body, ""):
        if block.startswith("- "):
            items.append(f"<li><p>{inline(block[2:])}</p></li>")
            continue
        if items:
            blocks.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if block:
            blocks.append(block_html(block, scene))
    inner = "".join(
        f'<div data-breakout="normal">{html}</div><div data-hook="rcv-block{number}"></div>'
        for number, html in enumerate(blocks, start=1)
    )
    tag = "section" if scene.look is Generation.FIFTH else "div"
    return (
        f'<{tag} data-hook="post-description"><div data-id="content-viewer"><div data-hook="rcv-block-first"></div>'
        f'{inner}<div data-hook="rcv-block-last"></div></div></{tag}>'
    )


def block_html(block: str, scene: Scene) -> str:
    """One block of the notation of `posts` as a Wix viewer renders it."""
    if block.startswith("## "):
        return f'<h2 dir="auto">{inline(block[3:])}</h2>'
    if block.startswith("> "):
        return f"<blockquote><span>{inline(block[2:])}</span></blockquote>"
    if block.startswith("!!"):
        return gallery(block[2:].split(" !! "), scene)
    if block.startswith("!"):
        return picture(block[1:], scene)
    if block.startswith("@"):
        return download(block[1:])
    return f'<p dir="auto"><span class="ATqq4"><span>{inline(block)}</span></span></p>'


def inline(text: str) -> str:
    """Text with its links, escaped."""
    return LINK.sub(r'<a target="_blank" href="\2" data-hook="web-link"><u>\1</u></a>', escape(text, quote=False))


def picture(block: str, scene: Scene) -> str:
    """A picture as Wix serves it: a blurred thumbnail in ``src``, the original in ``data-image-info``."""
    head, _, caption = block.partition(" | ")
    media, size, alt = head.split(" ", 2)
    width, height = size.split("x")
    info = dump({"isLQIP": True, "imageData": {"width": int(width), "height": int(height), "uri": media, "name": ""}})
    hook = "figure-IMAGE" if scene.look is Generation.FIFTH else "imageViewer"
    words = f"<figcaption><span>{escape(caption)}</span></figcaption>" if caption else ""
    return (
        f'<figure data-hook="{hook}"><wow-image id="{media}" data-image-info="{escape(info)}">'
        f'<img src="{scene.media}/{media}/v1/fill/w_147,h_98,al_c,q_80,blur_2/{media}" alt="{escape(alt)}"></wow-image>'
        f"{words}</figure>"
    )


def gallery(blocks: Sequence[str], scene: Scene) -> str:
    """Several pictures side by side, each with its title."""
    items = []
    for block in blocks:
        head, _, title = block.partition(" | ")
        media, _, alt = head.split(" ", 2)
        source = f"{scene.media}/{media}/v1/fill/w_300,h_200,al_c,q_90/{media}"
        items.append(
            f'<div data-hook="item-container"><img src="{source}" alt="{escape(alt)}">'
            f'<div data-hook="gallery-item-title">{escape(title)}</div></div>'
        )
    return f'<div data-hook="gallery-viewer"><div class="pro-gallery">{"".join(items)}</div></div>'


def download(block: str) -> str:
    """A file behind a button."""
    media, name, size = block.rsplit(" ", 2)
    stem, _, kind = name.rpartition(".")
    return (
        '<div data-hook="fileUploadViewer"><div role="button"><div data-hook="fileUploadNameContainer">'
        f'<div data-hook="fileUploadName">{escape(stem)}</div><div data-hook="fileUploadExtension">.{kind}</div></div>'
        f"<div>Download {kind.upper()} • {int(size) // 1024}KB</div></div>"
        f'<a data-cancel-link="true" href="/_files/ugd/{media}" target="_blank"></a></div>'
    )


def footer(post: DemoPost, scene: Scene) -> str:
    """Tags, categories and, on pages of 2024, the counts."""
    tags = "".join(f'<li><a href="/news/tags/{label(tag)}">{escape(tag)}</a></li>' for tag in post.tags)
    groups = "".join(
        f'<li class="post-categories-list__item"><a class="post-categories-list__link" data-hook="link" '
        f'href="/news/categories/{label(name)}">{escape(name)}</a></li>'
        for name in post.categories
    )
    stats = '<div data-hook="skeleton-loader">&nbsp;</div>' * 2
    if scene.look is Generation.FOURTH:
        views = post.views_on(scene.day)
        stats = f'<span tabindex="0">{plural(views, "view")}</span>'
        stats += f'<span tabindex="0">{plural(post.comments, "comment")}</span>'
    return (
        f'<nav aria-label="tags"><ul>{tags}</ul></nav><footer data-hook="post-footer">'
        f'<ul aria-label="Post categories">{groups}</ul><div data-hook="post-main-actions__stats">'
        f'<div data-hook="post-stats">{stats}</div></div></footer>'
    )


def recent(posts: Sequence[DemoPost], scene: Scene) -> str:
    """The strip of other posts, with their counts, that must not be taken for the post's own."""
    items = "".join(
        f'<div data-hook="recent-post-list-item"><a href="{scene.base}/post/{post.slug}">'
        f'<div data-hook="post-title"><h2>{escape(post.title)}</h2></div></a>'
        f'<div data-hook="recent-post__description post-description">{escape(excerpt(post))}</div>'
        + (
            f'<span data-hook="view-count-compact">{post.views_on(scene.day)}</span>'
            f'<span data-hook="comment-count-compact">{post.comments}</span>'
            if scene.look is Generation.FOURTH
            else ""
        )
        + "</div>"
        for post in posts[:3]
    )
    return f'<div data-hook="recent-posts"><h2>Recent Posts</h2><a href="/news">See All</a>{items}</div>'


def card(post: DemoPost, scene: Scene) -> str:
    """One entry of the list."""
    return (
        f'<div data-hook="post-list-item"><a href="{scene.base}/post/{post.slug}">'
        f'<div data-hook="post-list-item__title"><h2>{escape(post.title)}</h2></div></a>'
        f'<div data-hook="post-description">{escape(excerpt(post))}</div></div>'
    )


def _post_data(post: DemoPost, scene: Scene) -> dict[str, Any]:
    """What the data of a page say of a post, in a list and in its own page alike."""
    published, updated = moments(post, scene)
    return {
        "id": post_id(post),
        "title": post.title,
        "excerpt": excerpt(post),
        "firstPublishedDate": published,
        "lastPublishedDate": updated,
        "url": {"base": scene.base, "path": f"/post/{post.slug}"},
        "slug": post.slug,
        "language": post.language,
        "owner": {"name": post.author},
    }


def list_data(part: Sequence[DemoPost], total: int, page: int, page_size: int, scene: Scene) -> dict[str, Any]:
    """The JSON that a list page carries; counts only in the look of 2024."""
    posts = [_post_data(post, scene) for post in part]
    metrics = {post_id(post): metrics_of(post, scene) for post in part if scene.look is Generation.FOURTH}
    paging = {"count": len(part), "offset": (page - 1) * page_size, "total": total, "cursors": {}}
    return {
        "feedResponse": {"postFeedPage": {"posts": {"posts": posts, "pagingMetaData": paging}, "categories": []}},
        "metadataResponse": {"postFeedMetadataPage": {"postMetrics": metrics, "postLikes": {}}},
    }


def warm_up(post: DemoPost, scene: Scene) -> dict[str, Any]:
    """The post's own data in its page: all of it in 2024, only its id since 2025."""
    if scene.look is Generation.FIFTH:
        return {post.slug: post_id(post)}
    inner = {**_post_data(post, scene), "metrics": metrics_of(post, scene)}
    page = {
        "post": inner,
        "categories": [{"label": name, "slug": label(name)} for name in post.categories],
        "tags": [{"label": name, "slug": label(name)} for name in post.tags],
    }
    answer = {"data": {"postPage": {"id": post_id(post), **page}}, "status": 200, "statusText": "OK"}
    return {f"OldPostPageWarmupData-{post.slug}": dump({"postPageResponse": answer})}


def metrics_of(post: DemoPost, scene: Scene) -> dict[str, int]:
    """Counts in the spelling of the embedded JSON."""
    views = post.views_on(scene.day)
    return {"comments": post.comments, "likes": post.likes, "views": views, "totalRatings": 0, "averageRating": 0}


def meta_tags(metas: dict[str, str]) -> str:
    """``<meta property=…>`` for each pair."""
    return "".join(f'<meta property="{name}" content="{escape(value)}">' for name, value in metas.items())


def script(kind: str, data: Any) -> str:
    """A script block that holds *data* as JSON."""
    return f'<script type="{kind}">{dump(data)}</script>'


def dump(data: Any) -> str:
    """Compact JSON that cannot end the script it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def label(name: str) -> str:
    """The slug of a category or tag."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def post_id(post: DemoPost) -> str:
    """The id of a post, in the shape of a UUID."""
    digits = "".join(f"{ord(char) % 16:x}" for char in (post.slug * 32)[:32])
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
