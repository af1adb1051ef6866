"""Earlier states of a post: each as a page of its own, and any two compared word by word."""

import json
import re
import sqlite3
from dataclasses import dataclass

from scraper import diff
from scraper.serve import formatting, texts
from scraper.serve.answer import Answer, Ask, NotHere
from scraper.serve.citing import work_of
from scraper.serve.markup import Body, shown
from scraper.serve.permalinks import path_of, the_post
from scraper.serve.render import render

_NAME = re.compile(r"[0-9a-f]{6,64}")
#: What is compared besides the text.
FIELDS = ("title", "author", "published_at", "updated_at")


def page(ask: Ask) -> Answer:
    """``/post/<site>/<slug>/revision/<digest>``: the post as it read then."""
    post = the_post(ask)
    revision = named(ask, post["id"], ask.part["name"])
    body = shown(Body(revision["body_html"], revision["body_text"]))
    current = revision["content_sha256"] == post["content_sha256"]
    captured = ask.db.execute("SELECT * FROM captures WHERE id = ?", (revision["capture_id"],)).fetchone()
    return Answer(
        render(
            "revision.html",
            ask.room,
            post=post,
            revision=revision,
            body=body,
            current=current,
            captured=captured,
            home=ask.link(path_of(post)),
            work=work_of(ask, post),
        )
    )


def named(ask: Ask, post: int, name: str) -> sqlite3.Row:
    """The post's revision whose digest begins with *name*, the latest of them. Raises NotHere."""
    row: sqlite3.Row | None = None
    if _NAME.fullmatch(name):
        row = ask.db.execute(
            "SELECT * FROM revisions WHERE post_id = ? AND substr(content_sha256, 1, ?) = ?"
            " ORDER BY seen_at DESC, id DESC LIMIT 1",
            (post, len(name), name),
        ).fetchone()
    if row is None:
        raise NotHere(texts.no_such_revision(name))
    return row


@dataclass(frozen=True, slots=True)
class Field:
    """A field before and after; the segments tell what differs."""

    name: str
    segments: tuple[diff.Segment, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """Links, pictures or files that only one of two revisions has."""

    name: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def compare(ask: Ask) -> Answer:
    """``/post/<site>/<slug>/diff?from=<digest>&to=<digest>``; ``all=1`` shows unchanged paragraphs too."""
    post = the_post(ask)
    old, new = named(ask, post["id"], ask.one("from")), named(ask, post["id"], ask.one("to"))
    changes = diff.diff(old["body_text"], new["body_text"])
    whole = ask.one("all") == "1"
    home = ask.link(path_of(post))
    pair = (("from", ask.one("from")), ("to", ask.one("to")))
    return Answer(
        render(
            "diff.html",
            ask.room,
            post=post,
            old=old,
            new=new,
            home=home,
            changes=changes if whole else diff.fold(changes, 2),
            summary=diff.summary(changes),
            fields=fields(old, new),
            targets=targets(old["targets"], new["targets"]),
            whole=whole,
            other=ask.link(path_of(post) + "/diff", *pair, *([] if whole else [("all", "1")])),
            turned=ask.link(path_of(post) + "/diff", ("from", pair[1][1]), ("to", pair[0][1])),
            direction=formatting.direction(post["language"]) if post["language"] else "auto",
        )
    )


def fields(old: sqlite3.Row, new: sqlite3.Row) -> list[Field]:
    """Title, author and dates, where they differ."""
    return [
        Field(texts.FIELDS[name], tuple(diff.words(old[name] or "", new[name] or "")))
        for name in FIELDS
        if old[name] != new[name]
    ]


def targets(old: str | None, new: str | None) -> list[Targets]:
    """What the two revisions link to and show, where that differs."""
    before, after = _lists(old), _lists(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        gone = tuple(each for each in before.get(name, []) if each not in after.get(name, []))
        come = tuple(each for each in after.get(name, []) if each not in before.get(name, []))
        if gone or come:
            found.append(Targets(texts.TARGETS.get(name, name), gone, come))
    return found


def _lists(text: str | None) -> dict[str, list[str]]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): [str(each) for each in values] for name, values in found.items() if isinstance(values, list)}
