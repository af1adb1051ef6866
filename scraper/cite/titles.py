"""Titles as styles want them: in sentence case, or with the marks of quotation that fit into the style's own. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from scraper.cite.text import line

#: Words that are names nowhere in a title.
_SMALL_WORDS = (
    "a about after against all an and are as at be before between but by can do does during for from had has have how"
    " if in into is it its may must new no nor not of off on or our out over own per shall should so than that the"
    " their them they this those to under until up upon was we were what when where which while who whom why will with"
    " without would yet you your"
)
#: Ordinary words of headlines: in a name only where the post itself has that name inside a sentence.
_HEADLINE_WORDS = (
    "act adopt adoption adopts announcement announces annual answers ask asks briefing calendar call calls celebrates"
    " comments conversation date demand demands event families guide invitation join joint launch launches leaders"
    " letter meeting minutes news newsletter open outcome outcomes press question questions recommendations"
    " reflections release releases report reports respond responds response responses review save seeks series speak"
    " speakers statement stories story submission submissions submits summary support survey testimony toolkit training"
    " update updates urge urges victory voices watch webinar winter workshop"
)
_SMALL = frozenset(f"{_SMALL_WORDS} {_HEADLINE_WORDS}".split())
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: What kin differ by: report, reports, reported, reporting.
_ENDINGS = ("", "s", "es", "ed", "ing", "ly", "er", "al")
#: Endings that a consonant may stand twice before: plan, planning.
_DOUBLING = frozenset({"ed", "ing", "er"})
_TWICE = re.compile(r"([b-df-hj-np-tv-z])\1\Z")
#: Letters that kin begin with, at least.
_SHORTEST_ROOT = 3
_POSSESSIVE = re.compile(r"['’]s\Z")
#: After these a part of a title begins anew, with a capital.
_STARTS = re.compile(r"(?:^|(?:[:?!—–]|(?<!\b[A-Z])\.)\s+)[\"“‘'(\[]?$")
#: A title counts as written in title case, or in capitals, from this share of its words on.
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class _TextSpelling:
    """How a post's own text writes words: in small letters, with a capital, in capitals within other words."""

    #: Those that are names nowhere too.
    small: frozenset[str]
    own_small: frozenset[str]
    capitalised: frozenset[str]
    abbreviations: frozenset[str]


def _spelling(body: str) -> _TextSpelling:
    words = frozenset(word[0] for word in _WORD.finditer(body))
    own_small = frozenset(filter(str.islower, words))
    return _TextSpelling(
        small=own_small | _SMALL,
        own_small=own_small,
        capitalised=words,
        abbreviations=frozenset(re.findall(r"(?<![A-Z] )\b[A-Z]{2,}\b(?! [A-Z]{2})", body)),
    )


def sentence_case(title: str, text: str | None, language: str | None) -> str:
    """*title* as APA writes it: capitals for the first word and for names only.

    Which words are names is learned from *text*, the post itself: a word that stands there in small letters is none,
    unless it is part of a name of several words that stands there inside a sentence. Nor is a word that does not stand
    there, but has kin there in small letters: ``Closed``, where the text has ``closing``. What cannot be told stays as
    it was published, and so do titles in other languages than English and those that are not in title case.
    """
    body, words = line(text), list(_WORD.finditer(title))
    if not body or (language or "en").split("-")[0].lower() != "en" or not _is_capitalised(title, words):
        return title
    spelling, names = _spelling(body), _named(title, body) | _months(title)
    cased = partial(_cased_shouted if title.isupper() else _cased, spelling=spelling)

    def written(word: re.Match[str]) -> str:
        if word.start() in names:
            return names[word.start()]
        found = cased(word[0])
        is_first = found.islower() and _STARTS.search(title[: word.start()])
        return found.capitalize() if is_first else found

    return _WORD.sub(written, title)


def _is_capitalised(title: str, words: list[re.Match[str]]) -> bool:
    """Whether *title* is in capitals, or most of its words, those aside that are small in any, begin with one."""
    if title.isupper():
        return len(words) > 2
    counted = [word[0] for word in words if word[0].lower() not in _SMALL]
    return sum(word[0].isupper() for word in counted) >= _MOST * len(counted)


def _cased(word: str, spelling: _TextSpelling) -> str:
    is_plain = word == word.capitalize() or ("-" in word and word.istitle())
    if is_plain and _is_ordinary(word, spelling):
        return word.lower()
    return word  # a name; UPR, McDonald


def _is_ordinary(word: str, spelling: _TextSpelling) -> bool:
    small = word.lower()
    if not spelling.small.isdisjoint({small, small.removesuffix("s")}):
        return True
    return _POSSESSIVE.sub("", word) not in spelling.capitalised and _has_kin(small, spelling.own_small)


