"""The Wayback Machine, and any other archive that pywb serves: what to ask, and what the answers are. Pure.

Why not the package `wayback`: its addresses are constants of the class, it sends through `requests` with retries of its
own, follows redirects to nearby captures itself, and hands out bodies and headers that are no longer what came. The
shapes are its (0.5.1) and those of the CDX server's and pywb's documentation: a listing is one GET, a capture as it was
archived is ``<replay><14 digits>id_/<address>``; ``Memento-Datetime`` (RFC 7089) says which capture came; the original
head stands in ``x-archive-orig-…``, but for Content-Type and Location.

Their limits, as agreed with the maintainers of `wayback` (release notes of 0.5.1): 24 searches and 480 captures a
minute. A capture is what carries `Memento-Datetime`, whatever its status; all else is the service's own weather. Their
robots.txt is not asked: it keeps search engines out of the pages they hold, and speaks to crawlers; these are
interfaces made for programs.
"""

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote

from scraper import magic
from scraper.dates import http_date
from scraper.records import Capture
from scraper.recover import endpoints
from scraper.urls import normalise
from scraper.vocabulary import Source, TimeBasis, UrlBasis
from scraper.warc import BODY_LIMIT_BYTES, CdxRecord, CdxRefusal, MessageError, digits, http_message, with_body

#: Between searches, and between captures.
SEARCH_SECONDS, CAPTURE_SECONDS = 60 / 24, 60 / 480
#: Lines of one answer; with ``showResumeKey`` the server says how to go on. The small one where the large one fails.
PAGE_ROWS = (50_000, 1_000)
#: A redirect to a capture as near as this leads to the capture that is listed.
NEAR = timedelta(seconds=60)

