"""The data that Wix puts into its pages for its own scripts: the post (2024-03 to 2025-02), the list (2024 on).

Both stand in ``<script id="wix-warmup-data">`` under ``appsWarmupData`` and the blog's id. Only the one value wanted is
decoded: the rest of that script is some hundred kilobytes of other things.
"""

import base64
import binascii
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from scraper import urls
from scraper.page import Page, has_half, parse_json, whole
from scraper.records import File, Video
from scraper.remember import last_answers

#: How far before its id a script begins.
_LONGEST_START = 300
_DECODER = json.JSONDecoder()
_COLON = re.compile(r"\s*:\s*")
_ESCAPED = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class PostData:
    """The data of a post's page; each part empty where the page has none (all but 2024-03 to 2025-02)."""

    #: id, title, excerpt, firstPublishedDate, lastPublishedDate, metrics, richContent, language, owner …
    post: dict[str, Any] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: viewCount, totalComments, likeCount: the answer of the counts' own endpoint.
    metadata: dict[str, Any] = field(default_factory=dict)


def post_data(page: Page) -> PostData:
    """What the page's own data say of its post. The form of 2024-03 lacks the wrapper ``postPageResponse``."""
    for value in warmup_values(page, "OldPostPageWarmupData-"):
        answer = dig(value.get("postPageResponse", value), "data", "postPage")
        if isinstance(answer, dict):
            metadata = dig(value, "postPageMetadataResponse", "data", "postPageMetadata", "postMetadata")
            return PostData(
                post=_object(answer.get("post")),
                categories=_labels(answer.get("categories")),
                tags=_labels(answer.get("tags")),
                metadata=_object(metadata),
            )
    return _post_of_any_shape(page)


#: The blog's id among the apps of a Wix page.
_BLOG = '"14bcded7-0066-7c35-14d7-466cb3f09103"'
#: Objects of its data that are looked at; those of a post are some hundreds.
_MOST_OBJECTS = 20_000


def _post_of_any_shape(page: Page) -> PostData:
    """The post in the blog's data under whatever key, as Wix Studio keeps it: the object with its slug and counts."""
    slug = unquote(urls.slug(page.url)) if page.url else ""
    post: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    for entry in _objects_within(_blog_entries(page.source)) if slug else ():
        if (
            not post
            and entry.get("slug") == slug
            and isinstance(entry.get("metrics") or entry.get("postCountInfo"), dict)
        ):
            post = entry
        if not metadata and entry.get("id") == slug:
            metadata = _object(entry.get("postMetadata"))
    return PostData(post=post, metadata=metadata)


@last_answers
def _blog_entries(source: str) -> dict[str, object]:
    """What stands under the blog's id in the warm-up data, by key, each value as what it says (see `decode`); empty:
    nothing that can be read. The last are remembered: a list and a post are looked for in the same data.
    """
    text = _warmup(source)
    at = text.find(_BLOG)
    colon = _COLON.match(text, at + len(_BLOG)) if at >= 0 else None
    if colon is None:
        return {}
    try:
        value, behind = _DECODER.raw_decode(text, colon.end())
    except (ValueError, RecursionError):
        return {}
    entries = _object(whole(value) if has_half(text, at, behind) else value)
    return {key: decode(entry) for key, entry in entries.items()}


def _objects_within(data: object) -> Iterator[dict[str, Any]]:
    """Every object inside of *data*, those that are kept as texts too, outer ones first."""
    pending = deque([data])
    for _ in range(_MOST_OBJECTS):
        if not pending:
            return
        value = pending.popleft()
        if isinstance(value, str) and value.startswith(("{", "JTdi")):
            value = decode(value)
        match value:
            case dict():
                yield value
                pending.extend(inner for inner in value.values() if isinstance(inner, dict | list | str))
            case list():
                pending.extend(inner for inner in value if isinstance(inner, dict | list))


def feed_page(page: Page) -> dict[str, Any] | None:
    """The list of a list page: ``feedResponse`` and ``metadataResponse``; None: no list (all before 2024)."""
    return next((value for value in warmup_values(page, "feed-page-") if "feedResponse" in value), None)


def warmup_values(page: Page, prefix: str) -> Iterator[dict[str, Any]]:
    """The objects among the blog's entries whose key starts so, whatever their form (see `decode`); where the blog's
    data are damaged, those that can still be read.
    """
    named = [value for key, value in _blog_entries(page.source).items() if key.startswith(prefix)]
    for value in named or _values_anywhere(_warmup(page.source), prefix):
        if isinstance(value, dict):
            yield value