def _has_kin(word: str, others: frozenset[str]) -> bool:
    """Whether one of *others* is *word* with another ending; all in small letters."""
    word = _POSSESSIVE.sub("", word)
    begins, roots = word[:_SHORTEST_ROOT], _roots(word)
    return any(other.startswith(begins) and not roots.isdisjoint(_roots(other)) for other in others)


def _roots(word: str) -> frozenset[str]:
    """What *word* may be made of: ``planning`` → ``plan`` among others, ``closing`` and ``close`` → ``clos``."""
    cut = ((word.removesuffix(ending), ending) for ending in _ENDINGS if word.endswith(ending))
    found = frozenset(_TWICE.sub(r"\1", root) if ending in _DOUBLING else root for root, ending in cut)
    return frozenset(root for each in found if len(root := _bare(each)) >= _SHORTEST_ROOT)


def _bare(root: str) -> str:
    """*root* as it stands before endings: without its ``e``, and with ``i`` for ``y`` (``policy``, ``policies``)."""
    return re.sub(r"y\Z", "i", root.removesuffix("e"))


def _cased_shouted(word: str, spelling: _TextSpelling) -> str:
    """*word* of a title that is all in capitals, so that these say nothing."""
    if word in spelling.abbreviations:
        return word
    for each in (word.lower(), word.capitalize()):
        if each in spelling.small or each in spelling.capitalised:
            return each
    return word.lower() if _has_kin(word.lower(), spelling.own_small) else word


#: A name of two words or more, inside a sentence: behind a word in small letters.
_NAME = re.compile(r"[a-z],?\s+([A-Z][\w'’-]*(?:\s+(?:of|for|the|and|on|de)(?=\s+[A-Z])|\s+[A-Z][\w'’-]*)+)")


def _named(title: str, body: str) -> dict[int, str]:
    """Where words of *title* are part of a name of several that *body* has → how they are spelled there."""
    found: dict[int, str] = {}
    is_shouted = title.isupper()
    for name in filter(None, map(str.split, _NAME.findall(body))):
        for end in range(2, len(name) + 1):
            spelled = " ".join(name[:end])
            sought = spelled.upper() if is_shouted else spelled
            if sought in title:
                found.update(_places(sought, spelled, title))
    return found


#: Months whose names are words too, where a title dates by them: ``in May``, ``5 May``, ``May 5``.
_MONTH = re.compile(
    r"(?P<dated>\b(?:after|before|by|early|from|in|last|late|next|of|on|since|through|until|\d\d?(?:st|nd|rd|th)?)\s+)?"
    r"\b(?P<month>march|may)\b(?(dated)|(?=\s+(?:\d\d?|\d{4})\b))",
    re.IGNORECASE,
)


def _months(title: str) -> dict[int, str]:
    """Where *title* has such a month → its name."""
    return {found.start("month"): found["month"].capitalize() for found in _MONTH.finditer(title)}


def _places(sought: str, spelled: str, title: str) -> Iterator[tuple[int, str]]:
    """(place in *title*, spelling) of each word of a name that stands there as *sought*."""
    for place in re.finditer(rf"\b{re.escape(sought)}\b", title):
        yield from zip(
            (word.start() for word in _WORD.finditer(title, *place.span())), _WORD.findall(spelled), strict=True
        )


#: A quotation within a title: between double marks, or single ones that are no apostrophes.
_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|(?<!\w)‘((?:[^‘’]|’(?=\w))*)’(?!\w)|(?<!\w)'(\w(?:[^']|'(?=\w))*)'(?!\w)"
)


_OTHER_MARKS = {"‘": ("“", "”"), "“": ("‘", "’")}


def with_inner(title: str, opening: str, closing: str) -> str:
    """*title* with its own quotations, whatever their marks, between *opening* and *closing*.

    Quotations within these have the other marks.
    """

    def marked(found: re.Match[str]) -> str:
        inner = next(filter(None, found.groups()), "")
        return f"{opening}{with_inner(inner, *_OTHER_MARKS[opening])}{closing}"

    return _QUOTED.sub(marked, title)


#: A word whose full stop is its own: ``U.S.``, ``Inc.``, ``No.``
_ABBREVIATION = re.compile(r"(?:\w\.)+\w\.$|\b(?:Co|Corp|Dr|Inc|Jr|Ltd|No|Sr|St|Vol|al|etc|v|vs)\.$")


#: A full stop, and marks that close quotations behind it.
_STOP = re.compile(r"(?<!\.)\.(?P<marks>[”’\"']*)$")


def unstopped(title: str) -> str:
    """*title* without the full stop at its end, for styles that go on behind it; that of an abbreviation stays.

    A stop within quotation marks at the end goes too.
    """
    found = _STOP.search(title)
    if found is None or _ABBREVIATION.search(title[: found.start() + 1]):
        return title
    return title[: found.start()] + found["marks"]
