"""The search page and the result sets that leave from it."""

import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import schema, search
from scraper.serve import searching

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def titles(text: str) -> list[str]:
    hits = re.findall(r'<article class="hit[^>]*><div>\s*<h3[^>]*>(.*?)</h3>', text)
    return [unescape(re.sub(r"<[^>]+>", "", found)) for found in hits]


def count(text: str) -> str:
    found = re.search(r'role="status"><strong>([^<]+)<', text)
    assert found
    return found[1]


def test_words_are_marked_and_lead_to_their_place(reader: Any) -> None:
    text = reader.get("/search?q=flint+beginning").text
    assert count(text) == "4 posts have all of these words"
    assert "<mark>beginning</mark>" in text
    assert re.search(r'href="/post/upr2020/flint-0\?q=flint\+beginning#p4"', text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("before=zz", "“zz” is not a date"),
        ("q=water&after=2021-13", "“2021-13” is not a date"),
        ("year=21", "“21” is not a date"),
        ("gone=maybe", "“gone: maybe” is unknown. Known are: no, yes."),
        ("author=Ada+Writter", "Closest: Ada Writer."),
        ("site=nowhere&q=water", "No site of that name: “nowhere”."),
    ],
)
def test_a_choice_that_nothing_can_meet_is_said(reader: Any, asked: str, said: str) -> None:
    assert said in unescape(reader.get(f"/search?{asked}").text)


@pytest.mark.parametrize(
    "asked", ["after=2012", "before=2021-03-16T14:05:00Z", "year=undated", "gone=yes", "author=Ada+Writer"]
)
def test_a_choice_that_can_be_met_needs_no_word(reader: Any, asked: str) -> None:
    assert 'class="hint">“' not in reader.get(f"/search?{asked}").text


def test_an_empty_search_browses_all_posts_newest_first(reader: Any) -> None:
    text = reader.get("/search").text
    assert count(text) == "31 posts found"
    dates = re.findall(r'<p class="meta"><data value="([^"]+)"', text)
    assert len(dates) == 10
    assert dates == sorted(dates, reverse=True)


def test_the_second_page_goes_on_where_the_first_ended(reader: Any) -> None:
    first, second = reader.get("/search").text, reader.get("/search?page=2").text
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert len(titles(second)) == 10
    assert not set(titles(first)) & set(titles(second))


def test_a_page_beyond_the_last_leads_to_the_last(reader: Any) -> None:
    response = reader.get("/search?q=water&page=99")
    assert response.status_code == 302
    assert response.headers["location"] == "/search?q=water&page=3"


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("site=ushrn-news", 6),
        ("year=2016", 3),
        ("year=2016&year=2017", 6),
        ("tag=housing", 20),
        ("category=Report&tag=housing", 10),
        ("author=Ada+Writer", 11),
        ("gone=yes", 1),
        ("pdf=yes", 1),
        ("after=2020", 7),
        ("before=2013-01", 3),
    ],
)
def test_filters_narrow_and_can_be_taken_away(reader: Any, asked: str, number: int) -> None:
    text = reader.get(f"/search?{asked}").text
    assert count(text) == f"{number} post{'s' if number > 1 else ''} found"
    removals = re.findall(r'<li><a href="(/search[^"]*)"[^>]*><span aria-hidden="true">×', text)
    assert len(removals) == asked.count("=")
    kept = asked.split("&")[1:]
    assert unescape(removals[0]) == "/search" + ("?" + "&".join(kept) if kept else "")


def test_facets_count_what_a_click_would_find(reader: Any) -> None:
    text = reader.get("/search?q=water").text
    choices = re.findall(r'<li><a href="(/search[^"]+)" rel="nofollow"[^>]*>.*?<span class="n">(\d+)</span>', text)
    assert len(choices) > 8
    for link, number in choices:
        assert count(reader.get(unescape(link)).text).split()[0] == number, link


