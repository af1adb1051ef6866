"""What helps whose search found little: words mended, names to choose, and each step back with what it gives."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from itertools import islice

from scraper.search import tokens
from scraper.search.addresses import is_address, post_at
from scraper.search.folding import is_unspaced, key
from scraper.search.heard import HeardOf, heard_of
from scraper.search.ledger import NAMED, Ledger, Named, stem
from scraper.search.match import sites_named
from scraper.search.query import parse
from scraper.search.request import UNDATED, Filters, Request
from scraper.search.select import count
from scraper.search.spelled import APOSTROPHES, is_written_otherwise
from scraper.search.state import ledger_of, snapshot
from scraper.search.synonyms import EMPTY, words
from scraper.search.tree import Query
from scraper.search.typed_dates import typed_dates
from scraper.search.vocabulary import is_known, is_written, mended

#: Names, spellings, steps, dates and addresses told at most.
NAMES, SPELLINGS, STEPS_BACK, DATES, ADDRESSES = 6, 3, 8, 4, 4
#: Facets that answer yes or no.
_ANSWERS = {"pdf": ("no", "yes"), "gone": ("no", "yes")}
#: Words of a query that are looked up.
LOOKED_UP = 8
#: Words with the signs inside them.
_WORDS = re.compile(rf"[^\W\d_]+(?:[{APOSTROPHES}][^\W\d_]+)*")
_DATE_HELP = "is not a date. Write a year, a month or a day: 2021, 2021-03, 2021-03-18."


@dataclass(frozen=True, slots=True)
class Name:
    """A category, tag, author or site that the words of a query name."""

    #: Of a `Filters`.
    facet: str
    value: str
    label: str
    #: Posts in all.
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """Another search and how many posts it finds."""

    text: str
    filters: Filters
    total: int
    #: Why; a whole sentence, or empty.
    reason: str = ""
    #: The piece of the query or the filter that the step gives up; empty: everything.
    without: str = ""
    #: What is put in its place; empty: nothing.
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """Help beside the results of one search."""

    #: Words that no post and no file has, as they were typed.
    unknown: tuple[str, ...] = ()
    #: The query with those words mended, the likeliest first.
    spellings: tuple[Step, ...] = ()
    names: tuple[Name, ...] = ()
    #: The query with a date that was typed among its words as a condition, where that finds posts.
    dated: tuple[Step, ...] = ()
    #: Addresses in the query that were named as a post's, where no post is here.
    heard: tuple[HeardOf, ...] = ()
    #: Ways back, where nothing was found.
    steps: tuple[Step, ...] = ()


def advise(db: sqlite3.Connection, request: Request, total: int) -> Advice:
    """Help for *request*, which found *total* posts."""
    if not request.query.text:
        return Advice()
    with snapshot(db):
        unwritten = _unwritten(db, request.query)
        return Advice(
            unknown=tuple(word for word in unwritten if not is_known(db, word)),
            spellings=_spellings(db, request, unwritten),
            names=(*_sites_at(db, request), *names(db, request)),
            dated=tuple(islice(_dated(db, request), DATES)),
            heard=tuple(_heard(db, request.query)),
            steps=() if total else tuple(islice(_steps(db, request), STEPS_BACK)),
        )


def _unwritten(db: sqlite3.Connection, query: Query) -> list[str]:
    """Words of *query*, plain ones and those looked for in one field, that stand nowhere as typed, each once."""
    nowhere = [word for word in _wanted(query)[:LOOKED_UP] if not is_written(db, word)]
    return [word for word in nowhere if not is_written_otherwise(db, word)]


def _wanted(query: Query) -> list[str]:
    """Words of *query* that can be looked up, each once, as it was typed first."""
    whole = (text for text in (*_plain(query), *_in_fields(query)) if not (is_address(text) or "*" in text))
    typed = [word for text in whole for word in _WORDS.findall(text)]
    found = {key(word): word for word in reversed(typed)}
    return [word for bare, word in reversed(found.items()) if bare not in EMPTY and not is_unspaced(word)]


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return tokens.TOKEN.finditer(text)


def _spellings(db: sqlite3.Connection, request: Request, unwritten: list[str]) -> tuple[Step, ...]:
    """The query with all *unwritten* words mended that can be, and with each word that one may stand for."""
    found_for = {word: mended(db, word, SPELLINGS) for word in unwritten}
    tries = _tries({word: found for word, found in found_for.items() if found})
    texts = [_replaced(request.query.text, chosen) for chosen in tries[: SPELLINGS + 2]]
    steps = [_step(db, request, text) for text in dict.fromkeys(texts)]
    return tuple([step for step in steps if step.total][:SPELLINGS] or steps[:1])


def _tries(choices: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Word → what to put in its place: the likeliest for each, then another one for one of them at a time."""
    if not choices:
        return []
    best = {word: found[0] for word, found in choices.items()}
    return [best, *(best | {word: other} for word, found in choices.items() for other in found[1:])]


