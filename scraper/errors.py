"""Everything that can go wrong and that a user is told about, as one tree.

    ArchiveError                       exit status
      UsageError                           2   the call's words are wrong
      Unreachable                          3   no site answered; nothing changed
        RobotsUnavailable                  3   robots.txt could not be fetched, so nothing may be fetched
      Forbidden                            4   robots.txt says no
      LayoutChanged                        5   many posts changed or absent at once; nothing was overwritten
      ArchiveUnusable                      6   archive.db cannot be used as it is
        NotAnArchive                       6   not a SQLite file, or not one of ours
        NewerArchive                       6   written by a newer version
        ArchiveBusy                        6   another run holds it
        ArchiveReadOnly                    6   cannot be written
        DiskFull                           6   no room left
      IntegrityError                       7   a digest, reference or row does not hold
      RateLimited                          8   the server asked for a longer pause than we may wait
      WrongClock                           9   this machine's clock is wrong: servers say so, and nothing was written
      Interrupted                          9   a signal, a budget, too many failures in a row, or a clock that leapt
      Blocked                              11   a wall stands before the site's pages
      ProgramFault                         12   a fault of the program
      Stale                                10   `status`: the last good crawl is too old
      PageError                            1   one page could not be fetched or read; the others go on
        FetchFailed                        1   no answer, or one that cannot be used
        Unreadable                         1   the bytes are not what the reader needs
          SelectorMismatch                 1   a page breaks a promise of its layout

Each message says what was expected, what was found, where, and what to do.
"""

from scraper.records import Capture


class ArchiveError(Exception):
    """Base of all errors that end in one clear line; *exit_status* is what the command ends with."""

    exit_status = 1
    #: Answers that had come before it went wrong, oldest first: evidence to be kept.
    captures: tuple[Capture, ...] = ()


class UsageError(ArchiveError):
    """The call's words are wrong."""

    exit_status = 2


class Unreachable(ArchiveError):
    """No site answered; nothing changed."""

    exit_status = 3
    #: The site's server did answer, only not so that anything may be asked of it: however long that lasts, it is there.
    answered = False


class RobotsUnavailable(Unreachable):
    """robots.txt answered 5xx, timed out or was cut off: nothing may be fetched (RFC 9309, 2.3.1.4)."""


class Forbidden(ArchiveError):
    """robots.txt says no; never retried in the same run."""

    exit_status = 4


class LayoutChanged(ArchiveError):
    """Many posts changed or absent at once; nothing was overwritten."""

    exit_status = 5


class ArchiveUnusable(ArchiveError):
    """The archive file cannot be used as it is; it was not touched."""

    exit_status = 6


class NotAnArchive(ArchiveUnusable):
    """Not a SQLite file, or not an archive of ours."""


class NewerArchive(ArchiveUnusable):
    """Written by a newer version of this program."""


class ArchiveBusy(ArchiveUnusable):
    """Another run holds the archive."""


class ArchiveReadOnly(ArchiveUnusable):
    """The archive, or its folder, cannot be written."""


class DiskFull(ArchiveUnusable):
    """No room is left on the device."""


class IntegrityError(ArchiveError):
    """A digest, a reference or a row of the archive does not hold."""

    exit_status = 7


class Withdrawn(IntegrityError):
    """What was asked for was withdrawn: its digest is here, it is not."""


class RateLimited(ArchiveError):
    """The server asked for a longer pause than we may wait: end, and resume in a later run."""

    exit_status = 8


class Interrupted(ArchiveError):
    """Interrupted by a signal, a budget, too many failures in a row, or a clock that leapt: resume in a later run."""

    exit_status = 9


class WrongClock(ArchiveError):
    """The clock of this machine is wrong, as two servers say alike: nothing was written; run again when it is right."""

    exit_status = 9


class Blocked(ArchiveError):
    """A wall (a bot challenge, a login, a consent or parking page) stands before the site's pages."""

    exit_status = 11


class ProgramFault(ArchiveError):
    """A mistake of ours; where it is met at one page, it is contained there and all else goes on."""

    exit_status = 12


class Stale(ArchiveError):
    """The last good crawl is older than allowed."""

    exit_status = 10


class PageError(ArchiveError):
    """One page could not be fetched or read; *url* says which. The others go on."""

    def __init__(self, url: str, message: str) -> None:
        super().__init__(f"{url}: {message}")
        self.url = url
        self.reason = message


class FetchFailed(PageError):
    """No answer, or one that cannot be used."""


class CircularRedirect(FetchFailed):
    """Redirects that come back to where they began, as where a cookie is demanded."""


class Unreadable(PageError):
    """The bytes are not what the reader needs."""


class SelectorMismatch(Unreadable):
    """A page breaks a promise of its layout: expected so many elements, found so many."""
