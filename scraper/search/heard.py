"""What is known of an address that was named as a post's, where no post is here."""

import sqlite3
from dataclasses import dataclass

from scraper import urls
from scraper.search.addresses import LONGEST, candidates
from scraper.vocabulary import AddressState

#: What became of such an address; a whole sentence.
BECAME = {
    AddressState.WANTED: "This address was listed as a post, but it has not been captured yet.",
    AddressState.LOST: "This address was listed as a post, but no copy could be found anywhere.",
    AddressState.REDIRECTED: "This address leads to another page, and no post has been captured here.",
    AddressState.IN_WEB_ARCHIVE: "A web archive has this page; it has not been recovered yet.",
    AddressState.WITHDRAWN: "The post at this address has been withdrawn from the archive.",
    AddressState.NOT_A_POST: "This address was listed as a post; what is there is not one.",
}


@dataclass(frozen=True, slots=True)
class HeardOf:
    """An address that was named as a post's, and what became of it."""

    address: str
    site: str
    state: AddressState

    @property
    def became(self) -> str:
        """The same as a sentence."""
        return BECAME[self.state]


def heard_of(db: sqlite3.Connection, text: str) -> HeardOf | None:
    """What is known of the address that *text* is, however it was copied; None: nothing, or a post is here."""
    for address in candidates(text[:LONGEST]):
        row = db.execute(
            "SELECT url, site, state FROM known_urls WHERE url IN (?, ?, ?) LIMIT 1",
            (address, urls.normalise(address), urls.canonical(address)),
        ).fetchone()
        if row and row[2] in BECAME:
            return HeardOf(row[0], row[1], AddressState(row[2]))
    return None
