"""Text of PDFs, whole and hostile."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pypdf
import pytest

from scraper import pdf
from scraper.demo.endpoints import pdf as make_pdf
from scraper.pdf_words import searchable, whole_over_pages
from scraper.reading.capture import read_capture
from scraper.reading.fingerprint import fingerprint
from scraper.reading.page_reader import READER
from scraper.records import Capture
from scraper.search.passages import passages
from scraper.store import Archive
from scraper.vocabulary import CaptureKind

ROOT = Path(__file__).parents[1]

URL = "https://www.lantern.example/_files/ugd/a.pdf"


def test_the_text_of_a_pdf_is_read() -> None:
    found = pdf.text_of(make_pdf(("The aquifer belongs to everyone.", "Second line")), URL)
    assert found.text is not None
    assert "The aquifer belongs to everyone." in found.text
    assert (found.pages, found.problem) == (1, None)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>not a pdf</html>", b"%PDF-1.4\n", b"%PDF-1.7\n" + b"\x00" * 5000, make_pdf(("cut",))[:200]],
)
def test_what_cannot_be_read_is_a_note_and_no_text(body: bytes) -> None:
    found = pdf.text_of(body, URL)
    assert not found.text
    assert found.problem is None or (found.problem.level, found.problem.url) == ("note", URL)


def test_a_page_that_unpacks_to_a_flood_takes_down_only_its_reader() -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(200)) + packer.flush()
    whole = make_pdf(("x",))
    start = whole.index(b"<< /Length")
    end = whole.index(b"endstream")
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(bomb) + bomb + b"\n"
    found = pdf.text_of(whole[:start] + stream + whole[end:], URL)
    assert not found.text


def test_a_tree_of_pages_that_bites_its_tail_ends() -> None:
    body = make_pdf(("x",)).replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
    assert not pdf.text_of(body, URL).text


#: As a program whose interpreter the user may not start: it runs, and can start no other.
WITHOUT_READER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.executable = "/nowhere/python"
from scraper import verify
found = verify.run(Path(sys.argv[1]), now=lambda: datetime(2026, 1, 3, tzinfo=UTC))
print(found.exit_status, *(one.kind for one in found.found if one.level is not verify.Grade.NOTE))
"""


