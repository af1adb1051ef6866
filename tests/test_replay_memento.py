"""Captures of one address in time (RFC 7089), and lists of captures as a CDX server gives them."""

import json

import pytest

from scraper.replay import cdx_server, memento
from scraper.warc import cdx

URL = "https://www.example.org/post/one"
STAMPS = ["20210305140700", "20210309140700", "20210316140700"]


def place(path: str) -> str:
    return f"https://archive.example/{path}"


@pytest.mark.parametrize(
    ("wanted", "at"),
    [
        ("19990101000000", 0),
        ("20210305140700", 0),
        ("20210307140700", 0),
        ("20210307140701", 1),
        ("20210309140700", 1),
        ("20300101000000", 2),
        ("20210399999999", 2),
    ],
)
def test_the_nearest_capture_is_found_and_of_two_the_earlier(wanted: str, at: int) -> None:
    assert memento.nearest(STAMPS, wanted) == at


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Tue, 09 Mar 2021 14:07:00 GMT", "20210309140700"),
        ("Tue, 09 Mar 2021 09:07:00 -0500", "20210309140700"),
        (None, None),
    ],
)
def test_accept_datetime_is_read_as_an_instant(said: str | None, found: str | None) -> None:
    assert memento.wanted(said) == found


@pytest.mark.parametrize("said", ["", "yesterday", "2021-03-09", "Tue, 99 Mar 2021 14:07:00 GMT"])
def test_what_is_no_date_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="expected a date"):
        memento.wanted(said)


def test_a_memento_names_its_original_its_timemap_and_its_neighbours() -> None:
    found = memento.links(URL, STAMPS, 1, place)
    assert f'<{URL}>; rel="original"' in found
    assert f'<https://archive.example/web/{URL}>; rel="timegate"' in found
    assert '20210305140700/https://www.example.org/post/one>; rel="first prev memento"; datetime="Fri, 05 Mar' in found
    assert 'rel="next last memento"; datetime="Tue, 16 Mar 2021 14:07:00 GMT"' in found
    assert 'rel="first last memento"' in memento.links(URL, STAMPS[:1], 0, place)


def test_an_address_cannot_leave_its_brackets_in_a_header() -> None:
    assert '<https://a.example/%3E;%20rel=%22x%22>; rel="original"' in memento.links(
        'https://a.example/>; rel="x"', STAMPS, 0, place
    )


def test_timemaps_name_every_second_once_in_both_forms() -> None:
    twice = [STAMPS[0], *STAMPS]
    listed = memento.timemap_link(URL, twice, place)
    assert listed.count("memento") == 3 and 'until="Tue, 16 Mar 2021 14:07:00 GMT"' in listed
    said = json.loads(memento.timemap_json(URL, twice, place))
    assert said["mementos"]["list"][0]["datetime"] == "2021-03-05T14:07:00Z"
    assert said["mementos"]["last"]["uri"] == f"https://archive.example/web/20210316140700/{URL}"


def row(stamp: str, path: str = "one", status: str = "200", digest: str = "a") -> dict[str, str]:
    url = f"https://www.example.org/post/{path}"
    return {
        "urlkey": f"org,example)/post/{path}",
        "timestamp": stamp,
        "original": url,
        "mimetype": "text/html",
        "statuscode": status,
        "digest": f"sha256:{digest * 64}",
        "length": "12",
    }


ROWS = [row(STAMPS[1], digest="b"), row(STAMPS[0]), row(STAMPS[2], status="404", digest="c"), row(STAMPS[0], "two")]


def asked(**pairs: str) -> cdx_server.CdxQuestion:
    return cdx_server.question([("url", "https://www.example.org/post/one"), *pairs.items()])


def answer(**pairs: str) -> tuple[list[str], str | None]:
    rows, key = cdx_server.chosen(asked(**pairs), ROWS)
    return [f"{one['timestamp'][:8]} {one['original'][-3:]}" for one in rows], key


def test_a_question_is_made_the_same_whatever_scheme_and_www_it_is_asked_with() -> None:
    assert asked().url == "example.org/post/one"
    assert asked().prefixes == tuple(f"{s}://{w}example.org/post/one" for s in ("http", "https") for w in ("", "www."))
    assert cdx_server.question([("url", "example.org/post/*")]).match == "prefix"
    assert cdx_server.question([("url", "*.example.org/*")]).match == "domain"
    assert cdx_server.question([("url", "Example.org")]).url == "example.org/"
    assert cdx_server.question([("url", "example.org/x"), ("matchType", "host")]).prefixes[0] == "http://example.org/"


def test_lines_come_in_the_order_of_address_and_time_within_the_days_asked_for() -> None:
    assert answer()[0] == ["20210305 one", "20210309 one", "20210316 one", "20210305 two"]
    assert answer(**{"from": "20210306", "to": "20210309"})[0] == ["20210309 one"]
    assert answer(filter="statuscode:200")[0] == ["20210305 one", "20210309 one", "20210305 two"]
    assert answer(filter="!statuscode:200")[0] == ["20210316 one"]
    assert answer(collapse="urlkey")[0] == ["20210305 one", "20210305 two"]
    assert answer(collapse="timestamp:6")[0] == ["20210305 one"]


def test_the_rest_is_asked_for_with_the_key() -> None:
    first, key = answer(limit="3")
    assert (len(first), key) == (3, "3")
    assert answer(limit="3", resumeKey="3") == (["20210305 two"], None)


def test_our_own_reader_reads_what_is_written() -> None:
    question = asked(output="json", showResumeKey="true", limit="2")
    rows, key = cdx_server.chosen(question, ROWS)
    found = cdx.parse(cdx_server.written(question, rows, key).encode())
    assert [one.timestamp for one in found.rows] == STAMPS[:2] and found.resume_key == "2" and found.garbage == 0
    plain = asked()
    lines = cdx_server.written(plain, ROWS, None)
    assert len(cdx.parse(lines.encode()).rows) == 4
    assert cdx_server.written(question, [], None) == "[]\n"


@pytest.mark.parametrize(
    "pairs",
    [
        {"url": ""},
        {"matchType": "regex"},
        {"fl": "everything"},
        {"limit": "-1"},
        {"from": "x"},
        {"filter": "statuscode"},
        {"filter": "secret:1"},
        {"collapse": "(((("},
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(pairs: dict[str, str]) -> None:
    with pytest.raises(cdx_server.BadQuestion, match="expected"):
        cdx_server.question(list(({"url": "example.org"} | pairs).items()))


def test_a_filter_that_would_take_forever_takes_no_time() -> None:
    question = asked(filter="original:(a+)+$")
    assert cdx_server.chosen(question, [row(STAMPS[0], "a" * 5000)])[0] == []
