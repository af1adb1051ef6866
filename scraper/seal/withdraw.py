"""Letting go of a post without breaking the proof of all others: what would be taken out, and taking it out."""

from dataclasses import dataclass

from scraper.errors import UsageError
from scraper.store import Archive, withdrawing

#: Other places that are named one by one.
SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be withdrawn, and how it is to be said."""

    url: str
    reason: str
    by: str
    #: Mask its words in all other places, too, and in all that comes later.
    everywhere: bool = False
    #: Keep it as evidence, show it nowhere.
    hide: bool = False
    #: Only its pictures.
    pictures: bool = False


def plan(archive: Archive, order: Order) -> withdrawing.Plan:
    """What *order* would take out. Raises UsageError where no such post is here."""
    found = archive.withdrawal(order.url, pictures=order.pictures)
    if found is None:
        raise UsageError(f"{order.url}: no post of this archive is known by it; `ushrn show` finds posts by address")
    return found


def told(order: Order, chosen: withdrawing.Plan) -> list[str]:
    """What a person should know before it is done, line by line."""
    what = "pictures of " if order.pictures else ""
    lines = [f"{what}{chosen.url}: {len(chosen.captures)} captures, {len(chosen.bodies)} bodies"]
    lines += [f"  also known by {address}" for address in chosen.addresses if address != chosen.url]
    if order.hide:
        return [*lines, "  hidden: kept as evidence, shown nowhere"]
    if chosen.elsewhere:
        verb = "will be masked" if order.everywhere else "stay; --everywhere masks them"
        lines.append(f"  its words stand in {len(chosen.elsewhere)} captures elsewhere, which {verb}:")
        lines += [f"    {at} {url}" for url, at in chosen.elsewhere[:SHOWN]]
        lines += [f"    and {len(chosen.elsewhere) - SHOWN} more"] if len(chosen.elsewhere) > SHOWN else []
    return lines


def carry_out(archive: Archive, order: Order, chosen: withdrawing.Plan, *, crawl_id: int, at: str) -> None:
    """Take out what was planned, in one transaction; *at*: now, UTC. To be called within `Archive.alone`."""
    archive.withdraw(
        chosen, crawl_id, at=at, reason=order.reason, by=order.by, everywhere=order.everywhere, hide=order.hide,
        whole=not order.pictures,
    )  # fmt: skip
