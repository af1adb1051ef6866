"""The sites whose posts are wanted: their hosts, their lists of posts, how their posts are numbered.

`own_sites` has the network's own; `known` finds the site of an address, and makes one for any other; `numbering`
counts posts.
"""

from scraper.own_sites import ARCHIVE, NETWORK, SITES, UPR2020, USHRN_DRUPAL, USHRN_NEWS, WIX_MEDIA, WIX_STYLES
from scraper.sites.known import by_id, site_for
from scraper.sites.numbering import by_number, up_to

__all__ = [
    "ARCHIVE",
    "NETWORK",
    "SITES",
    "UPR2020",
    "USHRN_DRUPAL",
    "USHRN_NEWS",
    "WIX_MEDIA",
    "WIX_STYLES",
    "by_id",
    "by_number",
    "site_for",
    "up_to",
]
