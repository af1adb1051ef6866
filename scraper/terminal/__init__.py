"""What a person reads on a terminal: the history of one post, the state of the archive, the hits of a search."""

from scraper.terminal import changes, prometheus, show, status
from scraper.terminal.hits import Help, Style, first_mended, json_lines, results
from scraper.terminal.status import Status

__all__ = [
    "Help",
    "Status",
    "Style",
    "changes",
    "first_mended",
    "json_lines",
    "prometheus",
    "results",
    "show",
    "status",
]
