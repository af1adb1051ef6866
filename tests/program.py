"""The program as its users run it, less the second that its start takes: a process that has it loaded forks.

Run as a script this is that process. It reads one order a line (JSON) and answers with the exit status.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: Rooms that the command line loads when a verb wants them.
VERBS = ("crawl", "export", "imports", "rebuild", "recover", "search", "terminal", "verify")


class Program:
    """Runs `ushrn`, each time in a process of its own."""

    def __init__(self, *first: str) -> None:
        """*first*: a command that starts another with fewer rights."""
        # Whatever screen the tests run on: what the program shows is not as wide as that.
        given = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        self._server = subprocess.Popen(
            [*first, sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=given | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def run(
        self, *words: str | bytes | Path, cwd: Path, stdout: Path | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """What it said and how it ended; it finds nothing on its standard input. *stdout*: where it is to write."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            order = {
                "words": [os.fsdecode(word) for word in words],
                "cwd": str(cwd),
                "stdout": str(stdout or out.name),
                "stderr": err.name,
            }
            print(json.dumps(order), file=self._server.stdin, flush=True)
            status = int(self._server.stdout.readline())
            return subprocess.CompletedProcess(words, status, out.read(), err.read())


def _serve() -> None:
    for verb in VERBS:
        importlib.import_module(f"scraper.{verb}")
    main = importlib.import_module("scraper.cli").main
    with tempfile.TemporaryDirectory() as folder:  # each process would learn anew what an archive is made of
        importlib.import_module("scraper.schema").open_archive(Path(folder) / "a.db", create=True).conn.close()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            main()  # leaves this loop and this process by SystemExit
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Take the place and the streams of one run."""
    os.chdir(order["cwd"])
    for number, name in enumerate((os.devnull, order["stdout"], order["stderr"])):
        os.dup2(os.open(name, os.O_RDWR), number)
    sys.argv = ["ushrn", *order["words"]]


if __name__ == "__main__":
    _serve()
