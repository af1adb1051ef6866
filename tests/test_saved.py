"""Saved pages: which files are taken, and what their address and time are."""

import os
import plistlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import provenance
from scraper.errors import Unreadable, UsageError
from scraper.saved import containers, first_post
from scraper.saved import pages as saved

URL = "https://www.blog.example/post/a-day-in-court"
PAGE = "<!DOCTYPE html>\n{comment}<html><head>{head}</head><body>{body}<p>We were in court.</p></body></html>\n"


def write(folder: Path, name: str = "page.html", *, comment: str = "", head: str = "", body: str = "") -> Path:
    path = folder / name
    path.write_text(PAGE.format(comment=comment, head=head, body=body), "utf-8")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    return path


CANONICAL = f'<link rel="canonical" href="{URL}">'
RELATIVE = '<link rel="canonical" href="a-day-in-court.html">'
OG_URL = '<meta property="og:url" content="https://www.blog.example/post/from-og">'
BROWSER = "<!-- saved from url=(0047)https://www.blog.example/post/from-a-browser -->\n"
HTTRACK = (
    "<!-- Mirrored from www.blog.example/post/from-a-mirror by HTTrack Website Copier/3.x [XR&CO'2014], "
    "Sun, 28 Jul 2024 16:58:36 GMT -->\n"
)
SINGLEFILE = (
    "<!--\n Page saved with SingleFile \n url: https://www.blog.example/post/from-singlefile \n"
    " saved date: Mon Mar 15 2021 10:00:00 GMT+0100 (Central European Standard Time)\n-->\n"
)
RENDERED = '<script>{"ssrInfo":{"renderTimeStamp":1615817100123}}</script>'


@pytest.mark.parametrize(
    ("parts", "url", "basis"),
    [
        ({"head": CANONICAL + OG_URL}, URL, "canonical"),
        ({"head": OG_URL + CANONICAL}, URL, "canonical"),
        ({"head": OG_URL}, "https://www.blog.example/post/from-og", "og:url"),
        ({"head": RELATIVE + OG_URL}, "https://www.blog.example/post/from-og", "og:url"),
        ({"comment": BROWSER, "head": CANONICAL}, "https://www.blog.example/post/from-a-browser", "comment"),
        ({"comment": HTTRACK, "head": CANONICAL}, "https://www.blog.example/post/from-a-mirror", "comment"),
        ({"comment": SINGLEFILE, "head": CANONICAL}, "https://www.blog.example/post/from-singlefile", "comment"),
        ({"comment": "<!-- saved from url=(0014)about:internet -->", "head": CANONICAL}, URL, "canonical"),
        ({"comment": "<!-- saved from url=(0029)http://internet.e-mail/ -->", "head": CANONICAL}, URL, "canonical"),
        ({"head": '<link rel="canonical" href="//other.example/x"><link rel="canonical" href="/post/x">'}, "", "given"),
        ({"head": '<link rel="canonical" href="javascript:alert(1)">'}, "", "given"),
        ({"head": f"<script>var x = '{CANONICAL}'</script>"}, "", "given"),
        ({"head": f"<!-- {CANONICAL} -->"}, "", "given"),
        (
            {"head": '<meta property="og:url" content="https://a.wixsite.com/tea/index.html/index.html/post/x">'},
            "https://a.wixsite.com/tea/post/x",
            "og:url",
        ),
    ],
)  # fmt: skip
def test_the_page_itself_tells_its_address(tmp_path: Path, parts: dict[str, str], url: str, basis: str) -> None:
    capture = saved.load(write(tmp_path, **parts))
    assert (capture.url, capture.url_basis) == (url, basis)


def test_the_caller_and_the_manifest_come_before_what_the_page_says(tmp_path: Path) -> None:
    path = write(tmp_path, comment=BROWSER, head=CANONICAL)
    (tmp_path / "manifest.jsonl").write_text(
        '{"file": "page.html", "url": "https://www.blog.example/post/from-a-manifest", "captured_at": "2020-02-02", '
        '"anything": 1}\n\n{"file": "other.html", "url": null}\n'
    )
    manifest = saved.read_manifest(tmp_path / "manifest.jsonl")
    told_by_manifest = saved.load(path, manifest=manifest)
    assert (told_by_manifest.url, told_by_manifest.url_basis) == (
        "https://www.blog.example/post/from-a-manifest",
        "manifest",
    )
    assert (told_by_manifest.captured_at, told_by_manifest.captured_at_basis) == ("2020-02-02", "given")
    told_by_caller = saved.load(path, url=URL, captured_at="2019-01-01T10:00:00+02:00", manifest=manifest)
    assert (told_by_caller.url, told_by_caller.url_basis) == (URL, "given")
    assert (told_by_caller.captured_at, told_by_caller.captured_at_basis) == ("2019-01-01T08:00:00Z", "given")


