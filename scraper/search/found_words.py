"""The words of a search as one post has them, so that its page can mark them."""

import sqlite3

from scraper.search import snippets
from scraper.search.query import parse
from scraper.search.spelled import as_written
from scraper.search.split import telling


def found_words(db: sqlite3.Connection, text: str, post: int) -> tuple[str, ...]:
    """The strings in the body of *post* that the query *text* finds, in order of the alphabet.

    They are spelled as they stand there: ``Hawaiʻi`` for ``hawaii``, ``Straße`` for ``strasse``.
    """
    terms = telling(as_written(db, parse(text)))
    if not terms:
        return ()
    return tuple(sorted(snippets.found_words(db, terms, post)))


def found_in_file(db: sqlite3.Connection, text: str, file: int, file_text: str) -> tuple[str, ...]:
    """The same for the text of a file, by its row number."""
    terms = telling(as_written(db, parse(text)))
    if not terms:
        return ()
    return tuple(sorted(snippets.found_in_file(db, terms, file, file_text)))
