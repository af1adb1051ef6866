"""Posts that are about the same, and posts that say the same: found by rare words, and by runs of words in common."""

import json
import math
import sqlite3
from dataclasses import dataclass
from heapq import nlargest

from scraper.passages import Passage, shared
from scraper.search.feedback import count_up_to, telling_words
from scraper.search.match import STEMMED, expression
from scraper.search.rank import WEIGHTS, rarity
from scraper.search.synonyms import words
from scraper.search.tree import Term

#: Words of a post whose rarity is looked up, long and frequent ones first, and those by which related posts are sought.
LOOKED_UP, WORDS = 40, 6
#: A word in more posts says little of what one is about.
RARE = 200
#: Posts that say the same that are looked at, and passages of each.
ALIKE, PASSAGES = 4, 20
#: Runs of words in more posts are what every page of a site says.
COMMON_RUN = 6
#: Characters of a text that are compared with another.
COMPARED = 60_000

_SAME = f"""
SELECT other.post_id, count(*) FROM shared_runs AS mine JOIN shared_runs AS other ON other.run = mine.run
WHERE mine.post_id = ?1 AND other.post_id <> ?1
  AND (SELECT count(*) FROM (SELECT 1 FROM shared_runs WHERE run = mine.run LIMIT {COMMON_RUN + 1})) <= {COMMON_RUN}
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {ALIKE}
"""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A post that has passages of another one."""

    id: int
    #: As the other one has them, in order; at most `PASSAGES`.
    passages: tuple[Passage, ...]
    #: How many there are.
    count: int
    #: Of the words of the longer of both posts, the share that stands in them, 0 to 1.
    share: float


def related(db: sqlite3.Connection, post: int, most: int) -> list[int]:
    """Ids of the *most* posts that share the rarest words with *post*, the nearest first."""
    rare = _rare_words(db, post)
    if not rare:
        return []
    # Added up there: each row that comes here makes the threads of other readers wait for their turn.
    scored = (
        f"SELECT rowid AS id, ? * bm25({STEMMED}, {WEIGHTS[STEMMED]}) AS score FROM {STEMMED} WHERE {STEMMED} MATCH ?"
    )
    every = " UNION ALL ".join([scored] * len(rare))
    asked = (
        f"WITH every(id, score) AS MATERIALIZED ({every})"
        " SELECT id FROM every WHERE id <> ? GROUP BY id ORDER BY sum(score), id LIMIT ?"
    )
    values = [value for word, weight in rare for value in (weight, expression(Term(word)))]
    return [number for (number,) in db.execute(asked, (*values, post, most))]


def _rare_words(db: sqlite3.Connection, post: int) -> list[tuple[str, float]]:
    """The words that tell *post* from others, each with how often it has them, the telling ones first."""
    (posts,) = db.execute("SELECT count(*) FROM posts").fetchone()
    (text,) = db.execute(
        "SELECT coalesce(title, '') || ' ' || substr(coalesce(body_text, excerpt, ''), 1, ?) FROM posts WHERE id = ?",
        (COMPARED, post),
    ).fetchone()
    counts = telling_words(words(text))
    looked_at = nlargest(LOOKED_UP, counts, key=lambda word: (counts[word] * len(word), word))
    having = {word: count_up_to(db, word, RARE + 1) for word in looked_at}
    worth = {word: counts[word] * rarity(posts, number) for word, number in having.items() if 1 < number <= RARE}
    return [(word, math.sqrt(counts[word])) for word in nlargest(WORDS, worth, key=lambda word: (worth[word], word))]


def repeated(db: sqlite3.Connection, post: int) -> list[Repeated]:
    """Posts that share passages of eight words and more with *post*, those with most of them first.

    A run of words that stands in more than `COMMON_RUN` posts is none: it is the foot of a site's pages.
    """
    near = [number for number, _ in db.execute(_SAME, (post,))]
    if not near:
        return []
    texts = dict(
        db.execute(
            "SELECT id, substr(coalesce(body_text, ''), 1, ?) FROM posts WHERE id IN (SELECT value FROM json_each(?))",
            (COMPARED, json.dumps([post, *near])),
        ).fetchall()
    )
    found = []
    for number in near:
        if number in texts and (passages := shared(texts[post], texts[number])):
            longer = max(len(texts[post].split()), len(texts[number].split()))
            share = min(1.0, sum(each.words for each in passages) / max(1, longer))
            found.append(Repeated(number, passages[:PASSAGES], len(passages), share))
    return sorted(found, key=lambda each: (-each.share, each.id))
