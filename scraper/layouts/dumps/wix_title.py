"""Which of the lines round the marks of a dump's head is the title, and which the author; or that it stays open.

Two orders were seen: author, date, reading time, title; and title, author, date, reading time. Owners hide any of them,
and menus stand above. So a line above the marks may be title, author or a word of a menu, the line below them title or
the first of the body. Told apart by what follows, by the address, and by the words themselves: whoever uses a word in
small letters in the text uses it as a word, not as a name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from scraper import dates
from scraper.layouts.dumps import wix_words as words
from scraper.layouts.dumps.lines import (
    by_line,
    is_heading,
    is_name,
    is_named_otherwise,
    is_signature,
    is_the_slug,
    is_title,
    named_in,
)
from scraper.layouts.dumps.wix_marks import Mark, mark

#: A title so long is surely shorter than a paragraph.
SHORT = 120
#: So much of a title's words stand in a slug that was made of it.
NAMED = 0.6
#: Of 159 titles of eleven blogs nine in ten are no longer.
_LONGEST_BELOW_A_NAME = 90
#: Names have fewer words, but for what stands before and behind them.
_WORDS_OF_NAME = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """What the lines round the marks are; *open*: several could be the title."""

    title: str | None = None
    author: str | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """The lines round the marks of a head. *before*: those above, behind the last button of a menu; *below*: all below.
    *headings*: the lines that the dump marks as such.
    """

    before: Sequence[str]
    below: Sequence[str]
    found: Mark
    url: str | None
    headings: frozenset[str] = frozenset()
    #: The words that stand in small letters below.
    small: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "small", small_words(self.below[1:]))

    @property
    def above(self) -> str:
        """The line right above the marks; empty where there is none."""
        if not self.before:
            return ""
        return self.before[-1]

    @property
    def higher(self) -> str:
        """The line above that, where it could be a title; else empty."""
        line = self.before[-2] if len(self.before) > 1 else ""
        if is_title(line) and not menu_word(line):
            return line
        return ""

    @property
    def after(self) -> str:
        """The line right below the marks; empty where it is an item of a list, or none."""
        if self.below and not self.below[0].startswith("• "):
            return self.below[0]
        return ""

    @property
    def under(self) -> str:
        """The line below that; empty where there is none."""
        if len(self.below) <= 1:
            return ""
        return self.below[1]

    @property
    def heading_below(self) -> str:
        """The line below, where it is short and a longer one follows, as a title above a text; else empty."""
        line = self.after
        if is_heading(line) and is_above_text(line, self.below[1:]) and not opens_text(line):
            return line
        return ""

    @property
    def title_below(self) -> str:
        """The line below, where it may be a title, though nothing longer follows or a sign closes it; else empty."""
        line = self.after
        is_one = is_title(line) and not is_sentence(line) and self.under != "" and not line.endswith(",")
        if is_one and not (opens_text(line) or menu_word(line)):
            return line
        return ""

    @property
    def is_bare(self) -> bool:
        """Whether the marks are a name and nothing else: who hides date and reading time may hide the title, too."""
        found = self.found
        said = (found.published, found.updated, found.timed, found.under_title)
        return not self.above and found.author is not None and not any(said)

    @property
    def rivals(self) -> list[str]:
        """The lines that could be the title: no words of a menu, unless the address is made of them."""
        lines = filter(is_title, (self.above, self.higher, self.after))
        return [line for line in lines if not menu_word(line) or is_the_slug(self.url, line)]

    def is_author(self, line: str) -> bool:
        """Whether *line* is what an author calls himself: a name, with nothing that speaks for a title."""
        is_one = is_name(line) or _SOCIETY.fullmatch(line) is not None
        return bool(line) and (is_handle(line) or (is_one and not self.is_worded(line)))

    def is_worded(self, line: str) -> bool:
        """Whether *line* is made of words, as a title is, and not of a name."""
        parts = [part for part in re.findall(r"[^\W\d_]{3,}", line) if part.casefold() not in _PARTICLES]
        if is_handle(line) or (_SOCIETY.fullmatch(line) and _TITLE_WORDS.isdisjoint(map(str.casefold, parts))):
            return False
        is_long = len(line.split()) > _WORDS_OF_NAME or re.search(r"[?!…:“”\"]|\d\d|^\d", line) is not None
        return is_long or any(part.casefold() in self.small | _TITLE_WORDS | _LITTLE for part in parts)


_TITLE_WORDS = frozenset({
    "our", "your", "with", "what", "how", "why", "who", "day", "days", "history", "month", "week",
    "year", "news",
})  # fmt: skip
#: Words that names of societies have, too.
_LITTLE = frozenset({"the", "and", "for"})
_PARTICLES = frozenset({"van", "von", "der", "den", "ten", "bin", "ibn", "dos", "das", "del", "los", "las"})
#: What societies are called, each word with a capital.
_SOCIETY = re.compile(
    r"(?:[^\W\d_a-z][\w&.’'-]*,? (?:of |for )?){1,5}(?:Network|Coalition|Foundation|Association|Institute|Cent(?:er|re)"
    r"|Committee|Council|Project|Society|Union|Alliance|Federation|Fund|Initiative|Collective|Team|Staff|Inc\.?|Group"
    r"|USA|International)"
    r"|(?:The )?(?:Cent(?:er|re)|Institute|Association|Council|Coalition|Alliance|Network|Friends|Citizens)"
    r" (?:for|of|on|against) .{2,40}|Team (?:\S+ ){0,2}\S+"
)
_RANGE = re.compile(r"\s+(?:[~–—-]|to|through|until)\s+")
_CONTACT = re.compile(r"(?:contact|photo|image|credit|source)\b.{0,12}(?:[:@]|\bby\b)", re.IGNORECASE)
#: What only names have: a title, a degree, initials; the names of accounts.
_HANDLE = re.compile(
    r"(?i:dr|prof|rev|mrs?|ms|hon|judge|sen|rep)\.? [^\W\d_a-z].{0,50}"
    r"|.{3,50}?,? (?i:jr|sr|ph\.?d|m\.?d|esq|mph|msw|mba|j\.?d|r\.?n|ll\.?m)\.?"
    r"|(?:[^\W\d_a-z]\. ?){1,3}[^\W\d_a-z].{1,30}"
    r"|(?i:(?:the )?(?:editors?|admin(?:istrator)?|staff|webmaster)|[^ ]{2,20} (?:staff|team))"
    r"|(?=[^ ]*[@._\d-])[^\W\d_][^ ]{2,40}\w|[a-z][a-z0-9]{2,30}"
    r"|[^\W\d_a-z][^\W\d_]+(?: [^\W\d_a-z][^\W\d_]+)?"
    r" (?:van|von|zu[mr]?|bin|ibn|del?|di|da|dos|du|la|ter|ten|af|av)(?: (?:de[rn]?|las?|los?))?"
    r" [^\W\d_a-z][\w’'-]+(?: [^\W\d_a-z][\w’'-]+)?(?:, .{2,5})?"
)


def is_handle(line: str) -> bool:
    """Whether *line* is surely an author's: it has a degree, initials, a particle, or is the name of an account."""
    return _HANDLE.fullmatch(line) is not None


