"""What a web archive says that it holds: one line a capture, in any of the forms that CDX servers write. Pure.

Forms: the Internet Archive's JSON (a list of lists, the first of them names the fields; with ``showResumeKey`` an empty
list and the key behind), JSON objects line by line (pywb, Common Crawl), CDXJ, and plain CDX of 7 or 11 fields. All of
it is hostile input: what cannot be read is counted, never raised.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from scraper.records import Capture

#: The two orders of plain CDX: the CDX server's own, and that of index files.
PLAIN = {
    7: ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"),
    11: (
        "urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "redirect", "robotflags", "length",
        "offset", "filename",
    ),
}  # fmt: skip
#: Other names for the same fields.
ALSO = {"url": "original", "mime": "mimetype", "status": "statuscode"}
#: No site of ours has as many captures.
MOST_ROWS = 500_000
LONGEST_URL = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class CdxRecord:
    """One capture that a web archive lists."""

    #: The address as the archive writes it.
    url: str
    #: UTC, 14 digits.
    timestamp: str
    #: None: not said, as of revisits.
    status: int | None = None
    media_type: str | None = None
    #: SHA-1 of the payload in base32; None: not said.
    digest: str | None = None
    #: The archive holds no body of its own for it, as it was the same as before.
    revisit: bool = False
    #: Where its record is; None: not said (the Wayback Machine does not).
    filename: str | None = None
    offset: int | None = None
    length: int | None = None

    @property
    def captured_at(self) -> str:
        """ISO 8601 UTC."""
        year, rest = self.timestamp[:4], re.findall("..", self.timestamp[4:])
        return "{}-{}-{}T{}:{}:{}Z".format(year, *rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdxPage:
    """What one answer of a CDX server says."""

    rows: tuple[CdxRecord, ...] = ()
    #: What to ask with for the rest; None: that was all.
    resume_key: str | None = None
    #: Lines that cannot be read, and the first of them.
    garbage: int = 0
    sample: str = ""
    #: Whether it is a listing, and was read to its end: only then may it say what is *not* there.
    whole: bool = False


@dataclass(frozen=True, slots=True)
class CdxRefusal:
    """Why an answer is not taken as the capture that was asked for: a short word, and a sentence."""

    kind: str
    message: str


def is_listing(capture: Capture) -> bool:
    """Whether *capture* is the answer of a CDX server (or the list of Common Crawl's indexes), by its address."""
    parts = urlsplit(capture.url)
    asked = parse_qs(parts.query)
    return {"url", "output"} <= asked.keys() or parts.path.endswith("/collinfo.json")


def parse(body: bytes) -> CdxPage:
    """The rows of a CDX server's answer. Never raises.

    Nothing there is an empty JSON list, or the message in JSON with which Common Crawl and pywb say so; an empty answer
    says nothing. What breaks off gives the rows that came, and is not `whole`.
    """
    text = body.decode("utf-8", "replace").strip()
    if _NOTHING.match(text) and _object(text).get("message"):
        return CdxPage(whole=True)
    if not text.startswith("["):
        return _page(_of_lines(text), is_whole=None)
    table = _table(text)
    return _page(_of_table(_salvaged(text) if table is None else table), is_whole=table is not None)


#: How Common Crawl and pywb say that they have nothing: with a status 404, and `whole` only with this message.
_NOTHING = re.compile(r'\{\s*"message"\s*:\s*"No Captures found')


#: One whole row of the Internet Archive's JSON: a list of at most 20 short strings.
_WHOLE_ROW = re.compile(r'\[\s*(?:"(?:[^"\\]|\\.){0,4096}"\s*,?\s*){1,20}\]')


def _salvaged(text: str) -> list[object]:
    """The rows of the Internet Archive's JSON that came whole before it broke off."""
    rows = (_table(found[0]) for found in _WHOLE_ROW.finditer(text))
    return [row for row in rows if row is not None]


@dataclass(frozen=True, slots=True)
class _Key:
    text: str


@dataclass(frozen=True, slots=True)
class _CdxLine:
    """One line: its fields by the Internet Archive's names (empty: no line of a listing), and its text."""

    fields: Mapping[str, object]
    text: str


def _page(entries: Iterable[_CdxLine | _Key], *, is_whole: bool | None) -> CdxPage:
    """The page of these *entries*; *is_whole*: whether the answer came to its end, None: its last line tells."""
    rows: list[CdxRecord] = []
    garbage, sample, key, ends_in_row = 0, "", None, False
    for entry in entries:
        if isinstance(entry, _Key):
            key = entry.text
            continue
        row = _row(entry.fields)
        ends_in_row = row is not None and len(rows) < MOST_ROWS
        if row is not None and ends_in_row:
            rows.append(row)
        else:
            garbage, sample = garbage + 1, sample or entry.text[:120]
    ended_well = ends_in_row if is_whole is None else is_whole
    whole = ended_well and (bool(rows) or not garbage)
    return CdxPage(rows=tuple(rows), resume_key=key, garbage=garbage, sample=sample, whole=whole)


def _table(text: str) -> list[object] | None:
    """The one JSON list that *text* is; None: it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    return found


def _of_table(table: list[object]) -> Iterator[_CdxLine | _Key]:
    """The Internet Archive's JSON."""
    names: list[str] = []
    ended = False
    for line in table:
        match line:
            case [str(key)] if ended:
                yield _Key(key)
            case []:
                ended = True
            case dict():
                yield _CdxLine(_renamed(line), str(line))
            case list() if "timestamp" in line and not names:
                names = [ALSO.get(str(name), str(name)) for name in line]
            case list():
                known = names or PLAIN.get(len(line), ())
                yield _CdxLine(dict(zip(known, line, strict=False)), str(line))
            case _:
                yield _CdxLine({}, str(line))


def _of_lines(text: str) -> Iterator[_CdxLine | _Key]:
    """JSON lines, CDXJ, plain CDX; behind a blank line the resume key of plain CDX."""
    before_blank = True
    for line in text.splitlines():
        if not line.strip():
            before_blank = False
            continue
        if not before_blank and " " not in line.strip() and not line.startswith("{"):
            yield _Key(line.strip())
        elif not line.lstrip().startswith(("CDX ", "!meta")):
            yield _CdxLine(_fields(line), line)


def _fields(line: str) -> Mapping[str, object]:
    start = line.find("{")
    if start >= 0 and (start == 0 or line.count(" ", 0, start) == 2):
        said = _object(line[start:])
        key = line[:start].split()
        if said and len(key) == 2:
            return {**said, "timestamp": key[1]}
        return said
    words = line.split()
    return dict(zip(PLAIN.get(len(words), ()), words, strict=False))


def _object(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return _renamed(found)


def _renamed(said: Mapping[str, object]) -> Mapping[str, object]:
    return {ALSO.get(str(name), str(name)): value for name, value in said.items()}


def _row(said: Mapping[str, object]) -> CdxRecord | None:
    """The capture that a line tells of; None: it tells of none."""
    url, timestamp = said.get("original"), str(said.get("timestamp", ""))
    if not isinstance(url, str) or not re.match(r"https?://[^/\s]", url, re.IGNORECASE) or len(url) > LONGEST_URL:
        return None
    if not _is_time(timestamp) or re.search(r"[\x00-\x20\x7f]", url):
        return None
    mime = _text(said.get("mimetype"))
    return CdxRecord(
        url=url,
        timestamp=timestamp,
        status=_number(said.get("statuscode")) or None,  # some indexes write 0 where they know none
        media_type=None if mime == "warc/revisit" else mime,
        digest=_digest(said.get("digest")),
        revisit=mime == "warc/revisit",
        filename=_text(said.get("filename")),
        offset=_number(said.get("offset")),
        length=_number(said.get("length")),
    )


def _is_time(timestamp: str) -> bool:
    if not re.fullmatch(r"[12]\d{13}", timestamp, re.ASCII):
        return False
    try:
        datetime.strptime(timestamp + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return False
    return timestamp >= "1991"


def _text(value: object) -> str | None:
    if isinstance(value, str) and value not in ("", "-", "unk"):
        return value
    return None


def _number(value: object) -> int | None:
    text = str(value)
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return None
    return int(text)


def _digest(value: object) -> str | None:
    text = (_text(value) or "").removeprefix("sha1:")
    if not re.fullmatch(r"[A-Za-z2-7]{32}", text):
        return None
    return text.upper()


def digits(day: str, *, last: bool = False) -> str:
    """``2020``, ``2020-05`` or ``2020-05-01`` as the 14 digits at its beginning, or its end."""
    plain = re.sub(r"\D", "", day)[:14]
    return plain + ("99991231235959" if last else "00000101000000")[len(plain) :]


def within(rows: Iterable[CdxRecord], since: str | None, until: str | None) -> tuple[CdxRecord, ...]:
    """The rows of that time; *since* and *until* are days, months or years, both included. None: no bound."""
    first, latest = digits(since or "0000"), digits(until or "9999", last=True)
    return tuple(row for row in rows if first <= row.timestamp <= latest)
