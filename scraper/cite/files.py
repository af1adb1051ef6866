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
at once: texts are first cleaned and escaped all together, since what is true of nearly all, as that they have no
control characters, is then asked once; and what many posts share (authors, dates, sites, languages, tags) is written
once and kept.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from scraper.cite.names import OTHERS, WriterName, names
from scraper.cite.record import Item, Work, issued, keys, notes
from scraper.cite.text import addresses, line, lines, unparted
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
}  # fmt: skip
_BRACES = {"\x01": r"\textbraceleft{}", "\x02": r"\textbraceright{}"}
#: Addresses are verbatim for TeX, so only what would end the field is encoded.
_VERBATIM = {"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"}
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


#: Makes a column ready, or a piece of each of many entries.
_Change = Callable[[Sequence[Any]], Sequence[str]]
_Piece = Callable[[Columns], Iterable[str]]


@dataclass(frozen=True, slots=True)
class CitationFile:
    """A format: the pieces of an entry, in their order."""

    pieces: tuple[_Piece, ...]
    #: What is done to the columns before pieces are made of them.
    ready: Callable[[Columns], Columns]

    def of_many(self, works: Columns) -> str:
        """The entries of *works*, one behind the other."""
        columns, width = self.ready(works), len(self.pieces)
        made = [""] * (width * len(works["url"]))
        for at, piece in enumerate(self.pieces):
            made[at::width] = piece(columns)
        return "".join(made)

    def __call__(self, work: Work) -> str:
        """The entry of one work."""
        return self.of_many(columns([work]))


def _together(change: _Change, works: Columns, *names: str) -> dict[str, Sequence[str]]:
    """The columns *names*, which *change* has changed all in one."""
    changed, each = change([*chain.from_iterable(map(works.__getitem__, names))]), len(works["url"])
    return {name: changed[at * each :][:each] for at, name in enumerate(names)}


#: Columns with a text for each post, and with an address.
_TEXTS = ("title", "abstract")
_ADDRESSES = ("url", "archive_url")


def _on_lines(works: Columns) -> dict[str, Sequence[Any]]:
    """*works* with its texts and addresses on one line each, empty where there is none."""
    return {**works, **_together(lines, works, *_TEXTS), **_together(addresses, works, *_ADDRESSES)}


def _same(text: str) -> _Piece:
    """*text* in every entry."""
    return lambda works: [text] * len(works["url"])


def _each(make: Callable[..., str], *needed: str) -> _Piece:
    """What *make* makes of these values of each work by themselves."""
    return lambda works: map(make, *map(works.__getitem__, needed))


def _all(make: Callable[..., Iterable[str]], *needed: str) -> _Piece:
    """What *make* makes of these columns."""
    return lambda works: make(*map(works.__getitem__, needed))


#: What CSL's processors take for the beginning of markup, for which CSL-JSON has no escape.
_CSL_MARKUP = re.compile(r"<(?=/?(?:b|i|sc|span|sub|sup)\b)", re.IGNORECASE)


def csl(item: Item) -> str:
    """The item as JSON, on one line. Files of CSL-JSON are arrays of these.

    ``<b>`` in a title is no markup but what the site showed: a word joiner (U+2060), which nobody sees, keeps it so.
    """
    return _CSL_MARKUP.sub("<\u2060", json.dumps(item, ensure_ascii=False))


# RIS


def _framed_each(before: str, after: str, values: Iterable[str]) -> list[str]:
    return [f"{before}{value}{after}" if value else "" for value in values]


def _tagged(tag: str, column: str) -> _Piece:
    """Lines of RIS with the values of *column*."""
    return _all(partial(_framed_each, f"{tag}  - ", _END), column)


@lru_cache(maxsize=4096)
def _kept_tag(tag: str, value: str | None) -> str:
    return framed(line(value), f"{tag}  - ", _END)


@lru_cache(maxsize=4096)
def _ris_authors(author: str | None, site_name: str) -> str:
    people = [name.inverted for name in names(author, site_name)]
    return "".join(_framed_each("AU  - ", _END, ["et al." if name == OTHERS else name for name in people]))


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


def _ris_places(places: Sequence[str], archives: Sequence[str | None]) -> list[str]:
    kept = map(partial(_kept_tag, "DB"), archives)
    return [
        f"AV  - {place}{_END}L2  - {place}{_END}{archive}" if place else ""
        for place, archive in zip(places, kept, strict=True)
    ]  # fmt: skip


@lru_cache(maxsize=4096)
def _ris_keywords(words: tuple[str, ...]) -> str:
    return "".join([_kept_tag("KW", word) for word in words])


