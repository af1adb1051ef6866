"""A made-up archive of any size, for benchmarks: posts of about 800 words, tags, categories, counts, some PDFs.

    python -m benchmarks.corpus FILE.db [POSTS]

The same numbers give the same rows. The text is assembled from a pool of paragraphs, so that 100,000 posts take about
a minute. Words follow a Zipf curve; the field's phrases stand in most posts, so times are upper bounds.
"""

# ruff: noqa: E501 - tables read better wide

import hashlib
import random
import sqlite3
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from scraper import schema

PHRASES = (
    "human rights", "Universal Periodic Review", "the United States", "the U.S. government", "people of African descent",
    "racial discrimination", "civil society", "the Human Rights Council", "treaty body", "right to water", "Ferguson",
    "Black Lives Matter", "police violence", "the CERD committee", "COVID-19", "resolution 43/1", "migrant workers",
    "Indigenous peoples", "university students", "Dr. King's dream", "political prisoners", "economic, social and cultural rights",
)  # fmt: skip
ENDINGS = ("", "s", "ed", "ing", "ation", "al", "ity", "er", "ly", "ment")
SYLLABLES = ("ba", "con", "dem", "ex", "fra", "gu", "hel", "in", "jus", "ka", "lib", "mo", "nor", "op", "pre", "re", "sol", "tri", "un", "vo")  # fmt: skip
SITES = (
    ("upr2020", "UPR 2020", "https://www.upr2020.org/", "wix", "live"),
    ("ushrn-news", "US Human Rights Network news", "https://ushrnetwork.org/", "news-2019", "gone"),
    ("ushrn-drupal", "US Human Rights Network", "https://www.ushrnetwork.org/", "drupal", "gone"),
)
POOL = 4_000


def vocabulary(dice: random.Random, size: int = 6_000) -> list[str]:
    """*size* pronounceable words, the commonest first, with endings that a stemmer meets."""
    common = [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "for",
        "that",
        "is",
        "on",
        "with",
        "as",
        "are",
        "we",
        "by",
        "our",
        "be",
        "at",
        "this",
        "from",
    ]
    words = dict.fromkeys(common)
    while len(words) < size:
        stem = "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(1, 3)))
        words.setdefault(stem + dice.choice(ENDINGS))
    return list(words)


def paragraphs(dice: random.Random) -> list[str]:
    """A pool of paragraphs of 30 to 110 words."""
    words = vocabulary(dice)
    weights = list(accumulate(1 / (rank + 4) for rank in range(len(words))))
    pool = []
    for _ in range(POOL):
        line = dice.choices(words, cum_weights=weights, k=dice.randint(30, 110))
        for _ in range(dice.randint(0, 3)):
            line[dice.randrange(len(line))] = dice.choice(PHRASES)
        pool.append(" ".join(line).capitalize() + ".")
    return pool


def posts(count: int, dice: random.Random) -> Iterator[tuple[object, ...]]:
    """Rows of `posts`, as `POST_COLUMNS`."""
    pool = paragraphs(dice)
    words = vocabulary(dice)
    authors = [f"{dice.choice(words).title()} {dice.choice(words).title()}" for _ in range(40)]
    for number in range(1, count + 1):
        site, _, base, _, _ = dice.choices(SITES, weights=(2, 5, 3))[0]
        body = "\n\n".join(dice.choices(pool, k=max(1, int(dice.lognormvariate(2.2, 0.5)))))
        title = f"{dice.choice(PHRASES)} {' '.join(dice.choices(words, k=5))}".capitalize()
        day = f"{dice.randint(2009, 2023)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        dated = dice.random() > 0.03
        seen = f"2026-{dice.randint(1, 9):02}-01T00:00:00Z"
        yield (
            number, site, f"{base}post/post-{number}", f"post-{number}", title,
            dice.choice(authors) if dice.random() > 0.1 else None,
            f"{day}T{dice.randint(0, 23):02}:00:00Z" if dated else None, "meta" if dated else None,
            dice.randint(0, 5_000), dice.randint(0, 9), dice.randint(0, 30), seen, "en", len(body.split()),
            seen, seen, seen if dice.random() < 0.05 else None, hashlib.sha256(body.encode()).hexdigest(),
            body[:160], body, "<p>" + body.replace("\n\n", "</p>\n<p>") + "</p>",
        )  # fmt: skip


POST_COLUMNS = [
    "id",
    "site",
    "url",
    "slug",
    "title",
    "author",
    "published_at",
    "published_basis",
    "views",
    "comments",
    "likes",
    "counted_at",
    "language",
    "word_count",
    "first_seen_at",
    "last_seen_at",
    "gone_at",
    "content_sha256",
    "excerpt",
    "body_text",
    "body_html",
]


def labels(db: sqlite3.Connection, count: int, dice: random.Random) -> None:
    """Categories, tags and PDFs of the posts."""
    db.executemany("INSERT INTO categories(id, name) VALUES (?, ?)", [(i, f"Category {i}") for i in range(1, 13)])
    db.executemany("INSERT INTO tags(id, name) VALUES (?, ?)", [(i, f"tag {i}") for i in range(1, 301)])
    for number in range(1, count + 1):
        chosen = dice.sample(range(1, 13), dice.randint(0, 2))
        db.executemany("INSERT INTO post_categories VALUES (?, ?, ?)", [(number, c, i) for i, c in enumerate(chosen)])
        chosen = {min(300, int(dice.paretovariate(0.7))) for _ in range(dice.randint(0, 5))}
        db.executemany("INSERT INTO post_tags VALUES (?, ?, ?)", [(number, t, i) for i, t in enumerate(sorted(chosen))])


def files(db: sqlite3.Connection, count: int, dice: random.Random) -> None:
    """A PDF at every tenth post, of about 4,000 words."""
    pool = paragraphs(dice)
    db.executemany(
        "INSERT INTO files(post_id, position, url, name, media_type, size, sha256, text)"
        " VALUES (?, 0, ?, ?, 'application/pdf', ?, ?, ?)",
        (
            (
                n,
                f"https://files.example/{n}.pdf",
                f"report-{n}.pdf",
                100_000,
                f"{n:064x}",
                "\n\n".join(dice.choices(pool, k=60)),
            )
            for n in range(1, count + 1, 10)
        ),
    )


def make(path: Path, count: int = 5_000) -> None:
    """Write the archive; *path* must not exist."""
    dice = random.Random(43)
    schema.open_archive(path, create=True).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    with db:
        db.executemany("INSERT OR IGNORE INTO sites(id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)", SITES)
        marks = ", ".join("?" * len(POST_COLUMNS))
        db.executemany(f"INSERT INTO posts({', '.join(POST_COLUMNS)}) VALUES ({marks})", posts(count, dice))
        labels(db, count, dice)
        files(db, count, dice)
        db.execute(f"INSERT INTO citations {schema.CITATIONS}")
    for table in schema.FTS:
        db.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5_000)
