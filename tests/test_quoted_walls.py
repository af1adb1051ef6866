"""A page of a site that quotes what walls say is none; a wall that does is one."""

import pytest

from scraper.decide import Meaning, behind_missing, known_wall, observe
from scraper.records import Capture, Reading

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


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("to", ["/", "/post/one?continue", "https://shop.example/post/two", "/search?q=/post/two"])
def test_a_page_that_leads_to_no_other_post_of_its_site_is_what_it_says(said: str, to: str) -> None:
    shown = NEWEST.replace("{}", to).replace("{said}", said)
    assert behind_missing(page(shown, 404), page("")) is not None
    assert known_wall(page(shown)) is not None
