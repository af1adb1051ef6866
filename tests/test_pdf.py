"""Text of PDFs, whole and hostile."""

import io
import os
import signal
import threading
import time
import zlib
from pathlib import Path

import pypdf
import pytest

from scraper import pdf
from scraper.demo.endpoints import pdf as make_pdf
from scraper.pdf_words import searchable
from scraper.search.passages import passages

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


@pytest.mark.parametrize(
    ("spelled", "found"),
    [
        ("the o\ufb03ce, a con\ufb02ict, o\ufb03cial", "the office, a conflict, official"),
        ("the inter-\nnational law", "the international\n law"),
        ("a long-\nterm plan, as long-term plans are", "a long-term\n plan, as long-term plans are"),
        ("Anglo-\nAmerican", "Anglo-American\n"),
        ("H U M A N  R I G H T S", "HUMAN  RIGHTS"),
        ("I saw a b c", "I saw a b c"),
        ("re\u00adport\u200bed", "reported"),
        ("non\u2011binding", "non-binding"),
        ("\uff23\uff25\uff32\uff24", "CERD"),
        ("one\x0ctwo", "onetwo"),
    ],
)
def test_words_of_a_pdf_are_spelled_as_they_are_looked_for(spelled: str, found: str) -> None:
    assert searchable(spelled) == "\n".join(line.strip() for line in found.split("\n")).strip()
