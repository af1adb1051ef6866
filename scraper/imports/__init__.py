"""`ushrn import`: saved pages, text dumps, WARC, WACZ and WET into an archive."""

from scraper.imports.run import ImportReport, run_import

__all__ = ["ImportReport", "run_import"]
