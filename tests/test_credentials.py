"""What lets a request act for a visitor stays in the archive; the digests of what leaves are those of what was."""

import gzip
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper import credentials, verify
from scraper.cli import main
from scraper.cli.failing import Failed
from scraper.errors import UsageError
from scraper.export import Options, copy, to_file
from scraper.export import warc as evidence
from scraper.fetch.contact import checked
from scraper.imports import run_import
from scraper.records import Capture
from scraper.recover.endpoints import parts_of
from scraper.runs.targets import target_of
from scraper.store import Archive

NOW = datetime(2022, 1, 1, tzinfo=UTC)
TOKEN = "wixcode-pub.0123456789abcdef0123456789abcdef.eyJpbnN0YW5jZSI6IjEifQ"
COUNTS = "/_api/blog-frontend-adapter-public/v2/post-page-metadata/a-day-in-court"


def asked(fields: str) -> Capture:
    head = f"POST / HTTP/1.1\r\nHost: x\r\n{fields}\r\nAccept: */*\r\n\r\n"
    return Capture(url="https://x/", captured_at="2022", request_head=head.encode())


@pytest.mark.parametrize(
    "field",
    [
        f"Authorization: {TOKEN}", f"authorization:{TOKEN}", f"PROXY-AUTHORIZATION:\t Bearer {TOKEN}",
        f"Cookie: session={TOKEN}; lang=en", f"cookie:{TOKEN}",
    ],
)  # fmt: skip
def test_credentials_of_a_request_are_left_out_and_nothing_else(field: str) -> None:
    head = credentials.without(asked(field)).request_head
    assert head is not None
    assert TOKEN.encode() not in head
    assert head.startswith(b"POST / HTTP/1.1\r\nHost: x\r\n" + field.partition(":")[0].encode())
    assert head.endswith(b"[left out]\r\nAccept: */*\r\n\r\n")


@pytest.mark.parametrize("field", ["X-Authorization-Hint: none", "X-Cookie: a=b", "Accept: authorization: x"])
def test_other_fields_stay(field: str) -> None:
    capture = asked(field)
    assert credentials.without(capture) is capture


def tokens(url: str, said: object) -> Capture:
    return Capture(url=url, captured_at="2022", body=json.dumps(said).encode())


@pytest.mark.parametrize(
    "said",
    [
        {"apps": {"22bef345-3c5b-4c18-b782-74d4085112ff": {"instance": TOKEN, "intId": 17}}, "hs": 0},
        {"apps": {"a": {"accessToken": TOKEN}}, "svSession": TOKEN, "more": [TOKEN, {"x": TOKEN + '"'}]},
    ],
)
@pytest.mark.parametrize("address", ["/_api/v1/access-tokens", "/_api/v1/access-tokens?x=1"])
def test_the_answer_with_tokens_keeps_its_shape_and_loses_them(said: dict[str, Any], address: str) -> None:
    left = credentials.without(tokens(f"https://www.blog.example{address}", said)).body
    assert left is not None
    assert TOKEN.encode() not in left
    assert json.loads(left).keys() == said.keys()
    assert json.loads(left)["apps"].keys() == said["apps"].keys()


def test_pages_that_only_speak_of_tokens_stay() -> None:
    capture = tokens("https://www.blog.example/post/_api-v1-access-tokens", {"instance": TOKEN})
    assert credentials.without(capture) is capture


@pytest.fixture(scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory, archives: Any) -> Path:
    head = f"POST {COUNTS} HTTP/1.1\r\nHost: www.blog.example\r\nAuthorization: {TOKEN}\r\n\r\n".encode()
    more = {"kind": "counts", "media_type": "application/json"}
    said = json.dumps({"apps": {"a": {"instance": TOKEN}}})
    handed = archives.live("/_api/v1/access-tokens", "2021-05-03T00:00:00Z", said, **more)
    counted = archives.live(
        COUNTS,
        "2021-05-03T00:00:01Z",
        '{"postPageMetadata": {"postMetadata": {"viewCount": 7}}}',
        request_head=head,
        **more,
    )
    return Path(archives.fill(tmp_path_factory.mktemp("token") / "a.db", [*archives.captures(), handed, counted]))


@pytest.fixture
def archive(_archive: Path, tmp_path: Path) -> Path:
    """An archive whose counts were asked for with a token."""
    return shutil.copy(_archive, tmp_path / "a.db")


