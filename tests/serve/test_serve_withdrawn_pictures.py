"""A post with pictures is withdrawn: what only it showed is had in no form; what others show stays."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper.cli import main
from scraper.crawl import run_crawl
from scraper.demo.blog import Blog
from scraper.demo.posts import ILLUSTRATED
from scraper.demo.server import served_blog

TODAY = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


FIRST = ILLUSTRATED[0]
ROOM = "ab12cd_5555666677778888999900001111bbbb~mv2.png"
SHARED = f"!{ROOM} 1200x800 A full room | The same room"
SECOND = replace(FIRST, slug="the-same-room", title="The same room", cover=ROOM, body=("Once more.", SHARED))


@pytest.fixture
def crawled(tmp_path: Path) -> tuple[Path, str]:
    """An archive of both posts, and the address of the first."""
    path = tmp_path / "archive.db"
    blog = Blog(today=TODAY, posts=(FIRST, SECOND), pictures=True, padding=500)
    with served_blog(blog) as server:
        run_crawl(path, [server.base], contact="t@example.org", delay=0, now=lambda: TODAY)
        return path, f"{server.base}/post/{FIRST.slug}"


def pictures(path: Path) -> dict[str, tuple[str, str]]:
    """Address of each kept picture of a post → its time in 14 digits, and its digest. Style sheets draw others."""
    asked = (
        "SELECT url, captured_at, body_sha256 FROM captures"
        " WHERE kind = 'image' AND body_sha256 IN (SELECT sha256 FROM images)"
    )
    with sqlite3.connect(path) as db:
        found = db.execute(asked).fetchall()
    db.close()
    return {url: (re.sub(r"\D", "", at)[:14], sha256) for url, at, sha256 in found}


@pytest.mark.parametrize("how", [(), ("--hide",)])
def test_pictures_that_only_a_withdrawn_post_showed_are_had_in_no_form(
    crawled: tuple[Path, str], open_room: Callable[..., Any], how: tuple[str, ...]
) -> None:
    path, url = crawled
    kept = pictures(path)
    with sqlite3.connect(path) as db:
        found = db.execute("SELECT sha256 FROM images JOIN posts ON posts.id = post_id WHERE posts.url <> ?", (url,))
        shared = {sha256 for (sha256,) in found}
    db.close()
    order = ["withdraw", url, "--reason", "asked", "--by", "A. Editor", "--yes", *how, "--db", str(path)]
    assert CliRunner().invoke(main, order).exit_code == 0
    room = open_room(path)
    gallery = room.get("/pictures").text
    for address, (stamp, sha256) in kept.items():
        answers = [room.get(f"/web/{stamp}{form}/{address}") for form in ("im_", "id_", "")]
        answers.append(room.get(f"/picture/{sha256}"))
        wanted = {200} if sha256 in shared else {404, 410}
        assert {answer.status_code for answer in answers} <= wanted, (address, answers)
        assert sha256 in gallery or sha256 not in shared
        assert sha256 not in gallery or sha256 in shared
    assert room.get(f"/web/{url}", follow_redirects=True).status_code == 410
