"""Which strings of a post's body a query finds, as they stand there."""

import sqlite3

from scraper.search.match import EXACT, STEMMED, expression
from scraper.search.query import parse
from scraper.search.tree import MARK, UNMARK, Any


def found_words(db: sqlite3.Connection, text: str, post: int) -> tuple[str, ...]:
    """The strings in the body of *post* that the query *text* finds, in order of the alphabet."""
    terms = parse(text).terms
    found: set[str] = set()
    for table, exact in ((STEMMED, False), (EXACT, True)):
        chosen = tuple(term for term in terms if term.exact is exact)
        if chosen:
            found |= _marked(db, table, expression(Any(chosen)), post)
    return tuple(sorted(found))


def _marked(db: sqlite3.Connection, table: str, match: str, post: int) -> set[str]:
    """What FTS5 marks in the body, the third column of *table* (sqlite.org/fts5.html, 5.1)."""
    asked = f"SELECT highlight({table}, 2, ?, ?) FROM {table} WHERE {table} MATCH ? AND rowid = ?"
    return {
        part.partition(UNMARK)[0]
        for (text,) in db.execute(asked, (MARK, UNMARK, match, post))
        for part in (text or "").split(MARK)[1:]
    }
