"""Walls that name themselves: a page that stands before the site's pages and says what it is. Pure.

Only asked about answers that were not read as a post. A wall without a name is found by sameness: see `suspects`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from scraper import urls
from scraper.charset import decode
from scraper.decide.refreshes import leads_to
from scraper.decide.resemblance import visible
from scraper.records import Capture

#: Statuses by which a server refuses this visitor (RFC 9110, 15.5; RFC 7725), or a network asks who we are (RFC 6585,
#: 6): none of them says that nothing is there.
REFUSALS = {
    401: "a demand for a login (status 401)",
    402: "a demand for payment (status 402)",
    403: "a refusal (status 403)",
    407: "a proxy's demand for a login (status 407)",
    451: "a page withheld for legal reasons (status 451)",
    511: "a network's demand for a login (status 511)",
}

#: Statuses of that class that say something of the page, or of the hour (RFC 9110, 15.5; RFC 8470; RFC 6585).
NO_REFUSALS = frozenset({404, 408, 410, 425, 429})

#: Headers of services that challenge visitors: (name, what its value holds, service).
_HEADERS = (
    (b"cf-mitigated", b"challenge", "Cloudflare"),
    (b"x-amzn-waf-action", b"", "AWS WAF"),
    (b"x-datadome", b"", "DataDome"),
    (b"x-sucuri-block", b"", "Sucuri"),
    (b"x-px-block", b"", "HUMAN"),
)

_UNCONNECTED = "a page of a host that has no site for the domain"
#: What their pages hold, and what such a page is: (words that stand in it, in lower case, how they stand there or None:
#: anyhow, what it is).
_MARKS = (
    (b"_cf_chl_opt", None, "a bot challenge of Cloudflare"),
    (b"cf-browser-verification", None, "a bot challenge of Cloudflare"),
    (b"just a moment...", rb"<title>\s*just a moment\.\.\.\s*</title>", "a bot challenge of Cloudflare"),
    (b"attention required! | cloudflare", rb"<title>\s*attention required! \| cloudflare", "a refusal by Cloudflare"),
    (b"_incapsula_resource", None, "a bot challenge of Imperva"),
    (b"captcha-delivery.com", None, "a bot challenge of DataDome"),
    (b"px-captcha", rb"id=[\"']px-captcha", "a bot challenge of HUMAN"),
    (b"awswafcookiedomainlist", None, "a bot challenge of AWS WAF"),
    (b"aws-waf-token", None, "a bot challenge of AWS WAF"),
    (b"sucuri website firewall", None, "a refusal by Sucuri"),
    (b"ddos-guard", None, "a bot challenge of DDoS-Guard"),
    (b"anubis_challenge", rb"id=[\"']anubis_challenge", "a bot challenge of Anubis"),
    (b"/.well-known/sgcaptcha", None, "a captcha"),
    (b"sec-if-cpt-container", None, "a captcha"),
    (b"sedoparking", None, "a parking page"),
    (b"parkingcrew", None, "a parking page"),
    (b"hugedomains.com", None, "a parking page"),
    (b"for sale", rb"\bthis domain (?:name )?(?:is|may be) for sale", "a parking page"),
    (b"parking-lander", None, "a parking page"),
    (b"expired", rb"\bdomain (?:name )?(?:\S{1,100} )?has expired", "a parking page"),
    (b"connectyourdomain", rb"<title>\s*connectyourdomain|error connectyourdomain occurred", _UNCONNECTED),
    (b"squarespace - ", rb"<title>\s*squarespace - (?:domain not claimed|website expired)", _UNCONNECTED),
    (b"defaultwebpage.cgi", None, _UNCONNECTED),
    (b"account suspended", rb"<title>\s*account suspended", "a suspended account"),
)
#: Those without a form of their own that a wall writes where its visitor reads them; the others are code.
_SPOKEN = frozenset({b"sucuri website firewall", b"ddos-guard", b"hugedomains.com"})
#: A page with more text than this is one of the site's own that speaks of walls, or has its guard in every page: the
#: longest challenges and default pages known say half as much.
_LONGEST = 3000
#: A header by which an answer of any status is a challenge; the others stand on good pages and on missing ones, too.
_SURELY = "Cloudflare"
#: So much of a page is looked at: challenges are short.
_LOOKED_AT = 300_000

#: A link; no longer ones are looked at.
_LINK = re.compile(rb"""<a\s[^<>]{0,500}?\bhref\s*=\s*["']?([^"'\s<>]{1,500})""", re.IGNORECASE)

#: Where a redirect leads that asks the visitor for something first.
_GATE = re.compile(
    r"(?:^|/)(?:wp-login\.php|(?:log|sign)[-_]?in|sso|oauth2?|saml2?|auth(?:enticate|orize|entication)?|"
    r"(?:cookie[-_]?)?consent|captcha|challenge|access[-_]denied|verify(?:[-_]human)?|protected|password|"
    r"age(?:[-_]?(?:gate|check|verif\w*|confirm\w*))?|paywall|interstitial|are[-_]you[-_]human)(?:[/.]|$)",
    re.IGNORECASE,
)


def known_wall(capture: Capture) -> str | None:
    """What stands before the page, in words; None: the answer does not say that anything does."""
    if (refusal := _refusal(capture.status)) is not None:
        return refusal
    if (mark := marked(capture)) is not None:
        return mark
    to = leads_to(capture)
    if to is None or not is_gate(to, capture.url):
        return None
    return f"{'a refresh' if capture.redirected_to is None else 'a redirect'} to {to}"


# An answer is asked about before it is kept, and when it is: the second time nothing is searched.
@lru_cache(maxsize=2)
def marked(capture: Capture) -> str | None:
    """What an answer calls itself by its head or body, whatever its status; None: nothing, or it is a redirect."""
    return next((name for _, name in _marks(capture)), None)


def behind_missing(missing: Capture, good: Capture) -> str | None:
    """The wall that an answer of 404 or 410 is by marks that *good*, a page which shows a post of that host, lacks;
    None: it is an absence. Some sites embed what guards them in every page, also in those of what is not there.
    """
    everywhere = {mark for mark, _ in _marks(good)}
    return next((name for mark, name in _marks(missing) if mark not in everywhere), None)


def challenged(capture: Capture) -> str | None:
    """The challenge that an answer is by its head, whatever its status, also 404; None: its head does not say so."""
    return next((named for _, named in _in_header(capture.head or b"") if named.endswith(_SURELY)), None)


def _refusal(status: int | None) -> str | None:
    """What a status refuses, in words; None: it refuses nothing."""
    if status in REFUSALS:
        return REFUSALS[status]
    refuses = status is not None and 400 <= status < 500 and status not in NO_REFUSALS
    if not refuses:
        return None
    return f"a refusal (status {status})"


def is_gate(to: str, url: str) -> bool:
    """Whether a redirect from *url* to *to* leads to a login, a consent or a challenge."""
    return not urls.is_post(to) and bool(_GATE.search(urlsplit(to).path)) and not _GATE.search(urlsplit(url).path)


def _marks(capture: Capture) -> Iterator[tuple[bytes, str]]:
    """Each mark in the head or body of an answer, and what it calls itself by that; none if it is a redirect."""
    if capture.redirected_to is None:
        yield from _in_header(capture.head or b"")
        body = capture.payload[:_LOOKED_AT]
        found = list(_in_body(body))
        if found and not _leads_to_posts(capture):
            yield from _unquoted(found, body, visible(decode(body, capture.media_type)))


def _in_header(head: bytes) -> Iterator[tuple[bytes, str]]:
    for line in head.lower().splitlines()[1:]:
        name, _, value = line.partition(b":")
        for header, held, service in _HEADERS:
            if name.strip() == header and held in value:
                yield header, f"a bot challenge of {service}"


def _leads_to_posts(capture: Capture) -> bool:
    """Whether a page links to other posts of its site: then it is one of the site's own, and quotes what a wall says,
    as a page of what is missing does that shows the newest posts.
    """
    links = (urls.normalise(link[1].decode("latin-1"), base=capture.url) for link in _LINK.finditer(capture.payload))
    return any(
        urls.is_post(to) and urls.same_site(to, capture.url) and urls.canonical(to) != urls.canonical(capture.url)
        for to in links
    )


def _unquoted(found: list[tuple[bytes, str]], body: bytes, text: str) -> Iterator[tuple[bytes, str]]:
    """Those of the marks *found* that a page with this *text* bears, and does not merely speak of: code that stands
    in its code, and words of a page that says little else.
    """
    if len(" ".join(text.split())) > _LONGEST:
        return
    body, read = body.lower(), text.lower().encode()
    formed = {words for words, form, _ in _MARKS if form is not None} | _SPOKEN
    for words, name in found:
        if words in formed or body.count(words) > read.count(words):
            yield words, name


def _in_body(body: bytes) -> Iterator[tuple[bytes, str]]:
    """Looks for plain words first: a pattern over a page of a megabyte takes a hundred times as long."""
    lowered = body.lower()
    for words, mark, name in _MARKS:
        if words in lowered and (mark is None or re.search(mark, lowered)):
            yield words, name
