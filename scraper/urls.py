"""Addresses: one normal form for each, and one canonical form for each post.

Nothing here raises or asks the network. An address that cannot be a web address normalises to the empty string.

`canonical` is the address a post is *known by*; what is fetched is the address that a site gave. The two differ:
of the 39 Wix sites seen (2021 to 2026) every own domain answers at ``www.``, some at the bare name as well, and
the canonical form must be the same for both.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin

import idna

from scraper.own_sites import SITES
from scraper.records import PostAddress

#: Longer ones are not followed by any server met here; the limit keeps hostile pages cheap.
LONGEST = 8192

#: Added by newsletters, advertisements and social networks; they never choose a page. ``emci``, ``emdi`` and
#: ``ceid`` come from EveryAction, which the US Human Rights Network used: post 234 is known only with them.
_TRACKING = (
    "emci emdi ceid fbclid gclid gclsrc dclid wbraid gbraid msclkid yclid ysclid twclid ttclid li_fat_id igsh igshid "
    "mc_cid mc_eid mkt_tok vero_id oly_enc_id oly_anon_id _hsenc _hsmi __hstc __hssc __hsfp hsctatracking "
    "phpsessid jsessionid cfid cftoken ref_src ref_url _ga _gl s_kwcid rb_clickid wickedid epik _openstat spm"
)
TRACKING = frozenset(_TRACKING.split())

#: Free hosts where the first segment of the path names the site.
SHARED_HOSTS = ("wixsite.com", "editorx.io", "wixstudio.com", "wixstudio.io")

_NO_SITE_NAMES = frozenset({"post", "single-post", "amp", "blog", "robots.txt", "sitemap.xml"})

#: How an address that never was begins, by which a crawl finds out how a site shows that. It names no post.
PROBE = "ushrn-archive-asks-for-a-missing-page-"

_PLAIN = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)?"
)
_PARTS = re.compile(r"(https?):/*([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?:.*@)?(\[[0-9a-fA-F:.]+\]|[^:@\[\]]+)(?::([0-9]*))?", re.DOTALL)
#: What parts the labels of a name (RFC 3490, 3.1).
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_ENCODED = re.compile(r"((?:%[0-9A-Fa-f]{2})+)")
_LOCAL = re.compile(r"localhost|.*\.localhost|\d+\.\d+\.\d+\.\d+|\[.*\]|[^.]+")
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]")
_IN_PATH = "!$&'()*+,;=:@/%"
_IN_QUERY = _IN_PATH + "?"

# A second-level name under a country: "example.org.uk" is a bare name, "blog.example.org" is not.
_COUNTRY_BARE = re.compile(r"[^.]+\.(?:ac|co|com|edu|gov|net|ne|or|org)\.[a-z]{2}")

_LANGUAGE = r"[a-z]{2}(?:-[a-zA-Z]{2,4})?"
_IS_LANGUAGE = re.compile(rf"/{_LANGUAGE}")
_SLUG = r"[^/\x00-\x20\"`{}<>|\\^?#]"
# Raw here means: percent-decoded. A slug may be one sign and hold whatever a path may (RFC 3986, 3.3).
_WIX_POST = re.compile(
    rf"(?P<prefix>(?:/[^/]+)??(?:/{_LANGUAGE})?)/(?P<section>post|single-post|amp)"
    rf"(?P<rest>(?:/\d{{4}}/\d{{1,2}}(?:/\d{{1,2}})?)?/(?=[^/]*[A-Za-z0-9\x80-\U0010ffff]){_SLUG}+)"
)
# A variable that held nothing, and the archive of a day.
_NO_SLUG = re.compile(r"/(?:undefined|null|nan)|/\d{4}/\d{1,2}(?:/\d{1,2})?|.*/[:*+'=(\[].*", re.IGNORECASE)
# What is left of an address in a script: a string that ends, a call that does not (`post/'+e`, `post/encode(e`).
_SCRIPT = re.compile(r"'\s*\+|\+\s*'")
# What some servers put into every address they write, another for each visit (Java servlets).
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?;]*", re.IGNORECASE)
_INDEX = re.compile(r"(?:/index\.(?:html?|php))+/?$")


def _decoded(match: re.Match[str]) -> str:
    """A run of %XX with its unreserved and non-ASCII characters written out; the others stay, in capitals."""
    run = match[0]
    try:
        text = bytes.fromhex(run.replace("%", "")).decode()
    except UnicodeDecodeError:
        return run.upper()
    return "".join(sign if sign > "\x7f" or _UNRESERVED.match(sign) else f"%{ord(sign):02X}" for sign in text)


def _readable(text: str) -> str:
    """*text* percent-encoded only where decoding would change what the address means."""
    return _ENCODED.sub(_decoded, text)


def _composed(url: str) -> str:
    """The normalised *url* in NFC: letters written with marks of their own, as macOS writes them, as one sign each."""
    if "%" not in url:
        return url
    # Each stretch between encoded signs by itself: "%3C" before a combining mark must not become "%3Ç".
    pieces = enumerate(_ENCODED.split(_readable(url)))
    composed = (piece if index % 2 else unicodedata.normalize("NFC", piece) for index, piece in pieces)
    return quote("".join(composed), safe=_IN_QUERY + "[]")


def _encoded(text: str, safe: str) -> str:
    """The readable *text* as it goes over the wire: UTF-8, percent-encoded in capitals."""
    loose = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", _readable(text))
    return quote(loose, safe=safe, errors="replace")


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, for a path that starts with a slash."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _ascii(name: str) -> str:
    """A host's name as it is looked up (IDNA 2008, RFC 5891), in lower case; empty: there is no such name.

    A sign that IDNA 2008 has not (☃) is encoded as before it; one that would become another sign (Ⓐ) makes no name.
    """
    name = name.lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name).decode("ascii")
    except UnicodeError:
        return ".".join(map(_old_label, _DOTS.split(unicodedata.normalize("NFC", name))))


def _old_label(label: str) -> str:
    """A part of a name as IDNA 2003 (RFC 3490) encodes it, where that can be undone; else empty."""
    try:
        found = label.encode("idna").decode("ascii")
        return found if found.encode().decode("idna") == label else ""
    except UnicodeError:
        return ""


def _authority(text: str, scheme: str) -> str | None:
    """``host`` or ``host:port`` without user and default port; None: it cannot be one."""
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    name, port = _ascii(match[1]).rstrip("."), match[2]
    if not _HOST.fullmatch(name):
        return None
    if not port or int(port) == {"http": 80, "https": 443}[scheme]:
        return name
    if int(port) >= 65536:
        return None
    return f"{name}:{int(port)}"


def _query(text: str) -> str:
    """The query without tracking parameters, with its question mark; empty when nothing is left."""
    kept = []
    for pair in text.split("&"):
        name = unquote(pair.partition("=")[0]).strip().lower()
        if pair and name not in TRACKING and not name.startswith("utm_"):
            kept.append(pair)
    if not kept:
        return ""
    return "?" + _encoded("&".join(kept), _IN_QUERY)


@lru_cache(maxsize=32768)
def _normal(url: str) -> str:
    match = _PARTS.fullmatch(url.partition("#")[0])
    if match is None:
        return ""
    scheme = match[1].lower()
    where = _authority(match[2], scheme)
    if where is None:
        return ""
    path = _without_dots(_encoded(match[3] or "/", _IN_PATH))
    return f"{scheme}://{where}{path}{_query(match[4] or '')}"


def normalise(url: str, base: str | None = None) -> str:
    """*url* (taken from *base* where it is relative), absolute, without fragment and tracking parameters.

    Scheme and host are lower case, the default port is gone, the path and the query are percent-encoded in one way.
    The case of the path is kept, and so is how its letters are composed: a server may know no other spelling. Empty
    where *url* cannot be an http(s) address: another scheme, no host, longer than 8192 signs. Idempotent; raises
    nothing.
    """
    if len(url) > LONGEST:
        return ""
    if _PLAIN.fullmatch(url):
        return url
    return _normalised(url, base)


_BLANKS = "".join(map(chr, range(33))) + "\xa0\ufeff"
_BREAKS = str.maketrans("", "", "\t\r\n")
_WEB = re.compile(r"https?://", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _normalised(url: str, base: str | None) -> str:
    """One that is not plain; the same few are asked for again and again while a page is kept."""
    url = url.strip(_BLANKS).translate(_BREAKS)
    if not _WEB.match(url):
        if base is None:
            return ""
        try:
            url = urljoin(normalise(base), url)
        except ValueError:
            return ""
    head, question, tail = url.partition("?")
    found = _normal(head.replace("\\", "/") + question + tail)
    if len(found) > LONGEST:
        return ""
    return found


def host(url: str) -> str:
    """``host`` or ``host:port`` (without the default port), lower case; empty for no web address."""
    return normalise(url).partition("://")[2].partition("/")[0].partition("?")[0]


def front(url: str) -> str:
    """The front page of the host of an absolute address."""
    return f"{url.partition('://')[0]}://{host(url)}/"


def is_local(where: str) -> bool:
    """Whether ``host[:port]`` is this machine, an IP address or a single word: never rewritten, may be http."""
    return _LOCAL.fullmatch(_name(where)) is not None


def _name(where: str) -> str:
    """``host[:port]`` without its port."""
    return re.sub(r":\d+$", "", where)


def _is_shared(where: str) -> bool:
    return where.endswith(tuple("." + name for name in SHARED_HOSTS))


def _bare(where: str) -> str:
    """``host[:port]`` without its ``www.``."""
    return where.removeprefix("www.")


def known_host(where: str) -> str:
    """The spelling of ``host`` that stands for it: own domains with ``www.``, all others as they are."""
    if ":" in where or is_local(where) or where.startswith("www."):
        return where
    bare_name = where.count(".") == 1 or _COUNTRY_BARE.fullmatch(where) is not None
    return f"www.{where}" if bare_name else where


def _split(url: str) -> tuple[str, str, str, str]:
    """(scheme, host[:port], path, query with its mark) of a normalised address."""
    scheme, _, rest = url.partition("://")
    address, mark, query = rest.partition("?")
    where, slash, path = address.partition("/")
    return scheme, where, slash + path, mark + query


def _lang(query: str) -> str:
    """The one parameter that chooses another post: Wix's ``lang``."""
    found = re.search(r"(?:^\?|&)lang=([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)(?:&|$)", query)
    if not found:
        return ""
    return f"?lang={found[1].lower()}"


