"""All captures of one post, as its calendar shows them. Only reads."""

import sqlite3
from dataclasses import dataclass

_ALL = """
SELECT captures.id, captures.url, captured_at, captured_at_basis, source, status, body_sha256, record_sha256,
  verdict, not_modified_of, length
FROM post_captures JOIN captures ON captures.id = post_captures.capture_id
  LEFT JOIN bodies ON bodies.sha256 = body_sha256
WHERE post_id = ? ORDER BY captured_at, captures.id
"""


@dataclass(frozen=True, slots=True)
class PostCapture:
    """One capture; *verdict* says what it was for its post, *length* its bytes (None: none, or not in this copy)."""

    id: int
    url: str
    captured_at: str
    captured_at_basis: str
    source: str
    status: int | None
    body_sha256: str | None
    record_sha256: str
    verdict: str
    not_modified_of: int | None
    length: int | None


def of_post(db: sqlite3.Connection, post_id: int) -> list[PostCapture]:
    """Oldest first."""
    return [PostCapture(*row) for row in db.execute(_ALL, (post_id,))]
