"""`ushrn show URL`: the history of one post on one screen, and the stored bytes of any of its captures."""

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scraper import diff, schema
from scraper.errors import UsageError
from scraper.harmless import harmless
from scraper.numbers import plural
from scraper.store import Archive, PostHistory, capture_queries
from scraper.vocabulary import TimeBasis
from scraper.wording import framed

#: Columns of a terminal.
WIDTH = 96
#: Rows of a list that are shown; of longer ones the first and the last.
ROWS = 12
#: Characters of a digest that tell captures apart for people.
DIGITS = 12

_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands round added and removed words."""

    added: tuple[str, str] = ("{+", "+}")
    removed: tuple[str, str] = ("[-", "-]")


COLOURS = Marks(("\x1b[32m", "\x1b[0m"), ("\x1b[9;31m", "\x1b[0m"))


def render(path: Path, url: str, *, colour: bool = False, everything: bool = False) -> str:
    """The history of the post at *url* (any address it is known by) in the archive at *path*, as lines of text.

    *everything*: long lists whole. Raises UsageError for a post that is not there, ArchiveUnusable, IntegrityError.
    """
    with Archive.open(path, create=False, readonly=True) as archive:
        history = archive.history(url)
    if history is None:
        raise UsageError(f"{url}: no post at this address in {path}; `ushrn search` finds posts by their words")
    most = 1_000_000 if everything else ROWS
    parts = [
        _head(history),
        _captures(history, most),
        _counts(history, most),
        _revisions(history, COLOURS if colour else Marks()),
    ]
    parts.append(_listed("Problems", [f"{row['kind']}: {row['message']}" for row in history.problems]))
    return "\n\n".join(part for part in parts if part)


def raw(path: Path, url: str | None = None, *, capture: str | None = None) -> bytes:
    """The stored bytes of a capture: that of id or `record_sha256` *capture*, else the one that the post *url* shows.

    Raises UsageError for a capture that is not there or has no body, ArchiveUnusable, IntegrityError.
    """
    with Archive.open(path, create=False, readonly=True) as archive:
        number = _number(archive, url, capture)
        body = archive.capture(number).body
    if body is None:
        raise UsageError(f"capture {number}: it has no body (an answer 304, or a redirect without one)")
    return body


def _number(archive: Archive, url: str | None, capture: str | None) -> int:
    """Id of the capture that is meant. Raises UsageError."""
    if capture is None:
        return _shown_by(archive, url or "")
    number = _named(archive, capture)
    if url and not _is_of(archive, number, url):
        raise UsageError(f"{capture}: a capture, but not of {url}")
    return number


def _shown_by(archive: Archive, url: str) -> int:
    """The capture that the post at *url* shows."""
    history = archive.history(url)
    if history is None or history.post["capture_id"] is None:
        raise UsageError(f"{url}: no post at this address; name a capture by its id or record digest")
    return _integer(history.post["capture_id"])


def _named(archive: Archive, capture: str) -> int:
    """The one capture of that id, or whose record digest begins so."""
    if not capture.isdecimal() and not re.fullmatch(r"[0-9a-f]{8,64}", capture):
        raise UsageError(f"{capture}: expected the id of a capture or 8 or more digits of its record digest")
    match capture_queries.ids(archive.db, capture):
        case [number]:
            return int(number)
        case []:
            raise UsageError(f"{capture}: no capture has that id or digest")
        case _:
            raise UsageError(f"{capture}: several captures have a digest that begins so; give more of it")


def _is_of(archive: Archive, number: int, url: str) -> bool:
    """Whether capture *number* is one of the post at *url*."""
    history = archive.history(url)
    return history is not None and capture_queries.is_of_post(archive.db, number, history.post["id"])


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected an id, found {value!r}")
    return value


def _plain(value: object) -> str:
    """*value* as text that cannot steer a terminal; a dash for nothing."""
    return "–" if value is None else harmless(str(value))


def _words(count: object) -> str:
    if isinstance(count, int):
        return plural(count, "word")
    return "length unknown"


def _head(history: PostHistory) -> str:
    """What the archive says of the post, and where each field came from."""
    fields = schema.TABLES["posts"].fields
    names = dict.fromkeys(("title, text", *(field.shown for field in fields if field.shown), "filed under"))
    said = ((name, _LINES[name](history) if name in _LINES else _values(history, name)) for name in names)
    lines = [f"  {name:<12} {words}" for name, words in said if words]
    return "\n".join([_plain(history.post["title"]), _plain(history.post["url"]), "", *lines])


def _values(history: PostHistory, name: str) -> str:
    """The fields of the line *name*, one after the other."""
    fields = schema.TABLES["posts"].fields
    return ", ".join(_plain(history.post[field.name]) for field in fields if field.shown == name)


def _read_from(history: PostHistory) -> str:
    """The capture that title and text are of, and the rules that they were read by."""
    post = history.post
    body = next(
        (_plain(row["body_sha256"])[:DIGITS] for row in history.captures if row["id"] == post["capture_id"]), "–"
    )
    return f"capture {post['capture_id']}, read as {_plain(post['layout'])} by rules {post['reader']}, body {body}…"


def _counted(history: PostHistory) -> str:
    """The newest counts, and when they were observed."""
    post = {name: _plain(value) for name, value in history.post.items()}
    numbers = f"{post['views']}, comments {post['comments']}, likes {post['likes']}"
    if history.post["counted_at"] is None:
        return f"{numbers} (no true count was ever shown)"
    return f"{numbers} (counted {post['counted_at']})"


def _language(history: PostHistory) -> str:
    return f"{_plain(history.post['language'])}, {_words(history.post['word_count'])}"


def _seen(history: PostHistory) -> str:
    return f"{_plain(history.post['first_seen_at'])} to {_plain(history.post['last_seen_at'])}"


def _gone(history: PostHistory) -> str:
    if history.post["gone_at"] is None:
        return ""
    return f"since {_plain(history.post['gone_at'])}: {_plain(history.post['gone_reason'])}"


def _filed(history: PostHistory) -> str:
    return "; ".join(map(_plain, (*history.categories, *history.tags))) or "–"


def _dated(post: dict[str, object], name: str) -> str:
    """A date (*name*: ``published``, ``updated``), where it came from, and the day there, if that is another."""
    names = {
        "meta": "the page's meta tag", "json-ld": "the page's JSON-LD", "embedded": "the page's embedded data",
        "shown": "the date shown", "url": "the address", "text": "a line of the text",
    }  # fmt: skip
    at, basis, day = post[f"{name}_at"], str(post[f"{name}_basis"]), post[f"{name}_day"]
    if at is None:
        return "– (the source does not say)"
    local = f", {_plain(day)} at its site" if day is not None and not str(at).startswith(str(day)) else ""
    return f"{_plain(at)} (from {names.get(basis, _plain(basis))}{local})"


#: The lines that say more than the values of their fields.
_LINES: Mapping[str, Callable[[PostHistory], str]] = {
    "title, text": _read_from,
    "published": lambda history: _dated(history.post, "published"),
    "updated": lambda history: _dated(history.post, "updated"),
    "views": _counted,
    "language": _language,
    "seen": _seen,
    "gone": _gone,
    "content": lambda history: f"sha256 {_plain(history.post['content_sha256'])}",
    "filed under": _filed,
}


def _captures(history: PostHistory, most: int) -> str:
    """Every capture of the post, with the events it brought about."""
    events: dict[object, list[str]] = {}
    for event in history.events:
        events.setdefault(event["capture_id"], []).append(str(event["kind"]).upper())
    rows = [_capture_line(row, events.get(row["id"], [])) for row in history.captures]
    return _listed("Captures", rows, most)


def _capture_line(row: Mapping[str, object], events: list[str]) -> str:
    status = "saved page" if row["status"] is None else f"status {row['status']}"
    verdict = " ".join((_plain(row["verdict"]), *events))
    basis = framed(row["captured_at_basis"] != TimeBasis.CLOCK and _plain(row["captured_at_basis"]), " (", ")")
    more = (
        framed(row["reason"] and _plain(row["reason"]), ": "),
        framed(row["truncated"], "; cut: "),
        framed(row["certificate"], "; certificate not trusted, accepted as "),
    )
    return (
        f"{row['id']:>6}  {_plain(row['captured_at'])}{basis}  {_plain(row['source'])}, {status}"
        f"  {_plain(row['body_sha256'])[:DIGITS]:<{DIGITS}}  {verdict}{''.join(more)}"
    )


def _counts(history: PostHistory, most: int) -> str:
    """How the numbers grew."""
    views: list[int] = []
    rows = []
    for row in history.counts:
        grown = ""
        if isinstance(row["views"], int):
            views.append(row["views"])
            grown = _grown(views)
        numbers = (
            f"views {_plain(row['views'])}{grown}, comments {_plain(row['comments'])}, likes {_plain(row['likes'])}"
        )
        rows.append(
            f"{_plain(row['counted_at'])}  {numbers}  from {_plain(row['source'])}, capture {row['capture_id']}"
        )
    return _listed("Counts" + framed(len(views) > 1 and _curve(views), "  "), rows, most)


def _grown(views: Sequence[int]) -> str:
    """By how much the last number is another than the one before it; empty: it is not, or is the first."""
    grown = views[-1] - views[-2] if len(views) > 1 else 0
    if not grown:
        return ""
    return f" ({grown:+})"


def _curve(numbers: Sequence[int]) -> str:
    """*numbers* as a line of bars, at most 48."""
    step = max(1, -(-len(numbers) // 48))
    few = [*numbers[::step]]
    low, high = min(few), max(few)
    return "".join(_BARS[(number - low) * (len(_BARS) - 1) // ((high - low) or 1)] for number in few)


def _revisions(history: PostHistory, marks: Marks) -> str:
    """What each revision changed, word by word."""
    lines: list[str] = []
    before: dict[str, object] | None = None
    for number, row in enumerate(history.revisions, 1):
        lines.append(f"  {number}. {_plain(row['seen_at'])}, capture {row['capture_id']}{_summed(before, row)}")
        lines += [f"       {line}" for line in _changes(before, row, marks)] if before else []
        before = row
    return "\n".join([f"Revisions ({len(history.revisions)})", *lines])


def _summed(before: dict[str, object] | None, row: dict[str, object]) -> str:
    if before is None:
        return ", the first"
    told = diff.summary(diff.diff(_text(before["body_text"]), _text(row["body_text"])))
    return f": {plural(told.added, 'word')} added, {told.removed} removed"


def _changes(before: dict[str, object], row: dict[str, object], marks: Marks) -> Iterator[str]:
    for name in ("title", "author", "published_at", "updated_at"):
        if before[name] != row[name]:
            old, new = _plain(before[name]).join(marks.removed), _plain(row[name]).join(marks.added)
            yield f"{name.removesuffix('_at')}: {old} {new}"
    if before["body_text"] == row["body_text"]:
        if before["targets"] != row["targets"]:
            yield "links, pictures or files changed; the words did not"
        return
    for each in diff.fold(diff.diff(_text(before["body_text"]), _text(row["body_text"]))):
        if isinstance(each, diff.Fold):
            yield f"… {plural(each.paragraphs, 'paragraph')} unchanged …"
        else:
            yield from textwrap.wrap("".join(_marked(segment, marks) for segment in each.segments), WIDTH - 7)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value)


def _marked(segment: diff.Segment, marks: Marks) -> str:
    left, right = {diff.SAME: ("", ""), diff.ADDED: marks.added, diff.REMOVED: marks.removed}[segment.kind]
    return f"{left}{_plain(segment.text)}{right}"


def _listed(title: str, rows: Sequence[str], most: int = ROWS) -> str:
    """A titled list; of a long one its first quarter and its end. Empty for no rows."""
    if not rows:
        return ""
    shown = list(rows)
    if len(rows) > most:
        first = most // 4
        left = len(rows) - most
        shown = [*rows[:first], f"… {left} more, shown with --all …", *rows[len(rows) - (most - first) :]]
    name, _, rest = title.partition("  ")
    return "\n".join([f"{name} ({len(rows)}){framed(rest, '  ')}", *(f"  {row}" for row in shown)])
