"""How verbs fail: in words in one line, or where the log is JSON in JSON, whatever went wrong."""

import contextlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from scraper.cli import main
from scraper.cli.failing import wants_json
from scraper.cli.group import Verbs
from scraper.crawl import run_crawl
from scraper.demo.blog import Answer, Blog, Question
from scraper.demo.server import served
from scraper.errors import UsageError
from scraper.runs import target_of, targets_of

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def ushrn(*words: object, group: click.Group = main) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words])


def events(done: Result) -> list[dict[str, object]]:
    """Every line that was printed, on either stream."""
    return [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("crawl", "--delay", "soon", "--log-format", "json"), 2),
        (("crawl", "--log-format=json", "--no-such-option"), 2),
        (("dance", "--log-format", "json"), 2),
        (("verify", "--log-format", "json"), 2),
        (("import", "--log-format", "json"), 2),
        (("crawl", "upr2020", "--log-format", "json", "--db", "no-folder/a.db", "--contact", "a@b.example"), 6),
        (("crawl", "https://blog.example.org/", "--log-format", "json", "--db", "none.db"), 2),
        (("recover", "me@example.org", "--log-format", "json", "--contact", "a@b.example", "--db", "none.db"), 2),
    ],
)
def test_with_a_json_log_every_error_is_an_object(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        done = ushrn(*words)
    (event,) = events(done)
    assert (done.exit_code, event["event"], event["exit_status"]) == (code, "error", code)
    assert event["message"]


@pytest.mark.parametrize(
    ("line", "json_asked"),
    [
        ("crawl --log-format json", True),
        ("crawl --log-format=json x", True),
        ("crawl --log-format json --log-format text", False),
        ("crawl --log-format text --log-format json", True),
        ("crawl --log-format", False),
        ("crawl -- --log-format json", False),
        ("crawl", False),
    ],
)
def test_the_last_log_format_of_the_line_counts(line: str, json_asked: bool) -> None:
    assert wants_json(line.split()) is json_asked


@click.group(cls=Verbs)
def faulty() -> None:
    """Verbs with mistakes in them."""


@faulty.command()
@click.option("--log-format")
def divide(log_format: str | None) -> None:
    """Divide."""
    print(1 // len(log_format or "") * 0 if log_format != "json" else {}["none"])


def test_a_fault_of_the_program_is_one_line_that_says_where() -> None:
    done = ushrn("divide", group=faulty)
    assert done.exit_code == 12
    (line,) = done.stderr.splitlines()
    assert "a fault of the program (ZeroDivisionError" in line and "please report it" in line


def test_a_fault_of_the_program_is_an_object_in_a_json_log() -> None:
    done = ushrn("divide", "--log-format", "json", group=faulty)
    (event,) = events(done)
    assert (done.exit_code, event["exit_status"]) == (12, 12)
    assert "KeyError" in str(event["message"])


def test_a_json_log_of_a_crawl_is_json_on_both_streams_and_names_each_cause(tmp_path: Path) -> None:
    blog = Blog(today=TODAY, padding=500)

    def answer(question: Question) -> Answer:
        return Answer(status=501) if question.path == "/post/water-is-a-right" else blog.answer(question)

    with served(answer) as server:
        blog.base = server.base
        words = ["crawl", server.base, "--db", "a.db", "--delay", "0", "--pictures", "none", "--log-format", "json"]
        command = [sys.executable, "-m", "scraper", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    (last,) = [json.loads(line) for line in done.stdout.splitlines()]
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == last["exit_status"] == 1
    (cause,) = [event for event in told if event["event"] == "problem"]
    assert cause["url"].endswith("/post/water-is-a-right") and cause["kind"] == "status-501"
    assert told[-1]["event"] == "summary"


def test_the_words_of_a_crawl_name_each_cause_once_in_a_line_and_then_weekly(tmp_path: Path) -> None:
    blog = Blog(today=TODAY, padding=500)

    def answer(question: Question) -> Answer:
        return Answer(status=500) if question.path == "/post/water-is-a-right" else blog.answer(question)

    def crawl() -> list[str]:
        found = run_crawl(
            tmp_path / "a.db", [server.base], delay=0, counts=False, now=lambda: TODAY, sleep=lambda _: None
        )
        return [f"{one.url}: {one.message}" for one in found.causes]

    with served(answer) as server:
        blog.base = server.base
        (cause,) = crawl()
        assert crawl() == []
    assert "water-is-a-right: expected the post, found status 500" in cause


@pytest.mark.parametrize(
    "word",
    [
        "you@example.org",
        "You.Name+tag@mail.example.org",
        "you@example.org/",
        "you@example.org?subject=x",
        "mailto:you@example.org",
        "https://you@example.org/",
        "https://you:secret@example.org/post/a",
        "you\uff20example.org",
        "https://you%40example.org/",
        "Someone <you@example.org>",
        "tel:+1-202-555-0100",
        "xmpp:you@example.org",
        "@you",
    ],
)
@pytest.mark.parametrize("verb", ["crawl", "recover", "schedule systemd", "schedule cron"])
def test_a_contact_is_no_site(word: str, verb: str, tmp_path: Path) -> None:
    done = ushrn(*verb.split(), word, "--contact", "me@example.org", "--db", tmp_path / "a.db")
    assert done.exit_code == 2
    assert "contact" in done.stderr
    assert "secret" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["https://blog.example.org/@writer/a-post", "blog.example.org/x?mail=a@b.example"])
def test_an_at_sign_behind_the_host_is_part_of_an_address(word: str) -> None:
    assert target_of(word, {}).site.hosts == ("blog.example.org",)


@pytest.mark.parametrize("words", [["blog.example.org"], ["upr2020"], [], ["http://127.0.0.1:9/", "blog.example.org"]])
def test_who_asks_another_machine_says_who_asks(words: list[str]) -> None:
    for contact, complaint in ((None, "expected a contact"), ("nobody", "e-mail or web"), ("a(b)@c.example", "ASCII")):
        with pytest.raises(UsageError, match=complaint):
            targets_of(words, {}, contact)
    assert len(targets_of(words, {}, "me@example.org")) == (len(words) or 3)


def test_standard_error_that_is_closed_ends_nothing_in_a_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m scraper verify --db none.db --log-format json 2>&-"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, env=os.environ, check=False)
    assert done.returncode == 2
