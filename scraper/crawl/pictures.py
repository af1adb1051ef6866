"""The pictures of posts and the style sheets of their pages: each fetched once, as the original, byte for byte.

Where the original is refused, the rendition that the page shows is taken. A picture that is kept costs no request; one
that could not be fetched is asked for again as `decide.is_due_again` says. What the style sheets draw is fetched last.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scraper import decide, digests, pictures, urls, wix_media
from scraper.crawl.styles import pages_looked_at, pictures_drawn, sheets_named
from scraper.errors import FetchFailed, Forbidden
from scraper.numbers import plural
from scraper.page_media import PageMedia
from scraper.records import Capture, Problem, Site
from scraper.runs import NetworkSession, ProgressStep
from scraper.sites import WIX_STYLES
from scraper.store import PagesMedia, PictureRows, holdings, lookups, picture_name
from scraper.vocabulary import CaptureKind, Level, Stage

STAGE = Stage.PICTURE
#: Failures in a row after which a host is asked for no more pictures in this run.
HOST_FAILURES = 2
#: Pictures of style sheets that are fetched in one run.
PICTURES_OF_STYLES = 30
NO_ROOM = "no-room"
#: Statuses by which a server wants to be left alone.
REFUSALS = frozenset({401, 403, 407, 408, 429})
#: Hosts of what is not on the site's own.
_MORE_HOSTS = {CaptureKind.STYLE: frozenset(WIX_STYLES)}
_LEFT_OUT = re.compile(r"left out: ([\d,]+) bytes", re.ASCII)
#: Bytes that keeping a picture may add to its own: those of a frame round it.
_FRAME = 32


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
    #: Bytes that all pictures in the archive may have together; None: as many as there are.
    budget_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture that is not kept: its original's address, and the capture of the page that shows it."""

    url: str
    page_id: int | None


