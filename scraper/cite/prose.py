"""Citations as people write them: APA 7, Chicago 17 (note, bibliography), MLA 9, Bluebook (rule 18), OSCOLA 4. Pure.

Each style is a function from the CSL-JSON item to runs of text that know whether they are italic, in small capitals or
an address. How a style writes things was held against its own examples and its style of the CSL project (tests).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scraper.cite.names import OTHERS, WriterName
from scraper.cite.record import Item, Parts, parts
from scraper.cite.titles import sentence_case, unstopped, with_inner
from scraper.wording import framed

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: As Bluebook (table T12) and MLA (appendix 1) shorten them.
SHORT = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")

UNTITLED = "Untitled post"


class Kind(StrEnum):
    """How a run of text looks."""

    PLAIN = "plain"
    ITALIC = "italic"
    SMALL_CAPITALS = "small-capitals"
    ADDRESS = "address"


class StyledRun(NamedTuple):
    """A piece of a citation."""

    text: str
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True)
class CitationStyle:
    """A style, by the name that people know it by."""

    name: str
    write: Callable[[Item, str | None], tuple[StyledRun, ...]]

    def __call__(self, item: Item, text: str | None = None) -> tuple[StyledRun, ...]:
        """*item* cited; *text* is the post's own text, from which APA learns what in a title is a name."""
        return self.write(item, text)


def plain(runs: Iterable[StyledRun]) -> str:
    """The words of a citation."""
    return "".join(run.text for run in runs)


# What styles share


def _authors(item: Item) -> list[WriterName]:
    return [
        WriterName(each.get("literal") or each["family"], each.get("given", ""), each.get("suffix", ""))
        for each in item.get("author", [])
    ]


def _straight(authors: list[WriterName]) -> list[str]:
    return [name.straight for name in authors]


def _site_is_author(item: Item) -> bool:
    authors = _authors(item)
    return len(authors) == 1 and authors[0].inverted.casefold() == item["container-title"].casefold()


def _authors_beside_site(item: Item) -> list[WriterName]:
    """The authors, for styles that leave out one who is the site itself."""
    if _site_is_author(item):
        return []
    return _authors(item)


def _issued(item: Item) -> Parts:
    found = item.get("issued")
    if not found:
        return ()
    return tuple(found["date-parts"][0])


def _dated(date: Parts, form: Callable[[Parts], str], item: Item) -> str:
    """*date* in *form*, marked where only the day in UTC is known."""
    return form(date) + (" UTC" if len(date) == 3 and item["custom"].get("in_utc") else "")


def _american(date: Parts, months: tuple[str, ...] = MONTHS) -> str:
    match date:
        case (year, month, day):
            return f"{months[month - 1]} {day}, {year}"
        case (year, month):
            return f"{months[month - 1]} {year}"
        case (year,):
            return f"{year}"
    return ""


def _shortened(date: Parts) -> str:
    return _american(date, SHORT)


def _british(date: Parts, months: tuple[str, ...] = MONTHS) -> str:
    return " ".join(filter(None, (*map(str, date[2:]), _american(date[:2], months))))


def _mla_date(date: Parts) -> str:
    return _british(date, SHORT)


def _apa_date(date: Parts) -> str:
    match date:
        case (year, month, day):
            return f"{year}, {MONTHS[month - 1]} {day}"
        case (year, month):
            return f"{year}, {MONTHS[month - 1]}"
        case (year,):
            return f"{year}"
    return "n.d."


def _stopped(text: str) -> str:
    """*text* with a full stop, unless it ends like a sentence, or is none."""
    if not text or re.search("[.?!…][”’]?$", text):
        return text
    return f"{text}."


def _listed(people: list[str], word: str, *, comma_before_two: bool = False) -> str:
    match people:
        case [one]:
            return one
        case [one, two]:
            return f"{one}{',' * comma_before_two} {word} {two}"
        case [*most, last]:
            return f"{', '.join(most)}, {word} {last}"
    return ""


def _and(people: list[str]) -> str:
    """``A, B and C``: OSCOLA has no comma before ``and``."""
    *most, last = people
    return f"{', '.join(most)} and {last}" if most else last


def _abridged(people: list[str], most: int, others: str, listed: Callable[[list[str]], str]) -> str:
    """*people* in a list; of more than *most*, or where not all are named, the first and *others*."""
    if len(people) > most or people[-1:] == [OTHERS]:
        return f"{people[0]} {others}"
    if not people:
        return ""
    return listed(people)


