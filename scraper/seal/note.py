"""Signed notes and checkpoints (c2sp.org/signed-note, /tlog-checkpoint, /tlog-cosignature). Pure.

A note is a text that ends with a newline, an empty line, and signature lines. A checkpoint's text is: origin, size,
root in base64, extension lines.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from scraper.seal.keys import COSIGNATURE, NAME, Signer, Verifier

#: Before the name in a signature line.
DASH = "\u2014 "
_SIZE = re.compile(r"0|[1-9]\d{0,18}")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: whose it says it is, the key's number, the rest (a cosignature's begins with its time)."""

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, and who signed it."""

    #: Ends with a newline.
    text: str
    signatures: tuple[NoteSignature, ...] = ()

    @classmethod
    def parse(cls, note: str) -> "Note":
        """The note that *note* is; one of ours may be unsigned. Raises ValueError."""
        text, found, lines = note.rpartition("\n\n")
        if not found or (lines and not lines.endswith("\n")):
            raise ValueError("expected a text, an empty line and signature lines, found something else")
        return cls(text + "\n", tuple(_signature(line) for line in lines.splitlines()))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    @property
    def digest(self) -> str:
        """SHA-256 of the text, hex: what timestamps are for, and what the next checkpoint names as the one before."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def signed(self, signer: Signer) -> "Note":
        """The note with one signature more."""
        line = NoteSignature(signer.name, signer.verifier.id, signer.sign(self.text.encode()))
        return Note(self.text, (*self.signatures, line))

    def is_signed_by(self, verifier: Verifier) -> bool:
        """Whether one of the signatures is that key's, and holds."""
        return any(
            verifier.holds(*_message(self.text, line, verifier))
            for line in self.signatures
            if line.name == verifier.name and line.key_id == verifier.id
        )

    def with_cosignatures(self, lines: str) -> "Note":
        """The note with the signature lines that a witness answered; those that are there are not added again.

        Raises ValueError.
        """
        found = tuple(_signature(line) for line in lines.splitlines())
        return Note(self.text, (*self.signatures, *(line for line in found if line not in self.signatures)))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log at one moment."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint in a note's text. Raises ValueError."""
        lines = text.splitlines()
        if len(lines) < 3 or not text.endswith("\n") or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise ValueError("expected a checkpoint (origin, size, root, each on a line), found something else")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except binascii.Error as error:
            raise ValueError(f"expected a root in base64, found {lines[2][:60]!r}") from error
        if len(root) != 32 or base64.b64encode(root).decode() != lines[2] or not all(lines[3:]):
            raise ValueError(f"expected a root of 32 bytes and extension lines, found {lines[2][:60]!r}")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))

    @property
    def text(self) -> str:
        """The note's text."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))


def _signature(line: str) -> NoteSignature:
    name, _, packed = line.removeprefix(DASH).partition(" ")
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"expected a signature line, found {line[:60]!r}") from error
    if not line.startswith(DASH) or not NAME.fullmatch(name) or len(raw) < 5:
        raise ValueError(f"expected a signature line, found {line[:60]!r}")
    if base64.b64encode(raw).decode() != packed:
        raise ValueError(f"expected base64 in its one form, found {line[:60]!r}")
    return NoteSignature(name, raw[:4], raw[4:])


def _message(text: str, line: NoteSignature, verifier: Verifier) -> tuple[bytes, bytes]:
    """(signature, what it is over): a cosignature carries its time, which it signs with the text."""
    if verifier.algorithm != COSIGNATURE:
        return line.data, text.encode()
    at = int.from_bytes(line.data[:8], "big")
    return line.data[8:], f"cosignature/v1\ntime {at}\n{text}".encode()
