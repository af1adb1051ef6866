"""Saved pages, text dumps and web archives as files: which are taken, what is in them, where and when it was saved.

No network, no archive of ours: `extract` and `import` both start here.
"""

from scraper.saved.pages import (
    NO_MANIFEST,
    WARC_SUFFIXES,
    Manifest,
    Skipped,
    container_of,
    facts,
    given_time,
    given_url,
    load,
    read_manifest,
    shown,
    walk,
)
from scraper.saved.web_archives import first_post, kind_of

__all__ = [
    "NO_MANIFEST",
    "WARC_SUFFIXES",
    "Manifest",
    "Skipped",
    "container_of",
    "facts",
    "first_post",
    "given_time",
    "given_url",
    "kind_of",
    "load",
    "read_manifest",
    "shown",
    "walk",
]