def test_where_no_reader_can_be_started_a_file_is_not_proven_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    post = (
        '<article data-hook="post"><h1 data-hook="post-title">One</h1><section data-hook="post-description">'
        f'<p>We met. <a href="{URL}">Minutes</a></p></section></article>'
    )
    made = ("https://www.lantern.example/post/one", post.encode(), "text/html"), (URL, make_pdf(("Words",)), None)
    with Archive.open(path, read=read_capture, reader=READER, fingerprint=fingerprint()) as archive:
        archive.begin("crawl", "2026-01-01T00:00:00Z")
        for url, body, media in made:
            kind = CaptureKind.POST if media else CaptureKind.FILE
            capture = Capture(
                url=url, kind=kind, captured_at="2026-01-01T00:00:00Z", status=200, media_type=media, body=body
            )
            archive.keep(capture, read_capture(capture), 1)
        archive.finish(1, finished_at="2026-01-01T00:00:01Z", requests=2, exit_status=0)
    words = [sys.executable, "-c", WITHOUT_READER, str(path)]
    there = subprocess.run(
        words, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    status, *kinds = there.stdout.split()
    assert (status, "not-read" in kinds, "files-row" in kinds) == ("1", True, False)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the child is found in /proc")
def test_a_reader_that_somebody_stops_reads_again() -> None:
    """A service that is stopped is stopped with all its processes: that says nothing of the file."""
    found: list[pdf.PdfText] = []
    thread = threading.Thread(target=lambda: found.append(pdf.text_of(make_pdf(("Words",)), URL)))
    thread.start()
    children = Path(f"/proc/self/task/{thread.native_id}/children")
    while not (child := children.read_text().split()):
        time.sleep(0.005)
    os.kill(int(child[0]), signal.SIGTERM)
    thread.join()
    assert found[0].text == "Words"


def test_pages_stay_apart_so_that_what_is_found_has_its_page() -> None:
    writer = pypdf.PdfWriter()
    for line in ("The aquifer belongs to everyone.", "", "The delegation met on Tuesday."):
        writer.append(io.BytesIO(make_pdf((line,))))
    whole = io.BytesIO()
    writer.write(whole)
    found = pdf.text_of(whole.getvalue(), URL)
    text = found.text or ""
    assert [page.strip() for page in text.split("\f")] == [
        "The aquifer belongs to everyone.", "", "The delegation met on Tuesday.",
    ]  # fmt: skip
    at = text.index("delegation")
    (passage,) = passages(text, [(at, at + len("delegation"))])
    assert passage.page == 3
    (passage,) = passages("The delegation", [(4, 14)])
    assert passage.page is None


def test_a_page_that_cannot_be_read_costs_only_its_own_words() -> None:
    writer = pypdf.PdfWriter()
    for line in ("One.", "Two.", "Three."):
        writer.append(io.BytesIO(make_pdf((line,))))
    odd = pypdf.generic.DecodedStreamObject()
    odd.set_data(b"x")
    odd[pypdf.generic.NameObject("/Filter")] = pypdf.generic.NameObject("/Odd")
    writer.pages[1][pypdf.generic.NameObject("/Contents")] = writer._add_object(odd)
    whole = io.BytesIO()
    writer.write(whole)
    found = pdf.text_of(whole.getvalue(), URL)
    assert (found.text, found.pages) == ("One.\f\fThree.", 3)
    assert found.problem is not None
    assert "1 page cannot be read, the first is page 2" in found.problem.message


@pytest.mark.parametrize(
    ("spelled", "found"),
    [
        ("the o\ufb03ce, a con\ufb02ict, o\ufb03cial", "the office, a conflict, official"),
        ("the inter-\nnational law", "the international\n law"),
        ("a long-\nterm plan, as long-term plans are", "a long-term\n plan, as long-term plans are"),
        ("Anglo-\nAmerican", "Anglo-American\n"),
        ("UNIVER-\r\nSAL REVIEW", "UNIVERSAL\n REVIEW"),
        ("NON-\nPROFIT, as NON-PROFIT GROUPS are", "NON-PROFIT\n, as NON-PROFIT GROUPS are"),
        ("H U M A N  R I G H T S", "HUMAN  RIGHTS"),
        ("I saw a b c", "I saw a b c"),
        ("T H E  R I G H T  T O  W A T E R", "THE  RIGHT  TO  WATER"),
        ("A N N E X  I I\nA  B  C, I I", "ANNEX  II\nA  B  C, I I"),
        ("re\u00adport\u200bed", "reported"),
        ("non\u2011binding", "non-binding"),
        ("\uff23\uff25\uff32\uff24", "CERD"),
        ("one\x0ctwo", "onetwo"),
    ],
)
def test_words_of_a_pdf_are_spelled_as_they_are_looked_for(spelled: str, found: str) -> None:
    assert searchable(spelled) == "\n".join(line.strip() for line in found.split("\n")).strip()


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        (("The discrimi-", "nation of tenants"), ["The discrimination", "of tenants"]),
        (("The discrimi-\n12", "13\nnation, as said\nhere"), ["The discrimination,\n12", "13\nas said\nhere"]),
        (("The discrimi-\n\n– 12 –", "nation"), ["The discrimination\n\n– 12 –", ""]),
        (("UNIVER-", "SAL REVIEW"), ["UNIVERSAL", "REVIEW"]),
        (("a long-", "term plan, as long-term plans are"), ["a long-", "term plan, as long-term plans are"]),
        (("Anglo-", "American law"), ["Anglo-", "American law"]),
        (("from 1990-", "onwards"), ["from 1990-", "onwards"]),
        (("a list:\n-", "first"), ["a list:\n-", "first"]),
        (("an end-", "", "less page"), ["an end-", "", "less page"]),
        (("whole", "pages"), ["whole", "pages"]),
        ((), []),
    ],
)
def test_a_word_that_the_end_of_a_page_broke_is_whole_on_the_page_it_begins_on(
    pages: tuple[str, ...], found: list[str]
) -> None:
    assert whole_over_pages(pages) == found
