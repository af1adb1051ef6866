"""Citations as programs read them: BibTeX, biblatex, RIS, CSL-JSON. Pure; made for exports of many posts.

Each is written from the values of a `Work`, by the same helpers as its CSL-JSON record, so that no two can disagree
(tests):

| CSL-JSON | RIS | BibTeX | biblatex |
|---|---|---|---|
| author | AU | author | author |
| title | TI | title | title |
| container-title | T2 | howpublished | organization |
| issued | PY, DA | year, month, day | date |
| URL | UR | url | url |
| archive_location | AV, L2 | note | note |
| archive | DB | | |
| language | LA | language | langid |
| keyword | KW | keywords | keywords |
| abstract | AB | abstract | abstract |
| note | N1 | note | note |

An entry is a row of pieces, and each format a table of what makes them. They are made column by column, of many posts
at once: what is true of nearly all values, as that no sign must be escaped, is then asked once, and what many posts
share (authors, dates, sites, languages, tags) is written once and kept.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, repeat
from typing import Any

from scraper.cite.names import OTHERS, WriterName, names
from scraper.cite.record import Item, Work, issued, keys, notes
from scraper.cite.text import line, line_kept, lines
from scraper.wording import framed

#: Many works: the name of each field of `Work` with its values, one for each of them.
Columns = Mapping[str, Sequence[Any]]

_MACROS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Languages by the names that babel and polyglossia have for them.
_BABEL = {
    "ar": "arabic", "bn": "bengali", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fa": "persian",
    "fr": "french", "he": "hebrew", "hi": "hindi", "it": "italian", "ja": "japanese", "ko": "korean", "nl": "dutch",
    "pl": "polish", "pt": "portuguese", "ru": "russian", "th": "thai", "tr": "turkish", "uk": "ukrainian",
    "ur": "urdu", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip
#: What TeX would eat → what stands for it. Each is replaced in all of a text before the next: BibTeX counts braces even
#: behind a backslash, so they go by their names, and wait for these under the names of controls, which no line has.
_TEX = {
    "{": "\x01", "}": "\x02", "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "\x01": r"\textbraceleft{}", "\x02": r"\textbraceright{}",
}  # fmt: skip
#: Stands between lines while something is done to all of them.
_BETWEEN = "\x1f"

#: Ends a line of RIS.
_END = "\r\n"


def columns(works: Iterable[Work]) -> Columns:
    """*works* by column; there must be one at least."""
    return dict(zip(Work._fields, zip(*works, strict=True), strict=True))


def works(columns: Columns) -> Iterable[Work]:
    """Each of the works, by itself."""
    return map(Work, *map(columns.__getitem__, Work._fields))


#: Makes a piece of each of many entries.
_Piece = Callable[[Columns], Iterable[str]]


@dataclass(frozen=True, slots=True)
class CitationFile:
    """A format: the pieces of an entry, in their order."""

    pieces: tuple[_Piece, ...]

    def of_many(self, works: Columns) -> str:
        """The entries of *works*, one behind the other."""
        made = (piece(works) for piece in self.pieces)
        return "".join(chain.from_iterable(zip(*made, strict=False)))  # `_same` goes on for ever

    def __call__(self, work: Work) -> str:
        """The entry of one work."""
        return self.of_many(columns([work]))


def _same(text: str) -> _Piece:
    """*text* in every entry."""
    return lambda works: repeat(text, len(works["url"]))


def _each(make: Callable[..., str], *needed: str) -> _Piece:
    """What *make* makes of these values of each work by themselves."""
    return lambda works: map(make, *(works[name] for name in needed))


def _all(make: Callable[..., Iterable[str]], *needed: str) -> _Piece:
    """What *make* makes of these columns."""
    return lambda works: make(*(works[name] for name in needed))


#: What CSL's processors take for the beginning of markup, for which CSL-JSON has no escape.
_CSL_MARKUP = re.compile(r"<(?=/?(?:b|i|sc|span|sub|sup)\b)", re.IGNORECASE)


def csl(item: Item) -> str:
    """The item as JSON, on one line. Files of CSL-JSON are arrays of these.

    ``<b>`` in a title is no markup but what the site showed: a word joiner (U+2060), which nobody sees, keeps it so.
    """
    return _CSL_MARKUP.sub("<\u2060", json.dumps(item, ensure_ascii=False))


# RIS


def _tagged(tag: str, values: Iterable[str]) -> list[str]:
    return [f"{tag}  - {value}{_END}" if value else "" for value in values]


def _tagged_lines(tag: str, values: Sequence[str | None]) -> list[str]:
    return _tagged(tag, lines(values))


@lru_cache(maxsize=4096)
def _kept_tag(tag: str, value: str | None) -> str:
    return framed(line(value), f"{tag}  - ", _END)


@lru_cache(maxsize=4096)
def _ris_authors(author: str | None, site_name: str) -> str:
    people = [name.inverted for name in names(author, site_name)]
    return "".join(_tagged("AU", ("et al." if name == OTHERS else name for name in people)))


@lru_cache(maxsize=16384)
def _ris_dates(published: str | None, updated: str | None) -> str:
    """``PY  - 2021`` and ``DA  - 2021/03/16/``; of a month ``2016/12//``."""
    date = issued(published, updated)
    if not date:
        return ""
    year, month, day = (*_digits(date), "", "")[:3]
    return f"PY  - {year}{_END}DA  - {year}/{month}/{day}/{_END}"


