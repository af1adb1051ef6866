"""Signatures of WACZ files: WACZ Signing and Verification 0.1.0 (specs.webrecorder.net/wacz-auth/0.1.0). Pure.

What is signed is the text of the hash of ``datapackage.json``, ``sha256:…``; that file has the hash of every other one.
The standard names no curve. Viewers (ReplayWeb.page 2.5.3) import anonymous keys on P-384 only, and take the signature
as two numbers of 48 bytes, so we write that; keys on other curves, and signatures in DER (authsign), are read.

An anonymous signature says that whoever holds the key made the file. Whose key it is, others must say.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scraper import digests

VERSION = "0.1.0"
#: What `SignatureKey.of_seed` derives its number for; another use of the same seed gives another number.
_PURPOSE = b"ushrn wacz-auth P-384"
#: Order of the group of P-384 (SEC 2, 2.5.1).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
#: Bytes of a number below it, and of randomness that makes one without bias (FIPS 186-5, A.3.1).
_NUMBER_BYTES, _DERIVED_BYTES = 48, 56
#: All that a signature may have, of an anonymous key or of the owner of a domain.
_PROPERTIES = frozenset(
    {"hash", "created", "software", "version", "signature", "publicKey"}
    | {"domain", "domainCert", "timeSignature", "timestampCert", "crossSignedCert"}
)


class SignatureStanding(StrEnum):
    """What a signature is worth."""

    NONE = "none"
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class WaczSignature:
    """The signature of a WACZ as it was found."""

    standing: SignatureStanding
    #: By whom, or why it does not hold; empty: there is none.
    said: str = ""

    def __str__(self) -> str:
        if self.said:
            return f"{self.standing}: {self.said}"
        return str(self.standing)


NO_SIGNATURE = WaczSignature(SignatureStanding.NONE)


@dataclass(frozen=True, slots=True)
class SignatureKey:
    """A secret key that signs WACZ files."""

    key: ec.EllipticCurvePrivateKey

    @classmethod
    def of_seed(cls, seed: bytes) -> "SignatureKey":
        """The key that follows from 32 secret bytes; nobody without them can tell that it does."""
        derived = HKDF(hashes.SHA256(), _DERIVED_BYTES, salt=None, info=_PURPOSE).derive(seed)
        number = int.from_bytes(derived, "big") % (_ORDER - 1) + 1
        return cls(ec.derive_private_key(number, ec.SECP384R1()))

    @property
    def public(self) -> str:
        """The public half as files have it: SubjectPublicKeyInfo, DER, base64."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return base64.b64encode(self.key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()

    def sign(self, package: bytes, *, created: str, software: str) -> dict[str, str]:
        """``signedData`` for a ``datapackage.json``; the same each time (RFC 6979). *created*: as the package says."""
        hashed = hash_of(package)
        made = self.key.sign(hashed.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        plain = b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in utils.decode_dss_signature(made))
        return {
            "hash": hashed,
            "created": created,
            "software": software,
            "version": VERSION,
            "signature": base64.b64encode(plain).decode(),
            "publicKey": self.public,
        }


def hash_of(package: bytes) -> str:
    """The hash of a ``datapackage.json`` as it is written and signed."""
    return f"sha256:{digests.sha256(package)}"


def check(package: bytes, digest: bytes) -> WaczSignature:
    """The signature in a ``datapackage-digest.json`` (*digest*) over a ``datapackage.json`` (*package*).

    That the other files are those of the package is for `wacz.complaints` to say. Never raises.
    """
    try:
        signed = json.loads(digest).get("signedData")
    except (ValueError, RecursionError, AttributeError) as error:
        return WaczSignature(SignatureStanding.INVALID, f"datapackage-digest.json cannot be read: {error}")
    if signed is None:
        return NO_SIGNATURE
    try:
        return WaczSignature(SignatureStanding.VALID, _signer(signed, hash_of(package)))
    except (ValueError, TypeError, KeyError) as error:
        return WaczSignature(SignatureStanding.INVALID, str(error))


def _signer(signed: Any, hashed: str) -> str:
    """Who signed *hashed*. Raises ValueError, TypeError or KeyError where nobody did."""
    if not isinstance(signed, Mapping) or not all(isinstance(value, str) for value in signed.values()):
        raise TypeError("expected signedData with texts, found something else")
    if unknown := sorted(signed.keys() - _PROPERTIES):
        raise ValueError(f"signedData has fields that the standard does not define: {', '.join(unknown)[:80]}")
    if missing := [name for name in ("hash", "signature") if name not in signed]:
        raise ValueError(f"signedData has no {' and no '.join(missing)}")
    if signed["hash"] != hashed:
        raise ValueError(f"it covers another package: {signed['hash'][:80]}, this one has {hashed}")
    key, by = _anonymous(signed) if "publicKey" in signed else _of_domain(signed)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("its key is not one of ECDSA")
    if not _holds(key, _unpacked(signed["signature"], "signature"), hashed.encode()):
        raise ValueError(f"it is not that of {by}")
    return by


def _anonymous(signed: Mapping[str, str]) -> tuple[object, str]:
    packed = signed["publicKey"]
    try:
        return serialization.load_der_public_key(_unpacked(packed, "publicKey")), f"an anonymous key, {packed}"
    except ValueError:
        raise ValueError("its publicKey is not a key") from None


def _of_domain(signed: Mapping[str, str]) -> tuple[object, str]:
    """The key of a certificate. Whom that certificate is from, and the time, are not checked."""
    if not {"domain", "domainCert"} <= signed.keys():
        raise ValueError("signedData has neither a publicKey nor a domain with its certificate")
    try:
        certificate = x509.load_pem_x509_certificates(signed["domainCert"].encode())[0]
    except (ValueError, IndexError):
        raise ValueError("its domainCert is not a certificate") from None
    if signed["domain"] not in _names(certificate):
        raise ValueError(f"its certificate is not for {signed['domain'][:80]!r}")
    return certificate.public_key(), f"the certificate of {signed['domain']}, whose issuer and time were not checked"


def _names(certificate: x509.Certificate) -> set[str]:
    found = {str(name.value) for name in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)}
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return found
    return found | set(others.value.get_values_for_type(x509.DNSName))


def _unpacked(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(f"its {name} is not in base64") from None


def _holds(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Whether *signature*, two numbers one after the other or in DER, is the key's over *message* by SHA-256."""
    size = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * size:
        first, second = signature[:size], signature[size:]
        signature = utils.encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
