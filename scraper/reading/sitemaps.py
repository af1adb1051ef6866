"""Sitemaps as they are found in the wild, read into the addresses they name. No network, clock or database.

All of it is hostile input: a sitemap that declares entities is refused whole (so none is ever expanded), one that is
cut off keeps what it had named but is not `complete`, and only a complete one may ever speak of what is *not* there.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from html.entities import html5
from xml.parsers import expat
from xml.sax.saxutils import escape

from scraper import magic, urls
from scraper.charset import decode
from scraper.numbers import plural
from scraper.records import Problem
from scraper.vocabulary import Stage

#: The protocol allows 50 MB and 50,000 addresses in one sitemap (sitemaps.org). Careless servers name more: ten times
#: as many are read, nothing beyond.
SITEMAP_BYTES = 50 * 1024 * 1024
SITEMAP_ENTRIES = 500_000
#: Characters that expat is given at a time, twice as many each time: what it has not seen the end of it reads again.
CHUNK, LARGEST_CHUNK = 1 << 16, 1 << 20
DEEPEST = 32
#: Seen: sitemaps served as gzip whose server packs them once more.
LAYERS = 3

#: Where a sitemap begins, whatever stands before it: blank lines, a byte order mark, a PHP warning, a DOCTYPE.
_ROOT = re.compile(r"<(?:[\w.-]{1,64}:)?(?:urlset|sitemapindex)[\s/>]", re.IGNORECASE)
_DECLARES = re.compile(r"<!ENTITY", re.IGNORECASE)
#: An ampersand that begins none of XML's own references: HTML's, a number, or nothing that a generator has escaped.
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#\d{1,7};|#x[0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,30};)?")
_LONGEST_REFERENCE = 34
#: What XML 1.0 (2.2) has no place for.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ADDRESS_LINE = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEntry:
    """One address of a sitemap."""

    url: str
    #: As precise as said; None: not said.
    lastmod: str | None = None


class SitemapKind(StrEnum):
    """What a file named as a sitemap is."""

    #: It names other sitemaps.
    INDEX = "index"
    URLSET = "urlset"
    OTHER = "other"


#: What the outermost element says (sitemaps.org/protocol.html).
_ROOTS = {"urlset": SitemapKind.URLSET, "sitemapindex": SitemapKind.INDEX}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What one sitemap says."""

    url: str
    kind: SitemapKind
    entries: tuple[SitemapEntry, ...] = ()
    #: Whether it was read to its end: only then may an address be said to be missing from it.
    complete: bool = False
    problem: Problem | None = None


