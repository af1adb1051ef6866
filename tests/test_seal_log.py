"""The sealed log: trees, proofs, notes and checkpoints, as their specifications say and as others check them."""

import hashlib
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import schema
from scraper.errors import UsageError
from scraper.seal import keys, log
from scraper.seal.note import Checkpoint, Note
from scraper.seal.proof import Proof
from scraper.store import sealing

SIGNER = keys.Signer.new("archive.example/posts", bytes(range(32)))


def records(count: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def tree(count: int) -> log.Subtree:
    return log.of_leaves([log.leaf_hash(record) for record in records(count)])


def test_the_tree_is_that_of_the_test_vectors_of_certificate_transparency() -> None:
    """The roots that the reference implementation of RFC 6962 is tested with."""
    leaves = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    subtree = log.of_leaves([log.leaf_hash(leaf) for leaf in leaves])
    assert log.root(0, subtree).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert log.root(1, subtree).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert log.root(3, subtree).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert log.root(7, subtree).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@given(size=st.integers(1, 300), data=st.data())
def test_every_leaf_is_proved_and_no_other_place_or_record_is(size: int, data: Any) -> None:
    index = data.draw(st.integers(0, size - 1))
    subtree, root = tree(size), log.root(size, tree(size))
    path = log.inclusion(index, size, subtree)
    record = records(size)[index]
    assert log.root_from_inclusion(record, index, size, path) == root
    assert log.root_from_inclusion(hashlib.sha256(record).digest(), index, size, path) != root
    for other in {(index + 1) % size, (index * 7 + 3) % size} - {index}:
        assert log.root_from_inclusion(record, other, size, path) != root
    assert log.root_from_inclusion(record, index, size, [*path, root]) != root
    if path:
        assert log.root_from_inclusion(record, index, size, path[:-1]) != root


@given(size=st.integers(1, 300), data=st.data())
def test_two_states_of_one_log_are_consistent_and_others_are_not(size: int, data: Any) -> None:
    first = data.draw(st.integers(1, size))
    subtree = tree(size)
    roots = log.root(first, subtree), log.root(size, subtree)
    path = log.consistency(first, size, subtree)
    assert log.is_consistent(first, roots[0], size, roots[1], path)
    assert not log.is_consistent(first, log.EMPTY, size, roots[1], path)
    assert not log.is_consistent(first, roots[0], size, log.EMPTY, path)
    if first < size:
        assert not log.is_consistent(first, roots[0], size, roots[1], path[:-1])
        assert not log.is_consistent(first, roots[0], size, roots[1], [*path, log.EMPTY])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_what_is_not_in_the_log_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="expected an index"):
        log.inclusion(index, size, tree(3))
    assert log.root_from_inclusion(records(1)[0], index, size, []) is None


@pytest.mark.parametrize(("first", "size"), [(0, 3), (4, 3)])
def test_nothing_is_the_beginning_of_an_empty_or_shorter_log(first: int, size: int) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        log.consistency(first, size, tree(3))
    assert not log.is_consistent(first, log.EMPTY, size, log.EMPTY, [log.EMPTY])


def sealed(size: int) -> Note:
    return Note(Checkpoint(SIGNER.name, size, log.root(size, tree(size)), ("ushrn x",)).text).signed(SIGNER)


def test_a_checkpoint_comes_back_as_it_was_written() -> None:
    note = sealed(5)
    again = Note.parse(str(note))
    assert again == note
    assert Checkpoint.parse(again.text) == Checkpoint(SIGNER.name, 5, log.root(5, tree(5)), ("ushrn x",))
    assert again.is_signed_by(SIGNER.verifier)


def test_a_signature_is_for_one_text_and_by_one_key() -> None:
    note = sealed(5)
    other = keys.Signer.new(SIGNER.name, bytes(32)).verifier
    assert not note.is_signed_by(other)
    assert not Note(note.text.replace("ushrn x", "ushrn y"), note.signatures).is_signed_by(SIGNER.verifier)
    assert not Note(note.text).is_signed_by(SIGNER.verifier)


def test_keys_come_back_as_they_were_written() -> None:
    assert keys.Signer.parse(str(SIGNER)) == SIGNER
    assert keys.Verifier.parse(str(SIGNER.verifier)) == SIGNER.verifier
    for seed in range(64):  # their base64 may hold plus signs, which also stand between the parts
        signer = keys.Signer.new("a", hashlib.sha256(bytes([seed])).digest())
        assert keys.Verifier.parse(str(signer.verifier)) == signer.verifier
        assert keys.Signer.parse(str(signer)) == signer


