"""What a server's answer says of the time: its clock against ours. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from scraper.dates import http_date
from scraper.records import Capture

_FIELD = re.compile(rb"^(date|age):[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


def told(head: bytes | None) -> datetime | None:
    """The time at which an answer was sent, by whoever sent it: ``Date``, and the ``Age`` that a cache adds (RFC 9111,
    5.1). None: it does not say.
    """
    fields = {name.lower(): value.decode("latin-1") for name, value in reversed(_FIELD.findall(head or b""))}
    date, age = http_date(fields.get(b"date")), fields.get(b"age", "")
    if date is None:
        return None
    try:
        return date + timedelta(seconds=int(age) if age.isascii() and age.isdigit() else 0)
    except OverflowError:
        return None


def ahead(captures: Iterable[Capture]) -> timedelta | None:
    """How far the server's clock is ahead of ours, by the last of *captures* that says its time; None: none does."""
    found = None
    for capture in captures:
        said = told(capture.head)
        if said is not None:
            found = said - datetime.fromisoformat(capture.captured_at)
    return found
