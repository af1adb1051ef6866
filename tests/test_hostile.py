"""Clumsy hands and hostile files, met at the command line: one clear line, the documented status, nothing touched."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from tests.program import Program
from tests.rarely import quick

PAGE = """<html><head><title>x</title><link rel="canonical" href="https://www.blog.example/post/abc"></head><body>
<article data-hook="post"><h1 data-hook="post-title">A day out</h1><div data-hook="post-description">
<p>We went out, all of us, and it did not rain.</p></div></article></body></html>"""
#: Somebody who may do what rights allow and no more, which root may not say of itself.
COMMON = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


@cache
def _program(*, common: bool = False) -> Program:
    """The process that has the program loaded; it ends when this one does, as its input is closed then."""
    return Program(*(COMMON if common and os.geteuid() == 0 else ()))


def ushrn(
    *words: str | bytes | Path, cwd: Path, common: bool = False, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the program for itself, as its users do."""
    done = _start(words, cwd, env) if env else _program(common=common).run(*words, cwd=cwd)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def _start(words: tuple[str | bytes | Path, ...], cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "scraper", *words], cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])} | env, check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[bytes], status: int) -> str:
    """The one line that *done* was refused with."""
    said = done.stderr.decode("utf-8", "replace")
    assert (done.returncode, said.count("\n")) == (status, 1), said
    return said


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    return path


@pytest.fixture(scope="session")
def _archive_of_a_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "page.html").write_text(PAGE, "utf-8")
    done = ushrn("import", "page.html", "--captured-at", "2021-04-01", "--db", "archive.db", cwd=folder)
    assert done.returncode == 0
    return folder / "archive.db"


@pytest.fixture
def archive(_archive_of_a_page: Path, tmp_path: Path, page: Path) -> Path:
    path = tmp_path / "kept" / "archive.db"
    path.parent.mkdir()
    return Path(shutil.copy(_archive_of_a_page, path))


NAMES = [b"a?mode=ro.db", b"h#x%41.db", b"two\nlines.db", b"\xff.db"]


@pytest.mark.parametrize(
    "name", [b"file:x.db", b":memory:", *(pytest.param(name, marks=pytest.mark.slow) for name in NAMES)]
)
def test_an_archive_may_have_any_name(name: bytes, page: Path, tmp_path: Path) -> None:
    for words in (
        ("import", page, "--captured-at", "2021-04-01"),
        ("rebuild",),
        ("verify",),
        ("status",),
        ("export", "sqlite", "--public", "-o", b"copy " + name),
    ):
        done = ushrn(*words, "--db", name, cwd=tmp_path)
        assert (words[0], done.returncode, done.stderr) == (words[0], 0, b"")
    names = {os.fsencode(path.name) for path in tmp_path.iterdir()}
    assert {name, b"copy " + name} <= names
    assert {found for found in names if not found.startswith((name, b"copy "))} == {b"page.html"}


