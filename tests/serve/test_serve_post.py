"""The page of a post, its revisions, its bytes, and the ways to it."""

import hashlib
import json
import re
import sqlite3
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from scraper import passages
from scraper.schema import renewal
from scraper.store import bodies
from tests import archives


def facts(text: str) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", text, re.DOTALL)
    return {name: " ".join(unescape(re.sub(r"<[^>]+>", "", value)).split()) for name, value in pairs}


def test_a_post_tells_what_it_says_and_where_that_comes_from(reader: Any) -> None:
    text = reader.get("/post/upr2020/flint-0").text
    told = facts(text)
    assert told["Published"] == "1 January 2012"
    assert '<dd class="small">from the page’s metadata' in text
    assert re.search(r'class="by-whom">By <a href="/search\?author=Ada[+]Writer"[^>]*>Ada Writer</a>', text)
    assert told["Site"] == "UPR 2020 blog"
    assert (told["Views"], told["Comments"]) == ("150", "1")
    assert '<dd>150</dd><dd class="small">1 March 2026</dd>' in text
    assert "first 1 February 2026, 10:00 UTC, last 15 February 2026, 10:00 UTC" in text
    assert re.fullmatch(r"[0-9a-f]{64}", told["SHA-256 of the page"])
    assert "<strong>welcomes</strong> the outcome" in text
    assert re.search(
        r'<h2 id="p-\w{8}"><span class="spot" id="p1"></span>Right to water<a class="para" [^>]*></a></h2>', text
    )


def test_pictures_are_named_and_linked_never_loaded(reader: Any) -> None:
    text = reader.get("/post/upr2020/flint-0").text
    assert "Picture: People at a well" in text
    assert 'href="https://static.wixstatic.com/media/Flint.jpg"' in text
    assert "<img" not in text


def test_words_of_a_search_are_marked_in_the_post(reader: Any) -> None:
    text = reader.get("/post/upr2020/flint-0?q=welcome+%22human+rights+council%22").text
    assert "<mark>welcomes</mark>" in text
    assert "<mark>Human Rights Council</mark>" in text
    assert "<mark>" not in reader.get("/post/upr2020/flint-0").text


def test_counts_are_a_chart_and_a_table(reader: Any) -> None:
    text = reader.get("/post/upr2020/flint-0").text
    assert 'aria-label="Views: 100 on 1 February 2026, 150 on 1 March 2026"' in text
    assert '1 March 2026, 10:00 UTC</th><td class="n">150</td><td class="n">1</td>' in text


def test_a_post_can_be_cited(reader: Any) -> None:
    text = unescape(reader.get("/post/upr2020/flint-0").text).replace("<wbr>", "")
    assert "Writer, A. (2012, January 1 UTC). <i>Flint, corrected: water and housing</i>. UPR 2020 blog. " in text
    assert 'Ada Writer, <i>Flint, corrected: water and housing</i>, <span class="small-capitals">UPR 2020 blog' in text
    assert "ccessed" not in text
    ris = reader.get("/post/upr2020/flint-0/cite.ris")
    assert ris.text.startswith("TY  - BLOG\r\n")
    assert ris.headers["content-disposition"].endswith('.ris"')
    assert reader.get("/post/upr2020/flint-0/cite.bib").text.startswith("@misc{")
    assert reader.get("/post/upr2020/flint-0/cite.biblatex").text.startswith("@online{")
    (item,) = reader.get("/post/upr2020/flint-0/cite.json").json()
    assert item["type"] == "post-weblog"
    assert reader.get("/post/upr2020/flint-0/cite.doc").status_code == 404


@pytest.fixture
def public(open_room: Any, library: Any) -> Any:
    """A `Reader` of the filled archive where the public reads it."""
    return open_room(library, public_url="https://archive.example.org")


@pytest.mark.parametrize(("ending", "of_many"), [("ris", "ris"), ("biblatex", "biblatex.bib")])
def test_a_page_and_a_download_of_many_cite_a_post_alike_also_in_an_archive_without_a_name(
    open_room: Any, tmp_path: Path, ending: str, of_many: str
) -> None:
    kept = archives.fill(tmp_path / "archive.db", archives.captures())
    room = open_room(kept, public_url="https://archive.example.org")
    paths = archives.query(kept, "SELECT site || '/' || slug FROM posts")
    many = room.get(f"/search.{of_many}").text
    assert paths
    for (path,) in paths:
        assert room.get(f"/post/{path}/cite.{ending}").text.strip() in many


def test_a_citation_is_of_the_version_shown_and_stays_so(public: Any) -> None:
    first, last = revision_names(public)
    for name, title in ((first, "Flint: water, housing and the Universal Periodic Review (0)"),
                        (last, "Flint, corrected: water and housing")):  # fmt: skip
        address = f"/post/upr2020/flint-0/revision/{name}"
        assert f"AV  - https://archive.example.org{address}\r\n" in public.get(address + "/cite.ris").text
        assert f"TI  - {title}\r\n" in public.get(address + "/cite.ris").text
    assert f"{last}\r\n" in public.get("/post/upr2020/flint-0/cite.ris").text


def test_a_citation_names_our_copy_only_where_the_owner_says_that_others_can_reach_it(reader: Any, public: Any) -> None:
    ours = "/post/upr2020/flint-0"
    assert "archived at" not in reader.get(ours).text
    assert f"archived at https://archive.example.org{ours}/revision/" in public.get(ours).text.replace("<wbr>", "")


@pytest.mark.parametrize("name", ["evil.example:8001", "203.0.113.66"])
def test_what_a_reader_calls_us_is_in_no_citation_and_in_no_page_that_others_are_given(reader: Any, name: str) -> None:
    told, ours = {"Host": name}, "/post/upr2020/flint-0"
    files = [f"{ours}/cite.{file}" for file in ("ris", "bib", "json")]
    for path in (*files, "/search.ris", "/search.bibtex", "/search.csl"):
        assert name not in reader.get(path, headers=told).text
    page = reader.get(ours, headers=told)
    assert not any(name in cited for cited in re.findall('<p class="cite".*?</p>', page.text, re.DOTALL))
    assert page.headers["cache-control"] == "private, no-cache"
    assert name not in reader.get(ours).text
    assert reader.get(ours).headers["cache-control"] == "public, no-cache"


