"""Charts as numbers: where each bar and point of an inline SVG goes. Pure.

Across, places are per cent of the width; up and down they are pixels: so text keeps its size at any width, and no page
needs a script or a style of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scraper.dates import years_between
from scraper.serve import texts
from scraper.serve.formatting import short_day

#: Pixels: height of the tallest bar, room for the marks below, room above for the number.
TALL, MARKS, ABOVE = 104, 24, 18
#: Where bars stand: what is too small to be seen is drawn larger, so a stack may be a little taller than that.
FLOOR = ABOVE + TALL + 14
#: Pixels of paper between two parts of one bar.
GAP = 1.5
#: Share of its place that a bar fills.
FILLED = 0.8
#: So many years have a mark where there is little room; of more, every second or third one.
MARKED = 14
#: The name of the bar of posts without a date.
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class BarPart:
    """One coloured piece of a bar."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One year, one month, or all that is undated. *x*, *width*, *inner_x*, *inner_width*, *middle* in per cent."""

    name: str
    #: What stands below it where there is little room.
    mark: str
    #: What is heard behind the name and the number.
    label: str
    link: str
    x: float
    width: float
    chosen: bool
    undated: bool
    parts: tuple[BarPart, ...]
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The number above it."""
        return sum(self.counts)

    @property
    def leads(self) -> bool:
        """Whether its link leads to posts, or takes back the choice of it; of an empty year nothing is to be seen."""
        return self.total > 0 or self.chosen

    @property
    def top(self) -> float:
        """Pixels from above."""
        return min((part.y for part in self.parts), default=float(FLOOR))

    @property
    def inner_x(self) -> float:
        """Where its colour begins."""
        return round(self.x + self.width * (1 - FILLED) / 2, 2)

    @property
    def inner_width(self) -> float:
        """How wide that is."""
        return round(self.width * FILLED, 2)

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars side by side, and the frame around them."""

    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    first_column: str = texts.YEAR
    floor: int = FLOOR
    height: int = FLOOR + MARKS

    @property
    def has_undated(self) -> bool:
        """Whether the last bar is that of the undated."""
        return bool(self.bars) and self.bars[-1].undated

    @property
    def axis_end(self) -> float:
        """Per cent: the undated stand apart, without the axis of time."""
        dated = [bar for bar in self.bars if not bar.undated]
        if not dated:
            return 0.0
        return round(dated[-1].x + dated[-1].width, 2)


@dataclass(frozen=True, slots=True)
class BarLabel:
    """What a bar says and where it leads, before it has a place."""

    name: str
    mark: str
    label: str
    link: str
    counts: tuple[int, ...]
    chosen: bool = False
    undated: bool = False


def timeline(
    counts: Mapping[str, Sequence[int]],
    series: Sequence[str],
    link: Callable[[str], str],
    chosen: frozenset[str] = frozenset(),
) -> Timeline:
    """One bar a year, years without posts between others too, and a last one for what is undated.

    *counts*: year of four digits, or `UNDATED` → a number for each of *series*.
    """
    none = (0,) * len(series)
    span = years_between(counts)
    places = []
    apart = -(-len(span) // MARKED)
    for left, year in zip(range(len(span))[::-1], span, strict=True):
        values = tuple(counts.get(year, none))
        mark = "" if left % apart else "’" + year[2:]
        places.append(BarLabel(year, mark, texts.bar_label(sum(values)), link(year), values, year in chosen))
    undated = tuple(counts.get(UNDATED, none))
    if sum(undated) or UNDATED in chosen:
        label = texts.bar_label(sum(undated))
        places.append(
            BarLabel(
                texts.UNDATED_BAR, texts.UNDATED_SHORT, label, link(UNDATED), undated, UNDATED in chosen, undated=True
            )
        )
    return Timeline(tuple(series), placed(places))


def months(
    year: str,
    counts: Mapping[str, int],
    link: Callable[[str], str],
    chosen: str = "",
    words: Callable[[int], str] = texts.bar_label,
    series: str = texts.POSTS_SHORT,
) -> Timeline:
    """The twelve months of *year*; *counts*: ``2020-03`` → how many; *chosen*: a month of that form.

    *words*: what stands behind a number for who hears it; *series*: what is counted, at the head of the table.
    """
    places = []
    for number, name in enumerate(texts.MONTHS_SHORT, 1):
        month = f"{year}-{number:02}"
        count = counts.get(month, 0)
        label = words(count)
        places.append(BarLabel(name, name, label, link(month), (count,), month == chosen))
    return Timeline((series,), placed(places), first_column=texts.MONTH)


def placed(places: Sequence[BarLabel]) -> tuple[Bar, ...]:
    """*places* side by side; one step of room before the undated."""
    tallest = max((sum(place.counts) for place in places), default=0) or 1
    apart = sum(place.undated for place in places) if len(places) > 1 else 0
    width = 100 / (len(places) + apart * 0.5) if places else 0
    found = []
    for number, place in enumerate(places):
        x = width * (number + (0.5 if place.undated and apart else 0))
        found.append(
            Bar(place.name, place.mark, place.label, place.link, round(x, 3), round(width, 3), place.chosen,
                place.undated, stack(place.counts, tallest), place.counts)
        )  # fmt: skip
    return tuple(found)


def stack(values: Sequence[int], tallest: int) -> tuple[BarPart, ...]:
    """The pieces of one bar, from the floor up, a little paper between them; the smallest can still be seen."""
    parts: list[BarPart] = []
    top = float(FLOOR)
    for series, value in enumerate(values):
        if value:
            height = max(2.0, round(value / tallest * TALL, 1))
            top -= height
            seen = round(height - GAP, 1) if parts and height > 2 * GAP else height
            parts.append(BarPart(series, round(top, 1), seen))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """Words below a line chart."""

    words: str
    x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a line: per cent across, pixels down."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LinePiece:
    """From one point to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


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
    marks: tuple[AxisLabel, ...]
    summary: str
    left: float = 13.0
    height: int = 112

    @property
    def pieces(self) -> tuple[LinePiece, ...]:
        """The line, point to point."""
        return tuple(LinePiece(a.x, a.y, b.x, b.y) for a, b in zip(self.dots, self.dots[1:], strict=False))


def lines(observed: Sequence[tuple[str, int]], what: str) -> Lines | None:
    """A line through *observed* (time, number), oldest first; None for fewer than two points."""
    known = [(when, stamp, value) for stamp, value in observed if (when := seconds(stamp)) is not None]
    if len(known) < 2:
        return None
    first, last = known[0][0], known[-1][0]
    ceiling = nice(max(value for _, _, value in known))
    left, right, top, bottom = 16.0, 97.0, 10, 84
    span = (last - first) or 1.0
    dots = tuple(
        Dot(
            round(left + (when - first) / span * (right - left), 2),
            round(bottom - value / ceiling * (bottom - top), 1),
        )
        for when, _, value in known
    )
    grid = tuple(Grid(bottom - part * (bottom - top) / 2, f"{ceiling * part // 2:,}") for part in range(3))
    ends = (known[0][1], known[-1][1])
    marks = (AxisLabel(short_day(ends[0]), left, "start"), AxisLabel(short_day(ends[1]), right, "end"))
    return Lines(dots, grid, marks, texts.line_summary(what, (ends[0], known[0][2]), (ends[1], known[-1][2])))


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
