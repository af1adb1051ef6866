"""A query's tree → FTS5 expressions and SQL conditions. Every value is bound; every word is quoted for FTS5.

Words go to `posts_fts` (stemmed), phrases and beginnings to `posts_exact`; what is asked of a post may also stand in
one of its files (`files_fts`, `files_exact`). All conditions are about a row ``p`` of `posts`.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scraper.search.addresses import linked_as, post_at
from scraper.search.folding import fold, is_unspaced
from scraper.search.scripts import plain
from scraper.search.synonyms import words
from scraper.search.tree import All, Any, Condition, Node, Not, Query, Term

STEMMED, EXACT = "posts_fts", "posts_exact"
#: The index of files that goes with an index of posts.
FILES = {STEMMED: "files_fts", EXACT: "files_exact"}

#: The indexes of texts in scripts without spaces, by their tables; they answer from so many letters on.
UNSPACED = {"posts": "posts_unspaced", "files": "files_unspaced"}
TRIGRAM = 3

#: When a post is from: the day it was published as its readers saw it, as precisely as it is known; or, where the page
#: says only that, the day it was updated.
DATE = "coalesce(p.published_day, p.published_at, p.updated_day, p.updated_at)"
PDFS = (
    "SELECT post_id FROM files WHERE media_type = 'application/pdf' OR name LIKE '%.pdf' OR url LIKE '%.pdf'"
    " OR url LIKE '%.pdf?%'"
)
FLAGS = {
    ("is", "gone"): "p.gone_at IS NOT NULL",
    ("is", "live"): "p.gone_at IS NULL",
    ("is", "changed"): "p.revision_count > 1",
    ("is", "undated"): f"{DATE} IS NULL",
    ("has", "pdf"): f"p.id IN ({PDFS})",
    ("has", "file"): "p.id IN (SELECT post_id FROM files)",
    ("has", "image"): "p.id IN (SELECT post_id FROM images)",
    ("has", "video"): "p.id IN (SELECT post_id FROM videos)",
}
DATED = {
    "after": f"{DATE} >= ?",
    "before": f"{DATE} < ?",
    "year": f"{DATE} LIKE ? || '%'",
}


@dataclass(frozen=True, slots=True)
class Where:
    """A piece of SQL and the values of its question marks."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Driver:
    """The index that finds and ranks the hits, and what it is asked."""

    table: str
    expression: str
    #: A file may answer instead of the post.
    files: bool
    #: Of how many phrases, all of which must be there, it is made; None: it is made otherwise.
    phrases: int | None


@dataclass(frozen=True, slots=True)
class Match:
    """A compiled query."""

    #: None: no word to rank by.
    driver: Driver | None
    #: To be met as well, all of them.
    conditions: tuple[Where, ...] = ()
    #: The parts of the query that these are made of.
    checked: tuple[Node, ...] = ()


def both(parts: Iterable[Where], word: str) -> Where:
    """*parts* joined by *word* (``AND``, ``OR``)."""
    listed = list(parts)
    sql = f" {word} ".join(part.sql for part in listed)
    return Where(f"({sql})", tuple(value for part in listed for value in part.values))


