"""What a page tells of itself: what it is, where it stood, when it was made or saved.

Pure: bytes or text in, facts or None out. Used for files without protocol data; what a caller or manifest says comes
first, and that is `saved`'s matter.
"""

import html
import re
from datetime import UTC, datetime
from typing import TypeVar

from scraper import magic
from scraper.charset import decode, is_wide
from scraper.dates import http_date, utc
from scraper.page import Page, behind
from scraper.remember import last_answers
from scraper.urls import is_post, normalise
from scraper.vocabulary import CaptureKind, TimeBasis, UrlBasis

#: Comments stand at the very start or end of a page (HTTrack 3.49: both), never amid the text.
COMMENT_REACH = 8192
SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)\s*(\S+?)\s*-->", re.IGNORECASE)
MIRRORED_FROM = re.compile(r"<!--\s*Mirrored from (\S+) by HTTrack[^>]{0,200}?, ([A-Z][a-z]{2}, [^>]{10,40}?)\s*-->")
SINGLEFILE = re.compile(r"Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\n(]{10,60})")
MONOLITH = re.compile(r"<!--\s*Saved from (\S+) at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) using monolith")
#: What Internet Explorer writes where it knows no address.
NOWHERE = ("about:", "http://internet.e-mail", "https://internet.e-mail", "file:")

ROBOTS = re.compile(rb"\A(?:#[^\n]*\n|\s)*user-agent:", re.IGNORECASE)
#: A feed names its own address, and Wix makes it at each request: seen in all feeds of 2021-12 to 2026-05.
FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
FEED_LINK = re.compile(r"<(?:atom:)?link\s[^<>]{1,2000}>")
REL_SELF = re.compile(r"""\srel=["']self["']""")
HREF = re.compile(r"""\shref=["']([^"'<>]{1,2000})["']""")
BUILT = re.compile(r"<lastBuildDate>\s*([^<]{10,60}?)\s*</lastBuildDate>")

ABSOLUTE = re.compile(r"https?://[^/\s]", re.IGNORECASE)
#: Wix writes when it rendered the page (milliseconds), seen in all captures of 2021-12 to 2026-06 but AMP pages.
RENDERED = "renderTimeStamp"
MILLISECONDS = re.compile(r'\\?"?\s*:\s*(\d{13})\b')
#: The HTTP Date of an API's answer inside the warm-up data of a capture of 2024-03.
ANSWERED = re.compile(
    r'\\{0,2}"date\\{0,2}"\s*:\s*\\{0,2}"([A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)'
)


def sniff(body: bytes, suffix: str) -> str:
    """Media type by what the bytes are; *suffix* (``.txt``) decides between text and HTML without tags."""
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if magic.is_pdf(body):
        return "application/pdf"
    if start[:1] != b"<" and b"\x00" in start[:64] and not is_wide(body):
        return "application/octet-stream"
    text = decode(body[:4096], None).lstrip("\ufeff \t\r\n").lower()
    if re.search(r"<(?:urlset|sitemapindex|rss|feed|rdf:rdf)[\s>]", text) and "<html" not in text:
        return "application/xml"
    if re.match(
        r"(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype html|html|head|body)\b", text, re.DOTALL
    ):
        return "text/html"
    return "text/plain" if suffix in {".txt", ".text", ".md"} else "text/html"


def kind_of(url: str, media_type: str | None, body: bytes) -> CaptureKind:
    """Kind of a capture that nobody asked for as something: by its address and type, never by what a reader says."""
    if url.partition("?")[0].endswith("/robots.txt") or (not url and ROBOTS.search(body, 0, 4096)):
        return CaptureKind.ROBOTS
    if media_type == "application/pdf":
        return CaptureKind.FILE
    if (media_type or "").endswith("xml") and (kind := _kind_of_xml(body[:4096].lower())):
        return kind
    return CaptureKind.POST if not url or is_post(url) else CaptureKind.OTHER


def _kind_of_xml(start: bytes) -> CaptureKind | None:
    return next((kind for mark, kind in KINDS_OF_XML.items() if mark in start), None)