def _turned(authors: list[WriterName], most: int, shown: int = 1) -> str:
    """A list that begins with the family name: ``King, Dana, and Ann Lee``; of more than *most* the first *shown*.

    The comma before "and" stays behind a name that is not turned, as the CSL styles of Chicago and MLA have it.
    """
    if not authors:
        return ""
    first, *others = authors
    people = [first.inverted, *_straight(others)]
    if len(people) > most:
        return f"{', '.join(people[:shown])}, et al."
    if people[-1] == OTHERS:
        return f"{', '.join(people[:-1])}, et al."
    return _listed(people, "and", comma_before_two=True)


def _archived(item: Item, before: str, after: str = "") -> list[StyledRun]:
    """``archived at ADDRESS`` between *before* and *after*, and that the post is no longer where it was."""
    place = item.get("archive_location", "")
    words = ["no longer online" if "gone" in item["custom"] else "", place and "archived at "]
    said = ", ".join(filter(None, words))
    if not said:
        return []
    return [StyledRun(before + said), StyledRun(place, Kind.ADDRESS), StyledRun(after)]


def _quoted_sentence(item: Item) -> str:
    """``“Title.” ``, quotations in it between single marks."""
    if "title" not in item:
        return f"{UNTITLED}. "
    title = with_inner(item["title"], "‘", "’")
    return f"“{title if _stopped(title) == title else _pointed(title, '.')}” "


def _pointed(title: str, point: str) -> str:
    """*title* with *point* at its end: inside a quotation that ends there, as Americans put it."""
    is_quoted = title.endswith("’") and "‘" in title
    if is_quoted:
        return f"{title[:-1]}{point}’"
    return title + point


# The styles


def _apa(item: Item, text: str | None) -> tuple[StyledRun, ...]:
    """Author. (Year, Month day). *Title in sentence case*. Site. URL (archived at URL)"""
    date = StyledRun(f"({_dated(_issued(item), _apa_date, item)}). ")
    people = framed(_stopped(_apa_people(_authors(item))), after=" ")
    title = _apa_title(item, text)
    head = (StyledRun(people), date, *title) if people else (*title, date)
    site = "" if _site_is_author(item) else f"{_stopped(item['container-title'])} "
    return (*head, StyledRun(site), StyledRun(item["URL"], Kind.ADDRESS), *_archived(item, " (", ")"))


def _apa_people(authors: list[WriterName]) -> str:
    """Up to 20 people; of more the first 19 and the last (§9.8); the last is not known where the site has "et al."."""
    people = [name.initials for name in authors]
    if people[-1:] == [OTHERS]:
        return f"{', '.join(people[:-1][:19])}, et al."
    if len(people) > 20:
        return f"{', '.join(people[:19])}, … {people[-1]}"
    return _listed(people, "&", comma_before_two=any(name.given for name in authors))


def _apa_title(item: Item, text: str | None) -> tuple[StyledRun, ...]:
    if "title" not in item:
        return (StyledRun(f"[{UNTITLED}]. "),)
    cased = sentence_case(item["title"], text, item.get("language"))
    return StyledRun(cased, Kind.ITALIC), StyledRun(_stopped(cased)[len(cased) :] + " ")


def _chicago_date(item: Item) -> str:
    """Published, or else last modified, or else captured; with both where both are known."""
    custom = item["custom"]
    issued = _dated(_issued(item), _american, item)
    if not issued:
        return _captured(item, _american)
    if custom.get("by_update"):
        return f"last modified {issued}"
    updated = _american(parts(custom.get("updated")))
    if updated not in ("", issued):
        return f"{issued}, last modified {updated}"
    return issued


def _captured(item: Item, form: Callable[[Parts], str]) -> str:
    return framed(form(parts(item["custom"].get("captured"))), "captured ")


