"""In which order the sitemaps of a site are read. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scraper.reading import sources as discover


@dataclass(slots=True)
class SitemapQueue:
    """Those that are named first, with what they name; then the one *suspected* where Wix has its posts, as an index
    may omit it; others, which seldom name posts, only where none was named until then.
    """

    suspected: str
    waiting: list[str]
    spare: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, *, has_posts: bool) -> str | None:
        """The next one to read, given whether any has named a post; None: all were read that need be."""
        for source in (self.waiting, [self.suspected], [] if has_posts else self.spare):
            self.waiting = [url for url in dict.fromkeys(source) if url not in self.seen]
            if self.waiting:
                url = self.waiting.pop(0)
                self.seen.add(url)
                return url
        return None

    def again(self, addresses: Iterable[str]) -> None:
        """Those are to be read once more."""
        for url in addresses:
            self.seen.discard(url)
            self.waiting.append(url)

    def add(self, addresses: Iterable[str]) -> None:
        """What an index names."""
        for url in addresses:
            (self.waiting if discover.wants(url) else self.spare).append(url)
