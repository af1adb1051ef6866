"""The text of a PDF, read in a process of its own: a hostile file can only take that process down.

Limits: pages, characters, seconds of CPU, bytes of memory. What is cut off is said in the problem. Run as
``python -m scraper.pdf`` it reads a PDF on stdin and prints one JSON object; `text_of` does that. That process imports
little beside pypdf: it is started anew for each file.
"""

import io
import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from scraper import magic, processes
from scraper.numbers import plural
from scraper.pdf_words import PAGE_BREAK, searchable, whole_over_pages
from scraper.records import Problem
from scraper.vocabulary import Level, Stage

MAX_PAGES = 1000
MAX_CHARACTERS = 2_000_000
CPU_SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
#: Long, for a loaded machine: what is read must not depend on who else is busy.
WALL_SECONDS = 300
#: How a reader ends that was stopped by somebody, and not by the file.
_STOPPED = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})
#: Why a file was not read, where that says nothing of the file: another machine, or another day, may read it.
NO_READER, TOO_SLOW, STOPPED = "pdf-no-reader", "pdf-too-slow", "pdf-stopped"
NOT_OF_THE_FILE = frozenset({NO_READER, TOO_SLOW, STOPPED})
#: Larger files are kept, but nobody waits for their text.
MAX_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """What a PDF says. `text` is None where it could not be read, empty where it holds no text (a scan)."""

    text: str | None
    pages: int | None = None
    problem: Problem | None = None


def text_of(body: bytes, url: str) -> PdfText:
    """The text of the PDF from *url*, a form feed between pages, whatever is on them. Never raises for any bytes."""
    if not magic.is_pdf(body):
        return _failed(url, "pdf-not-a-pdf", f"expected a PDF, found {body[:20]!r}")
    if len(body) > MAX_BYTES:
        return _failed(
            url, "pdf-too-large", f"{plural(len(body), 'byte')}; text is read from files up to {MAX_BYTES:,}"
        )
    try:
        done = _child(body)
        if done.returncode in _STOPPED:  # whoever stops us stops all that we started: that says nothing of the file
            done = _child(body)
    except subprocess.TimeoutExpired:
        return _failed(url, TOO_SLOW, f"no text after {WALL_SECONDS} s")
    except OSError as error:
        return _failed(url, NO_READER, f"the reader of PDFs cannot be started here ({error.strerror})")
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        kind = STOPPED if done.returncode < 0 else "pdf-unreadable"
        return _failed(url, kind, f"the reader ended with {done.returncode}: {last or 'it went over its limits'}")
    told = json.loads(done.stdout)
    problem = None
    if told["cut"]:
        problem = Problem(
            stage=Stage.EXTRACT,
            kind="pdf-cut",
            url=url,
            level=Level.NOTE,
            message=f"not all of it was read: {told['cut']}",
        )
    return PdfText(text=told["text"], pages=told["pages"], problem=problem)


def _child(body: bytes) -> subprocess.CompletedProcess[bytes]:
    """A PDF read by a process of its own, beyond the reach of a Ctrl-C."""
    return subprocess.run(  # noqa: S603 - this program
        processes.command("scraper.pdf"),
        input=body,
        capture_output=True,
        timeout=WALL_SECONDS,
        check=False,
        start_new_session=True,
        env=processes.environment(),
    )


def _failed(url: str, kind: str, message: str) -> PdfText:
    """A PDF without text, and why: a note, for the file itself is kept."""
    return PdfText(
        text=None, problem=Problem(stage=Stage.EXTRACT, kind=kind, url=url, level=Level.NOTE, message=message)
    )


def _limit_ourselves() -> None:
    """Takes the right to more time and memory away from this process, where the system can do that."""
    try:
        import resource
    except ImportError:  # pragma: no cover - not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _words_of(page: Any) -> str:
    """The words of one page of pypdf."""
    return searchable((page.extract_text() or "").encode("utf-8", "replace").decode())


def _read(body: bytes) -> dict[str, object]:
    """Pages, text and why it is not all (empty: it is). A page that cannot be read is empty; where none can be, what
    is wrong with the first is raised.
    """
    import logging

    import pypdf

    logging.disable()
    reader = pypdf.PdfReader(io.BytesIO(body))
    pages = len(reader.pages)
    parts: list[str] = []
    refused: dict[int, Exception] = {}
    length, cut = 0, f"{plural(pages, 'page')}, more than {MAX_PAGES}" if pages > MAX_PAGES else ""
    for number, page in enumerate(reader.pages[:MAX_PAGES], 1):
        try:
            part = _words_of(page)
        except Exception as error:  # noqa: BLE001 - pypdf raises whatever a page's bytes provoke
            refused[number], part = error, ""
        length += len(part)
        if length > MAX_CHARACTERS:
            cut = f"more than {MAX_CHARACTERS} characters"
            break
        parts.append(part)
    if refused and len(refused) == len(parts):
        raise refused[1]
    if refused and not cut:
        cut = f"{plural(len(refused), 'page')} cannot be read, the first is page {min(refused)}"
    text = PAGE_BREAK.join(whole_over_pages(parts))
    return {"text": text if text.strip() else "", "pages": pages, "cut": cut}


if __name__ == "__main__":
    data = sys.stdin.buffer.read()
    _limit_ourselves()
    print(json.dumps(_read(data)))  # the answer to the process that asked
