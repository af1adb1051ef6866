"""``/api``: posts, revisions, search, changes and coverage as JSON, for programs anywhere; described by OpenAPI 3.1."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scraper import search
from scraper.errors import UsageError
from scraper.serve import texts, tools
from scraper.serve.answer import NOT_KEPT, Ask, Instead, NotHere, PageResponse
from scraper.serve.lanes import SEARCHES
from scraper.serve.permalinks import the_post
from scraper.serve.searching import FILTERS, SearchState, in_figures, whole
from scraper.store import holdings
from scraper.vocabulary import AddressState

JSON = "application/json; charset=utf-8"
#: Any page may read the answers; nothing can be written, and no cookie is looked at.
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

#: What a browser is told that asks first whether a page of another site may read (Fetch, CORS-preflight fetch).
PREFLIGHT = PageResponse(
    "",
    204,
    headers={**OPEN, "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "*"},
)

#: In the place of a post that was withdrawn.
GONE = 410

Endpoint = Callable[[Ask], Any]

_ONE = "/api/posts/{site}/{slug}"
#: What must be said where.
REQUIRED = {"/api/search": "q", "/api/find": "url", f"{_ONE}/compare": "before"}
#: Parameters that are one of several words, and the others that are numbers: the highest, and where it is another one.
CHOICES = {"sort": search.SORTS, "match": tuple(search.STEPS), "state": tuple(AddressState)}
NUMBERS = {"page": 1_000_000, "size": tools.MOST}
HIGHER = {("/api/coverage", "size"): 1000}


@dataclass(frozen=True, slots=True)
class Served:
    """The endpoint of *path* as a page; what is not there, or cannot be meant, is said in JSON too."""

    path: str

    def __call__(self, ask: Ask) -> PageResponse:
        """The answer to *ask*."""
        try:
            _check(ask, self.path)
            return answered(ENDPOINTS[self.path][0](ask))
        except NotHere as error:
            return problem(str(error), 404)
        except Instead as instead:
            if instead.answer.status != GONE:
                raise
            return problem(texts.PROBLEMS[GONE], GONE)
        except UsageError as error:
            return problem(str(error), 400)
        except search.TooBroad:
            return problem(texts.TOO_LONG, 400)


def answered(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> PageResponse:
    """*content* as JSON that any page may read."""
    return PageResponse(json.dumps(content, ensure_ascii=False) + "\n", status, JSON, {**OPEN, **(headers or {})})


def problem(words: str, status: int, headers: Mapping[str, str] | None = None) -> PageResponse:
    """What went wrong, in *words*, for programs: no cache keeps it."""
    return answered({"error": words}, status, {**NOT_KEPT, **(headers or {})})


def _check(ask: Ask, path: str) -> None:
    """That *ask* says what it must, and nothing that `_described` does not. Raises UsageError."""
    known = ENDPOINTS[path][1]
    said = [(name, value.strip()) for name, value in ask.args]
    if unknown := [name for name, _ in said if name not in known]:
        raise UsageError(texts.no_such_parameter(unknown[0], known))
    if (needed := REQUIRED.get(path, "")) and not ask.one(needed):
        raise UsageError(texts.parameter_missing(needed))
    for fault in (_fault(path, name, value) for name, value in said if value):
        if fault:
            raise UsageError(fault)


def _fault(path: str, name: str, value: str) -> str:
    """What is wrong with the *value* of a parameter; empty: nothing."""
    if name in CHOICES and value not in CHOICES[name]:
        return texts.no_such_choice(value, CHOICES[name])
    if name in NUMBERS and not _is_number(value, _highest(path, name)):
        return texts.no_such_number(value, _highest(path, name))
    return ""


def _is_number(value: str, most: int) -> bool:
    """It is written in plain figures, and 1 to *most*."""
    return in_figures(value) and 0 < int(value) <= most


def _highest(path: str, name: str) -> int:
    return HIGHER.get((path, name), NUMBERS[name])


def _state(ask: Ask) -> search.Request:
    request = SearchState(ask).request
    for bound in (request.filters.after, request.filters.before):
        if bound:
            tools.checked(bound)
    return request


def _posts(ask: Ask) -> Any:
    return tools.search_posts(ask, _state(ask))


def _read(ask: Ask) -> Any:
    return tools.read_post(ask, the_post(ask), ask.one("at"))


def _revisions(ask: Ask) -> Any:
    return tools.list_revisions(ask, the_post(ask))


def _compare(ask: Ask) -> Any:
    return tools.compare(ask, the_post(ask), ask.one("before"), ask.one("after"))


def _cite(ask: Ask) -> Any:
    return tools.cite_post(ask, the_post(ask), ask.one("at"))


def _find(ask: Ask) -> Any:
    return tools.read_post(ask, tools.find_post(ask, ask.one("url")), ask.one("at"))


def _changes(ask: Ask) -> Any:
    return tools.list_changes(ask, ask.one("since"), whole(ask.one("size"), 50, tools.MOST))


def _coverage(ask: Ask) -> Any:
    """How many addresses there are in each state; with ``state``, these, a page at a time."""
    state, size = ask.one("state"), whole(ask.one("size"), 100, _highest("/api/coverage", "size"))
    if state:
        rows = holdings.missing(ask.db, state, ask.one("site"), size + 1, ask.one("after"))
        page = [dict(row) for row in rows[:size]]
        return {"state": state, "addresses": page, "after": page[-1]["url"] if len(rows) > size else None}
    counts = holdings.coverage(ask.db)
    return {"counts": [{"site": site, "state": what, "number": n} for (site, what), n in sorted(counts.items())]}


def _described(ask: Ask) -> Any:
    """The OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": texts.API_TITLE, "version": "1", "description": texts.API_ABOUT},
        "servers": [{"url": ask.origin + ask.room.base.rstrip("/")}],
        "paths": {
            path: {
                "get": {
                    "summary": about,
                    "parameters": [_parameter(name, path) for name in parameters],
                    "responses": {
                        "200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}},
                        **(_refusals(path) if parameters else {}),
                    },
                }
            }
            for path, (_, parameters, about) in ENDPOINTS.items()
        },
    }