#: What `notes` needs.
_NOTED = ("updated", "captured_at", "gone_at", "in_utc", "kept", "sha256")

#: Records of type BLOG, their lines ended by CR LF, with an empty line behind each.
ris = CitationFile(
    (
        _same(f"TY  - BLOG{_END}"),
        _each(_ris_authors, "author", "site_name"),
        _tagged("TI", "title"),
        _each(partial(_kept_tag, "T2"), "site_name"),
        _each(_ris_dates, "published", "updated"),
        _tagged("UR", "url"),
        _all(_ris_places, "archive_url", "archive"),
        _each(partial(_kept_tag, "LA"), "language"),
        _each(_ris_keywords, "keywords"),
        _tagged("AB", "abstract"),
        _all(lambda *noted: _framed_each("N1  - ", _END, notes(*noted)), *_NOTED),
        _same(f"ER  - {_END}{_END}"),
    ),
    _on_lines,
)


# BibTeX and biblatex


def _for_tex(works: Columns) -> Columns:
    """*works* as TeX takes them, with the key of each."""
    plain = _on_lines(works)
    return {
        **plain,
        **_together(partial(_in_each, _tex), plain, *_TEXTS),
        **_together(partial(_in_each, _verbatim), plain, *_ADDRESSES),
        "key": keys(plain["title"], *map(works.__getitem__, _KEYED)),
    }


def _fields(name: str, column: str) -> _Piece:
    """Fields of this name with the values of *column*."""
    return _all(partial(_framed_each, f"  {name} = {{", "},\n"), column)


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
    return _field("keywords", _tex(", ".join(map(unparted, words))))


def _tex_notes(places: Sequence[str], *noted: Sequence[Any]) -> list[str]:
    # What `notes` says is digits, days and words of ours: nothing that TeX would eat.
    return [
        f"  note = {{{note}; Archived at \\url{{{place}}}}},\n" if note and place else _tex_note(note, place)
        for note, place in zip(notes(*noted), places, strict=True)
    ]


def _tex_note(note: str, place: str) -> str:
    """The field where one of the two is empty, or both."""
    return _field("note", note or framed(place, "Archived at \\url{", "}"))


@lru_cache(maxsize=256)
def _language(name: str, code: str | None) -> str:
    """``english`` for ``en-US``; the code itself where babel has no name that we know."""
    said = line(code)
    return _field(name, _BABEL.get(said.split("-")[0].lower(), _tex(said)))


def _replacer(instead: Mapping[str, str]) -> Callable[[str], str]:
    """Puts in place of signs, which are ASCII, what stands for them. Which a text has is seen at once, in its bytes."""
    others = bytes(set(range(256)).difference(map(ord, instead)))

    def replaced(text: str) -> str:
        held = text.encode().translate(None, others).decode()
        for sign in filter(held.__contains__, instead):
            text = text.replace(sign, instead[sign])
        return text

    return replaced


_verbatim = _replacer(_VERBATIM)
_without_signs, _with_braces = map(_replacer, (_TEX, _BRACES))


def _tex(text: str) -> str:
    """*text*, lines with `_BETWEEN` between them or one, for TeX."""
    found = _without_signs(text)
    if found is text:
        return text
    return _with_braces(found)


def _in_each(change: Callable[[str], str], texts: Sequence[str]) -> Sequence[str]:
    together = _BETWEEN.join(texts)
    changed = change(together)
    if changed is together:
        return texts
    return changed.split(_BETWEEN)


def _entry(kind: str, container: str, date: Callable[..., str], language: str) -> CitationFile:
    """Entries of *kind*, where the site stands in the field *container* and the language in *language*."""
    return CitationFile(
        (
            _all(partial(_framed_each, f"@{kind}{{", ",\n"), "key"),
            _each(_tex_authors, "author", "site_name"),
            _fields("title", "title"),
            _each(partial(_kept_field, container), "site_name"),
            _each(date, "published", "updated"),
            _fields("url", "url"),
            _each(partial(_language, language), "language"),
            _each(_tex_keywords, "keywords"),
            _fields("abstract", "abstract"),
            _all(_tex_notes, "archive_url", *_NOTED),
            _same("}\n\n"),
        ),
        _for_tex,
    )


#: What `keys` needs beside the title.
_KEYED = ("url", "site_name", "author", "published", "updated")

#: ``@misc`` entries for BibTeX, an empty line behind each; UTF-8, TeX's own characters escaped.
bibtex = _entry("misc", "howpublished", _bibtex_date, "language")
#: ``@online`` entries for biblatex.
biblatex = _entry("online", "organization", _biblatex_date, "langid")
