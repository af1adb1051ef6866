"""The posts of one site that are due: each fetched, judged, kept and read in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scraper import decide, urls
from scraper.crawl.controls import ControlPages
from scraper.crawl.drift import GRAVE, SMALL, DriftWatch, report
from scraper.crawl.session import CrawlSession
from scraper.crawl.wall import IN_A_ROW, Wall
from scraper.decide import SAMENESS, Due, Judgement, Meaning, Ruling, Suspect, UrlState, keeps_path, place, rule
from scraper.errors import CircularRedirect, FetchFailed, Forbidden, Interrupted, RateLimited
from scraper.fetch import Validators
from scraper.numbers import plural
from scraper.reading import PageRead
from scraper.records import Capture, Problem, Reading, Site
from scraper.runs import ProgressStep
from scraper.store import lookups
from scraper.vocabulary import AddressState, CaptureKind, Level, Stage, Verdict

#: Verdicts on a page that shows its post; a duplicate is one that was asked for twice in an instant.
GOOD = decide.GOOD | {Verdict.OLDER, Verdict.DUPLICATE}
#: Known posts looked at besides those that are due, to tell drift from an accident.
MOST_CONFIRMATIONS = 5
#: So many suspects in a row are judged at once; fewer wait for the end of the run.
SUSPECTS_IN_A_ROW = 5
#: So many posts must keep their paths on another domain for the blog to have moved there.
MOVED_POSTS = 3

#: What `CrawlSession.ask` is asked.
_Question = tuple[str, CaptureKind, Site, Validators | None]


@dataclass(frozen=True, slots=True)
class Held:
    """A suspect, and the capture that is held until it is judged."""

    suspect: Suspect
    capture_id: int


class Posts:
    """Fetches posts of one site."""

    def __init__(
        self,
        session: CrawlSession,
        site: Site,
        memory: dict[str, UrlState],
        addresses: dict[str, str],
        named: Collection[str] = (),
    ) -> None:
        """*addresses*: canonical address → the address that the site gave for it; *named*: those that a source of the
        site which was had today names.
        """
        self.session = session
        self.site = site
        self.memory = memory
        self.addresses = addresses
        self.named = named
        self.archived = [
            url for url, known in memory.items() if known.state == AddressState.ARCHIVED and not known.gone_at
        ]
        self.drift = DriftWatch(known=len(self.archived))
        self.looked: set[str] = set()
        self.good: set[str] = set()
        self.forbidden: list[str] = []
        self.wall = Wall(session, site)
        self.moved_away: dict[str, list[str]] = {}
        self._controls = ControlPages(session, site, self._known_is_shown)
        #: Posts in a row whose redirects lead in a circle.
        self._in_circles: list[str] = []
        #: How often so many pages in a row were behind a wall while a known post was shown all the same.
        self._walled_in_part = 0
        self._suspects: list[Held] = []
        self._suspects_in_a_row = 0
        #: The known post that is being asked for as a control.
        self._control: str | None = None
        #: What each post is asked for with, once that was wanted.
        self._questions: dict[str, _Question] = {}
        #: Addresses that led to another post: where → url → the redirect.
        self._ways: dict[str, dict[str, Held]] = {}
        self._led_by_many: set[str] = set()
        #: Pages that show their posts: url → capture.
        self._captured: dict[str, int] = {}

    def run(self, due: list[Due]) -> None:
        """Looks at every post that is due, last at those that a wall stood before in the last run. Raises Blocked when
        a wall stands before the site's pages.
        """
        walled = lookups.walled(self.session.archive.db)
        due = sorted(due, key=lambda item: item.url in walled)
        try:
            for number, item in enumerate(due):
                self.session.await_next(*self._question(item.url))
                self.session.progress(
                    ProgressStep(site=self.site.id, stage="posts", done=number, total=len(due), url=item.url)
                )
                with self.session.contained(item.url, Stage.FETCH):
                    self.look(item.url, [then.url for then in due[number + 1 : number + 1 + self.session.reach]])
                if self._has_moved_away():
                    return
                if self.is_left:
                    break
                if self._suspects_in_a_row >= SUSPECTS_IN_A_ROW:
                    self._judge_suspects()
            else:
                self._judge_suspects()
                self._confirm()
                self._judge_suspects()
            self._tell_where_they_are()
        finally:
            self.session.ask_no_more_ahead()
            self._hold_drifted()

    def _tell_where_they_are(self) -> None:
        """Says whether the blog is where it was, and whether some of its posts stand behind a wall."""
        if self.good:
            self.session.resolve(self.site.base_url, Stage.MOVED)
        if self._walled_in_part:
            self.wall.tell_part()

    @property
    def is_left(self) -> bool:
        """Whether a wall was met so often that no more posts are asked for in this run."""
        return self._walled_in_part > 1

    def look(self, url: str, then: Sequence[str] = ()) -> bool:
        """Fetches and keeps one post; whether a good page of it was had. *then*: the posts that are looked at next."""
        if url in self.looked:
            return False
        self.looked.add(url)
        found = self._ask(url)
        if found is not None and not found[0]:
            self._ask_ahead(then)
        return found is not None and self._judge(url, *found)

    def _ask_ahead(self, following: Sequence[str]) -> None:
        """Begins with the next posts while the last one is read and kept, as long as nothing is in the way: then no
        answer comes that nobody looks at.
        """
        if self.wall.stands or self._suspects or self.moved_away or self.session.run.interrupts.asked:
            self.session.ask_no_more_ahead()
            return
        for url in following:
            if url not in self.looked:
                self.session.ask_ahead(*self._question(url))

    def _question(self, url: str) -> _Question:
        """The words with which a post is asked for ahead, and then for good: the very same, whatever came between."""
        if url not in self._questions:
            self._questions[url] = self._asked_with(url)
        return self._questions[url]

    def _asked_with(self, url: str) -> _Question:
        known = self.memory.get(url, UrlState(url=url))
        named = self.addresses.get(url) or lookups.spelling(self.session.archive.db, url, known.capture_id)
        return named, CaptureKind.POST, self.site, self.session.validators(known)

    def _ask(self, url: str) -> tuple[tuple[Capture, ...], Capture] | None:
        """What came on the way, and the answer; None: none was had, which is noted."""
        try:
            found = self.session.ask(*self._question(url))
        except Forbidden as error:
            self.forbidden.append(url)
            self.session.note(
                Problem(stage=Stage.FETCH, kind="forbidden", level=Level.NOTE, url=url, message=str(error))
            )
        except FetchFailed as error:
            self.session.note(Problem(stage=Stage.FETCH, kind="fetch-failed", url=url, message=error.reason))
            if isinstance(error, CircularRedirect):
                self._led_in_a_circle(url)
        except (RateLimited, Interrupted) as error:
            # The run ends here, and this post was not had: the next run begins with it.
            self.session.note(Problem(stage=Stage.FETCH, kind="not-had", url=url, message=str(error)))
            raise
        else:
            self._in_circles.clear()
            return found
        return None

    def _led_in_a_circle(self, url: str) -> None:
        """One such post is broken; several in a row stand behind a wall. Raises Blocked where it is before the site."""
        self._in_circles.append(url)
        if len(self._in_circles) < IN_A_ROW:
            return
        walled, self._in_circles = self._in_circles, []
        for one in walled:
            self.session.resolve(one, Stage.FETCH)
            self.wall.met(one, "a redirect in a circle, as where a cookie is demanded")
        self._leave_if_walled(())

    # -- what an answer is

    def _judge(self, url: str, hops: tuple[Capture, ...], answer: Capture) -> bool:
        """Keeps the answer with what it says; whether it shows the post."""
        page = self.session.read(answer)
        reading = page.reading
        redirects = [hop for hop in hops if hop.redirected_to]
        seen = self.session.observe(answer, reading)
        if Meaning.BLOCKED in (seen.meaning, *(self.session.observe(hop, None).meaning for hop in redirects[:1])):
            self._blocked(url, hops, answer, reading)
            return False
        if seen.meaning is Meaning.SHOWS or seen.confirms:
            self._keep_hops(url, hops)
            return self._shown(url, answer, page)
        self._not_shown(url, hops, answer, reading, seen.meaning)
        return False

    def _not_shown(self, url: str, hops: tuple[Capture, ...], answer: Capture, reading: Reading, says: Meaning) -> None:
        """An answer that neither shows the post nor calls itself a wall."""
        if says is Meaning.WEATHER:
            self.session.keep_undecided(hops)
            self._spoiled(url, answer, reading)
        elif says is Meaning.ABSENT and answer.status in (404, 410) and not any(hop.redirected_to for hop in hops):
            self._missing(url, hops, answer, reading)
        elif answer.redirected_to and keeps_path(url, answer.redirected_to):
            self.session.keep_all(hops)
            self._led_away(url, answer)
        else:
            self._suspect(url, hops, answer, reading)

    def _keep_hops(self, url: str, hops: tuple[Capture, ...]) -> None:
        """Keeps the way to another post: it says that the old one is away, unless the site's own sources name it."""
        for hop in hops:
            seen = self.session.observe(hop, None)
            absent = seen.meaning is Meaning.ABSENT
            held = {Judgement.HELD: "named by the site's own sources"} if absent and self._is_named(url) else {}
            number = self.session.keep(hop, judged=held).capture_id
            if absent:
                self._ways.setdefault(place(hop), {})[url] = Held(self._suspect_of(url, hop, seen.meaning), number)

    def _shown(self, url: str, answer: Capture, page: PageRead) -> bool:
        """A page that shows the post, or a 304 that confirms it."""
        reading = page.reading
        self.wall.passed()
        self._suspects_in_a_row = 0
        own = answer.status != 304 and urls.canonical(answer.url) == url
        lost = self.drift.see(url, self.before(url), reading) if own else ()
        outcome = self.session.keep(answer, reading)
        if own:
            self.session.look_for_media(outcome.capture_id, page)
            self._captured[url] = outcome.capture_id
        if not set(lost) & set(GRAVE):
            self.session.resolve(url, Stage.DRIFT)
        if outcome.verdict not in GOOD and answer.status != 304:
            return False
        self.good.add(url)
        self.looked.add(urls.canonical(answer.url))
        for stage in (Stage.FETCH, Stage.EXTRACT, Stage.NAMED):
            self.session.resolve(url, stage)
        return True

    def _missing(self, url: str, hops: tuple[Capture, ...], answer: Capture, reading: Reading) -> None:
        """A 404 or 410: an absence, or a wall that says so by marks which pages of posts lack."""
        wall = self.session.behind_missing(answer, self.site.id)
        if wall is not None:
            self._blocked(url, hops, answer, reading, wall)
            return
        self.session.keep_all(hops)
        self._absent(url, answer, reading)

    def _absent(self, url: str, answer: Capture, reading: Reading) -> None:
        """A 404 or 410: an absence, which makes no post gone as long as the site's own sources name it."""
        self.wall.passed()
        self._suspects_in_a_row = 0
        if not self._is_named(url):
            self.session.keep(answer, reading)
            self.session.resolve(url, Stage.FETCH)
            self.session.resolve(url, Stage.NAMED)
            return
        why = f"status {answer.status}, though the site's own sources name it"
        self.session.keep(answer, reading, {Judgement.HELD: why})
        stage = Stage.NAMED if self.before(url) is None else Stage.FETCH
        message = f"expected the post, found {why}; it will be asked for again"
        self.session.note(Problem(stage=stage, kind="named-but-missing", url=url, message=message))

    def _is_named(self, url: str) -> bool:
        """Whether the site's own sources name the post, by whichever of its addresses."""
        return url in self.named or any(one in self.named for one in lookups.addresses_of(self.session.archive.db, url))

    def _spoiled(self, url: str, answer: Capture, reading: Reading) -> None:
        """Weather: kept, and tried again in the next run."""
        self.session.keep(answer, reading)
        found = f"status {answer.status}" + (f", cut ({answer.truncated})" if answer.truncated else "")
        message = f"expected the post, found {found}; tried again in the next run"
        self.session.note(Problem(stage=Stage.FETCH, kind=f"status-{answer.status}", url=url, message=message))

    def _blocked(self, url: str, hops: tuple[Capture, ...], answer: Capture, reading: Reading, why: str = "") -> None:
        """A wall that names itself, or by *why* is one. Raises Blocked at the third in a row."""
        self.wall.met(url, self.session.keep_blocked((*hops, answer), reading, why))
        if self._control is None:
            self._leave_if_walled(())

    def _leave_if_walled(self, doubted: Collection[str]) -> None:
        """Raises Blocked where a wall stands before the site: so many pages in a row, and a known post is not shown
        either. *doubted*: posts of which it is not known what stands there.
        """
        if not self.wall.is_firm:
            return
        if not self._controls.is_shown(self._known_posts({*doubted, *self.wall.met_at})):
            raise self.wall.before_site()
        self.wall.passed()
        self._walled_in_part += 1

    def _known_posts(self, doubted: Collection[str]) -> list[str]:
        """Posts that the archive has, but those in doubt: first those that were had in this run, then those that were
        not looked at, from the end, as neighbours are often treated alike.
        """
        unlooked = [url for url in self.archived if url not in self.looked]
        known = dict.fromkeys((*sorted(self.good), *reversed(unlooked), *self.archived))
        return [url for url in known if url not in doubted]

    def _led_away(self, url: str, answer: Capture) -> None:
        """A redirect to the same path on another domain."""
        self.session.keep(answer)
        to = answer.redirected_to or ""
        self.moved_away.setdefault(urls.host(to), []).append(to)
        message = f"leads to {to}, which is not on the site; not followed"
        self.session.note(Problem(stage=Stage.FETCH, kind="led-away", level=Level.NOTE, url=url, message=message))

    def _has_moved_away(self) -> bool:
        """Whether the blog is now on another domain: then there is nothing more to ask for here."""
        for led in self.moved_away.values():
            if len(led) >= MOVED_POSTS:
                base = urls.front(led[0])
                message = (
                    f"the blog has moved to {base}: "
                    f"{plural(len(led), 'post keeps its path', 'posts keep their paths')} there; "
                    f"crawl that (`ushrn crawl {base}`)"
                )
                self.session.tell(
                    Problem(stage=Stage.MOVED, kind="moved-domain", url=self.site.base_url, message=message),
                    self.site.id,
                )
                return True
        return False

    def before(self, url: str) -> Reading | None:
        """The post as the archive shows it; None: it has none."""
        known = self.memory.get(url)
        if known is None or known.state != AddressState.ARCHIVED or known.gone_at:
            return None
        return self.session.archive.shown(url)

    # -- suspects

    def _suspect(self, url: str, hops: tuple[Capture, ...], answer: Capture, reading: Reading) -> None:
        """A page that is no post and does not say what it is: held until the others are known.

        Where the post led to another page of the site, the redirect is what counts for the post.
        """
        last = max((number for number, hop in enumerate(hops) if hop.redirected_to), default=None)
        counts = answer if last is None or urls.canonical(answer.url) == url else hops[last]
        says = self.session.observe(counts, reading if counts is answer else None)
        held = {Judgement.HELD: "not the post: a suspect"}
        number = 0
        for capture in (*hops, answer):
            outcome = self.session.keep(
                capture, reading if capture is answer else None, held if capture is counts else {}
            )
            number = outcome.capture_id if capture is counts else number
        self._suspects.append(Held(self._suspect_of(url, answer, says.meaning), number))
        self._suspects_in_a_row += 1

    def _suspect_of(self, url: str, answer: Capture, says: Meaning) -> Suspect:
        return Suspect(
            url=url, answer=answer, named=self._is_named(url), was_good=url in self.good, known=url == self._control,
            says_missing=says is Meaning.ABSENT,
        )  # fmt: skip

    def _led_to_one(self) -> list[Held]:
        """Redirects from so many addresses to one post that they are suspect, too: held from now on, as are all others
        that lead there.
        """
        self._led_by_many |= {where for where, ways in self._ways.items() if len(ways) >= SAMENESS}
        found = [held for where in self._led_by_many for held in self._ways.pop(where, {}).values()]
        for held in found:
            self.session.judge(held.capture_id, Judgement.HELD, "not the post: a suspect")
        return found

    def _judge_suspects(self) -> None:
        """What the suspects so far are. Raises Blocked when they are a wall."""
        held, self._suspects, self._suspects_in_a_row = [*self._suspects, *self._led_to_one()], [], 0
        if not held:
            return
        doubtful = next((one for one in held if not one.suspect.says_missing), None)
        if doubtful is not None and self._again(doubtful):
            held.remove(doubtful)
        controls = self._controls.ask(self._known_posts({one.suspect.url for one in held}))
        held, self._suspects, self._suspects_in_a_row = [*held, *self._suspects, *self._led_to_one()], [], 0
        suspects = [one.suspect for one in held]
        for one in held:
            self._settle_suspect(one, rule(one.suspect, suspects, controls))
        self._leave_if_walled({one.url for one in suspects})

    def _again(self, held: Held) -> bool:
        """Asks for a suspect once more; whether it shows the post now."""
        url = held.suspect.url
        found = self._ask(url)
        if found is None:
            return False
        hops, answer = found
        page = self.session.read(answer)
        if self.session.observe(answer, page.reading).meaning is not Meaning.SHOWS:
            return False
        self.session.keep_all(hops)
        return self._shown(url, answer, page)

    def _known_is_shown(self, url: str) -> bool | None:
        """Whether a post that the archive has is shown; None: it is not there, or there was no answer that tells."""
        self.looked.add(url)
        found = self._ask(url)
        if found is None:
            return None
        self._control = url
        try:
            shown = self._judge(url, *found)
        finally:
            self._control = None
        said = self.session.observe(found[1], None).meaning
        if urls.canonical(found[1].url) != url:
            return False  # another post than the one asked for
        return shown or (None if said in (Meaning.WEATHER, Meaning.ABSENT) else False)

    def _settle_suspect(self, held: Held, ruling: Ruling) -> None:
        """Writes down what a suspect was found to be."""
        url = held.suspect.url
        match ruling.meaning:
            case Meaning.BLOCKED:
                self.session.judge(held.capture_id, Judgement.BLOCKED, ruling.why)
                self.wall.met(url, ruling.why, named=False)
            case Meaning.ABSENT:
                self.session.judge(held.capture_id, Judgement.ABSENT, ruling.why)
                self.session.resolve(url, Stage.FETCH)
            case _:
                if self.before(url) is not None:
                    self.drift.lose_page(url)
                self._undecided(held.suspect)

    def _undecided(self, suspect: Suspect) -> None:
        at, url = suspect.answer, suspect.url
        where = at.redirected_to or (at.url if urls.canonical(at.url) != url else None)
        found = f"it leads to {where}" if where else "found a page that no layout recognizes"
        message = f"expected a post, {found}; nothing was concluded from it"
        level = Level.NOTE if at.redirected_to and self.before(url) is None else Level.ERROR
        self.session.note(Problem(stage=Stage.FETCH, kind="undecided", level=level, url=url, message=message))

    # -- drift

    def _confirm(self) -> None:
        """Looks at a few more known posts, when those that were due lost something but are too few to tell."""
        others = [url for url in self.archived if url not in self.looked]
        for url in others[:MOST_CONFIRMATIONS]:
            if not self.drift.doubtful:
                return
            self.session.run.interrupts.check()
            self.look(url)

    def _hold_drifted(self) -> None:
        """Holds back the pages that lost something grave, where many did; says once what many lost that is small."""
        self._tell_small()
        alarms = self.drift.alarms(GRAVE)
        since = {}
        told = False
        for name, posts in alarms.items():
            for url in posts:
                message = f"expected {name}, the page of {self.session.at()} has none; the archive was left as it is"
                problem = Problem(stage=Stage.DRIFT, kind="layout-changed", field=name, url=url, message=message)
                told = self.session.note(problem) or told
            since[name] = self.session.archive.first_noted(posts, Stage.DRIFT, name) or self.session.at()
        for url in {url for posts in alarms.values() for url in posts}:
            if url in self._captured:
                self.session.judge(self._captured.pop(url), Judgement.HELD, "pages no longer look as they did")
        if told:
            self.session.alarm(report(alarms, self.site.id, since))

    def _tell_small(self) -> None:
        for name, posts in self.drift.alarms(SMALL).items():
            message = (
                f"{len(posts)} of {plural(self.drift.looked_at, 'post')} "
                f"looked at no longer show {name}; stored as shown"
            )
            self.session.tell(
                Problem(
                    stage=Stage.DRIFT,
                    kind="fields-lost",
                    field=name,
                    level=Level.NOTE,
                    url=self.site.base_url,
                    message=message,
                ),
                self.site.id,
            )
