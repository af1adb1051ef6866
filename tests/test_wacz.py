"""WACZ and CDXJ: by the standard, the same bytes each time, and accepted and replayed by other people's tools."""

import gzip
import io
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scraper.errors import Unreadable
from scraper.export import warc as evidence
from scraper.seal import publishing
from scraper.store import Archive, sealing
from scraper.warc import cdxj, wacz
from scraper.warc import record as warc
from scraper.warc.wacz_auth import SignatureStanding

#: Folder of the commands warcio, cdxj-indexer, wacz, wayback and wb-manager; None: they may be on the PATH.
PEERS = os.environ.get("USHRN_PEERS")

#: Each checkpoint in the log of a package.
LOGGED = ("checkpoint-{:06}.txt", "statement-{:06}.json")


@pytest.fixture
def package(tmp_path: Path, full: Path) -> Path:
    evidence.export_wacz(full, tmp_path / "posts.wacz")
    return tmp_path / "posts.wacz"


def test_the_package_has_all_that_the_standard_wants(package: Path) -> None:
    with zipfile.ZipFile(package) as file:
        names = file.namelist()
        described = json.loads(file.read("datapackage.json"))
        digest = json.loads(file.read("datapackage-digest.json"))
        assert described["profile"] == "data-package"
        assert described["wacz_version"] == "1.1.1"
        assert described["created"] == "2021-12-02T00:00:00Z"
        listed = {resource["path"]: resource for resource in described["resources"]}
        assert set(names) == {*listed, "datapackage.json", "datapackage-digest.json"}
        assert set(listed) == {
            "archive/ushrn-20211202000000.warc.gz", "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl",
            "log/runs.jsonl", *(f"log/{kind.format(at)}" for at in range(1, 6) for kind in LOGGED),
        }  # fmt: skip
        for path, resource in listed.items():
            data = file.read(path)
            assert resource["bytes"] == len(data)
            assert warc.holds(resource["hash"], data)
        assert warc.holds(digest["hash"], file.read("datapackage.json"))
        for info in file.infolist():
            assert (info.compress_type == zipfile.ZIP_STORED) == info.filename.endswith(".gz")


def test_local_and_central_headers_both_have_an_extra_field_as_viewers_expect(package: Path) -> None:
    data = package.read_bytes()
    with zipfile.ZipFile(package) as opened:
        for info in opened.infolist():
            local = int.from_bytes(data[info.header_offset + 28 : info.header_offset + 30], "little")
            assert local == 20 + len(info.extra) and info.extra


def test_pages_have_titles_texts_and_times(package: Path, archives: Any) -> None:
    with zipfile.ZipFile(package) as file:
        header, *pages = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
    assert header["format"] == "json-pages-1.0"
    first = next(page for page in pages if page["url"].endswith("a-day-in-court"))
    assert first["title"] == "A Day in Court"
    assert archives.TEXT[1] in first["text"]
    assert {(page["url"].rsplit("/", 1)[1], page["ts"]) for page in pages} == {
        ("saved", "2021-02-20T00:00:00Z"), ("a-day-in-court", "2021-03-02T00:00:02Z"), ("gone", "2021-03-02T00:00:03Z"),
        ("a-day-in-court", "2021-05-02T00:00:02Z"),
    }  # fmt: skip


def test_each_index_line_points_at_its_record(package: Path) -> None:
    with zipfile.ZipFile(package) as file:
        lines = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
        assert lines == sorted(lines, key=str.encode)
        assert len(lines) == 14
        for line in lines:
            key, stamp, text = line.split(" ", 2)
            facts = json.loads(text)
            data = file.read("archive/" + facts["filename"])[int(facts["offset"]) :][: int(facts["length"])]
            (record,) = warc.read(io.BytesIO(data))
            assert isinstance(record, warc.Record)
            assert (record.url, record.get("WARC-Payload-Digest")) == (facts["url"], facts["digest"])
            assert key == cdxj.surt(record.url)
            assert len(stamp) == 14
            assert (record.type == "revisit") == (facts["mime"] == "warc/revisit")


def test_the_block_index_points_at_the_blocks() -> None:
    lines = [f"org,blog)/{number:04} 2021 {{}}\n" for number in range(700)]
    packed, blocks = cdxj.compressed(lines, "index.cdx.gz")
    first, *others = blocks.decode().splitlines()
    assert first.startswith("!meta 0 ")
    read = []
    for line in others:
        key, stamp, text = line.split(" ", 2)
        facts = json.loads(text)
        block = packed[facts["offset"] :][: facts["length"]]
        assert warc.holds(facts["digest"], block)
        part = gzip.decompress(block).decode().splitlines(keepends=True)
        assert part[0].startswith(f"{key} {stamp} ")
        read += part
    assert read == lines


