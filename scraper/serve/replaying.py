"""Captures shown as they looked, as bytes, and as lists for programs: everything below ``/web/``, and ``/cdx``.

``/web/<14 digits>/<url>`` is the page without scripts, ``…id_/`` its bytes as received, ``…im_/`` a picture, ``…cs_/``
a style sheet, ``/web/timemap/…`` all captures, ``/web/<url>`` the capture nearest to ``Accept-Datetime`` (RFC 7089).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import quote, unquote

from scraper import pictures, urls
from scraper.charset import decode
from scraper.errors import IntegrityError, Unreadable
from scraper.page import Page
from scraper.replay import PageFrame, cdx_server, memento, replayed, rewritten_css
from scraper.serve import formatting, texts
from scraper.serve.answer import Ask, NotHere, PageResponse, problem_page, quoted
from scraper.serve.picture_looks import look
from scraper.serve.render import render
from scraper.store import Memento, Mementos, picture_name
from scraper.warc import http_message, surt

#: An archived page gets no script, no form, no frame, no other host, and an origin of its own.
PAGE_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-downloads"
)
BYTES_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
#: Pages of a sandbox have no origin, so pictures and styles must say that any page may show them.
_SHARED = {"Cross-Origin-Resource-Policy": "cross-origin"}
_BYTES = {"Content-Security-Policy": BYTES_POLICY, "X-Robots-Tag": "noindex", **_SHARED}

_STAMPED = re.compile(r"(?P<stamp>\d{1,14})(?P<form>[a-z]{2}_)?/(?P<url>.+)", re.DOTALL)
_FORMS = frozenset({"", "id_", "im_", "cs_", "mp_"})
#: Headers that would mean something else in our own answer.
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*(.*)", re.DOTALL)
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|title|meta|div|p|h1|table)\b", re.I | re.DOTALL)
_TEXT = re.compile(r"text/|.*(?:json|xml)$")


def page(ask: Ask) -> PageResponse:
    """``/web/<14 digits>[form]/<url>`` and ``/web/<url>``."""
    rest = _rest(ask, "/web/")
    found = _STAMPED.fullmatch(rest)
    if found is None:
        return timegate(ask, _address(rest))
    if (found["form"] or "") not in _FORMS:
        raise NotHere(texts.NO_SUCH_FORM)
    return _captured(ask, _padded(found["stamp"]), found["form"] or "", _address(found["url"]))


def timegate(ask: Ask, url: str) -> PageResponse:
    """To the capture nearest to ``Accept-Datetime``; without it to the newest good one."""
    store = Mementos(ask.db)
    found = _known(store.all(url), url)
    try:
        goal = memento.wanted(ask.accept_datetime)
    except ValueError:
        return problem_page(ask.room, texts.NO_HTTP_DATE, 400)
    stamps = [one.timestamp for one in found]
    at = memento.nearest(stamps, goal) if goal else store.newest_good(found)
    place = f"web/{stamps[at]}/{found[at].url}"
    headers = {"Location": _place(ask, place), "Vary": "accept-datetime, accept-encoding"}
    return PageResponse("", 302, headers=headers | {"Link": memento.links(url, stamps, at, _places(ask))})


def timemap(ask: Ask) -> PageResponse:
    """``/web/timemap/link/<url>`` and ``/web/timemap/json/<url>``: all captures of an address."""
    form = ask.part["format"]
    url = _address(_rest(ask, f"/web/timemap/{form}/"))
    stamps = [one.timestamp for one in _known(Mementos(ask.db).all(url), url)]
    if form == "json":
        return PageResponse(memento.timemap_json(url, stamps, _places(ask)), media_type="application/json")
    return PageResponse(memento.timemap_link(url, stamps, _places(ask)), media_type=memento.LINK_FORMAT)


def cdx(ask: Ask) -> PageResponse:
    """``/cdx?url=``, as the Wayback Machine's CDX server answers. A list names nothing that was withdrawn; who asks for
    the very address is told when it was captured.
    """
    try:
        asked = cdx_server.question(ask.args)
    except cdx_server.BadQuestion as error:
        return PageResponse(f"{error}\n", 400, media_type="text/plain; charset=utf-8")
    store = Mementos(ask.db)
    found = {one.id: one for one in store.beginning(asked.prefixes, whole=asked.match == "exact")}
    if asked.match == "domain":
        found |= {one.id: one for one in store.below("." + asked.url.partition("/")[0])}
    named = list(found.values()) if asked.match == "exact" else store.not_withdrawn(found.values())
    lengths = store.lengths(sorted({one.body_sha256 for one in named if one.body_sha256}))
    rows, key = cdx_server.chosen(asked, (_row(one, lengths) for one in named))
    media_type = "application/json" if asked.is_json else "text/plain; charset=utf-8"
    return PageResponse(cdx_server.written(asked, rows, key), media_type=media_type)


def _row(one: Memento, lengths: dict[str, int]) -> dict[str, str]:
    return {
        "urlkey": _surt(one.url),
        "timestamp": one.timestamp,
        "original": one.url,
        "mimetype": one.media_type or "unk",
        "statuscode": str(one.status or "-"),  # it was never served: a saved file
        "digest": f"sha256:{one.body_sha256}" if one.body_sha256 else "-",
        "length": str(lengths.get(one.body_sha256 or "", 0)),
    }


@lru_cache(maxsize=65536)
def _surt(url: str) -> str:
    return surt(url)


# -- one capture


def _captured(ask: Ask, stamp: str, form: str, url: str) -> PageResponse:
    """The capture of that very second in the form that was asked for, or the way to the nearest one."""
    store = Mementos(ask.db)
    every = _known(store.all(url) or _matter(store, form, url), url)
    stamps = [one.timestamp for one in every]
    if stamp not in stamps:
        one = store.confirmed(url, stamp) or every[memento.nearest(stamps, stamp)]
        return PageResponse("", 302, headers={"Location": _place(ask, f"web/{one.timestamp}{form}/{one.url}")})
    same = [number for number, at in enumerate(stamps) if at == stamp]
    # Of several captures in one second the address as written counts, then the one with a body.
    at = max(same, key=lambda number: (every[number].url == url, every[number].body_sha256 is not None, number))
    one = every[at]
    shown = ShownCapture(ask, store, one, every, at)
    answer = shown.as_form(form)
    said = {"Memento-Datetime": memento.http_form(stamp), "Link": memento.links(one.url, stamps, at, _places(ask))}
    return replace(answer, headers={**answer.headers, **said} if answer.status != 410 else answer.headers)


def _sandboxed(text: str) -> PageResponse:
    """A page that may look as it did, and do nothing."""
    return PageResponse(text, headers={"Content-Security-Policy": PAGE_POLICY})


def _matter(store: Mementos, form: str, url: str) -> list[Memento]:
    """The picture or style sheet that is known by that address, though it was captured at another."""
    match form:
        case "im_":
            found = store.picture(url)
        case "cs_":
            found = store.style(url)
        case _:
            found = None
    if not found:
        return []
    return [found]


@dataclass(frozen=True, slots=True)
class ShownCapture:
    """One capture to be shown, and its place among the captures of its address, oldest first."""

    ask: Ask
    store: Mementos
    one: Memento
    every: list[Memento]
    at: int

    def as_form(self, form: str) -> PageResponse:
        """The capture in the form named: a page, bytes, a picture, a style sheet."""
        if self.store.is_withdrawn(self.one):
            return problem_page(self.ask.room, texts.WITHDRAWN, 410)
        try:
            body = self.store.body(self.one) if self.one.body_sha256 else b""
        except IntegrityError:
            raise NotHere(texts.RAW_ELSEWHERE) from None
        match form:
            case "id_":
                return self.as_received(body)
            case "im_":
                return self.as_picture(body)
            case "cs_":
                return self.as_style(body)
            case _:
                return self.as_page(body)

    def as_received(self, body: bytes) -> PageResponse:
        """The bytes, with the head that came under names that say so. A download: nothing of it is shown here."""
        one, head = self.one, self.store.head(self.one) or b""
        headers = {f"X-Archive-Orig-{name}": value for name, value in _headers(head).items()}
        name = f"{one.record_sha256[:16]}.{_ending(one, body)}"
        headers |= {**_BYTES, "Content-Disposition": f'attachment; filename="{name}"'}
        if one.redirected_to:
            headers["Location"] = _place(self.ask, f"web/{one.timestamp}id_/{one.redirected_to}")
        kind = _headers(head).get("content-type") or one.media_type or "application/octet-stream"
        return PageResponse(body, one.status or 200, media_type=kind, headers=headers)

    def as_picture(self, body: bytes) -> PageResponse:
        """A picture as what its bytes are; what a browser should not be given is a download."""
        kind = pictures.type_of(body)
        headers = dict(_BYTES)
        if kind is None or not pictures.may_be_shown(body):
            ending = pictures.ENDINGS.get(kind or "", "bin")
            headers["Content-Disposition"] = f'attachment; filename="{self.one.record_sha256[:16]}.{ending}"'
            kind = "application/octet-stream"
        return PageResponse(body, media_type=kind, headers=headers)

    def as_style(self, body: bytes) -> PageResponse:
        """A style sheet whose pictures come from the archive."""
        found = PageLinks(self.ask, self.store, self.one)
        base = self.one.url

        def resolve(written: str) -> str | None:
            url = urls.normalise(written, base)
            if not url:
                return None
            return found.picture(url)

        return PageResponse(
            rewritten_css(decode(body, self.one.media_type), resolve),
            media_type="text/css; charset=utf-8",
            headers=_BYTES,
        )

    def as_page(self, body: bytes) -> PageResponse:
        """The page as it looked; what is no page in the plainest way that shows it."""
        one = self.one
        if one.redirected_to:
            return self._leading_to(one.redirected_to)
        if pictures.type_of(body):
            return self.as_picture(body)
        if not _TEXT.match(one.media_type or "text/"):
            return PageResponse("", 302, headers={"Location": _place(self.ask, f"web/{one.timestamp}id_/{one.url}")})
        text = decode(body, _headers(self.store.head(one) or b"").get("content-type") or one.media_type)
        is_page = one.media_type != "text/plain" and (one.media_type == "text/html" or _HTML.match(text[:5000]))
        return _sandboxed((is_page and self._replayed(text)) or self._plain(text))

    def _leading_to(self, url: str) -> PageResponse:
        """A redirect, told: whoever looks at it decides whether to follow."""
        to = _place(self.ask, f"web/{self.one.timestamp}/{url}")
        return _sandboxed(render("replay_redirect.html", self.ask.room, one=self.one, to=to, bar=self.bar()))

    def _replayed(self, text: str) -> str | None:
        """The page rewritten; None: nobody should parse it."""
        around = PageFrame(
            head=render("replay_head.html", self.ask.room),
            bar=self.bar(),
            elsewhere=texts.LEADS_ELSEWHERE,
            not_kept=texts.NOT_KEPT,
        )
        try:
            page = Page.from_html(text, url=self.one.url)
            return replayed(page, PageLinks(self.ask, self.store, self.one), around)
        except Unreadable:
            return None

    def _plain(self, text: str) -> str:
        return render("replay_text.html", self.ask.room, one=self.one, text=text, bar=self.bar())

    def bar(self) -> str:
        """The one row above the page: what it is, and the way on."""
        one, post = self.one, self.store.post_of(self.one)
        home = self.ask.link(f"/post/{quoted(post.site)}/{quoted(post.slug)}") if post else ""
        return render(
            "replay_bar.html",
            self.ask.room,
            one=one,
            captured=formatting.moment(one.captured_at),
            older=self._at_another_time(reversed(self.every[: self.at])),
            newer=self._at_another_time(self.every[self.at + 1 :]),
            count=post.captures if post else len(self.every),
            captures=f"{home}/captures" if home else _place(self.ask, f"web/timemap/link/{one.url}"),
            post=home,
            received=_place(self.ask, f"web/{one.timestamp}id_/{one.url}"),
            proof=f"{home}#proof" if home else "",
        )

    def _at_another_time(self, captures: Iterable[Memento]) -> tuple[str, str] | None:
        """The first of *captures* that is of another second: where it is shown, and when it was made."""
        for each in captures:
            if each.timestamp != self.one.timestamp:
                return _place(self.ask, f"web/{each.timestamp}/{each.url}"), each.captured_at
        return None


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where the archive has what the page *one* names."""

    ask: Ask
    store: Mementos
    one: Memento
    #: By address; a page names most of what it names many times.
    pictures: dict[str, str | None] = field(default_factory=dict)
    links: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def picture(self, url: str) -> str | None:
        """As `replay.Addresses` says; what a browser should not be given counts as not kept."""
        name = picture_name(url)
        if name not in self.pictures:
            self.pictures[name] = self._picture(url)
        return self.pictures[name]

    def _picture(self, url: str) -> str | None:
        kept = self.store.picture(url)
        if kept is None or not look(self.ask.db, kept.body_sha256 or "").shown:
            return None
        return _place(self.ask, f"web/{kept.timestamp}im_/{kept.url}")

    def style(self, url: str) -> str | None:
        """As `replay.Addresses` says."""
        kept = self.store.style(url)
        if not kept:
            return None
        return _place(self.ask, f"web/{kept.timestamp}cs_/{kept.url}")

    def link(self, url: str) -> tuple[str, bool]:
        """As `replay.Addresses` says."""
        if url not in self.links:
            self.links[url] = _place(self.ask, f"web/{self.one.timestamp}/{url}"), self.store.has(url)
        return self.links[url]


