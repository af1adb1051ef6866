"""The proof of one capture as one short file (c2sp.org/tlog-proof@v1): its place in the log, the path, the checkpoint.

Pure. A stranger checks it with any program for such proofs, given the capture's `record_sha256` and the verifier key.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from scraper.seal import log
from scraper.seal.note import Checkpoint, Note

FIRST = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """That a record is in the log which a checkpoint seals."""

    index: int
    path: tuple[bytes, ...]
    note: Note

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """The proof that *text* is. Raises ValueError."""
        head, found, note = text.partition("\n\n")
        lines = head.split("\n")
        place = re.fullmatch(r"index (0|[1-9]\d{0,18})", lines[1]) if len(lines) > 1 else None
        if not found or lines[0] != FIRST or place is None:
            raise ValueError(f"expected {FIRST} and an index, found {text[:60]!r}")
        try:
            path = tuple(base64.b64decode(line, validate=True) for line in lines[2:])
        except binascii.Error as error:
            raise ValueError("expected hashes in base64, found something else") from error
        return cls(int(place[1]), path, Note.parse(note))

    def __str__(self) -> str:
        path = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.path)
        return f"{FIRST}\nindex {self.index}\n{path}\n{self.note}"

    def holds(self, record_sha256: str) -> bool:
        """Whether the path leads from that record to the checkpoint's root; says nothing of signatures."""
        checkpoint = Checkpoint.parse(self.note.text)
        record = bytes.fromhex(record_sha256)
        return log.root_from_inclusion(record, self.index, checkpoint.size, self.path) == checkpoint.root
