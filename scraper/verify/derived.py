"""What was read from the captures: each text against its own digest, and everything against a second reading."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from scraper import digests, passages
from scraper.numbers import plural
from scraper.pdf import NOT_OF_THE_FILE, text_of
from scraper.reading import READER, fingerprint, read_capture
from scraper.store import Archive, sealing
from scraper.verify import known, rows
from scraper.verify.findings import Findings
from scraper.verify.shape import twin

Progress = Callable[[str, int], None]

_POSTS = """
SELECT url, content_sha256, (SELECT targets FROM revisions
  WHERE post_id = posts.id AND revisions.content_sha256 = posts.content_sha256 LIMIT 1),
  title, author, published_at, updated_at, body_text FROM posts
"""
_REVISIONS = """
SELECT revisions.id, (SELECT url FROM posts WHERE id = post_id), content_sha256, targets,
  title, author, published_at, updated_at, body_text FROM revisions
"""

_RUNS = """
SELECT url, body_text, (SELECT json_group_array(run) FROM {of}.shared_runs WHERE post_id = posts.id) FROM {of}.posts
WHERE id NOT IN (SELECT post_id FROM {of}.unindexed)
"""
_RUNS_OF_NOTHING = "SELECT DISTINCT post_id FROM {of}.shared_runs WHERE post_id NOT IN (SELECT id FROM {of}.posts)"

_DECISIONS = """
SELECT kind, by, count(*), min(at), max(at) FROM decisions GROUP BY kind, by ORDER BY kind, by
"""
_DECIDED_OF_NOTHING = """
SELECT id, kind FROM decisions WHERE record_sha256 NOT IN (SELECT record_sha256 FROM captures) ORDER BY id
"""


def check_decisions(db: sqlite3.Connection, findings: Findings) -> None:
    """Every decision is named: what it says of a capture, no second reading can find."""
    for kind, by, count, first, last in db.execute(_DECISIONS):
        where = f"{plural(count, 'capture')} {kind}"
        findings.note("decision", where, f"decided by {by}, {first} to {last}")
    for number, kind in db.execute(_DECIDED_OF_NOTHING):
        findings.damage("orphan-row", f"decisions, row {number}", f"{kind}: no capture has the digest that it names")


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


def check_runs(db: sqlite3.Connection, tell: rows.Tell, of: str = "main") -> None:
    """The samples of runs of words of every post's text, but of those that wait for their indexes. *of*: the name under
    which the archive is attached.
    """
    for url, text, kept in db.execute(_RUNS.format(of=of)):
        if sorted(json.loads(kept)) != sorted(passages.samples(text or "")):
            tell("shared_runs-row", f"post {url}", "its samples of runs of words are not those of its text")
    for (number,) in db.execute(_RUNS_OF_NOTHING.format(of=of)):
        tell("shared_runs-row", f"post {number}", "samples of runs of words of a post that is not there")


def check_waiting(db: sqlite3.Connection, findings: Findings) -> None:
    """Posts that search does not know yet."""
    (waiting,) = db.execute("SELECT count(*) FROM unindexed").fetchone()
    if waiting:
        message = "a run that goes on, or was killed, has not told search of them yet; the next run does"
        findings.unproven("unindexed", plural(waiting, "post"), message)


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


def check_derivation(
    db: sqlite3.Connection, folder: Path, path: Path, findings: Findings, damaged: set[str], progress: Progress,
    jobs: int = 1,
) -> None:  # fmt: skip
    """Read every capture again by today's rules, fold every post anew, beside the archive, and compare all rows.

    A difference is damage, unless `meta` says that other rules or packages read the archive: then nothing is proven.
    What a single row says of its reader changes nothing. Posts with a damaged body cannot be compared.
    """
    hurt = _hurt(db, damaged)
    if hurt:
        findings.unproven(
            "not-compared",
            plural(len(hurt), "post"),
            "a body of theirs is damaged, so they cannot be read again: " + ", ".join(sorted(hurt)[:20]),
        )
    with twin(folder / "again.db", path) as copy:
        _see_through(copy, damaged)
        known.hand_over(copy)
        archive = Archive(
            copy, folder / "again.db", read=read_capture, reader=READER, fingerprint=fingerprint(), searched=False
        )
        rebuilt = archive.rebuild(progress=lambda done, _total: progress("read", done), jobs=jobs, source=path)
        findings.checked["read"] = rebuilt.captures
        others = _other_rules(db)
        tell = findings.unproven if others else findings.damage
        differing = compare(copy, tell, hurt | _unread(archive, findings), whole=not damaged)
        if others and differing:
            findings.unproven("other-rules", "what read the pages", f"{others}: rebuild, and verify again")
        elif others and rebuilt.captures:
            findings.note("other-rules", "what read the pages", f"{others}: with the same result")


_FILES_DIFFERING = """
SELECT DISTINCT kept.url, kept.sha256 FROM src.files AS kept JOIN main.files AS again
  ON again.url = kept.url AND again.sha256 = kept.sha256 WHERE kept.text IS NOT again.text ORDER BY kept.url
