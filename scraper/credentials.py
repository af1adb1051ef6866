"""What lets a request act for a visitor, and so is left out of whatever leaves the archive. Pure.

Wix gives each visitor a token for its counts endpoint, and takes it back in the requests: it names nobody, but whoever
has it is that visitor until it runs out. The digests stay those of what was sent and received.
"""

import re
from dataclasses import replace

from scraper.records import Capture

LEFT_OUT = b"[left out]"
#: Fields of a request that hold credentials (RFC 9110, sections 11.6.2 and 11.7.2), or may: a cookie is often all by
#: which a server knows who has logged in (RFC 6265, section 8.2). We send none; what browsers saved has them.
_FIELDS = re.compile(rb"^((?:(?:proxy-)?authorization|cookie2?):[ \t]*)[^\r\n]*", re.IGNORECASE | re.MULTILINE)
#: The endpoint that hands out tokens. They are its only values of that length; what stands before a colon is a name.
_HANDS_OUT = re.compile(r"^[^?#]*/_api/v1/access-tokens/?(?:[?#]|$)")
_VALUE = re.compile(rb'"(?:[^"\\]|\\.){16,}"(?!\s*:)')
#: The password in an address (RFC 3986, section 3.2.1).
_PASSWORD = re.compile(r"(://[^/?#\s@:]*:)[^/?#\s@]+@")
#: The same in what somebody took for an address, whatever signs are in it, and however the @ is written.
_ANY_PASSWORD = re.compile(r":(?!//).*(?=@|%40|\N{FULLWIDTH COMMERCIAL AT})", re.DOTALL)


def without_passwords(text: str) -> str:
    """*text* without the passwords of the addresses in it."""
    return _PASSWORD.sub(r"\1…@", text)


def as_said(word: str) -> str:
    """A word that should have been an address, to be shown: without what may be a password."""
    return _ANY_PASSWORD.sub(":…", word)


def has_user(url: str) -> bool:
    """Whether an address names a user, and so maybe their password."""
    return "@" in re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]


def without(capture: Capture) -> Capture:
    """*capture* without credentials; the very same where it has none."""
    head, body = without_fields(capture.request_head), _without_tokens(capture.url, capture.body)
    if head == capture.request_head and body == capture.body:
        return capture
    return replace(capture, request_head=head, body=body)


def without_fields(head: bytes | None) -> bytes | None:
    """The head of a request without credentials."""
    if head is None:
        return None
    return _FIELDS.sub(rb"\1" + LEFT_OUT, head)


def _without_tokens(url: str, body: bytes | None) -> bytes | None:
    if body is None or not _HANDS_OUT.match(url):
        return body
    return _VALUE.sub(b'"' + LEFT_OUT + b'"', body)
