"""The pictures of posts and the style sheets of their pages: each fetched once, as the original, byte for byte.

Where the original is refused, the rendition that the page shows is taken. A picture that is kept costs no request; one
that could not be had is asked for again as `decide.is_due_again` says.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from html import unescape

from scraper import decide, pictures, urls, wix_media
from scraper.charset import decode
from scraper.errors import FetchFailed, Forbidden, IntegrityError
from scraper.records import Capture, Problem, Site
from scraper.runs import NetworkSession, Step
from scraper.sites import WIX_STYLES
from scraper.store import PictureRows, lookups, picture_name
from scraper.vocabulary import CaptureKind, Level, Stage

STAGE = Stage.PICTURE
#: Failures in a row after which a host is asked for no more pictures in this run.
HOST_FAILURES = 2
#: Posts of earlier runs whose pages are looked at for style sheets in one run.
PAGES_FOR_STYLES = 10

_IMG = re.compile(r"<(?:img|amp-img|source)\s([^>]{1,20000})>", re.IGNORECASE)
_COVER = re.compile(r"<meta\s[^>]{0,300}og:image[\"'\s][^>]{0,3000}>", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:\s|^)(?:src|data-src|data-pin-media|content)\s*=\s*(?:\"([^\"]+)\"|'([^']+)')", re.IGNORECASE
)
_LINK = re.compile(r"<link\s([^>]{1,5000})>", re.IGNORECASE)
_STYLESHEET = re.compile(r"(?:\s|^)rel\s*=\s*[\"']?stylesheet", re.IGNORECASE)
_HREF = re.compile(r"(?:\s|^)href\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'>]+))", re.IGNORECASE)


class Want(StrEnum):
    """Which pictures a run fetches."""

    ORIGINAL = "original"
    #: As large as the page shows them.
    SHOWN = "shown"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePolicy:
    """What a run may spend on pictures."""

    want: Want = Want.ORIGINAL
    most_of_a_post: int = 100
    #: Pictures of posts that this run did not fetch: an older archive catches up bit by bit.
    most_of_earlier: int = 50
    #: Bytes of all pictures in the archive, beyond which none is fetched; None: as many as there are.
    budget_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture that is not kept: its original's address, and the capture of the page that shows it."""

    url: str
    page_id: int | None


