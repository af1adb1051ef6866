"""What a robots.txt says to us (RFC 9309): its text in, answers out."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from protego import Protego

from scraper.records import Capture

#: Our product token: letters and ``-`` only (RFC 9309, 2.2.1).
TOKEN = "ushrn-archive"  # noqa: S105 - a name, no secret

_AGENT = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules for one scheme, host and port."""

    #: ``http://host/robots.txt``, the address first asked.
    url: str
    #: When they were fetched, UTC.
    fetched_at: datetime
    #: Every answer on the way, redirects and failed tries included; the last is the one that counts.
    captures: tuple[Capture, ...]
    #: The ``Sitemap:`` lines, as written, in order.
    sitemaps: tuple[str, ...] = ()
    #: Seconds between requests; None: not said.
    crawl_delay: float | None = None
    #: None: there is no robots.txt (4xx), all is allowed.
    rules: Protego | None = field(default=None, repr=False)

    def allows(self, url: str) -> bool:
        """Whether we may ask for an absolute address of this host."""
        return self.rules is None or self.rules.can_fetch(url, TOKEN)


def read(text: str) -> Protego:
    """The rules in a robots.txt.

    protego takes ``User-agent: ushrn`` for a rule about ``ushrn-archive``; RFC 9309 (2.2.1) compares whole product
    tokens. So the names of other robots are written over before it sees them.
    """
    return Protego.parse("\n".join(_named(line) for line in text.splitlines()))


def _named(line: str) -> str:
    match = _AGENT.match(line)
    if match is None:
        return line
    name = match[1].strip().lower()
    token = re.split(r"[/\s]", name, maxsplit=1)[0]
    return f"User-agent: {token if token in (TOKEN, '*') else 'somebody-else'}"


def decode(body: bytes, *, whole: bool) -> str:
    """The text of a robots.txt: UTF-8, a byte order mark dropped; of a cut one all but the torn last line."""
    if not whole:
        body = body[: body.rfind(b"\n") + 1]
    return body.decode("utf-8-sig", "replace")
