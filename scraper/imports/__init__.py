"""`ushrn import`: saved pages, text dumps and web archives into an archive.

What only looks into files (`saved`, `web_archives`) needs nothing of a run, and starts without it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scraper.imports.run import run_import

__all__ = ["run_import"]


def __getattr__(name: str) -> Any:
    """`run_import`, when it is asked for (PEP 562)."""
    if name != "run_import":
        raise AttributeError(name)
    from scraper.imports.run import run_import

    return run_import