# -- addresses


def _rest(ask: Ask, start: str) -> str:
    """What of the path comes behind *start*, still encoded, with the query."""
    path = ask.raw_path
    at = path.find(start)
    return path[at + len(start) :] + (f"?{ask.query_string}" if ask.query_string else "")


def _address(written: str) -> str:
    """The archived address that the path names; proxies make one slash of two, and programs encode it whole."""
    if re.match(r"https?%3A", written, re.IGNORECASE):
        written = unquote(written)
    url = urls.normalise(re.sub(r"^(https?:)/+", r"\1//", written, flags=re.IGNORECASE))
    if not url and not re.match(r"[a-z]+:", written, re.IGNORECASE):
        url = urls.normalise(f"https://{written}")
    if not url:
        raise NotHere(texts.not_archived(written[:200]))
    return url


def _known(found: list[Memento], url: str) -> list[Memento]:
    """*found*, if it is anything. Raises NotHere."""
    if not found:
        raise NotHere(texts.not_archived(url))
    return found


def _padded(stamp: str) -> str:
    """As many digits as were written, as 14: the middle of what they leave open."""
    found = stamp + "00000615120000"[len(stamp) :] if len(stamp) >= 4 else "19910101000000"
    return found[:14]


def _place(ask: Ask, path: str) -> str:
    """Our address for ``web/…``; what is in it stays as it was written, but for what ends an attribute or a header."""
    return ask.room.base + quote(path, safe="/:?&=%#[]@!$'()*+,;~")


def _places(ask: Ask) -> Callable[[str], str]:
    return lambda path: ask.origin + _place(ask, path)


def _headers(head: bytes) -> dict[str, str]:
    """The fields of a head that can be sent on, by lower-case name; several of one name are joined, as HTTP allows."""
    found: dict[str, str] = {}
    for line in http_message.lines(head)[1:]:
        match = _HEADER.fullmatch(line)
        if match is None:
            continue
        name, value = match[1].decode("ascii").lower(), " ".join(match[2].decode("latin-1").split())
        if value.isprintable() and value.isascii():
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


_ENDINGS = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "txt", "application/pdf": "pdf",
            "application/json": "json", "text/xml": "xml", "application/xml": "xml", "text/css": "css",
            "application/rss+xml": "xml"}  # fmt: skip


def _ending(one: Memento, body: bytes) -> str:
    return pictures.ENDINGS.get(pictures.type_of(body) or "") or _ENDINGS.get(one.media_type or "", "bin")
