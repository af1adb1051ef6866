"""A page of a site that quotes what walls say is none, a wall that does is one; parts and plain text show no post."""

from dataclasses import replace

import pytest

from scraper.decide import Meaning, behind_missing, known_wall, observe
from scraper.reading import read_capture
from scraper.records import Capture, Reading
from tests.letters import post

SAID = (
    "This domain is for sale", "Why example.org's domain name has expired", "Sites parked with sedoparking",
    "DDoS-Guard and the Sucuri Website Firewall", "What aws-waf-token and _cf_chl_opt are",
)  # fmt: skip
OWN = "https://blog.example/post/one"
NEWEST = '<nav><a href="/">Home</a></nav><h2>Newest</h2><a class="x" href="{}">{said}</a><p>{said}</p>'


def page(body: str, status: int = 200) -> Capture:
    found = f"<html><head><title>The blog</title></head><body>{body}</body></html>".encode()
    return Capture(url=OWN, captured_at="2026-01-01T00:00:00Z", status=status, media_type="text/html", body=found)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("to", ["/post/two", "https://www.blog.example/post/two", "/post/two?from=404"])
def test_a_page_that_leads_to_posts_of_its_site_is_no_wall_whatever_they_speak_of(said: str, to: str) -> None:
    shown = NEWEST.replace("{}", to).replace("{said}", said)
    assert behind_missing(page(shown, 404), page("")) is None
    assert known_wall(page(shown)) is None
    missing = observe(page(shown, 404), 1, ("", "", "", "", ""), Reading(kind="missing"))
    assert missing.meaning is Meaning.ABSENT


#: What a wall writes for its visitors; the other marks are code.
WORDS = tuple(said for said in SAID if "sedo" not in said and "waf" not in said)


@pytest.mark.parametrize("said", WORDS)
@pytest.mark.parametrize("to", ["/", "/post/one?continue", "https://shop.example/post/two", "/search?q=/post/two"])
def test_a_page_that_leads_to_no_other_post_of_its_site_is_what_it_says(said: str, to: str) -> None:
    shown = NEWEST.replace("{}", to).replace("{said}", said)
    assert behind_missing(page(shown, 404), page("")) is not None
    assert known_wall(page(shown)) is not None


@pytest.mark.parametrize("said", sorted(set(SAID) - set(WORDS)))
def test_code_of_a_wall_that_is_read_on_a_page_is_quoted(said: str) -> None:
    assert known_wall(page(f"<h2>What guards a site</h2><p>{said}</p><pre>window._cf_chl_opt = …</pre>")) is None
    assert known_wall(page(f"<p>{said}</p><script>window._cf_chl_opt={{}}</script>")) is not None
    assert known_wall(page('<script src="//img.sedoparking.com/x.js"></script>')) == "a parking page"


@pytest.mark.parametrize(
    "mark",
    ["<p>This domain is for sale</p>", "<script>window.awsWafCookieDomainList=[]</script>", "Sucuri Website Firewall"],
)
def test_a_page_that_says_much_is_no_wall_by_a_mark(mark: str) -> None:
    assert known_wall(page(mark + "<p>How we came to the river.</p>" * 20)) is not None
    assert known_wall(page(mark + "<p>How we came to the river.</p>" * 200)) is None


def test_plain_text_that_a_server_sends_shows_no_post_and_a_page_called_plain_text_does() -> None:
    answer = replace(page(""), media_type="text/plain", head=b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    refused = replace(answer, body=b"Forbidden by administrative rules. Your visit was noted.")
    assert observe(refused, 1, ("",) * 5, read_capture(refused)).meaning is Meaning.NOTHING
    letter = replace(answer, body=post(1).body)
    assert observe(letter, 1, ("",) * 5, read_capture(letter)).meaning is Meaning.SHOWS


@pytest.mark.parametrize(
    ("held", "meaning"),
    [
        ("bytes 0-899/900", Meaning.SHOWS), ("bytes 0-*/900", Meaning.SHOWS), ("bytes 0-599/900", Meaning.WEATHER),
        ("bytes 300-899/900", Meaning.WEATHER),
    ],
)  # fmt: skip
def test_a_part_of_a_page_shows_no_post_also_where_a_web_archive_kept_it_as_a_page(held: str, meaning: Meaning) -> None:
    head = f"HTTP/1.1 206 Partial Content\r\nContent-Range: {held}\r\n\r\n".encode()
    part = replace(page("", status=206), body=post(1).body, head=head)
    assert observe(part, 1, ("",) * 5, read_capture(part)).meaning is meaning