class _Wrong(Exception):
    """Why a sitemap cannot be read to its end: the problem's kind, and a sentence."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


_REFUSED = _Wrong(
    "sitemap-refused", "expected a plain sitemap, found entities or endless nesting; nothing of it was used"
)


class _SitemapReader:
    """Collects addresses while expat reads.

    Only ``loc`` and ``lastmod`` right under a ``url`` or ``sitemap`` count: pictures have a ``loc`` of their own.
    Where the entries stand does not matter (seen: a ``urlset`` inside a ``urlset``).
    """

    def __init__(self) -> None:
        self.kind = SitemapKind.OTHER
        #: How many elements that a sitemap may begin with were met.
        self.roots = 0
        self.entries: list[SitemapEntry] = []
        self.path: list[str] = []
        self.text: list[str] = []
        #: Characters of text that are still taken.
        self.room = urls.LONGEST
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - expat's signature
        root = _ROOTS.get(local(name))
        self.roots += root is not None
        if not self.path:
            self.kind = root or SitemapKind.OTHER
        if len(self.path) > DEEPEST:
            raise _REFUSED
        self.path.append(name)
        self.text, self.room = [], urls.LONGEST

    def characters(self, data: str) -> None:
        if self.room > 0:
            self.text.append(data)
            self.room -= len(data)

    def end(self, name: str) -> None:
        self.path.pop()
        above = self.path[-1] if self.path else ""
        if local(name) in ("url", "sitemap"):
            if self.found.get("loc"):
                self.entries.append(SitemapEntry(url=self.found["loc"], lastmod=self.found.get("lastmod") or None))
            self.found = {}
        elif local(above) in ("url", "sitemap") and name.rpartition(":")[0] == above.rpartition(":")[0]:
            self.found[local(name)] = "".join(self.text).strip()


def local(name: str) -> str:
    """The name without its prefix, whatever its case. Prefixes are not looked up: many are declared nowhere."""
    return name.rpartition(":")[2].lower()


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """What the sitemap at *url* says. Never raises: what is wrong is its `problem`, and what could be read is there.

    Packed or not, XML or a list of addresses a line, in any encoding that a page may have.
    """
    reader, wrong = _SitemapReader(), None
    try:
        _read(body, reader)
    except _Wrong as error:
        wrong = error
    entries = tuple(
        replace(entry, url=found) for entry in reader.entries if (found := urls.normalise(entry.url, base=url))
    )
    if wrong is None:
        return Sitemap(url=url, kind=reader.kind, entries=entries, complete=True)
    problem = Problem(stage=Stage.DISCOVER, kind=wrong.kind, url=url, message=str(wrong))
    return Sitemap(url=url, kind=reader.kind, entries=() if wrong is _REFUSED else entries, problem=problem)


def _read(body: bytes, reader: _SitemapReader) -> None:
    """All entries of *body* into *reader*. Raises _Wrong where it cannot be read to its end."""
    plain, torn = unpacked(body)
    try:
        _read_text(decode(plain), reader)
    except _Wrong as wrong:
        # What breaks off only because it was not unpacked to its end is said as that.
        raise (torn if torn and wrong is not _REFUSED else wrong) from None
    if torn is not None:
        raise torn


def _read_text(text: str, reader: _SitemapReader) -> None:
    """Raises _Wrong where it cannot be read to its end."""
    root = _ROOT.search(text)
    if root is None:
        _read_lines(text, reader)
    elif _DECLARES.search(text, 0, root.start()):
        raise _REFUSED
    else:
        _read_xml(text, root.start(), reader)


def unpacked(body: bytes) -> tuple[bytes, _Wrong | None]:
    """*body* without the gzip or zstd around it, as far as it goes, and what is wrong with it."""
    for _ in range(LAYERS):
        coding = magic.coding_of(body)
        if coding is None:
            break
        out, decoder = bytearray(), magic.decoder(coding)
        try:
            for piece in decoder.decode(body):
                out += piece
                if len(out) > SITEMAP_BYTES:
                    return bytes(out[:SITEMAP_BYTES]), _too_large(0)
        except magic.UndecodableError as error:
            return bytes(out), _Wrong("sitemap-cut", f"expected a compressed file, it cannot be unpacked: {error}")
        body = bytes(out)
        if not decoder.ended:
            return body, _Wrong("sitemap-cut", "expected a whole compressed file, found one that is cut off")
    if len(body) > SITEMAP_BYTES:
        return body[:SITEMAP_BYTES], _too_large(0)
    return body, None


def _too_large(entries: int) -> _Wrong:
    read = f"stopped after {plural(entries, 'address', 'addresses')}; " if entries else ""
    return _Wrong("sitemap-too-large", f"{read}at most 50 MB and {SITEMAP_ENTRIES:,} addresses are read")


def _read_lines(text: str, reader: _SitemapReader) -> None:
    """A text sitemap: one address a line (sitemaps.org, "Text file"); also remarks (seen). Raises _Wrong for others."""
    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    if not lines or not all(map(_ADDRESS_LINE.fullmatch, lines)):
        found = text.lstrip()[:40]
        raise _Wrong("not-a-sitemap", f"expected <urlset> or <sitemapindex>, found another document ({found!r})")
    reader.kind = SitemapKind.URLSET
    reader.entries += [SitemapEntry(url=line) for line in lines[:SITEMAP_ENTRIES]]
    if len(lines) > SITEMAP_ENTRIES:
        raise _too_large(SITEMAP_ENTRIES)


def _read_xml(text: str, start: int, reader: _SitemapReader) -> None:
    """The document from *start* on. Raises _Wrong where it breaks off, holds too much, or is nested without end."""
    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        for piece in _pieces(text, start):
            parser.Parse(piece)
            if len(reader.entries) > SITEMAP_ENTRIES:
                del reader.entries[SITEMAP_ENTRIES:]
                raise _too_large(SITEMAP_ENTRIES)
        parser.Parse(b"", True)  # noqa: FBT003 - expat's signature
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
            _check_nothing_follows(text, reader)  # the sitemap itself has ended
            return
        cut = (
            "expected a whole sitemap, it breaks off after "
            f"{plural(len(reader.entries), 'address', 'addresses')}: {error}"
        )
        raise _Wrong("sitemap-cut", cut) from None


def _check_nothing_follows(text: str, reader: _SitemapReader) -> None:
    """Something stands behind the sitemap. Raises _Wrong where that is another one."""
    if sum(1 for _ in _ROOT.finditer(text)) > reader.roots:
        raise _Wrong("sitemap-cut", "expected one sitemap, found another behind its end; only the first was read")


def _pieces(text: str, start: int) -> Iterator[bytes]:
    """The document as UTF-8, piece by piece, without what ends a reader of XML but not one of HTML."""
    size = CHUNK
    while start < len(text):
        end = start + size
        while end < len(text) and "&" in text[end - _LONGEST_REFERENCE : end]:  # no reference is cut in two
            end += _LONGEST_REFERENCE
        yield _REFERENCE.sub(_reference, _NO_XML.sub("", text[start:end])).encode("utf-8", "replace")
        start, size = end, min(2 * size, LARGEST_CHUNK)


def _reference(match: re.Match[str]) -> str:
    """What HTML has under that name or number, as XML has it; an ampersand by itself, where that is nothing."""
    name = match[0][1:]
    text = html.unescape(match[0]) if name.startswith("#") else html5.get(name, match[0])
    return escape(_NO_XML.sub("", text))
