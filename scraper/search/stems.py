"""The stem of a word as the index makes it: SQLite's own stemmer is asked, and the answer remembered."""

import sqlite3
from functools import cache, lru_cache
from threading import Lock

from scraper.schema import FTS
from scraper.search.match import STEMMED

#: Words remembered: more than the posts of one archive have in common.
REMEMBERED = 50_000

_asking = Lock()


@cache
def _stemmer() -> sqlite3.Connection:
    """An empty index with the tokenizer of the posts' own."""
    db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    _, _, tokenizer = FTS[STEMMED]
    db.execute(f"CREATE VIRTUAL TABLE words USING fts5(word, content='', tokenize='{tokenizer}')")
    db.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(words, 'row')")
    return db


@lru_cache(maxsize=REMEMBERED)
def stemmed(word: str) -> str:
    """The stem of *word*, which is one word of letters and digits."""
    with _asking:
        db = _stemmer()
        db.execute("BEGIN")
        try:
            db.execute("INSERT INTO words(rowid, word) VALUES (1, ?)", (word,))
            (stem,) = db.execute("SELECT term FROM stems").fetchone()
        finally:
            db.execute("ROLLBACK")
    return str(stem)
