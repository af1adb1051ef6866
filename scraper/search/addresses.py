"""From any address that leads to a post, however it was copied, to the post.

Addresses come without a scheme, with www, as AMP, with tracking, with an archive's or a redirector's address around
them, as our own pages print them, or as their last part alone.
"""

import binascii
import re
import sqlite3
import unicodedata
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from scraper import urls
from scraper.search.scripts import plain

#: Characters of an address that are read.
LONGEST = 4000
#: An address inside another one: behind the day of an archive's copy, in a path, or cached.
_INNER = re.compile(r"(?<=.)(https?:/{1,2}.+|(?<=/)www\.[^/]+/.+)", re.IGNORECASE | re.DOTALL)
#: A copy whose address has no scheme: ``web.archive.org/web/2021/upr2020.org/post/x``, ``archive.ph/2021.03.18/…``.
_COPY = re.compile(
    r"(?:^|[/.])(?:web\.archive\.org/(?:web|all)|archive\.(?:today|ph|is|li|vn|md|fo)|arquivo\.pt/(?:wayback|noFrame/replay)|"
    r"webarchive\.[^/]+|wayback\.[^/]+)(?:/[a-z]+)?/(?:[0-9*]{1,14}(?:[a-z]{2}_)?|[0-9.\-]{4,}|newest|oldest|o/\w+)/(?P<url>[^/]+\..+)",
    re.IGNORECASE | re.DOTALL,
)
_AMP_CACHE = re.compile(r"^https?://[^/]*ampproject\.(?:org|net)/(?:[a-z]/)?(?:s/)?(?P<url>[^/]+/.+)", re.IGNORECASE)
#: A page of Google's cache, by the sign of the copy or without.
_CACHED = re.compile(r"^cache:(?:[\w-]{4,}:(?!//|\d))?")
#: A host written as one label of another, as translators, AMP caches and the proxies of libraries do.
_RELABELLED = re.compile(r"^https?://(?P<host>[\w-]+-[\w-]+)\.[^/]+(?P<rest>/.*)?$", re.IGNORECASE | re.DOTALL)
#: What guards of mail (Proofpoint) and searches (Yahoo) put around an address.
_GUARDED = re.compile(r"/v3/__(?P<guarded>.+?)__;|/RU=(?P<sought>[^/]+)/", re.DOTALL)
#: Proofpoint's older form, which spells ``%`` as a hyphen and ``/`` as a line, and Bing's, which is base64.
_SPELLED, _CODED = re.compile(r"[?&]u=(https?-3A[\w.-]+)"), re.compile(r"[?&]u=a1([\w-]+)")
#: An address of which only the path was copied, and the beginnings of one with its scheme, however it was spoiled.
_PATH = re.compile(r"/[\w~%.-]+/[^/\s].*", re.DOTALL)
_SCHEME = re.compile(r"h(?:tt|xx)ps?(?::|%(?:25)*3A)?(?:/|%(?:25)*2F){1,2}.", re.IGNORECASE)
#: An address amid other text.
_AMID = re.compile("(?:https?://|www[.])[^\\s<>\"'()\\[\\]{}|`“”„«»‹›「」『』（）＜＞《》…。，、]+", re.IGNORECASE)
#: Markup of which an address is all that leads somewhere: Markdown, HTML, BBCode, a label before it.
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\((?P<markdown>[^\s)]+)[^)]*\)|<a\s[^>]*href=[\"']?(?P<html>[^\"'\s>]+)[^>]*>.*</a>"
    r"|\[url=?(?P<value>[^\]]*)\](?P<inside>.*)\[/url\]|[<(]?\w{1,20}(?: \w{1,20}){0,2}:\s*(?P<labelled>h(?:tt|xx)ps?://\S+)",
    re.IGNORECASE | re.DOTALL,
)
#: What shows a page in another way, at the end of its address: printed, by the name of its index, from a passage on.
_VIEW = re.compile(r"/(?:print|index\.\w+|embed|feed)/?$|;[^/?]*$|(?<!/):~:.*$", re.IGNORECASE)
_OURS = re.compile(r"/post/(?P<site>[^/?#]+)/(?P<slug>[^/?#]+)")
_COPY_HERE = re.compile(r"/web/[0-9]{4,14}[a-z_]*/(?P<url>.+)", re.DOTALL)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]|$)")
_AROUND = " \t\r\n<>\"'“”„‘’«»‹›「」『』《》()[]{},;|*_~`。，、"
#: Where an address was broken over two lines, quoted in a mail or not: behind a sign at which programs break it. What
#: comes behind a slash may be a word of its own, but for one that has such a sign.
_BREAK = re.compile(r"(?:(?<=[-_=?&%])|(?<=/)(?==?\s+[>|\s]*[\w%]*[-/_=?&]))=?\s+(?:[>|]\s*)*(?=[\w%?&=/-])", re.ASCII)
_DASHES = str.maketrans("‐‑‒–—", "-----")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post is read here."""

    id: int
    site: str
    slug: str


def _bare(text: str) -> str:
    """*text* without the signs that stood around it where it was copied, and without those that nobody sees."""
    seen = "".join(letter for letter in plain(text) if unicodedata.category(letter) != "Cf")
    seen = re.sub(r"&#?\w+;", lambda entity: unescape(entity[0]), seen).replace("[.]", ".").replace("\\", "/")
    return seen.lstrip(_AROUND).rstrip(_AROUND + ".!?:…")


def is_address(text: str) -> bool:
    """*text* is one web address, with or without its scheme, and not words."""
    bare = _bare(text)
    if not bare or re.search(r"\s", bare):
        return False
    return "://" in bare or any(pattern.match(bare) for pattern in (_PATH, _SCHEME)) or _begins_with_host(bare)


def lone(text: str) -> str:
    """The address that *text* is, out of the markup, the lines or the mail that it is in; empty: it is words, too, or
    words alone.
    """
    text = text[:LONGEST].strip()
    markup = _MARKUP.fullmatch(text)
    inner = next(filter(None, markup.groups()), "") if markup else text
    mailed = _in_query(text) if text.lower().startswith("mailto:") else iter(())
    return next((_bare(each) for each in (inner, _unbroken(inner), *mailed) if is_address(each)), "")


def _unbroken(text: str) -> str:
    """*text* without line breaks where it begins as an address does; empty: it does not, or has none."""
    bare = _bare(text)
    if _SCHEME.match(bare) or _begins_with_host(bare.partition(" ")[0]):
        return _BREAK.sub("", bare)
    return ""


def _begins_with_host(bare: str) -> bool:
    return "/" in bare and _HOST.match(bare.removeprefix("//")) is not None


def post_at(db: sqlite3.Connection, text: str) -> Place | None:
    """The post that *text* is an address of, or the last part of its address; None: it is none of this archive."""
    for address in candidates(text[:LONGEST]):
        if found := _known(db, address):
            return found
    for site, slug in _last_parts(db, text[:LONGEST]):
        row = db.execute(
            "SELECT id, site, slug FROM posts WHERE slug = ?1 COLLATE NOCASE AND (?2 = '' OR site = ?2) LIMIT 2",
            (slug, site),
        ).fetchall()
        if len(row) == 1:
            return Place(*row[0])
    return None


def linked_as(address: str) -> tuple[str, ...]:
    """The ways in which a link may name *address*: with either scheme, with and without www and a slash at its end."""
    bare = re.sub(r"^(?:https?:)?//", "", address, flags=re.IGNORECASE)
    rest = re.sub(r"^www\.", "", bare, flags=re.IGNORECASE).rstrip("/")
    forms = [
        f"{scheme}://{www}{rest}{end}" for scheme in ("https", "http") for www in ("", "www.") for end in ("", "/")
    ]
    return tuple(dict.fromkeys(filter(None, (address, *forms, *map(urls.normalise, forms), urls.canonical(forms[0])))))


def candidates(text: str) -> Iterator[str]:
    """The addresses that *text* may mean, the outermost first, each with a scheme and without what a copy adds."""
    seen: list[str] = []
    waiting = [_bare(text), _unbroken(text)]
    while waiting and len(seen) < 32:
        address = waiting.pop(0)
        if address in seen or not address:
            continue
        seen.append(address)
        yield from _forms(address)
        waiting += _inside(address)


def _forms(address: str) -> Iterator[str]:
    """One address with a scheme, and without the ways to name its light version, or another view of it."""
    full = address if re.match(r"\w+:/", address) else f"https://{address.lstrip('/')}"
    full = re.sub(r"^https?:/{1,}", lambda scheme: f"{scheme[0].rstrip('/')}//", full, flags=re.IGNORECASE)
    light = re.sub(r"(?<=[/.])amp/?(?=$|[?#])|(?<=//)(?:m|mobile|amp)\.(?=[^/]+\.)", "", full)
    bare = full.partition("#")[0].partition("?")[0]
    viewed = _VIEW.sub("", bare)
    yield from dict.fromkeys(
        (full, light, light.rstrip("./"), bare, bare.rstrip("/"), viewed, viewed.translate(_DASHES))
    )


def _inside(address: str) -> Iterator[str]:
    """Addresses that stand in another one, or amid other text."""
    for pattern in (_COPY, _COPY_HERE, _AMP_CACHE, _GUARDED):
        if found := pattern.search(address):
            yield from filter(None, map(_bare, found.groups(default="")))
    if found := _INNER.search(address):
        yield found[1]
    yield from (_bare(found[0]) for found in _AMID.finditer(address))
    yield from filter(_begins_with_host, map(_bare, address.split()))
    yield from _in_query(address)
    yield from _decoded(address)
    if relabelled := _RELABELLED.search(address):
        host = relabelled["host"].replace("--", "\0").replace("-", ".").replace("\0", "-")
        yield f"https://{host}{relabelled['rest'] or '/'}"


def _decoded(address: str) -> Iterator[str]:
    """*address* as it was before a program or a hand spelled it otherwise."""
    if "%" in address:
        yield _bare(unquote(address))
    if _SCHEME.match(address):
        yield "".join(address.split())
        yield re.sub("^h(?:tt|xx)p(s?)(?=:?/)", r"http\1:", address, flags=re.IGNORECASE).replace("::", ":", 1)
    if spelled := _SPELLED.search(address):
        yield unquote(spelled[1].replace("-", "%").replace("_", "/"))
    if coded := _CODED.search(address):
        yield _from_base64(coded[1])


def _from_base64(text: str) -> str:
    """The address that *text* is in base64; empty: it is none."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _in_query(address: str) -> Iterator[str]:
    """Addresses that are values of the query of *address*."""
    if address.isprintable() and "[" not in address:
        values = (_CACHED.sub("", value) for _, value in parse_qsl(urlsplit(address).query))
        yield from filter(is_address, (word for value in values for word in value.split()))


