"""The headers that keep a reader safe: strict ones on every answer of ours, milder ones on Datasette's own pages."""

from http.cookies import CookieError, SimpleCookie

#: No scripts at all, nothing from other hosts, no frames, forms to ourselves only. No page of ours connects anywhere;
#: Lighthouse 13 asks for robots.txt in the name of the page, and calls it invalid where that is not allowed.
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
#: The same for a page that shows captures of this archive in frames: these run nothing either, by their own policy.
FRAMING = {"Content-Security-Policy": f"{CSP}; frame-src 'self'"}
SAFE = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

#: Datasette's pages bring small scripts in the page itself; none of them needs another host.
BENCH = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self'"
    " 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def readable(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """*headers* without cookies that nobody can read: those are none of ours, and Datasette would fail at them."""
    return [(name, value) for name, value in headers if name != b"cookie" or _is_cookie(value)]


def _is_cookie(value: bytes) -> bool:
    try:
        SimpleCookie().load(value.decode())
    except (UnicodeDecodeError, CookieError):
        return False
    return True


def protected(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """*headers* with those of the bench that are missing."""
    given = {bytes(name).lower() for name, _ in headers}
    missing = [(name.lower().encode(), value.encode()) for name, value in BENCH.items()]
    return [*headers, *(pair for pair in missing if pair[0] not in given)]
