"""How a site shows that a page is not there without saying 404: found out by asking for one that never was."""

import secrets

from scraper import decide, urls
from scraper.crawl.resemblance import alike
from scraper.crawl.session import Session
from scraper.errors import FetchFailed, Forbidden
from scraper.records import Capture, Problem, Site


class MissingPages:
    """The site's answer to a random address, asked for once a run and only when something looks like a soft 404."""

    def __init__(self, session: Session, site: Site) -> None:
        self.session = session
        self.site = site
        self._asked = False
        #: Id of the capture that counts, its page, and where the random address led.
        self._probe: tuple[int, Capture] | None = None

    def same_as(self, answer: Capture) -> int | None:
        """Id of the probe's capture when *answer* shows the same words, or is where the probe led too; else None."""
        probe = self._page()
        if probe is None:
            return None
        same_place = urls.canonical(probe[1].url) == urls.canonical(answer.url)
        return probe[0] if same_place or alike(answer, probe[1]) else None

    def _page(self) -> tuple[int, Capture] | None:
        if not self._asked:
            self._asked = True
            url = f"{self.site.base_url}post/{urls.PROBE}{secrets.token_hex(8)}"
            try:
                hops, answer = self.session.ask(url, "other", self.site)
            except (FetchFailed, Forbidden) as error:
                message = f"could not ask for an address that never was: {error}"
                self.session.note(
                    Problem(stage="fetch", kind="no-probe", level="note", url=self.site.base_url, message=message)
                )
                return None
            self.session.keep_all(hops)
            self._probe = (self.session.keep(answer).capture_id, answer)
        return self._probe


def says_missing(hop: Capture) -> bool:
    """Whether a redirect by itself says that the page is not there: it leads to the front page or another post."""
    return decide.observe(hop, 0, ("", "", "", "", ""), None).meaning is decide.Meaning.ABSENT
