"""What text dumps of every generation have in common: paragraphs, by-lines, dates that say too little, noise.

A dump is what a reader's screen or an extraction tool left of a page: lines. Nothing in it is marked, so every rule
here is about whole lines at known places.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from scraper import dates, urls
from scraper.dates import Spelled
from scraper.errors import Unreadable
from scraper.numbers import plural
from scraper.page import TextPage
from scraper.records import Problem
from scraper.vocabulary import Level, Stage

_LIST_ITEM = re.compile(r"[•◦▪‣*–-]\s|\d{1,3}[.)]\s")
_WORD_OF_NAME = r"(?:[^\W\d_a-z][^\W\d_]*[.'’-]?)+(?:[^\W\d_]+)?"
_PARTICLE = (
    "and|&|de|da|das|del|den|der|di|do|dos|du|la|las|le|los|van|von|vom|zu|zum|zur|ter|ten|af|av|bin|ibn|al|el|y|e|et"
    "|und"
)
_NAME = rf"{_WORD_OF_NAME}(?:,? (?:{_WORD_OF_NAME}|{_PARTICLE})){{0,7}}"
_WRITTEN_BY = "by|written by|posted by|author|writer|autora?|auteure?|autore|von|par|por|di|door|автор"
_BY_LINE = re.compile(
    rf"(?i:{_WRITTEN_BY})\s?[:\uff1a]\s?(?P<one>{_NAME})|(?i:by|written by|posted by) (?P<two>{_NAME})"
)
_PARTICLES = frozenset(_PARTICLE.split("|"))
_WHOLE_NAME = re.compile(_NAME)
_LONGEST_NAME = 60

#: A title longer than that was never seen; Wix allows 200 signs.
LONGEST_TITLE = 200
#: A line that long, ending as a sentence does, is the first of the body.
_LONGEST_SENTENCE_AS_TITLE = 120


def body_text(lines: Sequence[str]) -> str:
    """Paragraphs separated by a blank line.

    Lines that stand together in the dump stay together (addresses, signatures, lists), but where the dump has no blank
    lines at all, each line is a paragraph.
    """
    blocks = _blocks(lines)
    if len(blocks) == 1 and len(blocks[0]) > 1:
        blocks = _single_breaks(blocks[0])
    return "\n\n".join("\n".join(block) for block in blocks)


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    """Runs of lines with text."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _single_breaks(lines: Sequence[str]) -> list[list[str]]:
    """Each line as a block, list items together."""
    blocks: list[list[str]] = []
    for line in lines:
        if blocks and _LIST_ITEM.match(line) and _LIST_ITEM.match(blocks[-1][-1]):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def by_line(line: str) -> str | None:
    """The name in a by-line ("By Jane Doe", "By: Jane", "Author: Jane Doe"); None: *line* is none."""
    found = _BY_LINE.fullmatch(line)
    if found is None:
        return None
    name: str = found["one"] or found["two"]
    if len(name) > _LONGEST_NAME:
        return None
    if found["one"] or " " in name:
        return name
    return None


def is_name(line: str) -> bool:
    """Whether *line* could be a person's name: one to four words with capitals, where the script has any, no digits."""
    parts = line.split()
    is_one = len(line) <= _LONGEST_NAME * 2 // 3 and len(parts) <= 4 and _WHOLE_NAME.fullmatch(line) is not None
    return is_one and not any(part.islower() and part not in _PARTICLES for part in parts)


def is_signature(line: str) -> bool:
    """Whether *line* could be what an author calls himself on a site: a name, a nickname, an organisation."""
    return len(line) <= 50 and len(line.split()) <= 6 and line[-1] not in ".:;?!…" and any(map(str.isalpha, line))


def is_title(line: str) -> bool:
    """Whether *line* can be a title: not too long, and no long sentence."""
    if not line or len(line) > LONGEST_TITLE or not any(map(str.isalnum, line)):
        return False
    return len(line) <= _LONGEST_SENTENCE_AS_TITLE or line[-1] not in ".;:,"


#: Where a line lost its break: a small letter, then a capital.
_SEAM = re.compile(r"[a-zß-ÿ](?=[A-ZÀ-Þ])")
_FEW_SEAMS = 4


def is_glued_menu(line: str) -> bool:
    """Whether *line* is a menu that lost its line breaks ("HOMEABOUTOur TeamOur BlogDonate"): no sentence has such."""
    return len(_SEAM.findall(line)) >= _FEW_SEAMS and not re.search(r"[.!?,;:]\s", line)


def is_heading(line: str) -> bool:
    """Whether *line*, with nothing else to go by, is a title and not the first line of a text."""
    return is_title(line) and line[-1] not in ".;:,…-–—" and not _LIST_ITEM.match(line) and len(line) <= 160


_GLUED_DATE = re.compile(r"(?<=[a-z)\"”’!?])(?=[A-Z][a-z]{2,8}\.? \d{1,2}, (?:19|20)\d\d$)")


def title_text(line: str) -> str:
    """*line* as a title. A date that lost its line break is set apart ("…Texas ShootingOctober 26, 2022")."""
    return _GLUED_DATE.sub(" ", line)


def first(lines: Sequence[str], start: int = 0) -> int:
    """Index of the first line with text from *start* on; the number of lines where there is none."""
    return next((index for index in range(start, len(lines)) if lines[index]), len(lines))


def named_in(url: str | None, line: str) -> float:
    """How much of *line*'s words the slug of *url* holds, 0 to 1. A hint for choosing a line, never a title."""
    if not url:
        return 0.0
    slug = set(_words(urls.slug(url)))
    words = _words(line.replace("'", "").replace("’", ""))[:12]
    if words and slug:
        return sum(word in slug for word in words) / len(words)
    return 0.0