def test_the_timeline_has_a_bar_a_year_and_each_bar_is_a_filter(reader: Any, bars_of: Any) -> None:
    text = reader.get("/search?q=water").text
    bars = bars_of(text)
    assert [year for _, year, _ in bars] == [str(year) for year in range(2012, 2022)]
    link, _, number = bars[4]
    assert count(reader.get(link).text).split()[0] == str(number)
    table = text.split("Show as a table")[1]
    assert all(f">{year}</a></th>" in table for _, year, _ in bars)


def test_a_bar_that_is_chosen_lets_go_and_shows_its_months(reader: Any, bars_of: Any) -> None:
    text = reader.get("/search?q=water&year=2016").text
    found = re.search(r'<a href="([^"]+)" aria-current="true" class="bar chosen">', text)
    assert found
    assert found[1] == "/search?q=water"
    months = [bar for bar in bars_of(text) if not bar[1].isdigit()]
    assert re.findall(r'<text class="mark wide-only"[^>]*>([A-Z][a-z]{2})</text>', text)[:3] == ["Jan", "Feb", "Mar"]
    assert sum(number for _, _, number in months) == 3
    for link, name, number in months:
        assert int(reader.get(link.replace("/search?", "/search.csv?")).headers["x-total-count"]) == number, name


def test_a_year_or_month_without_posts_stands_in_its_place_and_leads_nowhere(
    open_room: Callable[..., Any], shelf: Any, bars_of: Any
) -> None:
    for year in (2014, 2017):
        shelf.post(f"of-{year}", published_at=f"{year}-03-01T10:00:00Z")
    reader = open_room(shelf.path)
    for path in ("/", "/browse", "/search?q=short"):
        text = reader.get(path).text
        assert [(name, number) for _, name, number in bars_of(text)] == [("2014", 1), ("2017", 1)], path
        assert re.findall(r'<text class="mark wide-only"[^>]*>(\d+)<', text) == ["2014", "2015", "2016", "2017"], path
        assert "year=2015" not in text, path


def test_a_site_named_from_right_to_left_keeps_the_numbers_behind_it_in_their_place(
    open_room: Callable[..., Any], shelf: Any
) -> None:
    shelf.site("rtl", "مدونة", "https://rtl.example/")
    post = shelf.post("a", site="rtl", url="https://rtl.example/a", blog_name="مدونة", blog_name_basis="meta")
    shelf.count(post, "2026-03-01T10:00:00Z", 2100)
    reader = open_room(shelf.path)
    assert "\u2068مدونة\u2069 · <span" in reader.get("/search?q=short").text
    assert "\u2068مدونة\u2069" in reader.get("/changes").text.partition('class="meta"')[2]
    shelf.set(post, blog_name="A blog")
    assert "\u2068" not in open_room(shelf.path).get("/search?q=short").text


def test_filters_come_after_the_results_in_the_source(reader: Any) -> None:
    text = reader.get("/search?q=water").text
    assert text.index("<article") < text.index('class="facets"')


def test_the_order_can_be_chosen(reader: Any) -> None:
    text = reader.get("/search?q=water&sort=views").text
    views = [int(found) for found in re.findall(r"(\d+) views", text)]
    assert views == sorted(views, reverse=True)
    assert '<option value="views" selected>' in text
    assert '<input type="hidden" name="sort" value="views">' in text


def test_where_no_post_has_all_words_no_empty_file_is_offered_but_the_others_are(reader: Any) -> None:
    text = reader.get("/search?q=water+desalination+nonsense").text
    rail = text.partition('id="narrow"')[2]
    assert "Filter results</h2>" in rail and "these 0" not in text
    assert "Downloads hold exact results, and there are none." in rail
    link = re.search(r'<a href="([^"]+)"[^>]*>Download the (\d+) others \(CSV\)</a>', rail)
    assert link
    assert reader.get(unescape(link[1])).headers["x-total-count"] == link[2]
    assert not re.search(r'href="/search\.(json|ris)', rail)


@pytest.mark.parametrize(
    ("path", "heading"),
    [("/search?q=wells", "Filter this result"), ("/search?q=water&year=2016", "Filter these 3 results")],
)
def test_the_heading_of_the_filters_counts_as_people_do(
    exhibition: Path, open_room: Any, path: str, heading: str
) -> None:
    assert f"{heading}</h2>" in open_room(exhibition).get(path).text


