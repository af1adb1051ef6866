"""What a post's text holds, as rows: links, images, videos, files, categories, tags."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

from scraper import schema, urls
from scraper.records import Reading
from scraper.schema import Use
from scraper.store.aside import STANDS


def write(db: sqlite3.Connection, post_id: int, reading: Reading) -> set[str]:
    """Make the rows of a post those of *reading*; the addresses of its files when these had to be written anew."""
    for table in ("links", "images", "videos"):
        _replace(db, table, post_id, _rows(table, getattr(reading, table)))
    lost = _write_names(db, "categories", "category", post_id, reading.categories)
    if _write_names(db, "tags", "tag", post_id, reading.tags) or lost:
        drop_unused(db)
    files = [replace(file, url=_address(file.url)) for file in reading.files]
    renewed = _replace(db, "files", post_id, _rows("files", files))
    if not renewed:
        return set()
    return {file.url for file in files if file.url}


def _rows(table: str, parts: Iterable[object]) -> list[tuple[object, ...]]:
    """What is read of each part, as rows of *table*."""
    names = schema.names(table, Use.READ)
    return [tuple(getattr(part, name) for name in names) for part in parts]


def _address(url: str | None) -> str | None:
    """A file's address as it will be asked for."""
    if url is None:
        return None
    return urls.normalise(url) or url


def _replace(db: sqlite3.Connection, table: str, post_id: int, rows: Sequence[tuple[object, ...]]) -> bool:
    """Make the rows of *post_id* in *table* be *rows*, numbered from 1; whether anything had to be written."""
    columns = schema.names(table, Use.READ)
    names = ", ".join(columns)
    found = db.execute(f"SELECT {names} FROM {table} WHERE post_id = ? ORDER BY position", (post_id,)).fetchall()
    if found == list(rows):
        return False
    if found:
        db.execute(f"DELETE FROM {table} WHERE post_id = ?", (post_id,))
    db.executemany(
        f"INSERT INTO {table} (post_id, position, {names}) VALUES (?, ?{', ?' * len(columns)})",
        [(post_id, position, *row) for position, row in enumerate(rows, 1)],
    )
    return True


def _write_names(db: sqlite3.Connection, table: str, noun: str, post_id: int, names: Iterable[str]) -> bool:
    """Make *names* the post's categories or tags; whether it had one that it has no more."""
    wanted = list(dict.fromkeys(names))
    found = db.execute(
        f"SELECT name FROM post_{table} JOIN {table} ON id = {noun}_id WHERE post_id = ? ORDER BY position", (post_id,)
    ).fetchall()
    if [name for (name,) in found] == wanted:
        return False
    if found:
        db.execute(f"DELETE FROM post_{table} WHERE post_id = ?", (post_id,))
    for position, name in enumerate(wanted, 1):
        db.execute(f"INSERT INTO {table} (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
        db.execute(
            f"INSERT INTO post_{table} (post_id, {noun}_id, position) SELECT ?, id, ? FROM {table} WHERE name = ?",
            (post_id, position, name),
        )
    return any(name not in wanted for (name,) in found)


def drop_unused(db: sqlite3.Connection) -> None:
    """Remove categories and tags that no post has any more, so that what came first leaves no trace."""
    for table, noun in (("categories", "category"), ("tags", "tag")):
        db.execute(f"DELETE FROM {table} WHERE id NOT IN (SELECT {noun}_id FROM post_{table})")


def newest_file(db: sqlite3.Connection, url: str) -> tuple[int, str, str | None] | None:
    """(capture, digest, media type) of the newest whole file fetched from *url*, however spelled; None: there is
    none.
    """
    same = urls.spellings(url)
    row = db.execute(
        f"SELECT id, body_sha256, media_type FROM captures WHERE url IN ({places(same)}) AND kind = 'file'"
        " AND body_sha256 IS NOT NULL AND truncated IS NULL AND (status IS NULL OR status BETWEEN 200 AND 299)"
        f" AND {STANDS}"
        " ORDER BY captured_at DESC, source DESC, body_sha256 DESC, record_sha256 DESC LIMIT 1",
        same,
    ).fetchone()
    if row is None:
        return None
    return (int(row[0]), str(row[1]), row[2])


def attach(db: sqlite3.Connection, url: str, sha256: str, text: str | None) -> None:
    """Give all files offered at *url*, however spelled, the digest and text of what was fetched from there."""
    same = urls.spellings(url)
    db.execute(
        f"UPDATE files SET sha256 = ?, text = ? WHERE url IN ({places(same)}) AND (sha256 IS NOT ? OR text IS NOT ?)",
        (sha256, text, *same, sha256, text),
    )


def places(values: tuple[str, ...]) -> str:
    """As many question marks."""
    return ", ".join("?" * len(values))
