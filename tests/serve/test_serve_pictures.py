"""Kept pictures in the reading room, and the captures of a post."""

import csv
import io
import json
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from scraper import pictures, thumbnails
from scraper.serve.captures import months
from scraper.serve.picture_pages import original_address
from scraper.store import KeptPicture

MEDIA = "https://static.wixstatic.com/media/"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def png(width: int, height: int, noise: bool = False) -> bytes:
    """A picture of that size."""
    line = bytes((x * 7919 >> 3) % 256 for x in range(width * 3)) if noise else b"\x20\x60\x90" * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress((b"\0" + line) * height)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.fixture
def room(shelf: Any, open_room: Callable[..., Any]) -> Any:
    """A post with a kept picture, one that could do harm, one that is not kept; and a long life."""
    html = "".join(
        f'<figure><img src="{MEDIA}{name}" alt="A {name} <b>"><figcaption>At {name}</figcaption></figure>'
        for name in ("well.png", "bad.svg", "gone.png")
    )
    post = shelf.post(
        "water",
        captured_at="2021-01-05T14:07:00Z",
        body_html=html,
        body_text="At well.png",
        cover_image=f"{MEDIA}cover.png",
    )
    for position, (name, body) in enumerate(
        (("well.png", png(800, 600)), ("bad.svg", SVG), ("cover.png", png(40, 30)))
    ):
        number = shelf.capture(f"{MEDIA}{name}", "2021-01-05T14:08:00Z", body, kind="image", media_type="image/png")
        (sha256,) = shelf.db.execute("SELECT body_sha256 FROM captures WHERE id = ?", (number,)).fetchone()
        if name != "cover.png":
            shelf.insert(
                "images",
                post_id=post,
                position=position,
                url=MEDIA + name,
                alt=f"A {name}",
                caption=f"At {name}",
                sha256=sha256,
                capture_id=number,
            )
    shelf.insert("images", post_id=post, position=5, url=f"{MEDIA}gone.png", alt="A gone.png")
    for day, verdict, status in ((12, "same", 200), (12, "same", 200), (19, "changed", 200), (26, "missing", 404)):
        number = shelf.capture(
            "https://www.upr2020.org/post/water",
            f"2021-01-{day}T14:0{day % 10}:0{status % 7}Z",
            b"<p>%d %d" % (day, status),
            status,
        )
        shelf.insert("post_captures", capture_id=number, post_id=post, verdict=verdict)
    return open_room(shelf.path)


def test_a_post_shows_its_kept_pictures_with_size_words_and_a_way_to_the_original(room: Any) -> None:
    found = room.get("/post/upr2020/water").text
    shown = re.search(r'<img src="/web/20210105140800im_/[^"]*well\.png"[^>]*>', found)
    assert shown and 'width="800" height="600" loading="lazy"' in shown[0] and 'alt="A well.png &lt;b&gt;"' in shown[0]
    assert "as captured on 5 January 2021" in found
    assert re.search(r"At well\.png(<a [^>]*></a>)?</figcaption>", found)
    assert room.get(re.search(r'src="(/web/[^"]*well\.png)"', found)[1]).headers["Content-Type"] == "image/png"


def test_a_picture_that_could_do_harm_or_is_not_kept_is_a_note_in_its_place(room: Any) -> None:
    found = room.get("/post/upr2020/water").text
    assert not re.search(r'<img src="[^"]*(?:bad\.svg|gone\.png)', found)
    assert found.count('<span class="picture">') == 2


def test_the_cover_is_shown_where_it_is_not_in_the_text(room: Any) -> None:
    found = re.search(r'<figure class="cover">(.*?)</figure>', room.get("/post/upr2020/water").text)
    assert found
    assert re.match(
        r'<img src="/web/\d{14}im_/[^"]*cover\.png" alt="Cover picture of: A post about water" width="40" height="30"',
        found[1],
    )
    assert re.search(r'href="/web/\d{14}id_/[^"]*cover\.png"', found[1])
    assert f'href="{MEDIA}cover.png"' in found[1]