def menu_word(line: str) -> bool:
    """Whether *line* is a word of a menu."""
    return words.is_menu(line)


def small_words(lines: Sequence[str]) -> frozenset[str]:
    """The words that stand in small letters in *lines*: whoever writes one so uses it as a word, not as a name."""
    return frozenset(word for word in re.findall(r"[^\W\d_]{3,}", "\n".join(lines)) if word.islower())


def is_used(line: str, small: frozenset[str]) -> bool:
    """Whether a word of *line* is one of the *small* ones."""
    return any(part.casefold() in small for part in re.findall(r"[^\W\d_]{3,}", line))


def is_sentence(line: str) -> bool:
    """Whether *line* closes as a sentence does: few titles do."""
    return line.endswith(".") and len(line.split()) > _WORDS_OF_NAME


def is_notice(line: str) -> bool:
    """Whether *line* may be a notice or a call above the post; a title may be worded so, too."""
    return is_sentence(line) or words.CALL.fullmatch(line) is not None


def opens_text(line: str) -> bool:
    """Whether *line* stands first in a text and is no title: a date, a by-line, a contact, "For Immediate Release"."""
    said = words.is_in(words.OPENINGS, line) or _CONTACT.match(line) is not None
    return said or by_line(line) is not None or all(map(dates.parse, _RANGE.split(line)))


def is_above_text(line: str, below: Sequence[str]) -> bool:
    """Whether one of the next lines is longer than *line*, as a text is than its title."""
    return any(len(it) > len(line) for it in below[:3])


def choose(around: Around) -> Choice:
    """What the lines round the marks are: by the dump's own signs, by the address, by the order, by the words."""
    return next(choice for rule in _RULES if (choice := rule(around)) is not None)


def _below_a_bare_name(around: Around) -> Choice | None:
    """A long line below a name alone, or one that the address does not name, may be the text's own heading."""
    line = around.after
    is_short = len(line) <= _LONGEST_BELOW_A_NAME and not is_named_otherwise(around.url, line)
    if not around.is_bare or is_short or not is_title(line) or named_in(around.url, line) >= NAMED:
        return None
    return Choice(open=True)


def _marked_as_a_heading(around: Around) -> Choice | None:
    """The one line that the dump itself marks as a heading."""
    marked = [line for line in around.rivals if line in around.headings]
    if len(marked) != 1:
        return None
    return _of(around, marked[0])


def _named_by_the_address(around: Around) -> Choice | None:
    """The one line that the slug names."""
    named = [line for line in around.rivals if named_in(around.url, line) >= NAMED]
    if len(named) != 1:
        return None
    return _of(around, named[0])


def _of(around: Around, title: str) -> Choice:
    """The choice of *title*, with the author beside it: the line above, unless that is the title or a menu's."""
    above = around.above
    is_other = above != title and is_signature_of(above) and (title == around.higher or not around.is_worded(above))
    return Choice(title, above if is_other and not around.found.author else None)


def is_signature_of(line: str) -> bool:
    """Whether *line* may be an author's and is no word of a menu."""
    return bool(line) and is_signature(line) and not menu_word(line)