def _of_own_site(where: str, path: str) -> tuple[PostAddress, re.Match[str]] | None:
    """How a site of the network itself forms the address of the post at *path*; None: it is no post of one."""
    path = _INDEX.sub("", path).rstrip("/")
    forms = (form for site in SITES if where in site.hosts for form in site.posts)
    return next(((form, match) for form in forms if (match := form.path.fullmatch(path))), None)


def _is_of_script(path: str) -> bool:
    """Whether a path is a piece of a script: brackets that do not match, strings that are joined."""
    unmatched = any(path.count(first) != path.count(last) for first, last in ("()", "[]"))
    return unmatched or _SCRIPT.search(path) is not None


def _wix(scheme: str, where: str, path: str, query: str) -> str | None:
    """The canonical address of a Wix post; None: no post, or a piece of a script."""
    match = _WIX_POST.fullmatch(unquote(_INDEX.sub("", path).rstrip("/"), errors="replace"))
    if match is None or _NO_SLUG.fullmatch(match["rest"]) or _is_of_script(match["rest"]):
        return None
    if not _may_have(where, match["prefix"]):
        return None
    section = {"amp": "post"}.get(match["section"], match["section"])
    address = _encoded(f"{match['prefix']}/{section}{match['rest']}", _IN_PATH)
    kept = scheme if ":" in where or is_local(where) else "https"
    return f"{kept}://{known_host(where)}{address}{_lang(query)}"


