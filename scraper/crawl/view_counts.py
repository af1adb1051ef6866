"""Asks for the view and comment counts of posts whose pages do not carry them: after the posts, once a day at most."""

from dataclasses import replace

from scraper.crawl.session import CrawlSession
from scraper.decide import ALMOST_A_DAY, COUNTS_HOST_AGAIN, UrlState, within
from scraper.errors import FetchFailed, Forbidden
from scraper.numbers import plural
from scraper.reading import read_capture, wix_counts_api
from scraper.records import Capture, Problem, Site
from scraper.runs import ProgressStep
from scraper.store import lookups
from scraper.vocabulary import AddressState, CaptureKind, Level, ReadingKind, Stage

MOST_A_RUN = 50
BLOCKED = "blocked"


class Counting:
    """Asks one Wix site's public counts endpoint."""

    def __init__(self, session: CrawlSession, site: Site) -> None:
        self.session = session
        self.site = site
        self.hosts = frozenset(site.hosts)
        self._base = site.base_url
        #: Posts in a row that the endpoint did not know.
        self._misses = 0

    def due(self, memory: dict[str, UrlState]) -> list[str]:
        """Posts whose counts are a day old, the oldest first; never counted ones before all."""
        now = self.session.run.now()
        posts = [
            known
            for known in memory.values()
            if known.state == AddressState.ARCHIVED and not known.gone_at and not known.missing_since
        ]
        old = [known for known in posts if not within(known.counted_at, ALMOST_A_DAY, now)]
        return [known.url for known in sorted(old, key=lambda known: (known.counted_at or "", known.url))]

    def run(self, memory: dict[str, UrlState]) -> None:
        """Asks for what is due, where robots.txt allows it and the host has the endpoint."""
        due = self.due(memory)
        where = wix_counts_api.tokens_url(self.site)
        if not due or self._known_to_lack(where) or self._asked_today():
            return
        message = (
            f"the counts of {plural(len(due), 'post')} were due; "
            f"{MOST_A_RUN} are asked for in one run, the oldest first"
        )
        self.session.cap("counts", self.site.base_url, message if len(due) > MOST_A_RUN else None)
        due = due[:MOST_A_RUN]
        token = self._token(where)
        if token is None:
            return
        for number, url in enumerate(due):
            self.session.run.interrupts.check()
            self.session.progress(ProgressStep(site=self.site.id, stage="counts", done=number, total=len(due), url=url))
            if not self._count(url, token):
                return

    def _asked_today(self) -> bool:
        """Whether the site was asked in the last day, on whichever of its hosts and about whichever posts."""
        scheme = self.site.base_url.partition("://")[0]
        bases = {self.site.base_url, *(f"{scheme}://{host}/" for host in self.hosts)}
        asked = [lookups.counts_asked_at(self.session.archive.db, base) for base in sorted(bases)]
        return within(max(filter(None, asked), default=None), ALMOST_A_DAY, self.session.run.now())

    def _known_to_lack(self, where: str) -> bool:
        """Whether this host was found without the endpoint lately."""
        noted = lookups.last_noted(self.session.archive.db, where, Stage.COUNTS)
        return within(noted, COUNTS_HOST_AGAIN, self.session.run.now())

    def _lacks(self, where: str, kind: str, message: str) -> None:
        self.session.note(Problem(stage=Stage.COUNTS, kind=kind, level=Level.NOTE, url=where, message=message))

    def _fails(self, where: str, message: str) -> None:
        """The endpoint may be there, but did not answer as it does: nothing is concluded from that."""
        self.session.note(
            Problem(stage=Stage.COUNTS_WEATHER, kind="no-answer", level=Level.NOTE, url=where, message=message)
        )

    def _token(self, where: str) -> str | None:
        """A visitor's token; None: there is none to be found, which is noted."""
        try:
            captures = self.session.fetcher.get(where, kind=CaptureKind.COUNTS, hosts=self.hosts)
        except Forbidden as error:
            self._lacks(where, "forbidden", f"{error}; counts stay unknown")
            return None
        except FetchFailed as error:
            self.session.keep_all(error.captures)
            self._fails(where, f"{error.reason}; counts stay unknown, asked again in the next run")
            return None
        if self._is_blocked(where, captures):
            return None
        self.session.keep_all(captures)
        answer = captures[-1]
        token = wix_counts_api.read_token(answer.payload) if answer.status == 200 else None
        if token is None:
            found = f"expected a visitor's token, found status {answer.status}"
            if answer.status == 404:
                self._lacks(where, "no-endpoint", f"{found}; asked again after 30 days")
            else:
                self._fails(where, f"{found}; asked again in the next run")
        else:
            # A host that leads elsewhere on the site (www to bare) has the counts there.
            self._base = answer.url.removesuffix(wix_counts_api.TOKENS)
            self.session.resolve(where, Stage.COUNTS)
        return token

    def _count(self, url: str, token: str) -> bool:
        """Asks for one post's counts; whether it is worth asking for the next."""
        asked = wix_counts_api.ask(url, replace(self.site, base_url=self._base), token)
        if asked is None:
            return True
        where = wix_counts_api.tokens_url(self.site)
        try:
            captures = self.session.fetcher.post(asked.url, body=asked.body, headers=asked.headers, hosts=self.hosts)
        except Forbidden as error:
            self._lacks(where, "forbidden", f"{error}; counts stay unknown")
            return False
        except FetchFailed as error:
            self.session.keep_all(error.captures)
            self._fails(where, f"{error.reason}; asked again in the next run")
            return False
        if self._is_blocked(where, captures):
            return False
        self.session.keep_all(captures)
        self.session.resolve_kinds(where, Stage.COUNTS_WEATHER, lambda kind: kind == BLOCKED)
        return self._worked(captures[-1], url, where)

    def _is_blocked(self, where: str, captures: tuple[Capture, ...]) -> bool:
        """Whether a wall that names itself stands before the endpoint; if so that is kept and noted."""
        wall = self.session.keep_walled(captures, [read_capture(one) for one in captures])
        if wall is None:
            return False
        message = f"expected counts, found {wall}; counts stay unknown, asked again in the next run"
        self.session.note(Problem(stage=Stage.COUNTS_WEATHER, kind=BLOCKED, url=where, message=message))
        return True

    def _worked(self, answer: Capture, url: str, where: str) -> bool:
        if answer.status == 200 and wix_counts_api.read(answer).kind == ReadingKind.LIST:
            self._misses = 0
            self.session.resolve(url, Stage.COUNTS)
            return True
        message = f"expected the counts, found status {answer.status}"
        self.session.note(Problem(stage=Stage.COUNTS, kind="no-counts", level=Level.NOTE, url=url, message=message))
        if answer.status == 404 and self._misses < 3:
            self._misses += 1
            return True  # this post may not be there for the endpoint; the others may
        if answer.status == 404 and not self._told_lately():
            self._lacks(where, "no-endpoint", f"{message} at {answer.url}; asked again after 30 days")
        else:
            self._fails(where, f"{message} at {answer.url}; asked again in the next run")
        return False

    def _told_lately(self) -> bool:
        """Whether the endpoint told counts lately: then it is there, and some posts are not."""
        told = lookups.endpoint_counted_at(self.session.archive.db, self.site.id)
        return within(told, COUNTS_HOST_AGAIN, self.session.run.now())