@pytest.mark.parametrize(
    ("parts", "at", "basis"),
    [
        ({}, "2020-09-13T12:26:40Z", "file-time"),
        ({"body": RENDERED}, "2021-03-15T14:05:00Z", "page"),
        ({"body": RENDERED, "comment": HTTRACK}, "2024-07-28T16:58:36Z", "page"),
        ({"body": RENDERED, "comment": BROWSER}, "2021-03-15T14:05:00Z", "page"),
        ({"comment": SINGLEFILE}, "2021-03-15T09:00:00Z", "page"),
        ({"body": '<script>{"renderTimeStamp":9999999999999}</script>'}, "2020-09-13T12:26:40Z", "file-time"),
        (
            {
                "body": '<script>{"date":"Sat, 16 Mar 2024 01:00:00 GMT"},{"date":"Sun, 17 Mar 2024 15:03:00 GMT"}</script>'  # noqa: E501
            },
            "2024-03-17T15:03:00Z",
            "page",
        ),
        ({"body": '<script>{"date":"Sun, 99 Mar 2024 15:03:00 GMT"}</script>'}, "2020-09-13T12:26:40Z", "file-time"),
    ],
)
def test_the_time_is_the_best_one_known(tmp_path: Path, parts: dict[str, str], at: str, basis: str) -> None:
    capture = saved.load(write(tmp_path, **parts))
    assert (capture.captured_at, capture.captured_at_basis) == (at, basis)


def test_bytes_are_kept_exactly_as_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "latin.html"
    path.write_bytes(b"\xef\xbb\xbf<html>\r\n<p>caf\xe9\x00\r</html>\n\n")
    assert saved.load(path).body == path.read_bytes()


FEED = (
    '<?xml version="1.0"?><rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>'
    "<lastBuildDate>Sat, 30 Sep 2023 17:47:52 GMT</lastBuildDate>"
    '<atom:link href="https://www.blog.example/blog-feed.xml" rel="self" type="application/rss+xml"/></channel></rss>'
)
SITEMAP = '<?xml version="1.0"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'


@pytest.mark.parametrize(
    ("name", "text", "url", "kind", "media_type"),
    [
        ("feed.xml", FEED, None, "feed", "application/xml"),
        ("map.xml", SITEMAP, None, "sitemap", "application/xml"),
        ("robots.txt", "# ours\n\nUser-agent: *\nDisallow: /private\n", None, "robots", "text/plain"),
        ("r.txt", "User-agent: *\n", "https://www.blog.example/robots.txt", "robots", "text/plain"),
        ("dump.txt", "top of page\n\nA title\n\nbottom of page", URL, "post", "text/plain"),
        ("dump.txt", "<!doctype html><html><body>x</body></html>", URL, "post", "text/html"),
        ("list.html", "<html><body>All posts</body></html>", "https://www.blog.example/blog", "other", "text/html"),
        ("x.html", '<?xml version="1.0"?>\n<!-- x -->\n<html xmlns="xhtml"></html>', URL, "post", "text/html"),
        ("renamed.html", "%PDF-1.7\nxxxx", URL, "file", "application/pdf"),
    ],
)  # fmt: skip
def test_what_a_file_is_shows_in_its_bytes_and_address(
    tmp_path: Path, name: str, text: str, url: str | None, kind: str, media_type: str
) -> None:
    (tmp_path / name).write_text(text)
    capture = saved.load(tmp_path / name, url=url)
    assert (capture.kind, capture.media_type) == (kind, media_type)


