"""The calendar day that a post bears: as its page shows it, else the day of the instant where the site is. Pure.

A site shows days in its own time zone, of which pages say nothing. But each page that has both an instant and a day
leaves only some offsets from UTC possible, and many pages leave few. A day is called by the site's offset only where
all offsets that are left agree on it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scraper.decide.observation import instant
from scraper.vocabulary import DayBasis

_DAY = timedelta(days=1)
#: Length of a day (``2021-03-18``); what is longer is an instant.
_DAY_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Offsets:
    """Offsets from UTC that a site may have: from *lowest* on, below *limit*. None is left where that is not above."""

    lowest: timedelta = timedelta(hours=-12)
    limit: timedelta = timedelta(hours=14, minutes=1)

    def and_(self, other: "Offsets") -> "Offsets":
        """The offsets that both allow."""
        return Offsets(max(self.lowest, other.lowest), min(self.limit, other.limit))


#: What is known of a site of which no page shows both an instant and a day.
ANY = Offsets()


def witnessed(at: str | None, day: str | None) -> Offsets:
    """The offsets at which the instant *at* falls on *day*; `ANY` where there are not both."""
    if at is None or day is None or len(at) <= _DAY_LENGTH:
        return ANY
    lowest = datetime.fromisoformat(day).replace(tzinfo=UTC) - instant(at)
    return ANY.and_(Offsets(lowest, lowest + _DAY))


def day_of(at: str | None, shown: str | None, offsets: Offsets = ANY) -> tuple[str | None, DayBasis | None]:
    """(day, how it is known) of a post dated *at*, whose page shows the day *shown*, on a site with one of *offsets*.

    (None, None) where there is no date, or only a month or a year.
    """
    if shown is not None:
        return shown, DayBasis.SHOWN
    if at is None or len(at) < _DAY_LENGTH:
        return None, None
    if len(at) == _DAY_LENGTH:
        return at, DayBasis.SHOWN
    if offsets != ANY and offsets.lowest < offsets.limit:
        first, last = instant(at) + offsets.lowest, instant(at) + offsets.limit - timedelta(microseconds=1)
        if first.date() == last.date():
            return first.date().isoformat(), DayBasis.OFFSET
    return at[:_DAY_LENGTH], DayBasis.UTC
