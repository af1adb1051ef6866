"""`ushrn import`: saved pages, text dumps, WARC, WACZ and WET into an archive."""

from scraper.imports.run import run_import

__all__ = ["run_import"]
