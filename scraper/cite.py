"""Citations of one post: APA, Chicago, BibTeX and RIS, as plain text. Pure.

What is cited is the version that the archive holds: the date of access is that of its capture. A post without a date of
publication is cited by the day it says it was updated, else as undated (n.d.).
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words that stand in names of bodies, not of people.
_BODIES = _set(
    "admin administrator alliance association blog board campaign center centre clinic coalition collective college"
    " committee communications council department editor editors foundation fund group human info initiative institute"
    " international league movement nations network office organisation organization press project rights secretariat"
    " society staff task team the union university us ushrn upr webmaster"
)
#: Accounts that name nobody: the site itself is the author.
_NOBODY = _set("admin administrator webmaster info editor staff author") | {"web admin", "site admin"}
_HONORIFICS = _set("dr prof professor rev hon mr mrs ms mx sir dame atty")
_SUFFIXES = _set("jr sr ii iii iv esq phd ph.d jd md")
_PARTICLES = _set("al bin da de del della den der di dos du el ibn la las le los ten ter van von y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a citation is made of. Dates are ISO 8601, as precise as known; None: not known."""

    url: str
    site_name: str
    title: str | None = None
    #: As shown by the site: one or several people, or a body.
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    #: When the version cited was captured.
    captured_at: str | None = None
    #: When the post was found to be gone from its site; None: it is not, as far as we know.
    gone_at: str | None = None
    language: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    #: SHA-256 of the page as captured.
    sha256: str | None = None
    #: Where the archived copy can be read.
    archive_url: str | None = None

    @property
    def date(self) -> str | None:
        """The date to cite by."""
        return self.published_at or self.updated_at


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or a body (*given* is empty)."""

    family: str
    given: str = ""

    @property
    def inverted(self) -> str:
        """As indexes write it: ``Casanova-Willis, Vickie``."""
        return f"{self.family}, {self.given}" if self.given else self.family

    @property
    def initials(self) -> str:
        """As APA writes it: ``Casanova-Willis, V.``"""
        letters = " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in self.given.split())
        return f"{self.family}, {letters}" if letters else self.family


def names(author: str | None, site_name: str) -> tuple[Name, ...]:
    """The authors in *author*; the body behind the site where nobody is named."""
    text = _line(author)
    if not text or text.casefold() in _NOBODY:
        return (Name(site_name.partition(":")[0].strip() or site_name),)
    if _is_body(text):
        return (Name(text),)
    parts = [part for part in re.split(r"\s*(?:,?\s+(?:and|&)\s+|;)\s*", text) if part]
    found: list[Name] = []
    for part in parts:
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        suffixed = len(pieces) == 2 and pieces[1].casefold().strip(".") in _SUFFIXES
        if suffixed or (len(pieces) == 2 and len(parts) == 1 and " " not in pieces[0]):
            found.append(_person(part))
        else:
            found += map(_person, pieces)
    return tuple(found) or (Name(text),)


def _is_body(text: str) -> bool:
    words = [word.casefold().strip(".,'’") for word in text.split()]
    return len(words) == 1 or any(word in _BODIES for word in words) or any(ch.isdigit() for ch in text)


def _person(text: str) -> Name:
    """A name in its usual order, or already turned round (``King, Dana``)."""
    family, comma, given = text.partition(",")
    if comma and given.strip().casefold().strip(".") not in _SUFFIXES:
        return Name(family.strip(), given.strip())
    words = [word for word in family.split() if word.casefold().strip(".") not in _HONORIFICS]
    suffix = [given.strip()] if comma else []
    while len(words) > 2 and words[-1].casefold().strip(".") in _SUFFIXES:
        suffix.insert(0, words.pop())
    if len(words) < 2 or _is_body(" ".join(words)):
        return Name(" ".join(words) or text.strip())
    start = len(words) - 1
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return Name(" ".join(words[start:]), " ".join((*words[:start], *suffix)))


def apa(work: Work) -> str:
    """APA, seventh edition."""
    authors = names(work.author, work.site_name)
    people = _listed([name.initials for name in authors], "&")
    title = _line(work.title) or "[Untitled post]"
    site = "" if authors == (Name(work.site_name),) else _stopped(work.site_name) + " "
    access = f"Retrieved {spelled(work.captured_at)}, from {work.url}" if work.captured_at else work.url
    return f"{_stopped(people)} ({_apa_date(work.date)}). {_stopped(title)} {site}{access}{_remark(work, ' [', ']')}"


def chicago(work: Work) -> str:
    """Chicago, bibliography style (notes and bibliography), as for a web page."""
    authors = names(work.author, work.site_name)
    first, *others = [name.inverted if at == 0 else _straight(name) for at, name in enumerate(authors)]
    title = _line(work.title)
    parts = [
        _stopped(_listed([first, *others], "and")),
        f"“{_stopped(title)}”" if title else "Untitled post.",
        f"{work.site_name}, {spelled(work.published_at)}." if work.published_at else _stopped(work.site_name),
        f"Last modified {spelled(work.updated_at)}." if work.updated_at else "",
        "n.d." if not work.date else "",
        f"Accessed {spelled(work.captured_at)}." if work.captured_at else "",
        f"{work.url}.{_remark(work, ' ', '.')}",
    ]
    return " ".join(filter(None, parts))


def bibtex(work: Work) -> str:
    """One ``@online`` entry, with a line feed behind it; UTF-8, TeX's own characters escaped."""
    authors = " and ".join(
        f"{_tex(name.family)}, {_tex(name.given)}" if name.given else f"{{{_tex(name.family)}}}"
        for name in names(work.author, work.site_name)
    )
    fields = {
        "author": authors,
        "title": f"{{{_tex(work.title)}}}" if work.title else "",
        "organization": _tex(work.site_name),
        "date": _day(work.date),
        "year": _parts(work.date)[0],
        "url": _tex_url(work.url),
        "urldate": _day(work.captured_at),
        "langid": _tex(work.language),
        "keywords": _tex(", ".join(work.keywords)),
        "abstract": _tex(work.abstract),
        "note": _tex(_note(work)),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@online{{{key(work)},\n{lines}}}\n"


def ris(work: Work) -> str:
    """One RIS record of type ELEC, its lines ended by CR LF, with an empty line behind it."""
    lines = [
        ("TY", "ELEC"),
        *(("AU", name.inverted) for name in names(work.author, work.site_name)),
        ("TI", work.title),
        ("T2", work.site_name),
        ("PY", _parts(work.date)[0]),
        ("DA", _ris_date(work.date)),
        ("Y2", _ris_date(work.captured_at)),
        ("UR", work.url),
        ("L2", work.archive_url),
        ("LA", work.language),
        *(("KW", word) for word in work.keywords),
        ("AB", work.abstract),
        ("N1", _note(work)),
    ]
    written = "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in lines if _line(value))
    return f"{written}ER  - \r\n\r\n"


def key(work: Work) -> str:
    """A name for the entry, ASCII, the same for the same post always, unique by its address."""
    family = _ascii(names(work.author, work.site_name)[0].family.split()[-1]) or "post"
    word = next((found for found in map(_ascii, _line(work.title).split()) if len(found) > 3), "")
    digest = hashlib.sha256(work.url.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{family}{_parts(work.date)[0] or 'nd'}{word}_{digest}"


def spelled(date: str | None) -> str:
    """``March 16, 2021``, ``December 2016`` or ``2016``; None or unreadable: ``n.d.``"""
    year, month, day = _parts(date)
    if not year:
        return "n.d."
    if not month:
        return year
    return f"{MONTHS[month - 1]} {day}, {year}" if day else f"{MONTHS[month - 1]} {year}"


def _apa_date(date: str | None) -> str:
    year, month, day = _parts(date)
    if not year or not month:
        return year or "n.d."
    return f"{year}, {MONTHS[month - 1]}" + (f" {day}" if day else "")


def _ris_date(date: str | None) -> str:
    year, month, day = _parts(date)
    return f"{year}/{f'{month:02}' if month else ''}/{f'{day:02}' if day else ''}/" if year else ""


def _day(date: str | None) -> str:
    """The date without its time; empty: none that can be read."""
    year, month, day = _parts(date)
    return "-".join(part for part in (year, f"{month:02}" if month else "", f"{day:02}" if day else "") if part)


def _parts(date: str | None) -> tuple[str, int, int]:
    found = re.match(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", date or "", re.ASCII)
    return (found[1], int(found[2] or 0), int(found[3] or 0)) if found else ("", 0, 0)


def _remark(work: Work, before: str, after: str) -> str:
    """That the post is gone, and where its copy is."""
    gone = f"No longer online on {spelled(work.gone_at)}" if work.gone_at else ""
    copy = f"archived copy: {work.archive_url}" if work.archive_url else ""
    both = "; ".join(filter(None, (gone, copy)))
    return f"{before}{both[0].upper()}{both[1:]}{after}" if both else ""


def _note(work: Work) -> str:
    parts = (
        f"Updated {_day(work.updated_at)}" if work.updated_at else "",
        f"No longer online on {_day(work.gone_at)}" if work.gone_at else "",
        f"Archived copy: {work.archive_url}" if work.archive_url else "",
        f"SHA-256 of the page captured: {work.sha256}" if work.sha256 else "",
    )
    return "; ".join(filter(None, parts))


def _straight(name: Name) -> str:
    return f"{name.given} {name.family}".strip()


def _listed(parts: list[str], word: str) -> str:
    if len(parts) < 3:
        return f", {word} ".join(parts) if word == "&" or "," in parts[0] else f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])}, {word} {parts[-1]}"


def _stopped(text: str) -> str:
    """*text* with a full stop, unless it ends like a sentence."""
    return text if text.endswith((".", "?", "!", "…", ".”", "?”", "!”")) else f"{text}."


#: Controls, line separators, lone surrogates.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _line(text: str | None) -> str:
    """*text* on one line, without control characters."""
    return " ".join(_CONTROLS.sub(" ", text or "").split())


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


#: BibTeX counts braces even behind a backslash, so they go by their names.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    }
)  # fmt: skip


def _tex(text: str | None) -> str:
    return _line(text).translate(_TEX)


def _tex_url(url: str) -> str:
    """Verbatim for TeX, so only what would end the field is encoded."""
    return _line(url).replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D").replace(" ", "%20")
