"""The one record that the styles' citations are made of: CSL-JSON 1.0.2, type ``post-weblog``.

https://github.com/citation-style-language/schema: ``literal`` names for bodies, ``issued`` as precise as known,
``archive_location`` the permanent address of the revision. What CSL has no variable for stands in ``custom``.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, TypedDict, cast

from scraper.cite.names import WriterName, names
from scraper.cite.text import ascii_letters, line, line_kept, unparted
from scraper.wording import framed

#: A date as CSL has it: one to three numbers.
Parts = tuple[int, ...]


class Work(NamedTuple):
    """What a citation is made of. Dates are ISO 8601, as precise as known; None: not known.

    A tuple, not a dataclass: exports make one for each post, and a tuple is made in a third of the time.
    """

    url: str
    #: What the site calls itself.
    site_name: str
    title: str | None = None
    #: As shown by the site: one or several people, or a body.
    author: str | None = None
    #: The day as the site showed it; or the month or year, where no more is known.
    published: str | None = None
    updated: str | None = None
    #: The day of `published`, else of `updated`, is only known in UTC: the site may have shown the day before or after.
    in_utc: bool = False
    #: When the revision cited was captured, UTC.
    captured_at: str | None = None
    #: When the post was found to be gone from its site; None: it is not, as far as we know.
    gone_at: str | None = None
    language: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    #: SHA-256 of the page as captured.
    sha256: str | None = None
    #: What the archive calls itself.
    archive: str | None = None
    #: Permanent address of the revision; None: others cannot reach the archive, or nothing here is *kept*.
    archive_url: str | None = None
    #: Whether the capture of the revision is in the archive: only then is there an address that stays.
    kept: bool = True


class Custom(TypedDict, total=False):
    """What we know beyond CSL's variables. Days, ISO 8601."""

    captured: str
    updated: str
    gone: str
    sha256: str
    in_utc: bool
    #: The date of `issued` is that of the update: when it was published is not known.
    by_update: bool


Item = TypedDict(
    "Item",
    {
        "id": str,
        "type": str,
        "title": str,
        "author": list[dict[str, str]],
        "container-title": str,
        "issued": dict[str, list[list[int]]],
        "URL": str,
        "language": str,
        "abstract": str,
        "keyword": str,
        "archive": str,
        "archive_location": str,
        "note": str,
        "custom": Custom,
    },
    total=False,
)


def record(work: Work) -> Item:
    """*work* as a CSL-JSON item. What is not known is left out."""
    date = issued(work.published, work.updated)
    place = line(work.archive_url)
    found: dict[str, object] = {
        "id": key(work),
        "type": "post-weblog",
        "title": line(work.title),
        "author": list(_authors(work.author, work.site_name)),
        "container-title": line_kept(work.site_name),
        "issued": {"date-parts": [list(date)]} if date else None,
        "URL": line(work.url),
        "language": line_kept(work.language),
        "abstract": line(work.abstract),
        "keyword": "; ".join(map(unparted, work.keywords)),
        "archive_location": place,
        "archive": place and line_kept(work.archive),
        "custom": _custom(work),
        "note": note(work),
    }
    return cast("Item", {name: value for name, value in found.items() if value or name in _ALWAYS})


#: Variables that stand in every item.
_ALWAYS = frozenset({"container-title", "URL", "custom"})


def issued(published: str | None, updated: str | None) -> Parts:
    """The date that a post is cited by: that of publication, else of the update; empty: none is known."""
    return parts(published) or parts(updated)


@lru_cache(maxsize=4096)
def _authors(author: str | None, site_name: str) -> tuple[dict[str, str], ...]:
    return tuple(map(_author, names(author, site_name)))


def _author(name: WriterName) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    found = {"family": name.family, "given": name.given}
    if name.suffix:
        return found | {"suffix": name.suffix}
    return found


