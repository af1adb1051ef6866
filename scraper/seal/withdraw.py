"""Letting go of a post without breaking the proof of all others: what would be taken out, and taking it out."""

import re
from dataclasses import dataclass

from scraper.errors import UsageError
from scraper.numbers import plural
from scraper.store import Archive, Decision, Extent, WithdrawalPlan

_DIGEST = re.compile(r"[0-9a-f]{6,64}", re.ASCII)
#: Other places that are named one by one.
SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be withdrawn, and how it is to be said."""

    url: str
    reason: str
    by: str
    #: How much of what is known by the address.
    extent: Extent = Extent.POST
    #: Begins the `record_sha256` of the revision or capture that is meant; empty: of none.
    digest: str = ""
    #: Mask its words in all other places, too, and in all that comes later.
    everywhere: bool = False
    #: Keep it as evidence, show it nowhere.
    hide: bool = False


def meant(revision: str | None, capture: str | None, *, pictures: bool) -> tuple[Extent, str]:
    """How much is to be withdrawn, and the digest that names it. Raises UsageError where several things are named."""
    named = {Extent.REVISION: revision, Extent.CAPTURE: capture, Extent.PICTURES: "" if pictures else None}
    given = [(extent, value) for extent, value in named.items() if value is not None]
    if len(given) > 1:
        raise UsageError("--revision, --capture and --pictures: one of them, or none for the whole post")
    extent, value = given[0] if given else (Extent.POST, "")
    digest = value.partition("@")[0]
    if extent in (Extent.REVISION, Extent.CAPTURE) and not _DIGEST.fullmatch(digest):
        raise UsageError(f"--{extent}: expected the first 6 or more digits of a record's digest, found {value!r}")
    return extent, digest


_MISSING = {
    Extent.POST: "no post of this archive is known by it; `ushrn show` finds posts by address",
    Extent.PICTURES: "no post of this archive is known by it; `ushrn show` finds posts by address",
    Extent.REVISION: "the post has no version whose record begins so; `ushrn show` lists them",
    Extent.CAPTURE: "no capture of it has a record that begins so; `ushrn show` lists them",
}


def plan(archive: Archive, order: Order) -> WithdrawalPlan:
    """What *order* would take out. Raises UsageError where nothing like it is here, it asks for both halves, or nobody
    says why or who.
    """
    for option, words in (("--reason", order.reason), ("--by", order.by)):
        if not words.strip():
            raise UsageError(f"{option}: expected some text, found none")
    if order.hide and order.extent is not Extent.POST:
        raise UsageError("--hide keeps a whole post back; leave out --revision, --capture and --pictures, or --hide")
    found = archive.withdrawal(order.url, order.extent, order.digest)
    if found is None:
        raise UsageError(f"{order.url}: {_MISSING[order.extent]}")
    if order.extent is Extent.PICTURES and not found.addresses:
        raise UsageError(f"{order.url}: the post has no pictures that are its own")
    return found


_WHAT = {
    Extent.POST: "",
    Extent.PICTURES: "pictures of ",
    Extent.REVISION: "one version of ",
    Extent.CAPTURE: "one capture of ",
}


def told(order: Order, chosen: WithdrawalPlan) -> list[str]:
    """What a person should know before it is done, line by line."""
    counts = f"{plural(len(chosen.captures), 'capture')}, {plural(len(chosen.bodies), 'body', 'bodies')}"
    lines = [f"{_WHAT[order.extent]}{chosen.url}: {counts}"]
    if order.extent is Extent.POST:
        lines += [f"  with it: {address}" for address in chosen.addresses if address != chosen.url]
    if order.hide:
        return [*lines, "  hidden: kept as evidence, shown nowhere"]
    if chosen.elsewhere:
        what = "--everywhere masks them" if order.everywhere else "they stay; --everywhere masks them"
        lines.append(f"  its words stand in {plural(len(chosen.elsewhere), 'capture')} elsewhere; {what}:")
        lines += [f"    {at} {url}" for url, at in chosen.elsewhere[:SHOWN]]
        lines += [f"    and {len(chosen.elsewhere) - SHOWN} more"] if len(chosen.elsewhere) > SHOWN else []
    return lines


def carry_out(archive: Archive, order: Order, chosen: WithdrawalPlan, *, crawl_id: int, at: str) -> None:
    """Take out what was planned, in one transaction; *at*: now, UTC. To be called within `Archive.alone`."""
    archive.withdraw(
        chosen,
        Decision(
            at=at, reason=order.reason, by=order.by, crawl_id=crawl_id, everywhere=order.everywhere, hide=order.hide
        ),
    )
