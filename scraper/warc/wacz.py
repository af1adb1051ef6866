"""WACZ 1.1.1: a WARC with its index, pages and digests in one zip file, written and read as a stream."""

import hashlib
import json
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from scraper.errors import Unreadable
from scraper.numbers import plural
from scraper.run_log import RunLog
from scraper.warc import cdxj, wacz_auth
from scraper.warc import record as warc
from scraper.warc import writer as outgoing
from scraper.warc.picture_index import PictureIndex
from scraper.warc.record import RecordType
from scraper.warc.wacz_auth import SignatureKey, SignatureStanding, WaczSignature
from scraper.warc.writer import About, Kept

#: An extra field (APPNOTE 4.5.1): its id, and no data.
_OWN_FIELD = struct.pack("<HH", 0x7573, 0)
READ_BYTES = 1 << 20
PIECE_BYTES = 1 << 12
#: A data package lists a few files; a larger one is a bomb.
LISTING_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WaczPage:
    """A page that a reader of the file can start from."""

    url: str
    captured_at: str
    title: str | None
    text: str | None


class _ZipEntry:
    """One file inside the zip while it is written: its bytes, counted and digested."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.length = 0

    def write(self, data: bytes, /) -> int:
        """Append *data*; its length."""
        self._digest.update(data)
        self.length += len(data)
        return self._file.write(data)

    def described(self, path: str) -> dict[str, Any]:
        """How the data package lists it."""
        name = path.rpartition("/")[2]
        return {"name": name, "path": path, "hash": f"sha256:{self._digest.hexdigest()}", "bytes": self.length}


class _Zip:
    """A zip file whose bytes depend on its content only."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", allowZip64=True)
        self.resources: list[dict[str, Any]] = []

    def add(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write one file from its pieces."""
        with self._zip.open(_info(path), "w", force_zip64=True) as file:
            entry = _ZipEntry(file)
            for piece in pieces:
                entry.write(piece)
        self.resources.append(entry.described(path))

    def add_warc(self, path: str, kept: Iterable[Kept], about: About, pictures: PictureIndex) -> list[str]:
        """Write the WARC; its index lines. *pictures* sees all that is written."""
        with self._zip.open(_info(path), "w", force_zip64=True) as file:
            entry = _ZipEntry(file)
            name, lines = path.rpartition("/")[2], []
            for record, offset, length in outgoing.write(entry, pictures.seen(kept), about):
                if record.type != RecordType.METADATA:
                    lines.append(cdxj.line(record, offset=offset, length=length, filename=name))
                    pictures.written(record, length)
        self.resources.append(entry.described(path))
        return lines

    def add_renditions(self, path: str, pictures: PictureIndex) -> list[str]:
        """Write the records that lead to pictures; their index lines. Without any, nothing is written."""
        records = list(pictures.records())
        if not records:
            return []
        with self._zip.open(_info(path), "w", force_zip64=True) as file:
            entry, lines = _ZipEntry(file), []
            for record in records:
                offset = entry.length
                length = entry.write(warc.member(record))
                lines.append(cdxj.line(record, offset=offset, length=length, filename=path.rpartition("/")[2]))
        self.resources.append(entry.described(path))
        return lines

    def close(self) -> None:
        """End the file."""
        self._zip.close()

    def forget(self) -> None:
        """Leave the file as it is: it could not be written whole, and its end, written later, could not be either."""
        self._zip.fp = None


def _info(path: str) -> zipfile.ZipInfo:
    """What is packed already is stored, so that readers can seek in it; no time and no user enters the bytes."""
    info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED if path.endswith(".gz") else zipfile.ZIP_DEFLATED
    # Python writes a zip64 field into the local header only; viewers that take its length from the central directory
    # (wabac.js) then read at the wrong place. A field of our own, without content, makes the two agree.
    info.extra = _OWN_FIELD
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def write(
    out: BinaryIO, kept: Iterable[Kept], pages: Iterable[WaczPage], about: About, key: SignatureKey | None = None
) -> int:
    """Write a WACZ to *out*, which must be seekable; *key* signs it. How many captures are in it.

    The same captures give the same bytes.
    """
    package = _Zip(out)
    counted = _Counted(kept)
    try:
        _fill(package, counted, pages, about, key)
    except BaseException:
        package.forget()
        raise
    package.close()
    return counted.number


class _Counted:
    """Captures, counted as they pass."""

    def __init__(self, kept: Iterable[Kept]) -> None:
        self._kept = kept
        self.number = 0

    def __iter__(self) -> Iterator[Kept]:
        for one in self._kept:
            self.number += 1
            yield one


def _fill(
    package: _Zip, kept: Iterable[Kept], pages: Iterable[WaczPage], about: About, key: SignatureKey | None
) -> None:
    pictures = PictureIndex()
    lines = package.add_warc(f"archive/{about.filename}", kept, about, pictures)
    lines += package.add_renditions("archive/renditions.warc.gz", pictures)
    index, blocks = cdxj.compressed(sorted(lines, key=str.encode), "index.cdx.gz")
    package.add("indexes/index.cdx.gz", [index])
    package.add("indexes/index.idx", [blocks])
    for path, data in log_files(about.log):
        package.add(path, [data])
    main: list[WaczPage] = []
    package.add("pages/pages.jsonl", _pages(pages, main))
    described = _datapackage(about, main[0] if main else None, package.resources)
    digest: dict[str, Any] = {"path": "datapackage.json", "hash": wacz_auth.hash_of(described)}
    if key is not None:
        digest["signedData"] = key.sign(described, created=warc.date(about.newest_at), software=about.software)
    package.add("datapackage.json", [described])
    package.add("datapackage-digest.json", [_json(digest)])


def log_files(log: RunLog) -> Iterator[tuple[str, bytes]]:
    """Runs, checkpoints and timestamps, for programs that read no WARC: each checkpoint as others check it.

    In one folder: `wacz validate` 0.6.0 calls files that lie deeper not listed.
    """
    if not log:
        return
    yield "log/runs.jsonl", b"".join(_json(dict(run.row)) + b"\n" for run in log.runs)
    for number, one in enumerate(log.checkpoints, 1):
        yield f"log/checkpoint-{number:06}.txt", one.text.encode()
        yield f"log/statement-{number:06}.json", one.statement.encode()
        for at, stamp in enumerate(one.stamps, 1):
            yield f"log/timestamp-{number:06}-{at}.tsr", stamp.token


def _pages(pages: Iterable[WaczPage], main: list[WaczPage]) -> Iterator[bytes]:
    """Lines of pages.jsonl; the newest page is put into *main*."""
    yield _json({"format": "json-pages-1.0", "id": "pages", "title": "Posts", "hasText": True}) + b"\n"
    for page in pages:
        if not main or page.captured_at > main[0].captured_at:
            main[:] = [page]
        at = warc.date(page.captured_at)
        name = hashlib.sha256(f"{at} {page.url}".encode()).hexdigest()[:20]
        said = {"id": name, "url": page.url, "ts": at, "title": page.title or page.url, "text": page.text or ""}
        yield _json(said) + b"\n"


def _datapackage(about: About, main: WaczPage | None, resources: list[dict[str, Any]]) -> bytes:
    said = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": about.title,
        "description": "Captures kept by ushrn, with the facts of each in a metadata record beside it.",
        "created": warc.date(about.newest_at),
        "modified": warc.date(about.newest_at),
        "software": about.software,
        "resources": resources,
    }
    if main is not None:
        said |= {"mainPageUrl": main.url, "mainPageDate": warc.date(main.captured_at)}
    return _json(said, indent=2)


def _json(value: object, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")


class Member:
    """A file inside a WACZ, read as a stream. What is damaged ends it; `trouble` then says how."""

    def __init__(self, package: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.name = info.filename
        self.trouble: str | None = None
        self._stream: IO[bytes] | None = None
        try:
            self._stream = package.open(info)
        except _ZIP_TROUBLE as error:
            self.trouble = _said(error)

    def read(self, size: int = -1) -> bytes:
        """Some of the next bytes; empty at the end, also where it ends too soon."""
        if self._stream is None or self.trouble:
            return b""
        try:
            # In small pieces: a checksum that does not hold is raised instead of the piece that ends with it.
            return self._stream.read(PIECE_BYTES if size < 0 else min(size, PIECE_BYTES))
        except _ZIP_TROUBLE as error:
            self.trouble = _said(error)
            return b""

    def seekable(self) -> bool:
        """Whether it can be read on behind a damage."""
        return self._stream is not None and not self.trouble and self._stream.seekable()

    def seek(self, offset: int) -> int:
        """Go there; a member is unpacked again from its start for it."""
        if not self._stream:
            return 0
        return self._stream.seek(offset)


#: WACZ of WACZs are written one level deep (Browsertrix collections); deeper ones are no archives.
DEEPEST = 2
#: A WACZ inside a WACZ is held in memory up to this, then on disk.
SPOOL_BYTES = 64 * 1024 * 1024


@contextmanager
def unpacked(member: Member) -> Iterator[BinaryIO]:
    """A package inside a package as a file of its own; after a damage (`Member.trouble`) what stands before it."""
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        shutil.copyfileobj(member, spool)
        spool.seek(0)
        yield cast("BinaryIO", spool)


#: What `zipfile` raises for members that are damaged, encrypted, or packed in a way it does not know.
_ZIP_TROUBLE = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


def _said(error: BaseException) -> str:
    if "password" in str(error):
        return "is encrypted"
    return f"cannot be unpacked: {error}"


def members(file: BinaryIO, name: str, suffixes: tuple[str, ...]) -> Iterator[Member]:
    """The files with those endings inside a WACZ, in the order of their names, each of a name that stands twice.

    Raises Unreadable for what is no WACZ, or has none of them.
    """
    try:
        package = zipfile.ZipFile(file)
    except _ZIP_TROUBLE as error:
        raise Unreadable(name, f"expected a WACZ, found a zip file that cannot be opened: {error}") from None
    inside = [info for info in package.infolist() if info.filename.lower().endswith(suffixes)]
    if not inside:
        raise Unreadable(name, "expected a WACZ, found a zip file without a WARC in it")
    for info in sorted(inside, key=lambda info: info.filename):
        yield Member(package, info)


def listed(file: BinaryIO) -> set[str] | None:
    """The names that the package's own list gives; None: it has no list that can be read."""
    try:
        package = zipfile.ZipFile(file)
        return {str(resource["path"]) for resource in json.loads(_small(package, "datapackage.json"))["resources"]}
    except (*_ZIP_TROUBLE, KeyError, TypeError):
        return None


def signature(file: BinaryIO) -> WaczSignature:
    """The signature of a WACZ: whether it holds for the package's list of files, and by whom. `complaints` says whether
    the files are those listed. What cannot be opened as a zip file says of no signature, so it has none that fails.
    """
    try:
        package = zipfile.ZipFile(file)
    except _ZIP_TROUBLE:
        return wacz_auth.NO_SIGNATURE
    try:
        if "datapackage-digest.json" not in package.namelist():
            return wacz_auth.NO_SIGNATURE
        return wacz_auth.check(_small(package, "datapackage.json"), _small(package, "datapackage-digest.json"))
    except (*_ZIP_TROUBLE, KeyError) as error:
        return WaczSignature(SignatureStanding.INVALID, f"its data package cannot be read: {error}")


def complaints(file: BinaryIO) -> Iterator[str]:
    """What does not hold in a WACZ's own digests: each file listed is there and has the bytes listed."""
    try:
        package = zipfile.ZipFile(file)
        names = set(package.namelist())
        said_files = _small(package, "datapackage.json")
        if "datapackage-digest.json" in names:
            said = json.loads(_small(package, "datapackage-digest.json"))["hash"]
            if warc.holds(said, said_files) is False:
                yield f"datapackage.json: expected the digest {said}, found {warc.digest(said_files)}"
        resources = json.loads(said_files)["resources"]
        for path, said in [(str(resource["path"]), str(resource["hash"])) for resource in resources]:
            yield from _complaint(package, names, path, said)
    except (*_ZIP_TROUBLE, KeyError, TypeError) as error:
        yield f"its data package cannot be read: {error}"


def _small(package: zipfile.ZipFile, path: str) -> bytes:
    """A file that is read as a whole. Raises ValueError where it is too large for what it should be."""
    size = package.getinfo(path).file_size
    if size > LISTING_LIMIT_BYTES:
        raise ValueError(f"{path} has {plural(size, 'byte')}; {LISTING_LIMIT_BYTES:,} are allowed")
    return package.read(path)


def _complaint(package: zipfile.ZipFile, names: set[str], path: str, said: str) -> Iterator[str]:
    if path not in names:
        yield f"{path} is listed in datapackage.json, but missing"
        return
    algorithm = said.partition(":")[0].lower()
    if algorithm not in ("sha256", "sha1", "md5", "sha512"):
        return
    found = hashlib.new(algorithm, usedforsecurity=False)
    try:
        with package.open(path) as member:
            while piece := member.read(READ_BYTES):
                found.update(piece)
    except _ZIP_TROUBLE as error:
        yield f"{path} {_said(error)}"
        return
    if found.hexdigest() != said.partition(":")[2].lower():
        yield f"{path}: expected the digest {said}, found {algorithm}:{found.hexdigest()}"
