"""What search needs of the texts of posts, made for many posts at a time: full-text indexes, samples of runs of words.

A post that is written in between waits in `unindexed`, and is in no index meanwhile: triggers take it out when it
comes to wait, and put it in when it waits no more. So the indexes always are those of all other posts, whenever a run
is killed. Transactions are the caller's.
"""

import json
import sqlite3

from scraper import passages, schema
from scraper.store import single

#: The columns of posts that search reads.
SEARCHED = schema.FTS["posts_fts"][1]
#: Posts that are indexed together: their samples are in memory, some 30 KB each.
_BATCH = 256


class Samples:
    """Samples of texts, of which those of the texts that came last may be there before they are asked for."""

    def __init__(self) -> None:
        self._at_hand: dict[str, frozenset[int]] = {}

    def expect(self, text: str, samples: frozenset[int]) -> None:
        """Remember what somebody else made of *text*."""
        if len(self._at_hand) >= _BATCH:
            del self._at_hand[next(iter(self._at_hand))]
        self._at_hand[text] = samples

    def of(self, text: str) -> frozenset[int]:
        """`passages.samples` of *text*, which is not remembered any more."""
        found = self._at_hand.pop(text, None)
        return passages.samples(text) if found is None else found


def is_searched_as(db: sqlite3.Connection, post_id: int, values: dict[str, object]) -> bool:
    """Whether what search reads of a post is in its row as in *values*."""
    row = db.execute(f"SELECT {', '.join(SEARCHED)} FROM posts WHERE id = ?", (post_id,)).fetchone()
    return bool(row == tuple(values[name] for name in SEARCHED))


def wait(db: sqlite3.Connection, post_id: int) -> None:
    """Let a post wait: call it before its text changes."""
    db.execute("INSERT INTO unindexed (post_id) SELECT ?1 WHERE ?1 NOT IN (SELECT post_id FROM unindexed)", (post_id,))


def waiting(db: sqlite3.Connection) -> int:
    """How many posts wait."""
    return single.count(db, "SELECT count(*) FROM unindexed")


#: Samples come as a JSON object, by posts. In the order of the table, so that each of its pages is written once for
#: all of them.
_ADD_RUNS = """
INSERT INTO shared_runs (run, post_id) SELECT run.value AS run, CAST(post.key AS INTEGER) AS post_id
FROM json_each(?) AS post, json_each(post.value) AS run ORDER BY 1, 2
"""
_CHOSEN = "(SELECT value FROM json_each(?))"


def catch_up(db: sqlite3.Connection, samples: Samples) -> None:
    """Index all posts that wait, with the *samples* of their texts."""
    while numbers := [number for (number,) in db.execute("SELECT post_id FROM unindexed LIMIT ?", (_BATCH,))]:
        chosen = json.dumps(numbers)
        db.execute(f"DELETE FROM shared_runs WHERE post_id IN {_CHOSEN}", (chosen,))
        db.execute(_ADD_RUNS, (json.dumps(_runs(db, chosen, samples)),))
        db.execute(f"DELETE FROM unindexed WHERE post_id IN {_CHOSEN}", (chosen,))


def make_anew(db: sqlite3.Connection) -> None:
    """Make all full-text indexes anew, whatever they hold, but for posts that wait."""
    for name in schema.FTS:
        db.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")


def _runs(db: sqlite3.Connection, chosen: str, samples: Samples) -> dict[int, list[int]]:
    """Samples of the runs of words in the texts of the posts *chosen*, by post."""
    texts = db.execute(f"SELECT id, body_text FROM posts WHERE body_text IS NOT NULL AND id IN {_CHOSEN}", (chosen,))
    return {number: list(samples.of(text)) for number, text in texts}
