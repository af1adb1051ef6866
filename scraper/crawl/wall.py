"""A wall before a site's pages: counted as it is met, and said in so many words."""

from scraper.crawl.session import Session
from scraper.errors import Blocked
from scraper.records import Problem, Site
from scraper.vocabulary import Stage

#: So many pages in a row behind a wall end the visit.
IN_A_ROW = 3


class Wall:
    """What stood before the pages of one site in this run."""

    def __init__(self, session: Session, site: Site) -> None:
        self.session = session
        self.site = site
        self.met_at: list[str] = []
        self._in_a_row = 0
        self._why = ""

    def passed(self) -> None:
        """A page was had: no wall stands before all of them."""
        self._in_a_row = 0

    @property
    def stands(self) -> bool:
        """Whether the last page asked for was behind it."""
        return self._in_a_row > 0

    def met(self, url: str, why: str, *, quietly: bool = False) -> None:
        """A page was behind the wall. Raises Blocked at the third in a row, unless *quietly*."""
        self.met_at.append(url)
        self._in_a_row += 1
        self._why = why
        message = f"expected the post, found {why}; nothing was concluded from it, asked again in the next run"
        self.session.note(Problem(stage=Stage.FETCH, kind="blocked", url=url, message=message))
        if not quietly:
            self.raise_if_met()

    def raise_if_met(self) -> None:
        """Raises Blocked where the wall stands before the site."""
        if self._in_a_row >= IN_A_ROW:
            raise Blocked(
                f"{self.site.id}: a wall stands before the site's pages ({self._why}; {len(self.met_at)} addresses, "
                f"the last: {self.met_at[-1]}). Nothing was concluded from them, and no post was changed. Open one in "
                "a browser; ask the site's owner to let the program in, or run it elsewhere"
            )
