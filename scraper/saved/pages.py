"""Saved pages and text dumps on disk: which files to take, their bytes as they are, their address and time.

No network, no database. A page's address comes from the caller, a manifest, the comment that a browser or HTTrack
left in it (or the file that wraps it: MHTML, webarchive), an absolute canonical link, or an absolute og:url, in this
order; its time from the caller, the manifest, that comment or wrapping, the page's own data, or the file.
"""

import hashlib
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

from scraper import magic
from scraper.charset import decode
from scraper.dates import utc
from scraper.errors import Unreadable, UsageError
from scraper.numbers import plural
from scraper.provenance import comment, first, kind_of, own_address, rendered_at, sniff
from scraper.records import Capture
from scraper.saved import containers
from scraper.urls import normalise
from scraper.vocabulary import FileKind, Level, Source, TimeBasis, UrlBasis

#: A saved page is at most a few MB; what is larger is something else.
PAGE_LIMIT_BYTES = 64 * 1024 * 1024

PAGE_SUFFIXES = {".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx", ".txt", ".text", ".md", ".xml", ".rss"}
PAGE_SUFFIXES |= {".atom", ".pdf", ".mhtml", ".mht", ".webarchive", ""}
WARC_SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wet", ".wet.gz")
#: How files are called that belong to a page beside them.
PARTS = "in folders of saved pages"
ARCHIVE_SUFFIXES = (*WARC_SUFFIXES, ".wacz", ".arc.gz", ".arc")


#: A page's name, a joint, and a word: no digits, as numbered pages stand in numbered folders.
_PARTS_FOLDER = re.compile(r"(.+?)[-_. ]([^\W\d_]{3,20})")


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """What a manifest says of one file; None: nothing."""

    url: str | None
    captured_at: str | None


#: Resolved path → what the manifest says.
Manifest = Mapping[Path, ManifestEntry]
NO_MANIFEST: Manifest = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not taken. *level* is ``error`` or ``note``."""

    path: Path
    message: str
    level: Level = Level.ERROR


def shown(path: Path) -> str:
    """*path* for people and for the database: bytes that are not UTF-8 are written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def given_time(text: str | None) -> str | None:
    """A month (``2021-03``) or day (``2021-03-18``) as it is, a moment, with or without zone, in UTC.

    None: none is given. Raises UsageError.
    """
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d", text):
            return date.fromisoformat(f"{text}-01").isoformat()[:7]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text).isoformat()
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageError(f"expected a time like 2021-03, 2021-03-18 or 2021-03-18T14:05:00Z, found {text!r}") from None


def given_url(text: str | None) -> str | None:
    """*text* normalised; None: none is given. Raises UsageError where it is no http(s) address with a host."""
    if text is None:
        return None
    if address := normalise(text):
        return address
    raise UsageError(f"expected an address like https://www.upr2020.org/post/…, found {text!r}")


def read_manifest(path: Path) -> dict[Path, ManifestEntry]:
    """JSON lines of file, url, captured_at (the last two may be missing or null; other keys are ignored).

    Files are relative to the manifest's folder. Raises UsageError that names the line.
    """
    entries: dict[Path, ManifestEntry] = {}
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown(path)}: the manifest cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                file, entry = _described(json.loads(line))
                place = (path.parent / file).resolve()
                _add(entries, place, entry)
            except json.JSONDecodeError as error:
                message = f"expected an object in JSON, found none from character {error.colno} on ({error.msg})"
                raise UsageError(f"{shown(path)}, line {number}: {message}") from None
            except (ValueError, RuntimeError, UsageError) as error:  # RuntimeError: too deep, or a circle of links
                raise UsageError(f"{shown(path)}, line {number}: {error}") from None
    return entries


def _add(entries: dict[Path, ManifestEntry], place: Path, entry: ManifestEntry) -> None:
    """Add what a line says of the file at *place*. Raises UsageError where one above says otherwise."""
    if entries.setdefault(place, entry) != entry:
        raise UsageError(f"{shown(place)} is described otherwise in a line above")


