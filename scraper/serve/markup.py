"""A post's body as our page shows it: safe, with a place to link to for each paragraph, the words found marked.

Paragraphs are found in the HTML by the plain text. Each is named by its content (``p-5d41402a``), so that its address
survives edits of the others, and counted as search counts them (``p3`` is the fourth). A list is one paragraph of the
text; each of its items has a name besides, by its own words. Pure.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from scraper import search
from scraper.serve import texts
from scraper.serve.body_html import Anchor, KeptImage, Piece, pieces

_PARAGRAPH = re.compile(r"\n\s*\n")
_NUMBER = re.compile(r"\s*\d{1,3}[.)]\s+")
_LETTER = re.compile(r"[^\W_]")
#: Letters and digits of a paragraph by which its place in the HTML is found.
KEY = 48


@dataclass(frozen=True, slots=True)
class BodyMarkup:
    """What a page needs to show one text."""

    html: str | None
    text: str | None
    #: Strings to mark, as they stand in the text.
    words: tuple[str, ...] = ()
    #: Address of a link → our own page for it.
    ours: Mapping[str, str] = field(default_factory=dict)
    #: Address of a picture → the picture, where it is kept.
    pictures: Mapping[str, KeptImage] = field(default_factory=dict)


def shown(body: BodyMarkup) -> str:
    """Safe HTML of *body*: of its HTML, else of its plain text."""
    if not body.html:
        return _from_text(body)
    found = pieces(body.html, body.ours, body.pictures)
    if body.text:
        named = paragraphs(body.text)
        _anchor(found, named)
        _anchor_items(found, {name: _content(paragraph) for name, paragraph in named})
    return _joined(found, _pattern(body.words))


def paragraphs(text: str) -> list[tuple[str, str]]:
    """The paragraphs of *text*, each with its name: eight hex digits of the SHA-256 of its letters and digits.

    One without any is named by its signs. A paragraph that stands there twice is told from the first one by how often
    it came before; so is one whose name another has by chance. No two have the same name.
    """
    found: dict[str, str] = {}
    times: dict[str, int] = {}
    for paragraph in _PARAGRAPH.split(text):
        found[_free_name(_content(paragraph), times, found)] = paragraph
    return list(found.items())


def _free_name(content: str, times: dict[str, int], taken: Container[str]) -> str:
    """The next name of *content* that nothing has *taken*; *times*, how often each content was named, counts on."""
    name = ""
    while not name or name in taken:
        times[content] = times.get(content, 0) + 1
        name = _name(content, times[content])
    return name


def _content(paragraph: str) -> str:
    """What names *paragraph*: no edit of its blanks, capitals or punctuation changes it."""
    if _LETTER.search(paragraph):
        return _letters(paragraph).casefold()
    return "".join(paragraph.split())


def _name(content: str, times: int) -> str:
    """Eight hex digits of *content* that stands in a text for that many *times*."""
    counted = content if times == 1 else f"{content} {times}"
    return hashlib.sha256(counted.encode("utf-8", "replace")).hexdigest()[:8]


class _Kept(dict[int, int | None]):
    """Code point → itself where it is part of a word, else None; as `str.translate` asks, each found out once.

    Part of a word are letters, digits and what is written onto them: without its vowel signs, Hindi or Tamil says
    something else. Variation selectors only choose a picture.
    """

    def __missing__(self, sign: int) -> int | None:
        letter = chr(sign)
        mark = unicodedata.category(letter) in ("Mn", "Mc") and "VARIATION SELECTOR" not in unicodedata.name(letter, "")
        self[sign] = sign if mark or letter.isalnum() else None
        return self[sign]


_KEPT = _Kept()


def _letters(text: str) -> str:
    """The letters of *text*, one spelling for each (Unicode's form C)."""
    return unicodedata.normalize("NFC", text).translate(_KEPT)


def _anchor(run_of: list[Piece], named: list[tuple[str, str]]) -> None:
    """Give the place of each of the *named* paragraphs its id, where the HTML has that paragraph's first letters.

    One that the HTML words otherwise, or that shares its place, is put where the one before it stands: no link is dead.
    """
    places, starts, run = [], [], []
    length = 0
    for place, piece in enumerate(run_of):
        if not piece.raw and (letters := _letters(piece.value)):
            places.append(place)
            starts.append(length)
            run.append(letters)
            length += len(letters)
    if not places:
        return
    whole, cursor, place = "".join(run), 0, places[0]
    taken: set[int] = set()
    for number, (name, paragraph) in enumerate(named):
        if not paragraph.strip():
            continue
        found = _placed(paragraph, whole, cursor)
        if found < 0:
            run_of[place].near += (Anchor(name, number),)
            continue
        cursor = _end(paragraph, whole, found)
        place = places[bisect_right(starts, found) - 1]
        block = run_of[place].block
        if block >= 0 and block not in taken:
            taken.add(block)
            run_of[block].anchor = Anchor(name, number)
        elif run_of[place].anchor is None:
            run_of[place].anchor = Anchor(name, number)
        else:
            run_of[place].near += (Anchor(name, number),)


def _anchor_items(run_of: list[Piece], contents: Mapping[str, str]) -> None:
    """Give each item of a list a name by its own words; *contents*: name of each paragraph → what names it.

    A list's name goes on to lead to its first item. An item that is a paragraph of the text has its name already.
    """
    times: dict[str, int] = {}
    taken = set(contents)
    for own in _items(run_of):
        block, content = run_of[own[0].block], _content("".join(piece.value for piece in own))
        if block.anchor and contents[block.anchor.name] == content:
            continue
        name = _free_name(content, times, taken)
        taken.add(name)
        block.older = block.anchor
        block.anchor = Anchor(name)


def _items(run_of: list[Piece]) -> list[list[Piece]]:
    """The text of each item of a list that has any, without that of lists inside it."""
    found: dict[int, list[Piece]] = {}
    inside: list[int] = []
    for place, piece in enumerate(run_of):
        while inside and place >= run_of[inside[-1]].end:
            inside.pop()
        if piece.raw and piece.value.startswith("<li"):
            inside.append(place)
            found[place] = []
        elif inside and not piece.raw and piece.value.strip():
            found[inside[-1]].append(piece)
    return [own for own in found.values() if own]


def _placed(paragraph: str, whole: str, cursor: int) -> int:
    """Where *paragraph* begins in the letters *whole*, from *cursor* on, or -1.

    A list's numbers stand in the text, but not in the HTML; so its first item alone is looked for, without its number.
    """
    for start in (paragraph, _NUMBER.sub("", paragraph).partition("\n")[0]):
        key = _letters(start[: KEY * 4])[:KEY]
        found = whole.find(key, cursor) if key else -1
        if found >= 0:
            break
    return found


def _end(paragraph: str, whole: str, start: int) -> int:
    """How far *whole* says, from *start* on, what *paragraph* does, line by line: the next one is not looked for there.

    At least one letter further.
    """
    end = start
    for line in paragraph.split("\n"):
        spellings = (_letters(line), _letters(_NUMBER.sub("", line)))
        end += next((len(letters) for letters in spellings if whole.startswith(letters, end)), 0)
    return max(end, start + 1)


def _joined(run_of: list[Piece], pattern: re.Pattern[str] | None) -> str:
    links = {
        _end_of_words(run_of, place): _link(piece.anchor)
        for place, piece in enumerate(run_of)
        if piece.raw and piece.anchor
    }
    out = []
    for place, piece in enumerate(run_of):
        if piece.raw:
            out.append(links.get(place, ""))
            out.append(_opened(piece.value, piece.anchor, piece.older) if piece.anchor else piece.value)
        else:
            if piece.anchor:
                out.append(_spot(piece.anchor))
            out.append(_marked(piece.value, pattern))
            out.extend(map(_spot, piece.near))
    return "".join(out)


def _end_of_words(run_of: list[Piece], place: int) -> int:
    """Where the link to the block opened at *place* stands: before the first list right in it, else before its end."""
    at = place + 1
    while at < run_of[place].end and not (run_of[at].raw and run_of[at].value.startswith(("<ul", "<ol"))):
        at = max(at, run_of[at].end) + 1
    return at


def _spot(anchor: Anchor) -> str:
    return "".join(f'<span id="{each}"></span>' for each in anchor.ids)


def _opened(tag: str, anchor: Anchor, older: Anchor | None = None) -> str:
    """The open *tag* of a paragraph with its ids; *older*: what else leads there."""
    first, *others = (*anchor.ids, *(older.ids if older else ()))
    return f'{tag[:-1]} id="{first}">' + "".join(f'<span class="spot" id="{each}"></span>' for each in others)


def _link(anchor: Anchor) -> str:
    """The link to a paragraph, behind its words; style gives it its sign."""
    return f'<a class="para" href="#p-{anchor.name}" aria-label="{escape(texts.PARAGRAPH_LINK)}"></a>'


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of *words*, whatever their capitals; whole ones, but in scripts that put no spaces between words."""
    longest = sorted({word.strip() for word in words if word.strip()}, key=lambda word: (-len(word), word))[:200]
    if not longest:
        return None
    return re.compile("|".join(map(_whole, longest)), re.IGNORECASE)


def _whole(word: str) -> str:
    inside = r"\s+".join(map(re.escape, word.split()))
    if search.is_unspaced(word):
        return inside
    return rf"(?<!\w){inside}(?!\w)"


def _marked(text: str, pattern: re.Pattern[str] | None) -> str:
    if pattern is None:
        return escape(text, quote=False)
    out, at = [], 0
    for found in pattern.finditer(text):
        out += [escape(text[at : found.start()], quote=False), "<mark>", escape(found[0], quote=False), "</mark>"]
        at = found.end()
    return "".join((*out, escape(text[at:], quote=False)))


def marked_paragraphs(text: str, words: Iterable[str]) -> list[str]:
    """The paragraphs of a plain *text* as safe HTML, without places to link to, *words* marked."""
    pattern = _pattern(words)
    return [_lines(paragraph, pattern) for paragraph in _PARAGRAPH.split(text) if paragraph.strip()]


def _lines(paragraph: str, pattern: re.Pattern[str] | None) -> str:
    """The lines of *paragraph*, marked; words found side by side may stand on two of them."""
    return _marked(paragraph.strip("\n"), pattern).replace("\n", "<br>")


def _from_text(body: BodyMarkup) -> str:
    pattern = _pattern(body.words)
    out = []
    for number, (name, paragraph) in enumerate(paragraphs(body.text or "")):
        if paragraph.strip():
            anchor = Anchor(name, number)
            out.append(f"{_opened('<p>', anchor)}{_lines(paragraph, pattern)}{_link(anchor)}</p>")
    return "\n".join(out)