def _custom(work: Work) -> Custom:
    updated = day(work.updated)
    found: dict[str, object] = {
        "captured": day(work.captured_at),
        "updated": updated,
        "by_update": bool(updated) and not parts(work.published),
        "gone": day(work.gone_at),
        "sha256": work.sha256,
        "in_utc": work.in_utc,
    }
    return cast("Custom", {name: value for name, value in found.items() if value})


_IN_UTC = "The date is the day in UTC"
_NOT_KEPT = "The archive has no capture of this version"


def note(work: Work) -> str:
    """What no field of its own says: other dates, and the digest of the page; empty: nothing."""
    return notes([work.updated], [work.captured_at], [work.gone_at], [work.in_utc], [work.kept], [work.sha256])[0]


def notes(
    updated: Sequence[str | None],
    captured_at: Sequence[str | None],
    gone_at: Sequence[str | None],
    in_utc: Sequence[bool],
    kept: Sequence[bool],
    sha256: Sequence[str | None],
) -> list[str]:
    """`note` of each of many works, of which no more than these columns is needed."""
    said = map(_said, updated, captured_at, gone_at, in_utc, kept)
    return [
        f"{words}{words and '; '}SHA-256 of the page as captured: {digest}" if digest else words
        for words, digest in zip(said, sha256, strict=True)
    ]


@lru_cache(maxsize=16384)
def _said(updated: str | None, captured_at: str | None, gone_at: str | None, in_utc: bool, kept: bool) -> str:  # noqa: FBT001
    found = (
        framed(day(updated), "Updated "),
        framed(day(captured_at), "Captured "),
        framed(day(gone_at), "No longer online on "),
        _IN_UTC * in_utc,
        _NOT_KEPT * (not kept),
    )
    return "; ".join(filter(None, found))


_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


@lru_cache(maxsize=16384)
def parts(date: str | None) -> Parts:
    """Year, month and day of an ISO 8601 date or instant, as far as it has them; empty: none that can be read."""
    found = _DATE.match(date or "")
    if not found:
        return ()
    return tuple(int(each) for each in found.groups() if each)


@lru_cache(maxsize=16384)
def day(date: str | None) -> str:
    """The date without its time, as precise as it is; empty: none that can be read."""
    found = _DATE.match(date or "")
    if not found:
        return ""
    return found[0]


def key(work: Work) -> str:
    """A name for the entry, ASCII, the same for the same post always, unique by its address."""
    return keys([line(work.title)], [work.url], [work.site_name], [work.author], [work.published], [work.updated])[0]


def keys(
    titles: Sequence[str],
    urls: Sequence[str],
    site_names: Sequence[str],
    authors: Sequence[str | None],
    published: Sequence[str | None],
    updated: Sequence[str | None],
) -> list[str]:
    """`key` of each of many works, of which no more than these columns is needed; their titles on one line each."""
    families, years = list(map(_family, authors, site_names)), list(map(_year, published, updated))
    words, digests = list(map(_first_long, titles)), list(map(_digest, urls))
    found = zip(families, years, words, digests, strict=True)
    return [f"{family}{year}{word}_{digest}" for family, year, word, digest in found]


def _digest(url: str) -> str:
    return sha256(url.encode("utf-8", "replace")).hexdigest()[:8]


@lru_cache(maxsize=16384)
def _year(published: str | None, updated: str | None) -> str:
    return day(published or updated)[:4] or "nd"


def _first_long(title: str) -> str:
    """The first word of *title* that has more than three ASCII letters; empty: it has none."""
    while title:
        word, _, title = title.partition(" ")
        letters = ascii_letters(word)
        if len(letters) > 3:
            return letters
    return ""


@lru_cache(maxsize=4096)
def _family(author: str | None, site_name: str) -> str:
    """The last word of the first author's name, as a key has it."""
    people = names(author, site_name)
    return (ascii_letters(people[0].family.split()[-1]) if people else "") or "post"