class Pictures:
    """Fetches the pictures and style sheets of one site's posts."""

    def __init__(self, session: NetworkSession, site: Site, policy: PicturePolicy) -> None:
        self._session = session
        self._site = site
        self._policy = policy
        self._db = session.archive.db
        self._hosts = frozenset((*site.hosts, *site.media_hosts))
        self._failures: dict[str, int] = defaultdict(int)
        self._shown: dict[int, dict[str, list[str]]] = {}

    def run(self, only: str | None = None) -> None:
        """Every picture in the posts, and every style sheet of their pages, that the archive does not hold yet.

        *only*: of that post alone.
        """
        if self._policy.want == Want.NONE or not self._has_room():
            return
        wanted = list(self._wanted(only))
        for number, one in enumerate(wanted):
            candidates = self._candidates(one)
            if candidates:
                self._step(number, len(wanted), one.url)
                self._take(one, candidates)
        styles = list(self._styles(only))
        for number, url in enumerate(styles):
            self._step(number, len(styles), url)
            self._get(url, CaptureKind.STYLE)

    def _step(self, done: int, total: int, url: str) -> None:
        self._session.run.interrupts.check()
        self._session.progress(Step(site=self._site.id, stage="pictures", done=done, total=total, url=url))

    def _has_room(self) -> bool:
        budget = self._policy.budget_bytes
        return budget is None or lookups.bytes_of_pictures(self._db) < budget

    # -- what is wanted

    def _wanted(self, only: str | None) -> Iterator[Wanted]:
        """Pictures not kept yet, those of this run's posts first; each once."""
        kept = PictureRows(self._db)
        seen: set[str] = set()
        of_post: dict[int, int] = defaultdict(int)
        earlier = 0
        for post_id, url, page_id, run_id in lookups.pictures_named(self._db, self._site.id, only):
            name = picture_name(url)
            if name in seen or kept.of(url) is not None or not self._is_due(url):
                continue
            seen.add(name)
            of_post[post_id] += 1
            earlier += run_id != self._session.run.crawl_id
            is_one_more = run_id != self._session.run.crawl_id and earlier > self._policy.most_of_earlier
            if of_post[post_id] <= self._policy.most_of_a_post and not is_one_more:
                yield Wanted(url, page_id)

    def _is_due(self, url: str) -> bool:
        failed = lookups.failed(self._db, url, STAGE)
        return failed is None or decide.is_due_again(*failed, self._session.run.now())

    def _styles(self, only: str | None) -> Iterator[str]:
        """Style sheets that pages name, of this run's posts and of a few others, that are not kept yet."""
        kept = lookups.kept_styles(self._db)
        seen: set[str] = set()
        pages = lookups.pages_for_styles(self._db, self._site.id, self._session.run.crawl_id, PAGES_FOR_STYLES, only)
        for page_id in pages:
            for url in self._sheets(page_id):
                if url in seen or urls.spellings(url)[0] in kept:
                    continue
                seen.add(url)
                if self._may_ask(url, WIX_STYLES) and self._is_due(url):
                    yield url

    def _sheets(self, page_id: int) -> tuple[str, ...]:
        page = self._page(page_id)
        return tuple(stylesheets(page[0], page[1])) if page else ()

    def _page(self, page_id: int) -> tuple[str, str] | None:
        """(source, address) of a stored page; None: it is none, or its bytes are not there."""
        try:
            capture = self._session.archive.capture(page_id)
        except IntegrityError:
            return None
        if capture.body is None or capture.media_type == "text/plain":
            return None
        return decode(capture.body, capture.media_type), capture.url

    # -- where it may be had

    def _candidates(self, one: Wanted) -> list[str]:
        """Where the picture may be had, best first: the original, then what the page shows."""
        shown = self._renditions(one.page_id).get(picture_name(one.url), []) if one.page_id else []
        originals = [*(wix_media.without_rendition(url) for url in shown), one.url]
        order = [*shown, *originals] if self._policy.want == Want.SHOWN else [*originals, *shown]
        found = dict.fromkeys(filter(None, map(urls.normalise, order)))
        return [url for url in found if self._may_ask(url)]

    def _renditions(self, page_id: int) -> dict[str, list[str]]:
        if page_id not in self._shown:
            self._shown.clear()
            page = self._page(page_id)
            self._shown[page_id] = renditions(*page) if page else {}
        return self._shown[page_id]

    def _may_ask(self, url: str, more: tuple[str, ...] = ()) -> bool:
        """Whether the address is on one of the site's hosts; a site on this machine has no other machine's pictures."""
        host = urls.host(url)
        if urls.is_local(urls.host(self._site.base_url)) and not urls.is_local(host):
            return False
        return (host in self._hosts or host in more) and self._failures[host] < HOST_FAILURES

    # -- getting it

    def _take(self, one: Wanted, candidates: list[str]) -> None:
        """The first address that gives the picture; what went wrong at the last is told."""
        wrong: Problem | None = None
        for url in candidates:
            wrong = self._get(url, CaptureKind.IMAGE)
            if wrong is None:
                self._session.resolve(one.url, STAGE)
                return
        if wrong is not None:
            self._session.note(replace(wrong, url=one.url))

    def _get(self, url: str, kind: CaptureKind) -> Problem | None:
        """Fetch and keep one; why it was not had, None: it was. Of a style sheet the reason is noted here."""
        hosts = tuple(sorted(self._hosts | set(WIX_STYLES if kind == CaptureKind.STYLE else ())))
        host = urls.host(url)
        try:
            hops, answer = self._session.ask(url, kind, replace(self._site, hosts=hosts))
        except Forbidden as error:
            wrong: Problem | None = Problem(
                stage=STAGE, kind="forbidden", level=Level.NOTE, url=url, message=str(error)
            )
        except FetchFailed as error:
            self._failures[host] += 1
            wrong = Problem(stage=STAGE, kind="fetch-failed", url=url, message=error.reason)
        else:
            self._session.keep_all(hops)
            message = picture_fault(answer, kind)
            refused = answer.status in (401, 403, 407, 408, 429) or (answer.status or 0) >= 500
            self._failures[host] = self._failures[host] + 1 if refused else 0
            self._session.keep(replace(answer, kind=CaptureKind.OTHER) if message and answer.kind == kind else answer)
            level = Level.ERROR if (answer.status or 0) >= 500 else Level.NOTE
            wrong = Problem(stage=STAGE, kind="not-had", level=level, url=url, message=message) if message else None
        if kind == CaptureKind.STYLE and wrong is not None:
            self._session.note(wrong)
        elif wrong is None:
            self._session.resolve(url, STAGE)
        return wrong


def picture_fault(answer: Capture, kind: CaptureKind) -> str | None:
    """Why the answer is not what was asked for; None: it is. A picture is judged by its bytes, not by its name."""
    what = "a picture" if kind == CaptureKind.IMAGE else "a style sheet"
    if answer.status != 200 or answer.body is None:
        return f"expected {what}, found status {answer.status}"
    if answer.truncated:
        return f"expected the whole of {what}, found {len(answer.body)} bytes of it ({answer.truncated})"
    if kind == CaptureKind.IMAGE and pictures.type_of(answer.body) is None:
        return f"expected a picture, found {answer.body[:16]!r}"
    if kind == CaptureKind.STYLE and answer.media_type not in ("text/css", None):
        return f"expected a style sheet, found {answer.media_type}"
    return None


def renditions(source: str, url: str) -> dict[str, list[str]]:
    """Name of each picture in a page → the addresses under which the page shows it, in order. Pure."""
    found: dict[str, list[str]] = defaultdict(list)
    tags = [tag[1] for tag in _IMG.finditer(source)] + [tag[0] for tag in _COVER.finditer(source)]
    for address in _addresses(tags, url):
        shown = found[picture_name(address)]
        if address not in shown:
            shown.append(address)
    return found


def _addresses(tags: Iterable[str], base: str) -> Iterator[str]:
    for tag in tags:
        for hit in _ADDRESS.finditer(tag):
            if address := urls.normalise(unescape(hit[1] or hit[2]).strip(), base):
                yield address


def stylesheets(source: str, url: str) -> Iterator[str]:
    """The style sheets that a page names, each once. Pure."""
    seen: set[str] = set()
    for tag in _LINK.finditer(source):
        href = _HREF.search(tag[1]) if _STYLESHEET.search(tag[1]) else None
        address = urls.normalise(unescape(href[1] or href[2] or href[3]).strip(), url) if href else ""
        if address and address not in seen:
            seen.add(address)
            yield address