@pytest.mark.parametrize("form", ["wacz", "warc.gz"])
def test_the_same_archive_gives_the_same_bytes_whenever_and_wherever(
    tmp_path: Path, full: Path, archives: Any, form: str
) -> None:
    export = evidence.export_wacz if form == "wacz" else evidence.export_warc
    backwards = archives.fill(tmp_path / "other.db", sorted(archives.captures(), key=lambda c: c.captured_at[:7]))
    for path, archive in (
        (tmp_path / "a" / "x", full),
        (tmp_path / "b" / "y", full),
        (tmp_path / "a" / "z", backwards),
    ):
        path.parent.mkdir(exist_ok=True)
        export(archive, path)
    assert (tmp_path / "a" / "x").read_bytes() == (tmp_path / "b" / "y").read_bytes()
    assert (tmp_path / "a" / "x").read_bytes() == (tmp_path / "a" / "z").read_bytes()


@pytest.fixture
def signed(tmp_path: Path, full: Path) -> Path:
    """A package of an archive with a key."""
    with Archive.open(full) as archive:
        publishing.new_key(archive, "archive.example/posts", bytes(range(32)), tmp_path / "keys")
    evidence.export_wacz(full, tmp_path / "signed.wacz", key_folder=tmp_path / "keys")
    return tmp_path / "signed.wacz"


def test_a_package_is_signed_by_the_key_that_the_archive_names(signed: Path, full: Path, tmp_path: Path) -> None:
    with Archive.open(full, readonly=True, create=False) as archive:
        named = sealing.meta(archive.db, publishing.WACZ_KEY)
    with signed.open("rb") as file:
        assert str(wacz.signature(file)) == f"valid: an anonymous key, {named}"
        assert list(wacz.complaints(file)) == []
    with zipfile.ZipFile(signed) as file:
        said = json.loads(file.read("datapackage-digest.json"))["signedData"]
        assert said["created"] == json.loads(file.read("datapackage.json"))["created"]  # `wacz validate` compares them
    evidence.export_wacz(full, tmp_path / "again.wacz", key_folder=tmp_path / "keys")
    assert (tmp_path / "again.wacz").read_bytes() == signed.read_bytes()


def test_without_the_key_at_hand_a_package_is_not_signed(signed: Path, full: Path, tmp_path: Path) -> None:
    evidence.export_wacz(full, tmp_path / "plain.wacz", key_folder=tmp_path / "empty")
    with (tmp_path / "plain.wacz").open("rb") as file:
        assert str(wacz.signature(file)) == "none"


def test_a_signed_list_of_files_that_was_changed_is_told(signed: Path) -> None:
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        return files | {"datapackage.json": files["datapackage.json"].replace(b"Posts", b"Lists", 1)}

    assert wacz.signature(rewritten(signed, change)).standing is SignatureStanding.INVALID
    assert wacz.signature(io.BytesIO(b"PK\x03\x04")).standing is SignatureStanding.NONE, (
        "what is no package has none that fails"
    )


def rewritten(package: Path, change: Any) -> io.BytesIO:
    """The package with its files changed: *change* takes and gives {name: bytes}."""
    with zipfile.ZipFile(package) as file:
        files = {name: file.read(name) for name in file.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in change(files).items():
            file.writestr(name, data)
    return out


def test_a_sound_package_has_no_complaints(package: Path) -> None:
    with package.open("rb") as file:
        assert list(wacz.complaints(file)) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda files: {n: d for n, d in files.items() if "pages" not in n}, "pages/pages.jsonl"),
        (lambda files: {n: d for n, d in files.items() if "idx" not in n}, "indexes/index.idx"),
        (lambda files: {n: d + b"x" if "warc" in n else d for n, d in files.items()}, "archive/ushrn"),
        (lambda files: {n: d.replace(b"1.1.1", b"1.1.0") for n, d in files.items()}, "datapackage.json"),
        (lambda files: {n: b"{" if n == "datapackage.json" else d for n, d in files.items()}, "datapackage"),
        (lambda files: {n: d for n, d in files.items() if n != "datapackage.json"}, "data package"),
    ],
)  # fmt: skip
def test_a_package_that_was_changed_is_told(package: Path, change: Any, named: str) -> None:
    (complaint, *_) = wacz.complaints(rewritten(package, change))
    assert named in complaint


def test_a_listing_as_large_as_a_bomb_is_not_opened(package: Path) -> None:
    bomb = rewritten(package, lambda files: files | {"datapackage.json": b" " * (wacz.LISTING_LIMIT_BYTES + 1)})
    (complaint,) = wacz.complaints(bomb)
    assert "are allowed" in complaint


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip"])
def test_what_is_no_package_is_refused(data: bytes) -> None:
    assert list(wacz.complaints(io.BytesIO(data)))
    with pytest.raises(Unreadable, match="expected a WACZ"):
        list(wacz.members(io.BytesIO(data), "x.wacz", (".warc",)))