def test_a_feed_tells_its_own_address_and_when_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED)
    capture = saved.load(tmp_path / "feed.xml")
    assert (capture.url, capture.captured_at) == ("https://www.blog.example/blog-feed.xml", "2023-09-30T17:47:52Z")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n", "PNG picture"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04....", "zip"),
        (b"SQLite format 3\x00", "database"),
    ],
)
def test_what_is_no_page_is_refused_in_one_line(tmp_path: Path, body: bytes, reason: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(body)
    with pytest.raises(Unreadable, match=reason) as caught:
        saved.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_folder_a_pipe_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    for path in (tmp_path, tmp_path / "pipe.html", tmp_path / "missing.html"):
        with pytest.raises(Unreadable):
            saved.load(path)
        with pytest.raises(Unreadable):
            first_post(path)


def test_a_folder_gives_its_pages_in_order_and_one_note_for_the_rest(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    write(tmp_path / "b", "2.html")
    write(tmp_path, "1.html")
    write(tmp_path, "dump.TXT")
    (tmp_path / "style.css").write_text("p {}")
    (tmp_path / "x.css").write_text("p {}")
    (tmp_path / "manifest.jsonl").write_text("")
    (tmp_path / ".hidden.html").write_text("x")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "lost.html").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.html")
    found = list(saved.walk([tmp_path]))
    assert [path.name for path in found if isinstance(path, Path)] == ["1.html", "dump.TXT", "2.html"]
    refused = {item.path.name: item for item in found if isinstance(item, saved.Skipped)}
    assert refused.keys() == {"lost.html", "pipe.html", tmp_path.name}
    note = refused[tmp_path.name]
    assert note.level == "note"
    assert "2 .css" in note.message
    assert "--manifest" in note.message


@pytest.mark.parametrize("name", ["a-title", "a-title.1", "a-title.html.12", "index.html?p=1", "b@lang=es"])
@pytest.mark.parametrize("before", ["", "<!-- Saved from https://www.example.org/post/a -->\n"])
def test_a_page_without_the_ending_of_one_is_known_by_its_first_bytes(tmp_path: Path, name: str, before: str) -> None:
    (tmp_path / name).write_text(f"{before}<!doctype html><html></html>")
    (tmp_path / "picture.2").write_bytes(b"\x89PNG")
    assert [path.name for path in saved.walk([tmp_path]) if isinstance(path, Path)] == [name]


def test_a_name_that_is_not_utf8_can_be_read_and_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.html"))
    try:
        path.write_text("<html></html>")
    except OSError:  # pragma: no cover - a file system that wants UTF-8
        pytest.skip("this file system takes UTF-8 names only")
    assert saved.load(path).body == b"<html></html>"
    assert saved.shown(path).endswith(r"caf\xe9.html")
    saved.shown(path).encode("utf-8")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 1"),
        ("[]", '"file"'),
        ('{"file": 1}', '"file"'),
        ('{"file": "x", "url": 1}', "texts or null"),
        ('{"file": "x", "url": "ftp://x"}', "expected an address"),
        ('{"file": "x", "captured_at": "last week"}', "expected a time"),
    ],
)
def test_a_bad_manifest_names_its_line(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "m.jsonl").write_text(line)
    with pytest.raises(UsageError, match=reason):
        saved.read_manifest(tmp_path / "m.jsonl")


@pytest.mark.parametrize("line", ['{"file": "a\\ud800.html"}', '{"file": "a\\u0000.html"}', '{"file": "./a.html"}'])
def test_a_file_that_cannot_be_or_is_described_in_two_ways_is_said_with_its_line(tmp_path: Path, line: str) -> None:
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('{"file": "a.html", "captured_at": "2021-03-18"}\n' + line, "utf-8")
    with pytest.raises(UsageError, match="line 2"):
        saved.read_manifest(manifest)


def test_links_that_lead_in_a_circle_are_said_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.html").symlink_to("b.html")
    (tmp_path / "b.html").symlink_to("a.html")
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('\n{"file": "a.html"}\n', "utf-8")
    with pytest.raises(UsageError, match="line 2"):
        saved.read_manifest(manifest)


def test_a_line_of_a_manifest_that_is_no_json_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text('{"file": "x"}\n{bad\n')
    with pytest.raises(UsageError, match=r"line 2: expected an object in JSON, found none from character 2 on") as told:
        saved.read_manifest(tmp_path / "m.jsonl")
    assert "line 1" not in str(told.value)


def test_a_missing_manifest_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        saved.read_manifest(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2021-03", "2021-03"),
        ("2021-03-18", "2021-03-18"),
        ("2021-03-18T14:05:00Z", "2021-03-18T14:05:00Z"),
        ("2021-03-18 16:05+02:00", "2021-03-18T14:05:00Z"),
    ],
)
def test_a_given_time_stays_as_precise_as_it_is(text: str, at: str) -> None:
    assert saved.given_time(text) == at


@pytest.mark.parametrize("text", ["yesterday", "2021-13-01", "2021-13", "2021", "0000-01-01", "0000-01", ""])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        saved.given_time(text)


@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: PAGE.format(comment=text, head=text, body=text).encode())
)
def test_no_bytes_break_what_a_page_tells(body: bytes) -> None:
    media_type = provenance.sniff(body, ".html")
    text = provenance.decode(body, media_type)
    provenance.comment(text)
    provenance.own_address(text)
    provenance.rendered_at(text)
    assert provenance.kind_of("", media_type, body)


