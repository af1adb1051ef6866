"""The schedules are what systemd and cron take, whatever the paths are called."""

import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from scraper.errors import UsageError
from scraper.schedule import Plan, Scheduler, text, units

ODD = "/srv/my archive/100% 'new' \"$HOME\" \\ü/archive.db"


def plan(**more):
    given = {
        "program": PurePosixPath("/opt/ushrn/bin/ushrn"),
        "db": PurePosixPath("/srv/archive.db"),
        "contact": "archive@example.org",
        **more,
    }
    return Plan(**given)


def run_line(made):
    """The words that cron's shell would run, by running them: the program prints its arguments."""
    line = next(line for line in text("cron", made).splitlines() if " * * * " in line)
    command = line.split(" * * * ", 1)[1].replace("\\%", "%").replace("3600", "1")
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=20)


@pytest.fixture
def program(tmp_path):
    """A stand-in for ushrn in a folder with an odd name: prints its words, ends with status 3."""
    folder = tmp_path / "my $HOME \"100%\" 'venv'"
    folder.mkdir()
    made = folder / "ushrn"
    made.write_text('#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done\nexit 3\n')
    made.chmod(0o755)
    return made


def test_systemd_gets_a_service_and_a_timer_with_jitter():
    made = text("systemd", plan(targets=("upr2020",), delay=2.5))
    assert (
        "ExecStart=/opt/ushrn/bin/ushrn crawl --db /srv/archive.db --contact archive@example.org --delay 2.5 upr2020\n"
        in made
    )
    assert "OnCalendar=*-*-* 03:00:00\nRandomizedDelaySec=1h\n" in made
    assert "Persistent=true" in made
    assert "OnFailure" not in made
    assert [line for line in made.splitlines() if line.startswith("# ~/")] == [
        "# ~/.config/systemd/user/ushrn-crawl.service",
        "# ~/.config/systemd/user/ushrn-crawl.timer",
    ]


def test_systemd_mails_when_asked_to():
    made = dict(units(plan(mail="me@example.org")))
    assert "OnFailure=ushrn-crawl-failed.service\n" in made["~/.config/systemd/user/ushrn-crawl.service"]
    assert "me@example.org" in made["~/.config/systemd/user/ushrn-crawl-failed.service"]
    assert "$$(uname -n)" in made["~/.config/systemd/user/ushrn-crawl-failed.service"]


def test_systemd_words_are_quoted_and_hold_no_specifiers():
    made = text("systemd", plan(db=PurePosixPath(ODD)))
    assert '--db "/srv/my archive/100%% \'new\' \\"$$HOME\\" \\\\ü/archive.db" --contact' in made


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("mail", [None, "me@example.org"])
def test_systemd_itself_takes_the_units(tmp_path, program, mail):
    made = units(plan(program=program, db=PurePosixPath(ODD), mail=mail))
    paths = [tmp_path / name.rpartition("/")[2] for name, _ in made]
    for path, (_, content) in zip(paths, made, strict=True):
        path.write_text(content)
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, paths)],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "ushrn" in line]
    assert complaints == [], done.stderr


def test_cron_runs_the_words_as_given_and_mails_what_failed(tmp_path, program):
    folder = tmp_path / 'an archive\'s 50% "$PWD"'
    folder.mkdir()
    done = run_line(plan(program=program, db=folder / "archive.db", targets=("https://blog.example/a b?c=%20d",)))
    words = [
        "crawl",
        "--db",
        str(folder / "archive.db"),
        "--contact",
        "archive@example.org",
        "https://blog.example/a b?c=%20d",
    ]
    printed = "".join(f"<{word}>\n" for word in words)
    assert (folder / "archive.log").read_text() == printed
    assert done.stdout == "ushrn crawl ended with status 3; the last lines of its log:\n" + printed


def test_cron_says_nothing_when_all_is_well(tmp_path, program):
    program.write_text("#!/bin/sh\necho fine\n")
    done = run_line(plan(program=program, db=tmp_path / "archive.db"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "archive.log").read_text() == "fine\n"


def test_cron_sees_no_bare_percent_sign_and_one_line():
    made = text("cron", plan(db=PurePosixPath(ODD), at="23:05", mail="me@example.org"))
    line = made.splitlines()[-1]
    assert line.startswith("5 23 * * * sleep ")
    assert "%" not in line.replace("\\%", "")
    assert 'MAILTO="me@example.org"\n' in made
    assert made.endswith("\n")


@pytest.mark.parametrize("kind", Scheduler)
@pytest.mark.parametrize(
    "wrong",
    [
        {"db": PurePosixPath("archive.db")},
        {"program": PurePosixPath("ushrn")},
        {"contact": " "},
        {"contact": "a@b.org\nExecStart=/bin/evil"},
        {"targets": ("a\nb",)},
        {"at": "24:00"},
        {"at": "3:00"},
        {"mail": 'me"; evil'},
    ],
)
def test_words_that_would_break_the_file_are_refused(kind, wrong):
    with pytest.raises(UsageError, match="schedule"):
        text(kind, plan(**wrong))


def test_an_unknown_kind_is_refused():
    with pytest.raises(UsageError, match="systemd or cron"):
        text("launchd", plan())


def test_a_target_cannot_be_taken_for_an_option():
    assert plan(targets=("--full",)).command()[-2:] == ("--", "--full")


def test_paths_are_not_touched():
    assert not Path(ODD).exists()
