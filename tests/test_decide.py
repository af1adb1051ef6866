"""What each capture means for its post, and what to fetch now."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import decide, digests
from scraper.decide import Effects, Meaning, Observation, PostState, UrlState
from scraper.records import Capture, Image, Link, Reading, Target
from scraper.vocabulary import ReadingKind

URL = "https://blog.example.com/post/one"
POST = Reading(kind="post", url=URL, title="A title", body_text="All eyes on Geneva.", author="Ann")


def seen(at: str, reading: Reading | None = POST, **values: object) -> Observation:
    """A sighting on that day; the capture's id is the day."""
    number = int(at.replace("-", ""))
    place = decide.order(f"{at}T00:00:00Z", "live", None, URL, "")
    given = {"meaning": Meaning.NOTHING if reading is None else Meaning.SHOWS, **values}
    return Observation(capture_id=number, captured_at=f"{at}T00:00:00Z", order=place, reading=reading, **given)  # type: ignore[arg-type]


def absent(at: str, reason: str = "404", **values: object) -> Observation:
    return seen(at, None, meaning=Meaning.ABSENT, reason=reason, **values)


def verdicts(*observations: Observation) -> list[str]:
    return [effects.verdict for _, _, effects in decide.fold(observations)[1]]


def events(*observations: Observation) -> list[tuple[str, str]]:
    return [(event.kind, event.at[:10]) for _, _, effects in decide.fold(observations)[1] for event in effects.events]


def state(*observations: Observation) -> PostState:
    return decide.fold(observations)[0]


# Readings ---------------------------------------------------------------------------------------------------------


def test_the_first_reading_is_the_first_revision() -> None:
    assert verdicts(seen("2021-03-01")) == ["new"]
    assert events(seen("2021-03-01")) == [("added", "2021-03-01")]
    assert state(seen("2021-03-01")).revision_count == 1


def test_the_same_content_again_is_no_revision() -> None:
    found = state(seen("2021-03-01"), seen("2021-03-08"))
    assert found.revision_count == 1
    assert (found.first_seen_at[:10], found.last_seen_at[:10]) == ("2021-03-01", "2021-03-08")
    assert found.capture_id == 20210308