def is_the_slug(url: str | None, line: str) -> bool:
    """Whether the slug of *url* is made of the words of *line*, of all of them and no others."""
    return url is not None and _words(urls.slug(url)) == _words(line)


def is_named_otherwise(url: str | None, line: str, *, of_a_text: bool = False) -> bool:
    """Whether the slug of *url* is a title's, of several words, and *line* holds none of them, or few of many.

    *of_a_text*: also where *line* shares only the few words with it that any sentence on the subject would.
    """
    slug = _words(urls.slug(url)) if url else []
    named = len(set(slug).intersection(_words(line)))
    few = named == 0 or (len(slug) >= 5 and named * 3 < len(slug))
    return len(slug) >= 3 and (few or (of_a_text and named_in(url, line) < 0.3))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def note(kind: str, field: str, message: str) -> Problem:
    """Something a reader should know about *field*."""
    return Problem(stage=Stage.EXTRACT, kind=kind, field=field, level=Level.NOTE, message=message)


def lacking(field: str, spelled: Spelled | None, line: str) -> tuple[Problem, ...]:
    """The note for a date that cannot be told from what is shown; empty where it can."""
    if spelled is None or spelled.lack is None:
        return ()
    if spelled.lack == "year":
        return (note("date-without-year", field, f"expected a date with its year, found {line!r}"),)
    return (note("relative-date", field, f"expected a date, found {line!r}, relative to an unknown moment"),)


def shown_date(line: str) -> Spelled | None:
    """The day that a whole line is; None: it is something else, or a month ("June 2026" is a heading)."""
    spelled = dates.parse(line) if len(line) <= 60 else None
    if spelled is None or (spelled.iso is not None and len(spelled.iso) < 10):
        return None
    return spelled


_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")
_SAMPLE = 200_000
#: The longest post seen has some 30,000 signs.
_LONGEST_TEXT = 1_000_000


def assert_prose(page: TextPage) -> None:
    """Raise Unreadable where the text is none that a post could show: bytes of something else, noise, a book."""
    where, sample = page.url or "text", page.source[:_SAMPLE]
    if len(page.source) > _LONGEST_TEXT:
        raise Unreadable(where, f"expected the text of one page, found {plural(len(page.source), 'character')}")
    odd = len(_ODD.findall(sample))
    if odd > 5 and odd * 200 > len(sample):
        raise Unreadable(where, f"expected a text dump, found {plural(odd, 'unreadable character')}: not a text")
    solid = re.sub(r"\s+", "", sample)
    others = sum(not sign.isalnum() and unicodedata.category(sign)[0] != "M" for sign in solid)
    if len(solid) > 200 and others * 4 > len(solid):
        raise Unreadable(where, "expected sentences, found mostly characters that are not letters")
    if len(solid) > 2000 and len(sample) - len(solid) < len(solid) // 200 and not _spaceless(sample):
        raise Unreadable(where, "expected words, found a text without spaces")


def _spaceless(text: str) -> bool:
    """Whether the script may do without spaces (Chinese, Japanese, Thai, Khmer …)."""
    return any("\u0e00" <= sign <= "\u0fff" or sign >= "\u1780" for sign in text[:2000])


_BARE_MARK = re.compile(r"(?:[•◦▪·|\s]|\*\s)+\*?")
_BARE_STARS = re.compile(r"[*+-](?: [*+-])*")
_SIGN = re.compile(r"(?:[*‣●○◦▪■·+•]\s+)+(?=\S)")
#: A heading of a dump in Markdown; "#tag" is a tag, and "# 1" a number where nothing else is Markdown.
_HEADING = re.compile(r"#{1,6}\s+(?=[^\s#])")
_ESCAPE = re.compile(r"\\(?=[-+*#>.])")
_MARKDOWN = re.compile(r"\* |#{1,6}\s+[^\W\d]")


def with_one_bullet(lines: Sequence[str]) -> tuple[str, ...]:
    """*lines*, the list marks in front of one as a single ``• ``: what writes dumps knows many, ``*`` above all, and
    another for each level (``*``, ``+``). Those of items that hold nothing stand alone, or before the next one's.
    """
    if not any(line == "*" or line.startswith("* ") for line in lines):
        return tuple(_one_bullet(line) if not line.startswith("+") else line for line in lines)
    return tuple(_one_bullet(line) if not _BARE_STARS.fullmatch(line) else "" for line in lines)


def _one_bullet(line: str) -> str:
    found = _SIGN.match(line)
    if found is None:
        return line
    return f"• {line[found.end() :]}"


def without_hashes(lines: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """(*lines* without Markdown's signs for headings and against lists, the lines that were headings)."""
    if not any(_MARKDOWN.match(line) for line in lines):
        return tuple(lines), frozenset()
    plain = tuple(_HEADING.sub("", line, count=1) if line.startswith("#") else line for line in lines)
    headings = frozenset(after for before, after in zip(lines, plain, strict=True) if before != after)
    return tuple(_ESCAPE.sub("", line) for line in plain), headings


def without_bare_marks(lines: Sequence[str]) -> tuple[str, ...]:
    """*lines*, those that hold nothing but list marks as blank ones."""
    return tuple("" if _BARE_MARK.fullmatch(line) else line for line in lines)


def nonblank(lines: Iterable[str]) -> list[str]:
    """The lines that hold something."""
    return [line for line in lines if line]
