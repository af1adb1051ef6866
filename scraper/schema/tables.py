"""What follows from the rows of `fields`: scripts, search tables, export columns, the data dictionary."""

from functools import cache

from scraper.schema import evidence_fields, fields, view_fields
from scraper.schema.letters import folded, is_ascii
from scraper.schema.table import ON_REQUEST, Field, Table, Use

#: All tables and views by name, in the order in which they are made.
TABLES: dict[str, Table] = {
    table.name: table for table in (*fields.DERIVED, *evidence_fields.EVIDENCE, *view_fields.VIEWS)
}

EVIDENCE = "\n".join(table.script for table in evidence_fields.EVIDENCE)
DERIVED = "\n".join(table.script for table in fields.DERIVED)
VIEWS = "\n".join(table.script for table in view_fields.VIEWS)

#: The data dictionary: table or view → (what it holds, column → what it means).
DESCRIPTIONS: dict[str, tuple[str, dict[str, str]]] = {
    name: (table.meaning, {field.name: field.meaning for field in table.fields}) for name, table in TABLES.items()
}

_EXPORTED = (*TABLES["posts"].fields, *fields.COMPUTED)

#: Default columns of CSV, JSON and /search.csv, in order.
EXPORT_COLUMNS = tuple(
    field.name
    for field in sorted(_EXPORTED, key=lambda field: field.exported)
    if field.exported and field.exported != ON_REQUEST
)

#: Columns that exports have only where they are asked for.
MORE_COLUMNS = tuple(field.name for field in _EXPORTED if field.exported == ON_REQUEST)

#: The fields of exports by name. Of those that are no column of `posts`, `Field.sql` is what makes them.
EXPORT_FIELDS: dict[str, Field] = {field.name: field for field in _EXPORTED if field.exported}

_STEMMED, _EXACT, _TRIGRAM = "porter unicode61 remove_diacritics 2", "unicode61 remove_diacritics 2", "trigram"


@cache
def names(table: str, use: Use) -> tuple[str, ...]:
    """The columns of *table* that have *use*, in order."""
    return TABLES[table].names(use)


def _searched(table: str) -> tuple[str, ...]:
    found = [field for field in TABLES[table].fields if field.searched]
    return tuple(field.name for field in sorted(found, key=lambda field: field.searched))


#: Scripts that put no spaces between words (and Korean, which puts endings to them), as ranges for GLOB and for `re`:
#: Thai, Lao, Myanmar, Khmer, kana, Han, Hangul.
UNSPACED = "฀-๿຀-\u0effက-႟ក-៿\u3040-ヿ㐀-䶿一-鿿가-\ud7af豈-\ufaffｦ-ﾟ𠀀-𿿿"

#: A few wide ranges around those, without the signs of typographers: GLOB tries each range at each character, so that
#: a text in Latin or Cyrillic letters costs a quarter.
_AROUND_UNSPACED = "\u0e00-\u1fff\u3000-\U0003ffff"

#: Search tables: name → (table, columns, tokenizer). Kept in step by triggers of our own, guarded so that a
#: change of counts never re-indexes a body (datasette.md P3-P5). The trigram ones hold only texts in `UNSPACED`
#: scripts, as they are; the others hold every text, folded.
FTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "posts_fts": ("posts", _searched("posts"), _STEMMED),
    "posts_exact": ("posts", _searched("posts"), _EXACT),
    "posts_unspaced": ("posts", ("title", "body_text"), _TRIGRAM),
    "files_fts": ("files", _searched("files"), _STEMMED),
    "files_exact": ("files", _searched("files"), _EXACT),
    "files_unspaced": ("files", _searched("files"), _TRIGRAM),
}
#: Of how many letters the beginnings are that an index holds as it holds words, so that one of them is found as fast as
#: a word, where it would be put together of thousands. Longer ones have few words.
BEGINNINGS = {"posts_exact": "2 3", "files_exact": "2 3"}
#: The words of an index, each with the number of rows it stands in: name → index.
VOCABULARIES = {"posts_exact_words": "posts_exact", "files_exact_words": "files_exact"}


@cache
def search_sql() -> str:
    """The search tables and the triggers that keep them in step, as one script."""
    words = (f"CREATE VIRTUAL TABLE {name} USING fts5vocab('{of}', 'row');" for name, of in VOCABULARIES.items())
    later = (_later(name, what[1]) for name, what in FTS.items() if what[0] == _LATER)
    contents = dict.fromkeys(_content(name, *what) for name, what in FTS.items())
    return "\n".join((*contents, *(_fts(name, *what) for name, what in FTS.items()), *later, *words, ""))


def trigger_names() -> frozenset[str]:
    """Names of the triggers that must exist for search to stay in step."""
    later = {f"{name}_{when}" for name, what in FTS.items() if what[0] == _LATER for when in ("later", "now")}
    return frozenset(f"{name}_{when}" for name in FTS for when in ("ai", "ad", "bu", "au")) | later


