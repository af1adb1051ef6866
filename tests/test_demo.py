"""The pretend blog and the demonstration made of it."""

import gzip
import json
import re
import shlex
import sqlite3
import subprocess
import textwrap
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.demo import endpoints
from scraper.demo.blog import Blog, Question
from scraper.demo.posts import POSTS
from scraper.demo.run import DAYS, run_demo
from scraper.demo.scene import Generation
from scraper.demo.server import served_blog
from scraper.errors import UsageError
from scraper.reading import wix_counts_api
from scraper.reading.page_reader import extract
from scraper.records import Capture, Site
from scraper.store import settings_of
from tests.program import Program

README = Path(__file__).parents[1] / "README.md"
TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("look", Generation)
@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.slug)
def test_every_page_reads_as_the_post_it_shows_in_both_looks(look: Generation, post: object) -> None:
    blog = Blog(today=TODAY, base="http://127.0.0.1:1", day=-31 if post.removed else 0, look=look)
    target = f"/post/{post.slug}"
    body = blog.answer(Question(method="GET", target=target)).body
    found = extract(Capture(url=blog.base + target, captured_at="2026-05-20T12:00:00Z", status=200, body=body))
    assert (found.kind, found.title, found.author) == ("post", post.title, post.author)
    assert (found.categories, found.tags, found.language) == (post.categories, post.tags, post.language)
    assert found.views == (post.views_on(blog.day) if look is Generation.FOURTH else None)
    assert post.body[0] in (found.body_text or "") or post.edited


def test_views_grow_one_post_is_edited_one_added_and_one_removed() -> None:
    blog = Blog(today=TODAY)
    there = []
    for day in DAYS:
        blog.day = day
        there.append({post.slug: post for post in blog.present()})
    assert len(there[0]) >= 8
    assert there[0].keys() - there[1].keys() == {"housing-hearing-notes"}
    assert there[2].keys() - there[1].keys() == {"open-letter-on-the-harbour-law"}
    assert [slug for slug in there[1].keys() & there[2].keys() if there[1][slug].body != there[2][slug].body] == [
        "court-delays-in-numbers"
    ]
    assert all(post.views_on(0) > post.views_on(-20) > post.views_on(-45) for post in POSTS if post.published < -45)