@pytest.mark.parametrize("text", ["", "x", "a+b", "a+00000000+AQ==", "a b+00000000+" + "A" * 44, "a+zz+%%%"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        keys.Verifier.parse(text)
    with pytest.raises(ValueError, match="expected a secret key"):
        keys.Signer.parse(text)


def test_a_name_with_spaces_is_no_name_for_a_key() -> None:
    with pytest.raises(UsageError, match="without spaces"):
        keys.Signer.new("my archive", bytes(32))


def test_a_secret_key_lies_in_a_file_for_its_owner_and_is_never_replaced(tmp_path: Any) -> None:
    place = tmp_path / "keys" / "one.key"
    keys.write(place, SIGNER)
    assert place.stat().st_mode & 0o777 == 0o600
    assert keys.read(place) == SIGNER
    with pytest.raises(UsageError, match="never replaced"):
        keys.write(place, SIGNER)


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "a\n1\n", "a\n01\nAAAA\n", "a\n1\n" + "A" * 43 + "=", "\n1\n" + "A" * 43 + "=\n", "a\n1\nA===\n"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Checkpoint.parse(text)


@pytest.mark.parametrize("note", ["", "a\n", "a\n\nx", "a\n\nx\n", "a\n\n\u2014 n AAAA\n", "a\n\n\u2014 n AAAAAAB=\n"])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Note.parse(note)


def test_a_proof_at_a_hundred_thousand_captures_is_short_and_says_what_it_proves() -> None:
    size, index = 100_000, 54_321
    hashes = [log.leaf_hash(record) for record in records(size)]
    subtree = log.of_leaves(hashes)
    extension = "ushrn " + "A" * 43 + "="
    note = Note(Checkpoint(SIGNER.name, size, log.root(size, subtree), (extension,)).text).signed(SIGNER)
    proof = Proof(index, tuple(log.inclusion(index, size, subtree)), note)
    assert len(str(proof)) <= 1100
    assert Proof.parse(str(proof)) == proof
    assert proof.holds(records(size)[index].hex())
    assert not proof.holds(records(size)[index + 1].hex())


@pytest.mark.parametrize(
    "text", ["", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex x\n\na\n\n", "x\nindex 1\n\na\n\n"]
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Proof.parse(text)


def test_an_independent_implementation_accepts_our_proofs_and_refuses_altered_ones() -> None:
    judge = pytest.importorskip("proofbundle.tlogproof")
    size = 65
    note = sealed(size)
    for index in (0, 1, 33, 64):
        record = records(size)[index]
        text = str(Proof(index, tuple(log.inclusion(index, size, tree(size))), note))
        key = str(SIGNER.verifier)
        assert judge.verify_tlog_proof(text, record, key, expected_origin=SIGNER.name)["ok"]
        assert not judge.verify_tlog_proof(text, record[::-1], key)["ok"]
        assert not judge.verify_tlog_proof(text.replace("ushrn x", "ushrn y"), record, key)["ok"]


def test_an_independent_implementation_checks_consistency_and_cosigns_as_we_do() -> None:
    judge = pytest.importorskip("proofbundle.checkpoint")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    witness = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    cosigned = judge.cosign_checkpoint(str(sealed(5)), witness, "witness.example/w", 1700000000)
    verifier = keys.Verifier("witness.example/w", witness.public_key().public_bytes_raw(), keys.COSIGNATURE)
    note = Note.parse(cosigned)
    assert note.is_signed_by(verifier)
    assert note.is_signed_by(SIGNER.verifier)
    assert sealed(5).with_cosignatures(str(note.signatures[1])) == note
    assert not Note(note.text.replace("ushrn x", "ushrn y"), note.signatures).is_signed_by(verifier)


def test_text_that_is_no_utf_8_is_sealed_as_the_bytes_that_it_has() -> None:
    found = set()
    for said in ("x'ff41'", "x'fe41'", "x'c3a9'"):
        with closing(sqlite3.connect(":memory:")) as db:
            db.deserialize(schema.empty_archive())
            db.execute(f"INSERT INTO meta VALUES ('name', CAST({said} AS TEXT))")
            found.add(sealing.table_digests(db)["meta"])
            assert db.text_factory is str
    assert len(found) == 3
