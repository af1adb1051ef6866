"""One post as one file that a stranger can check: what it says, the captures, the proofs, and a program that checks.

The same archive gives the same bytes. Nothing in it is of the time of its making.
"""

import hashlib
import html
import io
import sqlite3
import zipfile
from dataclasses import dataclass
from importlib import resources

from scraper import __version__, urls
from scraper.errors import UsageError
from scraper.seal import log
from scraper.seal.note import Checkpoint, Note
from scraper.seal.proof import Proof
from scraper.seal.sealer import VERIFIER, tree
from scraper.store import Archive, exhibits, sealing
from scraper.vocabulary import TimeBasis
from scraper.warc import About, Kept, writer

#: The earliest that a zip can say.
_EPOCH = (1980, 1, 1, 0, 0, 0)

BASES: dict[str, str] = {
    TimeBasis.CLOCK: "by the clock of the machine that captured it",
    TimeBasis.GIVEN: "as whoever brought it in said",
    TimeBasis.PAGE: "by data in the page itself",
    TimeBasis.FILE_TIME: "by the time of a saved file",
}


@dataclass(frozen=True, slots=True)
class _Sealed:
    """The checkpoint that the exhibit rests on."""

    row: sealing.Row
    note: Note
    checkpoint: Checkpoint
    #: When it was made, UTC, by the archive's clock.
    at: str
    stamps: tuple[tuple[str, bytes], ...]


def build(archive: Archive, url: str, revision: str | None = None) -> bytes:
    """The exhibit of the post at *url* as a zip: what is shown, or the version whose record begins with *revision*.

    Raises UsageError where there is no such post or revision, or no checkpoint covers it yet.
    """
    shown = exhibits.shown(archive.db, urls.canonical(url) or url, revision)
    if shown is None:
        raise UsageError(f"{url}: no such post, or no such revision of it, is in this archive")
    records = [shown.record_sha256, *exhibits.pictures(archive.db, shown.post_id)]
    sealed = _sealed(archive)
    subtree = tree(archive.db)
    proofs = {record: _proof(archive, record, sealed, subtree) for record in dict.fromkeys(records)}
    members = {
        "capture.warc.gz": _warc(archive, list(proofs), shown),
        "certificate.md": _certificate(shown, sealed).encode(),
        "index.html": _page(archive, shown, sealed).encode(),
        "proof.tlog-proof": str(proofs[shown.record_sha256]).encode(),
        "verify.py": _checker(archive).encode(),
    }
    members |= {f"proofs/{one}.tlog-proof": str(it).encode() for one, it in proofs.items() if one != records[0]}
    members |= {f"timestamps/{number}.tsr": token for number, (_, token) in enumerate(sealed.stamps, 1)}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(members.items()))
    return _zipped(members | {"SHA256SUMS": sums.encode()})


def _sealed(archive: Archive) -> _Sealed:
    """The newest checkpoint."""
    rows = sealing.rows(archive.db)
    if not rows:
        raise UsageError("nothing is sealed yet: the next run makes the first checkpoint")
    row = rows[-1]
    note = Note.parse(row.text)
    stamps = tuple((at, token) for _, _, token, at in sealing.stamps(archive.db, row.id))
    return _Sealed(row, note, Checkpoint.parse(note.text), str(exhibits.statement(row)["at"]), stamps)


def _proof(archive: Archive, record: str, sealed: _Sealed, subtree: log.Subtree) -> Proof:
    index = sealing.index(archive.db, record)
    if index is None or index >= sealed.checkpoint.size:
        raise UsageError(f"capture {record[:16]}: not sealed yet: the next run does it")
    return Proof(index, tuple(log.inclusion(index, sealed.checkpoint.size, subtree)), sealed.note)


def _warc(archive: Archive, records: list[str], shown: exhibits.Shown) -> bytes:
    out = io.BytesIO()
    about = About(software=f"ushrn/{__version__}", newest_at=shown.captured_at, digest=shown.record_sha256)
    kept = []
    for record in records:
        capture, row = next(iter(archive.captures("WHERE record_sha256 = ?", (record,))))
        if row.body_sha256 is not None and (
            capture.body is None or hashlib.sha256(capture.body).hexdigest() != row.body_sha256
        ):
            raise UsageError(f"{capture.url}: withdrawn, in whole or in part: there is no exhibit of it")
        like = exhibits.record_of(archive.db, capture.like_capture_id)
        kept.append(Kept(capture=capture, record_sha256=record, like_sha256=like))
    for _ in writer.write(out, kept, about):
        pass
    return out.getvalue()


def _checker(archive: Archive) -> str:
    key = sealing.meta(archive.db, VERIFIER) or ""
    text = resources.files("scraper.seal").joinpath("verify.py.txt").read_text("utf-8")
    return text.replace('VERIFIER_KEY = ""', f'VERIFIER_KEY = "{key}"', 1)


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr, info.compress_type, info.create_system = 0o644 << 16, zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, data)
    return out.getvalue()


