"""Everything that leaves the archive whole: result sets in six formats, and copies of the file.

`write` gives chunks of bytes for a terminal or a web page; `to_file` writes a file with its description beside it;
`copy` makes an archive to publish. All posts, or those of a search `Request`.
"""

from scraper.export.copy import copy
from scraper.export.files import Written, replacing, to_file, to_place
from scraper.export.formats import FORMATS, Format, write
from scraper.export.rows import LISTS, Options, check, chosen, count, select, snapshot, where

__all__ = [
    "FORMATS",
    "LISTS",
    "Format",
    "Options",
    "Written",
    "check",
    "chosen",
    "copy",
    "count",
    "replacing",
    "select",
    "snapshot",
    "to_file",
    "to_place",
    "where",
    "write",
]
