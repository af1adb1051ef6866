"""What is known of a kept picture without decoding it again: may a browser have it, and how large is it."""

import sqlite3
import threading
from collections import OrderedDict
from dataclasses import dataclass

from scraper import pictures
from scraper.errors import IntegrityError
from scraper.store import holdings

#: Pictures remembered, by the digest of their bytes: what holds once holds always.
KEEP = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """*shown*: whether a browser may be given it; pixels, None where the picture does not say."""

    shown: bool
    width: int | None = None
    height: int | None = None


_looks: OrderedDict[str, Look] = OrderedDict()
_lock = threading.Lock()


def look(db: sqlite3.Connection, sha256: str) -> Look:
    """That of the picture with this digest; one whose bytes are not here may not be shown."""
    with _lock:
        if sha256 in _looks:
            return _looks[sha256]
    body = body_of(db, sha256)
    if body is None:
        return Look(shown=False)
    size = pictures.size_of(body)
    found = Look(pictures.may_be_shown(body), size.width if size else None, size.height if size else None)
    with _lock:
        _looks[sha256] = found
        while len(_looks) > KEEP:
            _looks.popitem(last=False)
    return found


def body_of(db: sqlite3.Connection, sha256: str) -> bytes | None:
    """The bytes; None: they are not here, or not what they were."""
    try:
        if not holdings.has_body(db, sha256):
            return None
        return holdings.body(db, sha256)
    except IntegrityError:
        return None
