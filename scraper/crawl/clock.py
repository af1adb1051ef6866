"""Whether this machine's clock can be believed: the sites' servers are asked before anything is written.

Captures are sorted by their time, so one run with a clock that is years ahead would hide all later ones. A server tells
its time in every answer, also in that for robots.txt, which comes first anyway. As soon as one server agrees with our
clock, no other is asked. Two that disagree with it and agree with each other end the run; one alone may be wrong.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scraper import urls
from scraper.dates import utc
from scraper.decide import Judgement, instant
from scraper.errors import ArchiveError, Interrupted, WrongClock
from scraper.fetch import Fetcher, clocks
from scraper.numbers import plural
from scraper.records import Capture, Problem
from scraper.runs import CrawlTarget, NetworkSession
from scraper.store import aside
from scraper.vocabulary import Level, Stage

#: A clock that is off by more is wrong.
OFF = timedelta(days=1)
#: Two servers agree when their clocks differ by no more.
AGREE = timedelta(hours=1)
DIFFERS = "clock-differs"


@dataclass(frozen=True, slots=True)
class Witness:
    """A server, and how far its clock is ahead of ours."""

    url: str
    ahead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the servers said."""

    #: One that agrees with our clock; None: none said so.
    vouching: Witness | None = None
    #: Those that do not.
    differing: tuple[Witness, ...] = ()
    #: All answers of these servers: evidence that is still to be kept.
    captures: tuple[Capture, ...] = ()


def check(fetcher: Fetcher, targets: Iterable[CrawlTarget], gone: Collection[str], now: datetime) -> Checked:
    """Asks the servers of *targets* for their rules until one agrees with our clock. *gone*: sites that are left out.

    Raises WrongClock where two of them agree on another time, and Interrupted.
    """
    differing: list[Witness] = []
    kept: list[Capture] = []
    for target in targets:
        url = target.post or target.site.base_url
        if target.site.id in gone or _host(url) in {_host(one.url) for one in differing}:
            continue
        captures = _answers(fetcher, url)
        kept += captures
        ahead = clocks.ahead(captures)
        if ahead is None:
            continue
        witness = Witness(url, ahead)
        if abs(ahead) <= OFF:
            return Checked(vouching=witness, differing=tuple(differing), captures=tuple(kept))
        _refuse_where_agreed(witness, differing, now)
        differing.append(witness)
    return Checked(differing=tuple(differing), captures=tuple(kept))


def _answers(fetcher: Fetcher, url: str) -> tuple[Capture, ...]:
    """What a server answers for its rules; what goes wrong is met again, and told, when the site has its turn."""
    try:
        return fetcher.robots(url).captures
    except Interrupted:
        raise
    except ArchiveError as error:
        return error.captures
    except Exception:  # noqa: BLE001 - any fault
        return ()


def _host(url: str) -> str:
    return urls.known_host(urls.host(url))


def _refuse_where_agreed(witness: Witness, others: Iterable[Witness], now: datetime) -> None:
    for other in others:
        if abs(other.ahead - witness.ahead) <= AGREE:
            raise WrongClock(
                f"this machine's clock is wrong: it says {utc(now)}, but {_host(other.url)} and {_host(witness.url)} "
                f"say {utc(now + witness.ahead)}. Nothing was written: set the clock, then run again"
            )


def note(session: NetworkSession, checked: Checked) -> None:
    """Writes down what the servers said; where one vouches for our clock, what others dated wrongly is set aside."""
    session.keep_all(checked.captures)
    for one in checked.differing:
        message = (
            f"{_host(one.url)} says {utc(session.run.now() + one.ahead)}, this machine's clock {session.at()}: one of "
            "them is wrong. If it is ours, set it; the run continued"
        )
        session.tell(Problem(stage=Stage.CLOCK, kind=DIFFERS, level=Level.NOTE, url=one.url, message=message), one.url)
    if checked.vouching is not None:
        session.resolve(checked.vouching.url, Stage.CLOCK)
        _set_aside(session)


def _set_aside(session: NetworkSession) -> None:
    """Takes captures that a wrong clock dated out of account."""
    latest = session.run.now() + OFF
    wrong = [
        record
        for record, at, head in aside.doubtful(session.archive.db, utc(latest))
        if _is_wrong(at, clocks.told(head), latest)
    ]
    if not wrong:
        return
    session.archive.set_aside(
        wrong,
        aside.Decided(
            kind=Judgement.WRONG_TIME, reason="this machine's clock was wrong when it was captured", at=session.at(),
            by="crawl", crawl_id=session.run.crawl_id,
        ),
    )  # fmt: skip
    session.messages.append(
        f"{plural(len(wrong), 'capture')} of earlier runs had been dated by a clock that was wrong: kept as evidence, "
        "they no longer count; what they showed is fetched again"
    )


def _is_wrong(captured_at: str, told: datetime | None, latest: datetime) -> bool:
    """Whether a capture's time is wrong: by what the server itself said, else because it is still to come."""
    at = instant(captured_at)
    if told is None:
        return at > latest
    return abs(told - at) > OFF