def _replaced(text: str, chosen: Mapping[str, str]) -> str:
    for word, better in chosen.items():
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", better, text, flags=re.IGNORECASE)
    return text


def names(db: sqlite3.Connection, request: Request) -> tuple[Name, ...]:
    """Names that the plain words of a query contain, or that contain all of them; most posts first."""
    asked = frozenset(stem(word) for word in words(" ".join(_plain(request.query))) if word not in EMPTY)
    if not asked:
        return ()
    ledger = ledger_of(db)
    near = {at for word in asked for at in ledger.names_with.get(word, ())}
    meant = filter(partial(_is_meant, asked, request.filters), (ledger.names[at] for at in near))
    found = [Name(name.facet, name.value, name.label, name.count) for name in meant]
    return tuple(sorted(found, key=lambda name: (-name.count, name.facet, name.label))[:NAMES])


def _is_meant(asked: frozenset[str], filters: Filters, name: Named) -> bool:
    """Whether the words *asked* contain those of *name*, or are among them, and it is not chosen already."""
    return (name.stems <= asked or asked <= name.stems) and name.value not in getattr(filters, name.facet)


def _plain(query: Query) -> Iterator[str]:
    for token in _tokens(query.text):
        if token["word"] and not token["minus"] and not token["field"] and token["word"] not in ("AND", "OR", "NOT"):
            yield token["word"]


def _in_fields(query: Query) -> Iterator[str]:
    """The words of *query* that are looked for in a field of text; names have advice of their own."""
    for token in _tokens(query.text):
        field = tokens.field_name(token["field"])
        if token["word"] and not token["minus"] and field in tokens.COLUMNS and field not in NAMED:
            yield token["word"]


def _sites_at(db: sqlite3.Connection, request: Request) -> Iterator[Name]:
    """The sites whose host is a word of a query, with a scheme or without, but no page of theirs is."""
    ledger = ledger_of(db)
    hosts = (word.rstrip("/.,").lower() for word in _plain(request.query))
    alone = (host for host in map(_without_scheme, hosts) if "." in host and "/" not in host)
    for site in dict.fromkeys(site for host in alone for site in sites_named(db, host)):
        posting = ledger.values["site"].get(site)
        if posting and site not in request.filters.site:
            yield Name("site", site, ledger.label("site", site), posting.count)


def _heard(db: sqlite3.Connection, query: Query) -> Iterator[HeardOf]:
    addresses = islice(filter(is_address, _plain(query)), ADDRESSES)
    yield from filter(None, (heard_of(db, address) for address in addresses if not post_at(db, address)))


def _without_scheme(address: str) -> str:
    return address.rpartition("://")[2].removeprefix("//")


def _dated(db: sqlite3.Connection, request: Request) -> Iterator[Step]:
    """The query with each date among its words as a condition, where that finds posts."""
    text = request.query.text
    for typed in typed_dates(text):
        for condition in typed.conditions:
            changed = " ".join(f"{text[: typed.start]} {condition} {text[typed.end :]}".split())
            step = _step(db, request, changed, without=text[typed.start : typed.end].strip(), instead=condition)
            yield from (step,) * bool(step.total)


def _steps(db: sqlite3.Connection, request: Request) -> Iterator[Step]:
    """Each way back, the smallest first."""
    text = request.query.text
    for token in _tokens(text):
        yield from _of_token(db, request, token)
    for facet in _chosen(request.filters):
        without = replace(request, filters=replace(request.filters, **{facet: _EMPTY_FILTERS[facet]}))
        label = f"{facet}: {_value(request.filters, facet)}"
        yield _step(db, without, text, without=label)
    if any(_chosen(request.filters)) or text:
        yield _step(db, Request(), "")


_EMPTY_FILTERS = {name: getattr(Filters(), name) for name in Filters.__dataclass_fields__}


def _chosen(filters: Filters) -> list[str]:
    return [name for name, empty in _EMPTY_FILTERS.items() if getattr(filters, name) != empty]


def _value(filters: Filters, facet: str) -> str:
    value = getattr(filters, facet)
    if isinstance(value, str):
        return value
    return ", ".join(value)


def _step(
    db: sqlite3.Connection, request: Request, text: str, *, reason: str = "", without: str = "", instead: str = ""
) -> Step:
    asked = replace(request, query=parse(text), page=1, matched=None)
    return Step(text, asked.filters, count(db, asked), reason, without, instead)


