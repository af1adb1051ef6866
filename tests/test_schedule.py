"""The schedules are what systemd and cron take, whatever the paths are called."""

import os
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from scraper.errors import UsageError
from scraper.schedule import SchedulePlan, Scheduler, text, units

ODD = "/srv/my archive/100% 'new' \"$HOME\" \\ü/archive.db"


def plan(**more):
    given = {
        "program": PurePosixPath("/opt/ushrn/bin/ushrn"),
        "db": PurePosixPath("/srv/archive.db"),
        "contact": "archive@example.org",
        **more,
    }
    return SchedulePlan(**given)


def run_line(made, environment=None):
    """The words that cron's shell would run, by running them: the program prints its arguments."""
    line = next(line for line in text("cron", made).splitlines() if " * * * " in line)
    command = line.split(" * * * ", 1)[1].replace("\\%", "%").replace("3600", "1")
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=20, env=environment)


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


def test_a_certificate_goes_to_the_crawl():
    made = text("systemd", plan(certificates=("ab" * 32, "cd" * 32)))
    assert f"--accept-certificate {'ab' * 32} --accept-certificate {'cd' * 32}\n" in made


@pytest.mark.parametrize(("at", "checked"), [("03:00", "15:00"), ("15:30", "03:30")])
def test_the_whole_archive_is_checked_weekly_where_that_is_asked_for(at, checked):
    service, timer = unit("ushrn-verify.service", at=at, verify=True), unit("ushrn-verify.timer", at=at, verify=True)
    assert "ExecStart=/opt/ushrn/bin/ushrn verify --record --db /srv/archive.db\n" in service
    assert "network-online" not in service and "ProtectSystem=strict" in service
    assert f"OnCalendar=Sun *-*-* {checked}:00\n" in timer
    hour, minute = map(int, checked.split(":"))
    assert f"\n{minute} {hour} * * 0 /opt/ushrn/bin/ushrn verify --record" in text("cron", plan(at=at, verify=True))
    assert "verify" not in text("systemd", plan()) + text("cron", plan())


def test_who_is_told_of_a_failed_check_gets_its_own_log():
    made = unit("ushrn-verify-failed.service", verify=True, mail="me@example.org")
    assert "-u ushrn-verify -n 40" in made and "ushrn verify failed" in made
    assert "OnFailure=ushrn-verify-failed.service" in unit("ushrn-verify.service", verify=True, mail="me@example.org")
    assert 'echo "ushrn verify ended with status $s' in text("cron", plan(verify=True)).replace("\\%", "%")


@pytest.mark.parametrize(("user", "folder"), [(True, "~/.config/systemd/user"), (False, "/etc/systemd/system")])
def test_each_unit_says_where_it_belongs(user, folder):
    made = text("systemd", plan(user=user, mail="me@example.org"))
    names = ("ushrn-crawl.service", "ushrn-crawl.timer", "ushrn-crawl-failed.service")
    assert [line for line in made.splitlines() if line.startswith(f"# {folder}")] == [
        f"# {folder}/{name}" for name in names
    ]


def unit(name, **more):
    """The content of one unit."""
    return next(content for path, content in units(plan(**more)) if path.endswith("/" + name))


def script(made, setting):
    """The shell script that *setting* of a unit runs, as systemd hands it over."""
    line = next(line for line in made.splitlines() if line.startswith(setting) and "/bin/sh -c" in line)
    word = line.partition("/bin/sh -c ")[2]
    word = re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word
    return word.replace("$$", "$").replace("%%", "%")


@pytest.mark.parametrize("user", [True, False])
def test_systemd_mails_the_causes_when_asked_to(user):
    assert "OnFailure=ushrn-crawl-failed.service\n" in unit("ushrn-crawl.service", mail="me@example.org", user=user)
    made = unit("ushrn-crawl-failed.service", mail="me@example.org", user=user)
    assert "ushrn status --check --db /srv/archive.db" in made
    assert "me@example.org" in made and "$$(uname -n)" in made
    assert ("journalctl --user" in made) is user


def test_the_systems_unit_waits_for_the_network_by_its_target_and_a_users_by_itself():
    assert "After=network-online.target" in unit("ushrn-crawl.service")
    made = unit("ushrn-crawl.service", user=True)
    assert "network-online" not in made and "User=" not in made
    waiting = script(made, "ExecStartPre=")
    assert "sleep 5" in waiting
    at_once = subprocess.run(["/bin/sh", "-n", "-c", waiting], capture_output=True, timeout=20, check=False)
    assert at_once.returncode == 0, at_once.stderr


@pytest.mark.parametrize(
    ("route", "route6", "waits"),
    [
        ("eth0\t00000000\t0101A8C0\t0003\n", "", 0),
        ("", "0" * 32 + " 00 " + "0" * 32 + " 00 fe80 00000400 00000001 00000000 00000003     eth0\n", 0),
        (
            "eth0\t0001A8C0\t00000000\t0001\n",
            "0" * 32 + " 00 " + "0" * 32 + " 00 0 ffffffff 1 0 00200200       lo\n",
            59,
        ),
    ],
)
def test_a_users_unit_waits_until_there_is_a_way_out_and_no_longer_than_minutes(tmp_path, route, route6, waits):
    (tmp_path / "route").write_text("Iface\tDestination\tGateway\tFlags\n" + route)
    (tmp_path / "ipv6_route").write_text(route6)
    waiting = script(unit("ushrn-crawl.service", user=True), "ExecStartPre=").replace("/proc/net", str(tmp_path))
    waiting = waiting.replace("sleep 5", "echo waited")
    done = subprocess.run(["/bin/sh", "-c", waiting], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.count("waited")) == (0, waits)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("db", ["/srv/ushrn/archive.db", "/home/someone/archive.db"])