def content_name(index: str) -> str:
    """The view that an index is made of; the indexes of folded texts of one table share theirs."""
    table, _, tokenizer = FTS[index]
    if tokenizer == _TRIGRAM:
        return f"{index}_text"
    return f"{table}_fts_text"


#: The table whose rows may wait for their indexes, in `unindexed`: the indexes are then those of all others.
_LATER = "posts"


def _is_indexed(table: str) -> str:
    """That a row does not wait for its indexes, as SQL; empty: none of its table does."""
    if table != _LATER:
        return ""
    return f"NOT EXISTS (SELECT 1 FROM unindexed WHERE post_id = {table}.id)"


def _is_held(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """That a row has text in a script without spaces, as conditions in SQL that are looked at in turn."""
    texts = " || ".join(f"coalesce({table}.{column}, '')" for column in columns)
    return (
        f"NOT {is_ascii(f'({texts})')}",
        f"{texts} GLOB '*[{_AROUND_UNSPACED}]*'",
        f"{texts} GLOB '*[{UNSPACED}]*'",
    )


def _where(*conditions: str) -> str:
    """Those *conditions* that are any, as a clause: each is looked at where those before it hold, and no more.

    SQLite would leave subqueries for the end: each post that waits for its indexes would be searched for letters.
    """
    found = [one for one in conditions if one]
    if len(found) < 2:
        return "".join(f" WHERE {one}" for one in found)
    failing = " ".join(f"WHEN NOT ({one}) THEN 0" for one in found[:-1])
    return f" WHERE CASE {failing} ELSE {found[-1]} END"


def _content(name: str, table: str, columns: tuple[str, ...], tokenizer: str) -> str:
    """The view that an index is made of: it folds, or leaves out what has no letter that the index is for."""
    unspaced = tokenizer == _TRIGRAM
    cells = [f"{table}.{column}" if unspaced else folded(f"{table}.{column}") for column in columns]
    named = ", ".join(f"{cell} AS {column}" for cell, column in zip(cells, columns, strict=True))
    chosen = _where(_is_indexed(table), *(_is_held(table, columns) if unspaced else ()))
    return f"CREATE VIEW {content_name(name)} AS SELECT {table}.id AS id, {named} FROM {table}{chosen};"


def _fts(name: str, table: str, columns: tuple[str, ...], tokenizer: str) -> str:
    """One external-content index; updates that leave its columns alone do not touch it (IS NOT, for NULLs).

    It is made of a view; the comment names the table in double quotes, as sqlite-utils and Datasette look for the index
    of a table.
    """
    names = ", ".join(columns)
    differs = " OR ".join(f"new.{column} IS NOT old.{column}" for column in ("id", *columns))
    changed = f"OF id, {names} ON {table} WHEN {differs}"
    beginnings = f", prefix='{BEGINNINGS[name]}'" if name in BEGINNINGS else ""
    return f"""
CREATE VIRTUAL TABLE {name} USING fts5 /* content="{table}" */ (
  {names}, content='{content_name(name)}', content_rowid='id', tokenize='{tokenizer}'{beginnings}
);
CREATE TRIGGER {name}_ai AFTER INSERT ON {table} BEGIN {_put(name, columns, "new.id")} END;
CREATE TRIGGER {name}_ad BEFORE DELETE ON {table} BEGIN {_take(name, columns, "old.id")} END;
CREATE TRIGGER {name}_bu BEFORE UPDATE {changed} BEGIN {_take(name, columns, "old.id")} END;
CREATE TRIGGER {name}_au AFTER UPDATE {changed} BEGIN {_put(name, columns, "new.id")} END;
"""


def _later(name: str, columns: tuple[str, ...]) -> str:
    """A row that comes to wait is taken out of the index, as it is in it; one that waits no more is put into it."""
    return f"""
CREATE TRIGGER {name}_later BEFORE INSERT ON unindexed BEGIN {_take(name, columns, "new.post_id")} END;
CREATE TRIGGER {name}_now AFTER DELETE ON unindexed BEGIN {_put(name, columns, "old.post_id")} END;
"""


def _put(index: str, columns: tuple[str, ...], row: str) -> str:
    """Put a row into an index, as its view shows it once it is there; nothing where the view leaves it out.

    Through the view, for every connection reads all of the schema: with the folding of each column written out in each
    trigger, that took three times as long.
    """
    names = ", ".join(columns)
    return f"INSERT INTO {index}(rowid, {names}) SELECT id, {names} FROM {content_name(index)} WHERE id = {row};"


def _take(index: str, columns: tuple[str, ...], row: str) -> str:
    """Take a row out of an index, as its view still shows it: before it changes."""
    names = ", ".join(columns)
    return (
        f"INSERT INTO {index}({index}, rowid, {names})"
        f" SELECT 'delete', id, {names} FROM {content_name(index)} WHERE id = {row};"
    )
