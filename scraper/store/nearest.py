"""Posts whose address is nearest to one that leads nowhere. Only reads."""

import re
import sqlite3
from difflib import SequenceMatcher
from urllib.parse import unquote

#: Slugs that are compared at most; below this likeness (0 to 1) none is offered.
COMPARED, ALIKE = 2000, 0.55

#: Beginnings and ends of words that a slug is to share at least one of.
MOST = 8
_WORD = re.compile(r"[^\W_]{4,}")
_BENEATH = re.compile(r"/post/[^/]+/(?P<slug>[^/]+)/.")


def nearest(db: sqlite3.Connection, path: str, limit: int = 5) -> list[sqlite3.Row]:
    """site, slug, title, language of the posts whose slug is most like the one that *path* names, the nearest first."""
    end = named_in(unquote(path)).lower()[:200]
    pieces = list(dict.fromkeys(piece for word in _WORD.findall(end) for piece in (word[:3], word[-2:])))[:MOST]
    shared = " + ".join([f"{MOST} * (lower(slug) = ?)", *["(slug LIKE ?)"] * len(pieces)])
    found = db.execute(
        f"SELECT site, slug, title, language, {shared} AS shared FROM posts WHERE shared > 0"
        " ORDER BY shared DESC LIMIT ?",
        (end, *(f"%{piece}%" for piece in pieces), COMPARED),
    ).fetchall()
    matcher = SequenceMatcher(b=end, autojunk=False)
    likely = [(likeness(matcher, row["slug"].lower()), row) for row in found]
    best = sorted((each for each in likely if each[0] >= ALIKE), key=lambda each: (-each[0], each[1]["slug"]))
    return [row for _, row in best[:limit]]


def named_in(path: str) -> str:
    """The slug that an address names: a post's, also beneath it (its file, a version); else what it ends in."""
    beneath = _BENEATH.match(path)
    return beneath["slug"] if beneath else path.rstrip("/").rpartition("/")[2]


def likeness(matcher: SequenceMatcher[str], slug: str) -> float:
    """From 0 to 1."""
    matcher.set_seq1(slug[:200])
    if matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()
