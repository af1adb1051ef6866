"""Which of the listed captures are worth having, and in which order. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from scraper import urls
from scraper.warc import CdxRecord

MISSING = frozenset({404, 410})


def worth(rows: Iterable[CdxRecord]) -> list[CdxRecord]:
    """Of each address every version, at its first capture, and what tells that the post was gone.

    A version is a run of captures with one digest: a page that changed and changed back has three. Of answers that say
    "missing" the first and the last behind the newest page are enough; redirects and failures say nothing that a page
    does not. In the order in which to fetch: the newest of each address before the second newest of any, so that a run
    cut short has every post once.
    """
    ranked: list[tuple[int, str, str, CdxRecord]] = []
    for address, group in by_address(rows).items():
        for rank, row in enumerate(reversed(_versions(group))):
            ranked.append((rank, row.timestamp, address, row))
    return [row for *_, row in sorted(ranked, key=lambda item: item[:3])]


def by_address(rows: Iterable[CdxRecord]) -> dict[str, list[CdxRecord]]:
    """The rows of each post (or file), oldest first."""
    groups: dict[str, list[CdxRecord]] = defaultdict(list)
    for row in sorted(rows, key=_order):
        groups[urls.canonical(row.url)].append(row)
    return groups


def _versions(group: list[CdxRecord]) -> list[CdxRecord]:
    """The captures worth having of one address, oldest first."""
    pages = [row for row in group if is_page(row)]
    changed = [row for before, row in pairwise(pages) if row.digest is None or row.digest != before.digest]
    newest = max((row.timestamp for row in pages[-1:]), default="")
    gone = [row for row in group if row.status in MISSING and row.timestamp > newest]
    return sorted({*pages[:1], *changed, *gone[:1], *gone[-1:]}, key=_order)


def _order(row: CdxRecord) -> tuple[str, str, int, str, str]:
    """By time; the rest only so that it is the same whatever the order of the listing."""
    return (row.timestamp, row.url, row.status or 0, row.digest or "", row.media_type or "")


def is_page(row: CdxRecord) -> bool:
    """Whether the row may be of a page that was there: a revisit is one that was there before, and a row without a
    status does not say what it is.
    """
    return row.status in (200, None)
