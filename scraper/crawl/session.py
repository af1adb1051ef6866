"""What all parts of one crawl share, beyond what every run does: its wishes, and how sources are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from scraper import urls
from scraper.crawl.pictures import PicturePolicy, Want
from scraper.decide import Judgement, Meaning, Observation, UrlState, marked, observe
from scraper.errors import FetchFailed, Forbidden, Unreachable
from scraper.fetch import Validators
from scraper.numbers import plural
from scraper.reading import PageRead, read_capture
from scraper.records import Capture, Problem, Reading, Site
from scraper.runs import NetworkSession
from scraper.store import PagesMedia
from scraper.vocabulary import CaptureKind, Level, Stage

#: Kinds of captures that name posts.
SOURCES = frozenset({CaptureKind.SITEMAP, CaptureKind.FEED, CaptureKind.LIST})
#: What a wall's page never is, whatever was asked for.
_NO_WALL = SOURCES | {CaptureKind.COUNTS}
#: A source that is not there, and a site whose sources name no post: that one of them can be had does not end this.
NO_SOURCE = "no-source"
NO_POSTS = "no-posts"
#: Statuses by which servers refuse a visitor, and some name what is not there.
_REFUSED = frozenset({401, 403})
#: Statuses that name no wall by themselves where something was asked for that need not be there.
_BARE = _REFUSED | {404, 410}


@dataclass(slots=True, kw_only=True)
class CrawlSession(NetworkSession):
    """One run of `crawl`."""

    #: Fetch everything known, without conditional requests.
    full: bool = False
    counts: bool = True
    pictures: PicturePolicy = field(default_factory=PicturePolicy)
    #: What the pages of posts name beside their text.
    media: PagesMedia = field(init=False)
    #: What robots.txt kept us from asking, and how many sources answered, whatever they said.
    refused: list[str] = field(default_factory=list)
    answered: int = 0
    #: How many of them were what was asked for, how many stood behind a wall, and how many were refused: behind one,
    #: or not there.
    sources_had: int = 0
    sources_blocked: int = 0
    sources_refused: int = 0
    #: Sites that gave no answer, and why.
    unreachable: list[tuple[Site, Unreachable]] = field(default_factory=list)

    def __post_init__(self) -> None:
        NetworkSession.__post_init__(self)
        self.media = PagesMedia(self.archive.db)

    def look_for_media(self, capture_id: int, page: PageRead) -> None:
        """Remembers what a post's page names, if anything of it is wanted."""
        if self.pictures.want != Want.NONE:
            self.media.look(capture_id, page.media)

    def validators(self, known: UrlState | None) -> Validators | None:
        """What the server said about the copy that we hold; None: we hold none, or want a whole answer all the same."""
        if self.full or known is None or known.capture_id is None or not (known.etag or known.last_modified):
            return None
        return Validators(etag=known.etag, last_modified=known.last_modified, capture_id=known.capture_id)

    def observe(self, capture: Capture, reading: Reading | None) -> Observation:
        """What an answer says of the post at its address."""
        return observe(capture, 0, ("", "", "", "", ""), reading)

    def keep_blocked(self, captures: tuple[Capture, ...], reading: Reading, why: str = "") -> str:
        """Keeps the answers of a wall, with the decision; returns what it is. *why*: all of them are its answers;
        else those that say so themselves.
        """
        found = why
        for number, capture in enumerate(captures, 1):
            read = reading if number == len(captures) else read_capture(capture)
            named = self._keep_before_wall(capture, read, why)
            found = found or named
        return found

    def _keep_before_wall(self, capture: Capture, reading: Reading, why: str) -> str:
        """Keeps one of those answers; what it says that it is, empty: nothing."""
        seen = self.observe(capture, reading)
        named = (seen.reason or "") if seen.meaning is Meaning.BLOCKED else ""
        judged = {Judgement.BLOCKED: named or why} if named or why else {}
        if judged and capture.kind in _NO_WALL:
            capture = replace(capture, kind=CaptureKind.OTHER)
            reading = read_capture(capture)
        self.keep(capture, reading, judged)
        return named

    def source(
        self,
        url: str,
        kind: CaptureKind,
        site: Site,
        memory: dict[str, UrlState],
        *,
        is_one: Callable[[Capture, Reading], bool] = lambda _capture, _reading: True,
        hold: bool = False,
    ) -> tuple[Capture, Reading] | None:
        """The answer of a sitemap, feed or list, kept, with what it says; None where there is none worth reading.

        A 304 is kept as it came; what it confirms is read in its place. An answer that *is_one* denies to be what
        was asked for is kept as of kind ``other``. *hold*: a whole page is left for the caller to keep.
        """
        captures = self._ask_source(url, kind, site, memory)
        if captures is None:
            return None
        read = [read_capture(one) for one in captures]
        if self._is_blocked(url, kind, captures, read):
            return None
        answer, reading = captures[-1], read[-1]
        self.keep_all(captures[:-1])
        if answer.status == 304 and answer.not_modified_of is not None:
            return self._confirmed(answer, answer.not_modified_of)
        if answer.kind == kind:
            if hold and answer.status == 200:
                return answer, reading
            if not is_one(answer, reading):
                answer = replace(answer, kind=CaptureKind.OTHER)
        self.keep(answer, reading)
        return self._had(url, kind, answer, reading)

    def _confirmed(self, answer: Capture, held_id: int) -> tuple[Capture, Reading]:
        """Keeps a 304; the capture that it confirms, with what that says."""
        self.keep(answer)
        self.sources_had += 1
        held = self.archive.capture(held_id)
        return held, read_capture(held)

    def _ask_source(
        self, url: str, kind: CaptureKind, site: Site, memory: dict[str, UrlState]
    ) -> tuple[Capture, ...] | None:
        """What came on the way to a source, and its answer, the last; None: none came, which is noted."""
        try:
            hops, answer = self.ask(url, kind, site, self.validators(memory.get(urls.canonical(url))))
        except Forbidden as error:
            self.refused.append(str(error))
            self.note(Problem(stage=Stage.DISCOVER, kind="forbidden", level=Level.NOTE, url=url, message=str(error)))
            return None
        except FetchFailed as error:
            self.note(Problem(stage=Stage.DISCOVER, kind="fetch-failed", url=url, message=error.reason))
            return None
        self.answered += 1
        return (*hops, answer)

    def _had(self, url: str, kind: CaptureKind, answer: Capture, reading: Reading) -> tuple[Capture, Reading] | None:
        """A source that was kept, with what it says, and what is wrong with it noted; None: it is none."""
        if answer.status != 200 or answer.body is None:
            self._no_source(url, kind, answer)
            return None
        self.sources_had += 1
        if answer.truncated:
            message = (
                f"expected a whole {kind}, found {plural(len(answer.body), 'byte')} of it (cut by {answer.truncated})"
            )
            self.note(Problem(stage=Stage.DISCOVER, kind="source-cut", url=url, message=message))
            return answer, reading
        if not any(problem.stage == Stage.DISCOVER for problem in reading.problems):
            self.resolve_kinds(url, Stage.DISCOVER, lambda kind: kind != NO_POSTS)
        return answer, reading

    def keep_walled(self, captures: tuple[Capture, ...], read: Sequence[Reading]) -> str | None:
        """Keeps answers that came in place of a source or of counts, where they are those of a wall that names itself;
        what it is. None: they are not, and nothing was kept. A bare refusal may also say that nothing is there.
        *read*: what each of them says.
        """
        answer = captures[-1]
        if answer.status in _BARE and marked(answer) is None:
            return None
        seen = [self.observe(one, said).meaning for one, said in zip(captures, read, strict=True)]
        if Meaning.BLOCKED not in seen:
            return None
        named = self.keep_blocked(captures, read[-1])
        return marked(answer) or named

    def _is_blocked(self, url: str, kind: CaptureKind, captures: tuple[Capture, ...], read: Sequence[Reading]) -> bool:
        """Whether a wall that names itself came in a source's place; if so that is kept and noted."""
        wall = self.keep_walled(captures, read)
        if wall is None:
            return False
        self.sources_blocked += 1
        message = f"expected a {kind}, found {wall}"
        self.note(Problem(stage=Stage.DISCOVER, kind="blocked", url=url, message=message))
        return True

    def _no_source(self, url: str, kind: CaptureKind, answer: Capture) -> None:
        """A source that is not there is a note: there are others. One that fails is an error."""
        missing = answer.status in (404, 410) or answer.redirected_to is not None
        self.sources_refused += answer.status in _REFUSED
        if missing:
            self.resolve_kinds(url, Stage.DISCOVER, lambda kind: kind not in (NO_SOURCE, NO_POSTS))
        found = f"status {answer.status}" + (f" to {answer.redirected_to}" if answer.redirected_to else "")
        self.note(
            Problem(
                stage=Stage.DISCOVER,
                kind=NO_SOURCE if missing else "source-failed",
                level=Level.NOTE if missing else Level.ERROR,
                url=url,
                message=f"expected a {kind}, found {found}; the other sources were used",
            )
        )
