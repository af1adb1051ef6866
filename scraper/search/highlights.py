"""Where the words of a search stand in texts of any script, as the index tells it."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from scraper.search.folding import is_unspaced, unfolded
from scraper.search.match import EXACT, FILES, STEMMED, expression
from scraper.search.passages import MATCHES, Range
from scraper.search.synonyms import words
from scraper.search.tree import MARK, UNMARK, Any, Term

#: Words are looked up row by row; the beginnings of words, which are costly to look up, once for all rows ("+").
_ROWID = {STEMMED: "rowid", EXACT: "+rowid"}


def side_by_side(text: str, terms: Sequence[Term]) -> Iterator[Range]:
    """Where the letters of terms stand that have no spaces between words."""
    wanted = [re.escape(term.text) for term in terms if is_unspaced(term.text)]
    if wanted:
        yield from (found.span() for found in islice(re.finditer("|".join(wanted), text, re.IGNORECASE), MATCHES))


def by_table(terms: Iterable[Term]) -> Iterator[tuple[str, str]]:
    """(index of posts, what it is asked) for the words of *terms* that have spaces between them."""
    listed = list(terms)
    for table, exact in ((STEMMED, False), (EXACT, True)):
        chosen = tuple(term for term in listed if term.exact is exact and not is_unspaced(term.text))
        if chosen:
            yield table, expression(Any(chosen))


def in_posts(
    db: sqlite3.Connection, terms: Sequence[Term], ids: Sequence[int]
) -> Iterator[tuple[int, list[Range], list[Range]]]:
    """(id, places in the title, places in the text) of posts, in their folded texts; one post may come twice."""
    # Columns: title 0, body_text 2. A text that holds our marks itself comes back as None: it shows no matches.
    column = "CASE WHEN instr({0}, ?1) OR instr({0}, ?2) THEN NULL ELSE highlight({1}, {2}, ?1, ?2) END"
    for table, asked in by_table(terms):
        rows = db.execute(
            f"SELECT rowid, {column.format('title', table, 0)}, {column.format('body_text', table, 2)} FROM {table}"
            f" WHERE {table} MATCH ?3 AND {_ROWID[table]} IN (SELECT value FROM json_each(?4))",
            (MARK, UNMARK, asked, json.dumps(list(ids))),
        )
        yield from ((number, ranges(title), ranges(body)) for number, title, body in rows)


def in_file(db: sqlite3.Connection, terms: Sequence[Term], number: int, text: str) -> list[Range]:
    """Where *terms* stand in the *text* of the file of that id."""
    spots: list[Range] = []
    for table, asked in by_table(terms):
        index = FILES[table]
        row = db.execute(
            f"SELECT CASE WHEN instr(text, ?1) OR instr(text, ?2) THEN NULL ELSE highlight({index}, 1, ?1, ?2) END"
            f" FROM {index} WHERE {index} MATCH ?3 AND rowid = ?4",
            (MARK, UNMARK, asked, number),
        ).fetchone()
        spots += unfolded(text, ranges(row[0] if row else None))
    return spots


def files_with(db: sqlite3.Connection, terms: Sequence[Term], ids: Sequence[int]) -> set[int]:
    """Which of the files *ids* have one of *terms*."""
    found: set[int] = set()
    for table, asked in by_table(terms) if ids else ():
        index = FILES[table]
        sql = f"SELECT rowid FROM {index} WHERE {index} MATCH ? AND {_ROWID[table]} IN (SELECT value FROM json_each(?))"
        found.update(number for (number,) in db.execute(sql, (asked, json.dumps(list(ids)))))
    return found


def ranges(highlighted: str | None) -> list[Range]:
    """Where the matches stood before the marks were put in."""
    found: list[Range] = []
    before, *parts = (highlighted or "").split(MARK)
    at = len(before)
    for part in parts:
        match, _, behind = part.partition(UNMARK)
        found.append((at, at + len(match)))
        at += len(match) + len(behind)
    return found


def by_letters(text: str, terms: Sequence[Term]) -> list[Range]:
    """The same for a long text, quickly: words that begin alike are taken for forms of one word."""
    found = re.finditer(rf"\b(?:{'|'.join(map(_pattern, terms))})", text, re.IGNORECASE)
    return [match.span() for match in islice(found, MATCHES)]


def _pattern(term: Term) -> str:
    forms = words(term.text)
    if term.exact:
        return r"\W+".join(map(re.escape, forms)) + (r"\w*" if term.prefix else r"\b")
    return r"\W+".join(re.escape(word[: max(3, len(word) - 2)]) + r"\w*" for word in forms)
