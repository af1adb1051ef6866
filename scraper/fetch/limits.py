"""What a request may cost, and what is asked for: plain values."""

from dataclasses import dataclass

from scraper.vocabulary import CaptureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of every request. Sizes are bytes, times are seconds."""

    #: Longest page, as sent and decoded.
    page_bytes: int = 20_000_000
    #: Longest sitemap or file.
    file_bytes: int = 50_000_000
    #: Longest picture.
    picture_bytes: int = 10_000_000
    #: How much of a robots.txt is read; RFC 9309 (2.5) asks for at least 500 KiB.
    robots_bytes: int = 1_048_576
    #: Until a connection stands.
    connect_seconds: float = 10.0
    #: Between two packets.
    read_seconds: float = 20.0
    #: For one whole answer: a server that drips is left.
    page_seconds: float = 60.0
    #: The same for a sitemap or file.
    file_seconds: float = 300.0
    #: For all tries to get a robots.txt, pauses included, pauses that a 429 asked for excluded.
    robots_seconds: float = 20.0
    #: For one of them.
    robots_try_seconds: float = 10.0
    robots_tries: int = 3
    #: How long a robots.txt is believed (RFC 9309, 2.4: at most 24 hours).
    robots_age: float = 86_400.0
    #: How long an unavailable one is left alone before it is tried again.
    robots_rest: float = 600.0
    #: Tries of one request, the first included, after a 5xx or a failed connection.
    tries: int = 3
    #: The same after a 429, or a 503 that names a time.
    slow_tries: int = 4
    #: The same after a 429 that names no time: limits a minute were seen, and the pause doubles.
    unsaid_tries: int = 7
    #: First pause before a try of our own choosing; doubled each time, at most `longest_backoff`.
    backoff: float = 1.0
    longest_backoff: float = 60.0
    #: The least pause after a 429 that names no time.
    rest_after_429: float = 0.0
    #: Longest pause that a server may ask for (Retry-After, Crawl-delay); beyond it the run ends.
    longest_wait: float = 600.0
    #: Redirects in a row, for pages and for robots.txt (RFC 9309, 2.3.1.2: at least five).
    redirects: int = 10
    #: Addresses in a row that failed, until the run ends.
    failures: int = 10

    def size_of(self, kind: CaptureKind) -> int:
        """The most bytes an answer of this kind may have."""
        if kind == CaptureKind.ROBOTS:
            return self.robots_bytes
        if kind == CaptureKind.IMAGE:
            return self.picture_bytes
        if kind in (CaptureKind.SITEMAP, CaptureKind.FILE):
            return self.file_bytes
        return self.page_bytes

    def seconds_of(self, kind: CaptureKind) -> float:
        """The most time an answer of this kind may take."""
        if kind == CaptureKind.ROBOTS:
            return self.robots_try_seconds
        if kind in (CaptureKind.SITEMAP, CaptureKind.FILE):
            return self.file_seconds
        return self.page_seconds

    def pause(self, attempt: int) -> float:
        """Our own pause after the *attempt*-th try failed, in seconds."""
        return min(self.backoff * 2.0 ** (attempt - 1), self.longest_backoff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What the server said about the copy that we hold, exactly as it said it. None: it said nothing."""

    etag: str | None = None
    last_modified: str | None = None
    #: Id of the capture that holds that copy; a 304 gets it as `not_modified_of`.
    capture_id: int | None = None

    def headers(self) -> dict[str, str]:
        """The conditional headers (RFC 9111, 4.3.1)."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLog:
    """One request that was sent, or tried: a line of the log."""

    #: When it began, UTC.
    at: str
    method: str
    url: str
    kind: str
    #: 1 for the first try.
    attempt: int
    #: Seconds we waited our turn before it.
    waited: float
    #: Seconds from its first byte, or the connection, to the end of the answer.
    seconds: float
    #: None: no answer.
    status: int | None = None
    #: Bytes of the entity as sent.
    wire_length: int | None = None
    #: What went wrong, in one line; None: nothing.
    problem: str | None = None