def _may_have(where: str, prefix: str) -> bool:
    """Whether posts of *where* may stand under *prefix*: a language's anywhere, a site's on hosts of many sites."""
    return not prefix or _IS_LANGUAGE.fullmatch(prefix) is not None or _is_shared(where) or is_local(where)


@lru_cache(maxsize=32768)
def _post(url: str) -> str | None:
    """The canonical address of the post at the normalised *url*; None: that is no post's address."""
    if not url or PROBE in url:
        return None
    scheme, where, path, query = _split(url)
    if found := _of_own_site(where, path):
        form, match = found
        return form.known_by.format_map(match.groupdict())
    return _wix(scheme, where, path, query)


def is_post(url: str) -> bool:
    """Whether *url* is a post's address, of any kind known: Wix, the 2019 CMS, Drupal, the dated pages."""
    return _post(_lasting(normalise(url))) is not None


def _lasting(url: str) -> str:
    """The normalised *url* without the number of a visit."""
    return _SESSION.sub("", url)


def canonical(url: str) -> str:
    """The one address that a post is known by.

    The same for http and https, with and without ``www.``, ``/amp/``, ``index.php``, any query except Wix's
    ``lang`` (a translation is a post of its own), letters composed and decomposed (it is in NFC), numbers of a
    visit (``;jsessionid=``), and any slug of the 2019 CMS, where the number is the key. Ports, local hosts and the case
    of the path are kept. The address of anything but a post is only normalised, in NFC, without such a number.
    """
    lasting = _lasting(normalise(url))
    return _composed(_post(lasting) or lasting)


