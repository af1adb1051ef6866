"""The CDX server's answers, as the Wayback Machine's gives them: which captures are asked for, and their lines. Pure.

Documented at github.com/internetarchive/wayback, ``wayback-cdx-server/README.md``. The digest is ``sha256:`` and the
hex digits of the decoded body, so that it can be compared with the archive's own; the length is that of the body.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scraper.warc import digits

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
#: Lines of one answer at most; ``resumeKey`` asks for the rest.
MOST_ROWS = 50_000
_MATCHES = ("exact", "prefix", "host", "domain")
_FILTER = re.compile(r"(!?)([a-z]+):(.{1,500})")
_COLLAPSE = re.compile(r"([a-z]+)(?::(\d{1,3}))?")


class BadQuestion(ValueError):
    """What was asked cannot be answered; the words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CdxQuestion:
    """What a program asks."""

    #: Without scheme, ``www.`` and wildcard: ``upr2020.org/post/``.
    url: str
    match: str = "exact"
    since: str = "0"
    until: str = "9"
    fields: tuple[str, ...] = FIELDS
    #: (field, pattern, whether it must not match)
    filters: tuple[tuple[str, re.Pattern[str], bool], ...] = ()
    collapse: tuple[tuple[str, int | None], ...] = ()
    limit: int = MOST_ROWS
    #: Lines to leave out at the start.
    offset: int = 0
    resumable: bool = False
    is_json: bool = False

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the addresses begin with, under every scheme; for a domain: of the domain itself."""
        ends = "" if self.match in ("exact", "prefix") else "/"
        base = self.url.partition("/")[0] if ends else self.url
        return tuple(f"{scheme}://{www}{base}{ends}" for scheme in ("http", "https") for www in ("", "www."))


def question(asked: Sequence[tuple[str, str]]) -> CdxQuestion:
    """The pairs of a query as a question. Raises BadQuestion."""
    said = dict(asked)
    url, match = _wanted(said.get("url", "").strip(), said.get("matchType", ""))
    fields = tuple(name for name in said.get("fl", "").split(",") if name) or FIELDS
    if not set(fields) <= set(FIELDS):
        raise BadQuestion(f"expected in fl some of {', '.join(FIELDS)}")
    return CdxQuestion(
        url=url,
        match=match,
        since=_time(said.get("from"), last=False),
        until=_time(said.get("to"), last=True),
        fields=fields,
        filters=tuple(_filter(value) for name, value in asked if name == "filter"),
        collapse=tuple(_collapse(value) for name, value in asked if name == "collapse"),
        limit=min(_number(said.get("limit"), MOST_ROWS), MOST_ROWS),
        offset=_number(said.get("resumeKey") or said.get("offset"), 0),
        resumable=said.get("showResumeKey", "").lower() == "true",
        is_json=said.get("output", "").lower() == "json",
    )


def _wanted(text: str, match: str) -> tuple[str, str]:
    """(address without scheme and ``www.``, how much of it must match) of a question. Raises BadQuestion."""
    url = re.sub(r"^(?:https?:/*)?(?:www\.)?", "", text, flags=re.IGNORECASE)
    if url.startswith("*."):
        url, match = url[2:].rstrip("/*"), match or "domain"
    elif url.endswith("*"):
        url, match = url[:-1], match or "prefix"
    match = match or "exact"
    if not url or match not in _MATCHES:
        raise BadQuestion("expected url=ADDRESS and matchType exact, prefix, host or domain")
    host, slash, path = url.partition("/")
    return host.lower() + (slash or ("/" if match == "exact" else "")) + path, match


def _time(text: str | None, *, last: bool) -> str:
    if not text:
        return "9" if last else "0"
    if not re.fullmatch(r"\d{4,14}", text, re.ASCII):
        raise BadQuestion("expected in from and to 4 to 14 digits")
    return digits(text, last=last)


def _number(text: str | None, otherwise: int) -> int:
    if not text:
        return otherwise
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise BadQuestion("expected a whole number in limit, offset and resumeKey")
    return int(text)


def _filter(text: str) -> tuple[str, re.Pattern[str], bool]:
    """``[!]field:pattern``; the pattern is taken as plain words with ``.*``, ``|`` and ``.``: no others, for speed."""
    found = _FILTER.fullmatch(text)
    if found is None or found[2] not in FIELDS:
        raise BadQuestion("expected filter=[!]FIELD:PATTERN")
    plain = re.escape(found[3]).replace(r"\.\*", ".*").replace(r"\|", "|").replace(r"\.", ".")
    return found[2], re.compile(plain), bool(found[1])


def _collapse(text: str) -> tuple[str, int | None]:
    found = _COLLAPSE.fullmatch(text)
    if found is None or found[1] not in FIELDS:
        raise BadQuestion("expected collapse=FIELD or FIELD:DIGITS")
    return found[1], int(found[2]) if found[2] else None


def chosen(asked: CdxQuestion, rows: Iterable[Mapping[str, str]]) -> tuple[list[Mapping[str, str]], str | None]:
    """The lines that are asked for out of *rows* (each with all `FIELDS`), and the key to ask for the rest with."""
    inside = [row for row in rows if asked.since <= row["timestamp"] <= asked.until and _passes(asked, row)]
    inside.sort(key=lambda row: (row["urlkey"], row["timestamp"], row["digest"]))
    for name, length in asked.collapse:
        inside = [
            row
            for number, row in enumerate(inside)
            if number == 0 or row[name][:length] != inside[number - 1][name][:length]
        ]
    end = asked.offset + asked.limit
    return inside[asked.offset : end], str(end) if end < len(inside) else None


def _passes(asked: CdxQuestion, row: Mapping[str, str]) -> bool:
    return all((pattern.fullmatch(row[name]) is None) is denied for name, pattern, denied in asked.filters)


def written(asked: CdxQuestion, rows: Sequence[Mapping[str, str]], key: str | None) -> str:
    """*rows* as JSON (a list of lists, the first names the fields), or as lines."""
    values = [[row[name] for name in asked.fields] for row in rows]
    rest = [key] if key and asked.resumable else []
    if asked.is_json:
        return _as_json(asked.fields, values, rest)
    return _as_lines(values, rest)


def _as_json(fields: Sequence[str], values: Sequence[Sequence[str]], rest: Sequence[str]) -> str:
    if not values:
        return "[]\n"
    table = [list(fields), *values, *([[], rest] if rest else [])]
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).replace("],[", "],\n[") + "\n"


def _as_lines(values: Sequence[Sequence[str]], rest: Sequence[str]) -> str:
    lines = [" ".join(value or "-" for value in row) for row in values]
    return "".join(f"{line}\n" for line in [*lines, *(["", *rest] if rest else [])])
