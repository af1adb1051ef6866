"""Posts as one file that a stranger can check: what they say, the captures, the proofs, and a program that checks.

The same archive gives the same bytes. Nothing in it is of the time of its making.
"""

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from scraper import __version__, digests, magic, urls
from scraper.errors import UsageError
from scraper.numbers import plural
from scraper.seal import exhibit_page, keys, log
from scraper.seal.exhibit_page import Item, Picture, Sealed
from scraper.seal.keys import Signer
from scraper.seal.note import Checkpoint, Note
from scraper.seal.proof import Proof
from scraper.seal.sealer import VERIFIER, tree
from scraper.store import Archive, exhibits, presented, sealing
from scraper.warc import About, Kept, writer

#: The earliest that a zip can say.
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: The signature on the list of members.
SIGNED_LIST = "SHA256SUMS.note"
#: Posts in one exhibit: more than anybody reads on paper.
MOST = 100
#: Kinds of pictures that browsers show and that hold no scripts: media type → ending of the file's name.
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif"}


def build(
    archive: Archive, addresses: Sequence[str], revision: str | None = None, signer: Signer | None = None
) -> bytes:
    """The exhibit of the posts at *addresses* as a zip: what is shown of each, or, of a single post, the version whose
    record begins with *revision*. *signer* signs the list of its members, which binds the words that are no captures;
    None: nobody does, and the checker says what that leaves open.

    Raises UsageError where there is no such post or revision, or no checkpoint covers it yet, or there are too many.
    """
    _check_number(addresses, revision)
    sealed = _sealed(archive)
    items = [_item(archive, url, revision) for url in dict.fromkeys(addresses)]
    records = list(dict.fromkeys(record for item in items for record in _records(item)))
    members = {
        "capture.warc.gz": _warc(archive, records, items),
        "certificate.md": exhibit_page.certificate(items, sealed).encode(),
        "index.html": exhibit_page.page(items, sealed).encode(),
        "verify.py": _checker(sealed, signer).encode(),
    }
    members |= _proofs(archive, records, sealed)
    members |= {f"timestamps/{number}.tsr": token for number, (_, token) in enumerate(sealed.stamps, 1)}
    members |= {picture.member: archive.body(picture.of.body_sha256) for item in items for picture in item.pictures}
    return _zipped(members | _lists(members, signer))


def _check_number(addresses: Sequence[str], revision: str | None) -> None:
    """Raises UsageError where there are no posts, too many, or several with one revision."""
    if not 0 < len(addresses) <= MOST:
        raise UsageError(f"an exhibit holds 1 to {MOST} posts, these are {len(addresses)}: narrow the search")
    if revision and len(addresses) > 1:
        raise UsageError(f"a revision is one of one post; there are {plural(len(addresses), 'address', 'addresses')}")


def _lists(members: dict[str, bytes], signer: Signer | None) -> dict[str, bytes]:
    """The list of members, and the signature on it."""
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(members.items()))
    lists = {"SHA256SUMS": sums.encode()}
    if signer is not None:
        lists[SIGNED_LIST] = str(Note(_of_list(sums)).signed(signer)).encode()
    return lists


def signer_of(archive: Archive, folder: Path | None = None) -> Signer | None:
    """The key that the archive names, from *folder* (None: the user's own); None: it is not there."""
    named = sealing.meta(archive.db, VERIFIER)
    if named is None:
        return None
    return keys.held(named, folder or keys.folder())


def _of_list(sums: str) -> str:
    """What is signed of a list of members: no checkpoint begins so."""
    return f"ushrn exhibit\n{hashlib.sha256(sums.encode()).hexdigest()}\n"


def _item(archive: Archive, url: str, revision: str | None) -> Item:
    """One post of an exhibit."""
    shown = exhibits.shown(archive.db, urls.canonical(url) or url, revision)
    if shown is None:
        raise UsageError(f"{url}: no such post, or no such revision of it, is in this archive")
    return Item(
        shown=shown,
        pictures=tuple(_pictures(archive, exhibits.pictures(archive.db, shown))),
        versions=tuple(exhibits.revisions(archive.db, shown.post_id)),
    )