def _of_token(db: sqlite3.Connection, request: Request, token: re.Match[str]) -> Iterator[Step]:
    """What can be done about one word, phrase or condition of a query that finds nothing."""
    step, written, piece = partial(_step, db, request), request.query.text, token[0].strip()
    removed, phrase = _put(written, token, ""), token["phrase"] or ""
    if _is_condition(token):
        yield _of_condition(db, request, token)
    elif token["minus"]:
        yield step(removed, without=piece)
    elif len(words(phrase)) > 1:
        text = _put(written, token, phrase)
        yield step(text, reason="The exact phrase is in no post.", without=piece, instead=phrase)
    elif removed and is_address(token["word"] or ""):
        alone = step(token["word"], reason="The address alone leads here.", without=removed)
        yield from (alone,) * bool(alone.total)


def _is_condition(token: re.Match[str]) -> bool:
    return bool(token["field"]) and (token["phrase"] is not None or token["word"] is not None)


def _of_condition(db: sqlite3.Connection, request: Request, token: re.Match[str]) -> Step:
    """The query with the name that was meant in a condition, or without that condition."""
    value = token["word"] if token["phrase"] is None else token["phrase"]
    reason, closest = _fault(db, tokens.field_name(token["field"]), value)
    if not closest:
        return _step(db, request, _put(request.query.text, token, ""), reason=reason, without=token[0].strip())
    quoted = f'"{closest}"' if " " in closest else closest
    text = _put(request.query.text, token, f"{token['field']}:{quoted}")
    return _step(db, request, text, reason=reason, without=value, instead=closest)


def _put(text: str, token: re.Match[str], instead: str) -> str:
    """The query *text* with *instead* in place of one of its tokens, and single spaces."""
    return " ".join(f"{text[: token.start()]} {instead} {text[token.end() :]}".split())


def _fault(db: sqlite3.Connection, name: str, value: str) -> tuple[str, str]:
    """(what is wrong with a condition, the name that was meant); both empty: nothing is."""
    if tokens.condition(name, value) is None and name in tokens.CONDITIONS:
        return _not_a_value(name, value), ""
    if name in NAMED and not _is_name(db, name, value):
        closest = _closest(value, (each.label for each in ledger_of(db).names if each.facet == name))
        return f"No {name} of that name." + (f" Closest: {closest}." if closest else ""), closest
    if name == "language" and not _is_name(db, name, value):
        return f"No post is in “{value}”. Known are: {', '.join(sorted(ledger_of(db).values[name]))}.", ""
    return "", ""


def _not_a_value(name: str, value: str) -> str:
    if name in tokens.DATED:
        return f"“{value}” {_DATE_HELP}"
    if name in tokens.FLAGS:
        return f"“{name}:{value}” is unknown. Known are: {', '.join(sorted(tokens.FLAGS[name]))}."
    return ""


def _is_name(db: sqlite3.Connection, name: str, value: str) -> bool:
    """Whether a search in the field *name* finds *value*."""
    return bool(count(db, Request(query=parse(f'{name}:"{value}"'))))


def _closest(value: str, known: Iterable[str]) -> str:
    """The name that is spelled most like *value*, whole or in one of its words; empty: none is."""
    spelled: dict[str, str] = {}
    for label in known:
        for form in (key(label), *words(label)):
            spelled.setdefault(key(form), label)
    close = get_close_matches(key(value), spelled, n=1, cutoff=0.7)
    if not close:
        return ""
    return spelled[close[0]]


def wrong_filters(db: sqlite3.Connection, filters: Filters) -> tuple[str, ...]:
    """What is wrong with choices made beside a query: whole sentences."""
    found = [f"“{value}” {_DATE_HELP}" for value in _no_dates(filters)]
    with snapshot(db):
        ledger = ledger_of(db)
        for name in (*NAMED, "language", "pdf", "gone"):
            unknown = [value for value in getattr(filters, name) if value not in ledger.values[name]]
            found += [_unknown(ledger, name, value) for value in unknown if value not in _ANSWERS.get(name, ())]
    return tuple(found)


def _no_dates(filters: Filters) -> Iterator[str]:
    """Bounds and years of *filters* that are none."""
    bounds = filter(None, (filters.after, filters.before))
    yield from (bound for bound in bounds if not tokens.is_date(bound))
    years = (year for year in filters.year if year != UNDATED)
    yield from (year for year in years if len(year) != 4 or not tokens.is_date(year))


def _unknown(ledger: Ledger, name: str, value: str) -> str:
    if name in _ANSWERS:
        return f"“{name}: {value}” is unknown. Known are: {', '.join(_ANSWERS[name])}."
    closest = _closest(value, map(partial(ledger.label, name), ledger.values[name]))
    return f"No {name} of that name: “{value}”." + (f" Closest: {closest}." if closest else "")


def faults(db: sqlite3.Connection, query: Query) -> tuple[str, ...]:
    """What is wrong with the conditions of *query*: whole sentences."""
    found = []
    with snapshot(db):
        for token in _tokens(query.text):
            name = tokens.field_name(token["field"])
            value = token["phrase"] if token["phrase"] is not None else token["word"]
            if name and value is not None:
                found.append(_fault(db, name, value)[0])
    return tuple(filter(None, dict.fromkeys(found)))
