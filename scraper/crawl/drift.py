"""Pages that no longer look as they did: which known posts lost what in one crawl. Pure bookkeeping."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from scraper.decide import OWN_TEXT, WHY_ONE_TEXT, OneText, ShownText
from scraper.numbers import plural
from scraper.records import Reading

#: What a post that had it does not lose without a reason: if many do, their pages are held back.
FIELDS = ("title", "body_text", "published_at")
#: Stands for a page that shows no post at all.
WHOLE_PAGE = "whole page"
GRAVE = (WHOLE_PAGE, OWN_TEXT, *FIELDS)
#: What an owner may take away: stored, and told once. Counts are left out: Wix stopped showing them.
SMALL = ("author", "categories", "tags", "images", "excerpt")
#: So many known posts must have lost something, and more than half of those looked at.
ENOUGH = 3


@dataclass(slots=True)
class DriftWatch:
    """Which known posts of this crawl lost which field."""

    #: How many posts the archive had of the site before this crawl.
    known: int
    looked_at: int = 0
    lost: dict[str, list[str]] = field(default_factory=dict)
    _texts: OneText = field(default_factory=lambda: OneText(enough_others=1))

    def see(self, url: str, before: Reading | None, now: Reading) -> tuple[str, ...]:
        """Notes what the known post at *url* lost since *before*; returns the names of these fields."""
        if not self.known:
            return ()  # nothing stands in place of another text where there was none
        shown = ShownText(url=url, capture_id=0, title=now.title, text=now.body_text)
        self._texts.note(shown, None if before is None else before.body_text or "")
        if before is None:
            return ()
        self.looked_at += 1
        gone = tuple(name for name in (*FIELDS, *SMALL) if getattr(before, name) and not getattr(now, name))
        for name in gone:
            self.lost.setdefault(name, []).append(url)
        return gone

    def lose_page(self, url: str) -> None:
        """Notes that the page of the known post at *url* shows no post at all, and does not say why."""
        self.looked_at += 1
        self.lost.setdefault(WHOLE_PAGE, []).append(url)

    @property
    def enough(self) -> int:
        """How many posts must have lost a field: fewer on a small site, never one alone."""
        return min(ENOUGH, max(2, self.known))

    def alarms(self, fields: tuple[str, ...]) -> dict[str, list[str]]:
        """Those of *fields* that drifted, each with the posts that lost it; empty: all is well."""
        found = {
            name: urls
            for name, urls in self.lost.items()
            if name in fields and len(urls) >= self.enough and len(urls) * 2 > self.looked_at
        }
        alike = [one.url for one in self._texts.found()] if OWN_TEXT in fields else []
        if alike:
            return {**found, OWN_TEXT: alike}
        return found

    @property
    def doubtful(self) -> bool:
        """Whether something grave was lost, but too few posts were looked at to tell: look at more."""
        most = max((len(urls) for name, urls in self.lost.items() if name in GRAVE), default=0)
        return most * 2 > self.looked_at and most < self.enough and self.looked_at < self.known


def _advice(alarms: Collection[str], site: str) -> Iterator[str]:
    """What may be the matter, and what to do."""
    if WHOLE_PAGE in alarms:
        yield "Pages that show no post are a wall whose words change, or a new layout: open one in a browser."
    if OWN_TEXT in alarms:
        yield f"One text in place of many is {WHY_ONE_TEXT}: open one in a browser."
    if set(alarms) - {WHOLE_PAGE}:
        yield (
            f"If the posts really changed, `ushrn accept {site}` accepts them; if not, the program needs a layout for "
            "the new look."
        )


def report(alarms: dict[str, list[str]], site: str, since: dict[str, str]) -> str:
    """The alarm in words: which field, since when, which posts."""
    held = len({url for urls in alarms.values() for url in urls})
    lines = [
        f"{site}: pages no longer look as they did; {plural(held, 'page')} held back, nothing overwritten. "
        + " ".join(_advice(alarms, site))
    ]
    for name, posts in sorted(alarms.items()):
        began = since.get(name, "this crawl")
        lines.append(f"  {name}: missing on {plural(len(posts), 'post')} that had it, since {began}")
        lines += [f"    {url}" for url in posts[:5]]
        if len(posts) > 5:
            lines.append(f"    and {len(posts) - 5} more")
    return "\n".join(lines)
