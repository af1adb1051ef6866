"""Import: files and web archives into an archive, the same whatever their order, and the same twice."""

# ruff: noqa: E501 - tables of expected rows are read along their lines

import base64
import gzip
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.errors import ArchiveBusy, Interrupted, NotAnArchive, Unreadable, UsageError
from scraper.export import warc as evidence
from scraper.imports import run_import
from scraper.lock import writing
from scraper.runs import Report
from scraper.saved import first_post
from scraper.warc import SignatureKey
from scraper.warc import record as warc
from scraper.warc.record import Record
from tests.archives import query
from tests.rarely import quick

SITE = "https://www.blog.example"
NOW = datetime(2022, 1, 1, tzinfo=UTC)


def bring(archive: Path, *paths: Path, **more: Any) -> Report:
    return run_import(archive, paths, now=lambda: NOW, **more)


def save(path: Path, text: str | bytes, at: int = 1_600_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (at, at))
    return path


@pytest.fixture
def folder(tmp_path: Path, archives: Any) -> Path:
    """Saved pages: one post thrice, another, a dump, a list, a feed."""
    place = tmp_path / "saved"
    page, text = archives.page, archives.TEXT
    save(place / "a.html", page("A Day in Court", *text, views=7, rendered=1_614_600_000_000))
    save(place / "b.html", page("A Day in Court", *text, views=12, rendered=1_617_600_000_000))
    save(place / "c.html", page("A Day in Court", *archives.EDITED, views=30, rendered=1_620_600_000_000))
    save(place / "sub" / "d.html", page("Other", "Another text.", slug="other"), at=1_650_000_000)
    save(
        place / "e.txt",
        "top of page\n\nFrom a Dump\n\nUpdated: Mar 18, 2021\n\nWe said so.\n\n9 views0 comments\n\nbottom of page",
    )
    save(place / "list.html", f'<html><head><link rel="canonical" href="{SITE}/blog"></head><body>Posts</body></html>')
    (place / "manifest.jsonl").write_text(
        json.dumps({"file": "e.txt", "url": f"{SITE}/post/from-a-dump", "captured_at": "2021-03-20"}) + "\n"
    )
    return place


def test_a_folder_is_imported_each_page_at_its_own_time(tmp_path: Path, folder: Path) -> None:
    archive = tmp_path / "a.db"
    report = bring(archive, folder, manifest=folder / "manifest.jsonl")
    assert report.exit_status == 0, report.messages
    assert query(
        archive, "SELECT url, title, views, revision_count, first_seen_at, last_seen_at FROM posts ORDER BY url"
    ) == [
        (f"{SITE}/post/a-day-in-court", "A Day in Court", 30, 2, "2021-03-01T12:00:00Z", "2021-05-09T22:40:00Z"),
        (f"{SITE}/post/from-a-dump", "From a Dump", 9, 1, "2021-03-20", "2021-03-20"),
        (f"{SITE}/post/other", "Other", None, 1, "2022-04-15T05:20:00Z", "2022-04-15T05:20:00Z"),
    ]
    assert query(archive, "SELECT counted_at, views FROM counts ORDER BY counted_at, views") == [
        ("2021-03-01T12:00:00Z", 7), ("2021-03-20", 9), ("2021-04-05T05:20:00Z", 12), ("2021-05-09T22:40:00Z", 30),
    ]  # fmt: skip
    basis = dict(query(archive, "SELECT captured_at_basis, count(*) FROM captures GROUP BY 1"))
    assert basis == {"page": 3, "given": 1, "file-time": 2}
    assert not any("skipped" in message for message in report.messages)  # the manifest was read


def test_a_manifest_that_nobody_names_is_told_of(tmp_path: Path, folder: Path) -> None:
    said = "skipped files that are not pages: 1 .jsonl; a manifest is read where --manifest names it"
    assert any(said in message for message in bring(tmp_path / "a.db", folder).messages)