def test_a_gone_post_says_so_on_top(reader: Any) -> None:
    text = reader.get("/post/upr2020/jackson-1").text
    bar = text[text.index('class="copy removed"') : text.index("<h1")]
    assert "Removed from its site" in bar
    assert "Last seen there <strong>1 February 2026</strong>, not found since <strong>2 March 2026</strong>" in bar
    assert "between 1 February 2026 and 2 March 2026 (404)" in text


def test_files_videos_links_and_backlinks_are_told(reader: Any) -> None:
    text = reader.get("/post/upr2020/detroit-2").text
    assert "Report.pdf" in text
    assert "31 MB" in text
    assert "A desalination plant for Detroit" in text
    assert 'href="https://www.youtube.com/watch?v=abc"' in text
    assert re.search(
        r'<a href="/post/upr2020/flint-0">Flint</a> <span class="away">in this archive',
        reader.get("/post/upr2020/lowndes-3").text,
    )
    assert "Posts that link here" in reader.get("/post/upr2020/flint-0").text
    assert '<span class="away">ohchr.org</span>' in text


def test_a_text_without_html_keeps_its_paragraphs(open_room: Any, shelf: Any) -> None:
    shelf.post("dump", body_text="One <b>line\nand another\n\nSecond & last", body_html=None)
    text = open_room(shelf.path).get("/post/upr2020/dump").text
    plain = re.sub(r'<a class="para"[^>]*></a>|<span class="spot"[^>]*></span>', "", text)
    assert re.search(
        r'<p id="p-\w{8}">One &lt;b&gt;line<br>and another</p>\n<p id="p-\w{8}">Second &amp; last</p>', plain
    )


def test_a_post_of_which_little_is_known_still_has_a_page(open_room: Any, shelf: Any) -> None:
    post = shelf.post("bare")
    shelf.set(post, title=None, author=None, published_at=None, published_basis=None, language=None, body_text=None,
              body_html=None, excerpt=None, content_sha256=None, reader=None, layout=None, capture_id=None,
              word_count=None)  # fmt: skip
    response = open_room(shelf.path).get("/post/upr2020/bare")
    assert response.status_code == 200
    assert "no date known" in response.text
    assert "Untitled" in response.text


# Revisions


def revision_names(reader: Any, post: str = "upr2020/flint-0") -> list[str]:
    """Of the list of revisions, oldest first."""
    text = reader.get(f"/post/{post}").text
    return re.findall(r'/revision/([^"/]+)"><span', text)


def test_a_revision_is_named_by_its_first_capture_and_that_day(reader: Any) -> None:
    first, last = revision_names(reader)
    assert re.fullmatch(r"[0-9a-f]{12}@2026-02-01", first)
    assert re.fullmatch(r"[0-9a-f]{12}@2026-02-15", last)
    old = reader.get(f"/post/upr2020/flint-0/revision/{first}").text
    assert "for 3 days" in old
    assert "An earlier version, captured on <strong>1 February 2026</strong>" in old
    assert "for 400 days" in reader.get(f"/post/upr2020/flint-0/revision/{last}").text
    assert reader.get("/post/upr2020/flint-0/revision/" + "0" * 12).status_code == 404
    assert reader.get("/post/upr2020/jackson-9/revision/" + first).status_code == 404


def test_a_revision_says_what_proves_it_and_what_stands_beside_it(reader: Any) -> None:
    first, last = revision_names(reader)
    text = reader.get(f"/post/upr2020/flint-0/revision/{first}").text
    told = facts(text)
    assert told["Captured"].startswith("1 February 2026, 10:00 UTC")
    assert told["SHA-256 of the capture’s record"].startswith(first[:12])
    assert f'href="/post/upr2020/flint-0/revision/{last}" rel="next"' in text
    assert 'rel="prev"' not in text


def test_a_post_links_to_the_revision_that_it_shows(reader: Any) -> None:
    _, last = revision_names(reader)
    assert (
        f'<a href="/post/upr2020/flint-0/revision/{last}" rel="bookmark">' in reader.get("/post/upr2020/flint-0").text
    )


def test_a_text_that_comes_back_is_a_revision_of_its_own_day(open_room: Any, shelf: Any) -> None:
    post = shelf.post("back", captured_at="2021-01-01T00:00:00Z", body_text="A", body_html=None)
    shelf.change(post, "2021-02-02T00:00:00Z", body_text="B")
    shelf.change(post, "2021-03-03T00:00:00Z", body_text="A")
    room = open_room(shelf.path)
    names = revision_names(room, "upr2020/back")
    assert [name[13:] for name in names] == ["2021-01-01", "2021-02-02", "2021-03-03"]
    assert [name in room.get(f"/post/upr2020/back/revision/{name}").text for name in names] == [True] * 3
    assert f'revision/{names[2]}" rel="bookmark"' in room.get("/post/upr2020/back").text


def test_addresses_of_the_first_release_lead_to_what_they_showed(open_room: Any, shelf: Any) -> None:
    post = shelf.post("a", captured_at="2021-01-01T00:00:00Z", body_text="Ten wells.", body_html=None)
    shelf.change(post, "2021-02-02T00:00:00Z", body_text="Nine wells.")
    old, new = (row[0] for row in shelf.db.execute("SELECT content_sha256 FROM revisions ORDER BY id"))
    room = open_room(shelf.path)
    for length in (6, 12, 64):
        moved = room.get(f"/post/upr2020/a/revision/{old[:length]}")
        assert (moved.status_code, "Ten wells." in room.get(moved.headers["location"]).text) == (301, True)
    compared = room.get(f"/post/upr2020/a/diff?from={new[:12]}&to={old[:12]}&all=1").text
    changed = [re.search(rf"<{tag}>(?:<[^>]+>[^<]*</[^>]+>)?(\w+)", compared) for tag in ("del", "ins")]
    assert [found and found[1] for found in changed] == ["Nine", "Ten"]
    assert 'id="p0"' in room.get("/post/upr2020/a").text


