"""Keys that sign checkpoints: Ed25519, in the forms of C2SP signed notes. The door to `cryptography` for them.

A secret key is one line, ``PRIVATE+KEY+NAME+8 hex+BASE64(0x01 || seed)``, in a file that only its owner can read, never
in the archive; the verifier key, ``NAME+8 hex+BASE64(0x01 || public key)``, is for everybody.
"""

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scraper.errors import UsageError

#: Algorithm bytes: a log's own signature, and a witness's cosignature (c2sp.org/tlog-cosignature).
ED25519, COSIGNATURE = 1, 4
#: What may be a key's name: no space, no plus sign (c2sp.org/signed-note).
NAME = re.compile(r"[!-*,-~]+")
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the form's first word


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and its name."""

    name: str
    key: bytes
    algorithm: int = ED25519

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """The key that *text* writes down. Raises ValueError."""
        name, identity, packed = [*text.strip().rsplit("+", 2), "", ""][:3] if text.count("+") >= 2 else ("", "", "")
        if "+" in name:  # BASE64 may hold plus signs: the name has none
            name, identity, packed = text.strip().split("+", 2)
        try:
            raw = base64.b64decode(packed, validate=True)
        except binascii.Error as error:
            raise ValueError(f"expected a verifier key, NAME+HEX+BASE64, found {text[:80]!r}") from error
        if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE) or not NAME.fullmatch(name):
            raise ValueError(f"expected a verifier key of Ed25519, NAME+HEX+BASE64, found {text[:80]!r}")
        found = cls(name, raw[1:], raw[0])
        if found.id.hex() != identity:
            raise ValueError(f"{text[:80]!r}: the number {identity} is not that of its key, {found.id.hex()}")
        return found

    @property
    def id(self) -> bytes:
        """Four bytes by which signatures name it."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.key).decode()}"

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether *signature* (64 bytes) is this key's over *message*."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key and its name."""

    name: str
    seed: bytes

    @classmethod
    def new(cls, name: str, seed: bytes) -> "Signer":
        """A key of *seed*, 32 random bytes. Raises UsageError for a name that a key cannot have."""
        if not NAME.fullmatch(name):
            raise UsageError(
                f"expected a name without spaces or plus signs, such as archive.example.org; found {name!r}"
            )
        return cls(name, seed)

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """The key in a file. Raises ValueError, which does not repeat it."""
        line = text.strip()
        parts = line.removeprefix(_SECRET).split("+", 2)
        try:
            raw = base64.b64decode(parts[-1], validate=True)
        except binascii.Error as error:
            raise ValueError("expected a secret key, PRIVATE+KEY+NAME+HEX+BASE64, found something else") from error
        if not line.startswith(_SECRET) or len(parts) != 3 or len(raw) != 33 or raw[0] != ED25519:
            raise ValueError("expected a secret key, PRIVATE+KEY+NAME+HEX+BASE64, found something else")
        return cls(parts[0], raw[1:])

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def __str__(self) -> str:
        packed = base64.b64encode(bytes([ED25519]) + self.seed).decode()
        return f"{_SECRET}{self.name}+{self.verifier.id.hex()}+{packed}"

    def sign(self, message: bytes) -> bytes:
        """64 bytes over *message*."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def write(path: Path, signer: Signer) -> None:
    """Put a secret key into a new file that only its owner can read. Raises UsageError where one is there already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(f"{path}: there is a file already; a key is never replaced, name another place") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{signer}\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Signer:
    """The secret key in a file. Raises UsageError."""
    try:
        return Signer.parse(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be used as a key: {error}") from error


def held(named: str, where: Path) -> Signer | None:
    """The secret half of the verifier key *named*, from the folder *where*; None: it is not there."""
    try:
        verifier = Verifier.parse(named)
        found = read(place(verifier, where))
    except (ValueError, UsageError):
        return None
    if found.verifier != verifier:
        return None
    return found


def folder() -> Path:
    """Where keys lie unless another place is named: ``$XDG_CONFIG_HOME/ushrn``, or ``~/.config/ushrn``."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "ushrn"


def place(verifier: Verifier, where: Path) -> Path:
    """The file in the folder *where* that holds the secret half of *verifier*."""
    return where / f"{verifier.id.hex()}.key"
