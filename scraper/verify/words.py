"""Every word of an FTS5 index, at every place where it stands, held against an index made anew of the same texts.

FTS5 compares an index with its texts by 64 bits, the XOR of a sum over each word and place (fts5IndexEntryCksum in
SQLite's fts5_index.c). Whoever hides a word can choose others that bring these bits back.

Two indexes of the same words have the same pages once each is merged into one segment, which SQLite does in a tenth of
the time that a look at each word takes. The words are looked at where the pages differ: then the indexes may still be
alike, as those of few texts are, which were never merged.
"""

import hashlib
import sqlite3
from contextlib import closing

from scraper.schema import BEGINNINGS
from scraper.verify import segments

#: Words that are compared at a time.
_BATCH = 1000
_EACH = "SELECT term, doc, col, offset FROM temp.{name}"
#: The beginnings of *letters* letters of an index's words; it looks for them in lists of their own.
_BEGINNINGS = """
SELECT DISTINCT substr(term, 1, {letters}) FROM temp.{name} WHERE length(term) >= {letters}
"""
_FOUND = "SELECT rowid FROM {side}.{name} WHERE {name} MATCH ?"
#: All but what counts the rows and names the segments; of a page's number, its place in its segment.
_PAGES = (
    f"SELECT id & {(1 << segments.ABOVE) - 1}, block FROM {{name}}_data WHERE id > {segments.STRUCTURE} ORDER BY id"
)


def pages(db: sqlite3.Connection, name: str) -> bytes | None:
    """A digest (SHA-256) of all words of the index *name* and their places, once they are merged into one segment.

    None: they are not in one. Writes to the index, whose pages must be sound; raises sqlite3.DatabaseError where they
    cannot be read.
    """
    db.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")
    if len(segments.of_index(db, name)) > 1:
        return None
    found = hashlib.sha256()
    for place, page in db.execute(_PAGES.format(name=name)):
        found.update(b"%d %d " % (place, len(page)) + page)
    return found.digest()


def hides_words(db: sqlite3.Connection, name: str) -> bool:
    """Whether the index *name* of the database attached as ``src`` has other words, or has them elsewhere, than that of
    ``main``; or finds other rows by the beginnings of words. Raises sqlite3.DatabaseError where it cannot be read.

    Memory: some hundred words of each. Time: twice that of making an index.
    """
    for side in ("src", "main"):
        for kind in ("instance", "row"):
            sql = f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{side}_{name}_{kind}"
            db.execute(f"{sql} USING fts5vocab('{side}', '{name}', '{kind}')")
    kept, made = (_EACH.format(name=f"{side}_{name}_instance") for side in ("src", "main"))
    if _differ(db, kept, made):
        return True
    return any(_loses_beginnings(db, name, int(letters)) for letters in BEGINNINGS.get(name, "").split())


def _differ(db: sqlite3.Connection, first: str, second: str, values: tuple[str, ...] = ()) -> bool:
    """Whether two questions have different answers."""
    with closing(db.execute(first, values)) as one, closing(db.execute(second, values)) as other:
        while (rows := one.fetchmany(_BATCH)) == other.fetchmany(_BATCH):
            if not rows:
                return False
        return True


def _loses_beginnings(db: sqlite3.Connection, name: str, letters: int) -> bool:
    kept, made = (_FOUND.format(side=side, name=name) for side in ("src", "main"))
    beginnings = db.execute(_BEGINNINGS.format(name=f"main_{name}_row", letters=letters))
    return any(_differ(db, kept, made, (f'"{beginning}"*',)) for (beginning,) in beginnings)
