"""HTTP messages as web archives hold them: a head, and an entity that may be chunked and encoded. Pure."""

import re
from collections.abc import Iterator

from scraper import magic
from scraper.numbers import plural

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})[^\n]{0,4096}\n")
#: What other archivers put before the name of a header that no longer fits the body they keep.
MOVED = ("x-orig-", "x-crawl-", "x-archive-orig-", "x-crawler-")


class MessageError(ValueError):
    """The bytes are not the HTTP message that their record says they are."""


def split(block: bytes) -> tuple[bytes, bytes]:
    """Head (its blank line included) and entity. A block without blank line is all head."""
    if block.startswith((b"\r\n", b"\n")):
        return b"", block.lstrip(b"\r\n")
    found = _BLANK_LINE.search(block)
    if found:
        return (block[: found.end()], block[found.end() :])
    return (block, b"")


def lines(head: bytes) -> list[bytes]:
    """First line and header lines of *head*, without line ends; folded lines stay joined to theirs."""
    # Each with the lines that are folded to it, joined at the end: adding to bytes copies them.
    found: list[list[bytes]] = []
    for line in head.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and len(found) > 1:
            found[-1].append(line)
        else:
            found.append([line])
    return [b"\r\n".join(folded) for folded in found]


def values(head: bytes, name: str) -> list[str]:
    """All values of that header, in order."""
    return [text for given, text in _fields(head) if given == name.lower()]


def value(head: bytes | None, name: str) -> str | None:
    """The first value of that header; None: there is none."""
    return next(iter(values(head or b"", name)), None)


def moved(head: bytes, name: str) -> str | None:
    """What a header said before an archiver set it aside (``x-orig-…``); None: it did not."""
    wanted = {prefix + name.lower() for prefix in MOVED}
    return next((text for given, text in _fields(head) if given in wanted), None)


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    for line in lines(head)[1:]:
        name, colon, text = line.partition(b":")
        if colon:
            yield name.decode("latin-1").strip().lower(), " ".join(text.decode("utf-8", "replace").split())


def status(head: bytes) -> int | None:
    """Status code of a response's head; None: it is none."""
    found = re.match(rb"HTTP/\d(?:\.\d)?\s+(\d{3})(?!\d)", head)
    if not found:
        return None
    return int(found[1])


def media_type(head: bytes | None) -> str | None:
    """Content-Type without parameters, lower case; None: not said."""
    return (value(head, "content-type") or "").partition(";")[0].strip().lower() or None


def self_contained(head: bytes, length: int, *, decoded: bool) -> bytes:
    """*head* made to fit a de-chunked body of *length* bytes: what no longer holds is renamed ``x-orig-…``.

    *decoded*: the Content-Encoding was taken off the body as well.
    """
    gone = _OF_THE_TRANSFER | ({b"content-encoding"} if decoded else set())
    first, *rest = lines(head)
    out = [first]
    right = False
    for line in rest:
        name, colon, text = line.partition(b":")
        key = name.strip().lower()
        if key == b"content-length" and text.strip() == str(length).encode() and not right:
            right = True
            out.append(line)
        else:
            out.append(b"x-orig-" + key + colon + text if colon and key in gone else line)
    if not right:
        out.append(b"Content-Length: %d" % length)
    return b"\r\n".join(out) + b"\r\n\r\n"


_OF_THE_TRANSFER = frozenset({b"transfer-encoding", b"content-length"})


def dechunked(entity: bytes) -> bytes:
    """The content of a chunked entity. Raises MessageError where it is not chunked or ends amid a chunk."""
    out = bytearray()
    at = 0
    while True:
        size = _CHUNK.match(entity, at)
        if size is None:
            raise MessageError(f"expected the size of a chunk at byte {at} of {len(entity)}")
        length = int(size[1], 16)
        if length == 0:
            return bytes(out)
        if size.end() + length > len(entity):
            raise MessageError(f"expected a chunk of {plural(length, 'byte')}, found {len(entity) - size.end()}")
        out += entity[size.end() : size.end() + length]
        at = size.end() + length
        at += len(re.compile(rb"\r?\n?").match(entity, at)[0])  # type: ignore[index]  # matches the empty string


def transfer_decoded(head: bytes, entity: bytes) -> bytes:
    """*entity* without its chunks, where the head says that there are some and there are."""
    if "chunked" not in (value(head, "transfer-encoding") or "").lower():
        return entity
    try:
        return dechunked(entity)
    except MessageError:
        return entity  # de-chunked by an archiver that kept the header: seen in files of several crawlers


def content_decoded(entity: bytes, encoding: str | None, most: int) -> bytes:
    """The body inside *entity*. Raises MessageError where it is none, is cut, or exceeds *most* bytes."""
    try:
        for coding in reversed(magic.codings(encoding)):
            entity = magic.decoded(entity, coding, most)
    except magic.UnknownCodingError as unknown:
        raise MessageError(f"expected a known content coding, found {unknown}") from None
    except (magic.UndecodableError, magic.TooLargeError) as error:
        raise MessageError(str(error)) from None
    return entity
