"""Runs, checkpoints and decisions travel with the captures, and come back; what a file says of them proves nothing."""

import gzip
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper import digests, run_log, verify
from scraper.cli import main
from scraper.decide import Judgement
from scraper.errors import UsageError
from scraper.export import warc as evidence
from scraper.imports import run_import
from scraper.reading.capture import read_capture
from scraper.run_log import LoggedCheckpoint, LoggedDecision, LoggedRun, LoggedStamp, RunLog
from scraper.runs import Report
from scraper.seal import Checkpoint, Note, claims, keys, log, publishing, sealer
from scraper.store import Archive
from scraper.verify import seals, stored
from scraper.warc import wacz
from tests.archives import query

NOW = datetime(2022, 1, 1, tzinfo=UTC)
RUNS = "SELECT * FROM crawls ORDER BY id"
CHECKPOINTS = "SELECT crawl_id, size, root, text, statement FROM checkpoints ORDER BY id"
DECISIONS = 'SELECT record_sha256, kind, at, "by", reason, crawl_id FROM decisions ORDER BY record_sha256, kind'
CLAIMS = "SELECT origin, size, covered, captures, signed_by, complaint, restored FROM import_logs"


def bring(archive: Path, *paths: Path, **more: Any) -> Report:
    return run_import(archive, paths, now=lambda: NOW, **more)


FORMS = {"warc.gz": evidence.export_warc, "wacz": evidence.export_wacz}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@pytest.fixture(scope="module")
def signed(folder: Path, archives: Any) -> Path:
    """An archive of several runs, whose newest checkpoint is signed, with two decisions. Only read here."""
    path = Path(archives.fill(folder / "signed.db", archives.captures()))
    with Archive.open(path, read=read_capture, seal=sealer(lambda: NOW, folder / "keys")) as archive:
        publishing.new_key(archive, "archive.example/posts", bytes(range(32)), folder / "keys")
        for kind, by in ((Judgement.HELD, "crawl"), (Judgement.ACCEPTED, "ada@blog.example")):
            archive.judge(3, kind, "so it is", at="2021-12-03T00:00:00Z", by=by, crawl_id=2)
        with archive.sealed():
            pass
    return path


@pytest.fixture(scope="module", params=list(FORMS))
def file(request: pytest.FixtureRequest, signed: Path, folder: Path) -> Path:
    """An export of `signed`."""
    path = folder / f"x.{request.param}"
    FORMS[request.param](signed, path)
    return path


@pytest.fixture(scope="module")
def warc(signed: Path, folder: Path) -> Path:
    evidence.export_warc(signed, folder / "only.warc.gz")
    return folder / "only.warc.gz"


@pytest.fixture(scope="module")
def restored(file: Path) -> tuple[Path, Report]:
    """The archive that the export makes where there was none, and what was said of it. Only read here."""
    path = file.with_suffix(".again.db")
    return path, bring(path, file, own=True)


@pytest.fixture
def again(restored: tuple[Path, Report]) -> Path:
    return restored[0]


def test_runs_stay_the_runs_they_were(restored: tuple[Path, Report], signed: Path) -> None:
    again, report = restored
    assert (report.exit_status, report.messages) == (0, ())
    assert len(query(signed, RUNS)) == 5
    assert query(again, RUNS) == query(signed, RUNS)
    assert report.chain_sha256 == query(signed, RUNS)[-1][-1]


def test_a_key_restores_what_it_sealed_and_nothing_else(file: Path, signed: Path, tmp_path: Path) -> None:
    (key,) = query(signed, "SELECT value FROM meta WHERE key = 'verifier_key'")[0]
    again = tmp_path / "again.db"
    assert bring(again, file, key=key).exit_status == 0
    assert query(again, RUNS) == query(signed, RUNS)
    other = key.replace(key.partition("+")[0], "somebody.example/else")
    with pytest.raises(UsageError, match="signed by"):
        bring(tmp_path / "other.db", file, key=other)
    assert not (tmp_path / "other.db").exists()