def _pictures(archive: Archive, kept: Iterable[exhibits.Pictured]) -> Iterator[Picture]:
    """Those that a browser can show, each with its place in the exhibit."""
    for one in kept:
        ending = _ENDINGS.get(magic.media_type(archive.body(one.body_sha256)) or "")
        if ending:
            yield Picture(of=one, member=f"pictures/{one.body_sha256}.{ending}")


def _records(item: Item) -> Iterator[str]:
    yield item.shown.record_sha256
    yield from (picture.of.record_sha256 for picture in item.pictures)


def _sealed(archive: Archive) -> Sealed:
    """The newest checkpoint."""
    row = sealing.newest(archive.db)
    if row is None:
        raise UsageError("nothing is sealed yet: the next run makes the first checkpoint")
    note = Note.parse(row.text)
    return Sealed(
        number=row.id,
        note=note,
        checkpoint=Checkpoint.parse(note.text),
        at=str(exhibits.statement(row)["at"]),
        key=sealing.meta(archive.db, VERIFIER),
        stamps=tuple((at, token) for _, _, token, at in sealing.stamps(archive.db, row.id)),
    )


def _proofs(archive: Archive, records: Sequence[str], sealed: Sealed) -> dict[str, bytes]:
    """The proof of each capture as a member; that of the first has a name of its own."""
    subtree = tree(archive.db)
    first, *others = ((record, str(_proof(archive, record, sealed, subtree)).encode()) for record in records)
    return {"proof.tlog-proof": first[1]} | {f"proofs/{record}.tlog-proof": proof for record, proof in others}


def _proof(archive: Archive, record: str, sealed: Sealed, subtree: log.Subtree) -> Proof:
    index = sealing.index(archive.db, record)
    if index is None or index >= sealed.checkpoint.size:
        raise UsageError(f"capture {record[:16]}: not sealed yet: the next run does it")
    return Proof(index, tuple(log.inclusion(index, sealed.checkpoint.size, subtree)), sealed.note)


def _warc(archive: Archive, records: list[str], items: Sequence[Item]) -> bytes:
    out = io.BytesIO()
    about = About(
        software=f"ushrn/{__version__}",
        newest_at=max(item.shown.captured_at for item in items),
        digest=records[0] if len(items) == 1 else digests.chain_sha256(None, records),
        title=presented(archive.db).name,
    )
    for _ in writer.write(out, [_kept(archive, record) for record in records], about):
        pass
    return out.getvalue()


def _kept(archive: Archive, record: str) -> Kept:
    capture, row = next(iter(archive.captures("WHERE record_sha256 = ?", (record,))))
    whole = capture.body_sha256
    if whole != row.body_sha256:
        raise UsageError(f"{capture.url}: withdrawn, in whole or in part: there is no exhibit of it")
    like = exhibits.record_of(archive.db, capture.like_capture_id)
    return Kept(capture=capture, record_sha256=record, like_sha256=like)


def _checker(sealed: Sealed, signer: Signer | None) -> str:
    text = resources.files("scraper.seal").joinpath("verify.py.txt").read_text("utf-8")
    text = text.replace("LIST_IS_SIGNED = False", f"LIST_IS_SIGNED = {signer is not None}", 1)
    return text.replace('VERIFIER_KEY = ""', f'VERIFIER_KEY = "{sealed.key or ""}"', 1)


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr, info.compress_type, info.create_system = 0o644 << 16, zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, data)
    return out.getvalue()


def told(addresses: Sequence[str], size: int) -> str:
    """What an exhibit holds, in words; *size*: its bytes."""
    return f"{plural(len(set(addresses)), 'post')}, {plural(size, 'byte')}"


def details(db: sqlite3.Connection, record_sha256: str) -> dict[str, object]:
    """What a post's page says of its proof: ``sealed_at``, ``checkpoint`` (its number), ``existed_by`` (times, UTC).

    Empty: not sealed yet, the next run does it. Only what can be read without making the tree is said.
    """
    place = sealing.index(db, record_sha256)
    row = None if place is None else next((one for one in sealing.rows(db) if one.size > place), None)
    if row is None:
        return {}
    stamps = [at for _, checkpoint, _, at in sealing.stamps(db) if checkpoint >= row.id]
    return {"sealed_at": exhibits.statement(row)["at"], "checkpoint": row.id, "existed_by": tuple(sorted(stamps))}
