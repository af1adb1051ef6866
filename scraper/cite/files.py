"""Citations as programs read them: BibTeX, biblatex, RIS, CSL-JSON. Pure; made for exports of many posts.

Each is written straight from a `Work`, by the same helpers as its CSL-JSON record, so that no two can disagree (tests):

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

What many posts share (authors, dates, sites, languages, tags) is written once and kept.
"""

import json
from functools import lru_cache

from scraper.cite.names import WriterName, names
from scraper.cite.record import Item, Work, issued, key, note
from scraper.cite.text import line, line_kept
from scraper.wording import framed

_MACROS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Languages by the names that babel and polyglossia have for them.
_BABEL = {
    "ar": "arabic", "bn": "bengali", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fa": "persian",
    "fr": "french", "he": "hebrew", "hi": "hindi", "it": "italian", "ja": "japanese", "ko": "korean", "nl": "dutch",
    "pl": "polish", "pt": "portuguese", "ru": "russian", "th": "thai", "tr": "turkish", "uk": "ukrainian",
    "ur": "urdu", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip
#: BibTeX counts braces even behind a backslash, so they go by their names.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    }
)  # fmt: skip
_TEX_NEEDED = b"\\{}~^&%$#_"


#: Ends a line of RIS.
_END = "\r\n"


def bibtex(work: Work) -> str:
    """One ``@misc`` entry for BibTeX, a line feed behind it; UTF-8, TeX's own characters escaped."""
    return (
        f"@misc{{{key(work)},\n{_tex_authors(work.author, work.site_name)}{_field('title', work.title)}"
        f"{_kept('howpublished', work.site_name)}{_bibtex_date(work.published, work.updated)}"
        f"  url = {{{_tex_url(work.url)}}},\n{_language('language', work.language)}{_rest(work)}}}\n"
    )


def biblatex(work: Work) -> str:
    """One ``@online`` entry for biblatex, a line feed behind it."""
    return (
        f"@online{{{key(work)},\n{_tex_authors(work.author, work.site_name)}{_field('title', work.title)}"
        f"{_kept('organization', work.site_name)}{_biblatex_date(work.published, work.updated)}"
        f"  url = {{{_tex_url(work.url)}}},\n{_language('langid', work.language)}{_rest(work)}}}\n"
    )


def ris(work: Work) -> str:
    """One RIS record of type BLOG, its lines ended by CR LF, with an empty line behind it."""
    return (
        f"TY  - BLOG{_END}{_ris_authors(work.author, work.site_name)}{_tagged('TI', line(work.title))}"
        f"{_ris_site(work.site_name)}{_ris_dates(work.published, work.updated)}UR  - {line(work.url)}{_END}"
        f"{_ris_archive(work)}{_kept_tag('LA', work.language)}{_ris_keywords(work.keywords)}"
        f"{_tagged('AB', line(work.abstract))}{_tagged('N1', note(work))}ER  - {_END}{_END}"
    )


def csl(item: Item) -> str:
    """The item as JSON, on one line. Files of CSL-JSON are arrays of these."""
    return json.dumps(item, ensure_ascii=False)


# RIS


def _tagged(tag: str, value: str) -> str:
    return framed(value, f"{tag}  - ", _END)


@lru_cache(maxsize=4096)
def _kept_tag(tag: str, value: str | None) -> str:
    return _tagged(tag, line(value))


@lru_cache(maxsize=4096)
def _ris_authors(author: str | None, site_name: str) -> str:
    return "".join(_tagged("AU", name.inverted) for name in names(author, site_name))


@lru_cache(maxsize=1024)
def _ris_site(site_name: str) -> str:
    return f"T2  - {line(site_name)}{_END}"


@lru_cache(maxsize=16384)
def _ris_dates(published: str | None, updated: str | None) -> str:
    """``PY  - 2021`` and ``DA  - 2021/03/16/``; of a month ``2016/12//``."""
    date = issued(published, updated)
    if not date:
        return ""
    year, month, day = (*(f"{part:02}" for part in date), "", "")[:3]
    return f"PY  - {date[0]:04}{_END}DA  - {year}/{month}/{day}/{_END}"


def _ris_archive(work: Work) -> str:
    if not work.archive_url:
        return ""
    place = line(work.archive_url)
    return f"AV  - {place}{_END}L2  - {place}{_END}{_kept_tag('DB', work.archive)}"


def _ris_keywords(words: tuple[str, ...]) -> str:
    return "".join([_kept_tag("KW", word) for word in words])


# BibTeX and biblatex


def _rest(work: Work) -> str:
    """What both kinds of entry say alike."""
    words = ", ".join(map(line_kept, work.keywords))
    return f"{_field('keywords', words)}{_field('abstract', work.abstract)}{_field_as_is('note', _tex_note(work))}"


def _field(name: str, value: str | None) -> str:
    return _field_as_is(name, _tex(line(value)))


def _field_as_is(name: str, value: str) -> str:
    return framed(value, f"  {name} = {{", "},\n")


#: For values that stand in many entries.
_kept = lru_cache(maxsize=4096)(_field)


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
    return _field_as_is("date", "-".join(f"{part:02}" for part in issued(published, updated)))


@lru_cache(maxsize=4096)
def _tex_authors(author: str | None, site_name: str) -> str:
    return _field_as_is("author", " and ".join(map(_tex_name, names(author, site_name))))


def _tex_name(name: WriterName) -> str:
    """``Lind, Jr., Rosa``; a body's name in braces of its own, so that it is not taken apart."""
    if not name.given:
        return f"{{{_tex(name.family)}}}"
    return ", ".join(_tex(part) for part in (name.family, name.suffix, name.given) if part)


def _tex_note(work: Work) -> str:
    said = note(work)  # digits, days and words of ours: nothing that TeX would eat
    archived = work.archive_url and f"Archived at \\url{{{_tex_url(work.archive_url)}}}"
    return "; ".join(filter(None, (said, archived)))


@lru_cache(maxsize=256)
def _language(name: str, code: str | None) -> str:
    """``english`` for ``en-US``; the code itself where babel has no name that we know."""
    said = line(code)
    return _field_as_is(name, _BABEL.get(said.split("-")[0].lower(), _tex(said)))


def _tex(text: str) -> str:
    # Bytes are looked through in a tenth of the time that a set of characters or an expression takes.
    raw = text.encode("utf-8", "replace")
    return text if len(raw.translate(None, _TEX_NEEDED)) == len(raw) else text.translate(_TEX)


def _tex_url(url: str) -> str:
    """Verbatim for TeX, so only what would end the field is encoded."""
    return line(url).replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D").replace(" ", "%20")
