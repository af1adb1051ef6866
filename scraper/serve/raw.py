"""The bytes of one capture as they were served: a download, never a page."""

import re
import sqlite3

from scraper.errors import IntegrityError
from scraper.serve import texts
from scraper.serve.answer import Answer, Ask, NotHere, problem_page
from scraper.serve.post import has_bodies
from scraper.store import bodies

ENDINGS = {"text/html": "html", "application/pdf": "pdf", "text/plain": "txt", "application/json": "json",
           "application/xml": "xml", "text/xml": "xml", "image/jpeg": "jpg", "image/png": "png",
           "application/xhtml+xml": "html", "application/rss+xml": "xml", "image/gif": "gif"}  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}")


def page(ask: Ask) -> Answer:
    """``/raw/<sha256>``. Of no type that a browser would show, whatever it holds."""
    sha256 = ask.part["sha256"]
    row = None
    if _DIGEST.fullmatch(sha256):
        row = ask.db.execute(
            "SELECT codec, data, length, reference_sha256 FROM bodies WHERE sha256 = ?", (sha256,)
        ).fetchone()
    if row is None:
        raise NotHere(texts.NO_SUCH_BYTES if has_bodies(ask.db) else texts.RAW_ELSEWHERE)
    try:
        body = bodies.decode(row["codec"], row["data"], _reference(ask.db, row["reference_sha256"]), row["length"])
    except IntegrityError:
        return problem_page(ask.room, texts.BROKEN, 503)
    kind = ask.db.execute("SELECT media_type FROM captures WHERE body_sha256 = ? LIMIT 1", (sha256,)).fetchone()
    ending = ENDINGS.get(kind["media_type"] if kind else "", "bin")
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256[:16]}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Robots-Tag": "noindex",
    }
    return Answer(body, media_type="application/octet-stream", headers=headers)


def _reference(db: sqlite3.Connection, sha256: str | None) -> bytes | None:
    """The body that another is stored against; it is itself stored whole."""
    if sha256 is None:
        return None
    row = db.execute("SELECT codec, data, length FROM bodies WHERE sha256 = ?", (sha256,)).fetchone()
    return bodies.decode(row["codec"], row["data"], None, row["length"]) if row else None