def _described(line: object) -> tuple[str, ManifestEntry]:
    """File and description of one manifest line. Raises UsageError."""
    if not isinstance(line, dict) or not isinstance(line.get("file"), str) or not line["file"]:
        raise UsageError('expected an object with "file", "url", "captured_at"')
    url, at = line.get("url"), line.get("captured_at")
    if not isinstance(url, str | None) or not isinstance(at, str | None):
        raise UsageError('expected "url" and "captured_at" to be texts or null')
    return line["file"], ManifestEntry(given_url(url or None), given_time(at or None))


def walk(paths: Iterable[Path], *, manifest: Path | None = None) -> Iterator[Path | Skipped]:
    """The files to read: those named, and those of folders that look like pages or web archives, by name.

    Linked folders inside folders are not entered (they may loop); pipes and devices are never opened. *manifest*, where
    it stands in one of the folders, is neither read nor told of: the caller has read it.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            yield Skipped(path, f"cannot be read: {_plain(error)}")
            continue
        if stat.S_ISDIR(mode):
            yield from _walk_folder(path, manifest and manifest.resolve())
        elif stat.S_ISREG(mode):
            yield path
        else:
            yield Skipped(path, "is neither a file nor a folder")


def _walk_folder(folder: Path, manifest: Path | None) -> Iterator[Path | Skipped]:
    """Files of *folder* in the order of their names; one note for all that are neither pages nor the *manifest*."""
    others: Counter[str] = Counter()
    refused: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=refused.append):
        parts = _folders_of_parts(folders, names)
        folders[:] = sorted(set(folders) - parts)
        for name in parts:
            others[PARTS] += sum(len(files) for *_, files in os.walk(Path(here) / name))
        for path in sorted(Path(here) / name for name in names):
            if path.resolve() == manifest:
                continue
            if _looks_like_a_page(path):
                yield from walk([path])
            else:
                others[path.suffix.lower() or path.name] += 1
    yield from (Skipped(Path(error.filename), f"cannot be read: {_plain(error)}") for error in refused)
    if others:
        yield _others_skipped(folder, others)


def _others_skipped(folder: Path, others: Mapping[str, int]) -> Skipped:
    """The note on files of *folder* that are no pages: how many there are of each ending."""
    kinds = ", ".join(f"{number} {suffix}" for suffix, number in sorted(others.items()))
    hint = "; a manifest is read where --manifest names it" if {".jsonl", ".json"} & others.keys() else ""
    return Skipped(folder, f"skipped files that are not pages: {kinds}{hint}", level=Level.NOTE)


def _folders_of_parts(folders: Iterable[str], names: Iterable[str]) -> set[str]:
    """Of *folders* those in which a browser put the parts of a page beside them.

    ``Page.html`` has ``Page_files``; in other languages ``Page-Dateien``, ``Page_fichiers``, ``Page_archivos``.
    """
    stems = {Path(name).stem for name in names if Path(name).suffix.lower() in {".html", ".htm", ".xhtml"}}
    return {
        folder for folder in folders if (match := _PARTS_FOLDER.fullmatch(folder)) is not None and match[1] in stems
    }


def _looks_like_a_page(path: Path) -> bool:
    """By its name; one whose ending nobody knows or is a number (wget: ``index.html?p=1``, ``a-title.1``, the second
    copy) by its first bytes.
    """
    lower = path.name.lower()
    if lower.startswith("."):
        return False
    suffix = Path(lower).suffix
    if lower.endswith(ARCHIVE_SUFFIXES) or suffix in PAGE_SUFFIXES:
        return True
    is_known = re.fullmatch(r"\.\w{1,12}", suffix) and not re.fullmatch(r"\.\d{1,3}", suffix)
    return not is_known and _begins_like_a_page(path)


def _begins_like_a_page(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError:
        return False
    return (
        re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html)\b", start, re.I | re.S) is not None
    )


def _plain(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


class FileFacts(TypedDict):
    """What names a file whatever it is called."""

    #: Hex.
    sha256: str
    #: Bytes.
    length: int


def facts(path: Path) -> FileFacts:
    """Digest and length of the whole file. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            return {"sha256": found, "length": file.tell()}
    except OSError as error:
        raise Unreadable(shown(path), f"cannot be read: {_plain(error)}") from None


