"""Finding a post: by its place here, and from any address under which it was ever seen."""

import sqlite3
from typing import Any

from scraper import urls
from scraper.serve import texts
from scraper.serve.answer import Answer, Ask, NotHere, quoted
from scraper.serve.render import render


def the_post(ask: Ask) -> sqlite3.Row:
    """The post that the path names. Raises NotHere."""
    row: sqlite3.Row | None = ask.db.execute(
        "SELECT * FROM posts WHERE site = ? AND slug = ?", (ask.part["site"], ask.part["slug"])
    ).fetchone()
    if row is None:
        raise NotHere(texts.no_such_post(ask.part["slug"]))
    return row


def path_of(post: sqlite3.Row) -> str:
    """Path of a post's page, without our base."""
    return f"/post/{quoted(post['site'])}/{quoted(post['slug'])}"


def rows(ask: Ask, sql: str, *values: Any) -> list[sqlite3.Row]:
    """All rows of *sql*."""
    return ask.db.execute(sql, values).fetchall()


def labels(ask: Ask, name: str, table: str, post: int) -> list[tuple[str, str]]:
    """Categories or tags, each with the search for its other posts."""
    named = rows(
        ask,
        f"SELECT name FROM post_{table} JOIN {table} ON {table}.id = {name}_id WHERE post_id = ? ORDER BY position",
        post,
    )
    return [(row["name"], ask.link("/search", (name, row["name"]))) for row in named]


def go(ask: Ask) -> Answer:
    """``/go?url=``: to our page of a post, from any address under which it was ever seen."""
    asked = ask.one("url")[:4000]
    if not asked:
        return Answer(render("go.html", ask.room, url="", words="", here="go"))
    for address in dict.fromkeys((asked, urls.normalise(asked), urls.canonical(asked))):
        found = ask.db.execute(
            "SELECT site, slug FROM posts WHERE url = ?1 UNION ALL SELECT posts.site, posts.slug FROM captures"
            " JOIN post_captures ON post_captures.capture_id = captures.id JOIN posts ON posts.id = post_id"
            " WHERE captures.url = ?1 LIMIT 1",
            (address,),
        ).fetchone()
        if found:
            return Answer("", 302, headers={"Location": ask.link(path_of(found))})
    known = ask.db.execute("SELECT state FROM known_urls WHERE url = ?", (urls.canonical(asked),)).fetchone()
    words = texts.heard_of(known["state"] if known else None)
    return Answer(render("go.html", ask.room, url=asked, words=words, here="go"), 404)