def test_a_page_that_names_posts_is_kept_as_a_list(tmp_path: Path) -> None:
    card = f'<div data-hook="post-list-item"><a href="{SITE}/post/other">Other</a></div>'
    head = f'<head><link rel="canonical" href="{SITE}/stories"></head>'
    save(tmp_path / "full.html", f'<html>{head}<body><div data-hook="feed-page-root">{card}</div></body></html>')
    save(tmp_path / "bare.html", f"<html>{head.replace('stories', 'about')}<body>We are a network.</body></html>")
    archive = tmp_path / "a.db"
    assert bring(archive, tmp_path / "full.html", tmp_path / "bare.html").exit_status == 0
    assert query(archive, "SELECT url, kind FROM captures ORDER BY url") == [
        (f"{SITE}/about", "other"),
        (f"{SITE}/stories", "list"),
    ]


def test_importing_the_same_twice_changes_nothing(tmp_path: Path, folder: Path, archives: Any) -> None:
    archive = tmp_path / "a.db"
    first = bring(archive, folder, manifest=folder / "manifest.jsonl")
    before = archives.rows(archive)
    second = bring(archive, folder, manifest=folder / "manifest.jsonl")
    assert archives.rows(archive) == before
    assert (first.known, second.known, second.new, second.changed) == (0, 6, 0, 0)


@pytest.mark.parametrize("seed", quick(range(8), 0, 1))
def test_any_order_gives_the_same_archive(tmp_path: Path, folder: Path, archives: Any, seed: int) -> None:
    whole = tmp_path / "whole.db"
    bring(whole, folder, manifest=folder / "manifest.jsonl")
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".txt")]
    random.Random(seed).shuffle(files)
    piecewise = tmp_path / "piecewise.db"
    for number, path in enumerate(files):
        bring(piecewise, path, *files[:number:4], manifest=folder / "manifest.jsonl")
    assert archives.rows(piecewise) == archives.rows(whole)


def test_one_bad_file_stops_nothing_and_is_told_in_one_line(tmp_path: Path, folder: Path) -> None:
    save(folder / "empty.html", "")
    save(folder / "picture.html", b"\x89PNG\r\n\x1a\n")
    save(folder / "nameless.html", "<html><body>Who am I?</body></html>")
    save(folder / "noise.html", bytes(random.Random(1).randbytes(50_000)))
    save(folder / "renamed.html", b"%PDF-1.4\n")
    os.mkfifo(folder / "pipe.html")
    (folder / "loop").symlink_to(folder)
    (folder / "lost.html").symlink_to(folder / "nowhere")
    archive = tmp_path / "a.db"
    report = bring(archive, folder, tmp_path / "missing.html", manifest=folder / "manifest.jsonl")
    assert report.exit_status == 1
    assert query(archive, "SELECT count(*) FROM posts") == [(3,)]
    for name, reason in {
        "empty.html": "empty", "picture.html": "PNG", "nameless.html": "--url", "renamed.html": "--url",
        "pipe.html": "neither a file", "lost.html": "cannot be read", "missing.html": "cannot be read", "noise.html": "",
    }.items():  # fmt: skip
        (line,) = [message for message in report.messages if name in message]
        assert "\n" not in line
        assert reason in line
    errors = query(archive, "SELECT count(*) FROM problems WHERE stage = 'import' AND level = 'error'")
    assert errors == [(report.problems,)] == [(8,)]


def test_a_file_that_is_mended_closes_its_problem(tmp_path: Path, archives: Any) -> None:
    archive, path = tmp_path / "a.db", tmp_path / "page.html"
    save(path, "")
    assert bring(archive, path).exit_status == 1
    save(path, archives.page("A Day in Court", *archives.TEXT))
    assert bring(archive, path).exit_status == 0
    assert query(archive, "SELECT count(*) FROM problems WHERE resolved_at IS NULL") == [(0,)]


def test_feeds_and_maps_without_an_address_are_a_note(tmp_path: Path, archives: Any) -> None:
    save(tmp_path / "sitemap.xml", archives.SITEMAP)
    save(tmp_path / "robots.txt", "User-agent: *\nDisallow:\n")
    report = bring(tmp_path / "a.db", tmp_path / "sitemap.xml", tmp_path / "robots.txt")
    assert report.exit_status == 0
    assert len(report.messages) == 2


def test_a_sitemap_with_its_address_names_posts(tmp_path: Path, archives: Any) -> None:
    save(tmp_path / "sitemap.xml", archives.SITEMAP)
    archive = tmp_path / "a.db"
    bring(archive, tmp_path / "sitemap.xml", url=f"{SITE}/sitemap.xml")
    assert query(archive, "SELECT url, state, found_by FROM known_urls ORDER BY url") == [
        (f"{SITE}/post/a-day-in-court", "wanted", "sitemap"),
        (f"{SITE}/post/never-fetched", "wanted", "sitemap"),
    ]


