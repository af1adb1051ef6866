"""docs/verdicts.md: each verdict is said with all of its witnesses, and with none of them taken away."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from scraper import decide, sites
from scraper.decide import Controls, Judgement, Meaning, Observation, OneText, ShownText, Suspect
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture, Reading, Target
from scraper.recover.coverage import Heard, settle
from scraper.runs import Interrupts, NetworkSession, Run
from scraper.store import Archive
from scraper.vocabulary import SiteState, Source
from scraper.warc import CdxRecord

if TYPE_CHECKING:
    from scraper.fetch import Fetcher

URL = "https://www.blog.example/post/one"
POST = Reading(kind="post", url=URL, title="One", body_text="We met by the river on Monday.")
EDITED = replace(POST, body_text="We met by the river on Tuesday.")
DOCS = Path(__file__).parent.parent / "docs" / "verdicts.md"


def seen(
    at: str, reading: Reading | None = None, *, judged: frozenset[str] = frozenset(), **values: object
) -> Observation:
    given = {"url": URL, "captured_at": f"{at}T00:00:00Z", "status": 200, "media_type": "text/html"} | values
    capture = Capture(**given)  # type: ignore[arg-type]
    place = decide.order(capture.captured_at, "live", None, URL, at)
    return decide.observe(capture, int(at.replace("-", "")), place, reading, judged)


def said(observations: dict[str, Observation]) -> set[str]:
    """The words said of a post: its events."""
    steps = decide.fold(observations.values())[1]
    return {event.kind for _, _, effects in steps for event in effects.events}


Witnesses = dict[str, Observation]
GONE: Witnesses = {
    "shown": seen("2026-01-01", POST),
    "first absence": seen("2026-01-10", status=404),
    "last absence": seen("2026-01-24", status=404),
}
SOFT: Witnesses = {
    "shown": seen("2026-01-01", POST),
    "first absence": seen("2026-01-10", Reading(kind="other"), judged=frozenset({"held", "absent"})),
    "last absence": seen("2026-01-24", Reading(kind="other"), judged=frozenset({"held", "absent"})),
}
LED_AWAY: Witnesses = {
    "shown": seen("2026-01-01", POST),
    "first absence": seen("2026-01-10", status=301, redirected_to="https://www.blog.example/post/two"),
    "last absence": seen("2026-01-24", status=302, redirected_to="https://www.blog.example/"),
}
CHANGED: Witnesses = {"shown": seen("2026-01-01", POST), "shown otherwise": seen("2026-01-10", EDITED)}


@pytest.mark.parametrize(
    ("word", "witnesses"), [("gone", GONE), ("gone", SOFT), ("gone", LED_AWAY), ("changed", CHANGED)]
)
def test_a_word_is_said_with_all_of_its_witnesses_and_without_any_of_them_it_is_not(
    word: str, witnesses: Witnesses
) -> None:
    assert word in said(witnesses)
    for name in witnesses:
        assert word not in said({one: found for one, found in witnesses.items() if one != name}), name


@pytest.mark.parametrize(
    ("word", "witnesses", "name", "weaker"),
    [
        ("gone", GONE, "last absence", seen("2026-01-23", status=404)),
        ("gone", GONE, "last absence", seen("2026-01-24", status=404, captured_at_basis="file-time")),
        ("gone", GONE, "last absence", seen("2026-01-24", status=503)),
        ("gone", GONE, "last absence", seen("2026-01-24", status=403)),
        ("gone", GONE, "last absence", seen("2026-01-24", status=404, judged=frozenset({"held"}))),
        ("gone", GONE, "last absence", seen("2026-01-24", status=404, judged=frozenset({"blocked"}))),
        ("gone", GONE, "last absence", seen("2026-01-24", status=302, redirected_to="https://www.blog.example/login")),
        ("gone", GONE, "first absence", seen("2026-01-10", Reading(kind="other"))),
        ("gone", SOFT, "last absence", seen("2026-01-24", Reading(kind="other"), judged=frozenset({"held"}))),
        ("changed", CHANGED, "shown otherwise", seen("2026-01-10", EDITED, captured_at_basis="file-time")),
        ("changed", CHANGED, "shown otherwise", seen("2026-01-10", EDITED, truncated="length")),
        ("changed", CHANGED, "shown otherwise", seen("2026-01-10", EDITED, judged=frozenset({"held"}))),
        ("changed", CHANGED, "shown otherwise", seen("2026-01-10", replace(EDITED, title=None))),
        ("changed", CHANGED, "shown otherwise", seen("2026-01-10", EDITED, status=500)),
    ],
)
def test_a_weaker_witness_is_none(word: str, witnesses: Witnesses, name: str, weaker: Observation) -> None:
    assert word not in said(witnesses | {name: weaker})


@pytest.mark.parametrize("kind", [Judgement.SET_ASIDE, Judgement.WRONG_TIME])
@pytest.mark.parametrize(("word", "witnesses"), [("gone", GONE), ("changed", CHANGED)])
def test_what_was_set_aside_or_dated_wrongly_is_a_witness_of_nothing(
    word: str, witnesses: Witnesses, kind: Judgement
) -> None:
    for name, found in witnesses.items():
        reading = found.reading
        aside = seen(found.captured_at[:10], reading, status=200 if reading else 404, judged=frozenset({kind}))
        assert aside.meaning is Meaning.NOTHING
        assert word not in said(witnesses | {name: aside}), name


@pytest.mark.parametrize("enough_others", [1, 2])
def test_one_text_in_place_of_many_is_said_of_three_posts_of_which_enough_had_another(enough_others: int) -> None:
    notice = "Members read on behind the gate of the garden."
    shown = [ShownText(url=f"/post/{name}", capture_id=name, title=None, text=notice) for name in range(3)]
    others = [f"Of the river, the {number}th part, as we walked along it." for number in range(enough_others)]
    olds = [*others, *[None] * (3 - enough_others)]

    def found(without: int | None, olds: list[str | None]) -> bool:
        texts = OneText(enough_others=enough_others)
        for number, (one, old) in enumerate(zip(shown, olds, strict=True)):
            if number != without:
                texts.note(one, old)
        return bool(texts.found())

    assert found(None, olds)
    assert not any(found(number, olds) for number in range(3))
    assert not found(None, [None, *olds[1:]])


def test_a_capture_between_two_absences_that_shows_the_post_is_the_better_witness() -> None:
    assert "gone" not in said(GONE | {"between": seen("2026-01-17", POST)})


def page(url: str, text: str) -> Capture:
    body = f"<html><body>{text}</body></html>".encode()
    return Capture(url=url, captured_at="2026-01-01T00:00:00Z", status=200, media_type="text/html", body=body)


def suspects(text: str = "Members of the garden club come in by the side door", **first: object) -> list[Suspect]:
    urls = [f"https://www.blog.example/post/{name}" for name in ("one", "two", "three")]
    found = [Suspect(url=url, answer=page(url, text)) for url in urls]
    return [replace(found[0], **first), *found[1:]]  # type: ignore[arg-type]


SHOWN = (
    '<article data-hook="post"><h1 data-hook="post-title">One</h1>'
    '<section data-hook="post-description"><p>We met by the river.</p></section></article>'
)
ELSE = page("https://www.blog.example/post/never", "There is no such letter, have a look around the garden instead")
WELL = Controls(known_good=True, probe=ELSE)


@pytest.mark.parametrize("witness", ["named", "was_good", "known"])
def test_blocked_is_said_of_three_that_answer_alike_and_one_that_is_a_post(witness: str) -> None:
    found = suspects(**{witness: True})
    assert {decide.rule(one, found, WELL).meaning for one in found} == {Meaning.BLOCKED}
    for number in range(3):
        fewer = [one for at, one in enumerate(found) if at != number]
        assert {decide.rule(one, fewer, WELL).meaning for one in fewer} == {Meaning.NOTHING}
    unlike = [found[0], found[1], replace(found[2], answer=page(found[2].url, "A page about quite another thing"))]
    assert decide.rule(found[0], unlike, WELL).meaning is Meaning.NOTHING
    nobody = suspects()
    assert decide.rule(nobody[0], nobody, WELL).meaning is Meaning.NOTHING


@pytest.mark.parametrize(
    "witness",
    [
        {"status": 403},
        {"head": b"HTTP/1.1 200 OK\r\ncf-mitigated: challenge\r\n\r\n"},
        {"head": b"HTTP/1.1 404 Not Found\r\ncf-mitigated: challenge\r\n\r\n", "status": 404},
        {"body": b"<script>window._cf_chl_opt={}</script>"},
        {"body": b'<meta http-equiv="refresh" content="0; url=/login?next=one">'},
        {"status": 302, "redirected_to": "https://www.blog.example/login"},
        {"judged": frozenset({"held", "blocked"})},
    ],
    ids=["status", "header", "header of a 404", "mark", "refresh", "redirect", "decision"],
)
def test_blocked_is_said_of_what_names_itself_or_was_judged_so_and_of_nothing_else(witness: dict[str, Any]) -> None:
    assert seen("2026-01-10", Reading(kind="other"), **witness).meaning is Meaning.BLOCKED
    assert seen("2026-01-10", Reading(kind="other")).meaning is Meaning.NOTHING


@pytest.mark.parametrize("mark", [b"<script>window._cf_chl_opt={}</script>", b"<p>This domain is for sale.</p>"])
def test_a_page_that_shows_the_post_is_no_wall_whatever_stands_in_it(mark: bytes) -> None:
    assert seen("2026-01-10", POST, body=mark).meaning is Meaning.SHOWS


@pytest.mark.parametrize(
    ("change", "controls", "meaning"),
    [
        ({}, WELL, Meaning.ABSENT),
        ({}, replace(WELL, known_good=None), Meaning.NOTHING),
        ({}, replace(WELL, known_good=False), Meaning.NOTHING),
        ({}, replace(WELL, probe=None), Meaning.NOTHING),
        ({"named": True}, WELL, Meaning.NOTHING),
        ({"answer": page(URL, "A page about quite another thing, and more of it")}, WELL, Meaning.NOTHING),
    ],
)
def test_a_soft_absence_needs_a_known_post_the_probe_and_no_source_against_it(
    change: dict[str, object], controls: Controls, meaning: Meaning
) -> None:
    text = "There is no such letter, have a look around the garden instead"
    suspect = replace(Suspect(url=URL, answer=page(URL, text)), **change)  # type: ignore[arg-type]
    assert decide.rule(suspect, [suspect], controls).meaning is meaning


NEVER_HAD = "https://www.upr2020.org/post/never-had"
LISTED = CdxRecord(url=NEVER_HAD, timestamp="20210101000000", status=200, media_type="text/html")
#: What is known when `lost` may be said, and each time without one witness.
LOST: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a source that names it": {"named": False},
    "the site is off line": {"state": SiteState.LIVE},
    "it is known whether the site is off line": {"state": SiteState.UNKNOWN},
    "the Wayback Machine answered to the end": {"whole": {Source.COMMON_CRAWL}},
    "Common Crawl answered to the end": {"whole": {Source.WAYBACK}},
    "any archive answered to the end": {"whole": set()},
    "the Wayback Machine lists nothing": {"rows": {Source.WAYBACK: {NEVER_HAD: [LISTED]}}},
    "Common Crawl lists nothing": {"rows": {Source.COMMON_CRAWL: {NEVER_HAD: [LISTED]}}},
    "no capture shows it": {"had": True},
}


@pytest.mark.parametrize("without", LOST)
def test_lost_is_said_of_what_was_looked_for_everywhere_and_without_any_witness_it_is_not(
    without: str, tmp_path: Path
) -> None:
    change = LOST[without]
    site = sites.site_for(NEVER_HAD)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with Archive.open(tmp_path / "a.db", read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        run = Run(archive=archive, interrupts=Interrupts(), now=lambda: moment)
        run.begin("recover")
        session = NetworkSession(run=run, fetcher=cast("Fetcher", None))
        archive.site(replace(site, state=change.get("state", SiteState.GONE)))
        if change.get("named", True):
            archive.discover([Target(url=NEVER_HAD, site=site.id, found_by=("sitemap",))], session.at())
        if change.get("had"):
            session.keep(replace(page(NEVER_HAD, ""), body=SHOWN.encode()))
        heard = Heard(rows=change.get("rows", {}), whole=change.get("whole", {Source.WAYBACK, Source.COMMON_CRAWL}))
        settle(session, site, heard)
        found = archive.db.execute("SELECT state FROM known_urls WHERE url = ?", (NEVER_HAD,)).fetchall()
    assert (found == [("lost",)]) is (without == "nothing")


def test_every_kind_of_decision_and_every_word_is_in_the_document() -> None:
    text = DOCS.read_text("utf-8")
    assert all(f"## {word}" in text for word in ("gone", "changed", "moved", "lost", "blocked"))
    assert all(f"`{kind}`" in text for kind in Judgement)
