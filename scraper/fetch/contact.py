"""Who asks: the address by which a site's owner can reach the person who runs this. Pure."""

import re

from scraper import credentials
from scraper.errors import UsageError
from scraper.fetch.addresses import is_loopback, name_of

_MAIL = re.compile(r"(?:mailto:)?([^@\s]+@[^@\s]+\.[^@\s]+)")


def checked(contact: str | None) -> str | None:
    """*contact* as it can stand in a header; None: there is none. Raises UsageError for what cannot."""
    if contact is None or not contact.strip():
        return None
    contact = contact.strip()
    if not (contact.isascii() and contact.isprintable()) or set(contact) & set("()\\"):
        raise UsageError(f"--contact: expected printable ASCII without parentheses, found {contact!r}")
    if credentials.has_user(contact):
        raise UsageError(
            "--contact: expected an address without a user's name: it goes with every request, and is kept"
        )
    return contact


def required(url: str, contact: str | None) -> None:
    """Raises UsageError when *url* is on another machine and its owner could not find out who asks."""
    if is_loopback(name_of(url)):
        return
    if contact is None:
        raise UsageError(
            f"{url}: expected a contact for the site's owner, found none: give --contact (an e-mail or web address), "
            "or set USHRN_CONTACT"
        )
    if "@" not in contact and "://" not in contact:
        raise UsageError(f"--contact: expected an e-mail or web address, found {contact!r}")


def mail_of(contact: str | None) -> str | None:
    """The e-mail address that *contact* is; None: it is none."""
    match = _MAIL.fullmatch(contact or "")
    if not match:
        return None
    return match[1]
