"""What an index finds: posts in themselves or in one of their files, each with its score; low is good."""

import json
import sqlite3
from functools import partial
from math import inf

from scraper.search.match import FILES, Where
from scraper.search.rank import FILE_SHARE, WEIGHTS, highest, weight_of
from scraper.search.state import state_of


def of_index(db: sqlite3.Connection, table: str, asked: str, *, files: bool, rank: bool) -> dict[int, float]:
    """Id of each post that the index of posts *table* finds → its score; without *rank*, 0.

    With *files*, posts whose files the index of files finds are among them; the better score counts.
    """
    posts = in_posts(table, asked, rank=rank)
    found: dict[int, float] = dict(db.execute(posts.sql, posts.values).fetchall())
    if files:
        inside = in_files(table, asked, rank=rank)
        for number, score in db.execute(inside.sql, inside.values):
            found[number] = min(score, found.get(number, 0.0))
    return found


def ids_of(db: sqlite3.Connection, table: str, asked: str, *, files: bool) -> list[int]:
    """Ids of the posts that the index of posts *table* finds, with *files* in their files, too; some may come twice."""
    return ids_in_posts(db, table, asked) + (ids_in_files(db, table, asked) if files else [])


def ids_in_posts(db: sqlite3.Connection, table: str, asked: str) -> list[int]:
    """Ids of the posts that the index of posts *table* finds in themselves."""
    return _rowids(db, table, asked)


def ids_in_files(db: sqlite3.Connection, table: str, asked: str) -> list[int]:
    """Ids of the posts in whose files the words are, for each file once."""
    # In which post a file is, is looked up here: SQLite would look into the table of files for each of them.
    post_of = state_of(db).memory.once("post of file", partial(_posts_of_files, db), weight_of)
    return [post_of[number] for number in _rowids(db, FILES[table], asked) if number in post_of]


def _posts_of_files(db: sqlite3.Connection) -> dict[int, int]:
    return dict(db.execute("SELECT id, post_id FROM files").fetchall())


def _rowids(db: sqlite3.Connection, index: str, asked: str) -> list[int]:
    """As one text, which is read in half the time that rows take."""
    (text,) = db.execute(f"SELECT json_group_array(rowid) FROM {index} WHERE {index} MATCH ?", (asked,)).fetchone()
    found: list[int] = json.loads(text)
    return found


def best_of(
    db: sqlite3.Connection, table: str, asked: str, *, files: bool, most: int, phrases: int | None = None
) -> tuple[dict[int, float], bool]:
    """The best of what `of_index` gives, about *most*, and whether that is all of it; none is left out between them.

    *phrases*: of how many, all of which must be there, *asked* is made; None: it is made otherwise.
    """
    found, worst = _best(db, in_posts(table, asked, rank=True), most)
    if files and not (phrases and worst < inf and _at_best(db, FILES[table], asked, phrases) >= worst):
        inside, worst_inside = _best(db, in_files(table, asked, rank=True), most)
        worst = min(worst, worst_inside)
        for number, score in inside.items():
            found[number] = min(score, found.get(number, inf))
    return {number: score for number, score in found.items() if score < worst}, worst == inf


def _best(db: sqlite3.Connection, source: Where, most: int) -> tuple[dict[int, float], float]:
    """The *most* best posts of *source*, by id, and the worst of these scores; infinite: there are no others."""
    rows = db.execute(f"{source.sql} ORDER BY score LIMIT ?", (*source.values, most)).fetchall()
    found: dict[int, float] = {}
    for number, score in rows:
        found.setdefault(number, score)
    return found, inf if len(rows) < most else rows[-1][1]


def _at_best(db: sqlite3.Connection, index: str, asked: str, phrases: int) -> float:
    """No file has a better score than that: counting files is much quicker than ranking them.

    Each phrase is in as many files as have all of them, or in more, and the more, the less it counts.
    """
    (having,) = db.execute(f"SELECT count(*) FROM {index} WHERE {index} MATCH ?", (asked,)).fetchone()
    (every,) = db.execute(f"SELECT count(*) FROM {index}_docsize").fetchone()
    return -FILE_SHARE * phrases * highest(every, having)


def either(table: str, asked: str, *, files: bool, rank: bool) -> Where:
    """The same as a SELECT of ids and scores, for use in a larger statement."""
    posts = in_posts(table, asked, rank=rank)
    if not files:
        return posts
    inside = in_files(table, asked, rank=rank)
    return Where(
        f"SELECT id, min(score) FROM ({posts.sql} UNION ALL {inside.sql}) GROUP BY id", (*posts.values, *inside.values)
    )


def in_posts(table: str, asked: str, *, rank: bool) -> Where:
    """Posts that the index *table* finds in themselves, as a SELECT of id and score."""
    score = f"bm25({table}, {WEIGHTS[table]})" if rank else "0"
    return Where(f"SELECT rowid AS id, {score} AS score FROM {table} WHERE {table} MATCH ?", (asked,))


def in_files(table: str, asked: str, *, rank: bool) -> Where:
    """Posts in whose files the words are, as a SELECT of id and score; one post may come twice."""
    index = FILES[table]
    score = f"{FILE_SHARE} * bm25({index}, {WEIGHTS[index]})" if rank else "0"
    return Where(
        f"SELECT post_id AS id, {score} AS score"
        f" FROM {index} CROSS JOIN files ON files.id = {index}.rowid WHERE {index} MATCH ?",
        (asked,),
    )
