"""Titles as styles want them: in sentence case, or with the marks of quotation that fit into the style's own. Pure."""

import re

from scraper.cite.text import line

#: Words that are names nowhere in a title.
_SMALL_WORDS = (
    "a about after against all an and are as at be before between but by can do does during for from had has have how"
    " if in into is it its may must new no nor not of off on or our out over own per shall should so than that the"
    " their them they this those to under until up upon was we were what when where which while who whom why will with"
    " without would yet you your"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: After these a part of a title begins anew, with a capital.
_STARTS = re.compile(r"(?:^|[:?!.—–]\s+|^[\"“‘'(\[]|[:?!.—–]\s+[\"“‘'(\[])$")
#: A title counts as written in title case, or in capitals, from this share of its words on.
_MOST = 0.6


def sentence_case(title: str, text: str | None, language: str | None) -> str:
    """*title* as APA writes it: capitals for the first word and for names only.

    Which words are names is learned from *text*, the post itself: a word that stands there in small letters is none,
    unless it is part of a name of several words that stands there inside a sentence. What cannot be told stays as it
    was published, and so do titles in other languages than English and those that are not in title case.
    """
    body = line(text)
    if not body or (language or "en").split("-")[0].lower() != "en":
        return title
    words = list(_WORD.finditer(title))
    shouted = title.isupper() and len(words) > 2
    if not shouted and not _is_title_case([word[0] for word in words]):
        return title
    small = set(re.findall(r"(?<![\w'’-])[a-z][a-z'’-]*", body)) | _SMALL
    kept = _named(title, body)
    out, at = [], 0
    for word in words:
        out += [title[at : word.start()], _cased(word, title, small, kept, shouted=shouted)]
        at = word.end()
    return "".join((*out, title[at:]))


def _is_title_case(words: list[str]) -> bool:
    """Whether most of *words*, those aside that are small in any title, begin with a capital."""
    counted = [word for word in words if word.lower() not in _SMALL]
    return sum(word[0].isupper() for word in counted) >= _MOST * len(counted)


def _cased(word: re.Match[str], title: str, small: set[str], kept: list[range], *, shouted: bool) -> str:
    text = word[0]
    if any(word.start() in place for place in kept):
        return text
    lower = text.lower()
    if not shouted and text != text.capitalize() and not ("-" in text and text.istitle()):
        return text  # UPR, McDonald
    if lower not in small:
        return text
    if _STARTS.search(title[: word.start()]):
        return lower.capitalize()
    return lower


def _named(title: str, body: str) -> list[range]:
    """Where *title* has names of two words or more that *body* has, spelled so, after a word in small letters."""
    found: list[range] = []
    spans = list(re.finditer(r"\b[A-Z][\w'’-]*(?:\s+(?:of|for|the|and|on|de)(?=\s+[A-Z])|\s+[A-Z][\w'’-]*)+", title))
    for span in spans:
        starts = [at.start() + span.start() for at in re.finditer(r"\b[A-Z]", span[0])]
        ends = [at.end() + span.start() for at in re.finditer(r"[\w'’-]+", span[0])]
        for start in starts:
            for end in reversed([end for end in ends if end > start]):
                phrase = title[start:end]
                if " " in phrase and re.search(rf"\b[a-z]+\s+{re.escape(phrase)}\b", body):
                    found.append(range(start, end))
                    break
    return found


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