def test_the_day_tells_which_revision_an_address_means_whose_digest_is_that_of_several(
    open_room: Any, shelf: Any
) -> None:
    post = shelf.post("back", captured_at="2021-01-01T00:00:00Z", body_text="A", body_html=None)
    shelf.change(post, "2021-02-02T00:00:00Z", body_text="B")
    shelf.change(post, "2021-03-03T00:00:00Z", body_text="A")
    records = [row[0] for row in shelf.db.execute("SELECT record_sha256 FROM captures ORDER BY id")]
    (content,) = shelf.db.execute("SELECT content_sha256 FROM revisions ORDER BY id LIMIT 1").fetchone()
    for number, record in enumerate((records[0], records[2])):
        shelf.insert("revision_addresses", post_url="https://www.upr2020.org/post/back",
                     content_sha256=f"{'cd' * 10}{number:044}", record_sha256=record)  # fmt: skip
    room = open_room(shelf.path)
    for digest in (content[:12], content, "cd" * 6):
        for day, expected in (("@2021-01-01", 0), ("@2021-03-03", 2), ("@1999-01-01", 2), ("", 2)):
            response = room.get(f"/post/upr2020/back/revision/{digest}{day}")
            assert response.headers["location"].rpartition("/")[2][:12] == records[expected][:12], (digest, day)


def test_any_capture_and_each_older_form_of_an_address_lead_to_the_revision(open_room: Any, shelf: Any) -> None:
    post = shelf.post("a", captured_at="2021-01-01T00:00:00Z", body_text="A")
    later = shelf.capture("https://www.upr2020.org/post/a", "2021-01-15T00:00:00Z")
    shelf.insert("post_captures", capture_id=later, post_id=post, verdict="same")
    shelf.change(post, "2021-02-02T00:00:00Z", body_text="B")
    (digest,) = shelf.db.execute("SELECT record_sha256 FROM captures WHERE id = ?", (later,)).fetchone()
    contents = [row[0] for row in shelf.db.execute("SELECT content_sha256 FROM revisions ORDER BY id")]
    first_capture = shelf.db.execute("SELECT record_sha256 FROM captures ORDER BY id").fetchone()[0]
    shelf.insert("revision_addresses", post_url="https://www.upr2020.org/post/a", content_sha256="ab" * 32,
                 record_sha256=first_capture)  # fmt: skip
    room = open_room(shelf.path)
    first, last = revision_names(room, "upr2020/a")
    for name, expected in (
        (digest[:12], first), (digest, first), (f"{digest[:12]}@2021-01-15", first), (first[:12], first),
        (f"{first[:12]}@1999-01-01", first), (contents[0][:12], first), (contents[1][:12], last), ("ab" * 6, first),
    ):  # fmt: skip
        response = room.get(f"/post/upr2020/a/revision/{name}")
        assert (response.status_code, response.headers["location"]) == (301, f"/post/upr2020/a/revision/{expected}")
    for name in ("zz", "abcde", "12345678@x", first + "x", "ab" * 40):
        assert room.get(f"/post/upr2020/a/revision/{name}").status_code == 404


# What programs read


