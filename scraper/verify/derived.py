"""What was read from the captures: each text against its own digest, and everything against a second reading."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scraper import digests, schema
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.schema import Use, quoted
from scraper.store import Archive, sealing
from scraper.verify.findings import Findings
from scraper.verify.shape import twin

Progress = Callable[[str, int], None]

#: Differences told for one table; the exit status is the same for one as for thousands.
MOST = 200
#: Characters of a value that are shown.
SHOWN = 80

_POSTS = """
SELECT url, content_sha256, (SELECT targets FROM revisions
  WHERE post_id = posts.id AND revisions.content_sha256 = posts.content_sha256 LIMIT 1),
  title, author, published_at, updated_at, body_text FROM posts
"""
_REVISIONS = """
SELECT revisions.id, (SELECT url FROM posts WHERE id = post_id), content_sha256, targets,
  title, author, published_at, updated_at, body_text FROM revisions
"""

#: Pages of runs that ended with the alarm of a changed layout (exit 5), kept as evidence and not read since.
_HELD_BACK = """
SELECT id FROM captures WHERE source = 'live' AND kind IN ('post', 'other')
  AND crawl_id IN (SELECT id FROM crawls WHERE exit_status = 5) AND id NOT IN (SELECT capture_id FROM addresses)
"""


def check_contents(db: sqlite3.Connection, findings: Findings, progress: Progress) -> None:
    """Every post's and revision's text against its own `content_sha256`."""
    count = 0
    for count, (url, content, targets, *said) in enumerate(db.execute(_POSTS), 1):
        if targets is None:
            findings.damage("content-digest", f"post {url}", f"none of its revisions has its digest {content}")
        else:
            _check_content(findings, f"post {url}", content, said, json.loads(targets))
        progress("posts", count)
    findings.checked["posts"] = count
    for count, (number, url, content, targets, *said) in enumerate(db.execute(_REVISIONS), 1):
        findings.checked["revisions"] = count
        _check_content(findings, f"revision {number} of {url}", content, said, json.loads(targets))


def _check_content(
    findings: Findings, where: str, content: str | None, said: list[str | None], targets: dict[str, list[str]]
) -> None:
    title, author, published, updated, text = said
    found = digests.content_sha256(
        title=title, author=author, published_at=published, updated_at=updated, body_text=text, targets=targets
    )
    if found != content:
        findings.damage(
            "content-digest", where, f"expected {content}, found {found}: its text, dates or links were changed"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A derived table as it is compared: *key* and *columns* as SQL over *source*, without the numbers of rows."""

    name: str
    source: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    #: More than captures say: rows that only the archive has are no difference, any other difference is a remark.
    partly: bool


def _comparison(table: schema.Table) -> Comparison:
    """How *table* is compared. References by row number are followed to what they stand for."""
    source, named = f"{{s}}.{table.name} AS t", {}
    for field in table.fields:
        named[field.name] = f"t.{quoted(field.name)}"
        if field.stands_for:
            other, _, column = field.stands_for.partition(".")
            source += f" JOIN {{s}}.{other} ON {other}.id = t.{field.name}"
            named[field.name] = f"{other}.{column}"
    said = [field for field in table.fields if not field.use & (Use.ROW | Use.RECORDED)]
    return Comparison(
        table.name,
        source,
        tuple(named[field.name] for field in said if Use.KEY in field.use),
        tuple(named[field.name] for field in said if Use.KEY not in field.use),
        partly=table.partly,
    )


#: `problems` and `meta` are notes of runs, of which the captures say nothing.
COMPARISONS = tuple(
    _comparison(table) for table in schema.DERIVED_TABLES if table.name not in ("problems", "meta", "dictionary")
)


def check_derivation(
    db: sqlite3.Connection, folder: Path, path: Path, findings: Findings, damaged: set[str], progress: Progress
) -> None:
    """Read every capture again, fold every post anew, beside the archive, and compare all rows.

    Posts read by other rules (another `reader`) and posts with a damaged body cannot be compared: a remark each.
    """
    nobody = "SELECT url, reader FROM posts WHERE typeof(reader) <> 'integer' OR reader < 1"
    for url, reader in db.execute(nobody):
        findings.damage("reader", f"post {url}", f"expected the version of the rules that read it, found {reader!r}")
    others = {url for (url,) in db.execute("SELECT url FROM posts WHERE reader IS NOT ?", (READER,))}
    if others:
        findings.unproven(
            "other-reader",
            f"{len(others)} posts",
            f"read by other rules than today's ({READER}): not compared; `ushrn rebuild` reads them again",
        )
    hurt = _hurt(db, damaged)
    if hurt:
        findings.unproven(
            "not-compared",
            f"{len(hurt)} posts",
            "a body of theirs is damaged, so they cannot be read again: " + ", ".join(sorted(hurt)[:20]),
        )
    held = {number for (number,) in db.execute(_HELD_BACK)}
    if held:
        message = "kept when a layout changed, not read since; `ushrn rebuild` once the reader knows the new look"
        findings.unproven("held-back", f"{len(held)} captures", message)
    with twin(folder / "again.db", path) as copy:
        _see_through(copy, damaged, held)
        archive = Archive(copy, folder / "again.db", read=read_capture, reader=READER, fingerprint=fingerprint())
        rebuilt = archive.rebuild(progress=lambda done, _total: progress("read", done))
        findings.checked["read"] = rebuilt.captures
        tell = findings.unproven if _other_packages(db, findings) else findings.damage
        for table in COMPARISONS:
            _compare(copy, table, findings, tell, others | hurt, whole=not damaged)


