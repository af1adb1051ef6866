"""HTML of a post's body, made safe to show: what is not on the lists below is taken out. Door to nh3."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import nh3

_KEPT = """
a abbr b blockquote br caption code dd del div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins li mark ol p
pre q s small span strong sub sup table tbody td tfoot th thead tr u ul
"""
_GONE = "script style template iframe object embed svg math noscript form button select textarea title"
#: Elements that carry meaning in a body; every other tag goes, its text stays.
TAGS = frozenset(_KEPT.split())
#: Elements that go with everything inside them.
_WITH_CONTENT = frozenset(_GONE.split())
_ATTRIBUTES: Mapping[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_NUMBER = re.compile(r"\d{1,5}$", re.ASCII)
_NUMERIC = frozenset({"width", "height", "colspan", "rowspan", "start", "value"})


def clean(html: str, base_url: str | None = None) -> str:
    """*html* with only harmless elements, attributes and addresses; relative addresses become absolute ones
    of *base_url*, or go where it is None. Cleaning twice changes nothing.
    """

    def filtered(_tag: str, name: str, value: str) -> str | None:
        if name in ("href", "src"):
            return safe_url(value, base_url)
        if name in _NUMERIC:
            if not _NUMBER.match(value):
                return None
            return value
        return value

    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes=dict(_ATTRIBUTES),
        attribute_filter=filtered,
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer nofollow ugc",
    )


def safe_url(address: str, base_url: str | None = None) -> str | None:
    """*address* made absolute; None when it is none, or of a scheme that may run something (javascript:, data:)."""
    try:
        absolute = urljoin(base_url or "", address.strip())
        parts = urlsplit(absolute)
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or (parts.scheme in ("http", "https") and not parts.netloc):
        return None
    return absolute
