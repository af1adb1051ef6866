"""Pages that stand where a post was expected and do not say what they are: a wall, an absence, or nothing. Pure.

A wall before a site shows every visitor the same page, so it is told by sameness, never by one page alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from scraper import urls
from scraper.decide.observation import Meaning
from scraper.decide.refreshes import leads_to
from scraper.decide.resemblance import alike
from scraper.numbers import plural
from scraper.records import Capture

#: So many different addresses that answer alike are a sameness.
SAMENESS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An answer that shows no post where one was expected."""

    #: The post's address.
    url: str
    #: What came from there in the end: a page, or a redirect that was not followed.
    answer: Capture
    #: Whether a source of the site that was fetched whole today names the post, and whether it was fetched in this run.
    named: bool = False
    was_good: bool = False
    #: It was asked for as a control: the archive has the post, and nothing says that it is away.
    known: bool = False
    #: The answer says by itself that nothing is there: an error page, or the way to the front page.
    says_missing: bool = False

    @property
    def may_be_post(self) -> bool:
        """Whether a post is at its address, for all we know."""
        return self.named or self.was_good or self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What a site answers for addresses of which we know what to expect."""

    #: Whether a post that the archive has was shown; None: there was none to ask for, or no answer.
    known_good: bool | None = None
    #: The answer for an address that never was; None: none was fetched.
    probe: Capture | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a suspect is, and why in a few words: blocked, absent, or nothing."""

    meaning: Meaning
    why: str


def rule(suspect: Suspect, others: Sequence[Suspect], controls: Controls) -> Ruling:
    """What *suspect* is, beside all suspects of the run (*others*, itself among them or not).

    Blocked: at least `SAMENESS` addresses answer alike, and a post is at one of them for all we know. Absent: a known
    post is shown, no source names this one, and the answer is that for an address that never was, or says so itself.
    """
    same = [suspect, *_alike(suspect, others)]
    is_probe = controls.probe is not None and same_answer(suspect.answer, controls.probe)
    addresses = len({one.url for one in same}) + is_probe
    if addresses >= SAMENESS and any(one.may_be_post for one in same):
        return Ruling(Meaning.BLOCKED, _sameness(suspect.answer, addresses))
    if _is_absent(suspect, controls, is_probe=is_probe):
        return Ruling(Meaning.ABSENT, "a known post is shown, and a nonexistent address answers like this")
    return Ruling(Meaning.NOTHING, "it may be a wall, an error page, or a page of another kind")


def _alike(suspect: Suspect, others: Sequence[Suspect]) -> list[Suspect]:
    """Those of other addresses that answer as *suspect* does."""
    return [one for one in others if one.url != suspect.url and same_answer(one.answer, suspect.answer)]


def _is_absent(suspect: Suspect, controls: Controls, *, is_probe: bool) -> bool:
    """Whether a known post is shown, no source names this one, and its answer says that nothing is there, or is that
    for an address that never was.
    """
    return bool(controls.known_good) and not suspect.named and (suspect.says_missing or is_probe)


def _sameness(answer: Capture, addresses: int) -> str:
    """What many addresses answered, in words."""
    if leads_to(answer) is not None:
        return f"{plural(addresses, 'address', 'addresses')}, of which some are posts, lead to {place(answer)}"
    return f"the same page for {plural(addresses, 'address', 'addresses')}, of which some are posts"


def same_answer(one: Capture, other: Capture) -> bool:
    """Whether two addresses answered alike: with the same words, or by leading to the same place."""
    first, second = place(one), place(other)
    if leads_to(one) or leads_to(other):
        return first == second
    return first == second or alike(one, other)


def place(capture: Capture) -> str:
    """Where a visitor ends up, without what is asked for there: a login is told which page to come back to. Another
    host is one place: posts that keep their paths there are another matter, see `keeps_path`.
    """
    where = urlsplit(urls.normalise(leads_to(capture) or capture.url))
    path = where.path.rstrip("/") if where.netloc == urls.host(capture.url) else ""
    return f"{where.netloc}{path}"


def keeps_path(url: str, to: str) -> bool:
    """Whether *to* is on another host and has the path of *url*, as where a blog moved to a new domain."""
    before, after = urlsplit(urls.normalise(url)), urlsplit(urls.normalise(to))
    return before.netloc != after.netloc and before.path.rstrip("/") == after.path.rstrip("/") != ""
