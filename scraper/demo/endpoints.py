"""What the pretend blog serves to machines: robots.txt, sitemaps, feed, the counts endpoint, a PDF."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import quote

from scraper.demo.pages import excerpt, moments, post_id
from scraper.demo.posts import DemoPost
from scraper.demo.scene import NAME, WIDGET_APP, Scene

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
FEED_ITEMS = 20
TOKEN = "demo-visitor"  # noqa: S105  # an anonymous visitor's token opens nothing


def robots(scene: Scene) -> str:
    """robots.txt as Wix writes it."""
    return (
        "User-agent: *\nAllow: /\nDisallow: *?lightbox=\n\n# Optimization for Google Ads Bot\n"
        "User-agent: AdsBot-Google-Mobile\nUser-agent: AdsBot-Google\nDisallow: /_partials*\n\n"
        "User-agent: PetalBot\nDisallow: /\n\n"
        f"Sitemap: {scene.base}/sitemap.xml\n"
    )


def sitemap_index(scene: Scene) -> str:
    """The index of sitemaps."""
    names = ("blog-posts-sitemap.xml", "blog-categories-sitemap.xml", "pages-sitemap.xml")
    entries = "".join(
        f"<sitemap><loc>{scene.base}/{name}</loc><lastmod>{scene.now:%Y-%m-%d}</lastmod></sitemap>" for name in names
    )
    return f'{DECLARATION}<sitemapindex xmlns="{SITEMAP}" generatedBy="WIX">{entries}</sitemapindex>'


def urlset(entries: Sequence[tuple[str, str | None]]) -> str:
    """A sitemap of addresses, each with the day of its last change or None."""
    inner = "".join(
        f"<url><loc>{escape(address)}</loc>" + (f"<lastmod>{day}</lastmod>" if day else "") + "</url>\n"
        for address, day in entries
    )
    return f'{DECLARATION}<urlset xmlns="{SITEMAP}" generatedBy="WIX">\n{inner}</urlset>'


def posts_sitemap(posts: Sequence[DemoPost], scene: Scene) -> str:
    """blog-posts-sitemap.xml: raw letters in addresses, dates to the day."""
    return urlset([(f"{scene.base}/post/{post.slug}", moments(post, scene)[1][:10]) for post in posts])


def pages_sitemap(scene: Scene) -> str:
    """pages-sitemap.xml."""
    return urlset([(f"{scene.base}/", None), (f"{scene.base}/news", None), (f"{scene.base}/about", None)])


def feed(posts: Sequence[DemoPost], scene: Scene) -> str:
    """blog-feed.xml: the newest twenty, addresses percent-encoded, no bodies."""
    items = "".join(
        f"<item><title><![CDATA[{post.title}]]></title><description><![CDATA[{excerpt(post)}]]></description>"
        f'<link>{scene.base}/post/{quote(post.slug)}</link><guid isPermaLink="false">{post_id(post)}</guid>'
        + "".join(f"<category><![CDATA[{name}]]></category>" for name in post.categories)
        + f"<pubDate>{rfc_date(scene.moment(post.published, post.slug))}</pubDate>"
        f"<dc:creator>{escape(post.author)}</dc:creator></item>"
        for post in posts[:FEED_ITEMS]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>'
        f"<title><![CDATA[{NAME}]]></title><description><![CDATA[{NAME}]]></description><link>{scene.base}/news</link>"
        f"<generator>RSS for Node</generator><lastBuildDate>{rfc_date(scene.now)}</lastBuildDate>"
        f"{items}</channel></rss>"
    )


def rfc_date(moment: datetime) -> str:
    """As HTTP and RSS write instants."""
    return format_datetime(moment, usegmt=True)


def access_tokens() -> dict[str, Any]:
    """The answer of ``/_api/v1/access-tokens``."""
    return {"apps": {WIDGET_APP: {"instance": TOKEN, "intId": 17}}, "hs": 0, "visitorId": "demo"}


def post_metadata(post: DemoPost, related: Sequence[DemoPost], scene: Scene) -> dict[str, Any]:
    """The answer of ``post-page-metadata``: counts of *post*, and of posts shown beside it."""
    return {
        "postPageMetadata": {"id": post.slug, "postMetadata": counts_of(post, scene)},
        "relatedPostsMetadata": [
            {"id": post_id(other), "postMetadata": counts_of(other, scene)} for other in related[:3]
        ],
    }


def counts_of(post: DemoPost, scene: Scene) -> dict[str, int]:
    """Counts in the spelling of the endpoint."""
    return {
        "averageRating": 0,
        "likeCount": post.likes,
        "totalComments": post.comments,
        "totalRatings": 0,
        "viewCount": post.views_on(scene.day),
    }


def pdf(lines: Sequence[str]) -> bytes:
    """A PDF of one page that says *lines* (ASCII without brackets)."""
    text = " ".join(f"({line}) Tj 0 -18 Td" for line in lines)
    stream = f"BT /F1 12 Tf 72 760 Td {text} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    start = len(out)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, start)
    )
