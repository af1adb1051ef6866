"""What reads pages, and in which version: the same captures give the same rows only where all of it is the same."""

import unicodedata
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from scraper import __version__
from scraper.reading.page_reader import READER

#: Packages whose version changes what is read out of a page.
PARSERS = ("cld3-py", "feedparser", "nh3", "pypdf", "selectolax")


def fingerprint() -> dict[str, str]:
    """Names and versions of what reads pages: the rules, the program, Python's tables of characters (by which words are
    told), the packages that parse; a package that is not there: empty.
    """
    own = {"reader": str(READER), "unicode": unicodedata.unidata_version, "ushrn": __version__}
    return own | {name: _version(name) for name in PARSERS}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