def test_a_hit_in_a_pdf_says_so(reader: Any) -> None:
    text = reader.get("/search?q=desalination").text
    assert count(text) == "1 post found"
    assert "In the file Report.pdf:" in text
    assert 'href="/post/upr2020/detroit-2/file/0?q=desalination"' in text


def test_other_spellings_are_told(reader: Any) -> None:
    text = reader.get("/search?q=A/HRC/RES/43/1").text
    assert count(text) == "30 posts found"
    assert "Also searched for:" in text


def test_a_gone_post_is_told_from_the_others(reader: Any) -> None:
    assert '<span class="badge gone">Removed from its site</span>' in reader.get("/search?gone=yes").text


def test_results_carry_the_language_of_their_text(reader: Any) -> None:
    assert '<h3 lang="ar" dir="auto">' in reader.get("/search?q=language:ar").text


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(["tag", "year", "sort", "page", "after", "site"]))
def test_any_text_gets_a_page(reader: Any, q: str, value: str, name: str) -> None:
    response = reader.get("/search", params={"q": q.encode("utf-8", "replace"), name: value.encode("utf-8", "replace")})
    assert response.status_code in (200, 302)


# Result sets

FORMATS = {"csv": "text/csv", "json": "application/json", "jsonl": "application/x-ndjson",
           "ris": "application/x-research", "bib": "application/x-bibtex", "atom": "application/atom+xml",
           "biblatex.bib": "application/x-bibtex", "csl.json": "application/vnd.citationstyles.csl+json"}  # fmt: skip


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_holds_the_whole_result(reader: Any, ending: str) -> None:
    response = reader.get(f"/search.{ending}?q=water&site=upr2020")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(FORMATS[ending])
    assert response.headers["x-total-count"] == "24"
    assert response.headers["x-content-type-options"] == "nosniff"
    attached = response.headers.get("content-disposition", "")
    assert attached == ("" if ending == "atom" else f'attachment; filename="ushrn-water-2026-02-15.{ending}"')
    text = response.text
    numbers = {"csv": len(list(csv.reader(io.StringIO(text)))) - 1, "jsonl": len(text.splitlines()),
               "ris": text.count("TY  - "), "bib": text.count("@misc{"), "atom": text.count("<entry"),
               "biblatex.bib": text.count("@online{")}  # fmt: skip
    assert numbers.get(ending, len(json.loads(text)) if ending.endswith("json") else 0) == 24


@pytest.mark.parametrize("path", ["/search?q=flint", "/changes"])
def test_zotero_is_offered_every_post_of_a_list(reader: Any, path: str) -> None:
    text = reader.get(path).text
    offered = [dict(parse_qsl(unescape(each))) for each in re.findall(r'<span class="Z3988" title="([^"]+)">', text)]
    assert len(offered) == (4 if "flint" in path else 33)
    flint = next(each for each in offered if each["rft.title"] == "Flint, corrected: water and housing")
    assert flint == {
        "ctx_ver": "Z39.88-2004",
        "rft_val_fmt": "info:ofi/fmt:kev:mtx:dc",
        "rft.type": "blogPost",
        "rft.title": "Flint, corrected: water and housing",
        "rft.source": "UPR 2020 blog",
        "rft.au": "Writer, Ada",
        "rft.date": "2012-01-01",
        "rft.language": "en",
        "rft.identifier": "https://www.upr2020.org/post/flint-0",
    }


def test_a_site_has_one_name_in_hits_pages_and_citations(open_room: Any, shelf: Any) -> None:
    shelf.site("label", "A label of ours", "https://www.label.example/")
    for slug in "abc":
        shelf.post(slug, site="label", url=f"https://www.label.example/{slug}", blog_name="Voices", body_text="Water.",
                   blog_name_basis="meta")  # fmt: skip
    room = open_room(shelf.path)
    for path in ("/", "/search?q=water", "/changes", "/about", "/missing?state=wanted", "/post/label/a"):
        assert "A label of ours" not in room.get(path).text, path
    assert "Voices" in room.get("/search?q=water").text
    assert "rft.source=Voices" in room.get("/search?q=water").text