def one_of(column: str, values: Sequence[object]) -> Where:
    """*column* is one of *values*; nothing is when there are none."""
    return Where(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def compile_query(db: sqlite3.Connection, query: Query) -> Match:
    """*query* as SQL. Looks up the names of sites, tags and categories in *db*."""
    parts = () if query.root is None else _all_of(query.root)
    every = All(parts)
    if (table := table_of(every)) is not None:
        return Match(_driver(table, every))
    # What holds of words as written holds of their stems too: the stemmed index finds and ranks, the other one checks.
    loose = [(part, relaxed(part)) for part in parts]
    driving = All(tuple(each for _, each in loose if each is not None))
    driver = _driver(STEMMED, driving) if driving.children else None
    checked = tuple(part for part, each in loose if each != part)
    return Match(driver, tuple(condition(db, part) for part in checked), checked)


def _driver(table: str, node: All) -> Driver:
    return Driver(table, expression(node), files=anywhere(node), phrases=phrases(node))


def phrases(node: Node) -> int | None:
    """Of how many phrases *node* is made, where it wants all of them, side by side or anywhere; None: it does not."""
    match node:
        case Term(near=None):
            return 1
        case All(children=children):
            counts = [phrases(child) for child in children]
            known = [count for count in counts if count is not None]
            return sum(known) if len(known) == len(counts) else None
    return None


def _all_of(node: Node) -> tuple[Node, ...]:
    if isinstance(node, All):
        return node.children
    return (node,)


def relaxed(node: Node) -> Node | None:
    """*node* with all words stemmed; None where that might find less: not words only, or beginnings of words."""
    if isinstance(node, Term):
        if node.prefix or is_unspaced(node.text):
            return None
        return replace(node, exact=False)
    if isinstance(node, All | Any):
        children = [relaxed(child) for child in node.children]
        found = tuple(child for child in children if child is not None)
        if len(found) != len(children):
            return None
        return type(node)(found)
    return None


def table_of(node: Node) -> str | None:
    """The one index that can answer *node* alone; None: it takes more than that."""
    if isinstance(node, Term):
        if is_unspaced(node.text):
            return None
        return EXACT if node.exact else STEMMED
    if isinstance(node, All | Any):
        tables = {table_of(child) for child in node.children}
        if len(tables) != 1:
            return None
        return tables.pop()
    return None


def is_of_words(node: Node) -> bool:
    """Whether the indexes of words can answer *node* by themselves."""
    match node:
        case Term(text=text):
            return not is_unspaced(text)
        case Not(child=child):
            return is_of_words(child)
        case All(children=children) | Any(children=children):
            return all(map(is_of_words, children))
    return False


def anywhere(node: Node) -> bool:
    """No word of *node* is bound to a column, so that files can answer too."""
    if isinstance(node, Term):
        return node.column is None
    return isinstance(node, All | Any) and all(map(anywhere, node.children))


def expression(node: Node) -> str:
    """*node*, of words only, in the language of FTS5."""
    if isinstance(node, Term):
        return _quoted(node)
    if isinstance(node, All | Any):
        word = " AND " if isinstance(node, All) else " OR "
        return "(" + word.join(map(expression, node.children)) + ")"
    raise TypeError(f"expected words, AND and OR, found {type(node).__name__}")


def _quoted(term: Term) -> str:
    column = f"{term.column} : " if term.column else ""
    if term.near is not None:
        inside = " ".join(f'"{word}"' for word in fold(term.text).replace('"', " ").split())
        return f"{column}NEAR({inside}, {term.near})"
    text = fold(term.text).replace('"', '""')
    return f'{column}"{text}"' + (" *" if term.prefix else "")


def condition(db: sqlite3.Connection, node: Node) -> Where:
    """*node* as a condition on a row of posts."""
    if isinstance(node, Not):
        inner = condition(db, node.child)
        return Where(f"NOT {inner.sql}", inner.values)
    if isinstance(node, Condition):
        return _property(db, node)
    table = table_of(node)
    if table:
        return _found(table, node)
    if isinstance(node, Term):
        return unspaced(node)
    return both((condition(db, child) for child in node.children), "AND" if isinstance(node, All) else "OR")


def _found(table: str, node: Node) -> Where:
    return _in_index(table, expression(node), files=anywhere(node))


def _in_index(table: str, asked: str, *, files: bool) -> Where:
    posts = Where(f"p.id IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", (asked,))
    if not files:
        return Where(f"({posts.sql})", posts.values)
    index = FILES[table]
    inside = f"p.id IN (SELECT post_id FROM files WHERE id IN (SELECT rowid FROM {index} WHERE {index} MATCH ?))"
    return both((posts, Where(inside, (asked,))), "OR")


def unspaced(term: Term) -> Where:
    """Posts whose text, or a file's, has the letters of *term* side by side; one or two by looking at each text."""
    if term.column == "author":
        return Where("instr(p.author, ?)", (term.text,))
    posts = _with_letters("posts", (term.column,) if term.column else ("title", "body_text"), term.text)
    found = Where(f"p.id IN ({posts.sql})", posts.values)
    if term.column:
        return found
    files = _with_letters("files", ("name", "text"), term.text)
    return both((found, Where(f"p.id IN (SELECT post_id FROM files WHERE id IN ({files.sql}))", files.values)), "OR")


def _with_letters(table: str, columns: Sequence[str], text: str) -> Where:
    index = UNSPACED[table]
    if len(text) >= TRIGRAM:
        quoted = text.replace('"', '""')
        return Where(f"SELECT rowid FROM {index} WHERE {index} MATCH ?", (f'{{{" ".join(columns)}}} : "{quoted}"',))
    has = " OR ".join(f"instr({column}, ?)" for column in columns)
    return Where(
        f"SELECT id FROM {table} WHERE id IN (SELECT id FROM {index}_docsize) AND ({has})", (text,) * len(columns)
    )


def _property(db: sqlite3.Connection, node: Condition) -> Where:
    if (node.name, node.value) in FLAGS:
        return Where(f"({FLAGS[node.name, node.value]})")
    if node.name in DATED:
        return Where(f"({DATED[node.name]})", (node.value,))
    if node.name == "language":
        tag = "lower(replace(p.language, '_', '-'))"
        return Where(f"({tag} = ? OR {tag} LIKE ?)", (node.value, f"{node.value}-%"))
    if node.name == "url":
        post = post_at(db, node.value)
        linked = one_of("url", linked_as(node.value))
        return Where(
            f"(p.id = ? OR p.id IN (SELECT post_id FROM links WHERE {linked.sql}))",
            (post.id if post else None, *linked.values),
        )
    if node.name == "site":
        return one_of("p.site", sites_named(db, node.value))
    table = "tags" if node.name == "tag" else "categories"
    return labelled(node.name, _ids(db, table, node.value))


def labelled(name: str, ids: Sequence[int]) -> Where:
    """Posts with one of these tags or categories (*name*: ``tag`` or ``category``)."""
    table = "post_tags" if name == "tag" else "post_categories"
    inner = one_of(f"{name}_id", ids)
    return Where(f"p.id IN (SELECT post_id FROM {table} WHERE {inner.sql})", inner.values)


def _ids(db: sqlite3.Connection, table: str, wanted: str) -> list[int]:
    """The labels of that name; where there is none, those that contain its words."""
    key = words(wanted)
    names = [(number, words(plain(name))) for number, name in db.execute(f"SELECT id, name FROM {table}")]
    exact = [number for number, name in names if name == key]
    return exact or [number for number, name in names if _contains(name, key, begins=wanted.endswith("*"))]


def _contains(name: tuple[str, ...], key: tuple[str, ...], *, begins: bool) -> bool:
    if begins and key:
        return any(
            word.startswith(key[-1]) and name[at - len(key) + 1 : at] == key[:-1] for at, word in enumerate(name)
        )
    return any(name[at : at + len(key)] == key for at in range(len(name)))


def sites_named(db: sqlite3.Connection, wanted: str) -> list[str]:
    """Ids of the sites of that id, host or name."""
    low = wanted.lower().rstrip("/")
    host = _host(low)
    found = []
    for site, name, base in db.execute("SELECT id, name, base_url FROM sites"):
        known = {site.lower(), name.lower(), _host(base.lower())}
        if low in known or host in known:
            found.append(site)
    return found


def _host(address: str) -> str:
    """The host of a URL, or of one without its scheme; total."""
    return address.rpartition("//")[2].partition("/")[0].removeprefix("www.")
