"""What a person reads on a terminal: the history of one post, the state of the archive, the hits of a search."""

from scraper.terminal import changes, prometheus, show, status
from scraper.terminal.hits import Help, ScreenStyle, first_mended, json_lines, results, said_of
from scraper.terminal.status import Status

__all__ = [
    "Help",
    "ScreenStyle",
    "Status",
    "changes",
    "first_mended",
    "json_lines",
    "prometheus",
    "results",
    "said_of",
    "show",
    "status",
]