def test_of_a_sealed_file_what_its_log_does_not_name_is_left(warc: Path, signed: Path, tmp_path: Path) -> None:
    (key,) = query(signed, "SELECT value FROM meta WHERE key = 'verifier_key'")[0]
    more = tmp_path / "more.db"
    shutil.copy(signed, more)
    with sqlite3.connect(more) as db:
        kept = db.execute("SELECT count(*) FROM captures").fetchone()[0]
    db.close()
    forged = tmp_path / "forged.db"
    bring(forged, _page(tmp_path), url="https://www.blog.example/post/forged", captured_at="2021-03-02T00:00:00Z")
    evidence.export_warc(forged, tmp_path / "forged.warc.gz")
    both = tmp_path / "both.warc.gz"
    both.write_bytes(warc.read_bytes() + (tmp_path / "forged.warc.gz").read_bytes())
    report = bring(tmp_path / "again.db", both, key=key)
    assert "no key vouches for it" in " ".join(one.message for one in report.causes) + " ".join(report.messages)
    assert query(tmp_path / "again.db", "SELECT count(*) FROM captures") == [(kept,)]
    assert query(tmp_path / "again.db", "SELECT count(*) FROM posts WHERE url LIKE '%forged'") == [(0,)]


def _page(folder: Path) -> Path:
    path = folder / "page.txt"
    path.write_text("top of page\n\nForged\n\nNobody ever said that.\n\n5 views0 comments\n\nbottom of page")
    return path


def test_each_capture_is_of_the_run_that_it_was_of(again: Path, signed: Path, archives: Any) -> None:
    asked = "SELECT record_sha256, crawl_id FROM captures ORDER BY 1"
    assert query(again, asked) == query(signed, asked)
    assert archives.rows(again) == archives.rows(signed)
    known = "SELECT url, known_at, kind FROM events JOIN posts ON posts.id = post_id ORDER BY 1, 2, 3"
    assert query(again, known) == query(signed, known)


def test_checkpoints_and_decisions_come_back(again: Path, signed: Path) -> None:
    assert query(again, CHECKPOINTS)[:-1] == query(signed, CHECKPOINTS)
    held, accepted = sorted(query(again, DECISIONS), key=lambda row: row[1], reverse=True)
    assert held == next(row for row in query(signed, DECISIONS) if row[1] == "held")
    assert accepted[1:4] == ("accepted", "2021-12-03T00:00:00Z", "accept")  # who it was, stays at home


def test_a_restored_archive_verifies_and_says_what_it_was_restored_from(again: Path) -> None:
    assert damage(again) == []
    last = json.loads(query(again, CHECKPOINTS)[-1][-1])
    assert last["restored_from"] == query(again, "SELECT sha256 FROM import_files")[0][0]


def test_chains_and_checkpoints_that_somebody_kept_are_proved_by_the_restored_archive(
    again: Path, signed: Path
) -> None:
    findings = verify.Findings()
    with closing(sqlite3.connect(again)) as db:
        for (chain,) in query(signed, "SELECT chain_sha256 FROM crawls"):
            stored.check_known_chain(db, findings, chain)
        for *_, text, _ in query(signed, CHECKPOINTS):
            seals.check_log(db, findings, Note.parse(text))
        assert findings.of("damage") == ()
        stored.check_known_chain(db, findings, "ab" * 32)
    assert len(findings.of("damage")) == 1


def damage(archive: Path) -> list[str]:
    return [str(one) for one in verify.run(archive, now=lambda: NOW).found if one.level == "damage"]


def test_the_next_run_goes_on_where_the_log_ended(restored: tuple[Path, Report], tmp_path: Path, archives: Any) -> None:
    again = Path(shutil.copy(restored[0], tmp_path / "again.db"))
    page = tmp_path / "page.html"
    page.write_text(archives.page("Another", "Its text.", slug="another"))
    bring(again, page, captured_at="2021-12-20")
    assert [row[0] for row in query(again, RUNS)] == [1, 2, 3, 4, 5, 6]
    assert not damage(again)


def test_the_second_export_is_the_first_byte_for_byte(again: Path, file: Path, tmp_path: Path) -> None:
    second = tmp_path / f"second.{file.name.partition('.')[2]}"
    FORMS[file.name.partition(".")[2]](again, second)
    assert second.read_bytes() == file.read_bytes()


def test_without_the_key_the_log_goes_on_under_another_name(again: Path) -> None:
    """Two archives that continue one log under one name would be two histories of it."""
    *_, before, last = [Note.parse(text).text.splitlines()[0] for *_, text, _ in query(again, CHECKPOINTS)]
    assert before == "archive.example/posts"
    assert last != before


# -- what a file says, and nothing more