def test_a_body_leaves_a_list_whole_and_a_person_with_all_names(open_room: Any, shelf: Any) -> None:
    shelf.post("a", author="Committee for Housing, Land and Water")
    shelf.post("b", author="Rosa de la Cruz, Jr.")
    text = open_room(shelf.path).get("/search?q=").text
    offered = [dict(parse_qsl(unescape(each))) for each in re.findall(r'<span class="Z3988" title="([^"]+)">', text)]
    assert {each.get("rft.aucorp") or each["rft.au"] for each in offered} == {
        "Committee for Housing, Land and Water", "de la Cruz, Rosa Jr."
    }  # fmt: skip


def test_every_page_names_the_feed_of_changes(reader: Any) -> None:
    for path in ("/", "/about", "/post/upr2020/flint-0", "/search?q=flint"):
        assert 'type="application/atom+xml"' in reader.get(path).text


def test_an_empty_search_is_the_whole_archive(reader: Any) -> None:
    response = reader.get("/search.csv?q=")
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert len(rows) == 31
    assert tuple(rows[0]) == schema.EXPORT_COLUMNS


def test_rows_come_in_the_order_of_the_page(reader: Any) -> None:
    page = titles(reader.get("/search?q=water+flint&sort=oldest&match=all").text)
    rows = reader.get("/search.json?q=water+flint&sort=oldest").json()
    assert [row["title"] for row in rows] == page


def test_columns_can_be_chosen_and_wrong_ones_are_named(reader: Any) -> None:
    assert reader.get("/search.csv?q=flint&columns=slug,views").text.splitlines()[0] == "slug,views"
    assert "body_text" not in reader.get("/search.csv?bodies=0").text.splitlines()[0]
    wrong = reader.get("/search.csv?columns=titel")
    assert wrong.status_code == 400
    assert "did you mean" in wrong.text


def test_excel_gets_a_mark_and_no_formulas(open_room: Any, shelf: Any) -> None:
    shelf.post("formula", title="=HYPERLINK(1)", author="@SUM(A1)")
    room = open_room(shelf.path)
    plain, excel = room.get("/search.csv"), room.get("/search.csv?excel=1")
    assert plain.content.startswith(b"url,")
    assert ",=HYPERLINK(1),@SUM(A1)," in plain.text
    assert excel.content.startswith(b"\xef\xbb\xbfurl,")
    assert ",'=HYPERLINK(1),'@SUM(A1)," in excel.text


def test_a_search_is_a_feed(reader: Any) -> None:
    page = reader.get("/search?q=flint").text
    address = unescape(re.findall(r'type="application/atom\+xml"[^>]*href="([^"]+)"', page)[0])
    feed = ET.fromstring(reader.get(address).text)
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == 4
    links = [entry.find("a:link[@rel='alternate']", ATOM).attrib["href"] for entry in entries]
    assert "http://localhost/post/upr2020/flint-0" in links


def days(text: str) -> list[str]:
    return re.findall(r'<h2 id="day-\d+">([^<]+) <', text)


def test_changes_are_a_page_and_a_feed(reader: Any) -> None:
    assert days(reader.get("/changes").text) == ["2 March 2026", "15 February 2026", "1 February 2026"]
    feed = ET.fromstring(reader.get("/changes.atom").text)
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == 33
    ids = [entry.findtext("a:id", "", ATOM) for entry in entries]
    assert len(set(ids)) == 33
    assert ids[0].endswith("#gone-2026-03-02T10:00:00Z")
    assert len(ET.fromstring(reader.get("/changes.atom?kind=gone").text).findall("a:entry", ATOM)) == 1


