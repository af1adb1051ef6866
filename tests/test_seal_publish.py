"""Keys, timestamps and witnesses: what an operator does with checkpoints, against a local authority."""

import base64
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scraper import verify
from scraper.cli import main
from scraper.errors import Unreachable, UsageError
from scraper.seal import Checkpoint, Note, Verifier, keys, log, publishing, sealer
from scraper.store import Archive, sealing

NOW = datetime(2022, 1, 1, tzinfo=UTC)
CONFIG = """
[tsa]
dir = .
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
signer_digest = sha256
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = dn
[dn]
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `openssl ts` answers as a timestamp authority."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01")
    new = "openssl req -config tsa.cnf -newkey rsa:2048 -nodes -subj"
    for line in (
        f"{new} /CN=root -x509 -days 9 -keyout ca.key -out ca.pem",
        f"{new} /CN=tsa -keyout tsa.key -out tsa.csr",
        "openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 9 -extfile tsa.cnf -extensions ext"
        " -out tsa.pem",
    ):
        subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)
    return folder


def answering(folder: Path) -> publishing.Ask:
    """What asks the authority in *folder*."""

    def send(url: str, data: bytes, media_type: str) -> tuple[int, bytes]:
        (folder / "in.tsq").write_bytes(data)
        line = "openssl ts -reply -config tsa.cnf -section tsa -queryfile in.tsq -inkey tsa.key -signer tsa.pem"
        line += " -out out.tsr"
        subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)
        return 200, (folder / "out.tsr").read_bytes()

    return send


@pytest.fixture
def opened(full: Path, tmp_path: Path) -> Any:
    with Archive.open(full, seal=sealer(lambda: NOW, tmp_path)) as archive:
        yield archive


def stamps(archive: Archive) -> list[tuple[int, int, bytes, str]]:
    return sealing.stamps(archive.db)


def test_a_timestamp_is_kept_and_openssl_accepts_it(opened: Archive, authority: Path) -> None:
    at = publishing.stamp(opened, "https://tsa.example/", answering(authority)).at
    ((_, checkpoint, token, said),) = stamps(opened)
    row = sealing.newest(opened.db)
    assert row is not None and row.id == checkpoint and said == at
    (authority / "kept.tsr").write_bytes(token)
    line = f"openssl ts -verify -digest {Note.parse(row.text).digest} -in kept.tsr -CAfile ca.pem -untrusted tsa.pem"
    assert "OK" in subprocess.run(line.split(), cwd=authority, capture_output=True, text=True).stdout
    assert verify.run(opened.path, now=lambda: NOW).exit_status == 0


def test_a_token_for_something_else_is_refused_and_a_changed_one_is_found(opened: Archive, authority: Path) -> None:
    send = answering(authority)
    publishing.stamp(opened, "https://tsa.example/", send)
    token = stamps(opened)[0][2]
    with opened.sealed():
        pass
    with pytest.raises(Unreachable, match="for something else"):
        publishing.stamp(opened, "https://tsa.example/", lambda *_: (200, token))
    with sqlite3.connect(opened.path) as db:
        db.execute("UPDATE timestamps SET at = '2001-01-01T00:00:00Z'")
    assert {one.kind for one in verify.run(opened.path, now=lambda: NOW).of("damage")} == {"timestamp"}


@pytest.mark.parametrize("answer", [(503, b""), (200, b""), (200, b"<html>"), OSError("no route")])
def test_an_authority_that_fails_is_told_and_leaves_nothing(opened: Archive, answer: Any) -> None:
    def send(url: str, data: bytes, media_type: str) -> tuple[int, bytes]:
        if isinstance(answer, OSError):
            raise answer
        return answer  # type: ignore[no-any-return]

    with pytest.raises(Unreachable, match="no timestamp"):
        publishing.stamp(opened, "https://tsa.example/", send)
    assert stamps(opened) == []
    publishing.configure(opened, ("https://tsa.example/",))
    (told,) = publishing.stamp_as_configured(opened, send)
    assert "asks again" in told


def test_a_key_signs_from_then_on_and_a_lost_one_is_replaced(full: Path, tmp_path: Path) -> None:
    seal = sealer(lambda: NOW, tmp_path)
    with Archive.open(full, seal=seal) as archive:
        first, path = publishing.new_key(archive, "archive.example/posts", b"1" * 32, tmp_path)
        assert Note.parse(publishing.newest(archive).text).is_signed_by(first)
        path.unlink()
        with archive.sealed():
            pass
        assert seal.messages == ["the checkpoint is not signed: its key is not here; `ushrn seal key` makes a new one"]
        assert verify.run(full, now=lambda: NOW).exit_status == 1, "unsigned where a key is named: not proven"
        second, _ = publishing.new_key(archive, None, b"2" * 32, tmp_path)
        note = Note.parse(publishing.newest(archive).text)
    assert note.is_signed_by(second)
    assert not note.is_signed_by(first)
    assert Checkpoint.parse(note.text).origin == "archive.example/posts"
    assert verify.run(full, now=lambda: NOW).of("damage") == ()
    assert b"PRIVATE" not in full.read_bytes()


def test_a_signature_by_another_key_is_found(full: Path, tmp_path: Path) -> None:
    with Archive.open(full, seal=sealer(lambda: NOW, tmp_path)) as archive:
        publishing.new_key(archive, "archive.example/posts", b"1" * 32, tmp_path)
        row = publishing.newest(archive)
    forged = Note(Note.parse(row.text).text).signed(keys.Signer.new("archive.example/posts", b"3" * 32))
    with sqlite3.connect(full) as db:
        db.execute("UPDATE checkpoints SET text = ? WHERE id = ?", (str(forged), row.id))
    assert [one.kind for one in verify.run(full, now=lambda: NOW).of("damage")] == ["signature"]


def test_an_archive_without_a_run_needs_a_name_for_its_key(tmp_path: Path) -> None:
    seal = sealer(lambda: NOW, tmp_path)
    with Archive.open(tmp_path / "a.db", seal=seal) as archive, pytest.raises(UsageError, match="--name"):
        publishing.new_key(archive, None, b"1" * 32, tmp_path)


class Witness:
    """Cosigns what continues the log that it saw last (c2sp.org/tlog-witness)."""

    def __init__(self, log_key: Verifier) -> None:
        self.secret = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
        self.key = Verifier("witness.example/w", self.secret.public_key().public_bytes_raw(), keys.COSIGNATURE)
        self.log_key = log_key
        self.size, self.root = 0, b""

    def __call__(self, url: str, data: bytes, media_type: str) -> tuple[int, bytes]:
        assert url == "https://witness.example/add-checkpoint"
        head, _, rest = data.decode().partition("\n\n")
        old, *path = head.split("\n")
        note = Note.parse(rest)
        new = Checkpoint.parse(note.text)
        if not note.is_signed_by(self.log_key):
            return 403, b""
        if old != f"old {self.size}":
            return 409, f"{self.size}\n".encode()
        proof = [base64.b64decode(line) for line in path]
        if self.size and not log.is_consistent(self.size, self.root, new.size, new.root, proof):
            return 422, b""
        self.size, self.root = new.size, new.root
        at = (1700000000).to_bytes(8, "big")
        signature = self.secret.sign(f"cosignature/v1\ntime 1700000000\n{note.text}".encode())
        packed = base64.b64encode(self.key.id + at + signature).decode()
        return 200, f"\u2014 {self.key.name} {packed}\n".encode()


def test_a_witness_cosigns_what_continues_the_log_and_nothing_else(full: Path, tmp_path: Path, archives: Any) -> None:
    with Archive.open(full, seal=sealer(lambda: NOW, tmp_path)) as archive:
        verifier, _ = publishing.new_key(archive, "archive.example/posts", b"1" * 32, tmp_path)
        witness = Witness(verifier)
        assert publishing.cosign(archive, "https://witness.example/", witness).is_signed_by(witness.key)
        run = archive.begin("crawl", "2021-12-30T00:00:00Z")
        archive.keep(archives.live("/x", "2021-12-30T00:00:01Z", "x", kind="robots"), None, run)
        archive.finish(run, finished_at="2021-12-30T00:01:00Z", requests=1, exit_status=0)
        assert publishing.cosign(archive, "https://witness.example", witness).is_signed_by(witness.key)
        assert Note.parse(publishing.newest(archive).text).is_signed_by(witness.key), "kept in the archive"
        witness.root = log.EMPTY  # it saw another history
        with archive.sealed():
            pass
        witness.size -= 1
        with pytest.raises(Unreachable, match="status 422"):
            publishing.cosign(archive, "https://witness.example/", witness)
    assert verify.run(full, now=lambda: NOW).exit_status == 0


def test_the_verbs_make_a_key_print_a_checkpoint_and_write_it_elsewhere(full: Path, tmp_path: Path) -> None:
    run = CliRunner()
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    made = run.invoke(main, ["seal", "key", "--db", str(full), "--name", "archive.example/posts"], env=env)
    assert made.exit_code == 0, made.output
    key = Verifier.parse(made.stdout.splitlines()[-1])
    shown = run.invoke(main, ["seal", "show", "--db", str(full)], env=env)
    assert Note.parse(shown.stdout).is_signed_by(key)
    copy = tmp_path / "checkpoint.txt"
    assert run.invoke(main, ["seal", "publish", str(copy), "--db", str(full)], env=env).exit_code == 0
    assert copy.read_text() == shown.stdout
    checked = run.invoke(main, ["verify", "--db", str(full), "--checkpoint", str(copy)], env=env)
    assert checked.exit_code == 0, checked.output
    with sqlite3.connect(full) as db:
        db.execute("DELETE FROM checkpoints")
    assert run.invoke(main, ["verify", "--db", str(full), "--checkpoint", str(copy)], env=env).exit_code == 7
    copy.write_text("nonsense")
    assert run.invoke(main, ["verify", "--db", str(full), "--checkpoint", str(copy)], env=env).exit_code == 2


def test_the_archive_may_be_named_before_a_subcommand_of_seal(full: Path) -> None:
    said = {
        CliRunner().invoke(main, ["seal", *words]).output
        for words in (["--db", str(full)], ["--db", str(full), "show"], ["show", "--db", str(full)])
    }
    assert len(said) == 1
    assert said.pop().startswith("ushrn-archive/")


def test_a_name_that_is_no_name_makes_no_key(full: Path, tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert CliRunner().invoke(main, ["seal", "key", "--db", str(full), "--name", "a b"], env=env).exit_code == 2
    assert not (tmp_path / "config").exists()


def served(answer: Any) -> Iterator[str]:
    """A web server on loopback that answers every POST with what *answer* gives for its path and bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answer(f"https://witness.example{self.path}", data, self.headers["Content-Type"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_publish_posts_to_a_witness_and_keeps_its_cosignature(full: Path, tmp_path: Path, archives: Any) -> None:
    """Over HTTP, from the command line: the first time, after the log grew, and where the witness saw another log."""
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config")}

    def ushrn(*words: str) -> Any:
        return CliRunner().invoke(main, [*words, "--db", str(full)], env=env)

    witness = Witness(Verifier.parse(ushrn("seal", "key", "--name", "archive.example/posts").stdout.splitlines()[-1]))
    asked: list[str] = []

    def answer(url: str, data: bytes, media_type: str) -> tuple[int, bytes]:
        asked.append(media_type)
        return witness(url, data, media_type)

    with contextmanager(served)(answer) as address:
        done = ushrn("seal", "publish", address)
        assert done.exit_code == 0, done.output
        assert "cosigned, 2 signatures" in done.output
        archives.fill(full, [archives.live("/x", "2022-01-01T00:00:01Z", "x", kind="robots")], confirm=False)
        assert ushrn("rebuild").exit_code == 0, "which seals it with the key"
        assert ushrn("seal", "publish", f"{address}/add-checkpoint").exit_code == 0
        with Archive.open(full, create=False, readonly=True) as archive:
            newest = sealing.newest(archive.db)
            assert newest is not None
            assert Note.parse(newest.text).is_signed_by(witness.key)
        witness.root, witness.size = log.EMPTY, witness.size - 1
        refused = ushrn("seal", "publish", address)
        assert refused.exit_code == 3
        assert "status 422" in refused.output
    assert set(asked) == {"text/plain; charset=utf-8"}
    assert ushrn("seal", "publish", address).exit_code == 3, "nobody listens there any more"