def container_of(path: Path) -> FileKind | None:
    """MHTML or WEBARCHIVE where the page is wrapped in one; None: the file is the page. Raises Unreadable."""
    found = containers.page_of(_read(path)[0], shown(path))
    if not found:
        return None
    return found.kind


def load(
    path: Path, *, url: str | None = None, captured_at: str | None = None, manifest: Manifest = NO_MANIFEST
) -> Capture:
    """The file at *path* as a capture; its `url` is empty where neither caller, manifest nor page tell one.

    Raises Unreadable for what is no page (a folder, an empty file, a picture, …), UsageError for a bad *url* or time.
    """
    body, modified = _read(path)
    page = containers.page_of(body, shown(path)) or _as_it_is(body, path)
    media_type = page.content_type.partition(";")[0]
    entry = manifest.get(path.resolve(), ManifestEntry(None, None))
    text = decode(page.body, page.content_type) if re.match("text/|.*xml$", media_type) else ""
    comment_url, comment_time = comment(text)
    known = first(
        (given_url(url), UrlBasis.GIVEN),
        (entry.url, UrlBasis.MANIFEST),
        (normalise(page.url or ""), UrlBasis.COMMENT),
        (comment_url, UrlBasis.COMMENT),
    ) or own_address(text)
    dated = first(
        (given_time(captured_at), TimeBasis.GIVEN),
        (entry.captured_at, TimeBasis.GIVEN),
        (page.saved_at, TimeBasis.PAGE),
        (comment_time, TimeBasis.PAGE),
        (rendered_at(text), TimeBasis.PAGE),
    ) or (modified, TimeBasis.FILE_TIME)
    address, basis = known or ("", UrlBasis.GIVEN)
    return Capture(
        url=address,
        url_basis=basis,
        kind=kind_of(address, media_type, page.body),
        source=Source.FILE,
        captured_at=dated[0],
        captured_at_basis=dated[1],
        media_type=media_type,
        body=page.body,
    )


def _as_it_is(body: bytes, path: Path) -> containers.SavedPage:
    """A file that is the page itself."""
    media_type = sniff(body, path.suffix.lower())
    return containers.SavedPage(body=body, content_type=media_type, url=None, saved_at=None, kind=FileKind.OTHER)


def _read(path: Path) -> tuple[bytes, str]:
    """Bytes of a regular file and when it was last changed. Raises Unreadable."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable(shown(path), "expected a file, found a folder, pipe or device")
        if facts.st_size > PAGE_LIMIT_BYTES:
            raise Unreadable(
                shown(path), f"expected a page, found {plural(facts.st_size, 'byte')}; {PAGE_LIMIT_BYTES:,} are allowed"
            )
        body = path.read_bytes()
    except (OSError, ValueError) as error:
        raise Unreadable(shown(path), f"cannot be read: {_plain(error)}") from None
    if not body[:4096].strip() and not body.strip():
        raise Unreadable(shown(path), "expected a page, found an empty file")
    if not magic.is_pdf(body) and (known := magic.signature(body)):
        unpack = "; unpack it first" if known.start in (magic.GZIP, magic.ZIP, magic.ZSTD) else ""
        raise Unreadable(shown(path), f"expected a page, found {known.name}{unpack}")
    return body, utc(datetime.fromtimestamp(facts.st_mtime, UTC))
