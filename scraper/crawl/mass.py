"""Many posts that are away, or come again elsewhere, at once: what an owner seldom does post by post is said aloud."""

from collections.abc import Set as AbstractSet

from scraper.crawl.lists import Found
from scraper.crawl.session import CrawlSession
from scraper.dates import utc
from scraper.decide import GONE_AFTER, within
from scraper.numbers import plural
from scraper.records import Problem, Site
from scraper.store import lookups
from scraper.vocabulary import AddressState, Stage

#: More than so many posts, and more than this share of those known, are a mass.
MANY, SHARE = 5, 0.25


def is_mass(away: int, known: int) -> bool:
    """Whether *away* of *known* posts, or of those that are new, are a mass."""
    return away > MANY and away > known * SHARE


def check(session: CrawlSession, site: Site, found: Found) -> None:
    """Says that many posts are absent at once, or are no longer named, when it begins and then weekly."""
    states = session.archive.url_states(site.id)
    known = {url: one for url, one in states.items() if one.state == AddressState.ARCHIVED and not one.gone_at}
    absent = sum(1 for one in known.values() if one.missing_since)
    _tell(
        session, site, Stage.MASS_ABSENT, absent, len(known),
        f"{absent} of {plural(len(known), 'known post is', 'known posts are')} absent at once: "
        "if the site was moved or is being taken down, `ushrn recover` gets "
        "what web archives hold. No post that the site's sources still name is called gone",
    )  # fmt: skip
    unnamed = _unnamed(session, site, found, known.keys()) if found.sitemap_complete else 0
    _tell(
        session, site, Stage.MASS_UNNAMED, unnamed, len(known),
        f"the sitemap no longer names {unnamed} of {plural(len(known), 'known post')}; each of them is looked at",
    )  # fmt: skip
    new, again = lookups.shown_again(session.archive.db, site.id, utc(session.run.started))
    _tell(
        session, site, Stage.MASS_AGAIN, again, new,
        f"{again} of {plural(new, 'new post is', 'new posts are')} like one that the archive has at another address: "
        "the site may write the number of a visit into its addresses, and every crawl would add its posts anew",
    )  # fmt: skip


def _unnamed(session: CrawlSession, site: Site, found: Found, known: AbstractSet[str]) -> int:
    """How many of the *known* posts the sitemap named lately, and no source names now."""
    now, left = session.run.now(), known - found.named
    heard = lookups.heard_in_sitemap(session.archive.db, site.id)
    return sum(1 for url, at in heard if url in left and within(at, GONE_AFTER, now))


def _tell(session: CrawlSession, site: Site, stage: Stage, away: int, known: int, message: str) -> None:
    if not is_mass(away, known):
        session.resolve(site.base_url, stage)
    elif session.note(Problem(stage=stage, kind=stage.removeprefix("mass-"), url=site.base_url, message=message)):
        session.alarm(f"{site.id}: {message}")