@pytest.mark.parametrize(
    "piece", ["<!-- saved from url=(", "<link rel=canonical ", "<!--", "#\n ", "<!---->", '"date":"']
)
def test_a_hostile_page_costs_no_more_than_its_length(piece: str) -> None:
    text = piece * (150_000 // len(piece))
    provenance.sniff(text.encode(), ".html")
    provenance.kind_of("", "text/plain", text.encode())
    provenance.comment(text)
    provenance.own_address(text)
    provenance.rendered_at(text)


# -- pages wrapped with their parts, and folders of parts

ADDRESS = "https://www.upr2020.org/post/a"


def mhtml(body: bytes = b"<html><p>caf=C3=A9", location: str = f"Snapshot-Content-Location: {ADDRESS}\r\n") -> bytes:
    head = (
        f"From: <Saved by Blink>\r\n{location}Date: Thu, 10 Mar 2022 19:12:36 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="xx"\r\n\r\n'
    )
    frame = "--xx\r\nContent-Type: text/html\r\nContent-Location: https://ads.example/frame\r\n\r\n<html>advert\r\n"
    page = (
        "--xx\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: {ADDRESS}\r\n\r\n"
    )
    return (head + frame + page).encode() + body + b"\r\n--xx--\r\n"


def test_an_mhtml_file_is_the_page_itself_at_its_address_and_time(tmp_path: Path) -> None:
    path = tmp_path / "page.mhtml"
    path.write_bytes(mhtml())
    capture = saved.load(path)
    assert (capture.url, capture.captured_at, capture.captured_at_basis) == (ADDRESS, "2022-03-10T19:12:36Z", "page")
    assert (capture.body or b"").strip() == "<html><p>café".encode()
    assert saved.container_of(path) == "mhtml"


def test_a_webarchive_is_the_page_itself(tmp_path: Path) -> None:
    main = {"WebResourceData": b"<html><p>words", "WebResourceURL": ADDRESS, "WebResourceTextEncodingName": "UTF-8"}
    for form in (plistlib.FMT_BINARY, plistlib.FMT_XML):
        path = tmp_path / "page.webarchive"
        path.write_bytes(plistlib.dumps({"WebMainResource": main}, fmt=form))
        capture = saved.load(path)
        assert (capture.url, capture.body, saved.container_of(path)) == (ADDRESS, b"<html><p>words", "webarchive")


@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_no_damage_makes_a_wrapped_page_fail(junk: bytes, at: int) -> None:
    forms = (plistlib.FMT_BINARY, plistlib.FMT_XML)
    webarchives = [plistlib.dumps({"WebMainResource": {"WebResourceData": b"<p>"}}, fmt=form) for form in forms]
    for data in (mhtml(), *webarchives):
        cut = at % len(data)
        with suppress(Unreadable):
            found = containers.page_of(data[:cut] + junk + data[cut:], "page")
            assert found is None or isinstance(found.body, bytes)


@pytest.mark.parametrize(
    "data",
    [
        b"bplist00garbage",
        plistlib.dumps({"Bookmarks": []}, fmt=plistlib.FMT_BINARY),
        plistlib.dumps({"WebMainResource": {"WebResourceData": b"<p>"}}).replace(b"</data>", b""),
        plistlib.dumps({"WebMainResource": {"WebResourceData": b"<p>"}}).replace(b"UTF-8", b"UTX-8"),
        plistlib.dumps({"WebMainResource": {"WebResourceData": b"<p>"}}).replace(b"</dict>", b"</dict></dict>"),
    ],
    ids=["cut", "another plist", "cut XML", "unknown coding", "one end too many"],
)
def test_a_damaged_webarchive_is_called_so(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page.webarchive"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="expected a webarchive with a page in it"):
        saved.load(path)


def test_what_monolith_saved_tells_address_and_time(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!-- Saved from {ADDRESS} at 2022-03-10T19:12:36Z using monolith v2.6.1 -->\n<html><p>x")
    capture = saved.load(path)
    assert (capture.url, capture.url_basis, capture.captured_at) == (ADDRESS, "comment", "2022-03-10T19:12:36Z")


@pytest.mark.parametrize("parts", ["Page_files", "Page-Dateien", "Page_fichiers", "Page_archivos", "Page.files"])
def test_the_parts_of_a_complete_page_are_no_pages_and_are_counted(tmp_path: Path, parts: str) -> None:
    (tmp_path / parts).mkdir()
    (tmp_path / parts / "frame.html").write_text("<html>advert")
    (tmp_path / "Page.html").write_text("<html>x")
    (tmp_path / "2021_blog").mkdir()
    (tmp_path / "2021_blog" / "a.html").write_text("<html>x")
    found = list(saved.walk([tmp_path]))
    assert [path.name for path in found if isinstance(path, Path)] == ["Page.html", "a.html"]
    (note,) = [one for one in found if isinstance(one, saved.Skipped)]
    assert "1 in folders of saved pages" in note.message


def test_a_page_whose_ending_nobody_knows_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "index.html?p=12").write_text("<!DOCTYPE html><p>x")
    (tmp_path / "data.bin?x=1").write_bytes(bytes(50))
    names = [path.name for path in saved.walk([tmp_path]) if isinstance(path, Path)]
    assert names == ["index.html?p=12"]
