"""The digests by which the archive can be checked: of a post's content, of a capture's record, of a run.

Each is the SHA-256 (hex) of UTF-8 text that a stranger can make again: canonical JSON (sorted keys, no spaces,
non-ASCII as it is), or for a run lines of digests.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from scraper.records import File, Image, Reading

#: Columns of `captures` that are ids of this archive and so no part of the record; two of them refer to other
#: captures and enter as the `record_sha256` of these.
REFERENCES = ("not_modified_of", "like_capture_id")
IDS = ("id", "crawl_id", *REFERENCES)


#: Bytes of a SHA-256.
OCTETS = 32


def canonical_json(value: object) -> bytes:
    """*value* as JSON in the one form that digests are made of; BLOBs as hex."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=bytes.hex).encode(
        "utf-8", "surrogatepass"
    )


def sha256(data: bytes) -> str:
    """SHA-256 of *data*, hex."""
    return hashlib.sha256(data).hexdigest()


#: Characters of a short id: 50 bits, which two of 100,000 posts share with a chance of 1 in 225,000.
SHORT = 10


def short_id(url: str, length: int = SHORT) -> str:
    """A short name for a post, made of its canonical address alone: the beginning of its SHA-256 in base32 (RFC 4648).

    Lower case; the same in every archive.
    """
    return base64.b32encode(hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()).decode().lower()[:length]


def targets(reading: Reading) -> dict[str, list[str]]:
    """What a post points at, in order: link targets, image ids, file ids."""
    return {
        "files": [file_id(file) for file in reading.files],
        "images": [image_id(image) for image in reading.images],
        "links": [link.url for link in reading.links],
    }


def image_id(image: Image) -> str:
    """Wix's media id, the same at every size and host; elsewhere the address."""
    return _media_id(image.url)


def file_id(file: File) -> str:
    """Wix's media id; elsewhere the address, and where the page hides that, the name."""
    if file.url:
        return _media_id(file.url)
    return file.name or ""


def _media_id(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if (parts.hostname or "").endswith(("wixstatic.com", "media.wix.com")):
        for folder in ("/media/", "/ugd/"):
            if folder in parts.path:
                return parts.path.partition(folder)[2].split("/")[0]
    return url


def content_sha256(
    *,
    title: str | None,
    author: str | None,
    published_at: str | None,
    updated_at: str | None,
    body_text: str | None,
    targets: Mapping[str, list[str]],
) -> str:
    """Digest of what a post says: a new one makes a revision, counts and looks never do."""
    said = {
        "title": title,
        "author": author,
        "published_at": published_at,
        "updated_at": updated_at,
        "body_text": body_text,
        **targets,
    }
    return sha256(canonical_json(said))


def of_reading(reading: Reading) -> str:
    """`content_sha256` of a reading."""
    return content_sha256(
        title=reading.title,
        author=reading.author,
        published_at=reading.published_at,
        updated_at=reading.updated_at,
        body_text=reading.body_text,
        targets=targets(reading),
    )


def record_sha256(capture: Mapping[str, object], references: Mapping[str, str | None]) -> str:
    """Digest of one row of `captures`: all columns but ids and the digest itself.

    *references* gives for ``not_modified_of`` and ``like_capture_id`` the `record_sha256` of the captures they name
    (None where they name none).
    """
    record = {name: value for name, value in capture.items() if name not in IDS and name != "record_sha256"}
    return sha256(canonical_json(record | {name: references.get(name) for name in REFERENCES}))


def chain_sha256(previous: str | None, records: Iterable[str]) -> str:
    """Digest of a run: the previous run's chain (an empty line for the first), then its record digests, sorted.

    Each on a line of its own, ended by a newline.
    """
    return chain_of_sorted(previous, sorted(records))


def chain_of_sorted(previous: str | None, records: Iterable[str]) -> str:
    """The same of *records* that come sorted: they are not held in memory."""
    found = hashlib.sha256(f"{previous or ''}\n".encode("ascii"))
    for record in records:
        found.update(f"{record}\n".encode("ascii"))
    return found.hexdigest()