def test_many_changes_are_paged_without_loss(open_room: Any, shelf: Any) -> None:
    for number in range(130):
        shelf.post(f"n-{number}", captured_at="2026-02-01T10:00:00Z")
    room = open_room(shelf.path)
    path, seen, ranges = "/changes", [], []
    while path:
        text = room.get(path).text
        seen += re.findall(r'<h3><a href="/post/upr2020/(n-\d+)"', text)
        ranges += re.findall(r"Changes \d+ to \d+ of \d+", text)
        more = re.search(r'href="(/changes\?before=[^"]+)" rel="next"', text)
        path = unescape(more[1]) if more else ""
    assert sorted(seen) == sorted(f"n-{number}" for number in range(130))
    assert ranges == ["Changes 1 to 50 of 130", "Changes 51 to 100 of 130", "Changes 101 to 130 of 130"]
    assert sorted(of_whole_feed(room, "/changes.atom")) == sorted(seen)


def of_whole_feed(room: Any, path: str) -> list[str]:
    """The posts in all pages of a feed (RFC 5005), which go by one id and one first page; on none are more than 50."""
    posts: list[str] = []
    following, ids, firsts = f"http://localhost{path}", set(), set()
    while following:
        feed = ET.fromstring(room.get(following.removeprefix("http://localhost")).text)
        links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
        assert links["self"] == following
        ids.add(feed.findtext("a:id", "", ATOM))
        firsts.add(links["first"])
        entries = feed.findall("a:entry", ATOM)
        assert 0 < len(entries) <= 50
        posts += [re.sub(".*/|#.*", "", entry.findtext("a:id", "", ATOM)) for entry in entries]
        following = links.get("next") or ""
    assert ids == firsts == {f"http://localhost{path}"}
    return posts


def test_changes_are_told_by_when_this_archive_learned_of_them_with_both_times(open_room: Any, shelf: Any) -> None:
    shelf.post("young", captured_at="2026-02-01T10:00:00Z")
    shelf.post("old", captured_at="2017-06-11T00:00:00Z")
    shelf.db.execute("UPDATE events SET known_at = '2026-05-05T05:05:05Z' WHERE at LIKE '2017%'")
    shelf.db.execute("UPDATE captures SET source = 'wayback' WHERE captured_at LIKE '2017%'")
    room = open_room(shelf.path)
    text = room.get("/changes").text
    assert days(text) == ["5 May 2026", "1 February 2026"]
    assert "Captured 11 June 2017, recovered from the Wayback Machine" in text
    entry = ET.fromstring(room.get("/changes.atom").text).find("a:entry", ATOM)
    assert entry is not None
    assert entry.findtext("a:updated", "", ATOM) == "2026-05-05T05:05:05Z"
    assert entry.findtext("a:published", "", ATOM) == "2017-06-11T00:00:00Z"
    assert "Captured 11 June 2017, 00:00 UTC; known here since 5 May 2026, 05:05 UTC." in entry.findtext(
        "a:summary", "", ATOM
    )


def test_each_number_beside_the_changes_is_that_of_the_changes_behind_it(reader: Any, bars_of: Any) -> None:
    for path in ("/changes", "/changes?site=ushrn-news", "/changes?kind=added&site=upr2020"):
        text = reader.get(path).text
        found = re.findall(r'<a href="(/changes[^"]*)"[^>]*><span>.*?</span><span class="n">(\d+)</span>', text)
        found += [(link, str(number)) for link, _, number in bars_of(text) if number]
        assert len(found) > 4
        for link, number in found:
            behind = reader.get(unescape(link)).text
            total = re.search(r"Changes \d+ to \d+ of (\d+)", behind)
            assert (total[1] if total else "0") == number, link


def test_an_edit_shows_its_first_changed_passage_and_leads_to_the_comparison(reader: Any) -> None:
    text = reader.get("/changes?kind=changed").text
    assert '<del><span class="unseen">Removed: </span>3</del>' in text
    assert '<ins><span class="unseen">Added: </span>400</ins>' in text
    link = re.search(r'<a href="(/post/upr2020/flint-0/diff[^"]+)">1 word added, 1 removed</a>', text)
    assert link
    assert '<ins><span class="unseen">Added: </span>400</ins>' in reader.get(unescape(link[1])).text


