"""Control pages: an address that never was and a post that is known, asked for once a run when answers are suspect."""

import secrets
from collections.abc import Callable, Iterable

from scraper import urls
from scraper.crawl.session import Session
from scraper.decide import Controls
from scraper.errors import FetchFailed, Forbidden
from scraper.records import Capture, Problem, Site
from scraper.vocabulary import CaptureKind, Level, Stage


class ControlPages:
    """Asks for at most two control pages a run."""

    def __init__(self, session: Session, site: Site) -> None:
        self.session = session
        self.site = site
        self._found: Controls | None = None

    def ask(self, known: Iterable[str], look: Callable[[str], bool | None]) -> Controls:
        """What the site answers for both. *known*: addresses of posts, of which the first is asked for by *look*, which
        says whether it was shown (None: no answer that tells).
        """
        if self._found is None:
            first = next(iter(known), None)
            self._found = Controls(known_good=None if first is None else look(first), probe=self._probe())
        return self._found

    def _probe(self) -> Capture | None:
        """The answer for a random address; None: none was had, which is noted."""
        url = f"{self.site.base_url}post/{urls.PROBE}{secrets.token_hex(8)}"
        try:
            hops, answer = self.session.ask(url, CaptureKind.OTHER, self.site)
        except (FetchFailed, Forbidden) as error:
            message = f"could not ask for an address that never was: {error}"
            self.session.note(
                Problem(stage=Stage.FETCH, kind="no-probe", level=Level.NOTE, url=self.site.base_url, message=message)
            )
            return None
        self.session.keep_all(hops)
        self.session.keep(answer)
        return answer
