"""Files that posts link to, on the site's own media hosts: fetched once, kept, and the text of PDFs made searchable."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from scraper import magic, urls
from scraper.decide import FILE_AGAIN, within
from scraper.errors import FetchFailed, Forbidden
from scraper.numbers import plural
from scraper.records import Capture, Problem, Site
from scraper.runs import NetworkSession, ProgressStep
from scraper.store import lookups
from scraper.vocabulary import CaptureKind, Level, Stage

#: Names of files that are documents; pictures and films are not fetched.
DOCUMENT = re.compile(r"\.(?:pdf|docx?|odt|rtf|xlsx?|ods|csv|pptx?|odp|txt|epub|zip)$", re.IGNORECASE)
#: Folders in which Wix keeps nothing but uploaded documents.
UPLOADS = re.compile(r"/(?:_files/)?ugd/")
MOST_FILES = 200
#: What a document never begins with: a web page in its place is an error page.
WEB_PAGE = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head)", re.IGNORECASE)


class Attachments:
    """Fetches the documents of one site's posts."""

    def __init__(self, session: NetworkSession, site: Site) -> None:
        self.session = session
        self.site = site
        self.hosts = frozenset((*site.hosts, *site.media_hosts))

    def run(self) -> None:
        """Every document linked from a post that the archive does not hold yet."""
        found = lookups.unfetched_files(self.session.archive.db, self.site.id)
        wanted = [url for url in found if self.wants(url) and not self._failed_lately(url)]
        message = (
            f"{plural(len(wanted), 'file was', 'files were')} due; "
            f"{MOST_FILES} of them are fetched in one run, the others follow"
        )
        self.session.cap("files", self.site.base_url, message if len(wanted) > MOST_FILES else None)
        wanted = wanted[:MOST_FILES]
        for number, url in enumerate(wanted):
            self.session.run.interrupts.check()
            self.session.progress(
                ProgressStep(site=self.site.id, stage="files", done=number, total=len(wanted), url=url)
            )
            self._fetch(url)

    def wants(self, url: str) -> bool:
        """Whether the address is a document on one of the site's own hosts."""
        path = urlsplit(url).path
        return urls.host(url) in self.hosts and bool(DOCUMENT.search(path) or UPLOADS.search(path))

    def _failed_lately(self, url: str) -> bool:
        """Whether it could not be fetched a few days ago: then it is tried again some days from now."""
        noted = lookups.last_noted(self.session.archive.db, url, Stage.FILE)
        return within(noted, FILE_AGAIN, self.session.run.now())

    def _fetch(self, url: str) -> None:
        media = replace(self.site, hosts=tuple(sorted(self.hosts)))
        try:
            hops, answer = self.session.ask(url, CaptureKind.FILE, media)
        except Forbidden as error:
            self.session.note(
                Problem(stage=Stage.FILE, kind="forbidden", level=Level.NOTE, url=url, message=str(error))
            )
            return
        except FetchFailed as error:
            self.session.note(Problem(stage=Stage.FILE, kind="fetch-failed", url=url, message=error.reason))
            return
        self.session.keep_all(hops)
        wrong = file_fault(answer)
        if wrong is None:
            self.session.keep(answer)
            self.session.resolve(url, Stage.FILE)
            return
        self.session.keep(replace(answer, kind=CaptureKind.OTHER) if answer.kind == CaptureKind.FILE else answer)
        gone = answer.status in (404, 410)
        self.session.note(
            Problem(stage=Stage.FILE, kind="no-file", level=Level.NOTE if gone else Level.ERROR, url=url, message=wrong)
        )


def file_fault(answer: Capture) -> str | None:
    """Why the answer is not the file; None: it is. Judged by content, not by what it calls itself."""
    if answer.status != 200 or answer.body is None:
        return f"expected a file, found status {answer.status}"
    if answer.truncated:
        return f"expected a whole file, found {plural(len(answer.body), 'byte')} of it ({answer.truncated})"
    path = urlsplit(answer.url).path.lower()
    if WEB_PAGE.match(answer.body[:200]):
        return "expected a file, found a web page"
    if path.endswith(".pdf") and not magic.is_pdf(answer.body):
        return f"expected a PDF, found {answer.body[:16]!r}"
    return None
