"""The door for programs: JSON that can be checked by itself."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from scraper.search import Filters
from scraper.vocabulary import AddressState

POST = "/api/posts/upr2020/flint-0"
PAGES = (
    "/api", "/api/posts", "/api/posts?size=3&page=2", "/api/search?q=flint", POST, f"{POST}/revisions", f"{POST}/cite",
    f"{POST}/compare?before=2012", "/api/find?url=upr2020.org/post/flint-0", "/api/changes", "/api/coverage",
    "/api/coverage?state=wanted",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_json_that_any_page_may_read(reader: Any, path: str) -> None:
    response = reader.get(path)
    if "compare" not in path:
        assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["access-control-allow-origin"] == "*"
    assert isinstance(response.json(), dict)


@pytest.mark.parametrize(
    "path",
    [
        "/api/posts/upr2020/nope",
        f"{POST}?at=1999",
        "/api/find?url=x.example/y",
        "/api/nothing",
        "/api/a/b/c/d",
    ],
)
def test_what_is_not_there_is_said_in_json(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 404
    assert response.json()["error"]


@pytest.mark.parametrize(
    "path",
    [f"{POST}?at=garbage", f"{POST}?at=2021-02-30", f"{POST}?at=2021-5", f"{POST}/cite?at=20210503", f"{POST}?at=٢٠٢١",
     f"{POST}/compare?before=zz", f"{POST}/compare?before=2030&after=2021-13", "/api/changes?since=yesterday",
     "/api/coverage?state=wantd", "/api/posts?before=zz", "/api/search?q=water&after=2021-13"],
)  # fmt: skip
def test_a_value_of_no_form_described_is_refused_and_never_taken_for_another(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 400
    assert response.json()["error"].startswith("expected ")


@pytest.mark.parametrize(
    ("path", "status"), [("/api/search", 400), ("/api/posts?size=0", 400), (f"{POST}-not", 404), ("/api/no", 404)]
)
def test_no_cache_keeps_what_is_wrong_now(reader: Any, path: str, status: int) -> None:
    response = reader.get(path)
    assert (response.status_code, response.headers["cache-control"]) == (status, "no-store")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_writing_is_refused_in_json_that_says_what_is_allowed(reader: Any, method: str) -> None:
    response = reader.ask(method, "/api/search?q=flint")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert response.json()["error"]


def test_a_browser_that_asks_whether_it_may_read_is_told_so(reader: Any) -> None:
    response = reader.ask("OPTIONS", "/api/posts")
    assert (response.status_code, response.text) == (204, "")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-methods"] == "GET, HEAD"


@pytest.mark.parametrize("at", ["2030", "2030-05", "2030-05-03", "2030-05-03T14:05", "2030-05-03T14:05:00Z"])
def test_a_time_may_be_a_year_a_month_a_day_or_a_moment(reader: Any, at: str) -> None:
    assert reader.get(f"{POST}?at={at}").json()["body_text"] == reader.get(POST).json()["body_text"]
    assert reader.get(f"/api/changes?since={at}").status_code == 200


def test_a_withdrawn_post_is_gone_in_json_too(exhibition: Path, open_room: Callable[..., Any]) -> None:
    room = open_room(exhibition)
    for path in ("", "/revisions", "/cite", "/compare?before=2012"):
        response = room.get(f"/api/posts/upr2020/taken{path}")
        assert response.status_code == 410
        assert response.json() == {"error": "This post has been withdrawn"}
        assert response.headers["cache-control"] == "no-store"
    described = room.get("/api").json()["paths"]
    assert set(described["/api/posts/{site}/{slug}"]["get"]["responses"]) == {"200", "400", "404", "410"}


def test_the_description_names_all_that_can_narrow_a_list(reader: Any) -> None:
    described = reader.get("/api").json()["paths"]
    named = {
        path: {each["name"]: each["description"] for each in what["get"]["parameters"]}
        for path, what in described.items()
    }
    for path in ("/api/posts", "/api/search"):
        assert {each.name for each in fields(Filters)} <= named[path].keys()
    assert "site" in named["/api/coverage"]
    assert all(state in named["/api/coverage"]["state"] for state in AddressState)
    assert reader.get("/api/posts?before=2020").json()["total"] < reader.get("/api/posts").json()["total"]


def test_the_description_names_every_address(reader: Any) -> None:
    described = reader.get("/api").json()
    assert described["openapi"].startswith("3.")
    for path, what in described["paths"].items():
        inside = {each["name"] for each in what["get"]["parameters"] if each["in"] == "path"}
        assert inside == set(re.findall(r"{(\w+)}", path))
        assert (
            reader.get(path.format(site="upr2020", slug="flint-0"))
            .headers["content-type"]
            .startswith("application/json")
        )


def test_pages_of_posts_joined_are_all_posts(reader: Any) -> None:
    first = reader.get("/api/posts?size=7").json()
    pages = [reader.get(f"/api/posts?size=7&page={page + 1}").json() for page in range(first["pages"])]
    urls = [hit["url"] for page in pages for hit in page["hits"]]
    assert len(urls) == len(set(urls)) == first["total"]


def test_every_quote_stands_in_the_stored_text_with_address_day_and_digest(reader: Any, library: Path) -> None:
    db = sqlite3.connect(library)
    asked = ("flint", "water housing university", "human rights", "universal periodic review", "flint beginning absent")
    quotes = 0
    for query in asked:
        for hit in reader.get("/api/search", params={"q": query, "size": "50"}).json()["hits"]:
            (text,) = db.execute("SELECT body_text FROM posts WHERE url = ?", (hit["url"],)).fetchone()
            for quote in hit["quotes"]:
                assert quote in text
                quotes += 1
            assert hit["permalink"].endswith(("/", hit["url"].rpartition("/")[2])) or "/revision/" in hit["permalink"]
    assert quotes > 20
    db.close()


def test_the_five_tools_answer_assistants(library: Path) -> None:
    from scraper.serve.mcp import register
    from scraper.serve.server import datasette

    tools: dict[str, Callable[..., Any]] = {}

    class Server:
        def tool(self, annotations: dict[str, bool]) -> Callable[[Callable[..., Any]], None]:
            assert annotations["readOnlyHint"]
            return lambda function: tools.update({function.__name__: function})

    register(datasette(library), Server())

    async def asked() -> list[dict[str, Any]]:
        return [
            await tools["search_posts"]("flint"),
            await tools["read_post"]("upr2020.org/post/flint-0"),
            await tools["cite_post"]("upr2020.org/post/flint-0"),
            await tools["compare_post"]("upr2020.org/post/flint-0", "2012"),
            await tools["list_changes"](),
        ]

    found, read, cited, _, changes = asyncio.run(asked())
    assert len(tools) == 5
    assert found["total"] > 0
    assert all(quote in read["body_text"] for quote in read["quotes"])
    assert cited["citations"] and cited["bibtex"]
    assert "changes" in changes
    assert "elsewhere" in asyncio.run(tools["read_post"]("elsewhere.example/none"))["error"]
    assert asyncio.run(tools["search_posts"]("flint", page=-3, size=-5))["page"] == 1


REFUSED = (
    ("/api/search", "q is missing"), ("/api/search?q=+", "q is missing"), ("/api/find", "url is missing"),
    (f"{POST}/compare", "before is missing"), ("/api/search?q=flint&page=0", "1 to 1000000"),
    ("/api/search?q=flint&page=-1", "1 to"), ("/api/search?q=flint&page=two", "1 to"),
    ("/api/search?q=flint&page=99999999999999999999", "1 to"), ("/api/search?q=flint&size=101", "1 to 100"),
    ("/api/coverage?state=wanted&size=1001", "1 to 1000"), ("/api/search?q=flint&sort=best", "relevance"),
    ("/api/search?q=flint&match=some", "most"), ("/api/posts?sites=a", "'sites'"), ("/api?q=flint", "known are: none"),
)  # fmt: skip


@pytest.mark.parametrize(("asked", "said"), REFUSED)
def test_what_cannot_be_meant_is_refused_and_said(reader: Any, asked: str, said: str) -> None:
    answer = reader.get(asked)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_a_page_behind_the_last_has_no_hits(reader: Any) -> None:
    found = reader.get("/api/search?q=flint&page=1000000").json()
    assert (found["hits"], found["page"]) == ([], 1_000_000) and found["total"] > 0


def test_the_description_tells_what_each_parameter_may_be(reader: Any) -> None:
    paths = reader.get("/api").json()["paths"]
    asked = {each["name"]: each for each in paths["/api/search"]["get"]["parameters"]}
    assert asked["q"]["required"] and not asked["page"]["required"]
    assert asked["size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100}
    assert asked["match"]["schema"]["enum"] == ["all", "most", "any"]
    assert paths["/api/coverage"]["get"]["parameters"][-1]["schema"]["maximum"] == 1000
