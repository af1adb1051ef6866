"""Earlier states of a post: each as a page of its own, and any two compared word by word."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scraper import cite, diff
from scraper.serve import formatting, texts
from scraper.serve.answer import Ask, NotHere, PageResponse
from scraper.serve.body_html import pictures_of, web_address
from scraper.serve.citing import citations, cited, lasting_address, work_of
from scraper.serve.markup import BodyMarkup, shown
from scraper.serve.page_address import own_page
from scraper.serve.page_head import page_head, signposts
from scraper.serve.permalinks import (
    Revision,
    current_revision,
    named,
    path_of,
    path_of_revision,
    revisions_of,
    the_post,
)
from scraper.serve.picture_pages import in_text
from scraper.serve.picture_pairs import PicturePair, pairs
from scraper.serve.post import Copy, as_it_looked
from scraper.serve.render import render
from scraper.serve.security_headers import FRAMING
from scraper.store import capture_queries, holdings, picture_queries, revision_queries

#: A paragraph with segments of more than one kind.
CHANGED = "changed"
#: What is compared besides the text.
FIELDS = ("title", "author", "published_at", "updated_at")


def page(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/revision/<name>``: the post as it read then. Other names of it lead to this one."""
    post = the_post(ask)
    revision = named(ask, post, ask.part["name"])
    path = path_of_revision(post, revision)
    if ask.part["name"] != revision.name:
        return PageResponse("", 301, headers={"Location": ask.link(path)})
    row, known = revision.row, revisions_of(ask, post["id"])
    place = [each.name for each in known].index(revision.name)
    latest = current_revision(ask, post)
    work, stays = work_of(ask, post, revision), lasting_address(ask, post, revision)
    pictured = in_text(ask, picture_queries.named(ask.db, pictures_of(row["body_html"])))
    body = BodyMarkup(row["body_html"], row["body_text"], pictures=pictured)
    captured = capture_queries.row(ask.db, revision.capture_id)
    return PageResponse(
        render(
            "revision.html",
            ask.room,
            post=post,
            revision=revision,
            row=row,
            body=shown(body),
            versions=known,
            place=place,
            copy=copy_of(ask, post, revision, latest, captured),
            work=work,
            captured=captured,
            chain=revision_queries.chain_of(ask.db, revision.capture_id),
            home=ask.link(path_of(post)),
            here_path=ask.link(path),
            cited=citations(cite.record(work), row["body_text"]),
            head=page_head(ask, work, path, stays, row["body_text"]),
        ),
        headers={"Link": signposts(ask, path, stays)},
    )


def copy_of(
    ask: Ask, post: sqlite3.Row, revision: Revision, latest: Revision | None, captured: sqlite3.Row | None
) -> Copy:
    """The bar above a version: which it is, and the ways to the latest."""
    home = ask.link(path_of(post))
    earlier = latest is not None and latest.name != revision.name
    links = ((as_it_looked(ask, captured), texts.AS_IT_LOOKED, ""), (f"{home}/captures", texts.ALL_CAPTURES, ""),
             (home, texts.TO_POST if earlier else texts.ABOUT_POST, ""),
             (web_address(post["url"]), texts.ORIGINAL, "nofollow noopener noreferrer external"))  # fmt: skip
    compared = (("from", revision.name), ("to", latest.name)) if earlier and latest else ()
    return Copy(
        "earlier" if earlier else "latest",
        revision.seen_at,
        None,
        tuple(link for link in links if link[0]),
        ask.link(path_of(post) + "/diff", *compared) if compared else "",
    )


