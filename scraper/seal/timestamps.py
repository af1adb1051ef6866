"""Timestamps of independent authorities on checkpoints (RFC 3161). The door to `rfc3161_client`.

What is stamped is the text of the checkpoint's note, without signatures, so that cosignatures may be added later. A
token says that the text existed by its time; that the authority is one to trust is for people to judge, and its
signature for `openssl ts -verify`.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import rfc3161_client

from scraper.dates import utc
from scraper.seal.note import Note
from scraper.store import sealing

REQUEST_TYPE = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says: the time, UTC, and the SHA-256 (hex) of what existed by then."""

    at: str
    imprint: str


def request(note: Note) -> bytes:
    """What is sent to an authority for a checkpoint: DER, with a nonce, asking for the certificate."""
    return _request(note).as_bytes()


def _request(note: Note) -> rfc3161_client.TimeStampRequest:
    builder = rfc3161_client.TimestampRequestBuilder().data(note.text.encode())
    return builder.hash_algorithm(rfc3161_client.HashAlgorithm.SHA256).build()


def read(token: bytes) -> Stamp:
    """What an authority's answer says. Raises ValueError for what is no answer, or a refusal."""
    answer = rfc3161_client.decode_timestamp_response(token)
    if answer.status not in (0, 1):
        raise ValueError(f"the authority refused: status {answer.status}, {', '.join(answer.status_string)}")
    info = answer.tst_info
    return Stamp(utc(info.gen_time), bytes(info.message_imprint.message).hex())


def accepted(note: Note, token: bytes) -> Stamp:
    """What *token* says, where it is for *note*. Raises ValueError."""
    stamp = read(token)
    if stamp.imprint != hashlib.sha256(note.text.encode()).hexdigest():
        raise ValueError("the token is for something else")
    return stamp


def check(db: sqlite3.Connection, notes: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """What does not hold of the tokens in the archive: where, and why. *notes* are its checkpoints by id."""
    for number, checkpoint, token, at in sealing.stamps(db):
        where = f"timestamp {number}"
        try:
            stamp = accepted(Note.parse(notes[checkpoint]), token)
        except (ValueError, KeyError, TypeError) as error:
            yield where, f"it is not a token for checkpoint {checkpoint}: {error}"
            continue
        if stamp.at != at:
            yield where, f"its token says {stamp.at}, its row {at}"
