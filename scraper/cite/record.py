"""The one record that all citations are made of: CSL-JSON 1.0.2, type ``post-weblog``.

https://github.com/citation-style-language/schema: ``literal`` names for bodies, ``issued`` as precise as known,
``archive_location`` the permanent address of the revision. What CSL has no variable for stands in ``custom``.
"""

import hashlib
import re
from functools import lru_cache
from typing import NamedTuple, TypedDict

from scraper.cite.names import WriterName, names
from scraper.cite.text import ascii_letters, line, line_kept

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
    #: Name of the archive.
    archive: str | None = None
    #: Permanent address of the revision; None: the archive is not served where others can reach it.
    archive_url: str | None = None


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
    return {"id": key(work), **nameless(work)}


def nameless(work: Work) -> Item:
    """The same without an ``id``, for formats whose entries have no name of their own."""
    item: Item = {"type": "post-weblog"}
    if title := line(work.title):
        item["title"] = title
    if people := _authors(work.author, work.site_name):
        item["author"] = list(people)
    item["container-title"] = line_kept(work.site_name)
    if issued := parts(work.published) or parts(work.updated):
        item["issued"] = {"date-parts": [list(issued)]}
    item["URL"] = line(work.url)
    if work.language:
        item["language"] = line_kept(work.language)
    if abstract := line(work.abstract):
        item["abstract"] = abstract
    if work.keywords:
        item["keyword"] = "; ".join(map(line_kept, work.keywords))
    if work.archive_url:
        item["archive_location"] = line(work.archive_url)
        if work.archive:
            item["archive"] = line_kept(work.archive)
    item["custom"] = custom = _custom(work)
    if note := _note(custom):
        item["note"] = note
    return item


@lru_cache(maxsize=4096)
def _authors(author: str | None, site_name: str) -> tuple[dict[str, str], ...]:
    return tuple(map(_author, names(author, site_name)))


def _author(name: WriterName) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    found = {"family": name.family, "given": name.given}
    return found | {"suffix": name.suffix} if name.suffix else found


def _custom(work: Work) -> Custom:
    found: Custom = {}
    if captured := day(work.captured_at):
        found["captured"] = captured
    if updated := day(work.updated):
        found["updated"] = updated
        if not parts(work.published):
            found["by_update"] = True
    if gone := day(work.gone_at):
        found["gone"] = gone
    if work.sha256:
        found["sha256"] = work.sha256
    if work.in_utc:
        found["in_utc"] = True
    return found


def _note(custom: Custom) -> str:
    said = []
    if "updated" in custom:
        said.append(f"Updated {custom['updated']}")
    if "captured" in custom:
        said.append(f"Captured {custom['captured']}")
    if "gone" in custom:
        said.append(f"No longer online on {custom['gone']}")
    if "in_utc" in custom:
        said.append("The date is the day in UTC")
    if "sha256" in custom:
        said.append(f"SHA-256 of the page as captured: {custom['sha256']}")
    return "; ".join(said)


_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


@lru_cache(maxsize=16384)
def parts(date: str | None) -> Parts:
    """Year, month and day of an ISO 8601 date or instant, as far as it has them; empty: none that can be read."""
    found = _DATE.match(date or "")
    return tuple(int(each) for each in found.groups() if each) if found else ()


@lru_cache(maxsize=16384)
def day(date: str | None) -> str:
    """The date without its time, as precise as it is; empty: none that can be read."""
    found = _DATE.match(date or "")
    return found[0] if found else ""


def key(work: Work) -> str:
    """A name for the entry, ASCII, the same for the same post always, unique by its address."""
    word = next((found for found in map(ascii_letters, line(work.title).split()) if len(found) > 3), "")
    digest = hashlib.sha256(work.url.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{_family(work.author, work.site_name)}{day(work.published or work.updated)[:4] or 'nd'}{word}_{digest}"


@lru_cache(maxsize=4096)
def _family(author: str | None, site_name: str) -> str:
    """The last word of the first author's name, as a key has it."""
    people = names(author, site_name)
    return (ascii_letters(people[0].family.split()[-1]) if people else "") or "post"