def test_the_way_to_a_picture_names_its_bytes_here_and_its_address_there(room: Any) -> None:
    found = room.get("/post/upr2020/water").text
    assert re.search(r'href="/web/20210105140800id_/[^"]*well\.png" rel="nofollow">Original picture</a>', found)
    assert f'<a href="{MEDIA}well.png" rel="nofollow noopener noreferrer external">original at static.wix' in found


def test_the_address_of_an_original_is_where_it_was_had_and_of_a_smaller_copy_where_it_should_be() -> None:
    def address(captured_url: str) -> str:
        kept = (None, None, None, None, "0" * 64, captured_url, "2021-01-05", 9, "", "", None, None)
        return original_address(KeptPicture(f"{MEDIA}a.png", *kept))

    assert address("https://mirror.example/media/a.png") == "https://mirror.example/media/a.png"
    assert address("https://mirror.example/media/a.png/v1/fill/w_9,h_9/a.png") == f"{MEDIA}a.png"


def test_an_earlier_version_shows_the_pictures_that_it_had(shelf: Any, open_room: Callable[..., Any]) -> None:
    def figure(name: str) -> str:
        return f'<figure><img src="{MEDIA}{name}" alt="{name}"></figure>'

    post = shelf.post("changed", body_html=figure("old.png") + figure("never-kept.png"), body_text="Old")
    for name in ("old.png", "new.png"):
        shelf.capture(f"{MEDIA}{name}", "2026-02-01T10:01:00Z", png(80, 60), kind="image", media_type="image/png")
    shelf.change(post, "2026-03-01T10:00:00Z", body_html=figure("new.png"), body_text="New")
    asked = "SELECT record_sha256 FROM revisions JOIN captures ON captures.id = capture_id ORDER BY seen_at"
    first, second = (
        open_room(shelf.path).get(f"/post/upr2020/changed/revision/{digest}", follow_redirects=True).text
        for (digest,) in shelf.db.execute(asked).fetchall()
    )
    shown = r'<img src="/web/20260201100100im_/[^"]*{}\.png" alt="{}.png" width="80" height="60"'
    assert re.search(shown.format("old", "old"), first) and not re.search(shown.format("new", "new"), first)
    assert re.search(shown.format("new", "new"), second) and not re.search(shown.format("old", "old"), second)
    assert first.count('<span class="picture">') == 1


def test_a_comparison_draws_each_picture_that_changed_beside_what_was_there_before(
    shelf: Any, open_room: Callable[..., Any]
) -> None:
    def figure(name: str) -> str:
        return f'<figure><img alt="The {name}" src="{MEDIA}{name}.png"></figure>'

    def pointing(*names: str) -> str:
        return json.dumps({"images": [f"{name}.png" for name in names], "files": [], "links": []})

    post = shelf.post("changed", body_html=figure("same") + figure("map") + figure("lost"))
    for name in ("same", "map", "chart"):
        shelf.capture(f"{MEDIA}{name}.png", "2026-02-01T10:01:00Z", png(80, 60), kind="image", media_type="image/png")
    shelf.change(post, "2026-03-01T10:00:00Z", body_html=figure("chart") + figure("same"), body_text="New")
    versions = ("same", "map", "lost"), ("chart", "same")
    for number, names in enumerate(versions, 1):
        shelf.db.execute("UPDATE revisions SET targets = ? WHERE id = ?", (pointing(*names), number))
    text = open_room(shelf.path).get("/post/upr2020/changed/diff").text
    sides = re.findall(r'<figure class="framed (\w+)">.*?</figcaption>(.*?)</figure>', text)
    drawn = [(side, re.findall(r'(?:alt="|class="kind">)([^"<]+)', html)) for side, html in sides]
    assert drawn == [
        ("before", ["The map"]), ("after", ["The chart"]), ("before", ["Picture: The lost"]), ("after", []),
    ]  # fmt: skip
    assert "<li>1 picture replaced, 1 picture removed</li>" in text


