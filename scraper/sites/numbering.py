"""Sites that number their posts: every number up to the highest known is worth asking for. Pure."""

from collections.abc import Iterable

from scraper import urls
from scraper.records import Numbering, Target

#: A number so far beyond all others is a slip or a trap.
FARTHEST = 500


def highest(numbering: Numbering, numbers: Iterable[int]) -> int:
    """The highest number that can be believed: at least the highest ever seen, no leap of more than `FARTHEST`."""
    found = numbering.highest
    for number in sorted(numbers):
        if number <= found + FARTHEST:
            found = max(found, number)
    return found


def by_number(site: str, numbering: Numbering, number: int) -> Target:
    """The post of that number, by the address by which it is known."""
    return Target(url=numbering.address.format(number), site=site, found_by=("number",))


def up_to(site: str, numbering: Numbering, heard: Iterable[str]) -> tuple[Target, ...]:
    """Every number up to the highest that an address among *heard* has: which of them were posts is to be found out."""
    numbers = [number for url in heard if (number := urls.post_number(url)) is not None]
    return tuple(by_number(site, numbering, number) for number in range(1, highest(numbering, numbers) + 1))
