"""The values that travel from stage to stage; nothing else crosses a stage's boundary.

Times are ISO 8601 in UTC (``2021-03-16T14:05:00Z``), as precise as the source: a day stays ``2021-03-18``, a
month ``2016-12``. None always means: the source does not say.
"""

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum

from scraper.vocabulary import (
    AddressState,
    CaptureKind,
    CountsSource,
    DateBasis,
    DayBasis,
    Level,
    NameBasis,
    Platform,
    ReadingKind,
    SiteState,
    Source,
    Stage,
    TimeBasis,
    Truncation,
    UrlBasis,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """How a site numbers its posts."""

    #: The address of a post, with ``{}`` for its number.
    address: str
    #: The highest number that was ever seen.
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAddress:
    """One form that the addresses of a site's posts have."""

    #: What their path is, whole, without ``index.php`` and slashes at its end. The groups ``number`` and ``slug`` are
    #: what a post is numbered and called.
    path: re.Pattern[str]
    #: The address by which such a post is known, with the groups of `path` for what stands in braces.
    known_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site whose posts are wanted."""

    #: Short and stable: ``upr2020``; for an unknown host the host itself, port joined by ``-``.
    id: str
    name: str
    #: Scheme, host and port with a slash behind: ``https://www.upr2020.org/``.
    base_url: str
    #: Every host (``host`` or ``host:port``) that belongs to the site; no other host is ever asked for its pages.
    hosts: tuple[str, ...]
    platform: Platform = Platform.UNKNOWN
    state: SiteState = SiteState.UNKNOWN
    #: Hosts from which files linked in posts (PDFs) may be fetched.
    media_hosts: tuple[str, ...] = ()
    #: Lists of posts that nothing links to.
    lists: tuple[str, ...] = ()
    #: None: its posts are not numbered.
    numbering: Numbering | None = None
    #: The forms of its posts' addresses, the first that fits; empty: those of any Wix blog.
    posts: tuple[PostAddress, ...] = ()
    #: How the paths of its pages begin, where another site has the same host; None: they say nothing.
    paths: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address worth fetching, and how it was found."""

    url: str
    site: str
    #: All the ways it was found, sorted: ``feed``, ``given``, ``link``, ``list``, ``sitemap``, …
    found_by: tuple[str, ...] = ()
    #: When the site says that it last changed, as precise as it says; None: it does not say.
    lastmod: str | None = None
    #: What we expect there.
    kind: CaptureKind = CaptureKind.POST
    #: What is known of it where the archive has not read it as a post: ``wanted``, ``in-web-archive`` or ``lost``,
    #: and why. None: nothing.
    state: AddressState | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What a capture was before something was left out of it: digests that cannot be made of what is left."""

    record_sha256: str
    #: Of its body; None: it had none.
    body_sha256: str | None
    #: Bytes of its body.
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One answer as it came over the wire, or one saved page as it came from elsewhere. Evidence: never changed."""

    #: The address asked for (live) or known (imported), normalised.
    url: str
    #: How we know it.
    url_basis: UrlBasis = UrlBasis.REQUEST
    kind: CaptureKind = CaptureKind.OTHER
    source: Source = Source.LIVE
    #: The instant the capture began, UTC.
    captured_at: str
    #: How we know it.
    captured_at_basis: TimeBasis = TimeBasis.CLOCK
    #: HTTP status; None for a saved page.
    status: int | None = None
    #: Request line and headers as sent; None where there was no request of ours.
    request_head: bytes | None = None
    #: Status line and headers as received; None for a saved page.
    head: bytes | None = None
    #: As the server named it (``gzip``); None: none.
    content_encoding: str | None = None
    #: Content-Type without parameters, lower case; None: not said. For dumps ``text/plain``.
    media_type: str | None = None
    #: After transfer and content decoding; None: no body (304, redirect without one).
    body: bytes | None = None
    #: SHA-256 (hex) over the entity as sent, still content-encoded; None where it was never seen.
    wire_sha256: str | None = None
    #: Its length in bytes.
    wire_length: int | None = None
    #: Absolute target of a redirect.
    redirected_to: str | None = None
    #: Id of the capture that a 304 confirms.
    not_modified_of: int | None = None
    #: Id of the probe capture that a soft 404 resembles.
    like_capture_id: int | None = None
    #: Address of the peer.
    ip: str | None = None
    #: Why the body is not whole or not decoded; None: it is.
    truncated: Truncation | None = None
    #: SHA-256 (hex) of the server's certificate, where it was not trusted and the user accepted it; None: it was.
    certificate: str | None = None

    @property
    def body_sha256(self) -> str | None:
        """SHA-256 (hex) over the body; None: there is none."""
        if self.body is None:
            return None
        return hashlib.sha256(self.body).hexdigest()

    @property
    def payload(self) -> bytes:
        """The body; empty where there is none."""
        return self.body or b""

    @property
    def ok(self) -> bool:
        """Whether a page was served: with a status of success (RFC 9110, 15.3), or with none, as a saved page."""
        return self.status is None or is_success(self.status)


def is_success(status: int) -> bool:
    """Whether a status says that what was asked for is there (RFC 9110, 15.3)."""
    return 200 <= status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture in a body, in order."""

    #: The original, not a scaled copy.
    url: str
    alt: str | None = None
    caption: str | None = None
    #: Pixels of the original.
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video in a body, where the page gives an address."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file offered in a body (a PDF behind a download button). *url* is None where the page hides it."""

    url: str | None
    name: str | None = None
    media_type: str | None = None
    #: Bytes, as shown by the page; None: not shown.
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in a body."""

    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often a post had been seen, at the time of a capture. None: not shown; never a guess."""

    #: The post's address.
    url: str
    views: int | None = None
    comments: int | None = None
    likes: int | None = None
    source: CountsSource = CountsSource.PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that went wrong (`error`) or that a reader should know (`note`)."""

    stage: Stage
    #: A short word: ``date-without-year``, ``timeout``, ``worse`` …
    kind: str
    message: str
    #: The field it concerns; empty: the whole page.
    field: str = ""
    #: A note changes no exit status.
    level: Level = Level.ERROR
    #: The page; None: the page being read.
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a host is to be asked after it asked for less."""

    #: Seconds between requests; 0: as fast as any other.
    seconds: float = 0.0
    #: Not before this instant, ISO 8601 UTC; None: at once.
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A post as a list page, feed or sitemap names it."""

    url: str
    title: str | None = None
    published_at: str | None = None
    #: Last change, as precise as said.
    lastmod: str | None = None
    #: True counts only (see `Counts`); None: the list has none.
    counts: Counts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page says."""

    kind: ReadingKind
    #: The address the page is known by: its canonical one if that can be trusted, else the capture's.
    url: str | None = None
    #: Name of the layout that read it.
    layout: str | None = None
    title: str | None = None
    published_at: str | None = None
    #: Where it comes from.
    published_basis: DateBasis | None = None
    #: The calendar day as the site showed it to readers (its own local day, ``2021-03-16``); None: the page shows none.
    published_day: str | None = None
    published_day_basis: DayBasis | None = None
    #: None when it equals `published_at`.
    updated_at: str | None = None
    updated_basis: DateBasis | None = None
    #: As `published_day`.
    updated_day: str | None = None
    updated_day_basis: DayBasis | None = None
    author: str | None = None
    #: What the page calls the site that it belongs to; None: it does not say.
    blog_name: str | None = None
    blog_name_basis: NameBasis | None = None
    views: int | None = None
    comments: int | None = None
    likes: int | None = None
    #: Where the counts came from; None: there are none.
    counts_source: CountsSource | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: Paragraphs separated by a blank line.
    body_text: str | None = None
    #: Sanitised.
    body_html: str | None = None
    excerpt: str | None = None
    #: Language of the text (BCP 47, ``en``), not of the interface.
    language: str | None = None
    #: The cover's original.
    cover_image: str | None = None
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()
    #: For a list page: the posts it names, in order.
    listed: tuple[Listed, ...] = ()
    #: For a list page: how many posts the site says it has; None: not said.
    total: int | None = None
    #: For a list page: address of the next page.
    next_url: str | None = None
    #: When the page's own data say that it was made, UTC; used where nothing better dates a saved page.
    rendered_at: str | None = None
    problems: tuple[Problem, ...] = field(default=())


class Setting(StrEnum):
    """What the archive says of itself: the keys, as `meta` and `ushrn settings` spell them."""

    NAME = "name"
    PUBLIC_URL = "public_url"
    PUBLISHER = "publisher"
    LICENCE = "license"
    INTRODUCTION = "introduction"
    SOURCES = "introduction_sources"
