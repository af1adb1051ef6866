"""All captures of a post: a calendar by year, a table, and any two of them compared."""

import calendar
import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from scraper.dates import MONTHS
from scraper.serve import formatting, texts
from scraper.serve.answer import Ask, PageResponse
from scraper.serve.page_address import own_page
from scraper.serve.permalinks import Revision, path_of, revisions_of, the_post
from scraper.store import PostCapture, holdings, post_captures
from scraper.vocabulary import Verdict

#: What a capture is for its post, by its verdict; the others are plain.
MARKS: dict[str, str] = {
    Verdict.NEW: "first", Verdict.CHANGED: "edited", Verdict.RETURNED: "edited", Verdict.MISSING: "gone",
    Verdict.GONE: "gone",
}  # fmt: skip
#: Of several captures on one day the gravest gives the day its look.
GRAVITY = ("gone", "edited", "first", "same")


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """A capture with the addresses of what can be done with it; empty ones cannot."""

    capture: PostCapture
    #: ``first``, ``edited``, ``gone`` or ``same``.
    mark: str
    looked: str
    received: str
    #: The revision that it shows, by name; empty: none.
    revision: str

    @property
    def words(self) -> str:
        """What it showed."""
        return texts.CAPTURE_MARKS[self.mark]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar. *number* 0: a gap before the first, or after the last."""

    number: int
    mark: str = ""
    link: str = ""
    #: For who cannot see the colours: day, result, number of captures.
    label: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """A month, in weeks from Monday on."""

    name: str
    weeks: tuple[tuple[Day, ...], ...] = field(default=())


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/captures?year=&all=1``."""
    post = the_post(ask)
    home = ask.link(path_of(post))
    revisions = revisions_of(ask, post["id"])
    every = [_shown(ask, one, revisions) for one in _marked(post_captures.of_post(ask.db, post["id"]))]
    by_year = _by_year(every)
    year = ask.one("year") if ask.one("year") in by_year else _busiest(by_year)
    of_year = by_year.get(year, [])
    telling = of_year if ask.one("all") == "1" else _telling(of_year)
    path = f"{path_of(post)}/captures"
    return PageResponse(
        own_page(
            ask,
            "captures.html",
            *([("year", year)] if ask.one("year") == year else []),
            post=post,
            home=home,
            lead=_lead(every),
            year=year,
            years=[(each, len(by_year[each]), ask.link(path, ("year", each))) for each in sorted(by_year)],
            months=months(year, of_year),
            rows=telling,
            more=ask.link(path, ("year", year), ("all", "1")) if len(telling) < len(of_year) else "",
            count=len(of_year),
            total=len(every),
            revisions=revisions,
            sources=Counter(one.capture.source for one in every).most_common(),
            table=ask.link(f"{path}.csv"),
            files=[(ask.link(f"{path}.{form}"), words) for form, words in texts.CAPTURE_FILES]
            if holdings.has_bodies(ask.db)
            else [],
            exhibit=ask.link(f"{path_of(post)}/exhibit.zip") if holdings.can_exhibit(ask.db) else "",
            timemap=ask.link(f"/web/timemap/link/{post['url']}"),
            cdx=ask.link("/cdx", ("url", post["url"])),
        )
    )