@pytest.mark.parametrize(
    "counts", [{"views": 5}, {"comments": 1, "likes": 2}, {"categories": ("News",)}, {"layout": "x"}]
)
def test_counts_and_looks_are_no_revision(counts: dict[str, object]) -> None:
    later = replace(POST, **counts)  # type: ignore[arg-type]
    assert verdicts(seen("2021-03-01"), seen("2021-03-08", later)) == ["new", "same"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"author": "Ben"},
        {"published_at": "2021-03-01"},
        {"updated_at": "2021-03-02"},
        {"body_text": "More eyes."},
        {"links": (Link(url="https://a.example/", text="a"),)},
        {"images": (Image(url="https://a.example/a.png"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_content_is_a_revision_and_an_event(change: dict[str, object]) -> None:
    later = replace(POST, **change)  # type: ignore[arg-type]
    assert verdicts(seen("2021-03-01"), seen("2021-03-08", later)) == ["new", "changed"]
    assert events(seen("2021-03-01"), seen("2021-03-08", later))[1] == ("changed", "2021-03-08")


def test_a_picture_in_another_size_is_the_same_picture() -> None:
    small = "https://static.wixstatic.com/media/a_1~mv2.jpg/v1/fill/w_10,h_10/x.jpg"
    whole = "https://static.wixstatic.com/media/a_1~mv2.jpg"
    one, other = (replace(POST, images=(Image(url=url),)) for url in (small, whole))
    assert digests.of_reading(one) == digests.of_reading(other)


def test_a_date_and_an_author_no_longer_shown_keep_their_last_value_and_basis() -> None:
    full = replace(POST, published_at="2021-03-01T10:00:00Z", published_basis="meta", updated_at="2021-03-02")
    found = state(seen("2021-03-03", full), seen("2021-03-08", replace(POST, author=None)))
    assert found.shown is not None
    assert (found.shown.author, found.shown.published_at, found.shown.published_basis, found.shown.updated_at) == (
        "Ann", "2021-03-01T10:00:00Z", "meta", "2021-03-02",
    )  # fmt: skip
    assert found.revision_count == 1


def test_a_date_shown_less_precisely_keeps_its_precision() -> None:
    full = replace(POST, published_at="2021-03-01T10:00:00Z", published_basis="meta")
    day = replace(POST, published_at="2021-03-01", published_basis="shown")
    assert verdicts(seen("2021-03-03", full), seen("2021-03-08", day)) == ["new", "same"]
    other = replace(day, published_at="2021-03-02")
    assert verdicts(seen("2021-03-03", full), seen("2021-03-08", other)) == ["new", "changed"]


def test_a_kept_change_date_that_equals_the_new_publication_date_goes() -> None:
    before = replace(POST, published_at="2021-03-01", updated_at="2021-03-05T09:00:00Z")
    after = replace(POST, published_at="2021-03-05")
    found = state(seen("2021-03-06", before), seen("2021-03-08", after))
    assert found.shown is not None
    assert found.shown.updated_at is None


# Which reading wins -----------------------------------------------------------------------------------------------

OTHER = replace(POST, body_text="Quite different words.")


def test_a_page_dated_only_by_its_file_never_replaces_one_with_a_known_time() -> None:
    found = state(seen("2021-03-01"), seen("2026-01-01", OTHER, known_time=False))
    assert found.shown == POST
    assert found.last_seen_at[:10] == "2021-03-01"
    assert verdicts(seen("2021-03-01"), seen("2026-01-01", OTHER, known_time=False)) == ["new", "older"]


def test_a_page_with_a_known_time_replaces_one_dated_by_its_file_even_when_that_is_later() -> None:
    assert verdicts(seen("2020-01-01", OTHER, known_time=False), seen("2021-03-01")) == ["new", "changed"]
    assert state(seen("2020-01-01", OTHER, known_time=False), seen("2021-03-01")).shown == POST


def test_a_dump_replaces_a_page_only_when_it_is_newer_by_a_known_time_and_says_other_things() -> None:
    page = replace(POST, links=(Link(url="https://a.example/", text="a"),))
    same_words = replace(POST, body_text="all eyes,\n\non GENEVA!")
    assert verdicts(seen("2021-03-01", page), seen("2021-03-08", same_words, dump=True)) == ["new", "same"]
    assert state(seen("2021-03-01", page), seen("2021-03-08", same_words, dump=True)).shown == page
    assert verdicts(seen("2021-03-01", page), seen("2021-03-08", OTHER, dump=True)) == ["new", "changed"]
    unknown = seen("2021-03-08", OTHER, dump=True, known_time=False)
    assert verdicts(seen("2021-03-01", page, known_time=False), unknown) == ["new", "older"]


def test_a_page_after_a_dump_of_the_same_words_is_fuller_but_no_change_of_the_post() -> None:
    page = replace(POST, links=(Link(url="https://a.example/", text="a"),))
    observations = (seen("2021-03-01", dump=True), seen("2021-03-08", page))
    assert events(*observations) == [("added", "2021-03-01")]
    assert state(*observations).shown == page
    assert state(*observations).revision_count == 2


def test_half_a_page_never_replaces_a_whole_one() -> None:
    half = replace(POST, body_text="All eyes")
    assert verdicts(seen("2021-03-01"), seen("2021-03-08", half, truncated=True)) == ["new", "older"]


@pytest.mark.parametrize("had", ["All eyes", "All ey", None], ids=["two words", "a word and a half", "the title"])
def test_a_page_that_goes_on_where_an_earlier_one_was_cut_is_fuller_but_no_change_of_the_post(had: str | None) -> None:
    observations = (seen("2021-03-01", replace(POST, body_text=had), truncated=True), seen("2021-03-08"))
    assert events(*observations) == [("added", "2021-03-01")]
    assert verdicts(*observations) == ["new", "same"]
    assert state(*observations).shown == POST


def test_a_page_that_has_other_words_than_an_earlier_one_had_before_it_was_cut_is_changed() -> None:
    half = replace(POST, body_text="No eyes")
    assert verdicts(seen("2021-03-01", half, truncated=True), seen("2021-03-08")) == ["new", "changed"]
    titled = replace(POST, title="Another title", body_text="All eyes")
    assert verdicts(seen("2021-03-01", titled, truncated=True), seen("2021-03-08")) == ["new", "changed"]


def test_of_two_pages_that_were_cut_the_one_with_more_words_is_shown() -> None:
    more, less = replace(POST, body_text="All eyes"), replace(POST, body_text="All")
    for observations in (
        (seen("2021-03-01", more, truncated=True), seen("2021-03-08", less, truncated=True)),
        (seen("2021-03-01", less, truncated=True), seen("2021-03-08", more, truncated=True)),
    ):
        assert state(*observations).shown == more
        assert events(*observations) == [("added", "2021-03-01")]


@pytest.mark.parametrize(
    ("sighting", "reason"),
    [
        (seen("2021-03-08", replace(POST, title=None)), "no title any more"),
        (seen("2021-03-08", replace(POST, body_text=None)), "no body_text any more"),
        (seen("2021-03-08", None, reason="a page of kind 'other', not a post"), "a page of kind 'other', not a post"),
    ],
)
def test_a_worse_reading_is_kept_but_never_shown(sighting: Observation, reason: str) -> None:
    found, steps = decide.fold([seen("2021-03-01"), sighting])
    assert steps[1][2] == Effects(verdict="worse", reason=reason)
    assert found.shown == POST
    assert found.last_seen_at[:10] == "2021-03-01"


def test_a_304_that_confirms_an_older_version_is_no_revision_and_changes_nothing_shown() -> None:
    edited = replace(POST, body_text="More eyes on Geneva.")
    captures = (seen("2021-03-01"), seen("2021-03-05", edited), seen("2021-03-08", POST, confirms=True))
    assert verdicts(*captures) == ["new", "changed", "older"]
    assert [kind for kind, _ in events(*captures)] == ["added", "changed"]
    found = state(*captures)
    assert (found.shown, found.revision_count, found.last_seen_at[:10]) == (edited, 2, "2021-03-08")


def test_a_304_confirms_what_is_shown() -> None:
    found = state(seen("2021-03-01"), seen("2021-03-08", confirms=True))
    assert (found.capture_id, found.last_seen_at[:10], found.revision_count) == (20210301, "2021-03-08", 1)
    assert verdicts(seen("2021-03-01"), seen("2021-03-08", confirms=True)) == ["new", "same"]


# Gone and returned ------------------------------------------------------------------------------------------------


def test_a_post_is_gone_when_it_was_missing_for_fourteen_days() -> None:
    run = (seen("2021-03-01"), absent("2021-03-05"), absent("2021-03-12", "410"), absent("2021-03-19", "410"))
    assert verdicts(*run) == ["new", "missing", "missing", "gone"]
    assert (state(*run).gone_at, state(*run).gone_reason) == ("2021-03-05T00:00:00Z", "404")
    assert state(*run).shown == POST, "its text stays"
    assert events(*run)[1:] == [("gone", "2021-03-05")]


def test_once_missing_or_missing_for_less_is_not_gone() -> None:
    assert state(seen("2021-03-01"), absent("2021-03-05")).gone_at is None
    assert state(seen("2021-03-01"), absent("2021-03-05"), absent("2021-03-18")).gone_at is None


@pytest.mark.parametrize(
    "between",
    [seen("2021-03-12"), seen("2021-03-12", confirms=True)],
    ids=["the post", "a 304"],
)
def test_an_answer_in_between_breaks_the_run(between: Observation) -> None:
    assert state(seen("2021-03-01"), absent("2021-03-05"), between, absent("2021-03-20")).gone_at is None


@pytest.mark.parametrize(
    "between",
    [
        seen("2021-03-12", None, meaning=Meaning.WEATHER, reason="status 503"),
        seen("2021-03-12", None, meaning=Meaning.BLOCKED, reason="a login"),
        seen("2021-03-12", None, reason="a page of kind 'other', not a post"),
        seen("2021-03-12", None, redirect=True),
        seen("2021-03-12", known_time=False),
        absent("2021-03-02", known_time=False),
    ],
    ids=[
        "a server in trouble",
        "a wall",
        "another page",
        "a redirect to another spelling",
        "a file's time",
        "missing at a file's time",
    ],
)
def test_what_says_nothing_neither_breaks_nor_starts_the_run(between: Observation) -> None:
    found = state(seen("2021-03-01"), absent("2021-03-05"), between, absent("2021-03-20"))
    assert found.gone_at == "2021-03-05T00:00:00Z"


def test_a_server_in_trouble_for_years_makes_no_post_gone() -> None:
    trouble = [seen(f"20{year}-03-12", None, meaning=Meaning.WEATHER, reason="status 503") for year in range(22, 27)]
    assert state(seen("2021-03-01"), *trouble).gone_at is None


def test_coming_back_clears_it_and_is_an_event() -> None:
    run = (seen("2021-03-01"), absent("2021-03-05"), absent("2021-03-20"), seen("2021-04-01"))
    assert verdicts(*run)[-1] == "returned"
    assert (state(*run).gone_at, state(*run).gone_reason, state(*run).missing_since) == (None, None, None)
    assert events(*run)[-1] == ("returned", "2021-04-01")


def test_coming_back_changed_is_both() -> None:
    run = (seen("2021-03-01"), absent("2021-03-05"), absent("2021-03-20"), seen("2021-04-01", OTHER))
    assert [kind for kind, _ in events(*run)[-2:]] == ["returned", "changed"]
    assert state(*run).revision_count == 2


def test_an_address_that_never_showed_a_post_has_no_life() -> None:
    assert state(absent("2021-03-05"), absent("2021-05-20")) == PostState()


A_LIFE = [
    seen("2021-03-01"),
    absent("2021-03-05"),
    seen("2021-03-10", OTHER),
    absent("2021-03-11"),
    absent("2021-04-01"),
]


@given(st.permutations(A_LIFE))
def test_the_fold_does_not_depend_on_the_order_it_is_given(arrivals: list[Observation]) -> None:
    assert decide.fold(arrivals) == decide.fold(sorted(arrivals, key=lambda one: one.order))


# From captures to observations ---------------------------------------------------------------------------------------


def sight(reading: Reading | None = None, *, judged: Collection[str] = (), **values: object) -> Observation:
    capture = Capture(**({"url": URL, "captured_at": "2021-03-01T00:00:00Z", "status": 200} | values))  # type: ignore[arg-type]
    return decide.observe(capture, 1, ("", "", "", "", ""), reading, judged)


@pytest.mark.parametrize(
    ("to", "meaning", "reason"),
    [
        ("https://blog.example.com/", Meaning.ABSENT, "soft 404: leads to https://blog.example.com/"),
        ("https://blog.example.com/blog", Meaning.ABSENT, "soft 404: leads to https://blog.example.com/blog"),
        ("https://blog.example.com/post/two", Meaning.ABSENT, "leads to https://blog.example.com/post/two"),
        (
            "https://blog.example.com/login?next=/",
            Meaning.BLOCKED,
            "a redirect to https://blog.example.com/login?next=/",
        ),
        (
            "https://id.example/oauth2/authorize?x=1",
            Meaning.BLOCKED,
            "a redirect to https://id.example/oauth2/authorize?x=1",
        ),
        ("https://elsewhere.example/", Meaning.NOTHING, "leads to https://elsewhere.example/"),
        ("http://blog.example.com/post/one/", Meaning.NOTHING, "leads to http://blog.example.com/post/one/"),
        ("https://blog.example.com/post/login", Meaning.ABSENT, "leads to https://blog.example.com/post/login"),
    ],
)
def test_where_a_redirect_leads_says_what_it_means(to: str, meaning: Meaning, reason: str) -> None:
    found = sight(status=301, redirected_to=to)
    assert (found.meaning, found.reason, found.redirect, found.reading) == (meaning, reason, True, None)


OTHER_PAGE = Reading(kind="other")


@pytest.mark.parametrize(
    ("values", "reading", "meaning", "reason"),
    [
        ({"status": 404}, POST, Meaning.ABSENT, "404"),
        ({"status": 410}, None, Meaning.ABSENT, "410"),
        ({"like_capture_id": 7}, POST, Meaning.ABSENT, "soft 404: the same page as at a nonexistent address"),
        ({}, Reading(kind="missing"), Meaning.ABSENT, "soft 404: an error page"),
        ({"status": None}, Reading(kind="missing"), Meaning.ABSENT, "soft 404: an error page"),
        ({"status": 503}, Reading(kind="missing"), Meaning.WEATHER, "status 503"),
        ({"status": 429}, None, Meaning.WEATHER, "status 429"),
        ({"truncated": "disconnect"}, OTHER_PAGE, Meaning.WEATHER, "a page that is not whole (disconnect)"),
        ({"status": 403}, POST, Meaning.BLOCKED, "a refusal (status 403)"),
        ({"status": 401}, None, Meaning.BLOCKED, "a demand for a login (status 401)"),
        ({"head": b"HTTP/1.1 200 OK\r\nCF-Mitigated: challenge\r\n"}, OTHER_PAGE, Meaning.BLOCKED,
         "a bot challenge of Cloudflare"),
        ({"head": b"HTTP/1.1 202 OK\r\nx-amzn-waf-action: captcha\r\n", "status": 202}, OTHER_PAGE, Meaning.BLOCKED,
         "a bot challenge of AWS WAF"),
        ({"status": 503, "body": b"<script>window._cf_chl_opt={}</script>"}, None, Meaning.BLOCKED,
         "a bot challenge of Cloudflare"),
        ({"body": b"<p>This domain is for sale</p>"}, OTHER_PAGE, Meaning.BLOCKED, "a parking page"),
        ({"body": b"<title>Just a moment...</title>", "like_capture_id": 7}, OTHER_PAGE, Meaning.BLOCKED,
         "a bot challenge of Cloudflare"),
        ({"body": b"<p>This domain is for sale</p>"}, POST, Meaning.SHOWS, None),
        ({}, OTHER_PAGE, Meaning.NOTHING, "a page of kind 'other', not a post"),
        ({}, Reading(kind=ReadingKind.LIST), Meaning.NOTHING, "a page of kind 'list', not a post"),
        ({}, Reading(kind="post", url=URL), Meaning.NOTHING, "neither title nor text"),
    ],
)  # fmt: skip
def test_what_a_capture_says_of_its_post(
    values: dict[str, object], reading: Reading | None, meaning: Meaning, reason: str | None
) -> None:
    found = sight(reading, **values)
    assert (found.meaning, found.reason) == (meaning, reason)
    assert (found.reading is not None) is (meaning is Meaning.SHOWS)


@pytest.mark.parametrize(
    ("values", "reading", "judged", "meaning"),
    [
        ({}, OTHER_PAGE, {"blocked"}, Meaning.BLOCKED),
        ({"status": 404}, None, {"blocked"}, Meaning.BLOCKED),
        ({}, OTHER_PAGE, {"held", "absent"}, Meaning.ABSENT),
        ({}, POST, {"held"}, Meaning.NOTHING),
        ({}, POST, {"held", "accepted"}, Meaning.SHOWS),
        ({}, POST, {"set-aside"}, Meaning.NOTHING),
        ({"status": 404}, None, {"wrong-time"}, Meaning.NOTHING),
    ],
)
def test_a_decision_goes_before_what_the_capture_says_by_itself(
    values: dict[str, object], reading: Reading | None, judged: set[str], meaning: Meaning
) -> None:
    assert sight(reading, judged=judged, **values).meaning is meaning


def test_an_absence_that_is_held_back_never_makes_a_post_gone_until_it_is_no_longer() -> None:
    held = [absent(f"2021-{month:02}-05", held=True) for month in range(4, 10)]
    assert state(seen("2021-03-01"), *held).gone_at is None
    assert state(seen("2021-03-01"), *held, absent("2021-10-05")).gone_at == "2021-04-05T00:00:00Z"


def test_a_page_that_a_person_accepted_replaces_the_post_though_it_lost_its_title() -> None:
    bare = replace(POST, title=None)
    assert verdicts(seen("2021-03-01"), seen("2021-03-08", bare)) == ["new", "worse"]
    assert verdicts(seen("2021-03-01"), seen("2021-03-08", bare, accepted=True)) == ["new", "changed"]


def test_a_saved_page_without_status_is_a_post() -> None:
    assert sight(POST, status=None).reading == POST


# What to fetch now ------------------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
HAD = UrlState(
    url=URL,
    state="archived",
    last_good_at="2026-02-25T06:00:00Z",
    last_tried_at="2026-02-25T06:00:00Z",
    last_status=200,
    published_at="2021-03-16T14:05:00Z",
    first_seen_at="2026-01-01T00:00:00Z",
)


def reasons(known: UrlState | None, *, full: bool = False, **target: object) -> list[str]:
    memory = {URL: known} if known else {}
    targets = [Target(url=URL, site="a", **target)] if target else []  # type: ignore[arg-type]
    return [item.reason for item in decide.due(memory, targets, NOW, full=full)]


def test_a_new_address_is_due() -> None:
    assert reasons(None, found_by=("sitemap",)) == ["new"]
    assert reasons(UrlState(url=URL)) == ["new"], "heard of before, never had"


def test_what_was_just_had_is_not_due() -> None:
    assert reasons(HAD) == []
    assert reasons(HAD, lastmod="2026-02-01", found_by=("sitemap",)) == []


def test_everything_is_due_in_a_full_run() -> None:
    assert reasons(HAD, full=True) == ["full"]


def test_what_the_user_names_is_due() -> None:
    assert reasons(HAD, found_by=("given",)) == ["given"]


@pytest.mark.parametrize(
    ("lastmod", "expected"),
    [
        ("2026-02-25T05:59:59Z", []),
        ("2026-02-25T06:00:01.000Z", ["lastmod"]),
        ("2026-02-25T09:00:00+02:00", ["lastmod"]),
        ("2026-02-24", []),
        ("2026-02-25", ["lastmod"]),
        ("2026-02-26", ["lastmod"]),
        ("2026-02", []),
        ("2026-03", ["lastmod"]),
        ("2027-01-01", []),
        ("yesterday", []),
    ],
)
def test_a_change_that_the_site_tells_is_due(lastmod: str, expected: list[str]) -> None:
    assert reasons(HAD, lastmod=lastmod, found_by=("sitemap",)) == expected


@pytest.mark.parametrize(
    ("tries", "named", "expected"),
    [
        (["2026-02-28T06:00:00Z"], True, ["lastmod"]),
        (["2026-02-28T06:00:00Z"], False, []),
        (["2026-03-01T04:00:00Z"], True, []),
        (["2026-02-10T06:00:00Z", "2026-02-28T06:00:00Z"], True, []),
        ([], True, []),
    ],
    ids=["tried yesterday", "named no more", "tried today", "tried for two weeks", "had since"],
)
def test_an_edit_that_was_asked_for_and_not_had_is_asked_for_again(
    tries: list[str], named: bool, expected: list[str]
) -> None:
    had = "2026-02-08T06:00:00Z" if tries else "2026-02-28T06:00:00Z"
    known = replace(HAD, last_good_at=had, last_tried_at=[had, *tries][-1], tries=(had, *tries), lastmod="2026-02-09")
    assert reasons(known, lastmod="2026-02-09", found_by=("sitemap" if named else "link",)) == expected


def test_a_day_of_change_is_asked_for_again_when_it_is_over_and_not_before() -> None:
    known = replace(HAD, last_good_at="2026-03-01T05:00:00Z", last_tried_at="2026-03-01T05:00:00Z")
    assert reasons(known, lastmod="2026-03-01", found_by=("sitemap",)) == []


@pytest.mark.parametrize(
    ("before", "lastmod", "expected"),
    [
        ("2026-01-07", "2026-03-01", ["lastmod"]),
        ("2026-01-07", "2026-03-02", ["lastmod"]),
        ("2026-01-07T00:00:00Z", "2031-01-01T00:00:00Z", ["lastmod"]),
        ("2026-03-01", "2026-03-01", []),
        ("2031-01-01", "2031-01-01", []),
        ("2031-01-01", "2030-01-01", []),
        ("2026-01-07", "2026-02-28", ["lastmod"]),  # its own day, which may still be the day before
        ("2026-01-07", "2026-02-27", []),
        ("2026-01-07", "2026-02-28T21:00:00Z", ["lastmod"]),  # its own hour, written as if it were UTC's
        ("2026-01-07", "2026-02-28T04:59:59Z", []),
        ("2026-01-07", "tomorrow", []),
        (None, "2026-03-01", []),
    ],
)
def test_a_change_that_the_site_did_not_tell_before_is_due_on_the_same_day(
    before: str | None, lastmod: str, expected: list[str]
) -> None:
    known = replace(HAD, last_good_at="2026-03-01T05:00:00Z", last_tried_at="2026-03-01T05:00:00Z", lastmod=before)
    assert reasons(known, lastmod=lastmod, found_by=("sitemap",)) == expected


@pytest.mark.parametrize(
    ("published", "had", "expected"),
    [
        ("2026-02-01", "2026-02-20T00:00:00Z", ["fresh"]),
        ("2026-02-01", "2026-02-25T00:00:00Z", []),
        ("2021-03-16", "2026-02-20T00:00:00Z", []),
        ("2021-03-16", "2025-11-20T00:00:00Z", ["old"]),
        (None, "2026-02-20T00:00:00Z", ["fresh"]),
    ],
)
def test_fresh_posts_are_looked_at_weekly_and_old_ones_every_three_months(
    published: str | None, had: str, expected: list[str]
) -> None:
    known = replace(HAD, published_at=published, last_good_at=had, last_tried_at=had)
    assert reasons(known) == expected


def test_earlier_failures_are_due() -> None:
    assert reasons(replace(HAD, failed_at="2026-02-28T06:00:00Z")) == ["failed"]


def test_a_missing_post_is_looked_for_weekly_until_it_is_gone() -> None:
    known = replace(HAD, missing_since="2026-02-10T00:00:00Z", last_good_at="2026-02-01T00:00:00Z")
    assert reasons(replace(known, last_tried_at="2026-02-20T00:00:00Z", tries=("2026-02-20T00:00:00Z",))) == ["missing"]
    assert reasons(replace(known, last_tried_at="2026-02-25T00:00:00Z", tries=("2026-02-25T00:00:00Z",))) == []
    gone = replace(
        known, gone_at="2026-02-10T00:00:00Z", last_tried_at="2026-02-20T00:00:00Z", tries=("2026-02-20T00:00:00Z",)
    )
    assert reasons(gone) == []
    assert reasons(replace(gone, tries=("2025-11-20T00:00:00Z",), last_good_at="2025-10-01")) == ["old"]


def test_a_post_missing_for_two_weeks_is_looked_for_at_once() -> None:
    known = replace(
        HAD, last_good_at="2026-02-01T00:00:00Z", last_tried_at="2026-02-27T06:00:00Z", tries=("2026-02-27T06:00:00Z",)
    )
    assert reasons(replace(known, missing_since="2026-02-15T06:00:00Z")) == ["missing"]
    assert reasons(replace(known, missing_since="2026-02-15T06:00:01Z")) == []
    assert reasons(replace(known, missing_since="2026-02-15T06:00:00Z", gone_at="2026-02-15T06:00:00Z")) == []


NAMED = Target(url=URL, site="blog", found_by=("sitemap",))
NEW = UrlState(url=URL, state="wanted")


def day(number: int, hour: int = 6) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC) + timedelta(days=number)


def asked_on(found_by: tuple[str, ...], days: int) -> list[int]:
    """The days on which a post that always answers 404 is asked for."""
    tries: list[int] = []
    for number in range(days):
        known = replace(NEW, tries=tuple(f"{day(one):%Y-%m-%dT%H:%M:%SZ}" for one in tries))
        if decide.due({URL: known}, [replace(NAMED, found_by=found_by)], day(number)):
            tries.append(number)
    return tries


def test_what_a_source_names_and_was_never_had_is_asked_for_daily_then_ever_more_seldom() -> None:
    assert asked_on(("sitemap",), 110) == [*range(15), 16, 20, 28, 44, 74, 104]


def test_what_only_a_link_names_and_was_never_had_is_asked_for_seldom() -> None:
    assert asked_on(("link",), 100) == [0, 91]


def test_tries_that_a_wall_or_weather_spoiled_do_not_count() -> None:
    blocked = replace(NEW, last_tried_at="2026-03-01T05:59:00Z", last_status=403)
    assert reasons(blocked) == ["new"]


def test_a_timer_some_hours_early_still_asks_daily() -> None:
    known = replace(NEW, tries=("2026-03-01T06:00:00Z",))
    assert decide.due({URL: known}, [NAMED], day(1, hour=3))
    assert not decide.due({URL: known}, [NAMED], day(0, hour=23))


@pytest.mark.parametrize(("last", "told"), [(0, False), (6, False), (7, True), (8, True), (13, True)])
def test_a_problem_that_stays_is_told_once_a_week(last: int, told: bool) -> None:
    first, now = "2026-03-01T06:00:00Z", f"2026-03-{1 + last:02}T07:00:00Z"
    assert decide.is_told_again(first, "2026-03-02T06:00:00Z", now) is told
    assert not decide.is_told_again(first, now, now)


def test_a_post_imported_long_ago_is_due() -> None:
    assert reasons(replace(HAD, last_good_at="2021-03-20T00:00:00Z", last_tried_at=None)) == ["old"]


def test_lists_and_sitemaps_are_not_due_as_posts() -> None:
    assert reasons(replace(HAD, state="sitemap"), full=True) == []
    assert reasons(None, kind="list", found_by=("link",)) == []


def test_each_post_is_due_once_and_the_most_urgent_first() -> None:
    targets = [
        Target(url="https://blog.example.com/post/b", site="a"),
        Target(url="http://blog.example.com/post/b/", site="a", lastmod="2026-01-01"),
        Target(url=URL, site="a", lastmod="2026-02-26"),
    ]
    assert decide.due({URL: HAD}, targets, NOW) == [
        decide.Due("https://blog.example.com/post/b", "new"),
        decide.Due(URL, "lastmod"),
    ]
