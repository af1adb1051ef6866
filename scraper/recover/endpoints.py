"""Addresses of stand-ins for the web archives, as ``--endpoint`` names them."""

from urllib.parse import SplitResult, urlsplit

from scraper import credentials
from scraper.errors import UsageError


def parts_of(url: str, example: str) -> SplitResult:
    """The parts of *url*. Raises UsageError, which shows an *example*, for what is no plain web address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"--endpoint: expected an address like {example}, found {url!r}")
    if credentials.has_user(url):
        raise UsageError("--endpoint: expected an address without a user's name: addresses are kept in the archive")
    return parts