def citation(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/revision/<name>/cite.ris`` and its siblings."""
    post = the_post(ask)
    return cited(ask, post, named(ask, post, ask.part["name"]))


@dataclass(frozen=True, slots=True)
class RevisedField:
    """A field before and after; the segments tell what differs."""

    name: str
    segments: tuple[diff.Segment, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """Links, pictures or files that only one of two revisions has."""

    name: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


class View(StrEnum):
    """How two versions are laid out, as an address spells it."""

    ONE_TEXT = ""
    BESIDE = "beside"
    #: Their captures, as the pages looked.
    LOOKS = "looks"


def views(ask: Ask, looked: Iterable[str]) -> tuple[View, ...]:
    """Those that can be chosen; *looked*: where the captures are shown as pages, empty for one that cannot be."""
    if all(looked) and holdings.has_bodies(ask.db):
        return tuple(View)
    return (View.ONE_TEXT, View.BESIDE)


def pair_of(ask: Ask, post: sqlite3.Row, versions: Sequence[Revision]) -> tuple[Revision, Revision]:
    """The versions to compare. Raises NotHere where none is named and there is but one."""
    names = ask.one("from"), ask.one("to")
    if not any(names) and len(versions) < 2:
        raise NotHere(texts.one_version(post["title"] or texts.UNTITLED))
    last_two = [each.name for each in versions[-2:]]
    old, new = (name or other for name, other in zip(names, last_two if len(last_two) == 2 else names, strict=True))
    return named(ask, post, old), named(ask, post, new)


@dataclass(frozen=True, slots=True)
class ShownPair:
    """One way to look at two versions."""

    ask: Ask
    path: str
    #: Names of the versions.
    old: str
    new: str
    view: View
    #: Unchanged paragraphs, too.
    whole: bool

    @property
    def address(self) -> str:
        """Where it is."""
        said = [("from", self.old), ("to", self.new), ("all", "1" if self.whole else ""), ("view", self.view.value)]
        return self.ask.link(self.path, *(pair for pair in said if pair[1]))

    def ways(self, offered: Iterable[View]) -> list[tuple[str, str, bool]]:
        """Each view that is offered: its address, its name, whether it is this one."""
        named_views = zip(offered, texts.COMPARE_VIEWS, strict=False)
        return [(replace(self, view=each).address, words, each == self.view) for each, words in named_views]

    @property
    def folding(self) -> list[tuple[str, str, bool]]:
        """Without unchanged paragraphs and with them, as `ways` has it; none where pages are shown as they looked."""
        if self.view == View.LOOKS:
            return []
        choices = ((False, texts.FOLD), (True, texts.UNFOLD))
        return [(replace(self, whole=whole).address, words, whole == self.whole) for whole, words in choices]


def compare(ask: Ask) -> PageResponse:
    """``/post/<site>/<slug>/diff?from=<digest>&to=<digest>``; ``all=1`` shows unchanged paragraphs too, ``view`` is a
    `View`.

    Without names, the latest version is compared with the one before it.
    """
    post = the_post(ask)
    versions = revisions_of(ask, post["id"])
    old, new = pair_of(ask, post, versions)
    changes = diff.diff(old.row["body_text"], new.row["body_text"])
    looked = {each.name: as_it_looked(ask, capture_queries.row(ask.db, each.capture_id)) for each in (old, new)}
    offered = views(ask, looked.values())
    view = View(ask.one("view")) if ask.one("view") in offered else View.ONE_TEXT
    pointed = targets(old.row["targets"], new.row["targets"])
    this = ShownPair(ask, f"{path_of(post)}/diff", old.name, new.name, view, ask.one("all") == "1")
    return PageResponse(
        own_page(
            ask,
            "diff.html",
            ("from", old.name),
            ("to", new.name),
            post=post,
            old=old,
            new=new,
            home=ask.link(path_of(post)),
            changes=changes if this.whole else diff.fold(changes),
            marks={diff.ADDED: "changed", diff.REMOVED: "removed", CHANGED: "changed"},
            same=[each.kind for each in changes].count(diff.SAME),
            all=len(changes),
            versions=versions,
            looked=looked,
            places={each.name: number for number, each in enumerate(versions, 1)},
            view=view,
            ways=this.ways(offered),
            folding=this.folding,
            summary=diff.summary(changes),
            fields=fields(old.row, new.row),
            targets=pointed,
            replaced=texts.replaced((each.name, len(each.removed), len(each.added)) for each in pointed),
            pairs=changed_pictures(ask, view, old, new),
            other=replace(this, whole=True).address,
            turned=replace(this, old=new.name, new=old.name).address,
            direction=direction_of(post["language"]),
        ),
        headers=FRAMING if view == View.LOOKS else {},
    )


def changed_pictures(ask: Ask, view: View, old: Revision, new: Revision) -> list[PicturePair]:
    """Pictures before and after; none where the whole pages are shown."""
    if view == View.LOOKS:
        return []
    return pairs(ask, old.row["body_html"], new.row["body_html"])


def direction_of(language: str | None) -> str:
    """Of a text in *language*, as HTML has it; None: as its letters say."""
    if not language:
        return "auto"
    return formatting.direction(language)


def fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[RevisedField]:
    """Title, author and dates, where they differ."""
    return [
        RevisedField(texts.FIELDS[name], tuple(diff.words(said(name, old[name]), said(name, new[name]))))
        for name in FIELDS
        if old[name] != new[name]
    ]


def said(name: str, value: str | None) -> str:
    """*value* of the field as people read it; empty: there is none."""
    if name.endswith("_at"):
        return formatting.moment(value)
    return value or ""


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