#: Start of the outermost element → the kind of what it holds.
KINDS_OF_XML = {
    b"<urlset": CaptureKind.SITEMAP,
    b"<sitemapindex": CaptureKind.SITEMAP,
    b"<rss": CaptureKind.FEED,
    b"<feed": CaptureKind.FEED,
    b"<rdf:rdf": CaptureKind.FEED,
}


_Basis = TypeVar("_Basis", UrlBasis, TimeBasis)


def first(*choices: tuple[str | None, _Basis]) -> tuple[str, _Basis] | None:
    """The first choice that has a value."""
    return next(((value, basis) for value, basis in choices if value), None)


def comment(text: str) -> tuple[str | None, str | None]:
    """Address and time that the saving program left in the page."""
    ends = (text[:COMMENT_REACH], text[-COMMENT_REACH:] if len(text) > COMMENT_REACH else "")
    for part in ends:
        if match := MIRRORED_FROM.search(part):
            address = match[1] if ABSOLUTE.match(match[1]) else f"https://{match[1]}"
            return _told(html.unescape(address)), http_stamp(match[2])
    if match := MONOLITH.search(ends[0]):
        return _told(html.unescape(match[1])), match[2]
    if match := SINGLEFILE.search(ends[0]):
        return _told(html.unescape(match[1])), _browser_date(match[2].strip())
    if (match := SAVED_FROM.search(ends[0])) and not match[1].lower().startswith(NOWHERE):
        return _told(html.unescape(match[1])), None
    return None, None


def own_address(text: str) -> tuple[str, UrlBasis] | None:
    """The page's absolute canonical link (a feed's link to itself), else its absolute og:url.

    Relative ones say nothing: mirrors write them.
    """
    if FEED.search(text, 0, 4096):
        links = (tag[0] for tag in FEED_LINK.finditer(text, 0, COMMENT_REACH) if REL_SELF.search(tag[0]))
        address = HREF.search(next(links, ""))
        return first((_told(html.unescape(address[1])) if address else None, UrlBasis.CANONICAL))
    page = Page.from_html(text)
    return first(
        (_told(page.link("canonical")), UrlBasis.CANONICAL), (_told(page.meta(UrlBasis.OG_URL)), UrlBasis.OG_URL)
    )


def _told(address: str | None) -> str | None:
    """*address* normalised; None unless it is absolute.

    ``/index.html/`` amid a path was put in by a mirror: seen in the og:url of a Wix blog on a shared host, 2023-09.
    """
    if not address or not ABSOLUTE.match(address.strip()):
        return None
    return normalise(re.sub(r"(?:/index\.html?)+(?=/)", "", address.strip())) or None


@last_answers
def server_time(source: str) -> str | None:
    """When Wix's server made the page (``ssrInfo.renderTimeStamp``), UTC, to the second; None: it does not say, or says
    nothing possible.
    """
    match = next((found for at in behind(source, RENDERED) if (found := MILLISECONDS.match(source, at))), None)
    moment = datetime.fromtimestamp(int(match[1]) // 1000, UTC) if match else None
    return utc(moment) if moment and 2006 <= moment.year < 2100 else None  # Wix was founded in 2006


def rendered_at(text: str) -> str | None:
    """When the page's own data say that it was made, UTC; None: they do not say, or say nothing possible."""
    if (rendered := server_time(text)) is not None:
        return rendered
    if FEED.search(text, 0, 4096) and (built := BUILT.search(text, 0, COMMENT_REACH)):
        return http_stamp(built[1])
    answers = [when for found in ANSWERED.findall(text) if (when := http_stamp(found))] if " GMT" in text else []
    return max(answers, default=None)


def http_stamp(text: str) -> str | None:
    """A date as HTTP and mail write it, as ISO 8601 UTC; None: not such a date."""
    found = http_date(text)
    if found is None:
        return None
    return utc(found)


def _browser_date(text: str) -> str | None:
    """``Mon Mar 15 2021 10:00:00 GMT+0100`` as ISO 8601; None: not such a date."""
    try:
        return utc(datetime.strptime(text, "%a %b %d %Y %H:%M:%S GMT%z"))
    except ValueError:
        return None
