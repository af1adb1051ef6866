"""The posts of one site that are due: each fetched, kept and read in one transaction; soft 404s and drift noticed."""

from dataclasses import replace

from scraper import urls
from scraper.crawl.drift import DriftWatch, report
from scraper.crawl.missing import MissingPages, says_missing
from scraper.crawl.session import Session, validators_of
from scraper.decide import Due, UrlState
from scraper.errors import FetchFailed, Forbidden, Interrupted, LayoutChanged, RateLimited, Unreachable
from scraper.reading.capture import read_capture
from scraper.records import Capture, Problem, Reading, Site
from scraper.runs import Step

GOOD = frozenset({"new", "changed", "same", "returned", "older"})
#: Known posts looked at besides those that are due, to tell drift from an accident.
MOST_CONFIRMATIONS = 5


class Posts:
    """Fetches posts of one site."""

    def __init__(self, session: Session, site: Site, memory: dict[str, UrlState], addresses: dict[str, str]) -> None:
        """*addresses*: canonical address → the address that the site gave for it."""
        self.session = session
        self.site = site
        self.memory = memory
        self.addresses = addresses
        self.archived = [url for url, known in memory.items() if known.state == "archived" and not known.gone_at]
        self.drift = DriftWatch(known=len(self.archived))
        self.looked: set[str] = set()
        self.good = 0
        self.forbidden: list[str] = []
        self.missing = MissingPages(session, site)
        self._held: list[tuple[Capture, Reading]] = []

    def run(self, due: list[Due]) -> None:
        """Looks at every post that is due. Raises LayoutChanged when pages no longer look as they did."""
        try:
            self._run(due)
        except (Forbidden, RateLimited, Interrupted, Unreachable):
            self._release()
            raise
        self._release()

    def _run(self, due: list[Due]) -> None:
        for number, item in enumerate(due):
            self.session.run.interrupts.check()
            self.session.progress(Step(site=self.site.id, stage="posts", done=number, total=len(due), url=item.url))
            self.look(item.url)
            self._sound_alarm()
        self._confirm()
        self._sound_alarm()

    def look(self, url: str) -> bool:
        """Fetches and keeps one post; whether a good page of it was had."""
        if url in self.looked:
            return False
        self.looked.add(url)
        try:
            hops, answer = self.session.ask(
                self.addresses.get(url, url), "post", self.site, validators_of(self.memory.get(url))
            )
        except Forbidden as error:
            self.forbidden.append(url)
            self.session.note(Problem(stage="fetch", kind="forbidden", level="note", url=url, message=str(error)))
            return False
        except FetchFailed as error:
            self.session.note(Problem(stage="fetch", kind="fetch-failed", url=url, message=error.reason))
            return False
        except (RateLimited, Interrupted) as error:
            # The run ends here, and this post was not had: the next run begins with it.
            self.session.note(Problem(stage="fetch", kind="not-had", url=url, message=str(error)))
            raise
        return self._judge(url, hops, answer)

    def _judge(self, url: str, hops: tuple[Capture, ...], answer: Capture) -> bool:
        """Keeps the answer with what it says, unless it looks like drift: then only the evidence, for now."""
        status = answer.status or 0
        if status != 304 and not 200 <= status < 300 and status not in (404, 410):
            self.session.keep_all(hops)
            self._refused(url, answer)
            return False
        reading = read_capture(answer)
        if 200 <= status < 300 and reading.kind != "post":
            if urls.canonical(answer.url) != url:
                return self._led_away(url, hops, answer, reading)
            like = self.missing.same_as(answer)
            answer = replace(answer, like_capture_id=like if like and self._site_is_well() else None)
        self.session.keep_all(hops)
        is_missing = reading.kind == "missing" or answer.like_capture_id is not None
        if status != 304 and not is_missing:
            if self.drift.see(url, self.before(url), reading):
                self._held.append((answer, reading))
                return False
            self.session.resolve(url, "drift")
        return self._settle(url, answer, reading)

    def _led_away(self, url: str, hops: tuple[Capture, ...], answer: Capture, reading: Reading) -> bool:
        """Another page came in the post's place: that of missing posts, or a login, a consent page …"""
        last = max(number for number, hop in enumerate(hops) if hop.redirected_to)
        missing = says_missing(hops[last])
        if not missing and (like := self.missing.same_as(answer)) and self._site_is_well():
            hops = (*hops[:last], replace(hops[last], like_capture_id=like), *hops[last + 1 :])
            missing = True
        self.session.keep_all(hops)
        self.session.keep(answer, reading)
        if missing:
            self.session.resolve(url, "fetch")
            return False
        known = self.before(url)
        self.drift.see(url, known, reading)
        message = f"expected the post, it leads to {answer.url}, which is none; the last good version stays"
        level = "note" if known is None else "error"
        self.session.note(Problem(stage="fetch", kind="led-away", level=level, url=url, message=message))
        return False

    def _settle(self, url: str, answer: Capture, reading: Reading) -> bool:
        outcome = self.session.keep(answer, reading)
        if outcome.verdict in GOOD or answer.status == 304:
            self.good += 1
            self.looked.add(urls.canonical(answer.url))
            self.session.resolve(url, "fetch")
            self.session.resolve(url, "extract")
            return True
        if outcome.verdict in ("missing", "gone"):
            self.session.resolve(url, "fetch")
        elif outcome.verdict == "kept":
            message = f"expected a post, found a page of kind {reading.kind!r} that none of the layouts reads as one"
            self.session.note(Problem(stage="extract", kind="not-read", url=url, message=message))
        return False

    def _refused(self, url: str, answer: Capture) -> None:
        """An answer that is no page: kept, and tried again in the next run."""
        self.session.keep(answer)
        if answer.redirected_to is not None:
            away = f"it leads to {answer.redirected_to}, which is not on the site or forbidden; not followed"
            self.session.note(Problem(stage="fetch", kind="led-away", level="note", url=url, message=away))
            return
        message = f"expected the post, found status {answer.status}; tried again in the next run"
        self.session.note(Problem(stage="fetch", kind=f"status-{answer.status}", url=url, message=message))

    def before(self, url: str) -> Reading | None:
        """The post as the archive shows it; None: it has none."""
        known = self.memory.get(url)
        if known is None or known.state != "archived" or known.gone_at:
            return None
        return self.session.archive.shown(url)

    def _site_is_well(self) -> bool:
        """Whether the site still shows posts: else a login or consent page stands before all of it."""
        others = (url for url in self.archived if url not in self.looked)
        for url in [one for one, _ in zip(others, range(2), strict=False)]:
            if self.good or self.look(url):
                break
        return self.good > 0

    # -- drift

    def _confirm(self) -> None:
        """Looks at a few more known posts, when those that were due lost something but are too few to tell."""
        others = [url for url in self.archived if url not in self.looked]
        for url in others[:MOST_CONFIRMATIONS]:
            if not self.drift.doubtful:
                return
            self.session.run.interrupts.check()
            self.look(url)

    def _sound_alarm(self) -> None:
        alarms = self.drift.alarms()
        if not alarms:
            return
        for answer, _ in self._held:
            self.session.archive.keep_only(answer, self.session.run.crawl_id)
        since = {}
        for name, posts in alarms.items():
            for url in posts:
                message = f"the post had {name}, the page of {self.session.at()} has not; the archive was left as it is"
                self.session.note(Problem(stage="drift", kind="layout-changed", field=name, url=url, message=message))
            since[name] = self.session.archive.first_noted(posts, "drift", name) or self.session.at()
        raise LayoutChanged(report(alarms, self.site.id, since))

    def _release(self) -> None:
        """No drift after all: what was held back is kept like any other page."""
        for answer, reading in self._held:
            self.session.resolve(urls.canonical(answer.url), "drift")
            self._settle(urls.canonical(answer.url), answer, reading)
        self._held.clear()