def _values_anywhere(text: str, prefix: str) -> Iterator[object]:
    """What the values in *text* say whose key starts so."""
    at = text.find(f'"{prefix}')
    while at >= 0:
        behind = at + 1
        try:
            _, behind = _DECODER.raw_decode(text, at)
            if colon := _COLON.match(text, behind):
                value, behind = _DECODER.raw_decode(text, colon.end())
                yield decode(whole(value) if has_half(text, at, behind) else value)
        except (ValueError, RecursionError):
            pass
        at = text.find(f'"{prefix}', behind)


@last_answers
def _warmup(source: str) -> str:
    """The content of ``<script id="wix-warmup-data">``, one of the last things in a page; empty: there is none."""
    at = source.rfind("wix-warmup-data")
    while at >= 0:
        start = source.rfind("<", max(0, at - _LONGEST_START), at)
        if source.startswith("<script", start) and (begin := source.find(">", at)) > 0:
            end = source.find("</script", begin)
            return source[begin + 1 : end if end > 0 else len(source)]
        at = source.rfind("wix-warmup-data", 0, at)
    return ""


def decode(value: object) -> object:
    """A warm-up value in any of its three forms as what it says; None for a form that is none of them."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith(("{", "[")):
        return parse_json(value)
    try:
        text = base64.b64decode(value, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return None
    return parse_json(unescape(text))


def unescape(text: str) -> str:
    """What JavaScript's ``unescape()`` does: ``%uXXXX`` and ``%XX`` are UTF-16 units, not bytes of UTF-8."""
    units = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def dig(data: object, *path: str) -> Any:
    """The value at the end of *path* through nested objects; None where one is missing."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return value


def _labels(entries: object) -> tuple[str, ...]:
    """The labels of categories or tags, each once."""
    labels = [dig(entry, "label") for entry in entries] if isinstance(entries, list) else []
    return tuple(dict.fromkeys(label.strip() for label in labels if isinstance(label, str) and label.strip()))


def whole_number(value: object) -> int | None:
    """A count in data: a number that is none of -1, true, "12" or 1e99; None for those."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
        return value
    return None


def nodes(post: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """The nodes of this type in the post's ``richContent`` (Ricos), in order, at any depth."""
    pending = [dig(post, "richContent", "nodes")]
    while pending:
        level = pending.pop()
        for node in level if isinstance(level, list) else ():
            if isinstance(node, dict):
                if node.get("type") == kind:
                    yield node
                pending.append(node.get("nodes"))


def videos(post: dict[str, Any]) -> tuple[Video, ...]:
    """The videos of the post; their addresses are only here, not in the HTML."""
    found = []
    for node in nodes(post, "VIDEO"):
        src = dig(node, "videoData", "video", "src") or {}
        address = dig(src, "url") or _hosted(dig(src, "id"))
        if isinstance(address, str) and address.startswith(("http://", "https://")):
            title = dig(node, "videoData", "title")
            found.append(Video(url=address, title=title if isinstance(title, str) and title else None))
    return tuple(found)


def _hosted(media_id: object) -> str | None:
    """Address of a video that Wix hosts."""
    if not isinstance(media_id, str) or not re.fullmatch(r"[\w./~-]+", media_id):
        return None
    return f"https://video.wixstatic.com/{media_id if media_id.startswith('video/') else f'video/{media_id}/file'}"


def files(post: dict[str, Any]) -> tuple[File, ...]:
    """The files of the post's widgets, with the addresses that the HTML hides behind ``#0``."""
    found = []
    for node in nodes(post, "FILE"):
        data = dig(node, "fileData") or {}
        src = dig(data, "src") or {}
        address = dig(src, "url") or _document(dig(src, "id"))
        name, mime = dig(data, "name"), dig(data, "mimeType")
        found.append(
            File(
                url=address if isinstance(address, str) and address.startswith(("http://", "https://")) else None,
                name=name if isinstance(name, str) else None,
                media_type=mime if isinstance(mime, str) else None,
                size=whole_number(dig(data, "size")),
            )
        )
    return tuple(found)


def _document(media_id: object) -> str | None:
    """Address of a file that Wix hosts."""
    if not isinstance(media_id, str) or not re.fullmatch(r"[\w./~-]+", media_id):
        return None
    return f"https://static.wixstatic.com/{media_id if media_id.startswith('ugd/') else f'ugd/{media_id}'}"