def table(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/captures.csv``: all of them."""
    post = the_post(ask)
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("captured_at", "captured_at_basis", "source", "status", "verdict", "url", "body_sha256", "record_sha256")
    writer.writerow(names)
    writer.writerows([getattr(one, name) for name in names] for one in post_captures.of_post(ask.db, post["id"]))
    name = re.sub(r"[^a-z0-9-]", "-", str(post["slug"]).lower())[:60] or "post"
    headers = {"Content-Disposition": f'attachment; filename="{name}-captures.csv"'}
    return PageResponse(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _marked(captures: Sequence[PostCapture]) -> Iterable[tuple[PostCapture, str]]:
    """Each capture with its mark; the first of all is ``first`` whatever the store calls it."""
    seen = False
    for one in captures:
        mark = MARKS.get(one.verdict, "same")
        if mark != "gone":
            mark = mark if seen or mark == "first" else "first"
            mark = "same" if seen and mark == "first" else mark
            seen = True
        yield one, mark


def _shown(ask: Ask, marked: tuple[PostCapture, str], revisions: Sequence[Revision]) -> CaptureRow:
    one, mark = marked
    stamp = re.sub(r"\D", "", one.captured_at)[:14]
    has_time, has_bytes = len(stamp) == 14, one.body_sha256 is not None and one.length is not None
    earlier = [each.name for each in revisions if each.seen_at <= one.captured_at]
    return CaptureRow(
        capture=one,
        mark=mark,
        looked=ask.link(f"/web/{stamp}/{one.url}") if has_time and (has_bytes or one.not_modified_of) else "",
        received=ask.link(f"/web/{stamp}id_/{one.url}") if has_time and has_bytes else "",
        revision=earlier[-1] if earlier and mark != "gone" else "",
    )


def _by_year(every: Sequence[CaptureRow]) -> Mapping[str, list[CaptureRow]]:
    """The captures of each year, in their order."""
    found: dict[str, list[CaptureRow]] = defaultdict(list)
    for one in every:
        found[one.capture.captured_at[:4]].append(one)
    return found


def _busiest(by_year: Mapping[str, Sequence[CaptureRow]]) -> str:
    return max(by_year, key=lambda each: (len(by_year[each]), each), default="")


def _telling(of_year: Sequence[CaptureRow]) -> list[CaptureRow]:
    return [one for number, one in enumerate(of_year) if _tells(number, one, of_year)]


def _tells(number: int, one: CaptureRow, of_year: Sequence[CaptureRow]) -> bool:
    """Whether a line is worth reading at once: the first, the last, and each change."""
    if number in (0, len(of_year) - 1) or one.mark != of_year[number - 1].mark:
        return True
    return one.mark in ("edited", "first")


def _lead(every: Sequence[CaptureRow]) -> str:
    if not every:
        return texts.NO_CAPTURES
    edits = sum(one.capture.verdict == Verdict.CHANGED for one in every)
    return texts.captures_lead(len(every), _day_of(every[0]), _day_of(every[-1]), edits, _removed(every))


def _day_of(one: CaptureRow) -> str:
    return formatting.day(one.capture.captured_at)


def _removed(every: Sequence[CaptureRow]) -> str:
    """When the post was removed from its site: after the last capture that shows it, by the first that does not.

    Empty: it is there, or was not found once, which is no proof yet.
    """
    missed = list(takewhile(lambda one: one.mark == "gone", reversed(every)))
    if len(missed) == len(every) or Verdict.GONE not in (one.capture.verdict for one in missed):
        return ""
    return texts.removed_between(_day_of(every[-len(missed) - 1]), _day_of(missed[-1]))


def months(year: str, of_year: Sequence[CaptureRow]) -> list[Month]:
    """The twelve months of *year* with its captures; none where the year is no number. Pure."""
    if not re.fullmatch(r"[12]\d{3}", year):
        return []
    on_day = {day: list(each) for day, each in groupby(of_year, key=lambda one: one.capture.captured_at[:10])}
    found = []
    for month in range(1, 13):
        weeks = tuple(
            tuple(_day(f"{year}-{month:02}-{number:02}", number, on_day) for number in week)
            for week in calendar.Calendar().monthdayscalendar(int(year), month)
        )
        found.append(Month(MONTHS[month - 1], weeks))
    return found


def _day(stamp: str, number: int, on_day: dict[str, list[CaptureRow]]) -> Day:
    captures = on_day.get(stamp, []) if number else []
    if not captures:
        return Day(number)
    mark = min((one.mark for one in captures), key=GRAVITY.index)
    link = next((one.looked for one in reversed(captures) if one.looked), "")
    label = texts.calendar_day(formatting.day(stamp), texts.CAPTURE_MARKS[mark], len(captures))
    return Day(number, mark, link, label, len(captures))