def _chicago_bibliography(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author. “Title.” *Site* (blog), Month day, year. URL. Archived at URL."""
    people = framed(_stopped(_turned(_authors(item), most=10, shown=7)), after=" ")
    return (
        StyledRun(people + _quoted_sentence(item)),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f" (blog){framed(_chicago_date(item), ', ')}. "),
        StyledRun(item["URL"], Kind.ADDRESS),
        StyledRun("."),
        *_sentence(_archived(item, " ", ".")),
    )


def _sentence(runs: list[StyledRun]) -> list[StyledRun]:
    """*runs* with a capital at their beginning."""
    if not runs:
        return []
    return [StyledRun(" " + runs[0].text.lstrip().capitalize()), *runs[1:]]


def _chicago_note(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author, “Title,” *Site* (blog), Month day, year, URL, archived at URL."""
    people = _abridged(_straight(_authors(item)), 3, "et al.", lambda names: _listed(names, "and"))
    title = _noted_title(item, is_first=not people)
    return (
        StyledRun(f"{framed(people, after=', ')}{title} "),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f" (blog){framed(_chicago_date(item), ', ')}, "),
        StyledRun(item["URL"], Kind.ADDRESS),
        *_archived(item, ", "),
        StyledRun("."),
    )


def _noted_title(item: Item, *, is_first: bool) -> str:
    """``“Title,”``, quotations in it between single marks."""
    if "title" in item:
        return f"“{_pointed(with_inner(unstopped(item['title']), '‘', '’'), ',')}”"
    if is_first:
        return f"{UNTITLED},"
    return f"{UNTITLED.lower()},"


def _mla(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author. “Title.” *Site*, day Mon. year, URL. The address is that of the copy where others can reach it."""
    people = framed(_stopped(_turned(_authors_beside_site(item), most=2)), after=" ")
    return (
        StyledRun(people + _quoted_sentence(item)),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f"{framed(_dated(_issued(item), _mla_date, item), ', ')}, "),
        StyledRun(item.get("archive_location") or item["URL"], Kind.ADDRESS),
        StyledRun("."),
    )


def _bluebook(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author, *Title*, SITE (Mon. day, year), URL [archived URL]."""
    people = _abridged(_straight(_authors_beside_site(item)), 2, "et al.", " & ".join)
    title = StyledRun(unstopped(item["title"]), Kind.ITALIC) if "title" in item else StyledRun(UNTITLED)
    date, place = _bluebook_date(item), item.get("archive_location")
    return (
        StyledRun(framed(people, after=", ")),
        title,
        StyledRun(", "),
        StyledRun(item["container-title"], Kind.SMALL_CAPITALS),
        StyledRun(f"{framed(date, ' (', ')')}, "),
        StyledRun(item["URL"], Kind.ADDRESS),
        StyledRun(" (no longer online)" * ("gone" in item["custom"])),
        *([StyledRun(" ["), StyledRun(place, Kind.ADDRESS), StyledRun("]")] if place else []),
        StyledRun("."),
    )


def _bluebook_date(item: Item) -> str:
    date = _dated(_issued(item), _shortened, item)
    if item["custom"].get("by_update"):
        return f"last updated {date}"
    return date or _captured(item, _shortened)


def _oscola(item: Item, _: str | None) -> tuple[StyledRun, ...]:
    """Author, ‘Title’ (*Site*, day Month year) <URL> archived at <URL>; the reader adds ``accessed`` and a day."""
    people = _abridged(_straight(_authors(item)), 3, "and others", _and)
    title = f"‘{with_inner(unstopped(item['title']), '“', '”')}’" if "title" in item else UNTITLED
    return (
        StyledRun(f"{framed(people, after=', ')}{title} ("),
        StyledRun(item["container-title"], Kind.ITALIC),
        StyledRun(f"{framed(_dated(_issued(item), _british, item), ', ')}) <"),
        StyledRun(item["URL"], Kind.ADDRESS),
        StyledRun(">"),
        *_bracketed(_archived(item, " ")),
    )


def _bracketed(runs: list[StyledRun]) -> list[StyledRun]:
    """*runs* with the address among them, if there is one, between ``<`` and ``>``."""
    match runs:
        case [words, place, _] if place.text:
            return [StyledRun(f"{words.text}<"), place, StyledRun(">")]
    return runs


#: In the order in which pages show them.
STYLES = (
    CitationStyle("Bluebook", _bluebook),
    CitationStyle("OSCOLA", _oscola),
    CitationStyle("Chicago (note)", _chicago_note),
    CitationStyle("Chicago (bibliography)", _chicago_bibliography),
    CitationStyle("APA", _apa),
    CitationStyle("MLA", _mla),
)
