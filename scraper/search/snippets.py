"""Why a post was found: its title and passages with the matching words marked.

`MARK` and `UNMARK` stand around each match; a page escapes the text and then puts its own tags in their place. Passages
are cut from whole paragraphs, so that `Snippet.paragraph` is a place to link to.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from scraper.search.folding import is_unspaced, unfolded
from scraper.search.match import EXACT, FILES, STEMMED, anywhere, expression
from scraper.search.synonyms import words
from scraper.search.tree import MARK, UNMARK, Any, Term

#: Characters of a passage, about.
WIDTH = 220
#: Passages of one post's body.
PASSAGES = 3
#: Characters of files that are marked by the index, per page of hits; in more, matches are told by their letters.
FILE_CHARACTERS = 300_000
#: Matches of one text that are looked at; of a file, which shows one passage.
MATCHES, IN_FILE = 400, 100

#: Words are looked up row by row; the beginnings of words, which are costly to look up, once for all rows ("+").
_ROWID = {STEMMED: "rowid", EXACT: "+rowid"}

_PARAGRAPH = re.compile(r"\n\s*\n|\s*\f\s*")
Range = tuple[int, int]


#: Between the pages of a file's text.
PAGE_BREAK = "\f"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage. The words found stand between MARK and UNMARK; it may begin or end with ``…``."""

    text: str
    #: Which paragraph of `posts.body_text` (or of the file's text) it is from, counted from 0.
    paragraph: int
    #: The first marked words and some behind them, without marks: for a text fragment (``#:~:text=``); empty: none.
    quote: str = ""
    #: Name of the file it stands in; None: in the post.
    file: str | None = None
    #: Address of that file; None: the page hid it.
    file_url: str | None = None
    #: The page of the file that it stands on, from 1; None: in the post, or the file has but one.
    page: int | None = None
    #: Which of the post's files it is, as `files.position` counts; None: in the post.
    file_number: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a hit shows."""

    title: str | None
    snippets: tuple[Snippet, ...]


def unmarked(text: str) -> str:
    """*text* without marks, for content that must not bring any."""
    return text.replace(MARK, "").replace(UNMARK, "")


def show(db: sqlite3.Connection, terms: Sequence[Term], ids: Sequence[int]) -> dict[int, Shown]:
    """Titles and passages of the posts *ids*."""
    wanted = json.dumps(list(ids))
    texts: dict[int, tuple[str | None, str | None, str | None]] = {
        number: (title, excerpt, body)
        for number, title, excerpt, body in db.execute(
            "SELECT id, title, excerpt, body_text FROM posts WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
    }
    titles, bodies = _spots(db, terms, wanted, {number: (title, body) for number, (title, _, body) in texts.items()})
    in_files = _files(db, [term for term in terms if anywhere(term)], wanted)
    return {
        number: Shown(
            None if title is None else marked(title, titles.get(number, ())),
            _passages(body or excerpt or "", bodies.get(number, ()), tuple(in_files.get(number, ()))),
        )
        for number, (title, excerpt, body) in texts.items()
    }


def found_words(db: sqlite3.Connection, terms: Sequence[Term], post: int) -> frozenset[str]:
    """The strings in the body of *post* that *terms* find, as they stand there."""
    row = db.execute("SELECT coalesce(body_text, '') FROM posts WHERE id = ?", (post,)).fetchone()
    if row is None:
        return frozenset()
    _, bodies = _spots(db, terms, json.dumps([post]), {post: (None, row[0])})
    return frozenset(row[0][begin:end] for begin, end in bodies[post])


Spots = dict[int, list[Range]]


def _spots(
    db: sqlite3.Connection, terms: Sequence[Term], wanted: str, texts: Mapping[int, tuple[str | None, str | None]]
) -> tuple[Spots, Spots]:
    """Where *terms* stand in the titles and in the bodies of posts; *texts*: title and body of each of the *wanted*."""
    titles: Spots = {number: list(_side_by_side(title, terms)) for number, (title, _) in texts.items()}
    bodies: Spots = {number: list(_side_by_side(body, terms)) for number, (_, body) in texts.items()}
    for table, asked in _by_table(terms):
        for number, title, body in _highlighted(db, table, asked, wanted):
            if number not in texts:
                continue  # a crawl has put it there since
            titles[number] += unfolded(texts[number][0] or "", ranges(title))
            bodies[number] += unfolded(texts[number][1] or "", ranges(body))
    return titles, bodies


def _side_by_side(text: str | None, terms: Sequence[Term]) -> Iterator[Range]:
    """Where the letters of terms stand that have no spaces between words."""
    wanted = [re.escape(term.text) for term in terms if is_unspaced(term.text)]
    if wanted and text:
        yield from (found.span() for found in islice(re.finditer("|".join(wanted), text, re.IGNORECASE), MATCHES))


def _by_table(terms: Iterable[Term]) -> Iterator[tuple[str, str]]:
    listed = list(terms)
    for table, exact in ((STEMMED, False), (EXACT, True)):
        chosen = tuple(term for term in listed if term.exact is exact and not is_unspaced(term.text))
        if chosen:
            yield table, expression(Any(chosen))


def _highlighted(
    db: sqlite3.Connection, table: str, asked: str, wanted: str
) -> Iterator[tuple[int, str | None, str | None]]:
    # Columns: title 0, body_text 2. A text that holds our marks itself comes back as None: it shows no matches.
    column = "CASE WHEN instr({0}, ?1) OR instr({0}, ?2) THEN NULL ELSE highlight({1}, {2}, ?1, ?2) END"
    yield from db.execute(
        f"SELECT rowid, {column.format('title', table, 0)}, {column.format('body_text', table, 2)} FROM {table}"
        f" WHERE {table} MATCH ?3 AND {_ROWID[table]} IN (SELECT value FROM json_each(?4))",
        (MARK, UNMARK, asked, wanted),
    )


def ranges(highlighted: str | None) -> list[Range]:
    """Where the matches stood before the marks were put in."""
    found: list[Range] = []
    before, *parts = (highlighted or "").split(MARK)
    at = len(before)
    for part in parts:
        match, _, behind = part.partition(UNMARK)
        found.append((at, at + len(match)))
        at += len(match) + len(behind)
    return found


def marked(text: str, spots: Iterable[Range]) -> str:
    """*text* with marks around *spots*, which may overlap; marks of its own are gone."""
    if MARK in text or UNMARK in text:
        return unmarked(text)
    pieces, at = [], 0
    for begin, end in merged(spots):
        pieces += [text[at:begin], MARK, text[begin:end], UNMARK]
        at = end
    return "".join((*pieces, text[at:]))


def merged(spots: Iterable[Range]) -> list[Range]:
    """*spots* in order, those that overlap as one."""
    found: list[Range] = []
    for begin, end in sorted(spots):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _passages(body: str, spots: Iterable[Range], in_files: tuple[Snippet, ...]) -> tuple[Snippet, ...]:
    found = tuple(passages(body, spots))
    if found or in_files:
        return (*found, *in_files)
    start = next((part for part in _PARAGRAPH.split(unmarked(body).strip()) if part), "")
    return (Snippet(_cut(start, 0, WIDTH + 40, ()), 0),) if start else ()


def passages(text: str, spots: Iterable[Range], limit: int = PASSAGES) -> Iterator[Snippet]:
    """The best passages of *text* around *spots*: most different words first chosen, then shown in order."""
    matches = merged(spots)[:MATCHES]
    breaks = [(found.start(), found.end()) for found in _PARAGRAPH.finditer(text)]
    windows = sorted(_windows(text, matches, breaks), key=lambda each: (-each[0], each[1]))
    chosen: list[Range] = []
    for _, begin, end in windows:
        if len(chosen) < limit and all(end <= other or begin >= until for other, until in chosen):
            chosen.append((begin, end))
    for begin, end in sorted(chosen):
        inside = [spot for spot in matches if begin <= spot[0] and spot[1] <= end]
        paragraph = sum(1 for start, _ in breaks if start < inside[0][0])
        page = text.count(PAGE_BREAK, 0, inside[0][0]) + 1 if PAGE_BREAK in text else None
        yield Snippet(_cut(text, begin, end, inside), paragraph, _quote(text, inside[0], end), page=page)


def _windows(text: str, matches: Sequence[Range], breaks: Sequence[Range]) -> Iterator[tuple[int, int, int]]:
    """(how many different words, begin, end) of a passage that starts a little before each match."""
    paragraph = 0
    for at, (begin, finish) in enumerate(matches):
        while paragraph < len(breaks) and breaks[paragraph][1] <= begin:
            paragraph += 1
        floor = breaks[paragraph - 1][1] if paragraph else 0
        ceiling = max(breaks[paragraph][0] if paragraph < len(breaks) else len(text), finish)
        start = max(floor, begin - WIDTH // 4)
        if ceiling - start < WIDTH:
            start = max(floor, ceiling - WIDTH)
        end = min(ceiling, max(start + WIDTH, finish))
        words = set()
        for from_, to in matches[at:]:
            if to > end:
                break
            words.add(text[from_:to].lower())
        start, end = _whole_words(text, start, end, begin, floor, ceiling)
        yield len(words), start, end


def _whole_words(text: str, start: int, end: int, begin: int, floor: int, ceiling: int) -> Range:
    """The window moved inwards to the next spaces, but never into the match at *begin*."""
    if start > floor and (space := text.find(" ", start, begin)) >= 0:
        start = space + 1
    if end < ceiling and (space := text.rfind(" ", begin, end + 1)) > begin:
        end = space
    return start, end


def _cut(text: str, begin: int, end: int, inside: Iterable[Range]) -> str:
    end = min(end, len(text))
    piece = marked(text[begin:end], [(from_ - begin, to - begin) for from_, to in inside])
    before = "…" if begin > 0 and text[begin - 1] not in "\n" else ""
    after = "…" if end < len(text) and text[end] not in "\n" else ""
    return before + " ".join(piece.split()) + after


def _quote(text: str, spot: Range, end: int) -> str:
    line = text[spot[0] : max(end, spot[1])].partition("\n")[0]
    return " ".join(line.split()[:8])


def _files(db: sqlite3.Connection, terms: Sequence[Term], wanted: str) -> dict[int, list[Snippet]]:
    """One passage of each file that has the words, at most three files a post."""
    found: dict[int, dict[int, Snippet]] = {}
    room = FILE_CHARACTERS
    for table, asked in _by_table(terms):
        index = FILES[table]
        rows = db.execute(
            f"SELECT files.id, post_id, files.position, files.name, url, length(files.text)"
            f" FROM {index} JOIN files ON files.id = {index}.rowid"
            f" WHERE {index} MATCH ? AND post_id IN (SELECT value FROM json_each(?)) ORDER BY post_id, files.id",
            (asked, wanted),
        ).fetchall()
        for number, post, position, name, url, length in rows:
            here = found.setdefault(post, {})
            if number in here or len(here) >= PASSAGES:
                continue
            room -= length or 0
            text, spots = _marked_by_index(db, index, asked, number) if room >= 0 else _by_letters(db, terms, number)
            best = next(passages(text, spots[:IN_FILE], 1), Snippet("", 0))
            label = unmarked(name or (url or "").rpartition("/")[2] or "file")
            here[number] = replace(best, file=label, file_url=url, file_number=position)
    return {post: list(snippets.values()) for post, snippets in found.items()}


def _marked_by_index(db: sqlite3.Connection, index: str, asked: str, number: int) -> tuple[str, list[Range]]:
    """The text of a file and where the index sees the words in it."""
    (text, highlighted) = db.execute(
        f"SELECT (SELECT text FROM files WHERE id = ?4), CASE WHEN instr(text, ?1) OR instr(text, ?2) THEN NULL"
        f" ELSE highlight({index}, 1, ?1, ?2) END FROM {index} WHERE {index} MATCH ?3 AND rowid = ?4",
        (MARK, UNMARK, asked, number),
    ).fetchone()
    return text or "", unfolded(text or "", ranges(highlighted))


def found_in_file(db: sqlite3.Connection, terms: Sequence[Term], number: int, text: str) -> frozenset[str]:
    """The strings in the *text* of the file of that id that *terms* find, as they stand there."""
    spots = list(_side_by_side(text, terms))
    for table, asked in _by_table([term for term in terms if anywhere(term)]):
        index = FILES[table]
        highlighted = db.execute(
            f"SELECT highlight({index}, 1, ?1, ?2) FROM {index} WHERE {index} MATCH ?3 AND rowid = ?4",
            (MARK, UNMARK, asked, number),
        ).fetchone()
        spots += unfolded(text, ranges(highlighted[0] if highlighted else None))
    return frozenset(text[begin:end] for begin, end in spots)


def _by_letters(db: sqlite3.Connection, terms: Sequence[Term], number: int) -> tuple[str, list[Range]]:
    """The same for a long file, quickly: words that begin alike are taken for forms of one word."""
    (text,) = db.execute("SELECT coalesce(text, '') FROM files WHERE id = ?", (number,)).fetchone()
    parts = []
    for term in terms:
        forms = words(term.text)
        if term.exact:
            parts.append(r"\W+".join(map(re.escape, forms)) + (r"\w*" if term.prefix else r"\b"))
        else:
            parts.append(r"\W+".join(re.escape(word[: max(3, len(word) - 2)]) + r"\w*" for word in forms))
    found = re.finditer(r"\b(?:" + "|".join(parts) + ")", text, re.IGNORECASE)
    return text, [match.span() for match in islice(found, MATCHES)]