def _known(db: sqlite3.Connection, address: str) -> Place | None:
    """The post that was ever seen at *address*."""
    canonical = urls.canonical(address)
    row = db.execute(
        "SELECT id, site, slug FROM posts WHERE url IN (?1, ?2, ?3)"
        " UNION ALL SELECT posts.id, posts.site, posts.slug FROM captures"
        " JOIN post_captures ON post_captures.capture_id = captures.id JOIN posts ON posts.id = post_id"
        " WHERE captures.url IN (?1, ?2, ?3)"
        " UNION ALL SELECT posts.id, posts.site, posts.slug FROM addresses JOIN posts ON posts.url = post_url"
        " WHERE address = ?3 LIMIT 1",
        (address, urls.normalise(address), canonical),
    ).fetchone()
    if not row:
        return _reordered(db, canonical)
    return Place(*row)


def _reordered(db: sqlite3.Connection, address: str) -> Place | None:
    """The post at *address* with the parameters of its query in another order, with or without www and TLS."""
    path, _, query = address.partition("?")
    asked = sorted(query.split("&"))
    if len(asked) < 2:
        return None
    bare = path.partition("://")[2].removeprefix("www.")
    for begins in (f"{scheme}://{www}{bare}?" for scheme in ("https", "http") for www in ("www.", "")):
        same = db.execute(  # "@" comes behind "?"
            "SELECT id, site, slug, url FROM posts WHERE url > ?1 AND url < ?2 AND length(url) = ?3",
            (begins, f"{begins[:-1]}@", len(begins) + len(query)),
        )
        if found := next((row for row in same if sorted(row[3].partition("?")[2].split("&")) == asked), None):
            return Place(*found[:3])
    return None


