"""The tables behind the pages, as pages of ours over Datasette's JSON."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from scraper import schema
from scraper.serve import server


def links(text: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="([^"]*)"', text)]


def test_the_database_lists_its_tables_with_what_they_hold(reader: Any) -> None:
    text = reader.get("/archive").text
    assert '<html lang="en"' in text
    assert unescape(text).count(schema.DESCRIPTIONS["revisions"][0]) == 1
    assert "/archive/posts" in links(text)
    assert not [link for link in links(text) if link.endswith(("/bodies", "/decisions", "/withdrawals"))]


def test_a_table_is_sorted_by_its_heads_and_paged(reader: Any) -> None:
    text = reader.get("/archive/posts?_sort=title&_size=3").text
    assert 'aria-sort="ascending"' in text
    assert "/archive/posts?_size=3&_sort_desc=title" in links(text)
    (onwards,) = [link for link in links(text) if "_next=" in link]
    rows = re.findall(r'href="(/archive/posts/\d+)"', text)
    assert len(rows) == 3
    assert not set(rows) & set(re.findall(r'href="(/archive/posts/\d+)"', reader.get(onwards).text))


def test_a_table_is_filtered_as_datasette_filters_it_and_says_so(reader: Any) -> None:
    text = reader.get("/archive/posts?_search=flint&slug__startswith=flint").text
    assert re.search(r"\d rows?, where search matches", text)
    assert "flint-0" in text
    assert "/archive/posts.csv?_search=flint&slug__startswith=flint" in links(text)
    assert "No rows." in reader.get("/archive/posts?slug=none").text


def test_a_key_leads_to_its_row_and_a_row_says_what_its_columns_mean(reader: Any) -> None:
    assert "/archive/posts/1" in links(reader.get("/archive/events?_size=1&post_id=1").text)
    text = unescape(reader.get("/archive/posts/1").text)
    assert schema.DESCRIPTIONS["posts"][1]["published_basis"] in text
    assert "was a beginning" in text


def test_columns_without_a_value_wait_behind_a_summary_and_long_ones_have_the_width(reader: Any) -> None:
    page = reader.get("/archive/posts/1").text
    shown, _, empty = page.partition("<details>")
    assert re.search(r"<summary>\d+ columns without a value</summary>", empty)
    assert "<code>gone_at</code>" in empty
    assert "<code>gone_at</code>" not in shown
    assert re.search(r'<div class="whole"><dt><code>body_text</code>', shown)
    assert re.search(r"<div><dt><code>slug</code>", shown)


@pytest.mark.parametrize("table", ["captures", "counts", "post_captures", "known_urls", "events"])
def test_each_row_of_a_table_has_its_page_whatever_its_key_is_made_of(reader: Any, table: str) -> None:
    rows = [link for link in links(reader.get(f"/archive/{table}?_size=2").text) if f"/archive/{table}/" in link]
    assert rows
    assert {link: reader.get(link).status_code for link in rows} == dict.fromkeys(rows, 200)


@pytest.mark.parametrize(
    "path",
    ["/archive/captures/9999999", "/archive/nowhere", "/archive/posts/9999999", "/archive/posts/a,b", "/archive/%00"],
)
def test_what_is_not_there_gets_our_page(reader: Any, path: str) -> None:
    response = reader.get(path)
    assert response.status_code in (400, 404)
    assert 'role="search"' in response.text


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
@pytest.mark.parametrize("asked", ["_timelimit=abc", "_ttl=x", "_facet_size=%C2%B2", "_timelimit=-1"])
def test_what_should_be_a_number_and_is_none_is_refused(reader: Any, ending: str, asked: str) -> None:
    assert reader.get(f"/archive/posts{ending}?{asked}").status_code == 400


@pytest.mark.parametrize(
    "query", ["", "?_size=1", "?_col=request_head&_col=url", "?request_head__contains=a", "?_shape=array"]
)
def test_the_heads_of_requests_are_shown_nowhere(reader: Any, query: str) -> None:
    for path in ("/archive/captures", "/archive/captures.json", "/archive/captures.csv", "/archive/CAPTURES.json"):
        text = reader.get(path + query).text
        assert not re.search(r'"request_head":|,request_head,|=request_head"', text), path
    onwards = reader.get("/archive/captures/1.json").headers["location"]
    (row,) = reader.get(onwards + "&_shape=array").json()
    assert row["id"] == 1
    page = reader.get("/archive/captures/1")
    assert page.status_code == 200
    assert ">request_head<" not in page.text


def test_the_archive_is_called_so_whatever_its_file_is_called(
    open_room: Callable[..., Any], library: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "odd name.db"
    odd.write_bytes(library.read_bytes())
    served = server.datasette(odd)
    assert [name for name, each in served.databases.items() if each.path] == ["archive"]


def test_a_row_of_a_view_has_no_page_of_its_own(reader: Any) -> None:
    text = reader.get("/archive/posts_browse?_size=2").text
    assert re.search(r'<th scope="row">\s*1\s*</th>', text)
    assert not [link for link in links(text) if link.startswith("/archive/posts_browse/")]