def _digits(date: tuple[int, ...]) -> list[str]:
    """Year, month and day with the zeros that ISO 8601 gives them."""
    return [f"{part:0{width}}" for part, width in zip(date, (4, 2, 2), strict=False)]


def _ris_places(places: Sequence[str | None], archives: Sequence[str | None]) -> list[str]:
    found = zip(lines(places), archives, strict=True)
    return [
        f"AV  - {place}{_END}L2  - {place}{_END}{_kept_tag('DB', archive)}" if place else ""
        for place, archive in found
    ]  # fmt: skip


@lru_cache(maxsize=4096)
def _ris_keywords(words: tuple[str, ...]) -> str:
    return "".join([_kept_tag("KW", word) for word in words])


#: What `notes` needs.
_NOTED = ("updated", "captured_at", "gone_at", "in_utc", "sha256")

#: Records of type BLOG, their lines ended by CR LF, with an empty line behind each.
ris = CitationFile(
    (
        _same(f"TY  - BLOG{_END}"),
        _each(_ris_authors, "author", "site_name"),
        _all(partial(_tagged_lines, "TI"), "title"),
        _each(partial(_kept_tag, "T2"), "site_name"),
        _each(_ris_dates, "published", "updated"),
        _all(partial(_tagged_lines, "UR"), "url"),
        _all(_ris_places, "archive_url", "archive"),
        _each(partial(_kept_tag, "LA"), "language"),
        _each(_ris_keywords, "keywords"),
        _all(partial(_tagged_lines, "AB"), "abstract"),
        _all(lambda *noted: _tagged("N1", notes(*noted)), *_NOTED),
        _same(f"ER  - {_END}{_END}"),
    )
)


# BibTeX and biblatex


def _fields(name: str, values: Iterable[str]) -> list[str]:
    return [f"  {name} = {{{value}}},\n" if value else "" for value in values]


def _tex_fields(name: str, values: Sequence[str | None]) -> list[str]:
    return _fields(name, _tex(_BETWEEN.join(lines(values))).split(_BETWEEN))


@lru_cache(maxsize=4096)
def _kept_field(name: str, value: str | None) -> str:
    return _field(name, _tex(line(value)))


def _field(name: str, value: str) -> str:
    return framed(value, f"  {name} = {{", "},\n")


