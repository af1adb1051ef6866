"""Only what readers need is open, and an address that leads nowhere still leads on."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from scraper.serve.archive import Room
from scraper.serve.guard import Guarded, guarded

CLOSED = ("/-/versions", "/-/versions.json", "/-/settings", "/-/plugins.json", "/-/databases", "/-/threads",
          "/-/actor.json", "/-/permissions", "/-/messages", "/-/allow-debug", "/-/patterns", "/-/logout",
          "/-/auth-token?token=x", "/-/metadata", "/-/", "/-/inspect.json")  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_internal_pages_are_closed(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 404
    assert "This page is closed on a public server" in response.text
    assert '<h1 id="problem">Not open to the public</h1>' in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/archive/withdrawals", "/archive/bodies.json", "/archive/captures?request_head=x"])
def test_a_table_that_is_kept_closed_is_not_said_to_be_missing(reader: Any, path: str) -> None:
    page = reader.get(path).text
    assert "Not open to the public" in page
    assert "Not in the archive" not in page


def test_what_readers_need_stays_open(reader: Any) -> None:
    for path in ("/", "/archive/posts", "/archive/posts.json?_size=1", "/-/static/app.css", "/-/ushrn/style.css"):
        assert reader.get(path).status_code == 200, path


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
def test_a_table_is_sorted_by_a_column_or_the_reader_is_told(reader: Any, ending: str) -> None:
    for asked in ("_sort=nope", "_sort_desc=nope", "_sort=id&_sort_desc=title", "_sort=%00", "_sort=title%27"):
        assert reader.get(f"/archive/posts{ending}?{asked}").status_code == 400, asked
    for table, asked in (("posts", "_sort=title"), ("POSTS", "_sort_desc=views"), ("posts_browse", "_sort=title"),
                         ("posts_fts", "_sort=rowid"), ("posts", "_sort=")):  # fmt: skip
        assert reader.get(f"/archive/{table}{ending}?{asked}").status_code in (200, 302, 404), (table, asked)


def test_no_cookie_is_ever_set(reader: Any) -> None:
    paths = (
        "/",
        "/archive",
        "/archive/posts",
        "/nowhere",
        "/-/messages",
        "/-/permissions",
        "/archive/posts?_search=water",
    )
    for path in paths:
        given = {"Cookie": "ds_messages=nonsense; ds_actor=nonsense"}
        assert "set-cookie" not in reader.get(path, headers=given).headers, path
    assert "set-cookie" not in reader.ask("POST", "/-/messages", data={"message": "x"}).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/search", "/archive/posts", "/archive/posts/-/insert", "/nowhere"])
def test_nothing_can_be_written(reader: Any, method: str, path: str) -> None:
    response = reader.ask(method, path)
    assert response.status_code == 405
    assert "This site is read-only" in response.text


def test_whoever_runs_datasette_by_hand_may_open_them(
    wrapped: Callable[..., Any], library: Path, tmp_path: Path
) -> None:
    from datasette.app import Datasette

    said = {"plugins": {"ushrn": {"internal_pages": True}}}
    opened = wrapped(Datasette([str(library)], metadata=said))
    assert opened.get("/-/versions.json").status_code == 200


@pytest.mark.parametrize(
    "path", ["/post/upr2020/flimt-0", "/post/nowhere/flint-0", "/flint-0", "/archive/flint-0", "/blog/2020/Flint-0",
             "/post/upr2020/flnt-0", "/post/upr2020/flint-0/file/9", "/post/upr2020/flint-0/revision/abc",
             "/post/upr2020/flint-0/cite.nothing"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_names_the_nearest(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 404
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert 'href="/post/upr2020/flint-0"' in response.text
    assert 'action="/search"' in response.text


def test_beneath_a_post_with_a_short_address_the_post_is_named(open_room: Any, shelf: Any) -> None:
    shelf.post("b7")
    shelf.post("人权")
    reader = open_room(shelf.path)
    for path in ("/post/upr2020/b7/file/3", "/post/upr2020/b7/revision/abc", "/b7", "/post/elsewhere/b7"):
        assert 'href="/post/upr2020/b7"' in reader.get(path).text, path
    assert 'href="/post/upr2020/%E4%BA%BA%E6%9D%83"' in reader.get("/post/upr2020/人权/file/3").text


def test_an_address_like_no_other_names_none(reader: Any) -> None:
    response = reader.get("/zzzzzz/yyyyyyy")
    assert response.status_code == 404
    assert "nearest addresses" not in response.text
    assert 'action="/search"' in response.text


def test_programs_get_their_own_404(reader: Any) -> None:
    response = reader.get("/archive/nope.json")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "/robots.txt", "/changes.atom", "/search.atom?q=water", "/checkpoints.atom"]
)
def test_lists_and_feeds_never_repeat_a_name_that_only_the_reader_calls_us_by(reader: Any, path: str) -> None:
    response = reader.get(path, headers={"Host": "evil.example"})
    assert "evil.example" not in response.text
    assert "http://localhost/" in response.text
    assert "http://192.0.2.7:8001/" in reader.get(path, headers={"Host": "192.0.2.7:8001"}).text


@pytest.mark.parametrize("name", ["[", "[::1", "a]b", "a b", "a/b", "evil.example/@localhost"])
def test_a_host_that_can_be_none_is_answered_as_if_by_our_own_name(reader: Any, name: str) -> None:
    assert reader.get("/changes.atom", headers={"Host": name}).text == reader.get("/changes.atom").text


def test_a_fault_is_said_on_our_own_page_without_the_words_of_the_fault(library: Path) -> None:
    async def faulty(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": b"<h1>Error 500</h1>KeyError: secret"})

    room = Room("archive", "archive", library, immutable=True)
    app = guarded(faulty, lambda: Guarded(room))

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            return await client.get("/post/upr2020/flint-0")

    response = asyncio.run(asked())
    assert response.status_code == 500
    assert "Something went wrong here" in response.text and "secret" not in response.text
    assert 'action="/search"' in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
