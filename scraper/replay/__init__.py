"""A capture as a page without scripts, its neighbours in time, and lists of captures for programs. Pure.

`html` and `css` rewrite what was served, `memento` knows RFC 7089, `cdx_server` the questions of the Wayback Machine's
CDX server. Where captures come from, and how answers are sent, is other rooms' business.
"""

from scraper.replay import cdx_server, memento
from scraper.replay.boxes import grey_box, placeholder
from scraper.replay.css import rewritten as rewritten_css
from scraper.replay.html import Addresses, PageFrame, replayed

__all__ = [
    "Addresses",
    "PageFrame",
    "cdx_server",
    "grey_box",
    "memento",
    "placeholder",
    "replayed",
    "rewritten_css",
]