def _last_parts(db: sqlite3.Connection, text: str) -> Iterator[tuple[str, str]]:
    """(site or empty, last part of the path) by which a post may be meant: on one of our sites, on our pages, alone."""
    bare = _bare(text)
    if ours := _OURS.search(bare):
        yield unquote(ours["site"]), unquote(ours["slug"])
    if alone := _alone(bare):
        yield from _spelled("", alone)
    hosts = {urls.host(base).removeprefix("www."): site for site, base in db.execute("SELECT id, base_url FROM sites")}
    for address in candidates(text):
        site = hosts.get(urls.host(urls.normalise(address)).removeprefix("www."))
        path = address.partition("://")[2].partition("?")[0].partition("#")[0].strip("/")
        if site and "/" in path:
            yield from _spelled(site, path.rpartition("/")[2])


def _alone(bare: str) -> str:
    """The last part of an address that was copied without its host, or without anything else; empty: there is more."""
    if _begins_with_host(bare):
        return ""
    path = re.split("[?#]", bare, maxsplit=1)[0]
    last = path.rstrip("/").rpartition("/")[2]
    single = ":" not in path and "." not in last and not re.search(r"\s", path)
    if single and len(last) > 3:
        return last
    return ""


def _spelled(site: str, part: str) -> Iterator[tuple[str, str]]:
    yield site, part
    yield site, unquote(part)
    yield site, quote(unquote(part))