def _said_twice(around: Around) -> Choice | None:
    """The one line that stands above the menu as well, where some dumps have the name of the window."""
    named = [line for line in around.rivals if line in around.before[:-2]]
    if len(set(named)) != 1:
        return None
    return _of(around, named[0])


def _nothing_above(around: Around) -> Choice | None:
    """No line above the marks: the title stands below, unless the marks are such as follow a title."""
    line = around.after
    if around.above:
        return None
    if around.found.under_title or not is_title(line) or opens_text(line) or is_sentence(line) or _is_matter(line):
        return Choice()
    is_other = is_named_otherwise(around.url, line) and not _is_capitalised(line)
    return Choice(open=True) if is_other else Choice(line)


#: An item of a list without a bullet, or the name of a file: what texts begin with, and titles do not.
_MATTER = re.compile(r"(?:[-–—•]|\d{1,3}[.)])\s.*|.*\.(?:pdf|docx?|pptx?|xlsx?|jpe?g|png|mp[34])", re.IGNORECASE)


def _is_matter(line: str) -> bool:
    return _MATTER.fullmatch(line) is not None


def _is_capitalised(line: str) -> bool:
    """Whether each longer word of *line* has a capital, as in English titles, and there are several."""
    longer = re.findall(r"[^\W\d_]{4,}", line)
    return len(longer) > 1 and not any(map(str.islower, longer))


def _update_below(around: Around) -> Choice | None:
    """Author, date and reading time above the title, its update below."""
    below = mark(around.under) if around.under else None
    if below is None or not below.under_title or not is_title(around.after):
        return None
    return _of(around, around.after)


def _notice_above(around: Around) -> Choice | None:
    """What stands above may be a notice, or an author, and one that may be a title stands below: it stays open."""
    if around.found.under_title or not around.title_below:
        return None
    is_alone = not around.higher and not around.found.author and around.is_author(around.above)
    notice = any(map(is_notice, (around.above, around.higher)))
    if notice or (is_alone and not around.heading_below):
        return Choice(open=True)
    return None


def _title_above(around: Around) -> Choice | None:
    """The marks are such as follow a title, or no title stands below: it is one of the two lines above."""
    if not around.found.under_title and around.heading_below and not menu_word(around.after):
        return None
    if around.found.author or not around.higher:
        return _one_above(around)
    return _one_of_two_above(around)


def _one_above(around: Around) -> Choice:
    """The line above the marks, unless it is an author's; a name alone may be the author of a post without a title."""
    above = around.above
    is_unplaced = not (around.found.author or around.found.under_title)
    may_be_alone = is_unplaced and has_capital(above) and not is_used(above, small_words(around.below))
    is_authors = (may_be_alone or len(around.before) > 1) and around.is_author(above)
    if is_title(above) and not (is_authors or is_handle(above)):
        return Choice(above)
    return Choice(open=True)


def has_capital(line: str) -> bool:
    """Whether *line* begins with a capital: in scripts without any, names and titles look alike."""
    return line[:1].isupper()


def _one_of_two_above(around: Around) -> Choice:
    """Of two lines above the marks the upper one, where the other is an author's; else the lower one."""
    above, higher = around.above, around.higher
    if is_notice(higher) and not is_handle(above):
        if around.is_author(above):
            return Choice(open=True)
        return Choice(above)
    if around.is_author(above) or (len(around.before) == 2 and is_signature(above) and not around.is_worded(above)):
        return Choice(higher, above)
    if is_title(above):
        return Choice(above)
    return Choice(open=True)


def _beside_an_author(around: Around) -> Choice | None:
    """The author is known, and a short line stands below: the title is the line above, unless that is a menu's."""
    if not around.found.author:
        return None
    above, below = around.above, around.heading_below
    if menu_word(above):
        return Choice(below)
    is_first = len(around.before) == 1 and (len(above.split()) > 2 or len(below.split()) <= 2)
    if is_first or around.is_worded(above) or len(above.split()) > _WORDS_OF_NAME:
        return Choice(above)
    if around.is_worded(below):
        return Choice(below)
    return Choice(open=True)


def _by_words(around: Around) -> Choice:
    """Lines above and below that could each be the title, and no author known: the words must tell."""
    above, higher, below = around.above, around.higher, around.heading_below
    if menu_word(above):
        return Choice(below)
    if not around.is_author(above):
        if around.is_worded(above):
            return Choice(above)
        return Choice(open=True)
    if not higher:
        return Choice(below, above)
    if len(around.before) == 2 and not around.is_worded(below):
        return Choice(higher, above)
    said = (around.is_worded(higher), around.is_worded(below))
    if said == (True, False):
        return Choice(higher, above)
    if said == (False, True):
        return Choice(below, above)
    return Choice(author=above, open=True)


#: Asked in this order; the last always answers.
_RULES: tuple[Callable[[Around], Choice | None], ...] = (
    _below_a_bare_name, _marked_as_a_heading, _named_by_the_address, _said_twice, _nothing_above, _update_below,
    _notice_above, _title_above, _beside_an_author, _by_words,
)  # fmt: skip