def test_a_package_without_a_warc_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("datapackage.json", "{}")
    with pytest.raises(Unreadable, match="without a WARC"):
        list(wacz.members(out, "x.wacz", (".warc",)))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.upr2020.org/post/A-Day/", "org,upr2020)/post/a-day"),
        ("http://www2.example.org:80/?B=2&a=1", "org,example)/?a=1&b=2"),
        ("https://x.example:8443/a/../b//c/.", "example,x:8443)/b/c"),
        ("http://127.0.0.1:8080/x", "1,0,0,127:8080)/x"),
        ("https://x.example/%7Ea/%C3%A9%2520", "example,x)/~a/%c3%a9%20"),
        ("https://x.example", "example,x)/"),
        (f"https://x.example/p?sid={'a' * 32}&b=1", "example,x)/p?b=1"),
    ],
)
def test_keys_sort_as_all_web_archives_sort(url: str, key: str) -> None:
    assert cdxj.surt(url) == key


# -- other people's tools


def peer(name: str) -> str:
    """The command *name*; where USHRN_PEERS is set, a missing one is an error and not a reason to skip."""
    found = shutil.which(name, path=f"{PEERS}:{os.environ['PATH']}" if PEERS else None)
    if found is None and not PEERS:
        pytest.skip(f"{name} is not installed; set USHRN_PEERS to the folder of the commands")
    assert found is not None, f"{name} is not in {PEERS}"
    return found


def run(name: str, *words: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([peer(name), *map(str, words)], capture_output=True, text=True, cwd=cwd, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_gzip_and_warcio_find_the_warc_sound(tmp_path: Path, full: Path) -> None:
    evidence.export_warc(full, tmp_path / "x.warc.gz")
    run("gzip", "-t", tmp_path / "x.warc.gz")
    told = run("warcio", "check", "-v", tmp_path / "x.warc.gz")
    assert "digest pass" in told
    assert "fail" not in told


@pytest.mark.slow
def test_cdxj_indexer_makes_the_same_index(tmp_path: Path, package: Path) -> None:
    with zipfile.ZipFile(package) as file:
        name = file.extract("archive/ushrn-20211202000000.warc.gz", tmp_path)
        ours = gzip.decompress(file.read("indexes/index.cdx.gz")).decode()
    run("cdxj-indexer", "--sort", "-o", tmp_path / "theirs.cdxj", name)
    assert (tmp_path / "theirs.cdxj").read_text() == ours


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["package", "signed"])
def test_wacz_validate_accepts_the_package(kind: str, request: pytest.FixtureRequest) -> None:
    package = request.getfixturevalue(kind)
    assert "valid" in run("wacz", "validate", "-f", package)


@pytest.fixture
def replay(tmp_path: Path, package: Path) -> Iterator[str]:
    """A pywb server over the exported package; its address."""
    place = tmp_path / "pywb"
    place.mkdir()
    run("wb-manager", "init", "posts", cwd=place)
    with zipfile.ZipFile(package) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".warc.gz")]
        (place / "collections/posts/archive" / Path(name).name).write_bytes(file.read(name))
        index = gzip.decompress(file.read("indexes/index.cdx.gz"))
    (place / "collections/posts/indexes/index.cdxj").write_bytes(index)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [peer("wayback"), "-p", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _answering(f"http://127.0.0.1:{port}/posts/")
    finally:
        server.terminate()
        server.wait(timeout=20)


def _answering(address: str) -> str:
    for _ in range(150):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return address
        except OSError:
            time.sleep(0.2)
        else:
            return address
    pytest.fail(f"pywb does not answer at {address}")


@pytest.mark.slow
def test_pywb_replays_each_page_byte_for_byte(replay: str, archives: Any) -> None:
    pages = [capture for capture in archives.captures() if capture.body and capture.status in (200, None)]
    assert len(pages) == 10
    for capture in pages:
        stamp = "".join(sign for sign in warc.date(capture.captured_at) if sign.isdigit())
        with urllib.request.urlopen(f"{replay}{stamp}id_/{capture.url}", timeout=20) as answer:
            assert answer.status == 200
            assert answer.read() == capture.body, capture.url
    # pywb gives a 304 back as the 304 that it was: its head is its own, its body was never sent.
    with pytest.raises(urllib.error.HTTPError) as not_modified:
        urllib.request.urlopen(
            f"{replay}20211202000000id_/{pages[-1].url}".replace("about", "post/a-day-in-court"), timeout=20
        )
    assert not_modified.value.code == 304


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", b"no zip file at all"])
def test_what_is_no_zip_file_is_not_said_to_have_a_signature_that_fails(data: bytes) -> None:
    assert wacz.signature(io.BytesIO(data)).standing == "none"
    assert len(list(wacz.complaints(io.BytesIO(data)))) == 1
