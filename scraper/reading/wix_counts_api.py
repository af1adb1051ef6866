"""Wix's public counts of a post: what to ask, and how to read the answer. No network here.

Pages served since 2025 carry no counts; a visitor's browser asks a public endpoint for them. We ask the same way, with
``skipViewCountIncrement``: archiving must not add views. Shapes: the requests and answers that pages of 2024 hold
in their warm-up JSON. Nobody promises that the endpoint stays; where it is missing, counts are NULL.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from scraper import urls
from scraper.records import Capture, Counts, Listed, Problem, Reading, Site
from scraper.vocabulary import CountsSource, ReadingKind, Stage

TOKENS = "_api/v1/access-tokens"
METADATA = "_api/blog-frontend-adapter-public/v2/post-page-metadata/"
#: The apps whose token the endpoint takes: what the blog's widgets send, best first (pages of 2024 to 2026).
APPS = ("22bef345-3c5b-4c18-b782-74d4085112ff", "14bcded7-0066-7c35-14d7-466cb3f09103")
#: A count is a small number; whatever is larger is no count.
LARGEST = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsQuestion:
    """A POST that reads one post's counts."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def tokens_url(site: Site) -> str:
    """Where an anonymous visitor's token is fetched."""
    return site.base_url + TOKENS


def read_token(body: bytes) -> str | None:
    """The token in the answer of `tokens_url`; None: there is none."""
    apps = _json(body).get("apps")
    for app in APPS:
        entry = apps.get(app) if isinstance(apps, dict) else None
        if isinstance(entry, dict):
            for key in ("accessToken", "instance"):
                token = entry.get(key)
                if isinstance(token, str) and token.isprintable() and token.isascii() and token:
                    return token
    return None


def ask(post_url: str, site: Site, token: str, language: str | None = None) -> CountsQuestion | None:
    """The request for the counts of the post at *post_url*; None: its address has no slug that Wix would know.

    The slug of a migrated post holds its date (``2019/09/09/name``). Of a translation the language is put into the
    address as well, so that the answer can be read again later without the request's body.
    """
    parts = urlsplit(urls.canonical(post_url))
    _, found, slug = parts.path.partition("/post/")
    if not found or not slug:
        return None
    name = unquote(slug)
    query = f"?{parts.query}" if parts.query.startswith("lang=") else ""
    body = {"postId": name, "languageCode": _language(query, language), "skipViewCountIncrement": True}
    headers = (
        ("Accept", "application/json, text/plain, */*"),
        ("Content-Type", "application/json"),
        ("x-wix-brand", "wix"),
        ("Authorization", token),
    )
    return CountsQuestion(
        url=site.base_url + METADATA + quote(name, safe="") + query,
        headers=headers,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
    )


def _language(query: str, language: str | None) -> str:
    return query.removeprefix("?lang=") or (language or "en")


def is_answer(url: str) -> bool:
    """Whether *url* is one that `ask` makes."""
    return ("/" + METADATA) in url


def read(capture: Capture) -> Reading:
    """The counts in an answer, as a list that names one post. Never raises; what is no answer is kind ``error``."""
    base, _, rest = capture.url.partition(METADATA)
    slug, _, query = rest.partition("?")
    post = urls.canonical(f"{base}post/{unquote(slug)}" + (f"?{query}" if query else ""))
    inside = _json(capture.payload).get("postPageMetadata")
    metadata = inside.get("postMetadata") if isinstance(inside, dict) else None
    if not isinstance(metadata, dict) or _count(metadata.get("viewCount")) is None:
        message = f"expected postPageMetadata with a viewCount, found {(capture.body or b'')[:60]!r}"
        return Reading(
            kind=ReadingKind.ERROR,
            url=capture.url,
            problems=(Problem(stage=Stage.COUNTS, kind="no-counts", message=message),),
        )
    counts = Counts(
        url=post,
        views=_count(metadata.get("viewCount")),
        comments=_count(metadata.get("totalComments")),
        likes=_count(metadata.get("likeCount")),
        source=CountsSource.ENDPOINT,
    )
    return Reading(
        kind=ReadingKind.LIST, url=capture.url, layout="wix-counts", listed=(Listed(url=post, counts=counts),),
        problems=tuple(_unreadable(metadata)),
    )  # fmt: skip


def _unreadable(metadata: dict[str, Any]) -> Iterator[Problem]:
    """A problem for each count beside the views that is there and cannot be one."""
    for name in ("totalComments", "likeCount"):
        value = metadata.get(name)
        if value is not None and _count(value) is None:
            message = f"expected a count as {name}, found {str(value)[:60]!r}"
            yield Problem(stage=Stage.COUNTS, kind="unreadable-count", field=name, message=message)


def _count(value: object) -> int | None:
    """A count, or None for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST:
        return value
    return None


def _json(body: bytes) -> dict[str, Any]:
    """The object that *body* is; empty for anything else."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    return data
