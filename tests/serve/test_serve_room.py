"""The room as a whole: its name, its first page, the ways in, and that every number leads to what it counts."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from scraper.records import Setting
from scraper.serve import texts
from scraper.store import keep_setting


def number_at(reader: Any, link: str) -> int:
    """How many posts the search behind *link* finds."""
    path = unescape(link).replace("/search?", "/search.csv?").replace("/search", "/search.csv", 1)
    return int(reader.get(path.replace(".csv.csv", ".csv")).headers["x-total-count"])


def test_every_bar_and_figure_leads_to_exactly_what_it_counts(reader: Any, bars_of: Any) -> None:
    text = reader.get("/").text
    bars = [(link, str(number)) for link, _, number in bars_of(text)]
    figures = re.findall(r'<dd><a href="(/search[^"]*)">([\d,]+)<', text)
    table = re.findall(r'<td class="n"><a href="(/search[^"]*)"[^>]*>([\d,]+)</a>', text)
    assert len(bars) == 10
    assert len(figures) == 3
    for link, number in (*bars, *figures, *table):
        assert number_at(reader, link) == int(number.replace(",", "")), link


def test_the_bars_together_are_all_posts_however_odd_their_years(
    open_room: Callable[..., Any], shelf: Any, bars_of: Any
) -> None:
    for year in ("0987", "1899", "2020", "2021", "2250"):
        shelf.post(f"of-{year}", published_at=f"{year}-03-01")
    shelf.post("undated", published_at=None, published_basis=None)
    reader = open_room(shelf.path)
    for path in ("/", "/browse", "/search?q=short"):
        found = bars_of(reader.get(path).text)
        assert [name for _, name, _ in found] == ["0987", "1899", "2020", "2021", "2250", "Undated"], path
        assert [number_at(reader, link) for link, _, _ in found] == [1] * 6, path


def test_every_way_in_leads_to_exactly_what_it_counts(reader: Any) -> None:
    text = reader.get("/browse").text
    ways = re.findall(
        r'<li><a href="(/search[^"]+)"><span dir="auto">[^<]+</span><span class="n">([\d,]+)</span>', text
    )
    assert len(ways) >= 8
    for link, number in ways:
        assert number_at(reader, link) == int(number), link


def test_the_ways_in_to_some_posts_say_how_many_and_those_to_none_are_left_out(
    open_room: Callable[..., Any], shelf: Any
) -> None:
    shelf.post("plain")
    shelf.gone(shelf.post("away"), "2026-03-01T10:00:00Z")
    shelf.change(shelf.post("edited"), "2026-03-01T10:00:00Z", body_text="Other words.")
    reader = open_room(shelf.path)
    pills = reader.get("/browse").text.partition('<ul class="pills">')[2].partition("</ul>")[0]
    ways = re.findall(r'<a href="([^"]+)">([^<:]+): (\d+)</a>', pills)
    assert [(name, number) for _, name, number in ways] == [("Edited", "1"), ("Removed from their site", "1")]
    assert [number_at(reader, link) for link, _, _ in ways] == [1, 1]


def test_a_figure_of_nothing_leads_nowhere(open_room: Callable[..., Any], shelf: Any) -> None:
    shelf.post("plain")
    figures = open_room(shelf.path).get("/").text.partition('class="figures"')[2].partition("</dl>")[0]
    assert "<dd>0</dd>" in figures and ">0<span" not in figures


def test_an_archive_has_the_name_that_its_owner_gives_it(open_room: Callable[..., Any], shelf: Any) -> None:
    shelf.post("a")
    assert '<a class="name" href="/">USHRN posts archive</a>' in open_room(shelf.path).get("/").text
    keep_setting(shelf.db, Setting.NAME, "Harbour <papers>")
    keep_setting(shelf.db, Setting.PUBLISHER, "the Harbour Network")
    keep_setting(shelf.db, Setting.INTRODUCTION, "**The Harbour Network** ended in 2020.")
    keep_setting(shelf.db, Setting.SOURCES, "https://history.example/harbour")
    text = open_room(shelf.path).get("/").text
    assert '<a class="name" href="/">Harbour &lt;papers&gt;</a>' in text
    replayed = open_room(shelf.path).get("/web/20260201100000/https://www.upr2020.org/post/a").text
    assert '<a href="/">Harbour &lt;papers&gt;</a>' in replayed
    assert "<h1>What the Harbour Network published, 2020</h1>" in text
    assert "<strong>The Harbour Network</strong> ended in 2020." in text
    assert 'Source: <a href="https://history.example/harbour"' in text


def test_another_blog_is_not_shown_under_the_networks_name(open_room: Callable[..., Any], shelf: Any) -> None:
    shelf.db.execute("DELETE FROM sites")
    shelf.site("blog.example", "blog.example", "https://blog.example/")
    shelf.post("a", site="blog.example", url="https://blog.example/a")
    for path in ("/", "/changes", "/search?q=short"):
        text = open_room(shelf.path).get(path).text
        assert "Posts archive</a>" in text
        assert "USHRN" not in text
        assert "Human Rights Network" not in text


def test_an_empty_archive_says_what_to_do(open_room: Callable[..., Any], shelf: Any) -> None:
    text = open_room(shelf.path).get("/").text
    assert "Nothing is archived yet. Run ushrn crawl ADDRESS, or ushrn demo to try it." in text
    assert "ushrn demo --serve" in text


def test_no_page_of_an_empty_archive_leads_to_nothing(open_room: Callable[..., Any], shelf: Any) -> None:
    room = open_room(shelf.path)
    for path in ("/browse", "/search?q=water"):
        text = room.get(path).text
        assert "Nothing is archived yet." in text, path
        assert 'href="/search?year=' not in text and "Still nothing" not in text, path
    pictures = room.get("/pictures").text
    assert "No pictures are kept here yet." in pictures
    assert room.get(re.findall(r'<p><a href="([^"]+)"', pictures)[0]).status_code == 200
    assert '<a href="/pictures">All pictures</a>' in room.get("/pictures?q=nothing").text
    assert "No changes recorded yet." in room.get("/changes").text
    assert 'href="/changes"' not in room.get("/changes").text.partition("<main")[2].partition("</main>")[0]


def test_what_is_wanted_has_a_page_that_says_why(open_room: Callable[..., Any], shelf: Any) -> None:
    shelf.post("a")
    for number in range(101):
        shelf.heard(f"https://www.upr2020.org/post/wanted-{number:03}", "upr2020", "wanted")
    shelf.db.execute("UPDATE known_urls SET evidence = '503 on 3 May' WHERE url LIKE '%wanted-007'")
    room = open_room(shelf.path)
    assert '<a href="/missing?state=wanted">101' in room.get("/").text
    text = room.get("/missing?state=wanted").text
    assert "<h1>Wanted: 101 addresses</h1>" in text
    assert "503 on 3 May" in text
    assert text.count("not asked for yet") == 99
    more = unescape(re.findall(r'href="(/missing[^"]+)" rel="next"', text)[0])
    assert "wanted-100" in room.get(more).text


def test_about_says_what_each_part_proves_and_counts_what_the_search_counts(reader: Any) -> None:
    text = reader.get("/about").text
    for words in (
        "If you doubt that …",
        "not proved by mathematics",
        "ushrn verify",
        "Edits undone between two captures",
    ):
        assert words in text, words
    for anchor in re.findall(r'<li><a href="#([a-z]+)">', text):
        assert f'id="{anchor}"' in text, anchor


def test_the_undated_of_about_and_the_bars_are_those_of_the_search(
    open_room: Callable[..., Any], shelf: Any, bars_of: Any
) -> None:
    shelf.post("dated")
    shelf.post("updated-only", published_at=None, published_basis=None, updated_at="2020-05-05T00:00:00Z")
    shelf.post("undated", published_at=None, published_basis=None)
    room = open_room(shelf.path)
    about = room.get("/about").text
    assert '<a href="/search?year=undated" rel="nofollow">1 post without a date</a>' in about
    assert "2 posts: no date of publication" in about
    assert room.get("/search.csv?year=undated").headers["x-total-count"] == "1"
    assert bars_of(room.get("/").text)[-1] == ("/search?year=undated", "Undated", 1)


def test_whoever_starts_the_server_says_where_the_public_reads_it(library: Path, open_room: Any) -> None:
    reader = open_room(library, public_url="https://archive.example.org/")
    post = reader.get("/post/upr2020/flint-0").text
    assert 'href="https://archive.example.org/post/upr2020/flint-0' in post
    assert "http://localhost/post" not in post
    assert "https://archive.example.org/search?q=water" in reader.get("/search?q=water").text
    assert reader.get("/api").json()["servers"] == [{"url": "https://archive.example.org"}]


def test_changes_are_shown_beside_those_of_withdrawn_posts(exhibition: Path, open_room: Any) -> None:
    page = open_room(exhibition).get("/changes")
    assert page.status_code == 200
    assert "names a child" in page.text
    assert "/post/upr2020/hub" in page.text


def test_a_day_of_changes_that_goes_on_on_the_next_page_says_so(shelf: Any, open_room: Any) -> None:
    for number in range(60):
        shelf.post(f"busy-{number}")
    shelf.post("alone", captured_at="2026-01-05T10:00:00Z")
    reader = open_room(shelf.path)
    first = reader.get("/changes").text
    assert "50 of 60 changes</span></h2>" in first
    older = re.search(r'<a href="([^"]+)" rel="next">', first)
    assert older
    rest = reader.get(unescape(older[1])).text
    assert re.findall(r'<span class="meta">([^<]+)</span></h2>', rest) == ["10 of 60 changes", "1 change"]


def test_a_post_that_was_edited_often_stands_once_among_the_recently_edited(open_room: Any, shelf: Any) -> None:
    often, once = shelf.post("often"), shelf.post("once")
    shelf.change(once, "2026-02-02T10:00:00Z", body_text="Other words.")
    for day in range(3, 9):
        shelf.change(often, f"2026-02-0{day}T10:00:00Z", body_text=f"State {day}.")
    text = open_room(shelf.path).get("/").text
    edited = text.partition('id="edited"')[2].partition("</section>")[0]
    assert re.findall(r'<h3><a href="/post/upr2020/(\w+)"', edited) == ["often", "once"]


def test_a_post_that_came_back_is_not_among_the_recently_removed(open_room: Any, shelf: Any) -> None:
    for slug in ("back", "away"):
        shelf.gone(shelf.post(slug), "2026-02-02T10:00:00Z")
    shelf.set(1, gone_at=None)
    text = open_room(shelf.path).get("/").text
    removed = text.partition('id="removed"')[2].partition("</section>")[0]
    assert re.findall(r'<h3><a href="/post/upr2020/(\w+)"', removed) == ["away"]


def test_tables_that_the_database_keeps_for_itself_wait_behind_a_summary(reader: Any) -> None:
    first, _, internal = reader.get("/archive").text.partition("<details>")
    assert "<code>posts</code>" in first and "<code>posts_fts_data</code>" not in first
    assert "<code>_sqlite_migrations</code>" not in first
    assert "<code>_sqlite_migrations</code>" in internal  # of an index's own tables, Datasette 1.0 lists none


def test_filters_that_leave_no_change_say_so_and_lead_back_to_all(open_room: Any, shelf: Any) -> None:
    shelf.post("a")
    main = open_room(shelf.path).get("/changes?kind=gone").text.partition("<main")[2]
    assert 'No changes match these filters. <a href="/changes">All changes</a>' in main
    assert "No changes recorded yet" not in main


def test_a_withdrawn_post_of_which_nothing_had_been_captured_claims_no_capture(open_room: Any, shelf: Any) -> None:
    shelf.insert("withdrawals", url="https://www.upr2020.org/post/taken", at="2026-03-01T10:00:00Z", by="editors",
                 reason="", withdrawn='{"kind": "post", "first": true}')  # fmt: skip
    shelf.heard("https://www.upr2020.org/post/taken", "upr2020", "withdrawn")
    text = open_room(shelf.path).get("/post/upr2020/taken").text
    assert "This post has been withdrawn" in text
    for words in ("0 times", "<dt>Captured", "<dt>Reason", "SHA-256 of the last capture", "<dd>–"):
        assert words not in text, words


@pytest.mark.parametrize(
    ("sites", "offline", "words"),
    [(1, 0, "from one website:"), (1, 1, "from one website, now offline:"), (3, 2, "three websites, two of them now"),
     (12, 0, "from 12 websites:"), (2, 2, "from two websites, all of them now offline:")],
)  # fmt: skip
def test_the_first_sentence_spells_small_numbers_out(sites: int, offline: int, words: str) -> None:
    assert words in texts.overview_lead(4, sites, offline)