@pytest.mark.parametrize("name", ["ushrn-crawl.service", "ushrn-serve.service"])
def test_the_systems_units_are_hardened(tmp_path, db, name):
    (tmp_path / name).write_text(unit(name, db=PurePosixPath(db), serve_port=8001))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(tmp_path / name)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-300:]


def test_the_archives_folder_is_all_that_the_systems_unit_may_write():
    made = unit("ushrn-crawl.service", db=PurePosixPath("/srv/my archive/100%/archive.db"))
    assert 'ReadWritePaths="/srv/my archive/100%%"\n' in made and "ProtectSystem=strict\n" in made
    assert "ProtectHome=yes\n" in made
    assert "ProtectHome=read-only\n" in unit("ushrn-crawl.service", program=PurePosixPath("/home/me/.venv/bin/ushrn"))


@pytest.mark.parametrize(
    ("user", "lines"),
    [
        (False, ("User=ushrn", "ProtectSystem=strict", "IPAddressDeny=any", "WantedBy=multi-user.target")),
        (True, ("WantedBy=default.target",)),
    ],
)
def test_the_reading_room_is_kept_open_where_that_is_asked_for(user, lines):
    assert "ushrn-serve" not in text("systemd", plan(user=user, mail="me@example.org"))
    made = unit("ushrn-serve.service", user=user, mail="me@example.org", serve_port=8001)
    assert "ExecStart=/opt/ushrn/bin/ushrn serve --db /srv/archive.db --port 8001\n" in made
    asked = ("Restart=always", "OOMPolicy=continue", "OnFailure=ushrn-serve-failed.service", *lines)
    assert [line for line in asked if f"\n{line}\n" not in made] == []
    assert "journalctl" in unit("ushrn-serve-failed.service", user=user, mail="me@example.org", serve_port=8001)


@pytest.fixture
def monitor(tmp_path):
    """A stand-in for curl, first in PATH, that notes what it was asked; the file of its notes and the environment."""
    folder = tmp_path / "bin"
    folder.mkdir()
    notes = tmp_path / "asked"
    (folder / "curl").write_text(f'#!/bin/sh\nfor last; do :; done; echo "$last" >>{notes}\nexit 7\n')
    (folder / "curl").chmod(0o755)
    return notes, {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize(("ended", "told"), [("0", "0"), ("11", "11"), ("KILL", "fail"), ("", "fail")])
def test_a_monitor_is_told_by_systemd_when_a_run_begins_and_how_it_ended(monitor, ended, told):
    notes, environment = monitor
    made = unit("ushrn-crawl.service", ping="https://hc.example/uuid/")
    for setting in ("ExecStartPre=-", "ExecStopPost=-"):
        subprocess.run(
            ["/bin/sh", "-c", script(made, setting)], env=environment | {"EXIT_STATUS": ended}, check=False, timeout=20
        )
    assert notes.read_text().splitlines() == ["https://hc.example/uuid/start", f"https://hc.example/uuid/{told}"]


def test_a_monitor_is_told_by_cron_and_one_that_is_down_changes_nothing(monitor, tmp_path, program):
    notes, environment = monitor
    done = run_line(plan(program=program, db=tmp_path / "archive.db", ping="https://hc.example/uuid"), environment)
    assert notes.read_text().splitlines() == ["https://hc.example/uuid/start", "https://hc.example/uuid/3"]
    assert done.stdout.startswith("ushrn crawl ended with status 3")


@pytest.mark.parametrize("kind", Scheduler)
@pytest.mark.parametrize(
    "ping", ["hc.example/uuid", "ftp://hc.example/", 'https://hc.example/"; evil', "https://hc/$(x)"]
)
def test_a_monitor_that_is_no_plain_web_address_is_refused(kind, ping):
    with pytest.raises(UsageError, match="--ping"):
        text(kind, plan(ping=ping))


def test_a_crawl_of_this_machine_needs_no_contact_and_names_none():
    assert "--contact" not in text("cron", plan(contact=None, targets=("http://127.0.0.1:8000/",)))


def test_systemd_words_are_quoted_and_hold_no_specifiers():
    made = text("systemd", plan(db=PurePosixPath(ODD)))
    assert '--db "/srv/my archive/100%% \'new\' \\"$$HOME\\" \\\\ü/archive.db" --contact' in made


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("mail", [None, "me@example.org"])
@pytest.mark.parametrize("user", [True, False])
def test_systemd_itself_takes_the_units(tmp_path, program, mail, user):
    made = units(
        plan(
            program=program, db=PurePosixPath(ODD), mail=mail, user=user, ping="https://hc.example/uuid", serve_port=80
        )
    )
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
    assert done.stdout == (
        "ushrn crawl ended with status 3; what needs attention:\n"
        f"<status>\n<--check>\n<--db>\n<{folder / 'archive.db'}>\nThe last lines of its log:\n{printed}"
    )


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
