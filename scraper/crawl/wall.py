"""A wall before a site's pages: counted as it is met, and said in so many words."""

from scraper.crawl.session import CrawlSession
from scraper.errors import Blocked
from scraper.numbers import plural
from scraper.records import Problem, Site
from scraper.vocabulary import Stage

#: So many pages in a row behind a wall end the visit.
IN_A_ROW = 3


class Wall:
    """What stood before the pages of one site in this run."""

    def __init__(self, session: CrawlSession, site: Site) -> None:
        self.session = session
        self.site = site
        self.met_at: list[str] = []
        self._in_a_row = 0
        self._why = ""
        #: Whether one of them is to be told: it is new, or due again.
        self._told = False

    def passed(self) -> None:
        """A page was fetched: no wall stands before all of them."""
        self._in_a_row = 0

    @property
    def stands(self) -> bool:
        """Whether the last page asked for was behind it."""
        return self._in_a_row > 0

    @property
    def is_firm(self) -> bool:
        """Whether so many pages in a row were behind it that it may stand before the whole site."""
        return self._in_a_row >= IN_A_ROW

    def met(self, url: str, why: str, *, named: bool = True) -> None:
        """A page was behind the wall. *named*: *why* is what it calls itself, else what it is told by."""
        self.met_at.append(url)
        self._in_a_row += 1
        self._why = why
        found = why if named else f"a wall ({why})"
        message = f"expected the post, found {found}; nothing was concluded from it, asked again in the next run"
        problem = Problem(stage=Stage.FETCH, kind="blocked", url=url, message=message)
        self._told = self.session.note(problem) or self._told

    def before_site(self) -> Blocked:
        """That the wall stands before the whole site."""
        return Blocked(f"{self.site.id}: a wall stands before the site's pages {self._words()}")

    def tell_part(self) -> None:
        """Says that the wall stands before some posts only, where one of them is to be told."""
        if self._told:
            self.session.messages.append(
                f"{self.site.id}: a wall stands before some of the site's pages, not before all {self._words()}"
            )
            self.session.statuses.add(Blocked.exit_status)

    def _words(self) -> str:
        return (
            f"({self._why}; {plural(len(self.met_at), 'address', 'addresses')}, the last: {self.met_at[-1]}). Nothing "
            "was concluded from them, and no post was changed. Open one in a browser; ask the site's owner to let the "
            "program in, or run it elsewhere"
        )
