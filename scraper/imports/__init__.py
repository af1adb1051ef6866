"""`ushrn import`: saved pages, text dumps and web archives into an archive."""

from scraper.imports.run import run_import
from scraper.imports.undo import run_set_aside

__all__ = ["run_import", "run_set_aside"]