def test_a_strangers_file_keeps_its_log_as_claims(warc: Path, tmp_path: Path) -> None:
    archive = tmp_path / "theirs.db"
    report = bring(archive, warc, all_hosts=True)
    key = keys.Signer.new("archive.example/posts", bytes(range(32))).verifier
    assert len(query(archive, RUNS)) == 1
    assert query(archive, CLAIMS) == [("archive.example/posts", 14, 14, 14, str(key), None, 0)]
    (told,) = [message for message in report.messages if "it says that it has" in message]
    assert "5 runs of archive.example/posts" in told
    assert f"signed by {key}" in told
    assert "14 of 14 captures in the file are among them" in told
    assert not damage(archive)


def test_into_an_archive_with_runs_no_run_comes_back(warc: Path, signed: Path, tmp_path: Path, archives: Any) -> None:
    archive = archives.fill(tmp_path / "other.db", archives.oddities(), confirm=False)
    before = query(archive, RUNS)
    bring(archive, warc, own=True)
    assert query(archive, RUNS)[:-1] == before
    assert query(archive, "SELECT covered, captures, restored FROM import_logs") == [(14, 14, 0)]
    assert not damage(archive)


def edited(file: Path, path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The file unpacked and changed, as *path*."""
    plain = gzip.decompress(file.read_bytes())
    changed = change(plain)
    assert changed != plain
    path.write_bytes(changed)
    return path


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    assert len(old) == len(new)
    return lambda plain: plain.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'"started_at": "2021-03-02T00:00:00Z"', b'"started_at": "2021-03-01T00:00:00Z"', "its run is not as it was"),
        (b'"command": "import"', b'"command": "revise"', "its run is not as it was"),
        (b'"size": 8', b'"size": 9', "another size or root"),
        (b"archive.example/posts\\n14", b"archive.example/toast\\n14", "signature is not that of"),
    ],
)
def test_a_log_that_was_altered_is_told_and_restores_nothing(
    warc: Path, tmp_path: Path, old: bytes, new: bytes, why: str
) -> None:
    path = edited(warc, tmp_path / "edited.warc", swap(old, new))
    report = bring(tmp_path / "a.db", path, own=True)
    ((complaint, restored),) = query(tmp_path / "a.db", "SELECT complaint, restored FROM import_logs")
    assert why in complaint
    assert not restored
    assert any("does not hold" in message for message in report.messages)
    assert len(query(tmp_path / "a.db", RUNS)) == 1


def test_a_capture_that_the_log_does_not_have_is_not_covered(warc: Path, tmp_path: Path) -> None:
    path = edited(
        warc, tmp_path / "edited.warc", swap(b"The judge heard nine", b"The judge heard nine".replace(b"nine", b"five"))
    )
    bring(tmp_path / "a.db", path, all_hosts=True)
    ((covered, captures, complaint),) = query(tmp_path / "a.db", "SELECT covered, captures, complaint FROM import_logs")
    assert complaint is None  # the log is as it was; a page is not
    assert covered < captures == 14


@pytest.mark.parametrize(
    "text",
    [b"{", b"[]", b'{"left_out": "x"}', b'{"left_out": true}', b"[" * 100_000, b'{"left_out": 0}\r\nushrn-run: 1'],
)
def test_a_log_that_cannot_be_read_is_told_and_the_captures_are_taken(warc: Path, tmp_path: Path, text: bytes) -> None:
    from scraper.warc import record
    from scraper.warc.record import Record

    records = [one for one in record.read(warc.open("rb")) if isinstance(one, Record)]
    spoiled = [
        Record(one.fields, b"ushrn-log: " + text + b"\r\n") if one.block.startswith(b"ushrn-log") else one
        for one in records
    ]
    path = tmp_path / "spoiled.warc.gz"
    path.write_bytes(b"".join(map(record.member, spoiled)))
    report = bring(tmp_path / "a.db", path, own=True)
    assert any("the log of its runs cannot be read" in message for message in report.messages)
    assert query(tmp_path / "a.db", "SELECT count(*) FROM captures") == [(14,)]


def test_a_file_without_all_captures_of_its_log_restores_no_run(signed: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(signed, tmp_path / "less.db"))
    url = "https://www.blog.example/post/saved"
    asked = ["withdraw", url, "--db", str(path), "--reason", "asked", "--by", "x", "--yes"]
    assert CliRunner().invoke(main, asked).exit_code == 0
    evidence.export_warc(path, tmp_path / "x.warc.gz")
    bring(tmp_path / "a.db", tmp_path / "x.warc.gz", own=True)
    assert query(tmp_path / "a.db", "SELECT size, covered, captures, restored FROM import_logs") == [(14, 13, 13, 0)]
    assert not damage(tmp_path / "a.db")


def test_a_spoiled_page_leaves_runs_that_say_so_and_nothing_called_damaged(warc: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    report = bring(
        again, edited(warc, tmp_path / "edited.warc", swap(b"The judge heard nine", b"The judge heard five")), own=True
    )
    assert report.exit_status == 1
    assert any("as if they had been killed" in message for message in report.messages)
    assert len(query(again, RUNS)) == 5
    assert query(again, "SELECT DISTINCT finished_at FROM crawls") == [(None,)]
    assert len(query(again, CHECKPOINTS)) == 1
    assert not damage(again)


def test_programs_that_read_no_warc_find_the_log_in_the_package(signed: Path, tmp_path: Path) -> None:
    evidence.export_wacz(signed, tmp_path / "x.wacz")
    with zipfile.ZipFile(tmp_path / "x.wacz") as package:
        runs = [json.loads(line) for line in package.read("log/runs.jsonl").splitlines()]
        texts = [package.read(name).decode() for name in sorted(package.namelist()) if "log/checkpoint-" in name]
    assert [(run["id"], run["chain_sha256"]) for run in runs] == query(signed, "SELECT id, chain_sha256 FROM crawls")
    assert texts == [text for *_, text, _ in query(signed, CHECKPOINTS)]


# -- the log itself


RUN = dict.fromkeys(run_log.RUN_COLUMNS) | {"id": 1, "command": "crawl", "version": "1", "started_at": "2021-12-01"}
STAMP = LoggedStamp(authority="https://tsa.example/", token=b"a token", at="2021-12-04T00:00:00Z")


def log_of(records: tuple[str, ...], *stamps: LoggedStamp) -> RunLog:
    numbers = dict.fromkeys(("requests", "new", "changed", "same", "gone", "problems"), 0)
    run = LoggedRun(row=RUN | numbers | {"chain_sha256": digests.chain_sha256(None, records)}, records=records)
    root = log.root(len(records), log.of_leaves([log.leaf_hash(bytes.fromhex(one)) for one in records]))
    checkpoint = Checkpoint("archive.example", len(records), root)
    note = LoggedCheckpoint(
        crawl_id=1, size=len(records), root=root.hex(), text=str(Note(checkpoint.text)), statement="{}", stamps=stamps
    )
    return RunLog(runs=(run,), checkpoints=(note,))


def test_timestamps_come_back_with_their_checkpoint(tmp_path: Path) -> None:
    told = log_of((), STAMP)
    assert any("cannot be read" in one for one in claims.examine(told).complaints)  # an import would refuse this token
    with Archive.open(tmp_path / "a.db") as archive:
        archive.begin_again(told)
        assert archive.finish_again(told, "ab" * 32) == []
    assert query(tmp_path / "a.db", "SELECT checkpoint, authority, token, at FROM timestamps") == [
        (1, STAMP.authority, STAMP.token, STAMP.at)
    ]
    assert dict(wacz.log_files(told))["log/timestamp-000001-1.tsr"] == STAMP.token


def test_a_large_restored_log_keeps_its_upper_hashes(tmp_path: Path) -> None:
    """Without them every later checkpoint would read all captures again."""
    records = tuple(sorted(digests.sha256(bytes([number % 256, number // 256])) for number in range(300)))
    told = log_of(records)
    with Archive.open(tmp_path / "a.db", seal=sealer(lambda: NOW, tmp_path)) as archive:
        archive.begin_again(told)
        names = "url, url_basis, kind, source, captured_at, captured_at_basis, crawl_id, record_sha256"
        asked = f"INSERT INTO captures ({names}) VALUES ('u', 'request', 'other', 'live', '2021-12-01', 'clock', 1, ?)"
        archive.db.execute("BEGIN")
        archive.db.executemany(asked, ((record,) for record in records))
        archive.db.execute("COMMIT")
        assert archive.finish_again(told, "ab" * 32) == []
    leaves = [log.leaf_hash(bytes.fromhex(record)) for record in records[:256]]
    assert query(tmp_path / "a.db", "SELECT level, position, hash FROM log_nodes") == [(8, 0, log.whole(leaves))]


def test_a_log_comes_out_of_its_lines_as_it_went_in() -> None:
    told = replace(
        log_of(("ab" * 32,), STAMP),
        decisions=(
            LoggedDecision(record_sha256="ab" * 32, kind="held", at="2021", by="crawl", reason=None, crawl_id=1),
        ),
        left_out=3,
    )
    assert run_log.of_lines(run_log.lines(told)) == told
