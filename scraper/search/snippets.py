"""Why a post was found: its title and passages of it and of its files with the matching words marked."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scraper.search import highlights
from scraper.search.folding import unfolded
from scraper.search.match import anywhere
from scraper.search.passages import MATCHES, PASSAGES, Range, Snippet, beginning, marked, passages, unmarked
from scraper.search.spots import spots
from scraper.search.tree import Term

#: Characters of files that are read, per page of hits; longer files are read only if the index finds the words in them.
FILE_CHARACTERS = 300_000
#: Places of each word that are looked at for passages, of which two or three are shown.
SHOWN_OF = 50
#: The same in a file, of which one passage is shown.
SHOWN_OF_FILE = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """What a hit shows."""

    title: str | None
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    title: str | None
    excerpt: str
    body: str


@dataclass(frozen=True, slots=True)
class _File:
    id: int
    post: int
    position: int
    name: str
    url: str | None
    length: int

    @property
    def label(self) -> str:
        """What people call it."""
        return unmarked(self.name or (self.url or "").rpartition("/")[2] or "file")


def show(db: sqlite3.Connection, terms: Sequence[Term], ids: Sequence[int]) -> dict[int, Shown]:
    """Titles and passages of the posts *ids*."""
    texts = {
        number: _Text(title, excerpt or "", body or "")
        for number, title, excerpt, body in db.execute(
            "SELECT id, title, excerpt, body_text FROM posts WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
    }
    places = _places(db, terms, {number: (text.title or "", text.body) for number, text in texts.items()}, SHOWN_OF)
    in_files = _in_files(db, [term for term in terms if anywhere(term)], ids)
    return {
        number: Shown(
            None if text.title is None else marked(text.title, places[number][0]),
            _passages(text, places[number][1], in_files.get(number, ())),
        )
        for number, text in texts.items()
    }


def _passages(text: _Text, found: Iterable[Range], in_files: Sequence[Snippet]) -> tuple[Snippet, ...]:
    if shown := (*passages(text.body or text.excerpt, found), *in_files):
        return shown
    first = beginning(text.body or text.excerpt)
    if not first:
        return ()
    return (first,)


def found_words(db: sqlite3.Connection, terms: Sequence[Term], post: int) -> frozenset[str]:
    """The strings in the body of *post* that *terms* find, as they stand there."""
    row = db.execute("SELECT coalesce(body_text, '') FROM posts WHERE id = ?", (post,)).fetchone()
    if row is None:
        return frozenset()
    _, found = _places(db, terms, {post: ("", row[0])}, MATCHES)[post]
    return frozenset(row[0][begin:end] for begin, end in found)


def found_in_file(db: sqlite3.Connection, terms: Sequence[Term], number: int, text: str) -> frozenset[str]:
    """The strings in the *text* of the file of that id that *terms* find, as they stand there."""
    found = _in_text(db, [term for term in terms if anywhere(term)], number, text, MATCHES)
    return frozenset(text[begin:end] for begin, end in found)


Places = tuple[list[Range], list[Range]]


def _places(
    db: sqlite3.Connection, terms: Sequence[Term], texts: Mapping[int, tuple[str, str]], most: int
) -> dict[int, Places]:
    """Where *terms* stand in the titles and in the bodies of posts; *texts*: id → title and body.

    Where that can be told without the index, *most* places of each term.
    """
    of_title = [term for term in terms if term.column in (None, "title")]
    of_body = [term for term in terms if term.column in (None, "body_text")]
    found: dict[int, Places] = {}
    asked = []
    for number, (title, body) in texts.items():
        in_title, in_body = spots(title, of_title, most), spots(body, of_body, most)
        if in_title is not None and in_body is not None:
            found[number] = (in_title, in_body)
        else:
            asked.append(number)
    return found | (_in_index(db, terms, {number: texts[number] for number in asked}) if asked else {})


def _in_index(db: sqlite3.Connection, terms: Sequence[Term], texts: Mapping[int, tuple[str, str]]) -> dict[int, Places]:
    """The same as the index tells it."""
    found: dict[int, Places] = {}
    for number, (title, body) in texts.items():
        found[number] = (list(highlights.side_by_side(title, terms)), list(highlights.side_by_side(body, terms)))
    for number, in_title, in_body in highlights.in_posts(db, terms, [*texts]):
        title, body = texts[number]
        found[number][0].extend(unfolded(title, in_title))
        found[number][1].extend(unfolded(body, in_body))
    return found


def _in_files(db: sqlite3.Connection, terms: Sequence[Term], ids: Sequence[int]) -> Mapping[int, list[Snippet]]:
    """One passage of each file that has the words, at most three files a post."""
    found: dict[int, list[Snippet]] = defaultdict(list)
    for file, text, long in _readable(db, terms, ids) if terms else ():
        if len(found[file.post]) < PASSAGES:
            places = _in_text(db, terms, file.id, text, SHOWN_OF_FILE, long=long)
            if places or long or spots(file.name, terms, 1):
                best = next(passages(text, places, 1), Snippet("", 0))
                found[file.post].append(replace(best, file=file.label, file_url=file.url, file_number=file.position))
    return found


def _readable(db: sqlite3.Connection, terms: Sequence[Term], ids: Sequence[int]) -> Iterator[tuple[_File, str, bool]]:
    """(file, its text, whether it is a long one that has the words) of posts, those that are worth looking at."""
    rows = db.execute(
        "SELECT id, post_id, position, coalesce(name, ''), url, coalesce(length(text), 0) FROM files"
        " WHERE post_id IN (SELECT value FROM json_each(?)) ORDER BY post_id, id",
        (json.dumps(list(ids)),),
    )
    files = [_File(*row) for row in rows]
    long, room = set(), FILE_CHARACTERS
    for file in files:
        room -= file.length
        if room < 0:
            long.add(file.id)
    having = highlights.files_with(db, terms, sorted(long))
    for file in files:
        if file.id not in long or file.id in having:
            (text,) = db.execute("SELECT coalesce(text, '') FROM files WHERE id = ?", (file.id,)).fetchone()
            yield file, text, file.id in long


def _in_text(
    db: sqlite3.Connection, terms: Sequence[Term], file: int, text: str, most: int, *, long: bool = False
) -> list[Range]:
    """Where *terms* stand in the *text* of a file, *most* of each; in a *long* one of other letters, by letters."""
    found = spots(text, terms, most)
    if found is not None:
        return found
    other = highlights.by_letters(text, terms) if long else highlights.in_file(db, terms, file, text)
    return [*highlights.side_by_side(text, terms), *other]