def test_the_server_speaks_gzip_and_keeps_a_page_at_a_realistic_size() -> None:
    with served_blog(Blog(today=TODAY)) as server:
        request = urllib.request.Request(f"{server.base}/post/water-is-a-right", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            packed = answer.read()
        assert 100_000 < len(gzip.decompress(packed)) < 300_000
        assert 3 < len(gzip.decompress(packed)) / len(packed) < 8
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{server.base}/post/never-was")


def test_the_counts_endpoint_answers_only_with_the_visitors_token() -> None:
    site = Site(id="demo", name="demo", base_url="http://127.0.0.1:1/", hosts=("127.0.0.1:1",))
    blog = Blog(today=TODAY, base="http://127.0.0.1:1")
    token = wix_counts_api.read_token(blog.answer(Question(method="GET", target="/_api/v1/access-tokens")).body)
    assert token == endpoints.TOKEN
    asked = wix_counts_api.ask("http://127.0.0.1:1/post/water-is-a-right", site, token)
    assert asked is not None
    target = asked.url.removeprefix("http://127.0.0.1:1")
    answer = blog.answer(Question(method="POST", target=target, headers={"authorization": token}, body=asked.body))
    assert json.loads(answer.body)["postPageMetadata"]["postMetadata"]["viewCount"] == 440
    assert blog.answer(Question(method="POST", target=target, body=asked.body)).status == 403


def test_the_demonstration_tells_what_changed_and_leaves_one_archive(tmp_path: Path) -> None:
    said: list[str] = []
    assert run_demo(tmp_path, echo=said.append, now=lambda: TODAY) == 0
    assert [path.name for path in tmp_path.glob("*.db")] == ["demo.db"]
    text = "\n".join(said)
    assert "changed: Court Delays in Numbers" in text
    assert "new: Open Letter on the Harbour Law" in text
    assert "gone: Notes from the Housing Hearing" in text
    with sqlite3.connect(tmp_path / "demo.db") as db:
        assert db.execute("SELECT count(*), count(gone_at), sum(revision_count > 1) FROM posts").fetchone() == (
            12,
            1,
            1,
        )
        assert db.execute("SELECT count(*) FROM crawls WHERE exit_status = 0").fetchone() == (3,)
        kinds = db.execute("SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind").fetchall()
        assert kinds == [("added", 12), ("changed", 1), ("gone", 1)]
        views = db.execute(
            "SELECT group_concat(views, ' ') FROM (SELECT counts.views FROM counts JOIN posts ON posts.id = post_id"
            " WHERE slug = 'water-is-a-right' ORDER BY counts.counted_at)"
        ).fetchone()
        assert views == ("395 420 440",)
        assert db.execute("SELECT text FROM files").fetchone()[0].startswith("Shadow Report")
        kinds = "SELECT sum(kind = 'image'), count(DISTINCT body_sha256) FROM captures WHERE kind = 'image'"
        assert db.execute(kinds).fetchone() == (11, 11)
        assert db.execute("SELECT count(*), count(sha256) FROM images").fetchone() == (8, 8)
        said = settings_of(db)
    assert "does not exist. It is a pretend blog" in said.introduction[0]
    assert (said.publisher, said.public_url) == ("the pretend Lantern Coast Rights Network", "")


@pytest.mark.slow
def test_every_line_that_the_demonstration_suggests_works_without_ushrn_on_the_path(tmp_path: Path) -> None:
    said: list[str] = []
    run_demo(tmp_path, echo=said.append, now=lambda: TODAY, find=lambda _: None)
    commands = [shlex.split(line, comments=True) for line in said if " --db " in line]
    assert len(commands) == 6
    start = commands[0][: commands[0].index("search")]
    assert subprocess.run([*start, "--version"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    program = Program()
    for command in commands:
        assert command[: len(start)] == start
        if "serve" not in command:
            done = program.run(*command[len(start) :], cwd=tmp_path)
            assert done.returncode in (0, 10 if "status" in command else 0), done.stderr
            assert "search" not in command or b"2026" in done.stdout or b"2022" in done.stdout
    for line, shown in shown_in_the_readme():
        done = program.run(*line[1:], cwd=tmp_path)
        assert steadied(done.stdout.decode(), line[1]) == steadied(shown, line[1])


def shown_in_the_readme() -> list[tuple[list[str], str]]:
    """(command, what it prints) of each sample in the README."""
    samples = re.findall(r"^    \$ (ushrn .*)\n((?:    (?!\$).*\n|\n)+)", README.read_text("utf-8"), re.MULTILINE)
    assert len(samples) == 2
    return [(shlex.split(line), textwrap.dedent(shown).strip("\n")) for line, shown in samples]


def steadied(text: str, verb: str) -> str:
    """*text* without what is another each time: ports, days, how many captures a run makes and how they are sealed."""
    text = re.sub(r"127\.0\.0\.1([-:])\d+", r"127.0.0.1\1PORT", textwrap.dedent(text).strip("\n"))
    text = re.sub(r"\d{4}-\d\d-\d\d", "DAY", text)  # posts are as old as the day of the demonstration wants
    return re.sub(r"chain \w+…?|\d[\d.]*", "N", text) if verb == "verify" else text


def test_an_archive_that_is_there_is_not_overwritten_without_force(tmp_path: Path) -> None:
    (tmp_path / "demo.db").write_bytes(b"somebody's")
    with pytest.raises(UsageError, match="--force"):
        run_demo(tmp_path, echo=lambda _: None)
    assert (tmp_path / "demo.db").read_bytes() == b"somebody's"
