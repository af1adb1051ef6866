"""Control pages: an address that never was and a post that is known, asked for once a run when answers are suspect."""

import secrets
from collections.abc import Callable, Iterable

from scraper import urls
from scraper.crawl.session import CrawlSession
from scraper.decide import Controls
from scraper.errors import FetchFailed, Forbidden
from scraper.records import Capture, Problem, Site
from scraper.vocabulary import CaptureKind, Level, Stage


class ControlPages:
    """Asks for at most two control pages a run."""

    def __init__(self, session: CrawlSession, site: Site, look: Callable[[str], bool | None]) -> None:
        """*look* asks for a known post, and says whether it was shown (None: no answer that tells)."""
        self.session = session
        self.site = site
        self._look = look
        self._known: list[bool | None] = []
        self._probes: list[Capture | None] = []

    def ask(self, known: Iterable[str]) -> Controls:
        """What the site answers for both. *known*: addresses of posts, of which the first is asked for."""
        return Controls(known_good=self.is_shown(known), probe=self._probe())

    def is_shown(self, known: Iterable[str]) -> bool | None:
        """Whether the first of *known* posts is shown; None: there is none, or no answer that tells."""
        first = next(iter(known), None)
        if not self._known:
            self._known.append(None if first is None else self._look(first))
        return self._known[0]

    def _probe(self) -> Capture | None:
        """The answer for a random address; None: none was fetched."""
        if not self._probes:
            self._probes.append(self._ask_probe())
        return self._probes[0]

    def _ask_probe(self) -> Capture | None:
        """Asks for an address that never was; None: there was no answer, which is noted."""
        url = f"{self.site.base_url}post/{urls.PROBE}{secrets.token_hex(8)}"
        try:
            hops, answer = self.session.ask(url, CaptureKind.OTHER, self.site)
        except (FetchFailed, Forbidden) as error:
            message = f"could not ask for a nonexistent address: {error}"
            self.session.note(
                Problem(stage=Stage.FETCH, kind="no-probe", level=Level.NOTE, url=self.site.base_url, message=message)
            )
            return None
        self.session.keep_all(hops)
        self.session.keep(answer)
        return answer
