"""Certificates that are not trusted: refused, unless the user named the digest of that very one.

What a server shows is checked as ever. Only where that fails is it asked once more, to learn which certificate it is;
no request is sent on such a connection before its digest is known.
"""

import hashlib
import re
import ssl

import httpcore

from scraper.errors import UsageError

#: As openssl, browsers and people write it: with a label before it, in capitals, with colons or spaces.
_LABEL = re.compile(r"^(?:sha-?256)?(?:\s*fingerprint)?\s*[=:/]?\s*", re.IGNORECASE)
_DIGEST = re.compile(r"[0-9a-f]{64}")


#: Seconds to learn which certificate it is.
SECONDS = 5.0


class Untrusted(httpcore.ConnectError):
    """The server's certificate is not trusted, and not one that the user accepts; *digest* is its SHA-256."""

    def __init__(self, message: str, digest: str) -> None:
        super().__init__(message)
        self.digest = digest


def digest_of(text: str) -> str:
    """The SHA-256 that *text* spells, 64 digits in lower case. Raises UsageError."""
    found = re.sub(r"[:\s]", "", _LABEL.sub("", text.strip())).lower()
    if not _DIGEST.fullmatch(found):
        raise UsageError(f"--accept-certificate: expected a SHA-256 of 64 hexadecimal digits, found {text!r}")
    return found


def is_untrusted(error: BaseException) -> bool:
    """Whether a connection failed because the server's certificate is not trusted."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in (error.__cause__, error.__context__))


def unchecked() -> ssl.SSLContext:
    """A context that takes any certificate: whoever uses it looks at the digest before anything else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def shown(stream: httpcore.NetworkStream) -> str:
    """SHA-256 of the certificate that the server showed, hex; empty: it showed none."""
    tls = stream.get_extra_info("ssl_object")
    der = tls.getpeercert(True) if tls is not None else None  # noqa: FBT003 - of its C class it has no name
    if not der:
        return ""
    return hashlib.sha256(der).hexdigest()