def slug(url: str) -> str:
    """The last segment of the path, readable; of the 2019 CMS the slug if there is one, else the number."""
    _, where, path, _ = _split(normalise(url))
    last = _INDEX.sub("", path).rstrip("/").rpartition("/")[2]
    if (found := _of_own_site(where, path)) and (numbered := found[1].groupdict()).get("number"):
        last = (numbered["slug"] or numbered["number"]).rpartition("/")[2]
    return unquote(last, errors="replace").replace("/", "%2F")


def post_number(url: str) -> int | None:
    """The number by which the 2019 CMS knows the post at *url*; None: not one of its posts."""
    _, where, path, _ = _split(normalise(url))
    found = _of_own_site(where, path)
    number = found and found[1].groupdict().get("number")
    if not number:
        return None
    return int(number)


def dated(url: str) -> str | None:
    """The day (``2016-06-20``) or month (``2016-12``) that a post's address names; None: it names none, or is no
    post's.
    """
    if not is_post(url):
        return None
    return day_in(url)


def day_in(url: str) -> str | None:
    """The day or month in an address, whatever it looks like, of a page that shows itself to be a post; None: none."""
    found = re.search(
        r"/((?:19|20)\d\d)/(0?[1-9]|1[0-2])(?:/(0?[1-9]|[12]\d|3[01]))?/[^/]+/?$", _split(normalise(url))[2]
    )
    if found is None:
        return None
    return "-".join(part.zfill(2) for part in found.groups() if part)


def site_key(url: str) -> str:
    """What tells sites apart: the host without ``www.``, the port, and on shared hosts the first path segment."""
    _, where, path, _ = _split(normalise(url))
    key = _bare(where)
    first = path.strip("/").split("/")[0]
    if _is_shared(where) and first and first not in _NO_SITE_NAMES:
        return f"{key}/{first}"
    return key


def spellings(url: str) -> tuple[str, ...]:
    """*url* under both schemes, with ``www.`` and without: one place, of which a web archive may have another spelling
    than a post links to. Of ports and local hosts only itself; sorted.
    """
    normal = normalise(url)
    scheme, where, path, query = _split(normal)
    if not scheme or ":" in where or is_local(where):
        return (normal or url,)
    hosts = (_bare(where), f"www.{_bare(where)}")
    return tuple(sorted(f"{one}://{host}{path}{query}" for one in ("http", "https") for host in hosts))


def same_site(a: str, b: str) -> bool:
    """Whether both addresses belong to one site, whatever their scheme and ``www.``; False for no addresses."""
    key = site_key(a)
    return key != "" and key == site_key(b)
