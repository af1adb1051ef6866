"""How posts are weighed: the weights of columns, the rarity of words, and what scores weigh where they are kept."""

import math
from collections.abc import Sized

#: Weights of title, excerpt, body, author in the rank of posts, of name and text in that of files.
WEIGHTS = {"posts_fts": "10, 4, 1, 5", "posts_exact": "10, 4, 1, 5", "files_fts": "4, 1", "files_exact": "4, 1"}
#: A word in a file counts that much of a word in the post.
FILE_SHARE = 0.3
#: By how much a word's further occurrences count in FTS5's `bm25` (https://sqlite.org/fts5.html#the_bm25_function).
_K1 = 1.2
#: What an entry of a mapping weighs in a `Memory`, in numbers.
ENTRY = 12


def rarity(posts: int, count: int) -> float:
    """How rare something is that *count* of all *posts* have: never negative, as in Lucene's BM25."""
    return math.log(1 + (posts - count + 0.5) / (count + 0.5))


def lift(posts: int, count: int) -> float:
    """By what FTS5's score is to be multiplied, whose rarity is next to nothing from half of the posts on."""
    return rarity(posts, count) / _rarity_of_fts5(posts, count)


def highest(posts: int, count: int) -> float:
    """What FTS5's `bm25` never reaches for one phrase that *count* of all *posts* have, however often one has it."""
    return (_K1 + 1) * _rarity_of_fts5(posts, count)


def _rarity_of_fts5(posts: int, count: int) -> float:
    return max(1e-6, math.log((posts - count + 0.5) / (count + 0.5)))


def weight_of(scores: Sized) -> int:
    """What *scores* weigh in a `Memory`."""
    return len(scores) * ENTRY
