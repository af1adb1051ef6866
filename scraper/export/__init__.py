"""Everything that leaves the archive whole: result sets in many formats, and copies of the file.

`write` gives chunks of bytes for a terminal or a web page; `to_file` writes a file with its description beside it;
`copy` makes an archive to publish. All posts, or those of a search `Request`.
"""

from scraper.export.atom import NEVER, instant, page_links, xml
from scraper.export.bag import to_bag
from scraper.export.copy import copy
from scraper.export.files import Written, replacing, to_file, to_place, to_zip
from scraper.export.formats import FORMATS, Format, write
from scraper.export.package import shape
from scraper.export.parquet import to_parquet
from scraper.export.rows import LISTS, Options, check, chosen, count, post_url, where
from scraper.export.tables import Column, columns
from scraper.export.warc import export_wacz, export_warc, post_wacz, post_warc
from scraper.export.works import revision_name

__all__ = [
    "FORMATS",
    "LISTS",
    "NEVER",
    "Column",
    "Format",
    "Options",
    "Written",
    "check",
    "chosen",
    "columns",
    "copy",
    "count",
    "export_wacz",
    "export_warc",
    "instant",
    "page_links",
    "post_url",
    "post_wacz",
    "post_warc",
    "replacing",
    "revision_name",
    "shape",
    "to_bag",
    "to_file",
    "to_parquet",
    "to_place",
    "to_zip",
    "where",
    "write",
    "xml",
]