def test_a_searchs_feed_is_newest_first_by_when_this_archive_learned_of_a_post(open_room: Any, shelf: Any) -> None:
    for number in range(60):
        post = shelf.post(f"n-{number}", published_at=f"20{10 + number % 9}-01-01T00:00:00Z")
        at = f"2026-03-{number % 28 + 1:02}T00:{number:02}:00Z"
        shelf.db.execute("UPDATE events SET known_at = ? WHERE post_id = ?", (at, post))
    room = open_room(shelf.path)
    feed = ET.fromstring(room.get("/search.atom?q=short").text)
    learned = [entry.findtext("a:updated", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert len(learned) == 50
    assert learned == sorted(learned, reverse=True)
    assert learned[0] == "2026-03-28T00:55:00Z"
    assert feed.findtext("a:updated", "", ATOM) == learned[0]
    assert len(set(of_whole_feed(room, "/search.atom?q=short"))) == 60


def test_posts_with_less_of_the_query_stand_under_a_heading_of_their_own_and_are_not_counted(reader: Any) -> None:
    response = reader.get("/search?q=flint+beginning+university")
    headings = re.findall(r"<h2[^>]*><span[^>]*><strong>(.*?)</strong>", response.text)
    assert headings[0] == count(response.text)
    assert any("most of them" in heading or "one or more of them" in heading for heading in headings)
    rows = reader.get("/search.csv?q=flint+beginning+absentword")
    assert rows.headers["x-total-count"] == "0"
    more = reader.get("/search.csv?q=flint+beginning+absentword&match=most")
    assert int(more.headers["x-total-count"]) > 0


def test_a_mistyped_word_is_mended_and_said_to_be_in_no_post(reader: Any) -> None:
    text = reader.get("/search?q=flint+univresity").text
    assert re.search(r'Did you mean <a href="/search\?q=flint\+university"[^>]*>flint university</a>', text)
    assert "“univresity” is in no post of this archive." in text


def test_nothing_found_leads_on_with_what_each_step_gives(reader: Any) -> None:
    text = reader.get("/search?q=%22beginning+flint%22+after:2021-13").text
    assert "No posts match this search" in text
    assert "Without after:2021-13" in text
    assert "“2021-13” is not a date." in text
    assert "The exact phrase is in no post." in text
    assert re.search(r'<a [^>]*href="/search"[^>]*>Start again from everything</a>', text)


def test_names_that_a_query_names_are_offered_as_filters(reader: Any) -> None:
    text = reader.get("/search?q=housing").text
    assert re.search(r'Tag <a href="/search\?q=housing&amp;tag=housing"', text)


def test_a_date_among_the_words_is_offered_with_the_number_of_its_posts(reader: Any) -> None:
    text = reader.get("/search?q=water+in+2016").text
    assert re.search(
        r'<a href="/search\?q=water\+year%3A2016"[^>]*><span dir="auto">year:2016</span></a> \(3 posts\)', text
    )
    assert reader.get("/api/search?q=water+in+2016").json()["dated"] == [{"query": "water year:2016", "total": 3}]


def test_a_printed_search_says_what_was_asked_and_where(reader: Any) -> None:
    text = reader.get("/search?q=water&year=2016&sort=newest").text
    sheet = re.sub(r"<[^>]+>", " ", text[text.index('<dl class="pairs paper-only">') : text.index("</dl>")])
    said = " ".join(sheet.split())
    assert "Query water" in said
    assert "Filters year: 2016" in said
    assert "3 posts found" in said
    assert "Archive as of 1 February 2026, 10:00 UTC" in said
    assert "Address http://localhost/search?q=water&amp;year=2016&amp;sort=newest" in said


@pytest.mark.parametrize(
    ("public_url", "place"),
    [("", ""), ("https://archive.example.org", "https://archive.example.org/search?tag=housing&q=water, ")],
)
def test_a_result_can_be_cited_with_a_digest_that_anyone_can_make_again(
    library: Path, open_room: Any, public_url: str, place: str
) -> None:
    reader = open_room(library, public_url=public_url)
    text = unescape(reader.get("/search?q=water&tag=housing").text)
    found = re.search(
        r"search for “water”, tag: housing, (\d+) results, as of [^,]+, (\S+, |)result list ([0-9a-f]{12})\.", text
    )
    assert found
    assert sorted(found[2]) == sorted(place)
    rows = csv.DictReader(io.StringIO(reader.get("/search.csv?q=water&tag=housing&columns=url,content_sha256").text))
    lines = sorted(f"{row['url']} {row['content_sha256']}\n" for row in rows)
    assert len(lines) == int(found[1])
    assert hashlib.sha256("".join(lines).encode()).hexdigest()[:12] == found[3]


def test_a_hit_shows_two_passages_one_of_them_a_file_s_and_tells_which_only_repeat() -> None:
    def passage(words: str, file: str | None = None) -> search.Snippet:
        return search.Snippet(f"of {search.MARK}{words}{search.UNMARK}.", 0, file=file)

    def shown(*passages: search.Snippet) -> list[tuple[search.Snippet, bool]]:
        return searching.passages_shown(SimpleNamespace(snippets=passages))  # type: ignore[arg-type]

    water, again, land, file = passage("water"), passage("Water"), passage("land"), passage("water", "a.pdf")
    assert shown(water, again, land) == [(water, False), (again, True)]
    assert shown(water, land, again) == [(water, False), (land, False)]
    assert shown(water, land, file) == [(water, False), (file, False)]
    assert shown(file) == [(file, False)]


def test_a_list_of_values_is_not_cut_without_a_link_to_all_of_them(shelf: Any, open_room: Any) -> None:
    post = shelf.post("water")
    shelf.label(post, "tag", *(f"river {number}" for number in range(searching.AT_MOST + 9)))
    shelf.label(shelf.post("other"), "tag", "river 3")
    reader = open_room(shelf.path)
    page = reader.get("/search?q=tag:river").text
    links = re.findall(r'href="(/search/by/[^"]+)"[^>]*>All (\d+) (\w+)<', page)
    assert links == [("/search/by/tag?q=tag%3Ariver", "33", "tags")]
    every = reader.get(links[0][0]).text
    counts = re.findall(r'<span dir="auto">(river \d+)</span><span class="n">(\d+)<', every)
    assert len(counts) == 33
    assert dict(counts)["river 3"] == "2"
    assert dict(counts)["river 32"] == "1"


def test_results_are_narrowed_by_language(reader: Any) -> None:
    page = reader.get("/search?q=tag:water").text
    found = re.search(r'href="(/search\?q=tag%3Awater&amp;language=ar)"[^>]*><span dir="auto">(\w+)<', page)
    assert found
    assert found[2] == "Arabic"
    assert "حقوق" in reader.get(unescape(found[1])).text


def test_a_hit_says_that_its_post_was_edited(reader: Any) -> None:
    text = reader.get("/search?q=corrected").text
    assert re.search(r'<p class="meta"><span class="badge edited">Edited</span> ', text)
    assert "badge edited" not in reader.get("/search?q=desalination").text


def test_hits_that_lack_words_name_their_site_as_others_do(reader: Any) -> None:
    text = reader.get("/search?q=water+desalination+nonsense").text
    assert "UPR 2020 blog" in text and "· upr2020" not in text


def test_a_value_chosen_takes_the_place_of_another_one_of_its_facet(reader: Any) -> None:
    text = reader.get("/search?q=water&year=2016&tag=housing").text
    assert "/search?q=water&amp;tag=housing&amp;year=2017" in text
    assert "year=2016&amp;year=2017" not in text


def test_a_printed_search_has_the_digest_of_its_results(reader: Any) -> None:
    paper = reader.get("/search?q=water").text.partition('class="pairs paper-only"')[2].partition("</dl>")[0]
    assert re.search(r'<dt>SHA-256 of the result list</dt><dd class="digest">[0-9a-f]{64}</dd>', paper)


def test_other_spellings_that_were_searched_for_can_be_left_out(reader: Any) -> None:
    text = reader.get("/search?q=water+CERD&year=2016").text
    link = re.search(r'<a href="([^"]+)" rel="nofollow">Only my words</a>', text)
    assert link and unescape(link[1]) == "/search?q=water+%22CERD%22&year=2016"
    assert "Also searched for" not in reader.get(unescape(link[1])).text