"""
_FILES_NOT_READ = f"""
SELECT url, message FROM src.problems
WHERE kind IN ({", ".join(f"'{kind}'" for kind in sorted(NOT_OF_THE_FILE))}) AND resolved_at IS NULL
"""


def _unread(archive: Archive, findings: Findings) -> set[str]:
    """Files that this machine, or the one that kept them, could not read for reasons that say nothing of them: their
    text cannot be compared.
    """
    kept = dict(archive.db.execute(_FILES_NOT_READ).fetchall())
    found = {}
    for url, sha256 in archive.db.execute(_FILES_DIFFERING).fetchall():
        trouble = text_of(archive.body(sha256), url).problem
        if trouble is not None and trouble.kind in NOT_OF_THE_FILE:
            found[url] = trouble.message
        elif url in kept:
            found[url] = kept[url]
    for url, message in found.items():
        findings.unproven("not-read", url, f"{message}; rebuild and verify again where it can be read")
    return set(found)


def compare(copy: sqlite3.Connection, tell: rows.Tell, left_out: Collection[str] = (), *, whole: bool = True) -> int:
    """Tell of every row of every derived table that is not as its second reading has it; how many there are."""
    differing = rows.compare(copy, tell, left_out, whole=whole) + known.check_sites(copy, tell)
    return differing + (known.check_states(copy, tell) if whole else 0)


def _other_rules(db: sqlite3.Connection) -> str:
    """What `meta` says that read the archive, where that is not what reads now; empty: it is the same."""
    today = {"reader": str(READER), "fingerprint": json.dumps(fingerprint(), sort_keys=True)}
    said = {key: sealing.meta(db, key) for key in today}
    if said == today:
        return ""
    try:
        named = dict(json.loads(said["fingerprint"] or "{}")) | {"reader": said["reader"]}
    except (ValueError, TypeError):
        named = {"reader": said["reader"]}
    differing = [
        f"{name} {named.get(name) or 'unknown'} (today {version or 'absent'})"
        for name, version in sorted(fingerprint().items())
        if named.get(name) != version
    ]
    return f"read with {', '.join(differing) or 'what today does not read with'}"


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


def _see_through(copy: sqlite3.Connection, damaged: Iterable[str]) -> None:
    """Let the twin have the archive's evidence as its own, but for captures whose body is damaged."""
    copy.execute("CREATE TEMP TABLE unreadable (sha256 TEXT PRIMARY KEY)")
    copy.executemany("INSERT INTO unreadable VALUES (?)", ((sha256,) for sha256 in damaged))
    copy.execute("CREATE TEMP VIEW bodies AS SELECT rowid, * FROM src.bodies")
    for name in ("crawls", "decisions", "import_files", "capture_files", "withdrawals"):
        copy.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM src.{name}")
    copy.execute(
        "CREATE TEMP VIEW captures AS SELECT * FROM src.captures"
        " WHERE body_sha256 IS NULL OR body_sha256 NOT IN (SELECT sha256 FROM unreadable)"
    )
    for trigger in copy.execute("SELECT name FROM main.sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER main.{trigger[0]}")
