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
