"""A certificate that is not trusted is refused by its name, and taken only where the user named that very one."""

import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scraper import verify
from scraper.crawl import run_crawl
from scraper.crawl.pictures import PicturePolicy, Want
from scraper.demo.blog import Blog
from scraper.demo.server import LoopbackServer
from scraper.errors import UsageError
from scraper.export import export_wacz, export_warc
from scraper.fetch import digest_of
from scraper.imports import run_import
from scraper.runs import Report
from scraper.terminal import show

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


class Site:
    """A pretend blog behind TLS, and the digest of its certificate."""

    def __init__(self, blog: Blog, server: LoopbackServer, digest: str) -> None:
        self.blog, self.server, self.digest = blog, server, digest

    def crawl(self, path: Path, *certificates: str, day: int = 0) -> Report:
        return run_crawl(
            path, [self.blog.base], delay=0, counts=False, pictures=PicturePolicy(want=Want.NONE),
            certificates=certificates, now=lambda: NOW + timedelta(days=day), sleep=lambda _: None,
        )  # fmt: skip


def certificate(folder: Path, begins: datetime, ends: datetime) -> tuple[Path, str]:
    """A file with a self-signed certificate for ``localhost`` and its key, and the certificate's digest."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path, made.fingerprint(hashes.SHA256()).hex()


@contextmanager
def behind_tls(folder: Path, begins: int, ends: int) -> Iterator[Site]:
    """*begins*, *ends*: of the certificate, days from today."""
    today = datetime.now(UTC)
    path, digest = certificate(folder, today + timedelta(days=begins), today + timedelta(days=ends))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    blog = Blog(today=NOW, padding=500)
    server = LoopbackServer(blog.answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    blog.base = server.base.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(blog, server, digest)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with behind_tls(tmp_path, -1, 2) as made:
        yield made


def test_it_is_refused_with_its_digest_and_no_request_is_sent(site: Site, tmp_path: Path) -> None:
    report = site.crawl(tmp_path / "a.db")
    assert report.exit_status == 3
    assert f"--accept-certificate {site.digest}" in " ".join(report.messages)
    assert site.server.questions == []


def test_the_one_that_the_user_named_is_taken_and_recorded_on_each_capture(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    report = site.crawl(path, "00" * 32, site.digest)
    assert (report.exit_status, report.new > 5) == (0, True)
    with closing(sqlite3.connect(path)) as db:
        noted = "SELECT count(*), count(DISTINCT sha256), min(sha256) FROM certificates"
        assert db.execute(noted).fetchone() == (report.requests, 1, site.digest)
        (post,) = db.execute("SELECT url FROM posts LIMIT 1").fetchone()
    assert f"certificate not trusted, accepted as {site.digest}" in show.render(path, post)
    assert verify.run(path, now=lambda: NOW).exit_status == 0


def test_another_one_than_the_user_named_is_refused(site: Site, tmp_path: Path) -> None:
    report = site.crawl(tmp_path / "a.db", "ab" * 32)
    assert report.exit_status == 3 and site.server.questions == []


def test_one_that_has_expired_is_refused_and_can_be_taken(tmp_path: Path) -> None:
    with behind_tls(tmp_path, -400, -30) as site:
        assert site.crawl(tmp_path / "a.db").exit_status == 3
        assert site.crawl(tmp_path / "a.db", site.digest).new > 5


def test_a_site_with_an_expired_one_is_not_gone_however_long_it_lasts(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with behind_tls(tmp_path, -400, -30) as site:
        site.crawl(path, site.digest)
        assert [site.crawl(path, day=day).exit_status for day in (1, 20, 40)] == [3, 3, 3]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT state FROM sites").fetchall() == [("live",)]
        assert db.execute("SELECT count(gone_at), count(missing_since) FROM posts").fetchone() == (0, 0)


@pytest.mark.parametrize("form", ["warc.gz", "wacz"])
def test_an_export_carries_what_was_accepted_and_brings_it_back(site: Site, tmp_path: Path, form: str) -> None:
    path, again = tmp_path / "a.db", tmp_path / "b.db"
    site.crawl(path, site.digest)
    write = export_wacz if form == "wacz" else export_warc
    write(path, tmp_path / f"out.{form}")
    run_import(again, [tmp_path / f"out.{form}"], own=True, now=lambda: NOW)
    asked = "SELECT record_sha256, sha256 FROM certificates JOIN captures ON captures.id = capture_id ORDER BY 1"
    with closing(sqlite3.connect(path)) as before, closing(sqlite3.connect(again)) as after:
        assert before.execute(asked).fetchall() == after.execute(asked).fetchall() != []
    assert verify.run(again, now=lambda: NOW).exit_status == 0


def test_an_untrusted_one_that_was_taken_out_of_the_table_is_damage(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    site.crawl(path, site.digest)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM certificates WHERE capture_id = 1")
    assert verify.run(path, now=lambda: NOW).exit_status == 7


@pytest.mark.parametrize(
    "text",
    [
        "ab" * 32,
        "AB" * 32,
        ":".join(["aB"] * 32),
        "SHA256 Fingerprint=" + ":".join(["AB"] * 32),
        "sha256:" + "ab" * 32,
        "SHA-256 " + " ".join(["AB"] * 32),
    ],
)
def test_a_digest_may_be_written_as_programs_and_browsers_do(text: str) -> None:
    assert digest_of(text) == "ab" * 32


@pytest.mark.parametrize("text", ["", "ab", "ab" * 20, "xy" * 32, "ab" * 33])
def test_what_is_no_sha256_is_a_usage_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--accept-certificate"):
        run_crawl(tmp_path / "a.db", ["http://127.0.0.1:9/"], certificates=[text])
    assert list(tmp_path.iterdir()) == []