@pytest.mark.parametrize(
    "more", [{"url": "not an address"}, {"captured_at": "lately"}, {"manifest": Path("/nowhere/manifest.jsonl")}]
)
def test_wrong_words_are_refused_before_anything_is_made(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        bring(tmp_path / "a.db", save(tmp_path / "x.html", "<html>"), **more)
    assert not (tmp_path / "a.db").exists()


def test_where_nothing_is_there_no_archive_is_made(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such file"):
        bring(tmp_path / "a.db", tmp_path / "missing.html")
    assert not (tmp_path / "a.db").exists()


def test_captures_dated_by_the_time_of_their_files_are_counted_once(tmp_path: Path) -> None:
    page = '<html><link rel="canonical" href="https://www.upr2020.org/post/{0}"><p>{0}'
    files = [save(tmp_path / f"{name}.html", page.format(name)) for name in ("one", "two")]
    said = [message for message in bring(tmp_path / "a.db", *files).messages if "time of the file" in message]
    assert [message.split(" dated")[0] for message in said] == ["2 captures"]
    given = bring(tmp_path / "b.db", *files, captured_at="2021-03-18")
    assert not any("time of the file" in message for message in given.messages)


def test_an_address_for_several_files_or_a_folder_is_refused(tmp_path: Path) -> None:
    for paths in ([tmp_path], [tmp_path / "a.html", tmp_path / "b.html"]):
        with pytest.raises(UsageError, match="one file"):
            bring(tmp_path / "a.db", *paths, url=f"{SITE}/post/x")


def test_an_archive_that_is_none_or_is_held_is_left_alone(tmp_path: Path) -> None:
    page = save(tmp_path / "x.html", "<html>")
    other = save(tmp_path / "other.db", "no database at all, but long enough to be looked at")
    with pytest.raises(NotAnArchive):
        bring(other, page)
    assert other.read_text().startswith("no database")
    with writing(tmp_path / "a.db", "2022-01-01T00:00:00Z"), pytest.raises(ArchiveBusy):
        bring(tmp_path / "a.db", page)


# -- web archives


def foreign(*answers: tuple[str, str, bytes], software: str = "Wget/1.21") -> bytes:
    """A WARC as warcio writes it: (address, time, body) each; a body seen before becomes a revisit."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": software}))
    seen: dict[bytes, Any] = {}
    for url, at, body in answers:
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        if body in seen:
            first = seen[body]
            record = writer.create_revisit_record(
                url, first.rec_headers["WARC-Payload-Digest"], first.rec_headers["WARC-Target-URI"],
                first.rec_headers["WARC-Date"], http_headers=head, warc_headers_dict={"WARC-Date": at},
            )  # fmt: skip
        else:
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": at}
            )
            seen[body] = record
        writer.write_record(record)
    return out.getvalue()


@pytest.fixture
def posts(archives: Any) -> Callable[[], list[tuple[str, str, bytes]]]:
    def made() -> list[tuple[str, str, bytes]]:
        url = "https://www.upr2020.org/post/a-day-in-court"
        one = (
            archives.page("A Day in Court", *archives.TEXT, views=7)
            .replace("www.blog.example", "www.upr2020.org")
            .encode()
        )
        two = archives.page("Other", "Words.", slug="b").encode()
        return [
            (url, "2021-03-02T00:00:00Z", one), (f"{SITE}/post/b", "2021-03-02T00:00:01Z", two),
            (url, "2021-04-02T00:00:00Z", one),
        ]  # fmt: skip

    return made


def test_of_a_foreign_file_the_known_sites_are_taken_at_their_own_times(tmp_path: Path, posts: Any) -> None:
    archive = tmp_path / "a.db"
    report = bring(archive, save(tmp_path / "x.warc.gz", foreign(*posts())))
    assert report.exit_status == 0, report.messages
    assert query(archive, "SELECT url, captured_at, source, captured_at_basis, url_basis FROM captures ORDER BY captured_at") == [
        ("https://www.upr2020.org/post/a-day-in-court", f"2021-0{month}-02T00:00:00Z", "warc", "given", "warc")
        for month in (3, 4)
    ]  # fmt: skip
    assert query(archive, "SELECT count(DISTINCT body_sha256) FROM captures") == [(1,)]
    (note,) = query(archive, "SELECT message FROM problems WHERE kind = 'foreign'")
    assert "2 captures, written by Wget/1.21" in note[0]
    assert any("--all-hosts" in message for message in report.messages)


def stop_at(name: str) -> Callable[[str], None]:
    """Stops an import before the file of that name."""

    def progress(at: str) -> None:
        if at.endswith(name):
            raise Interrupted("stopped")

    return progress


def test_one_text_in_place_of_many_is_held_back_in_any_order_and_never_twice(tmp_path: Path, archives: Any) -> None:
    archive = tmp_path / "a.db"
    wall, slugs = "Members read on: join our circle, pay by card and come back as often as you like.", ("x", "y", "z")
    own = {slug: f"Witness {slug}{slug} spoke of rivers, mills and the long road home." for slug in slugs}
    pages = [
        (f"https://www.upr2020.org/post/{slug}", f"2021-0{month}-02T00:00:00Z", archives.page(f"On {slug}", text, slug=slug))
        for month, texts in ((3, dict.fromkeys(slugs, wall)), (4, own)) for slug, text in texts.items()
    ]  # fmt: skip
    made = [(url, at, page.replace("www.blog.example", "www.upr2020.org").encode()) for url, at, page in pages]
    with_stop = {"progress": stop_at("y.warc.gz")}
    for part, more in ((made[:3], {}), (made, with_stop), (made, {})):
        both = [save(tmp_path / "x.warc.gz", foreign(*part)), save(tmp_path / "y.warc.gz", foreign(made[0]))]
        report = bring(archive, *both, **more)
    assert report.exit_status == 5
    assert query(archive, "SELECT revision_count, body_text FROM posts ORDER BY slug") == [
        (1, own[one]) for one in slugs
    ]
    assert bring(archive, save(tmp_path / "x.warc.gz", foreign(*made))).exit_status == 0


@pytest.mark.parametrize("at", ["2062-03-02T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_record_of_an_impossible_time_is_told_and_the_others_are_taken(tmp_path: Path, posts: Any, at: str) -> None:
    (url, _, page), *rest = posts()
    report = bring(
        tmp_path / "a.db", save(tmp_path / "x.warc", foreign((url, at, page.replace(b"Day", b"Year")), *rest))
    )
    assert report.exit_status == 1
    assert any(f"is dated {at}: not imported" in message for message in report.messages)
    assert query(tmp_path / "a.db", "SELECT captured_at FROM captures") == [("2021-04-02T00:00:00Z",)]


def test_all_hosts_takes_the_rest(tmp_path: Path, posts: Any) -> None:
    archive = tmp_path / "a.db"
    bring(archive, save(tmp_path / "x.warc.gz", foreign(*posts())), all_hosts=True)
    assert query(archive, "SELECT count(*) FROM posts") == [(2,)]


def test_a_revisit_before_its_original_in_another_file_is_resolved(tmp_path: Path, posts: Any) -> None:
    data = foreign(*posts())
    cut = data.rindex(b"\x1f\x8b\x08")
    late = save(tmp_path / "a-later.warc.gz", data[cut:])
    early = save(tmp_path / "b-early.warc.gz", data[:cut])
    archive = tmp_path / "a.db"
    report = bring(archive, late, early)
    assert report.exit_status == 0, report.messages
    assert query(archive, "SELECT count(*), count(body_sha256) FROM captures") == [(2, 2)]


def test_a_revisit_of_nothing_is_a_problem(tmp_path: Path, posts: Any) -> None:
    data = foreign(*posts())
    report = bring(tmp_path / "a.db", save(tmp_path / "x.warc.gz", data[data.rindex(b"\x1f\x8b\x08") :]))
    assert report.exit_status == 1
    assert "refers to one that is not there" in report.messages[0]


def test_a_record_whose_digest_does_not_hold_is_taken_and_a_problem(tmp_path: Path, posts: Any) -> None:
    plain = bytearray(
        gzip.decompress(foreign(*posts()[:1], ("https://www.upr2020.org/about", "2021-03-03T00:00:00Z", b"<p>b")))
    )
    plain[plain.index(b"nine witnesses")] ^= 1
    archive = tmp_path / "a.db"
    report = bring(archive, save(tmp_path / "x.warc", bytes(plain)))
    assert report.exit_status == 1
    assert query(archive, "SELECT count(*) FROM captures") == [(2,)]
    assert query(archive, "SELECT url, kind FROM problems WHERE level = 'error'") == [
        ("https://www.upr2020.org/post/a-day-in-court", "digest-mismatch")
    ]


def test_a_truncated_file_gives_its_whole_records_and_says_where_it_broke(tmp_path: Path, posts: Any) -> None:
    data = foreign(*posts())
    archive = tmp_path / "a.db"
    report = bring(archive, save(tmp_path / "x.warc.gz", data[:-20]))
    assert report.exit_status == 1
    assert query(archive, "SELECT count(*) FROM captures") == [(1,)]
    (line,) = [message for message in report.messages if "ends too soon" in message]
    assert f"byte {data.rindex(bytes.fromhex('1f8b08'))}" in line


def test_a_web_archive_is_known_by_its_bytes_whatever_its_name(tmp_path: Path, posts: Any) -> None:
    archive = tmp_path / "a.db"
    bring(archive, save(tmp_path / "no-ending", foreign(*posts())))
    assert query(archive, "SELECT count(*) FROM captures") == [(2,)]


WET = (
    "WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2021-04-20T00:00:00Z\r\nContent-Type: application/warc-fields\r\n"
    "Content-Length: 64\r\n\r\nisPartOf: CC-MAIN-2021-17\r\npublisher: Common Crawl\r\nformat: WET\r\n\r\n\r\n"
)


def test_text_that_common_crawl_extracted_is_read_as_a_dump(tmp_path: Path) -> None:
    text = b"top of page\n\nFrom a Crawl\n\nWe said so.\n\n9 views0 comments\n\nbottom of page\n"
    head = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://www.upr2020.org/post/from-a-crawl\r\n"
    head += f"WARC-Date: 2021-04-20T10:11:12Z\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
    info = WET.replace("64", str(len(WET.split("\r\n\r\n", 1)[1]) - 4))
    data = gzip.compress(info.encode()) + gzip.compress(head.encode() + text + b"\r\n\r\n")
    archive = tmp_path / "a.db"
    report = bring(archive, save(tmp_path / "CC-MAIN-1.warc.wet.gz", data))
    assert report.exit_status == 0, report.messages
    assert query(archive, "SELECT title, views, first_seen_at FROM posts") == [
        ("From a Crawl", 9, "2021-04-20T10:11:12Z")
    ]
    assert query(archive, "SELECT source, media_type FROM captures") == [("commoncrawl", "text/plain")]


def test_a_package_whose_digests_do_not_hold_is_told_and_imported(tmp_path: Path, posts: Any) -> None:
    import zipfile

    path = tmp_path / "x.wacz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.warc.gz", foreign(*posts()))
        resource = {"name": "x", "path": "archive/data.warc.gz", "hash": "sha256:" + "0" * 64, "bytes": 1}
        file.writestr("datapackage.json", json.dumps({"resources": [resource]}))
    archive = tmp_path / "a.db"
    report = bring(archive, path)
    assert report.exit_status == 1
    assert any("archive/data.warc.gz" in message and "expected the digest" in message for message in report.messages)
    assert query(archive, "SELECT count(*) FROM captures") == [(2,)]


def test_a_signal_ends_the_import_after_the_present_file_and_says_so(
    tmp_path: Path, folder: Path, archives: Any
) -> None:
    def ask(_: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, 0)  # a file that takes longer than a run's patience is broken off

    archive = tmp_path / "a.db"
    report = bring(archive, folder, manifest=folder / "manifest.jsonl", progress=ask)
    assert report.exit_status == 9
    assert "SIGTERM" in report.line
    assert query(archive, "SELECT count(*), exit_status, finished_at IS NOT NULL FROM crawls, captures") == [(1, 9, 1)]
    assert bring(archive, folder, manifest=folder / "manifest.jsonl").exit_status == 0
    assert query(archive, "SELECT count(*) FROM posts") == [(3,)]


PEAK = """
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from scraper.imports import run_import
run_import(Path(sys.argv[1]), [Path(sys.argv[2])], now=lambda: datetime(2022, 1, 1, tzinfo=UTC))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path, archives: Any) -> None:
    """Pages of a megabyte: of a known site, and five times as many of others."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell how much memory a process used")

    def response(url: str, body: bytes) -> bytes:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        fields = (("WARC-Type", "response"), ("WARC-Target-URI", url), ("WARC-Date", "2021-03-02T00:00:00Z"))
        return warc.member(warc.Record(fields, head + body))

    peaks = []
    for pages in (50, 120):  # caches are full by then
        with (tmp_path / f"{pages}.warc.gz").open("wb") as out:
            for number in range(pages):
                page = archives.page(f"Post {number}", "Words.", slug=f"p{number}", noise="p{margin:0}" * 100_000)
                out.write(response(f"https://www.upr2020.org/post/p{number}", page.encode()))
                for other in range(5):
                    out.write(response(f"https://elsewhere.example/{number}/{other}", b"x" * 1_000_000))
        words = [sys.executable, "-c", PEAK, str(tmp_path / f"{pages}.db"), str(tmp_path / f"{pages}.warc.gz")]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        peaks.append(int(subprocess.check_output(words, env=environment)) / 1024)
        assert query(tmp_path / f"{pages}.db", "SELECT count(*) FROM posts") == [(pages,)]
    assert peaks[1] - peaks[0] < 50, peaks


def wacz_of(path: Path, files: dict[str, bytes], listed: Iterable[str] = ()) -> Path:
    """A package of *files*, of which its own list names *listed*."""
    resources = [{"path": name, "hash": warc.digest(files[name]), "bytes": len(files[name])} for name in listed]
    with zipfile.ZipFile(path, "w") as package:
        for name, data in files.items():
            package.writestr(name, data)
        package.writestr("datapackage.json", json.dumps({"resources": resources}))
    return path


def test_a_package_of_packages_and_a_file_that_no_list_names_are_read(tmp_path: Path, posts: Any) -> None:
    first, second = foreign(*posts()[:1]), foreign(("https://www.upr2020.org/about", "2021-03-03T00:00:00Z", b"<p>b"))
    inner = wacz_of(tmp_path / "inner.wacz", {"archive/a.warc.gz": first}, ["archive/a.warc.gz"])
    outer = {"inner.wacz": inner.read_bytes(), "archive/b.warc.gz": second}
    packages = wacz_of(tmp_path / "x.wacz", outer, ["inner.wacz"])
    first_page = first_post(packages)
    assert first_page is not None
    assert first_page.kind == "post"
    report = bring(tmp_path / "a.db", packages)
    assert (report.exit_status, report.captures) == (0, 2)
    assert any("not listed in the package" in message for message in report.messages)


KEY = SignatureKey.of_seed(bytes(32))


def signed_wacz(path: Path, data: bytes, *, alter: str = "") -> Path:
    """A signed package of one WARC; *alter*: what was changed after it had been signed."""
    resources = [{"path": "archive/a.warc.gz", "hash": warc.digest(data), "bytes": len(data)}]
    package = json.dumps({"resources": resources}).encode()
    signed = KEY.sign(package, created="2021-12-02T00:00:00Z", software="a recorder")
    digest = {"path": "datapackage.json", "hash": warc.digest(package), "signedData": signed}
    files = {
        "archive/a.warc.gz": data + gzip.compress(b"\r\n") if alter == "file" else data,
        "datapackage.json": package.replace(b'"bytes"', b'"size"') if alter == "list" else package,
        "datapackage-digest.json": json.dumps(digest).encode(),
    }
    with zipfile.ZipFile(path, "w") as out:
        for name, content in files.items():
            out.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("alter", "stands", "status"), [("", "valid", 0), ("file", "invalid", 1), ("list", "invalid", 1)]
)
def test_the_signature_of_a_package_is_checked_and_kept(
    tmp_path: Path, posts: Any, alter: str, stands: str, status: int
) -> None:
    report = bring(tmp_path / "a.db", signed_wacz(tmp_path / "x.wacz", foreign(*posts()[:1]), alter=alter))
    assert (report.exit_status, report.captures) == (status, 1)
    ((kept,),) = query(tmp_path / "a.db", "SELECT signature FROM import_files")
    assert kept.startswith(f"{stands}: ")
    assert (KEY.public in kept) is (alter != "list")
    kinds = {kind for (kind,) in query(tmp_path / "a.db", "SELECT kind FROM problems")}
    assert ("invalid-signature" in kinds) is bool(alter)
    assert query(tmp_path / "a.db", "SELECT source, captured_at_basis FROM captures") == [("warc", "given")]


def test_a_package_without_a_signature_is_kept_as_such(tmp_path: Path, posts: Any) -> None:
    data = foreign(*posts()[:1])
    bring(tmp_path / "a.db", wacz_of(tmp_path / "x.wacz", {"archive/a.warc.gz": data}, ["archive/a.warc.gz"]))
    assert query(tmp_path / "a.db", "SELECT signature FROM import_files") == [("none",)]


def test_a_damaged_member_costs_itself_alone_and_is_named(tmp_path: Path, posts: Any) -> None:
    data = foreign(*posts()[:1])
    package = wacz_of(tmp_path / "x.wacz", {"archive/a.warc.gz": data, "archive/b.warc.gz": data + bytes(9000)})
    raw = bytearray(package.read_bytes())
    at = raw.index(bytes(100))
    raw[at + 50] = 1  # zeros behind the last record: the checksum of the member does not hold any more
    save(package, bytes(raw))
    page = save(tmp_path / "folder" / "page.html", "<html><p>x")
    report = bring(tmp_path / "a.db", package, page)
    assert report.exit_status == 1
    assert report.captures == 2
    assert any("b.warc.gz" in message and "cannot be unpacked" in message for message in report.messages)


def test_a_revisit_is_resolved_by_a_digest_that_an_earlier_run_imported(tmp_path: Path) -> None:
    url, archive = "https://www.upr2020.org/about", tmp_path / "a.db"
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>words"
    said = "sha1:" + base64.b32encode(hashlib.sha1(b"<p>words").digest()).decode()
    common = (("WARC-Target-URI", url), ("WARC-Payload-Digest", said))
    first = Record((("WARC-Type", "response"), ("WARC-Date", "2021-03-01T00:00:00Z"), *common), body)
    again = Record((("WARC-Type", "revisit"), ("WARC-Date", "2021-04-01T00:00:00Z"), *common), body[:-8])
    for number, one in enumerate((first, again)):
        assert bring(archive, save(tmp_path / f"{number}.warc.gz", warc.member(one))).exit_status == 0
    assert query(archive, "SELECT count(*), count(DISTINCT body_sha256) FROM captures") == [(2, 1)]
    assert query(archive, "SELECT name, kind, own FROM import_files ORDER BY id") == [
        ("0.warc.gz", "warc", 0), ("1.warc.gz", "warc", 0),
    ]  # fmt: skip
    assert query(archive, "SELECT payload_digest FROM capture_files") == [(said,), (said,)]


def test_what_says_that_it_is_ours_is_somebodys_file_unless_the_caller_vouches(tmp_path: Path, full: Path) -> None:
    evidence.export_warc(full, tmp_path / "x.warc.gz")
    report = bring(tmp_path / "theirs.db", tmp_path / "x.warc.gz", all_hosts=True)
    assert any("--own" in message for message in report.messages)
    sources = query(tmp_path / "theirs.db", "SELECT DISTINCT source, captured_at_basis, url_basis FROM captures")
    assert sources == [("warc", "given", "warc")]
    bring(tmp_path / "ours.db", tmp_path / "x.warc.gz", own=True)
    assert ("live", "clock", "request") in query(
        tmp_path / "ours.db", "SELECT source, captured_at_basis, url_basis FROM captures"
    )


@pytest.mark.parametrize("at", ["1990-12-31", "2999-01-01T00:00:00Z", "1970-01"])
def test_a_time_before_the_web_or_after_tomorrow_is_refused_before_anything_is_written(tmp_path: Path, at: str) -> None:
    page = save(tmp_path / "page.html", "<html><p>x")
    with pytest.raises(UsageError, match="expected a time of capture between"):
        bring(tmp_path / "a.db", page, captured_at=at)
    manifest = save(tmp_path / "m.jsonl", json.dumps({"file": "page.html", "captured_at": at}))
    with pytest.raises(UsageError):
        bring(tmp_path / "a.db", page, manifest=manifest)
    assert not (tmp_path / "a.db").exists()


def test_a_page_under_a_posts_address_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    url = "https://www.upr2020.org/post/b"
    page = save(tmp_path / "page.html", f'<html><link rel="canonical" href="{url}"><p>Checking your browser')
    data = file_of_answer(url, page.read_bytes())
    for number, given in enumerate((page, save(tmp_path / "x.warc.gz", data))):
        archive = tmp_path / f"{number}.db"
        assert bring(archive, given).exit_status == 1
        assert query(archive, "SELECT url, level FROM problems WHERE kind = 'unread-post'") == [(url, "error")]


def file_of_answer(url: str, body: bytes) -> bytes:
    fields = (("WARC-Type", "response"), ("WARC-Target-URI", url), ("WARC-Date", "2021-03-01T00:00:00Z"))
    return warc.member(Record(fields, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body))


def test_each_saved_page_says_which_file_it_came_from(tmp_path: Path) -> None:
    page = save(tmp_path / "page.html", '<html><link rel="canonical" href="https://www.upr2020.org/about"><p>x')
    archive = tmp_path / "a.db"
    bring(archive, page)
    bring(archive, page)
    digest = hashlib.sha256(page.read_bytes()).hexdigest()
    assert query(archive, "SELECT name, sha256, kind, capture_id FROM import_files JOIN capture_files") == [
        ("page.html", digest, "html", 1)
    ]


# -- round trip


@pytest.mark.parametrize("form", ["warc.gz", "wacz"])
def test_export_and_import_give_the_same_archive_and_the_same_bytes(
    tmp_path: Path, full: Path, archives: Any, form: str
) -> None:
    export = evidence.export_wacz if form == "wacz" else evidence.export_warc
    first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
    assert export(full, first) == len(archives.captures()) + 1
    again = tmp_path / "again.db"
    report = bring(again, first, own=True)
    assert report.exit_status == 0, report.messages
    assert report.messages == ()
    assert archives.rows(again) == archives.rows(full)
    export(again, second)
    assert first.read_bytes() == second.read_bytes()


def test_a_record_that_was_edited_in_our_own_file_is_not_taken(tmp_path: Path, full: Path) -> None:
    evidence.export_warc(full, tmp_path / "x.warc.gz")
    plain = gzip.decompress((tmp_path / "x.warc.gz").read_bytes())
    edited = plain.replace(b'ushrn-captured_at: "2021-04-02T00:00:02Z"', b'ushrn-captured_at: "2021-04-03T00:00:02Z"')
    assert edited != plain
    archive = tmp_path / "a.db"
    report = bring(archive, save(tmp_path / "edited.warc", edited), own=True)
    assert report.exit_status == 1
    assert any("digest" in message for message in report.messages)
    assert query(archive, "SELECT count(*) FROM captures WHERE captured_at = '2021-04-03T00:00:02Z'") == [(0,)]


def test_importing_our_own_export_back_changes_nothing(tmp_path: Path, full: Path, archives: Any) -> None:
    before = archives.rows(full)
    evidence.export_warc(full, tmp_path / "x.warc.gz")
    report = bring(full, tmp_path / "x.warc.gz")
    assert archives.rows(full) == before
    assert report.known == len(archives.captures()) + 1


def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path, full: Path) -> None:
    target = save(tmp_path / "x.warc.gz", "old")
    with pytest.raises(UsageError):
        evidence.export_warc(full, full)
    with pytest.raises(NotAnArchive):
        evidence.export_warc(tmp_path / "nothing.db", target)
    assert target.read_text() == "old"
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name]


def test_pages_with_errors_are_counted_as_the_problems_that_are_noted_of_them(tmp_path: Path, archives: Any) -> None:
    place, archive = tmp_path / "saved", tmp_path / "a.db"
    for number, published in enumerate(("1970-01-01T00:00:00.000Z", "2921-03-18", "2021-03-01T08:00:00.000Z")):
        slug = f"letter-{number}"
        save(place / f"{slug}.html", archives.page("A Letter", "Its words.", slug=slug, published=published))
    report = bring(archive, place)
    noted = query(archive, "SELECT DISTINCT url FROM problems WHERE level = 'error'")
    assert (report.problems, report.exit_status, len(noted)) == (2, 1, 2)
    assert ", 2 with errors," in report.line
    assert {cause.kind for cause in report.causes} == {"impossible-date"}
    assert query(archive, "SELECT problems, exit_status FROM crawls") == [(2, 1)]
