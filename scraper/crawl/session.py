"""What all parts of one crawl share, beyond what every run does: its wishes, and how sources are read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from scraper import urls
from scraper.crawl.pictures import PicturePolicy
from scraper.decide import UrlState
from scraper.errors import FetchFailed, Forbidden
from scraper.fetch import Validators
from scraper.reading.capture import read_capture
from scraper.records import Capture, Problem, Reading, Site
from scraper.runs import NetworkSession


@dataclass(slots=True, kw_only=True)
class Session(NetworkSession):
    """One run of `crawl`."""

    #: Fetch everything known, without conditional requests.
    full: bool = False
    counts: bool = True
    pictures: PicturePolicy = field(default_factory=PicturePolicy)
    #: What robots.txt kept us from asking, and how many sources answered, whatever they said.
    refused: list[str] = field(default_factory=list)
    answered: int = 0

    def source(
        self,
        url: str,
        kind: str,
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
        known = memory.get(urls.canonical(url))
        try:
            hops, answer = self.ask(url, kind, site, validators_of(known))
        except Forbidden as error:
            self.refused.append(str(error))
            self.note(Problem(stage="discover", kind="forbidden", level="note", url=url, message=str(error)))
            return None
        except FetchFailed as error:
            self.note(Problem(stage="discover", kind="fetch-failed", url=url, message=error.reason))
            return None
        self.keep_all(hops)
        self.answered += 1
        if answer.status == 304 and answer.not_modified_of is not None:
            self.keep(answer)
            held = self.archive.capture(answer.not_modified_of)
            return held, read_capture(held)
        reading = read_capture(answer)
        if hold and answer.kind == kind and answer.status == 200:
            return answer, reading
        if answer.kind == kind and not is_one(answer, reading):
            answer = replace(answer, kind="other")
        self.keep(answer, reading)
        if answer.status != 200 or answer.body is None:
            self._no_source(url, kind, answer)
            return None
        if answer.truncated:
            message = f"expected a whole {kind}, found {len(answer.body)} bytes of it (cut by {answer.truncated})"
            self.note(Problem(stage="discover", kind="source-cut", url=url, message=message))
            return answer, reading
        if not any(problem.stage == "discover" for problem in reading.problems):
            self.resolve(url, "discover")
        return answer, reading

    def _no_source(self, url: str, kind: str, answer: Capture) -> None:
        """A source that is not there is a note: there are others. One that fails is an error."""
        missing = answer.status in (404, 410) or answer.redirected_to is not None
        found = f"status {answer.status}" + (f" to {answer.redirected_to}" if answer.redirected_to else "")
        self.note(
            Problem(
                stage="discover",
                kind="no-source" if missing else "source-failed",
                level="note" if missing else "error",
                url=url,
                message=f"expected a {kind}, found {found}; the other sources were used",
            )
        )


def validators_of(known: UrlState | None) -> Validators | None:
    """What the server said about the copy that we hold; None: we hold none."""
    if known is None or known.capture_id is None or not (known.etag or known.last_modified):
        return None
    return Validators(etag=known.etag, last_modified=known.last_modified, capture_id=known.capture_id)