#: Headers that the archive's own server adds.
THEIRS = frozenset(
    b"connection content-length content-location content-security-policy date keep-alive memento-datetime "
    b"preference-applied referrer-policy server server-timing transfer-encoding vary x-content-type-options".split()
)
#: What replays insert when they are not asked for the original, or do not know how.
REWRITTEN = re.compile(
    rb"BEGIN WAYBACK TOOLBAR INSERT|End Wayback Rewrite JS|/static/wombat\.js|_static/js/(?:bundle-playback|wombat)|"
    rb"wbinfo\.(?:top_url|timestamp)\s*=",
)
_REPLAY = re.compile(r"https?://.*?/(\d{14})(?:id_)?/(https?:/.*)", re.IGNORECASE | re.DOTALL)
#: Before the names of the site's own fields.
_PREFIX = b"x-archive-orig-"
#: Fields by which the archive says that it marks the site's with its prefix.
_THEIR_OWN = re.compile(rb"x-(?:archive-src|app-server|ts|location|page-cache):", re.IGNORECASE)
_REPLAY_PATH = re.compile(r".*?/\d{4,14}(?:[a-z]{2}_)?/(https?:/.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveHosts:
    """Where one archive answers."""

    #: Address of the CDX server, without a query.
    cdx: str
    #: What stands before the 14 digits; ends with a slash.
    replay: str
    #: The Internet Archive's server: it cuts listings and says how to go on; pywb gives all at once.
    paged: bool


INTERNET_ARCHIVE = ArchiveHosts(
    cdx="https://web.archive.org/cdx/search/cdx", replay="https://web.archive.org/web/", paged=True
)


def endpoint(url: str | None) -> ArchiveHosts:
    """The archive at *url*: a host (asked like the Internet Archive), a collection of pywb, or either's CDX address.

    None: the Internet Archive. Raises UsageError.
    """
    if url is None:
        return INTERNET_ARCHIVE
    parts = endpoints.parts_of(url, "https://web.archive.org/")
    base, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    if path in ("", "/web", "/cdx/search", "/cdx/search/cdx"):
        return ArchiveHosts(cdx=f"{base}/cdx/search/cdx", replay=f"{base}/web/", paged=True)
    if path.endswith("/cdx/search/cdx"):
        inside = path.removesuffix("/cdx/search/cdx")
        return ArchiveHosts(cdx=base + path, replay=f"{base}{inside}/web/", paged=True)
    collection = re.sub(r"(?:/cdx|/index|-cdx|-index)$", "", path)
    cdx = base + path if collection != path else f"{base}{path}/cdx"
    return ArchiveHosts(cdx=cdx, replay=f"{base}{collection}/", paged=False)


def listing_url(
    where: ArchiveHosts,
    pattern: str,
    *,
    exact: bool = False,
    since: str | None = None,
    until: str | None = None,
    resume_key: str | None = None,
    rows: int = PAGE_ROWS[0],
) -> str:
    """What to ask for all captures whose address begins with *pattern* (or is it): both schemes, with ``www.`` and
    without. *since* and *until*: days, months or years, both included.
    """
    asked = {"url": pattern, "matchType": "exact" if exact else "prefix", "output": "json"}
    if where.paged:
        asked |= {"limit": str(rows), "showResumeKey": "true"}
    if since:
        asked["from"] = digits(since)
    if until:
        asked["to"] = digits(until, last=True)
    if resume_key:
        asked["resumeKey"] = resume_key
    return where.cdx + "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())


def replay_url(where: ArchiveHosts, row: CdxRecord) -> str:
    """Where the capture of *row* is given as it was archived, without rewriting."""
    return f"{where.replay}{row.timestamp}id_/{row.url}"


def is_memento(answer: Capture) -> bool:
    """Whether *answer* is an archived one, whatever its status (RFC 7089, 2.1.1)."""
    return _memento_time(http_message.value(answer.head, "memento-datetime")) is not None


def nearby(where: ArchiveHosts, answer: Capture, row: CdxRecord) -> CdxRecord | None:
    """The capture of that address, at most `NEAR` away, to which the service leads instead of *row*; None: none."""
    to = answer.redirected_to or ""
    found = _REPLAY.fullmatch(to) if to.startswith(where.replay) and not is_memento(answer) else None
    if found is None or normalise(found[2]) != normalise(row.url):
        return None
    if not _is_near(found[1], row.timestamp):
        return None
    return replace(row, timestamp=found[1], digest=None)


def _instant(timestamp: str) -> datetime | None:
    try:
        return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def capture_of(answer: Capture, row: CdxRecord) -> Capture | CdxRefusal:
    """The capture that *row* names, out of the archive's *answer*: address, time, status and head are the original's.

    Refused where the answer is another capture's, the archive's own page, rewritten, cut, or has other bytes than the
    listing says.
    """
    head = answer.head or b""
    row = _as_served(head, row)
    if refused := _not_it(answer, head, row):
        return refused
    if answer.truncated:
        return CdxRefusal("broken", f"expected the whole capture, found a part of it ({answer.truncated})")
    original = _original_head(answer.status or 200, head)
    encoding = http_message.value(original, "content-encoding")
    try:
        body = _decoded(answer.payload, encoding)
    except MessageError as error:
        return CdxRefusal("broken", f"expected a body in {encoding}, found one that {error}")
    return _altered(answer, row, original, body) or _original(answer, row, original, body)


def _altered(answer: Capture, row: CdxRecord, head: bytes, body: bytes) -> CdxRefusal | None:
    """Why *body* is not the one that was archived; None: nothing says that it is another."""
    if REWRITTEN.search(body):
        return CdxRefusal(
            "rewritten", "expected the page as it was archived, found one with the archive's own additions"
        )
    is_encoded = any(http_message.value(head, name) is not None for name in ("content-encoding", "transfer-encoding"))
    if row.digest and not is_encoded and not _holds(row.digest, answer, body):
        return CdxRefusal("digest-mismatch", f"expected bytes with the digest {row.digest}, found others")
    return None


def _as_served(head: bytes, row: CdxRecord) -> CdxRecord:
    """*row*, or the capture of its address seconds beside it that the service gave without a redirect."""
    came = _memento_time(http_message.value(head, "memento-datetime"))
    if came is None or came == row.timestamp or not _is_near(came, row.timestamp):
        return row
    return replace(row, timestamp=came, digest=None)


def _is_near(one: str, other: str) -> bool:
    """Whether two captures are at most `NEAR` apart."""
    first, second = _instant(one), _instant(other)
    return first is not None and second is not None and abs(first - second) <= NEAR


def _original(answer: Capture, row: CdxRecord, head: bytes, body: bytes) -> Capture:
    """The capture of *row*, with the site's own *head* and *body*."""
    url, encoding = normalise(row.url), http_message.value(head, "content-encoding")
    location = http_message.value(head, "location")
    return with_body(
        Capture(
            url=url,
            url_basis=UrlBasis.GIVEN,
            source=Source.WAYBACK,
            captured_at=row.captured_at,
            captured_at_basis=TimeBasis.GIVEN,
            status=answer.status,
            head=head,
            content_encoding=encoding.strip().lower() if encoding else None,
            media_type=http_message.media_type(head),
            body=body,
            redirected_to=(normalise(location, url) or None)
            if location and 300 <= (answer.status or 0) < 400
            else None,
        )
    )


def _not_it(answer: Capture, head: bytes, row: CdxRecord) -> CdxRefusal | None:
    """Why *answer* is not the capture that was asked for; None: it is."""
    came = _memento_time(http_message.value(head, "memento-datetime"))
    if came is not None and came != row.timestamp:
        return CdxRefusal("other-capture", f"expected the capture of {row.timestamp}, found that of {came}")
    if came is not None:
        return None
    if answer.redirected_to is not None:
        # To another capture is a fact of the archive; to a login, or to a page that says "offline", is its weather.
        kind = "other-capture" if _REPLAY.fullmatch(answer.redirected_to) else "weather"
        return CdxRefusal(kind, f"expected the capture, found a redirect to {answer.redirected_to[:200]}")
    if answer.status in (403, 404, 451):
        return CdxRefusal("not-there", f"expected the capture, found the service's own status {answer.status}")
    return CdxRefusal("weather", f"expected the capture, found the service's own answer, status {answer.status}")


def _memento_time(text: str | None) -> str | None:
    """``Fri, 01 May 2020 10:00:00 GMT`` as 14 digits; None: not said, or no date."""
    found = http_date(text)
    if found is None:
        return None
    return found.strftime("%Y%m%d%H%M%S")


def _original_head(status: int, head: bytes) -> bytes:
    """The head as the site sent it, as far as the archive tells: its prefix taken off, its own headers left out."""
    lines = http_message.lines(head)
    prefixed = {line.partition(b":")[0].lower() for line in lines if line.lower().startswith(_PREFIX)}
    closed = any(_THEIR_OWN.match(line) for line in lines)
    phrase = lines[0].split(b" ", 2)[2:] or [_phrase(status)]
    own = (_original_field(line, prefixed, closed=closed) for line in lines[1:])
    return b"\r\n".join([b"HTTP/1.1 %d %s" % (status, phrase[0]), *filter(None, own)]) + b"\r\n\r\n"


def _original_field(line: bytes, prefixed: set[bytes], *, closed: bool) -> bytes | None:
    """A field as the site sent it; None: it is the archive's own, or stands there once more with a prefix.

    *closed*: the archive marks the site's fields with its prefix, so that all others are its own.
    """
    name, colon, value = line.partition(b":")
    key = name.strip().lower()
    if key.startswith(_PREFIX):
        return name.strip()[len(_PREFIX) :] + colon + value
    if _PREFIX + key in prefixed or not colon:
        return None
    match key:
        case b"location":
            return name + b": " + _unwrapped(value.strip())
        case b"content-type":
            return line
    is_theirs = closed or key in THEIRS or key.startswith(b"x-") or _is_memento(line)
    if is_theirs:
        return None
    return line


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


def _is_memento(line: bytes) -> bool:
    """Whether a header is the archive's list of related captures."""
    return (
        line[:5].lower() == b"link:"
        and re.search(rb'rel="?(?:[a-z ]*\b)?(?:original|memento|timegate)', line) is not None
    )


def _unwrapped(location: bytes) -> bytes:
    """Where a redirect led when it was archived."""
    found = _REPLAY_PATH.fullmatch(location.decode("utf-8", "replace"))
    if found:
        return re.sub(r"^(https?:)/+", r"\1//", found[1], flags=re.I).encode()
    return location


def _decoded(body: bytes, encoding: str | None) -> bytes:
    """*body*, whose transfer to us is undone, without the encoding in which the site sent it, where it still has it."""
    squeezed = body.startswith(magic.GZIP) and (encoding or "").strip().lower() in ("gzip", "x-gzip")
    if squeezed:
        return http_message.content_decoded(body, encoding, BODY_LIMIT_BYTES)
    return body


def _holds(digest: str, answer: Capture, body: bytes) -> bool:
    """Whether the listed digest is that of the bytes, in any of the forms in which we have them."""
    return any(
        base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode() == digest
        for data in {body, answer.payload}
    )
