"""Memento (RFC 7089): TimeMaps, links between the captures of one address, and which of them a time asks for. Pure."""

import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from scraper.dates import http_date, utc

LINK_FORMAT = "application/link-format"
#: Mementos named in a TimeMap; an address with more names its first and last, and the newest of the others.
MOST = 10_000


def http_form(timestamp: str) -> str:
    """14 digits as HTTP writes a time: ``Tue, 09 Mar 2021 14:07:00 GMT``."""
    return format_datetime(moment(timestamp), usegmt=True)


def moment(timestamp: str) -> datetime:
    """14 digits, UTC, as an instant. Raises ValueError for what is no time."""
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def wanted(accept_datetime: str | None) -> str | None:
    """What ``Accept-Datetime`` asks for, as 14 digits; None: it was not sent. Raises ValueError: no date."""
    if accept_datetime is None:
        return None
    found = http_date(accept_datetime)
    if found is None:
        raise ValueError(f"expected a date as HTTP writes it, found {accept_datetime[:100]!r}")
    return found.strftime("%Y%m%d%H%M%S")


def nearest(timestamps: Sequence[str], timestamp: str) -> int:
    """Place in *timestamps* (ascending, at least one) of the one nearest to *timestamp*; of two, the earlier."""
    at = bisect_left(timestamps, timestamp)
    if at == len(timestamps) or (at and timestamps[at] != timestamp and _is_nearer(timestamps, at, timestamp)):
        return at - 1
    return at


def _is_nearer(timestamps: Sequence[str], at: int, timestamp: str) -> bool:
    """Whether the one before *at* is nearer, or as near."""
    goal = _seconds(timestamp)
    return goal - _seconds(timestamps[at - 1]) <= _seconds(timestamps[at]) - goal


def _seconds(timestamp: str) -> float:
    """Seconds of any 14 digits: months have 31 days where they are no date."""
    try:
        return moment(timestamp).timestamp()
    except ValueError:
        year, month, day, hour, minute, second = (
            int(timestamp[:4]), *(int(timestamp[at : at + 2]) for at in range(4, 14, 2)),
        )  # fmt: skip
        days = (year - 1970) * 365.2425 + (month - 1) * 30.44 + day - 1
        return days * 86400 + hour * 3600 + minute * 60 + second


def links(original: str, timestamps: Sequence[str], at: int, place: Callable[[str], str]) -> str:
    """The ``Link`` of the memento at place *at*: its original, TimeGate, TimeMap and neighbours.

    *place* gives our absolute address for ``web/…``.
    """
    found = [
        f'<{_safe(original)}>; rel="original"',
        f'<{place(f"web/{original}")}>; rel="timegate"',
        f'<{place(f"web/timemap/link/{original}")}>; rel="timemap"; type="{LINK_FORMAT}"',
    ]
    last = len(timestamps) - 1
    rels: dict[int, list[str]] = {}
    for number, rel in ((0, "first"), (at - 1, "prev"), (at, ""), (at + 1, "next"), (last, "last")):
        if 0 <= number <= last:
            rels.setdefault(number, []).append(rel)
    for number in sorted(rels):
        rel = " ".join(filter(None, [*rels[number], "memento"]))
        stamp = timestamps[number]
        found.append(f'<{place(f"web/{stamp}/{original}")}>; rel="{rel}"; datetime="{http_form(stamp)}"')
    return ", ".join(found)


def _safe(url: str) -> str:
    """*url* as it may stand between angle brackets of a header."""
    return "".join(f"%{ord(sign):02X}" if sign in '<>" \r\n' else sign for sign in url)


def timemap_link(original: str, timestamps: Sequence[str], place: Callable[[str], str]) -> str:
    """All mementos in the format of RFC 7089, 5."""
    shown = _named(timestamps)
    lines = [
        f'<{_safe(original)}>;rel="original"',
        f'<{place(f"web/timemap/link/{original}")}>;rel="self";type="{LINK_FORMAT}"'
        + (f';from="{http_form(shown[0])}";until="{http_form(shown[-1])}"' if shown else ""),
        f'<{place(f"web/{original}")}>;rel="timegate"',
    ]
    for number, stamp in enumerate(shown):
        rels = " ".join((["first"] if number == 0 else []) + (["last"] if number == len(shown) - 1 else []))
        rel = f"{rels} memento".strip()
        lines.append(f'<{place(f"web/{stamp}/{original}")}>;rel="{rel}";datetime="{http_form(stamp)}"')
    return ",\n".join(lines) + "\n"


def timemap_json(original: str, timestamps: Sequence[str], place: Callable[[str], str]) -> str:
    """The same as the JSON that Memento aggregators write."""
    shown = [{"datetime": utc(moment(stamp)), "uri": place(f"web/{stamp}/{original}")} for stamp in _named(timestamps)]
    said: dict[str, object] = {
        "original_uri": original,
        "self": place(f"web/timemap/json/{original}"),
        "timegate_uri": place(f"web/{original}"),
        "timemap_uri": {
            "link_format": place(f"web/timemap/link/{original}"),
            "json_format": place(f"web/timemap/json/{original}"),
        },
    }
    if shown:
        said["mementos"] = {"first": shown[0], "last": shown[-1], "list": shown}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _named(timestamps: Sequence[str]) -> list[str]:
    """Each second once, in order."""
    each = list(dict.fromkeys(timestamps))
    if len(each) <= MOST:
        return each
    return [each[0], *each[-MOST + 1 :]]