@lru_cache(maxsize=16384)
def _bibtex_date(published: str | None, updated: str | None) -> str:
    """Year, day and month, as far as known; the month by its macro."""
    match issued(published, updated):
        case (year, month, day):
            return f"  year = {{{year}}},\n  day = {{{day}}},\n  month = {_MACROS[month - 1]},\n"
        case (year, month):
            return f"  year = {{{year}}},\n  month = {_MACROS[month - 1]},\n"
        case (year,):
            return f"  year = {{{year}}},\n"
    return ""


@lru_cache(maxsize=16384)
def _biblatex_date(published: str | None, updated: str | None) -> str:
    return _field("date", "-".join(_digits(issued(published, updated))))


@lru_cache(maxsize=4096)
def _tex_authors(author: str | None, site_name: str) -> str:
    return _field("author", " and ".join(map(_tex_name, names(author, site_name))))


def _tex_name(name: WriterName) -> str:
    """``Lind, Jr., Rosa``; a body's name in braces of its own, so that it is not taken apart; BibTeX's ``others``."""
    if name.family == OTHERS:
        return OTHERS
    if not name.given:
        return f"{{{_tex(name.family)}}}"
    return ", ".join(_tex(part) for part in (name.family, name.suffix, name.given) if part)


@lru_cache(maxsize=4096)
def _tex_keywords(words: tuple[str, ...]) -> str:
    return _field("keywords", _tex(", ".join(map(line_kept, words))))


def _tex_notes(places: Sequence[str | None], *noted: Sequence[Any]) -> list[str]:
    # What `notes` says is digits, days and words of ours: nothing that TeX would eat.
    return [_tex_note(note, url) for note, url in zip(notes(*noted), _tex_urls(places), strict=True)]


def _tex_note(note: str, url: str) -> str:
    if not url:
        return _field("note", note)
    return f"  note = {{{note}{note and '; '}Archived at \\url{{{url}}}}},\n"


@lru_cache(maxsize=256)
def _language(name: str, code: str | None) -> str:
    """``english`` for ``en-US``; the code itself where babel has no name that we know."""
    said = line(code)
    return _field(name, _BABEL.get(said.split("-")[0].lower(), _tex(said)))


def _tex(line: str) -> str:
    """*line*, or several with `_BETWEEN` between them, for TeX."""
    for sign, name in _TEX.items():
        line = line.replace(sign, name)
    return line


#: Addresses are verbatim for TeX, so only what would end the field is encoded.
_VERBATIM = {"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"}


def _tex_urls(urls: Sequence[str | None]) -> Sequence[str]:
    found = _BETWEEN.join(lines(urls))
    for sign, code in _VERBATIM.items():
        found = found.replace(sign, code)
    return found.split(_BETWEEN)


def _openings(kind: str, *keyed: Sequence[Any]) -> list[str]:
    return [f"@{kind}{{{key},\n" for key in keys(*keyed)]


def _entry(kind: str, container: str, date: Callable[..., str], language: str) -> CitationFile:
    """Entries of *kind*, where the site stands in the field *container* and the language in *language*."""
    return CitationFile(
        (
            _all(partial(_openings, kind), *_KEYED),
            _each(_tex_authors, "author", "site_name"),
            _all(partial(_tex_fields, "title"), "title"),
            _each(partial(_kept_field, container), "site_name"),
            _each(date, "published", "updated"),
            _all(lambda urls: _fields("url", _tex_urls(urls)), "url"),
            _each(partial(_language, language), "language"),
            _each(_tex_keywords, "keywords"),
            _all(partial(_tex_fields, "abstract"), "abstract"),
            _all(_tex_notes, "archive_url", *_NOTED),
            _same("}\n\n"),
        )
    )


#: What `keys` needs.
_KEYED = ("title", "url", "site_name", "author", "published", "updated")

#: ``@misc`` entries for BibTeX, an empty line behind each; UTF-8, TeX's own characters escaped.
bibtex = _entry("misc", "howpublished", _bibtex_date, "language")
#: ``@online`` entries for biblatex.
biblatex = _entry("online", "organization", _biblatex_date, "langid")
