"""Which addresses may be asked: their spelling, their hosts, and the machines behind those."""

import ipaddress
import re
import socket
from functools import lru_cache

import httpx

from scraper.errors import FetchFailed

#: A name, whose parts have at most 63 letters and which has at most 253 (RFC 1035, 2.3.4), or an IPv6 address.
_HOST = re.compile(r"(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?|[0-9a-f:.]+:[0-9a-f:.]*", re.IGNORECASE)
#: Networks that the registries call private, or that lead to an IPv4 address which may be, and Python does not know
#: as such (3.11): site-local, documentation, segment routing, NAT64 within a network, IPv4 translated and compatible
#: (RFC 3879, 9637, 9602, 8215, 7915, 4291).
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("fec0::/10", "3fff::/20", "5f00::/16", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96"))
)


def address(url: str, base: str | None = None) -> str:
    """*url*, made absolute, as it is asked for: host in ASCII, path percent-encoded, no fragment, no user name or
    password. Raises FetchFailed for what is no address of the web.
    """
    try:
        found = parsed(url.strip()) if base is None else parsed(base).join(url.strip())
        found.host  # noqa: B018 - raises for a name that begins as an encoded one and is none
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchFailed(url, f"expected a web address, found one that cannot be read ({error})") from error
    good = _HOST.fullmatch(found.raw_host.decode("ascii")) and (found.port or 0) < 65536
    if found.scheme not in ("http", "https") or not good:
        raise FetchFailed(url, "expected an address that begins with http:// or https:// and has a host")
    text = str(found)
    if found.path == "/" or "#" in text or "@" in text:
        return str(found.copy_with(raw_path=found.raw_path, fragment=None, userinfo=b""))
    return text


# Of one address a fetch asks for host, name and origin some ten times: that took a third of its time.
@lru_cache(maxsize=64)
def parsed(url: str) -> httpx.URL:
    """An address in its parts. Raises httpx.InvalidURL."""
    return httpx.URL(url)


def host_of(url: str) -> str:
    """``host`` or ``host:port`` of an address; default ports are left out, IPv6 keeps its brackets."""
    return parsed(url).netloc.decode("ascii").lower()


def name_of(url: str) -> str:
    """The host without port, as it is looked up."""
    return parsed(url).raw_host.decode("ascii").lower()


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    return f"{parsed(url).scheme}://{host_of(url)}"


def is_loopback(name: str) -> bool:
    """Whether a host's *name* says that it is this machine."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def is_address(name: str) -> bool:
    """Whether a host is given as an IP address, not by a name."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def is_public(ip: str) -> bool:
    """Whether an address belongs to the public internet; wrapped IPv4 addresses are looked into."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if any(found in network for network in _NOT_PUBLIC):
            return False
    return found.is_global and not found.is_multicast


def machines(name: str, port: int) -> list[str]:
    """The IP addresses behind a host, in the order to try them. Raises OSError when the name is unknown."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))
