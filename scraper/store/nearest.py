"""Posts whose address is nearest to one that leads nowhere. Only reads."""

import re
import sqlite3
from difflib import SequenceMatcher
from urllib.parse import unquote

#: Slugs that are compared at most; below this likeness (0 to 1) none is offered.
COMPARED, ALIKE = 2000, 0.55

_WORD = re.compile(r"[^\W_]{4,}")


def nearest(db: sqlite3.Connection, path: str, limit: int = 5) -> list[sqlite3.Row]:
    """site, slug, title, language of the posts whose slug is most like the end of *path*, the nearest first."""
    end = unquote(path).rstrip("/").rpartition("/")[2].lower()[:200]
    beginnings = list(dict.fromkeys(word[:3] for word in _WORD.findall(end)))[:5]
    if not beginnings:
        return []
    shared = " + ".join(["(slug LIKE ?)"] * len(beginnings))
    found = db.execute(
        f"SELECT site, slug, title, language, {shared} AS shared FROM posts WHERE shared > 0"
        " ORDER BY shared DESC LIMIT ?",
        (*(f"%{word}%" for word in beginnings), COMPARED),
    ).fetchall()
    matcher = SequenceMatcher(b=end, autojunk=False)
    likely = [(likeness(matcher, row["slug"].lower()), row) for row in found]
    best = sorted((each for each in likely if each[0] >= ALIKE), key=lambda each: (-each[0], each[1]["slug"]))
    return [row for _, row in best[:limit]]


def likeness(matcher: SequenceMatcher[str], slug: str) -> float:
    """From 0 to 1."""
    matcher.set_seq1(slug[:200])
    if matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()
