"""The page of a post, its revisions, its bytes, and the ways to it."""

import hashlib
import re
from html import unescape
from typing import Any

import pytest

from scraper.store import bodies


def facts(text: str) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", text, re.DOTALL)
    return {name: " ".join(unescape(re.sub(r"<[^>]+>", "", value)).split()) for name, value in pairs}


def test_a_post_tells_what_it_says_and_where_that_comes_from(reader: Any) -> None:
    text = reader.get("/post/upr2020/flint-0").text
    told = facts(text)
    assert told["Published"] == "1 January 2012, 14:05 UTC (as the page’s metadata says)"
    assert told["Author"] == "Ada Writer"
    assert told["Site"] == "UPR 2020 blog"
    assert told["Counted"] == "150 views, 1 comment (1 March 2026)"
    assert told["Seen"].startswith("first 1 February 2026, 10:00 UTC, last 15 February 2026, 10:00 UTC")
    assert re.fullmatch(r"[0-9a-f]{64}", told["SHA-256 of the page"])
    assert "<strong>welcomes</strong> the outcome" in text
    assert "<h2>Right to water</h2>" in text or 'id="p1">Right to water</h2>' in text


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


def test_zotero_finds_its_marks(reader: Any) -> None:
    text = reader.get("/post/upr2020/flint-0").text
    for mark in (
        '<meta name="citation_title" content="Flint, corrected: water and housing">',
        '<meta name="citation_author" content="Writer, Ada">',
        '<meta name="citation_publication_date" content="2012/01/01">',
        '<meta name="DC.source" content="https://www.upr2020.org/post/flint-0">',
        '<link rel="canonical" href="/post/upr2020/flint-0">',
    ):
        assert mark in text


def test_a_post_can_be_cited(reader: Any) -> None:
    text = unescape(reader.get("/post/upr2020/flint-0").text)
    assert "Writer, A. (2012, January 1). Flint, corrected: water and housing." in text
    assert "Accessed February 15, 2026." in text
    ris = reader.get("/post/upr2020/flint-0/cite.ris")
    assert ris.text.startswith("TY  - ELEC\r\n")
    assert ris.headers["content-disposition"].endswith('.ris"')
    assert reader.get("/post/upr2020/flint-0/cite.bib").text.startswith("@online{")


def test_a_citation_names_our_copy_only_where_others_can_reach_it(reader: Any) -> None:
    ours = "/post/upr2020/flint-0"
    assert "rchived copy" not in reader.get(ours).text
    assert (
        f"rchived copy: http://archive.example.org{ours}"
        in reader.get(ours, headers={"Host": "archive.example.org"}).text
    )


def test_a_gone_post_says_so_on_top(reader: Any) -> None:
    text = reader.get("/post/upr2020/jackson-1").text
    assert "On 2 March 2026 this post was no longer on its site (404)." in text
    assert text.index("no longer on its site") < text.index("<h1")


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
    assert '<p id="p0">One &lt;b&gt;line<br>and another</p>\n<p id="p1">Second &amp; last</p>' in text


def test_a_post_of_which_little_is_known_still_has_a_page(open_room: Any, shelf: Any) -> None:
    post = shelf.post("bare")
    shelf.set(post, title=None, author=None, published_at=None, published_basis=None, language=None, body_text=None,
              body_html=None, excerpt=None, content_sha256=None, reader=None, layout=None, capture_id=None,
              word_count=None)  # fmt: skip
    response = open_room(shelf.path).get("/post/upr2020/bare")
    assert response.status_code == 200
    assert "no date known" in response.text
    assert "Without a title" in response.text


# Revisions


def revision_names(reader: Any) -> list[str]:
    return re.findall(r"/revision/([0-9a-f]{12})", reader.get("/post/upr2020/flint-0").text)


def test_revisions_are_named_by_their_digest(reader: Any) -> None:
    first, last = revision_names(reader)
    old = reader.get(f"/post/upr2020/flint-0/revision/{first}").text
    assert "for 3 days" in old
    assert "It has changed since" in old
    assert "for 400 days" in reader.get(f"/post/upr2020/flint-0/revision/{last}").text
    assert reader.get("/post/upr2020/flint-0/revision/" + "0" * 12).status_code == 404
    assert reader.get("/post/upr2020/jackson-9/revision/" + first).status_code == 404


def test_two_revisions_are_compared_word_by_word(reader: Any) -> None:
    first, last = revision_names(reader)
    text = reader.get(f"/post/upr2020/flint-0/diff?from={first}&to={last}").text
    assert "<del>3</del><ins>400</ins>" in text
    assert "1 word added, 1 word removed" in text
    assert "corrected</ins>" in text
    turned = reader.get(f"/post/upr2020/flint-0/diff?from={last}&to={first}").text
    assert "<del>400</del><ins>3</ins>" in turned


def test_long_unchanged_stretches_are_folded_until_asked_for(open_room: Any, shelf: Any) -> None:
    paragraphs = [f"Paragraph number {number} stays." for number in range(30)]
    post = shelf.post("long", body_text="\n\n".join(paragraphs))
    shelf.change(post, "2026-02-02T00:00:00Z", body_text="\n\n".join([*paragraphs[:-1], "The last one is new."]))
    room = open_room(shelf.path)
    link = unescape(re.findall(r'href="([^"]+/diff\?[^"]+)"', room.get("/post/upr2020/long").text)[0])
    folded = room.get(link).text
    assert "27 unchanged paragraphs not shown" in folded
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


def test_an_unknown_address_is_told_what_we_know_of_it(reader: Any) -> None:
    lost = reader.get("/go?url=https://www.upr2020.org/post/lost-one")
    assert lost.status_code == 404
    assert "no copy could be found anywhere" in lost.text
    unknown = reader.get("/go?url=https://elsewhere.example/x")
    assert "No post with this address is in the archive" in unknown.text
    assert 'action="/go"' in unknown.text


def test_nobody_is_sent_to_another_site(reader: Any) -> None:
    for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        response = reader.get("/go", params={"url": address})
        assert response.status_code == 404
        assert "location" not in response.headers