class PictureCrawl:
    """Fetches the pictures and style sheets of one site's posts."""

    def __init__(self, session: NetworkSession, site: Site, policy: PicturePolicy, media: PagesMedia) -> None:
        """*media*: what pages name, those of this run among them."""
        self._session = session
        self._site = site
        self._policy = policy
        self._db = session.archive.db
        self._hosts = frozenset((*site.hosts, *site.media_hosts))
        self._failures: dict[str, int] = defaultdict(int)
        #: Host, by the address of its front page → why it gave nothing so far; None: it gave something, or said no.
        self._silent: dict[str, str | None] = {}
        self._media = media
        #: Bytes that pictures may still take; None: as many as there are.
        self._left: int | None = None

    def run(self, only: str | None = None) -> None:
        """Every picture in the posts, and every style sheet of their pages, that the archive does not hold yet.

        *only*: of that post alone.
        """
        if self._policy.want == Want.NONE:
            return
        if self._policy.budget_bytes is not None:
            self._left = self._policy.budget_bytes - lookups.bytes_of_pictures(self._db)
        self._take_all(only)
        self._tell_silent()

    def _take_all(self, only: str | None) -> None:
        wanted = list(self._wanted(only))
        for number, one in enumerate(wanted):
            if not self._has_room(len(wanted) - number):
                return
            candidates = self._candidates(one)
            if candidates:
                self._step(number, len(wanted), one.url)
                self._take(one, candidates)
        pages = pages_looked_at(self._session, self._site.id, self._media, only)
        for number, url in enumerate(styles := list(self._styles(sheets_named(pages)))):
            self._step(number, len(styles), url)
            self._get(url, CaptureKind.STYLE)
        for number, url in enumerate(drawn := list(self._drawn(pages))):
            if not self._has_room(len(drawn) - number):
                return
            self._step(number, len(drawn), url)
            self._take(WantedPicture(url, None), [url])

    def _tell_silent(self) -> None:
        """One error for each host that gave nothing at all, whichever pictures of it were asked for in this run."""
        for host, reason in self._silent.items():
            if reason is None:
                self._session.resolve(host, STAGE)
            else:
                message = f"no picture could be fetched from there: {reason}; asked again in the next run"
                self._session.note(_problem(host, "host-silent", message, Level.ERROR))

    def _step(self, done: int, total: int, url: str) -> None:
        self._session.run.interrupts.check()
        self._session.progress(ProgressStep(site=self._site.id, stage="pictures", done=done, total=total, url=url))

    def _has_room(self, waiting: int) -> bool:
        """Whether one more picture may be asked for; else it is said how many wait."""
        if self._left is None or self._left > 0:
            return True
        said = f"{self._site.id}: the budget for pictures is used up; {waiting} more are left out"
        if said not in self._session.messages:
            self._session.messages.append(said)
        return False

    # -- what is wanted

    def _wanted(self, only: str | None) -> Iterator[WantedPicture]:
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
                yield WantedPicture(url, page_id)

    def _is_due(self, url: str) -> bool:
        failed = lookups.failed(self._db, url, STAGE)
        if failed is None or self._has_grown(url):
            return True
        return decide.is_due_again(*failed, self._session.run.now())

    def _has_grown(self, url: str) -> bool:
        """Whether a picture was left out for want of room alone, and there is room now."""
        said = lookups.open_message(self._db, url, STAGE, NO_ROOM)
        needed = _LEFT_OUT.match(said or "")
        return needed is not None and (self._left is None or int(needed[1].replace(",", "")) + _FRAME <= self._left)

    def _styles(self, sheets: Iterable[str]) -> Iterator[str]:
        """Those of *sheets* that may be asked for, and are not kept yet."""
        kept = lookups.kept_styles(self._db)
        for url in sheets:
            if urls.spellings(url)[0] not in kept and self._may_ask(url, WIX_STYLES) and self._is_due(url):
                yield url

    def _drawn(self, pages: Sequence[PageMedia]) -> Iterator[str]:
        """Pictures that the styles of *pages* name, and that are not kept yet; so many a run."""
        wanted = (url for url in pictures_drawn(self._session, pages) if self._may_ask(url) and self._is_due(url))
        return itertools.islice(wanted, PICTURES_OF_STYLES)

    # -- where it may be fetched

    def _candidates(self, one: WantedPicture) -> list[str]:
        """Where the picture may be fetched, best first: the original, then what the page shows."""
        shown = self._media.of(one.page_id).shown_as(picture_name(one.url)) if one.page_id else ()
        originals = [*(wix_media.without_rendition(url) for url in shown), one.url]
        order = [*shown, *originals] if self._policy.want == Want.SHOWN else [*originals, *shown]
        found = dict.fromkeys(filter(None, map(urls.normalise, order)))
        return [url for url in found if self._may_ask(url)]

    def _may_ask(self, url: str, more: tuple[str, ...] = ()) -> bool:
        """Whether the address is on one of the site's hosts; a site on this machine has no other machine's pictures."""
        host = urls.host(url)
        if urls.is_local(urls.host(self._site.base_url)) and not urls.is_local(host):
            return False
        return (host in self._hosts or host in more) and self._failures[host] < HOST_FAILURES

    # -- getting it

    def _take(self, one: WantedPicture, candidates: list[str]) -> None:
        """The first address that gives the picture; what went wrong at the last is told."""
        wrong: Problem | None = None
        for url in candidates:
            wrong = self._get(url, CaptureKind.IMAGE)
            if wrong is None:
                self._session.resolve(one.url, STAGE)
                return
            if wrong.kind == NO_ROOM:
                break
        if wrong is not None:
            self._session.note(replace(wrong, url=one.url))

    def _get(self, url: str, kind: CaptureKind) -> Problem | None:
        """Fetch and keep one; why it was not had, None: it was. Of a style sheet the reason is noted here."""
        hosts = tuple(sorted(self._hosts | _MORE_HOSTS.get(kind, frozenset())))
        try:
            hops, answer = self._session.ask(url, kind, replace(self._site, hosts=hosts))
        except Forbidden as error:
            wrong: Problem | None = _problem(url, "forbidden", str(error))
        except FetchFailed as error:
            self._failures[urls.host(url)] += 1
            self._silent.setdefault(urls.front(url), error.reason)
            wrong = _problem(url, "fetch-failed", error.reason)
        else:
            self._session.keep_all(hops)
            wrong = self._judge(url, kind, answer)
        if wrong is None:
            self._session.resolve(url, STAGE)
        elif kind == CaptureKind.STYLE:
            self._session.note(wrong)
        return wrong

    def _judge(self, url: str, kind: CaptureKind, answer: Capture) -> Problem | None:
        """Keep an answer as what it is; why it is not what was asked for, None: it is."""
        status, host = answer.status or 0, urls.host(url)
        refused = status in REFUSALS or status >= 500
        self._failures[host] = self._failures[host] + 1 if refused else 0
        message = picture_fault(answer, kind)
        if not refused or message is None:
            self._silent[urls.front(url)] = None
        if message is None:
            return self._take_in(url, kind, answer)
        self._silent.setdefault(urls.front(url), message)
        self._session.keep(replace(answer, kind=CaptureKind.OTHER) if answer.kind == kind else answer)
        return _problem(url, "not-had", message)

    def _take_in(self, url: str, kind: CaptureKind, answer: Capture) -> Problem | None:
        """Keep what was asked for, if there is room; why it was left out, None: it was not."""
        full = self._without_room(answer.payload) if kind == CaptureKind.IMAGE else None
        if full is None:
            self._session.keep(answer)
            return None
        return _problem(url, NO_ROOM, full)

    def _without_room(self, body: bytes) -> str | None:
        """Why a picture is not kept for want of room; None: there is room, and it is taken."""
        if self._left is None or holdings.has_body(self._db, digests.sha256(body)):
            return None
        left, self._left = self._left, self._left - len(body) - _FRAME
        if self._left >= 0:
            return None
        self._left = 0
        return f"left out: {plural(len(body), 'byte')}, and the budget for pictures has {max(0, left):,} left"


def _problem(url: str, kind: str, message: str, level: Level = Level.NOTE) -> Problem:
    """A picture that could not be fetched is a note: what is wrong with a host is an error of the host's."""
    return Problem(stage=STAGE, kind=kind, level=level, url=url, message=message)


def picture_fault(answer: Capture, kind: CaptureKind) -> str | None:
    """Why the answer is not what was asked for; None: it is. A picture is judged by its bytes, not by its name."""
    what = "a picture" if kind == CaptureKind.IMAGE else "a style sheet"
    if answer.status != 200 or answer.body is None:
        return f"expected {what}, found status {answer.status}"
    if answer.truncated:
        return f"expected the whole of {what}, found {plural(len(answer.body), 'byte')} of it ({answer.truncated})"
    if kind == CaptureKind.IMAGE and pictures.type_of(answer.body) is None:
        return f"expected a picture, found {answer.body[:16]!r}"
    if kind == CaptureKind.STYLE and answer.media_type not in ("text/css", None):
        return f"expected a style sheet, found {answer.media_type}"
    return None