def everything(path: Path) -> bytes:
    """All bytes of an export, unpacked as far as others unpack them."""
    if path.suffix != ".wacz":
        return gzip.decompress(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    return b"".join(gzip.decompress(data) if name.endswith(".gz") else data for name, data in members.items())


@pytest.mark.parametrize("form", ["x.warc.gz", "x.wacz"])
def test_a_token_does_not_leave_and_a_restored_archive_says_what_it_lacks(
    archive: Path, tmp_path: Path, form: str
) -> None:
    export = evidence.export_wacz if form.endswith("wacz") else evidence.export_warc
    export(archive, tmp_path / form)
    out = everything(tmp_path / form)
    assert TOKEN.encode() not in out
    assert out.count(b"ushrn-left_out: [") == 2
    again = tmp_path / "again.db"
    report = run_import(again, [tmp_path / form], own=True, now=lambda: NOW)
    assert (report.exit_status, report.messages) == (0, ())
    rows = [
        sqlite3.connect(path).execute("SELECT id, chain_sha256 FROM crawls ORDER BY id").fetchall()
        for path in (archive, again)
    ]
    assert rows[0] == rows[1]
    findings = verify.run(again, now=lambda: NOW)
    assert findings.of("damage") == ()
    assert sum("cannot be made again" in one.message for one in findings.of("note")) == 1
    export(again, tmp_path / f"again.{form}")
    assert everything(tmp_path / f"again.{form}") == out


def test_the_table_of_captures_leaves_without_the_token(archive: Path, tmp_path: Path) -> None:
    with sqlite3.connect(archive) as db:
        to_file(db, tmp_path / "captures.csv", "csv", options=Options(table="captures"))
    text = (tmp_path / "captures.csv").read_text("utf-8")
    assert TOKEN not in text
    assert "Authorization: [left out]" in text


def test_a_public_copy_has_no_token_and_nothing_in_it_is_called_damaged(archive: Path, tmp_path: Path) -> None:
    copy(archive, tmp_path / "public.db", public=True)
    with Archive.open(tmp_path / "public.db", create=False, readonly=True) as opened:
        kept = [(one.request_head or b"") + (one.body or b"") for one, _ in opened.captures()]
    assert len(kept) == 16
    assert not any(TOKEN.encode() in one for one in kept)
    assert TOKEN.encode() not in (tmp_path / "public.db").read_bytes()
    assert verify.run(tmp_path / "public.db", now=lambda: NOW).of("damage") == ()


def test_a_copy_that_holds_it_says_that_it_is_not_for_publication(archive: Path, tmp_path: Path) -> None:
    said = [
        CliRunner()
        .invoke(main, ["export", "sqlite", "--db", str(archive), "--output", str(tmp_path / name), *more])
        .output
        for name, more in (("all.db", []), ("public.db", ["--public"]))
    ]
    assert ["--public leaves them out" in one for one in said] == [True, False]


@pytest.mark.parametrize(
    "word",
    [
        "http://user:secret@host/", "user:secret@host", "http://user:sec/secret@host/", "//user:secret@host/",
        "http://user:secret%40host/", "http://user:secret\uff20host/", "http://user:a:secret@host/", "ftp://u:sec?secret@h",
        "http://user:sec#secret@host/", "http://us\ner:secret@ho st/",
    ],
)  # fmt: skip
def test_a_password_in_what_should_be_an_address_is_never_said(word: str) -> None:
    with pytest.raises(UsageError) as told:
        target_of(word, {})
    assert "secret" not in str(told.value)
    assert "…" in str(told.value)


def test_what_goes_wrong_is_said_without_passwords_and_with_all_else() -> None:
    said = Failed("https://a.example/@one: no answer; http://user:secret@host:80/x: none", 3).message
    assert said == "https://a.example/@one: no answer; http://user:…@host:80/x: none"


@pytest.mark.parametrize("read", [checked, partial(parts_of, example="https://web.archive.org/")])
def test_an_address_that_is_kept_names_no_user(read: Callable[[str], object]) -> None:
    with pytest.raises(UsageError, match="without a user's name") as told:
        read("https://user:secret@host.example/")
    assert "secret" not in str(told.value)
    assert checked("user@host.example") == "user@host.example"
    assert checked("http://[host/@one") == "http://[host/@one"
