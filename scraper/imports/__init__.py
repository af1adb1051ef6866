"""`ushrn import`: saved pages, text dumps and web archives into an archive."""

from scraper.imports.run import run_import

__all__ = ["run_import"]
