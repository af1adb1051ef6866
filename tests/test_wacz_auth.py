"""Signatures of WACZ files: ours hold and are the same each time, others' are read, altered ones are named."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from scraper.warc import wacz_auth
from scraper.warc.wacz_auth import SignatureKey, SignatureStanding

PACKAGE = b'{"profile": "data-package", "created": "2021-12-02T00:00:00Z"}'
KEY = SignatureKey.of_seed(bytes(range(32)))
SIGNED = KEY.sign(PACKAGE, created="2021-12-02T00:00:00Z", software="ushrn/0")


def digest_of(signed: object) -> bytes:
    return json.dumps({"path": "datapackage.json", "hash": wacz_auth.hash_of(PACKAGE), "signedData": signed}).encode()


def checked(signed: object, package: bytes = PACKAGE) -> wacz_auth.WaczSignature:
    return wacz_auth.check(package, digest_of(signed))


def test_what_we_sign_holds_and_names_its_key() -> None:
    found = checked(SIGNED)
    assert found.standing is SignatureStanding.VALID
    assert str(found) == f"valid: an anonymous key, {KEY.public}"


def test_it_has_what_the_standard_names_and_nothing_else() -> None:
    assert set(SIGNED) == {"hash", "created", "software", "version", "signature", "publicKey"}
    assert SIGNED["version"] == "0.1.0"
    key = serialization.load_der_public_key(base64.b64decode(SIGNED["publicKey"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP384R1)  # the one that viewers import anonymous keys on
    assert len(base64.b64decode(SIGNED["signature"])) == 96  # r and s, as WebCrypto takes it


def test_the_same_seed_and_package_give_the_same_signature_and_another_seed_another_key() -> None:
    again = SignatureKey.of_seed(bytes(range(32))).sign(PACKAGE, created="2021-12-02T00:00:00Z", software="ushrn/0")
    assert again == SIGNED
    assert SignatureKey.of_seed(bytes(32)).public != KEY.public


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
@pytest.mark.parametrize("der", [True, False])
def test_keys_of_other_programs_are_read_on_every_curve_and_in_both_forms(curve: ec.EllipticCurve, der: bool) -> None:
    secret = ec.generate_private_key(curve)
    made = secret.sign(wacz_auth.hash_of(PACKAGE).encode(), ec.ECDSA(hashes.SHA256()))
    if not der:
        size = (curve.key_size + 7) // 8
        made = b"".join(number.to_bytes(size, "big") for number in utils.decode_dss_signature(made))
    assert checked({**without("version"), **signed_by(secret, made)}).standing is SignatureStanding.VALID


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in SIGNED.items() if name not in names}


def signed_by(secret: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, signature: bytes) -> dict[str, str]:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    packed = secret.public_key().public_bytes(serialization.Encoding.DER, form)
    return {"publicKey": base64.b64encode(packed).decode(), "signature": base64.b64encode(signature).decode()}


def certified(domain: str) -> dict[str, str]:
    """A signature by the owner of *domain*, as authsign makes it."""
    secret, day = ec.generate_private_key(ec.SECP256R1()), datetime(2021, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "archive.example")])
    building = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(secret.public_key())
    building = building.serial_number(1).not_valid_before(day).not_valid_after(day + timedelta(90))
    others = x509.SubjectAlternativeName([x509.DNSName("www.archive.example")])
    certificate = building.add_extension(others, critical=False).sign(secret, hashes.SHA256())
    made = secret.sign(wacz_auth.hash_of(PACKAGE).encode(), ec.ECDSA(hashes.SHA256()))
    return without("publicKey") | {
        "signature": base64.b64encode(made).decode(),
        "domain": domain,
        "domainCert": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "timeSignature": "", "timestampCert": "",
    }  # fmt: skip


@pytest.mark.parametrize("domain", ["archive.example", "www.archive.example"])
def test_the_owner_of_a_domain_is_named_and_what_was_not_checked(domain: str) -> None:
    found = checked(certified(domain))
    assert found.standing is SignatureStanding.VALID
    assert domain in found.said
    assert "not checked" in found.said


def test_without_a_signature_there_is_none() -> None:
    assert str(wacz_auth.check(PACKAGE, b'{"path": "datapackage.json", "hash": "sha256:00"}')) == "none"


ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHERS = SignatureKey.of_seed(bytes(32)).sign(PACKAGE, created="2021-12-02T00:00:00Z", software="ushrn/0")


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        (SIGNED | {"signature": OTHERS["signature"]}, "not that of"),
        (SIGNED | {"publicKey": OTHERS["publicKey"]}, "not that of"),
        (SIGNED | {"hash": wacz_auth.hash_of(b"{}")}, "covers another package"),
        (SIGNED | {"signature": "?"}, "base64"),
        (SIGNED | {"signature": base64.b64encode(bytes(96)).decode()}, "not that of"),
        (SIGNED | {"publicKey": base64.b64encode(b"no key").decode()}, "not a key"),
        (SIGNED | signed_by(ED25519, bytes(64)), "not one of ECDSA"),
        (SIGNED | {"more": "x"}, "does not define: more"),
        (SIGNED | {"created": 7}, "texts"),
        (without("signature"), "no signature"),
        (without("publicKey"), "neither a publicKey nor a domain"),
        (certified("other.example"), "not for 'other.example'"),
        (certified("archive.example") | {"domainCert": "x"}, "not a certificate"),
        (certified("archive.example") | {"signature": SIGNED["signature"]}, "not that of"),
        ([SIGNED], "texts"),
        ("x", "texts"),
    ],
)
def test_what_does_not_hold_is_invalid_and_says_why(signed: Any, why: str) -> None:
    found = checked(signed)
    assert found.standing is SignatureStanding.INVALID
    assert why in found.said


@pytest.mark.parametrize("digest", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_a_digest_that_cannot_be_read_is_invalid(digest: bytes) -> None:
    assert wacz_auth.check(PACKAGE, digest).standing is SignatureStanding.INVALID


def test_every_changed_byte_of_the_package_is_found() -> None:
    for at in range(len(PACKAGE)):
        changed = bytearray(PACKAGE)
        changed[at] ^= 1
        assert checked(SIGNED, bytes(changed)).standing is SignatureStanding.INVALID