class Head(HTMLParser):
    """What a page says to programs: meta elements, links and times in order, its JSON-LD, where a byline would be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[tuple[str, str]] = []
        self.links: list[dict[str, str | None]] = []
        self.times: list[str] = []
        self.bylines: list[str] = []
        self.data = ""
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.inside = tag == "script" and found["type"] == "application/ld+json"
        if tag == "meta" and (name := found.get("name") or found.get("property")):
            self.names.append((name, found["content"] or ""))
        if tag == "link":
            self.links.append(found)
        if tag == "time" and (moment := found.get("datetime")):
            self.times.append(moment)
        self.bylines += {"byline", "bylines", "vcard", "article-byline"} & set((found.get("class") or "").split())

    def handle_data(self, data: str) -> None:
        self.data += data if self.inside else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = False


ZOTERO_TYPES = {"blogPost", "journalArticle", "newspaperArticle", "webpage"}


def people_zotero_reads(value: str) -> list[str]:
    """The authors in one ``citation_author``: parted at semicolons, else at commas with blanks on both sides."""
    authors = re.split(r"\s*;\s*", value)
    by_comma = re.split(r"\s*,\s*", authors[0])
    if len(authors) == 1 and len(by_comma) > 1 and " " in by_comma[0] and " " in by_comma[1]:
        authors = by_comma
    return [author for author in authors if re.search(r"[^\s,-.;]", author)]


def as_zotero_reads(page: str) -> dict[str, Any]:
    """The item that the published rules of the Embedded Metadata translator make of *page*."""
    head = Head(page)
    low = {name.lower(): value for name, value in head.names}
    kind = next((low[name] for name in ("dc.type", "dcterms.type") if low.get(name) in ZOTERO_TYPES), None)
    guessed = "journalArticle" if "citation_journal_title" in low or "dc.source" in low else "webpage"
    creators = []
    for author in (
        one for name, value in head.names if name == "citation_author" for one in people_zotero_reads(value)
    ):
        family, comma, given = author.partition(",")
        if not comma:
            given, _, family = author.rpartition(" ")
        creators.append((family.strip(), given.partition(",")[0].strip(" ")))
    if not creators:
        creators += [(f"whoever the {name} names", "") for name in head.bylines]
    dates = ("citation_publication_date", "citation_date", "dc.date", "article:published_time", "citation_online_date")
    return {
        "itemType": kind or guessed,
        "title": low.get("citation_title") or low.get("dc.title") or low.get("og:title"),
        "date": next(iter([*(low[name] for name in dates if name in low), *head.times]), None),
        "blogTitle": low.get("og:site_name"),
        "creators": creators,
        "language": low.get("dc.language"),
        "publicationTitle": low.get("dc.source"),
    }


def test_zotero_takes_a_post_for_what_it_is(open_room: Any, shelf: Any) -> None:
    shelf.post("a", author="US Human Rights Network", published_day="2020-03-15", published_day_basis="shown")
    item = as_zotero_reads(open_room(shelf.path).get("/post/upr2020/a").text)
    assert item == {
        "itemType": "blogPost",
        "title": "A post about a",
        "date": "2020/03/15",
        "blogTitle": "UPR 2020 blog",
        "creators": [("US Human Rights Network", "")],
        "language": "en",
        "publicationTitle": None,
    }


def test_the_date_of_a_capture_is_never_taken_for_that_of_an_undated_post(open_room: Any, shelf: Any) -> None:
    shelf.post("a", published_at=None, published_basis=None, author="Ada Writer")
    item = as_zotero_reads(open_room(shelf.path).get("/post/upr2020/a").text)
    assert (item["date"], item["creators"]) == (None, [("Writer", "Ada")])


def test_a_post_without_date_and_author_gets_none_from_the_rest_of_its_pages(open_room: Any, shelf: Any) -> None:
    shelf.post("a", published_at=None, published_basis=None, author=None)
    room = open_room(shelf.path)
    (version,) = revision_names(room, "upr2020/a")
    for path in ("/post/upr2020/a", f"/post/upr2020/a/revision/{version}"):
        page = room.get(path).text
        assert "<data value=" in page  # the day of the capture
        item = as_zotero_reads(page)
        assert (item["date"], item["creators"]) == (None, [])


def test_an_update_is_a_date_of_the_post_but_not_of_its_publication(open_room: Any, shelf: Any) -> None:
    shelf.post("a", published_at=None, published_basis=None, updated_at="2021-03-18")
    page = open_room(shelf.path).get("/post/upr2020/a").text
    assert as_zotero_reads(page)["date"] == "2021-03-18"
    assert "citation_publication_date" not in page
    assert "article:published_time" not in page


@pytest.mark.parametrize(
    ("author", "creators"),
    [
        ("Ludwig M. van der Berg", [("van der Berg", "Ludwig\xa0M.")]),
        ("María José de la Cruz and Ann B. Lee", [("de la Cruz", "María\xa0José"), ("Lee", "Ann B.")]),
        ("Rosa Lind, Jr.", [("Lind", "Rosa Jr.")]),
        ("Sukarno", [("Sukarno", "")]),
        ("Committee for Housing, Land and Water", [("Committee for Housing\u201a Land and Water", "")]),
        ("Land Coalition; Water Network", [("Land Coalition", ""), ("Water Network", "")]),
        ("شبكة حقوق الإنسان، فرع الجنوب", [("شبكة حقوق الإنسان، فرع الجنوب", "")]),
        ("人权网络", [("人权网络", "")]),
    ],
)
def test_zotero_takes_each_author_for_one(
    open_room: Any, shelf: Any, author: str, creators: list[tuple[str, str]]
) -> None:
    shelf.post("a", author=author)
    room = open_room(shelf.path)
    (version,) = revision_names(room, "upr2020/a")
    for path in ("/post/upr2020/a", f"/post/upr2020/a/revision/{version}"):
        item = as_zotero_reads(room.get(path).text)
        assert item["creators"] == creators
        assert (item["itemType"], item["blogTitle"], item["publicationTitle"]) == ("blogPost", "UPR 2020 blog", None)


def test_a_version_says_its_own_title_date_and_address(public: Any) -> None:
    first, _ = revision_names(public)
    address = f"/post/upr2020/flint-0/revision/{first}"
    page = public.get(address).text
    item, names = as_zotero_reads(page), dict(Head(page).names)
    assert item["title"] == "Flint: water, housing and the Universal Periodic Review (0)"
    assert item["date"] == "2012/01/01"
    assert names["og:url"] == f"https://archive.example.org{address}"
    assert json.loads(Head(page).data)["archivedAt"] == names["og:url"]


def test_an_earlier_version_is_not_described_by_the_words_of_the_latest(open_room: Any, shelf: Any) -> None:
    post = shelf.post("a", body_text="Ten wells.", body_html=None, excerpt="Ten wells.")
    shelf.change(post, "2026-02-15T10:00:00Z", body_text="Nine wells.", excerpt="Nine wells.")
    room = open_room(shelf.path)
    for version, said in zip(revision_names(room, "upr2020/a"), ("Ten wells.", "Nine wells."), strict=True):
        path = f"/post/upr2020/a/revision/{version}"
        assert json.loads(Head(room.get(path).text).data)["description"] == said
        assert ("Nine" in room.get(f"{path}/cite.ris").text) == (said == "Nine wells.")


def test_programs_that_read_a_page_are_told_of_its_version_as_they_reached_us(open_room: Any, shelf: Any) -> None:
    shelf.post("a")
    room = open_room(shelf.path)
    (version,) = revision_names(room, "upr2020/a")
    page = room.get("/post/upr2020/a")
    address = f"http://localhost/post/upr2020/a/revision/{version}"
    assert json.loads(Head(page.text).data)["archivedAt"] == address
    assert f'<{address}>; rel="cite-as"' in page.headers["link"]


def test_link_previews_and_search_engines_are_told_our_address_and_that_of_the_original(public: Any) -> None:
    response = public.get("/post/upr2020/flint-0")
    head = Head(response.text)
    names, ours = dict(head.names), "https://archive.example.org/post/upr2020/flint-0"
    assert names["og:url"] == ours
    assert "eprints.official_url" not in names
    assert names["og:description"] == names["description"]
    assert names["description"].startswith("The network welcomes")
    assert {link["href"] for link in head.links if link["rel"] == "canonical"} == {ours}
    data = json.loads(head.data)
    assert (data["@type"], data["isBasedOn"]) == ("BlogPosting", "https://www.upr2020.org/post/flint-0")
    assert data["archivedAt"].startswith(ours + "/revision/")
    assert data["datePublished"] == "2012-01-01"
    assert data["author"] == [{"@type": "Person", "name": "Ada Writer"}]
    assert f'<{data["archivedAt"]}>; rel="cite-as"' in response.headers["link"]
    assert (
        f'<{ours}/cite.ris>; rel="describedby"; type="application/x-research-info-systems"' in response.headers["link"]
    )


def test_nothing_that_is_cited_names_a_place_that_only_this_reader_can_reach(reader: Any) -> None:
    ours = "/post/upr2020/flint-0"
    page, told = reader.get(ours), reader.get("/api/posts/upr2020/flint-0/cite").json()
    assert "localhost" not in page.text[page.text.index('class="cites"') :].partition("</section>")[0]
    assert "localhost" not in page.text[page.text.index('class="pairs paper-only"') :].partition("</dl>")[0]
    assert "localhost" not in json.dumps([told[name] for name in ("citations", "bibtex", "biblatex", "ris", "csl")])
    assert told["biblatex"] == reader.get(f"{ours}/cite.biblatex").text
    assert ("eprints.official_url", "https://www.upr2020.org/post/flint-0") in Head(page.text).names
    found = reader.get("/search?q=water").text
    for cited in ('<span class="Z3988"[^>]*>', '<p class="cite">.*?</p>'):
        assert not any("localhost" in each for each in re.findall(cited, found, re.DOTALL))


def test_a_version_without_a_capture_is_cited_by_no_address_that_shows_another_tomorrow(
    open_room: Any, shelf: Any
) -> None:
    post = shelf.post("a", body_text="Ten wells.", body_html=None)
    shelf.post("b")
    shelf.db.execute("PRAGMA foreign_keys = OFF")
    shelf.db.execute("UPDATE revisions SET capture_id = 999 WHERE post_id = ?", (post,))
    shelf.db.execute("UPDATE posts SET capture_id = 999 WHERE id = ?", (post,))
    shelf.db.commit()
    room = open_room(shelf.path, public_url="https://archive.example.org")
    page = room.get("/post/upr2020/a")
    assert "archived at" not in page.text
    assert "The archive has no capture of this version" in page.text
    assert "The archive has no capture" not in room.get("/post/upr2020/b").text
    assert "cite-as" not in page.headers["link"]
    for path in ("/post/upr2020/a/cite.ris", "/search.ris?q=wells"):
        said = room.get(path).text
        assert "AV  - " not in said
        assert "The archive has no capture of this version" in said


def test_an_earlier_version_has_neither_the_language_nor_the_tags_of_the_latest(open_room: Any, shelf: Any) -> None:
    spanish = "El agua es un derecho de todas las personas, y el comité pide que los cortes terminen este invierno."
    post = shelf.post("a", body_text=spanish, body_html=None, title="El agua", language="en", excerpt=None)
    shelf.change(post, "2026-02-15T10:00:00Z", body_text="Water is a right.", title="Water")
    shelf.label(post, "tag", "Winter")
    room = open_room(shelf.path)
    first, last = revision_names(room, "upr2020/a")
    (then,), (now,) = (room.get(f"/post/upr2020/a/revision/{name}/cite.json").json() for name in (first, last))
    assert (then["language"], then.get("keyword")) == ("es", None)
    assert (now["language"], now["keyword"]) == ("en", "Winter")
    head = Head(room.get(f"/post/upr2020/a/revision/{first}").text)
    assert "Winter" not in head.data
    assert ("citation_language", "es") in head.names


#: A link of a Link header (RFC 8288, 3) whose target is a URI (RFC 3986, 2).
LINK = re.compile(
    r"<(?P<to>[a-z]+:[\w.~:/?#\[\]@!$&'()*+,;=%-]+)>; rel=\"(?P<rel>[a-z-]+)\"(?:; type=\"(?P<type>[^\"]+)\")?(?:, |$)",
    re.ASCII,
)


def test_each_link_of_a_post_and_its_version_leads_to_what_it_promises(open_room: Any, shelf: Any) -> None:
    slug = 'a, "b"; c>/50%2F?حقوق#d&e+f'
    shelf.post(slug)
    room, path = open_room(shelf.path), f"upr2020/{quote(slug, safe='')}"
    (version,) = revision_names(room, path)
    for page in (f"/post/{path}", f"/post/{path}/revision/{version}"):
        header = room.get(page).headers["link"]
        assert LINK.sub("", header) == ""
        links = [link for link in LINK.finditer(header) if link["rel"] != "type"]
        assert {link["rel"] for link in links} == {"canonical", "cite-as", "describedby"}
        for link in links:
            answer = room.get(link["to"])
            expected = link["type"] or "text/html"
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, expected)


def test_nothing_in_a_title_ends_the_data_for_search_engines(open_room: Any, shelf: Any) -> None:
    shelf.post("a", title="</script><script>alert(1)</script><!-- \u2028 &amp;")
    page = open_room(shelf.path).get("/post/upr2020/a").text
    assert "<script>" not in page
    assert json.loads(Head(page).data)["headline"].startswith("</script><script>alert(1)")


def test_without_names_the_latest_version_is_compared_with_the_one_before(reader: Any) -> None:
    first, last = revision_names(reader)
    by_name = reader.get(f"/post/upr2020/flint-0/diff?from={first}&to={last}")
    assert reader.get("/post/upr2020/flint-0/diff").text == by_name.text
    alone = reader.get("/post/upr2020/detroit-2/diff")
    assert alone.status_code == 404
    assert "There is one version of" in alone.text


def test_two_revisions_are_compared_word_by_word(reader: Any) -> None:
    first, last = revision_names(reader)
    text = reader.get(f"/post/upr2020/flint-0/diff?from={first}&to={last}").text
    removed, added = '<span class="unseen">Removed: </span>', '<span class="unseen">Added: </span>'
    assert f"<del>{removed}3</del> <ins>{added}400</ins> days" in text
    assert "<ins>1 word added</ins>" in text
    assert "<del>1 word removed</del>" in text
    side = reader.get(f"/post/upr2020/flint-0/diff?from={first}&to={last}&view=beside").text
    assert f"without water for <del>{removed}3</del> days" in side
    assert f"without water for <ins>{added}400</ins> days" in side
    assert "corrected</ins>" in text
    turned = reader.get(f"/post/upr2020/flint-0/diff?from={last}&to={first}").text
    assert f"<del>{removed}400</del> <ins>{added}3</ins>" in turned


def test_two_versions_are_shown_beside_each_other_as_the_pages_looked(reader: Any) -> None:
    first, last = revision_names(reader)
    path = f"/post/upr2020/flint-0/diff?from={first}&to={last}"
    assert "As pictures of the page" in reader.get(path).text
    answer = reader.get(f"{path}&view=looks")
    frames = re.findall(r'<iframe class="framed-(\w+)" src="(/web/[^"]+)" title="([^"]+)" sandbox', answer.text)
    assert [(side, name) for side, _, name in frames] == [
        ("before", "Before: as it looked, 1 February 2026"), ("after", "After: as it looked, 15 February 2026"),
    ]  # fmt: skip
    assert all(reader.get(unescape(page)).status_code == 200 for _, page, _ in frames)
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-src" not in reader.get(path).headers["content-security-policy"]
    assert "Only changes" not in answer.text


def test_versions_of_which_only_words_are_kept_are_not_offered_as_pictures(open_room: Any, shelf: Any) -> None:
    post = shelf.post("a")
    shelf.change(post, "2026-02-02T10:00:00Z", body_text="Other words.")
    shelf.db.execute("UPDATE captures SET media_type = 'text/plain' WHERE captured_at < '2026-02-02'")
    text = open_room(shelf.path).get("/post/upr2020/a/diff?view=looks").text
    assert "As pictures of the page" not in text and "<iframe" not in text
    assert '<div class="diff"' in text and "Other words." in text


def test_of_many_tags_the_first_are_shown_and_the_others_counted(open_room: Any, shelf: Any) -> None:
    shelf.label(shelf.post("few"), "tag", *(f"few {number}" for number in range(12)))
    shelf.label(shelf.post("many"), "tag", *(f"many {number}" for number in range(60)))
    reader = open_room(shelf.path)
    assert "<summary>" not in reader.get("/post/upr2020/few").text.partition("<dt>Tags")[2].partition("</div>")[0]
    tags = reader.get("/post/upr2020/many").text.partition("<dt>Tags")[2].partition("</div>")[0]
    shown, _, folded = tags.partition("<summary>48 more</summary>")
    assert (shown.count("<a "), folded.count("<a ")) == (12, 48)


def test_long_unchanged_stretches_are_folded_until_asked_for(open_room: Any, shelf: Any) -> None:
    paragraphs = [f"Paragraph number {number} stays." for number in range(30)]
    post = shelf.post("long", body_text="\n\n".join(paragraphs))
    shelf.change(post, "2026-02-02T00:00:00Z", body_text="\n\n".join([*paragraphs[:-1], "The last one is new."]))
    room = open_room(shelf.path)
    link = unescape(re.findall(r'href="([^"]+/diff\?[^"]+)"', room.get("/post/upr2020/long").text)[0])
    folded = room.get(link).text
    assert "Show 28 unchanged paragraphs" in folded
    assert "Paragraph number 3 stays" not in folded
    assert "Paragraph number 3 stays" in room.get(link + "&all=1").text


# Bytes


def test_the_bytes_of_a_capture_are_a_download_that_no_browser_shows(open_room: Any, shelf: Any) -> None:
    page = b"<html><script>alert(1)</script>" + b"x" * 1000
    shelf.post("a")
    shelf.capture("https://www.upr2020.org/post/a", "2026-02-02T00:00:00Z", page)
    digest = hashlib.sha256(page).hexdigest()
    response = open_room(shelf.path).get(f"/raw/{digest}")
    assert response.content == page
    assert hashlib.sha256(response.content).hexdigest() == digest
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == f'attachment; filename="{digest[:16]}.html"'
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]


def test_bytes_stored_against_a_reference_come_back_whole(open_room: Any, shelf: Any) -> None:
    first, second = (b"the same long page " * 500 + word for word in (b"one", b"two"))
    shelf.capture("https://www.upr2020.org/post/a", "2026-02-02T00:00:00Z", first)
    reference = hashlib.sha256(first).hexdigest()
    encoded = bodies.encode(second, first)
    digest = hashlib.sha256(second).hexdigest()
    shelf.insert(
        "bodies", sha256=digest, length=len(second), codec=encoded.codec, reference_sha256=reference, data=encoded.data
    )
    assert encoded.codec == "zstd-ref"
    assert open_room(shelf.path).get(f"/raw/{digest}").content == second


def test_damaged_bytes_are_not_handed_out(open_room: Any, shelf: Any) -> None:
    shelf.capture("https://www.upr2020.org/post/a", "2026-02-02T00:00:00Z", b"x" * 100)
    digest = hashlib.sha256(b"x" * 100).hexdigest()
    shelf.db.execute("UPDATE bodies SET data = x'0011' WHERE sha256 = ?", (digest,))
    assert open_room(shelf.path).get(f"/raw/{digest}").status_code == 503


@pytest.mark.parametrize("referenced", [False, True])
def test_other_bytes_are_not_handed_out_under_a_digest(open_room: Any, shelf: Any, referenced: bool) -> None:
    honest, forged = b"the same long page " * 500, b"the sane long page " * 500
    digest = hashlib.sha256(honest).hexdigest()
    shelf.capture("https://www.upr2020.org/post/a", "2026-02-02T00:00:00Z", honest)
    asked = digest
    if referenced:
        second = honest + b"and one more"
        asked = hashlib.sha256(second).hexdigest()
        encoded = bodies.encode(second, honest)
        shelf.insert("bodies", sha256=asked, length=len(second), codec=encoded.codec, reference_sha256=digest,
                     data=encoded.data)  # fmt: skip
    assert open_room(shelf.path).get(f"/raw/{asked}").status_code == 200
    other = bodies.encode(forged, None)
    shelf.db.execute("UPDATE bodies SET codec = ?, data = ? WHERE sha256 = ?", (other.codec, other.data, digest))
    refused = open_room(shelf.path).get(f"/raw/{asked}")
    assert (refused.status_code, refused.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert b"sane long" not in refused.content


# Ways to a post


@pytest.mark.parametrize(
    "address",
    [
        "https://www.upr2020.org/post/flint-0",
        "http://upr2020.org/post/flint-0",
        "https://www.upr2020.org/post/flint-0?utm_source=x#top",
        "https://www.upr2020.org/amp/flint-0",
        " https://www.upr2020.org/post/flint-0 ",
    ],
)
def test_old_addresses_lead_to_the_post(reader: Any, address: str) -> None:
    response = reader.get("/go", params={"url": address})
    assert response.status_code == 302
    assert response.headers["location"] == "/post/upr2020/flint-0"


def test_an_address_under_which_a_post_was_captured_leads_to_it(open_room: Any, shelf: Any) -> None:
    post = shelf.post("a")
    capture = shelf.capture("https://old.example/2011/a.html", "2026-02-02T00:00:00Z")
    shelf.insert("post_captures", capture_id=capture, post_id=post, verdict="redirect")
    response = open_room(shelf.path).get("/go?url=https://old.example/2011/a.html")
    assert response.headers["location"] == "/post/upr2020/a"


def test_a_short_id_leads_to_the_post_and_one_that_there_is_not_to_none(open_room: Any, shelf: Any) -> None:
    shelf.post("a")
    with sqlite3.connect(shelf.path) as db:
        renewal.fill_short_ids(db)
        ((short,),) = db.execute("SELECT short_id FROM posts WHERE slug = 'a'").fetchall()
    reader = open_room(shelf.path)
    response = reader.get(f"/p/{short}")
    assert (response.status_code, response.headers["location"]) == (302, "/post/upr2020/a")
    assert reader.get(f"/p/{'a' * 10}").status_code == 404
    assert reader.get("/p/short").status_code == 404


def test_an_unknown_address_is_told_what_we_know_of_it(reader: Any) -> None:
    lost = reader.get("/go?url=https://www.upr2020.org/post/lost-one")
    assert lost.status_code == 404
    assert "no copy could be found anywhere" in lost.text
    assert "lost-one" in reader.get(why_of(lost.text)).text
    unknown = reader.get("/go?url=https://elsewhere.example/x")
    assert "No post with this address is in the archive" in unknown.text
    assert 'action="/go"' in unknown.text


def why_of(text: str) -> str:
    """Where a page says why an address is not here."""
    found = re.search(r'<a href="(/missing[?][^"]+)">', text)
    assert found
    return unescape(found[1])


@pytest.mark.parametrize(
    "asked", ["upr2020.org/post/lost-one", "https://web.archive.org/web/2021/https://www.upr2020.org/post/lost-one?utm_source=x"]
)  # fmt: skip
def test_a_search_says_of_a_lost_address_that_it_is_lost_and_where_it_is_said_why(reader: Any, asked: str) -> None:
    page = reader.get("/search", params={"q": asked})
    assert "no copy could be found anywhere" in page.text
    assert "lost-one" in reader.get(why_of(page.text)).text
    (heard,) = reader.get("/api/search", params={"q": asked}).json()["heard_of"]
    assert (heard["url"], heard["state"]) == ("https://www.upr2020.org/post/lost-one", "lost")
    assert "no copy could be found anywhere" in reader.get("/api/find", params={"url": asked}).text


def test_a_search_says_nothing_of_an_address_that_is_here_or_was_never_heard_of(reader: Any) -> None:
    for asked in ("https://elsewhere.example/x", "https://www.upr2020.org/post/flint"):
        assert reader.get("/api/search", params={"q": asked}).json()["heard_of"] == []


def test_nobody_is_sent_to_another_site(reader: Any) -> None:
    for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        response = reader.get("/go", params={"url": address})
        assert response.status_code == 404
        assert "location" not in response.headers


def test_posts_that_say_the_same_and_posts_about_the_same_stand_beside(shelf: Any, open_room: Any) -> None:
    statement = "We ask the city to end its shutoffs and to restore the water of every household before winter."
    shelf.site("ushrn-news", "USHRN news", "https://www.ushrnetwork.org/", "gone")
    bodies = {
        "first": statement,
        "copy": f"{statement} Signed.",
        "quoting": f"{'Long before, others had met and written down what they knew. ' * 5}{statement}",
        "about": "Shutoffs of water in winter are against the law in some states, and a household may sue.",
        "else": "A library opened.",
    }
    for slug, body in bodies.items():
        post = shelf.post(
            slug, site="ushrn-news" if slug == "copy" else "upr2020", body_text=body, body_html=f"<p>{body}</p>"
        )
        shelf.db.executemany("INSERT INTO shared_runs VALUES (?, ?)", [(run, post) for run in passages.samples(body)])
    page = open_room(shelf.path).get("/post/upr2020/first").text
    parts = {
        found[1]: found[2] for found in re.finditer(r'<h2 id="(same|sharing|related)">(.*?)</section>', page, re.DOTALL)
    }
    assert 'href="/post/ushrn-news/copy"' in parts["same"]
    assert "1 passage in common" in parts["same"]
    assert statement.rstrip(".") in parts["same"]
    assert 'href="/post/upr2020/quoting"' in parts["sharing"]
    assert 'href="/post/upr2020/about"' in parts["related"]
    assert "copy" not in parts["related"]
    assert "else" not in parts["related"]


@pytest.mark.parametrize(
    ("body", "asked", "marked"),
    [
        ("人人生而自由在尊严和权利上一律平等", "权利", ["权利"]),
        ("Wasser in der großen Straße von Köln", "strasse", ["Straße"]),
        ("The oﬃce of Hawaiʻi opened", "office hawaii", ["oﬃce", "Hawaiʻi"]),
        ("Łódź is a city, and so is lodz", "lodz", ["Łódź", "lodz"]),
        ("Universal rights, and a university", '"universal"', ["Universal"]),
        ("สิทธิมนุษยชนเป็นของทุกคน", "มนุษยชน", ["มนุษยชน"]),
    ],
)
def test_words_are_marked_as_search_finds_them(
    shelf: Any, open_room: Any, body: str, asked: str, marked: list[str]
) -> None:
    shelf.post("one", title="One", body_text=body, body_html=f"<p>{body}</p>")
    page = open_room(shelf.path).get(f"/post/upr2020/one?q={quote(asked)}").text
    prose = page[page.index('<div class="prose"') : page.index("</article>")]
    assert re.findall("<mark>(.*?)</mark>", prose) == marked


def test_the_text_of_a_file_has_its_pages_and_the_words_found(shelf: Any, open_room: Any) -> None:
    post = shelf.post("report")
    pages = ["Contents", "Wells of the county\n\nStraße and wells", "Nothing here", "A WELL <b>ran</b> dry"]
    shelf.insert("files", post_id=post, position=1, url="https://docs.example/a%20b.pdf", name="Wells.pdf",
                 media_type="application/pdf", text="\f".join(pages))  # fmt: skip
    reader = open_room(shelf.path)
    hit = reader.get("/search?q=wells").text
    link = re.search(r'href="(/post/upr2020/report/file/1\?q=wells#page=2)"', hit)
    assert link
    assert "In the file Wells.pdf, page 2:" in hit
    page = reader.get(link[1].partition("#")[0]).text
    parts = dict(
        re.findall(r'<section class="section" id="page=(\d)".*?(<div class="prose".*?)</section>', page, re.DOTALL)
    )
    assert [number for number, part in parts.items() if "<mark>" in part] == ["2", "4"]
    assert "<p><mark>Wells</mark> of the county</p><p>Straße and <mark>wells</mark></p>" in parts["2"]
    assert "A <mark>WELL</mark> &lt;b&gt;ran&lt;/b&gt; dry" in parts["4"]
    assert "Found on 2 of 4 pages:" in page
    assert 'href="https://docs.example/a%20b.pdf#page=2"' in page
    assert "<mark>Straße</mark>" in reader.get("/post/upr2020/report/file/1?q=strasse").text
    assert 'href="/post/upr2020/report/file/1"' in reader.get("/post/upr2020/report").text
    assert reader.get("/post/upr2020/report/file/2").status_code == 404


def test_lists_of_links_are_cut_only_with_a_link_to_all_of_them(shelf: Any, open_room: Any) -> None:
    post = shelf.post("hub")
    for number in range(230):
        shelf.insert("links", post_id=post, position=number, url=f"https://a.example/{number}", text=f"To {number}")
    for number in range(60):
        other = shelf.post(f"other-{number}")
        shelf.insert("links", post_id=other, position=0, url="https://www.upr2020.org/post/hub", text="Hub")
    reader = open_room(shelf.path)
    page = reader.get("/post/upr2020/hub").text
    assert '<a href="/post/upr2020/hub/links">All 230 links</a>' in page
    assert '<a href="/post/upr2020/hub/links#backlinks">All 60 posts</a>' in page
    first, second = (reader.get(f"/post/upr2020/hub/links?page={number}").text for number in (1, 2))
    out = [re.findall(r'href="https://a.example/(\d+)"', each) for each in (first, second)]
    assert [*out[0], *out[1]] == [str(number) for number in range(230)]
    assert len(re.findall(r'href="/post/upr2020/other-', first)) == 60
    assert "/other-3/links" not in reader.get("/post/upr2020/other-3").text


def test_lists_of_events_versions_counts_and_captures_are_cut_only_with_a_link_to_all_of_them(
    shelf: Any, open_room: Any
) -> None:
    number, url, reader = shelf.post("busy"), "https://www.upr2020.org/post/busy", open_room(shelf.path)
    quiet = reader.get("/post/upr2020/busy").text
    assert "/busy/history" not in quiet
    for day in range(610):
        at = f"{date(2026, 3, 1) + timedelta(days=day)}T10:00:00Z"
        capture = shelf.capture(url, at)
        shelf.insert("post_captures", capture_id=capture, post_id=number, verdict="changed")
        shelf.insert("revisions", post_id=number, capture_id=capture, seen_at=at, title=f"{day}",
                     content_sha256=f"{day:064x}")  # fmt: skip
        shelf.insert("events", post_id=number, capture_id=capture, at=at, kind="changed")
        shelf.insert("counts", post_id=number, capture_id=capture, counted_at=at, views=10_000 + day, source="page")
    page = reader.get("/post/upr2020/busy").text
    assert '<a href="/post/upr2020/busy/history">All 611 events</a>' in page
    assert '<a href="/post/upr2020/busy/history#versions">All 611 versions</a>' in page
    assert '<a href="/post/upr2020/busy/history#counts">All 610 counts</a>' in page
    assert "Chart and table show the newest 500 of 610 counts." in page
    assert '<a href="/post/upr2020/busy/captures">All 611 captures</a>' in page
    assert '<data value="2027-10-31T10:00:00Z">' in page[page.index('id="history"') :].partition("</section>")[0]
    pages = [reader.get(f"/post/upr2020/busy/history?page={each}").text for each in (1, 2, 3, 4)]
    views = [view for each in pages for view in re.findall(r'<td class="n">(10,\d+)</td>', each)]
    assert views == [f"{10_000 + day:,}" for day in reversed(range(610))]
    moments = [at for each in pages for at in re.findall(r'<strong><data value="([^"]+)"', each)]
    assert (len(moments), moments) == (611, sorted(moments, reverse=True))
    names = {name for each in pages for name in re.findall(r'href="/post/upr2020/busy/revision/([^"]+)"', each)}
    assert len(names) == 611


def test_the_time_of_a_file_is_no_point_in_the_chart_of_views(shelf: Any, open_room: Any) -> None:
    post = shelf.post("counted")
    for month, basis in enumerate(("clock", "file-time", "clock"), 3):
        at = f"2026-0{month}-01T10:00:00Z"
        capture = shelf.capture("https://www.upr2020.org/post/counted", at, captured_at_basis=basis)
        shelf.insert("counts", post_id=post, capture_id=capture, counted_at=at, views=100 * month, source="page")
    page = open_room(shelf.path).get("/post/upr2020/counted").text
    section = page[page.index('id="views"') :].partition("</section>")[0]
    assert section.count("<circle") == 2
    assert len(re.findall('<th scope="row">[^<]*2026', section)) == 3