# Words ---------------------------------------------------------------------------------------------------------------

_STYLE = (
    "body{font:1rem/1.5 serif;max-width:41rem;margin:2rem auto;padding:0 1rem}h1{line-height:1.2}"
    "dl{display:grid;grid-template-columns:11rem 1fr;gap:.25rem 1rem;font-size:.9375rem}"
    "dd{margin:0;overflow-wrap:anywhere}"
    "code{font-size:.8125rem}section{border-top:2px solid;margin-top:2rem}@media print{body{margin:0;font-size:10.5pt}}"
)


def _page(archive: Archive, shown: exhibits.Shown, sealed: _Sealed) -> str:
    said = html.escape
    text = "".join(f"<p>{said(one)}</p>\n" for one in (shown.body_text or "").split("\n\n") if one.strip())
    revisions = "".join(
        f"<li>{said(at)}: record <code>{record}</code>{' (this one)' if record == shown.record_sha256 else ''}</li>\n"
        for at, record in exhibits.revisions(archive.db, shown.post_id)
    )
    existed = "".join(
        f"<dt>Existed by</dt><dd>{said(at)}, as a timestamp authority says</dd>" for at, _ in sealed.stamps
    )
    key = sealing.meta(archive.db, VERIFIER)
    rows = {
        "Original address": shown.url,
        "Author": shown.author or "not said",
        "Published": shown.published or "no date known",
        "Captured": f"{shown.captured_at}, {BASES.get(shown.basis, shown.basis)}",
        "Sealed": f"{sealed.at}, checkpoint {sealed.row.id} over {sealed.checkpoint.size} captures",
        "Log": sealed.checkpoint.origin,
        "Signed by": key or "not signed",
        "Digest of the record": shown.record_sha256,
        "SHA-256 of the page": shown.body_sha256 or "no body",
        "Root of the log": sealed.checkpoint.root.hex(),
    }
    facts = "".join(f"<dt>{said(name)}</dt><dd>{said(value)}</dd>\n" for name, value in rows.items())
    title = said(shown.title or "A post without a title")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Exhibit: {title}</title><style>{_STYLE}</style></head><body>
<p>Exhibit of an archived post. The page as it was captured is in <code>capture.warc.gz</code>.</p>
<h1>{title}</h1>
<dl>
{facts}{existed}</dl>
<section lang="{said(shown.language or "und")}"><h2 lang="en">What it says</h2>
{text}</section>
<section><h2>All versions that were captured</h2>
<ol>{revisions}</ol></section>
<section><h2>What this proves, and what not</h2>
<p>It proves that the capture in this exhibit is, byte for byte, the one in the log when the checkpoint was made, and
with a timestamp that this was so by the time that the authority gives. Whoever kept a checkpoint of this log can see
whether anything before it was altered, added or removed.</p>
<p>It does not prove that the server sent it, or when: for that stands the word of whoever ran the archive, and copies
that other archives hold. It does not prove that what the page says is true, or who wrote it. It says nothing about the
time before the first checkpoint. The text above was read from the page by a program; the page itself is the
evidence.</p>
<p>To check it without us: <code>python3 verify.py</code> in this folder, with Python 3.11 or newer and nothing else.
Compare the key above with the one that the archive publishes elsewhere.</p></section>
</body></html>
"""


def _certificate(shown: exhibits.Shown, sealed: _Sealed) -> str:
    return f"""# Certification of a record generated by an electronic process

Draft in the form of the US Federal Rules of Evidence, Rule 902(13) and (14). A lawyer must adapt it; a qualified person
must be able to say each sentence of their own knowledge, and sign it.

I, ____________________, declare:

1. I am ____________________ of ____________________. I know how the archive named below is made, by my work as
   ____________________ .
2. The archive is made by the program ushrn, version {__version__}, which requests pages of web sites, keeps each answer
   as received, and records the address, the time and the SHA-256 digest of each. The program produces an accurate
   result: ____________________ (how this is known).
3. The record attached as capture.warc.gz is a copy of the answer recorded for

       {shown.url}

   captured {shown.captured_at}, {BASES.get(shown.basis, shown.basis)}.
4. The copy was identified by digital identification: the SHA-256 digest of the page is

       {shown.body_sha256 or "(no body)"}

   and that of its record {shown.record_sha256}. Both are equal to those of the record in the archive.
5. The record is in the log {sealed.checkpoint.origin}, sealed at {sealed.at} by a checkpoint over
   {sealed.checkpoint.size} records with the root {sealed.checkpoint.root.hex()}.

I declare under penalty of perjury under the laws of the United States of America that the foregoing is true and
correct.

Executed on ____________________ at ____________________ .

____________________ (signature)
"""


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