@pytest.mark.parametrize("verb", ["status", "rebuild"])
def test_what_is_no_file_is_no_archive(verb: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (".", "/", "pipe", "/dev/zero", "n" * 300):
        refused(ushrn(verb, "--db", name, cwd=tmp_path), 6)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["pipe"]


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    assert "an empty file" in refused(ushrn("status", "--db", "a.db", cwd=tmp_path), 6)


@pytest.mark.parametrize(
    "verb",
    [
        ("import", "page.html"),
        ("export", "warc", "-o", "w"),
        pytest.param(("rebuild",), marks=pytest.mark.slow),
        pytest.param(("rebuild", "--diff"), marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("harm", ["DROP TABLE counts", "ALTER TABLE captures DROP COLUMN ip"])
def test_an_archive_that_lacks_a_table_or_column_is_damaged(
    harm: str, verb: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(archive)) as db:
        db.execute("DROP VIEW posts_browse")
        db.execute(harm)
        db.commit()
    done = ushrn(*verb, "--db", archive, cwd=tmp_path)
    assert done.returncode == (0 if verb[0] == "export" and "counts" in harm else 7)
    if done.returncode:
        assert "SQLite says" in refused(done, 7)


@pytest.mark.parametrize(
    "words", [("search", "rain"), ("show", "https://www.blog.example/post/abc"), ("export", "csv")]
)
def test_pages_of_the_file_that_are_noise_are_damage(words: tuple[str, ...], archive: Path, tmp_path: Path) -> None:
    with archive.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\x55" * (archive.stat().st_size - 8 * 4096))
    assert "ushrn verify" in refused(ushrn(*words, "--db", archive, cwd=tmp_path), 7)


def test_verify_of_a_sound_archive_in_a_folder_that_cannot_be_written_finds_no_damage(
    archive: Path, tmp_path: Path
) -> None:
    for beside in archive.parent.iterdir():
        if beside != archive:
            beside.unlink()
    archive.chmod(0o444)
    archive.parent.chmod(0o555)
    try:
        done = ushrn("verify", "--db", archive, cwd=tmp_path, common=True)
        assert (done.returncode, [path.name for path in archive.parent.iterdir()]) == (0, ["archive.db"]), done.stdout
    finally:
        archive.parent.chmod(0o755)


def test_what_may_not_be_looked_into_is_said_in_one_line(archive: Path, page: Path, tmp_path: Path) -> None:
    archive.parent.chmod(0)
    try:
        for words in (("status",), ("rebuild",), ("import", page)):
            assert "Permission denied" in refused(ushrn(*words, "--db", archive, cwd=tmp_path, common=True), 6)
    finally:
        archive.parent.chmod(0o755)
    archive.chmod(0)
    assert "Permission denied" in refused(ushrn("status", "--db", archive, cwd=tmp_path, common=True), 6)


def test_extract_has_a_line_for_each_path_also_for_those_that_may_not_be_read(page: Path, tmp_path: Path) -> None:
    shut = tmp_path / "shut.html"
    shutil.copy(page, shut)
    shut.chmod(0)
    done = ushrn("extract", page, shut, tmp_path, page, b"no\xff.html", cwd=tmp_path, common=True)
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert (done.returncode, kinds) == (1, ["post", "error", "error", "post", "error"])


def test_import_goes_on_past_a_folder_that_may_not_be_read(page: Path, tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir()
    shut.chmod(0)
    words = ("import", shut, page, "--captured-at", "2021-04-01", "--db", "a.db")
    done = ushrn(*words, cwd=tmp_path, common=True)
    shut.chmod(0o755)
    assert "Permission denied" in refused(done, 1)
    assert b"1 new" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("rebuild",),
        *(pytest.param(one, marks=pytest.mark.slow) for one in (("verify",), ("export", "wacz", "-o", "w"))),
    ],
)
def test_sigterm_leaves_nothing_half_made_and_is_told(words: tuple[str, ...], archive: Path, tmp_path: Path) -> None:
    """It ends as Ctrl-C does; a run that is quicker than the signal is whole."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "scraper", *words, "--db", archive], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "TMPDIR": str(scratch)},
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.endswith(("scraper.store\n", "scraper.export.copy\n")):
            break
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode in (0, 9), said
    assert process.returncode == 0 or re.search(r"ushrn: stopped by (a signal|SIGTERM);", said)
    assert not list(scratch.iterdir())
    assert not list(tmp_path.glob(".ushrn-*"))


AMID_AN_IMPORT = """
import time
from scraper.cli.group import stoppable

@stoppable
def verb():
    import asks_to_stop  # which is the last thing it does

verb()
time.sleep(0.1)
print("whole")
"""


def test_a_sigterm_that_came_amid_a_last_import_does_not_kill_what_is_done(tmp_path: Path) -> None:
    """Python gives signals their own meaning back when it ends: the alarm that waits would be deadly."""
    (tmp_path / "asks_to_stop.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    paths = {"PYTHONPATH": os.pathsep.join((str(Path(__file__).parents[1]), str(tmp_path)))}
    done = subprocess.run(
        [sys.executable, "-c", AMID_AN_IMPORT], cwd=tmp_path, env=os.environ | paths, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "whole\n", "")


@pytest.mark.parametrize("form", quick(["csv", "jsonl", "warc", "sqlite"], "csv", "sqlite"))
def test_no_export_ever_replaces_the_archive_or_what_belongs_to_it(form: str, archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    (tmp_path / "link.csv").symlink_to(archive)
    for target in (archive, archive.with_name("archive.db-wal"), archive.with_name("archive.db.lock"), "link.csv"):
        done = ushrn("export", form, "--db", archive, "-o", target, cwd=tmp_path)
        assert "this is the archive itself" in refused(done, 2)
    assert archive.read_bytes() == before


@pytest.mark.parametrize("form", quick(["csv", "wacz", "sqlite"], "csv"))
def test_no_export_replaces_a_device_or_pipe(form: str, archive: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "device or pipe" in refused(ushrn("export", form, "--db", archive, "-o", "pipe", cwd=tmp_path), 2)
    assert (tmp_path / "pipe").is_fifo()


def test_a_dash_is_standard_output(archive: Path, tmp_path: Path) -> None:
    done = ushrn("export", "csv", "--db", archive, "-o", "-", cwd=tmp_path)
    assert done.stdout.startswith(b"url,site,title")
    assert not (tmp_path / "-").exists()


def test_the_datapackage_of_somebody_else_stays(archive: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "datapackage.json"
    theirs.write_text('{"name": "theirs"}', "utf-8")
    assert ushrn("export", "csv", "--db", archive, "-o", "a.csv", cwd=tmp_path).returncode == 0
    assert theirs.read_text("utf-8") == '{"name": "theirs"}'


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs the device that is always full")
@pytest.mark.parametrize("words", [("export", "csv"), ("search", "rain"), ("status",), ("extract", "page.html")])
def test_standard_output_that_is_full_is_said_in_one_line(
    words: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    where = () if words[0] == "extract" else ("--db", archive)
    done = _program().run(*words, *where, cwd=tmp_path, stdout=Path("/dev/full"))
    assert "standard output: cannot be written (No space left" in refused(done, 6)


@pytest.mark.parametrize("words", [("verify",), ("export", "sqlite", "-o", "x")])
def test_no_room_for_what_is_made_is_no_damage_and_leaves_nothing(
    words: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    """A limit on the size of files stands for a disk that is full."""
    folder = tmp_path / "narrow"
    folder.mkdir()
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$@" 2>&1 | cat', "sh", sys.executable, "-m", "scraper", *words,
         "--db", archive],
        cwd=folder, capture_output=True, check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "TMPDIR": str(folder)},
    )  # fmt: skip
    said = done.stdout.decode()
    assert said.count("\n") == 1, said
    assert "no room" in said or "File too large" in said
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    "encoding", ["ascii", *(pytest.param(name, marks=pytest.mark.slow) for name in ("utf-8", "latin-1", "cp1251"))]
)
def test_a_terminal_that_lacks_the_letters_shows_what_it_can(encoding: str, page: Path, tmp_path: Path) -> None:
    page.write_text(PAGE.replace("A day out", "Заголовок Ünï 文"), "utf-8")
    narrow = {"PYTHONIOENCODING": encoding}
    ushrn("import", page, "--db", "a.db", cwd=tmp_path)
    for words in (("search",), ("show", "https://www.blog.example/post/abc"), ("status", "--coverage")):
        done = ushrn(*words, "--db", "a.db", cwd=tmp_path, env=narrow)
        assert (words, done.returncode) == (words, 0)
    assert "Заголовок Ünï 文" in done.stdout.decode()


def test_words_that_are_no_text_are_wrong_words(archive: Path, tmp_path: Path) -> None:
    refused(ushrn("show", b"\xff", "--db", archive, cwd=tmp_path), 2)
    assert ushrn("search", b"\xff", "--db", archive, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("delay", quick(["nan", "inf", "-1", "1e999"], "nan"))
def test_a_pause_is_a_number_of_seconds(delay: str, tmp_path: Path) -> None:
    done = ushrn("crawl", "http://127.0.0.1:9/", "--delay", delay, "--db", "a.db", cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])


def test_an_age_beyond_all_calendars_is_a_wrong_word(archive: Path, tmp_path: Path) -> None:
    refused(ushrn("status", "--max-age", "9" * 20 + "d", "--db", archive, cwd=tmp_path), 2)
