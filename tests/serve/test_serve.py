"""Starting the server, and what holds for all of its pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGES = ("/", "/search", "/search?q=water")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_ours_has_a_strict_policy_and_no_script(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in response.text
    assert " style=" not in response.text


def test_the_bench_hides_machine_rooms_and_describes_the_rest(reader: Any) -> None:
    tables = {table["name"]: table for table in reader.get("/archive.json").json()["tables"]}
    for name in ("captures", "bodies", "posts_fts", "posts_exact", "files_fts", "meta"):
        assert tables[name]["hidden"], name
    for name in ("posts", "revisions", "counts", "events", "sites", "tags"):
        assert not tables[name]["hidden"], name


def test_the_bench_searches_posts(reader: Any) -> None:
    rows = reader.get("/archive/posts.json?_shape=array&_search=flint&_size=100").json()
    assert rows
    assert all("Flint" in row["body_text"] for row in rows)


def test_sql_is_off_unless_asked_for(open_room: Callable[..., Any], library: Path) -> None:
    asked = "/archive.json?sql=select+1+as+one&_shape=array"
    shut, open_ = open_room(library), open_room(library, allow_sql=True)
    assert shut.get(asked, follow_redirects=True).status_code == 403
    assert open_.get(asked, follow_redirects=True).json() == [{"one": 1}]
