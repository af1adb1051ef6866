"""What an operator does with checkpoints: a key to sign them, timestamps, and making them known elsewhere."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from scraper.errors import Unreachable, UsageError
from scraper.seal import keys, log, timestamps
from scraper.seal.note import Checkpoint, Note
from scraper.seal.sealer import ORIGIN, VERIFIER, tree
from scraper.store import Archive, sealing
from scraper.warc import SignatureKey

#: Sends bytes to an address as that type, and gives the status and the bytes that come back. Raises OSError.
Ask = Callable[[str, bytes, str], tuple[int, bytes]]

TIMEOUT_SECONDS = 30
#: Tokens with certificates take about 6 KB.
ANSWER_LIMIT_BYTES = 1 << 20
#: Row of `meta`: JSON, addresses of the authorities that every crawl asks.
AUTHORITIES = "timestamp_authorities"
#: Row of `meta`: the public half of what signs WACZ files, as they have it.
WACZ_KEY = "wacz_key"


def ask(url: str, data: bytes, media_type: str) -> tuple[int, bytes]:
    """POST *data*; the status and the answer, whatever the status. Raises OSError where there is none."""
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url}: expected a web address, http:// or https://")
    request = urllib.request.Request(url, data, {"Content-Type": media_type, "User-Agent": "ushrn"})  # noqa: S310 - checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked
            return int(answer.status), answer.read(ANSWER_LIMIT_BYTES)
    except urllib.error.HTTPError as error:
        return error.code, error.read(ANSWER_LIMIT_BYTES)


def new_key(archive: Archive, name: str | None, seed: bytes, folder: Path) -> tuple[keys.Verifier, Path]:
    """Make a key of *seed* (32 random bytes), and a checkpoint that names it and is signed by it.

    *name*: what the log is called from now on; None: as before. Where there was another key, the statement of the new
    checkpoint names the new one and the checkpoint before: that is how a lost key is replaced.
    """
    origin = name or sealing.meta(archive.db, ORIGIN)
    if origin is None:
        raise UsageError("expected --name NAME for an archive without any run, such as archive.example.org/posts")
    signer = keys.Signer.new(origin, seed)
    path = keys.place(signer.verifier, folder)
    keys.write(path, signer)
    with archive.sealed() as db:
        sealing.set_meta(db, ORIGIN, origin)
        sealing.set_meta(db, VERIFIER, str(signer.verifier))
        sealing.set_meta(db, WACZ_KEY, SignatureKey.of_seed(seed).public)
    return signer.verifier, path


def newest(archive: Archive) -> sealing.Row:
    """The newest checkpoint, made first where something was written since or there is none."""
    if not sealing.is_sealed(archive.db):
        with archive.sealed():
            pass
    row = sealing.newest(archive.db)
    if row is None:
        raise UsageError("no checkpoint could be made")
    return row


def stamp(archive: Archive, authority: str, send: Ask = ask) -> timestamps.Stamp:
    """Ask a timestamp authority for the newest checkpoint, and keep its token. Raises Unreachable with the reason."""
    row = newest(archive)
    note = Note.parse(row.text)
    try:
        status, token = send(authority, timestamps.request(note), timestamps.REQUEST_TYPE)
        if status != 200:
            raise Unreachable(f"{authority}: no timestamp, its answer has the status {status}")
        found = timestamps.accepted(note, token)
    except (OSError, ValueError) as error:
        raise Unreachable(f"{authority}: no timestamp: {error}") from error
    with archive.beside() as db:
        sealing.add_stamp(db, checkpoint=row.id, authority=authority, token=token, at=found.at)
    return found


def configure(archive: Archive, authorities: tuple[str, ...]) -> None:
    """Let every crawl ask these authorities."""
    with archive.sealed() as db:
        sealing.set_meta(db, AUTHORITIES, json.dumps(authorities))


def stamp_as_configured(archive: Archive, send: Ask = ask) -> list[str]:
    """Ask the authorities that were configured; what a person should know of those that failed."""
    told = []
    for authority in json.loads(sealing.meta(archive.db, AUTHORITIES) or "[]"):
        try:
            stamp(archive, authority, send)
        except Unreachable as error:
            told.append(f"{error}; `ushrn seal stamp`, or the next crawl, asks again")
    return told


def cosign(archive: Archive, witness: str, send: Ask = ask) -> Note:
    """Show a witness that the newest checkpoint continues what it saw last, and keep its cosignature.

    As c2sp.org/tlog-witness says. Raises Unreachable with the reason.
    """
    row = newest(archive)
    note = Note.parse(row.text)
    url = witness if witness.endswith("/add-checkpoint") else f"{witness.rstrip('/')}/add-checkpoint"
    seen = 0
    for _ in range(2):
        try:
            status, answer = send(url, _submission(archive, note, seen), "text/plain; charset=utf-8")
        except OSError as error:
            raise Unreachable(f"{url}: no cosignature: {error}") from error
        if status != 409 or not answer.strip().isdigit():
            break
        seen = min(int(answer), row.size)  # the size that it saw last
    if status != 200:
        raise Unreachable(f"{url}: no cosignature, its answer has the status {status}")
    try:
        cosigned = note.with_cosignatures(answer.decode("utf-8", "replace"))
    except ValueError as error:
        raise Unreachable(f"{url}: no cosignature: {error}") from error
    with archive.beside() as db:
        sealing.set_text(db, row.id, str(cosigned))
    return cosigned


def _submission(archive: Archive, note: Note, seen: int) -> bytes:
    size = Checkpoint.parse(note.text).size
    path = log.consistency(seen, size, tree(archive.db)) if 0 < seen < size else []
    lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    return f"old {seen}\n{lines}\n{note}".encode()