def test_a_picture_at_another_size_or_host_of_its_service_has_not_changed(
    shelf: Any, open_room: Callable[..., Any]
) -> None:
    html = '<img src="{}/a.png{}">'
    post = shelf.post("a", body_html=html.format(MEDIA.rstrip("/"), ""), body_text="One")
    other = html.format("https://video.wixstatic.com/media", "/v1/fill/w_90,h_60/a.png")
    shelf.change(post, "2026-03-01T10:00:00Z", body_html=other, body_text="Two")
    assert "<figure" not in open_room(shelf.path).get("/post/upr2020/a/diff").text


def test_all_pictures_of_a_site_are_found_by_their_words(room: Any) -> None:
    found = room.get("/pictures").text
    assert "2 pictures, kept as received" in found and found.count('loading="lazy"') == 2
    assert "1 picture with these words" in room.get("/pictures?q=WELL+at").text
    assert "No picture here" in room.get("/pictures?q=100%25&site=upr2020").text
    assert room.get("/pictures?page=99999&site=nobody").status_code == 200


def test_a_small_picture_is_small_and_nothing_but_a_picture(room: Any) -> None:
    found = re.findall(r'src="(/picture/[0-9a-f]{64})"', room.get("/pictures").text)
    kinds = {room.get(address).headers["Content-Type"]: room.get(address) for address in found}
    assert kinds.keys() == {"image/jpeg", "image/svg+xml"}
    assert b"script" not in kinds["image/svg+xml"].content
    for answer in kinds.values():
        assert len(answer.content) <= thumbnails.MOST_BYTES
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert room.get("/picture/" + "0" * 64).status_code == 404


def test_small_copies_are_bounded_whatever_the_picture_is() -> None:
    noisy = thumbnails.small(png(1200, 900, noise=True))
    assert noisy is not None and len(noisy) <= thumbnails.MOST_BYTES
    size = pictures.size_of(noisy)
    assert size is not None and max(size.width, size.height) == thumbnails.SIDE
    whole = png(20, 20)
    bomb = whole[:16] + struct.pack(">II", 60_000, 60_000) + whole[24:]
    for bad in (b"", b"no picture", whole[:50], bomb, SVG, b"\xff\xd8\xff" + b"\0" * 100):
        assert thumbnails.small(bad) is None


def test_the_calendar_shows_each_day_with_its_gravest_capture_and_several_as_a_number(room: Any) -> None:
    found = room.get("/post/upr2020/water/captures").text
    assert "5 captures, 5 January 2021 to 26 January 2021. Edited once." in found
    assert (
        'class="day first" href="/web/20210105140700/https://www.upr2020.org/post/water"'
        ' aria-label="5 January 2021, first captured"' in found
    )
    assert 'aria-label="12 January 2021, captured, 2 captures">12<sup>2</sup>' in found
    assert 'class="day edited"' in found and 'class="day gone"' in found
    assert found.count("<caption>") == 12


def test_every_capture_can_be_reached_however_many_there_are(room: Any) -> None:
    first = room.get("/post/upr2020/water/captures").text
    assert "Show all 5 of 2021" in first
    assert room.get("/post/upr2020/water/captures?year=2021&all=1").text.count("as it looked") == 5
    rows = list(csv.DictReader(io.StringIO(room.get("/post/upr2020/water/captures.csv").text)))
    assert [row["verdict"] for row in rows] == ["new", "same", "same", "changed", "missing"]
    assert room.get("/post/upr2020/water/captures?year=1066").status_code == 200
    assert room.get("/post/upr2020/nothing/captures").status_code == 404


def test_months_begin_on_monday_and_a_year_that_is_none_has_none() -> None:
    january = months("2021", [])[0]
    assert [day.number for day in january.weeks[0]] == [0, 0, 0, 0, 1, 2, 3]
    assert months("now", []) == [] and months("", []) == []