def _refusals(path: str) -> dict[str, Any]:
    """What else than an answer a program may get at *path*."""
    said = {"400": texts.API_UNCLEAR, "404": texts.API_NOT_HERE} | (
        {"410": texts.PROBLEMS[GONE]} if "{" in path else {}
    )
    return {status: {"description": words} for status, words in said.items()}


def _parameter(name: str, path: str) -> dict[str, Any]:
    inside = f"{{{name}}}" in path
    return {
        "name": name,
        "in": "path" if inside else "query",
        "required": inside or REQUIRED.get(path) == name,
        "description": texts.API_PARAMETERS[name],
        "schema": _form(name, path),
    }


def _form(name: str, path: str) -> dict[str, Any]:
    """What a parameter may be, in the words of JSON Schema."""
    if name in NUMBERS:
        return {"type": "integer", "minimum": 1, "maximum": _highest(path, name)}
    if name in CHOICES:
        return {"type": "string", "enum": list(CHOICES[name])}
    return {"type": "string"}


#: Address → (what answers, parameters, what it is).
ENDPOINTS: dict[str, tuple[Endpoint, tuple[str, ...], str]] = {
    "/api": (_described, (), texts.API_SELF),
    "/api/posts": (_posts, ("page", "size", "sort", *FILTERS), texts.API_POSTS),
    "/api/search": (_posts, ("q", "match", "page", "size", "sort", *FILTERS), texts.API_SEARCH),
    "/api/find": (_find, ("url", "at"), texts.API_FIND),
    _ONE: (_read, ("site", "slug", "at"), texts.API_READ),
    f"{_ONE}/revisions": (_revisions, ("site", "slug"), texts.API_REVISIONS),
    f"{_ONE}/compare": (_compare, ("site", "slug", "before", "after"), texts.API_COMPARE),
    f"{_ONE}/cite": (_cite, ("site", "slug", "at"), texts.API_CITE),
    "/api/changes": (_changes, ("since", "size"), texts.API_CHANGES),
    "/api/coverage": (_coverage, ("state", "site", "after", "size"), texts.API_COVERAGE),
}


def routes(view: Callable[..., Any]) -> list[tuple[str, Any]]:
    """(pattern, view) of each address; *view* makes a view of a page."""
    return [
        (
            "^" + path.replace("{site}", "(?P<site>[^/]+)").replace("{slug}", "(?P<slug>[^/]+)") + "$",
            view(Served(path), SEARCHES),
        )
        for path in ENDPOINTS
    ]
