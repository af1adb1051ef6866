"""Charts as numbers: where each bar and point of an inline SVG goes. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scraper.serve import texts

#: Pixels: width of one year (a target that a finger hits), height of the tallest bar, room for the marks below.
STEP, TALL, MARKS = 24, 96, 24
#: Where bars stand: what is too small to be seen is drawn larger, so a stack may be a little taller than that.
FLOOR = TALL + 14


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured piece of a bar."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One year."""

    name: str
    #: What stands below it.
    mark: str
    label: str
    link: str
    x: int
    chosen: bool
    parts: tuple[Part, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars side by side, and the frame around them."""

    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    step: int = STEP
    floor: int = FLOOR
    height: int = FLOOR + MARKS

    @property
    def width(self) -> int:
        """Pixels."""
        return self.step * len(self.bars)


def timeline(
    counts: Mapping[str, Sequence[int]],
    series: Sequence[str],
    link: Callable[[str], str],
    chosen: frozenset[str] = frozenset(),
) -> Timeline:
    """One bar a year, years without posts too; *counts*: year → a number for each of *series*."""
    years = sorted(year for year in counts if year.isdigit() and 1900 < int(year) < 2200)
    tallest = max((sum(counts[year]) for year in years), default=0) or 1
    span = range(int(years[0]), int(years[-1]) + 1) if years else range(0)
    bars = []
    for place, year in enumerate(map(str, span)):
        values = tuple(counts.get(year, (0,) * len(series)))
        label = texts.year_label(year, sum(values))
        bars.append(
            Bar(year, "’" + year[2:], label, link(year), place * STEP, year in chosen, stack(values, tallest), values)
        )
    return Timeline(tuple(series), tuple(bars))


def stack(values: Sequence[int], tallest: int) -> tuple[Part, ...]:
    """The pieces of one bar, from the floor up; the smallest can still be seen."""
    parts, top = [], float(FLOOR)
    for series, value in enumerate(values):
        if value:
            height = max(2.0, round(value / tallest * TALL, 1))
            top -= height
            parts.append(Part(series, round(top, 1), height))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Mark:
    """Words below a line chart."""

    words: str
    x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a line."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A line across, with its value."""

    y: float
    mark: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A line through observations, and the frame around it."""

    dots: tuple[Dot, ...]
    grid: tuple[Grid, ...]
    marks: tuple[Mark, ...]
    summary: str
    left: int = 44
    width: int = 420
    height: int = 164

    @property
    def points(self) -> str:
        """As SVG writes them."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def lines(observed: Sequence[tuple[str, int]], what: str) -> Lines | None:
    """A line through *observed* (time, number), oldest first; None for fewer than two points."""
    placed = [(when, value) for stamp, value in observed if (when := seconds(stamp)) is not None]
    if len(placed) < 2:
        return None
    first, last = placed[0][0], placed[-1][0]
    ceiling = nice(max(value for _, value in placed))
    left, right, top, bottom = 44, 412, 10, 138
    span = (last - first) or 1.0
    dots = tuple(
        Dot(
            round(left + (when - first) / span * (right - left), 1),
            round(bottom - value / ceiling * (bottom - top), 1),
        )
        for when, value in placed
    )
    grid = tuple(Grid(bottom - part * (bottom - top) / 2, f"{ceiling * part // 2:,}") for part in range(3))
    marks = (Mark(observed[0][0][:10], left, "start"), Mark(observed[-1][0][:10], right, "end"))
    return Lines(dots, grid, marks, texts.line_summary(what, observed[0], observed[-1]))


def seconds(stamp: str) -> float | None:
    """*stamp* as seconds since 1970; None: it is no time that we can place."""
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def nice(value: int) -> int:
    """The next round even number that is at least *value*."""
    step = 2
    while step * 5 < value:
        step *= 10
    for factor in (1, 2, 3, 4, 5, 10):
        if step * factor >= value:
            return step * factor
    return value