def _other_packages(db: sqlite3.Connection, findings: Findings) -> bool:
    """Whether other packages read this archive than read it now: differences may then come of that."""
    named = sealing.meta(db, "fingerprint")
    if named == json.dumps(fingerprint(), sort_keys=True):
        return False
    message = "other packages, or versions, than today's: a second reading proves nothing; `ushrn rebuild` reads again"
    findings.unproven("other-packages", "what read the pages", message)
    return True


def _hurt(db: sqlite3.Connection, damaged: set[str]) -> set[str]:
    """Addresses of the posts that have a capture with a damaged body."""
    found: set[str] = set()
    for sha256 in damaged:
        rows = db.execute(
            "SELECT p.url FROM captures JOIN post_captures ON post_captures.capture_id = captures.id"
            " JOIN posts AS p ON p.id = post_id WHERE body_sha256 = ?",
            (sha256,),
        )
        found |= {url for (url,) in rows}
    return found


def _see_through(copy: sqlite3.Connection, damaged: Iterable[str], held: Iterable[int]) -> None:
    """Let the twin have the archive's captures and bodies as its own, but those that are damaged or held back."""
    copy.execute("CREATE TEMP TABLE unreadable (sha256 TEXT PRIMARY KEY)")
    copy.executemany("INSERT INTO unreadable VALUES (?)", ((sha256,) for sha256 in damaged))
    copy.execute("CREATE TEMP TABLE held_back (id INTEGER PRIMARY KEY)")
    copy.executemany("INSERT INTO held_back VALUES (?)", ((number,) for number in held))
    copy.execute("CREATE TEMP VIEW bodies AS SELECT rowid, * FROM src.bodies")
    copy.execute(
        "CREATE TEMP VIEW captures AS SELECT * FROM src.captures"
        " WHERE (body_sha256 IS NULL OR body_sha256 NOT IN (SELECT sha256 FROM unreadable))"
        " AND id NOT IN (SELECT id FROM held_back)"
    )
    for trigger in copy.execute("SELECT name FROM main.sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER main.{trigger[0]}")


def _compare(
    copy: sqlite3.Connection,
    table: Comparison,
    findings: Findings,
    differs: Callable[[str, str, str], None],
    left_out: set[str],
    *,
    whole: bool,
) -> None:
    """Rows of one table that are not the same in the archive and in its second reading."""
    width = len(table.key)
    only = {
        where: {row[:width]: row[width:] for row in copy.execute(_difference(table, where, other))}
        for where, other in (("src", "main"), ("main", "src"))
    }
    tell = findings.remark if table.partly else differs
    told = 0
    for key in sorted(only["src"].keys() | only["main"].keys(), key=repr):
        here, again = only["src"].get(key), only["main"].get(key)
        if (
            (table.partly and again is None)
            or left_out & {*key, *(here or ())}
            or (not whole and (here is None or again is None))
        ):
            continue
        told += 1
        if told <= MOST:
            tell(f"{table.name}-row", " ".join(map(str, key)), _told(table, here, again))
    if told > MOST:
        tell(f"{table.name}-row", table.name, f"and {told - MOST} more rows")


def _difference(table: Comparison, where: str, other: str) -> str:
    names = ", ".join((*table.key, *table.columns))
    first, second = (f"SELECT {names} FROM {table.source.format(s=side)}" for side in (where, other))
    return f"{first} EXCEPT {second}"


def _told(table: Comparison, here: tuple[object, ...] | None, again: tuple[object, ...] | None) -> str:
    """How a row differs, in words."""
    if here is None:
        return "the captures say that there is such a row: it was taken away"
    if again is None:
        return "the captures say nothing of such a row: it was put in or changed"
    differing = [
        f"{name.partition('.')[2]}: the archive has {_short(old)}, its captures say {_short(new)}"
        for name, old, new in zip(table.columns, here, again, strict=True)
        if old != new
    ]
    return "; ".join(differing)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"
