"""The words that the archive stores and the program compares. Each is its own string: SQLite, JSON and CSV hold it so.

A row that was read back may hold a word of none of these lists, if somebody wrote it there: it compares unequal to
all, and `verify` names it.
"""

from enum import StrEnum

#: Kind of a problem that is a fault of this program. Other kinds are short words of the place where they arise.
PROGRAM_FAULT = "fault"


class CaptureKind(StrEnum):
    """What a capture is, or what we expect at an address (`captures.kind`)."""

    POST = "post"
    LIST = "list"
    FEED = "feed"
    SITEMAP = "sitemap"
    ROBOTS = "robots"
    #: An answer of an endpoint for view counts.
    COUNTS = "counts"
    FILE = "file"
    REDIRECT = "redirect"
    MISSING = "missing"
    IMAGE = "image"
    #: A style sheet.
    STYLE = "style"
    OTHER = "other"


class ReadingKind(StrEnum):
    """What a page turned out to be."""

    POST = "post"
    LIST = "list"
    #: An error page.
    MISSING = "missing"
    OTHER = "other"
    #: It could not be read.
    ERROR = "error"


class Source(StrEnum):
    """Where a capture comes from (`captures.source`)."""

    LIVE = "live"
    WAYBACK = "wayback"
    COMMON_CRAWL = "commoncrawl"
    WARC = "warc"
    FILE = "file"


class UrlBasis(StrEnum):
    """How the address of a capture is known (`captures.url_basis`)."""

    REQUEST = "request"
    GIVEN = "given"
    MANIFEST = "manifest"
    #: The comment that a browser leaves in a saved page.
    COMMENT = "comment"
    CANONICAL = "canonical"
    OG_URL = "og:url"
    WARC = "warc"


class TimeBasis(StrEnum):
    """How the time of a capture is known (`captures.captured_at_basis`)."""

    #: Our own clock, while we captured it.
    CLOCK = "clock"
    GIVEN = "given"
    #: Data in the page itself.
    PAGE = "page"
    #: The time of the file it was saved in: the only one that is no known time.
    FILE_TIME = "file-time"


class Truncation(StrEnum):
    """Why the body of a capture is not whole, or not decoded (`captures.truncated`)."""

    LENGTH = "length"
    TIME = "time"
    DISCONNECT = "disconnect"
    DECODE = "decode"


class DateBasis(StrEnum):
    """Where a date of a post comes from (`published_basis`, `updated_basis`)."""

    META = "meta"
    JSON_LD = "json-ld"
    EMBEDDED = "embedded"
    #: A date that the page shows.
    SHOWN = "shown"
    URL = "url"
    #: A line of a text dump.
    TEXT = "text"


class NameBasis(StrEnum):
    """Where the name that a page gives its site comes from (`blog_name_basis`)."""

    #: ``og:site_name``.
    META = "meta"
    #: The publisher, or the blog that the post is part of.
    JSON_LD = "json-ld"
    #: A heading that the page shows.
    SHOWN = "shown"


class DayBasis(StrEnum):
    """How the day that a post's readers saw is known (`published_day_basis`, `updated_day_basis`)."""

    #: The page shows it.
    SHOWN = "shown"
    #: The day of the instant in the time zone that the site's dated pages teach.
    OFFSET = "offset"
    #: The day of the instant in UTC, for want of anything better.
    UTC = "utc"


class CountsSource(StrEnum):
    """Where view counts come from (`counts.source`)."""

    PAGE = "page"
    EMBEDDED = "embedded"
    ENDPOINT = "endpoint"
    #: A line of a text dump.
    TEXT = "text"


class Level(StrEnum):
    """How grave a problem is (`problems.level`): a note changes no exit status."""

    ERROR = "error"
    NOTE = "note"


class Stage(StrEnum):
    """Where in a run something goes wrong (`problems.stage`), or what a run is at."""

    DISCOVER = "discover"
    FETCH = "fetch"
    EXTRACT = "extract"
    DECIDE = "decide"
    COUNTS = "counts"
    #: The counts endpoint did not answer, or not with counts, but may tomorrow.
    COUNTS_WEATHER = "counts-weather"
    FILE = "file"
    PICTURE = "picture"
    #: An address that a source names and that was never fetched.
    NAMED = "named"
    #: The site as a whole could not be reached.
    REACH = "reach"
    #: Its server answers, but so that nothing may be asked of it: an expired certificate, a robots.txt with status 500.
    REFUSED = "refused"
    #: A limit of this program was met.
    CAP = "cap"
    #: Many pages lost the same field at once.
    DRIFT = "drift"
    #: Sources of one site disagree.
    COMPARE = "compare"
    MOVED = "moved"
    #: Many known posts are absent at once; many are no longer named by the site's sources; many come again elsewhere.
    MASS_ABSENT = "mass-absent-at-once"
    MASS_UNNAMED = "mass-sources-shrank"
    MASS_AGAIN = "mass-shown-again"
    CRAWL = "crawl"
    #: A server's clock differs from ours.
    CLOCK = "clock"
    RECOVER = "recover"
    IMPORT = "import"


class Platform(StrEnum):
    """What a site is made with (`sites.platform`)."""

    WIX = "wix"
    NEWS_2019 = "news-2019"
    DRUPAL = "drupal"
    UNKNOWN = "unknown"


class SiteState(StrEnum):
    """Whether a site can be reached (`sites.state`)."""

    LIVE = "live"
    GONE = "gone"
    UNKNOWN = "unknown"


class AddressState(StrEnum):
    """What became of an address that was named as a post's (`known_urls.state`)."""

    ARCHIVED = "archived"
    WANTED = "wanted"
    REDIRECTED = "redirected"
    IN_WEB_ARCHIVE = "in-web-archive"
    LOST = "lost"
    NOT_A_POST = "not-a-post"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What became of a capture, and what it did to its post (`post_captures.verdict`)."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    #: It shows the post as it was before what is shown now.
    OLDER = "older"
    #: A readable page that is not the post, or lacks its title or text.
    WORSE = "worse"
    MISSING = "missing"
    GONE = "gone"
    RETURNED = "returned"
    REDIRECT = "redirect"
    MOVED = "moved"
    BLOCKED = "blocked"
    WEATHER = "weather"
    HELD = "held"
    #: It belongs to no post.
    KEPT = "kept"
    #: The archive had it already.
    DUPLICATE = "duplicate"


class EventKind(StrEnum):
    """What happened to a post (`events.kind`)."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    GONE = "gone"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class FileKind(StrEnum):
    """What an imported file is (`import_files.kind`)."""

    WARC = "warc"
    ARC = "arc"
    WACZ = "wacz"
    MHTML = "mhtml"
    WEBARCHIVE = "webarchive"
    HTML = "html"
    TEXT = "text"
    PDF = "pdf"
    XML = "xml"
    OTHER = "other"


class Codec(StrEnum):
    """How a body is stored (`bodies.codec`)."""

    RAW = "raw"
    ZSTD = "zstd"
    #: zstd with another body as raw-content dictionary.
    ZSTD_REF = "zstd-ref"
    #: No more than its digest and length are left; its reference is the copy without the withdrawn words.
    WITHDRAWN = "withdrawn"


class WithdrawalKind(StrEnum):
    """What a row of `withdrawals` says was taken out: the word ``kind`` in its JSON."""

    POST = "post"
    #: Kept as evidence, and shown nowhere.
    HIDDEN = "hidden"
    PICTURE = "picture"
    REVISION = "revision"
    CAPTURE = "capture"
    #: A capture that came later, and repeated what had been withdrawn.
    INCOMING = "incoming"
