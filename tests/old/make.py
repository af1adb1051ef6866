"""Makes the fixture of an archive that version 0.1.0 wrote: its demo, then an import, then a recovery.

    git worktree add ../ushrn-0.1.0 v0.1.0
    python -m venv ../ushrn-0.1.0/.venv && ../ushrn-0.1.0/.venv/bin/pip install ../ushrn-0.1.0
    python tests/old/make.py ../ushrn-0.1.0 tests/old/archive-0.1.0.sql.xz

What is committed is SQL, not a database: the statements that made each table, the rows, then indexes and triggers.
"""

import importlib.util
import lzma
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = """<!DOCTYPE html><html lang="en"><head><meta name="generator" content="Wix.com Website Builder">
<title>A hearing</title><link rel="canonical" href="{url}"><meta property="og:title" content="A hearing">
<meta property="article:published_time" content="2021-03-01T03:00:00.000Z"></head><body>
<article data-hook="post"><h1 data-hook="post-title">A hearing</h1><section data-hook="post-description">
<div data-id="content-viewer"><p>{text}</p></div></section><div data-hook="post-stats"><span>{views} views</span>
<span>0 comments</span></div></article></body></html>"""
POST = "https://www.upr2020.org/post/a-hearing"


def main(tree: Path, target: Path) -> None:
    """Let the program in *tree* make an archive, and write it to *target*."""
    with tempfile.TemporaryDirectory() as folder:
        run = [str((tree / ".venv/bin/ushrn").absolute())]
        _do([*run, "demo"], folder)
        _do([*run, "import", *_pages(tree, Path(folder)), "--captured-at", "2022-05-01", "--db", "demo.db"], folder)
        web = _old_web(tree)
        try:
            for time, text, views in (("20210305120000", "We were heard.", 5), ("20210505120000", "Heard twice.", 12)):
                web.hold(POST, time, PAGE.format(url=POST, text=text, views=views))
            for time in ("20230601000000", "20230701000000"):
                web.hold("https://www.upr2020.org/post/never-here", time, f"<html>404 of {time}</html>", status=404)
            service = ["--endpoint", f"wayback={web.url}", "--delay", "0", "--contact", "archive@ushrn.example"]
            _do([*run, "recover", "upr2020", "--db", "demo.db", *service], folder)
        finally:
            web.close()
        with sqlite3.connect(Path(folder) / "demo.db") as db:
            text = "".join(f"{statement};\n" for statement in dump(db))
    target.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def dump(db: sqlite3.Connection) -> Iterator[str]:
    """The statements that make *db* again."""
    asked = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    objects = db.execute(asked).fetchall()
    search = [name for _, name, sql in objects if sql.startswith("CREATE VIRTUAL")]
    tables = [
        (name, sql)
        for kind, name, sql in objects
        if kind == "table" and not any(name.startswith(f"{index}_") for index in search)
    ]
    for name, sql in tables:
        yield sql
        if name not in search:
            columns = [column for _, column, *_ in db.execute(f"PRAGMA table_info({name})")]
            values = " || ', ' || ".join(f'quote("{column}")' for column in columns)
            for (row,) in db.execute(f"SELECT {values} FROM {name}"):
                yield f"INSERT INTO {name} VALUES ({row})"
    for name in search:
        yield f"INSERT INTO {name} ({name}) VALUES ('rebuild')"
    yield from (sql for kind, _, sql in objects if kind != "table")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    yield f"PRAGMA user_version = {version}"


def _pages(tree: Path, folder: Path) -> list[str]:
    """Pages of several layouts, from that version's own tests, and a text dump."""
    for name in ("wix_g5", "news_2019", "drupal_2013"):
        shutil.copy(tree / "tests" / "pages" / name / "page.html", folder / f"{name}.html")
    dump = sorted((tree / "tests" / "pages" / "wix_text").glob("*.txt"))[0]
    shutil.copy(dump, folder / "dump.txt")
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".html", ".txt"))


def _old_web(tree: Path) -> Any:
    """That version's stand-in for the Wayback Machine, started."""
    spec = importlib.util.spec_from_file_location("old_web", tree / "tests" / "old_web.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{tree}: expected the sources of 0.1.0, found no tests/old_web.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["old_web"] = module
    spec.loader.exec_module(module)
    web = module.OldWeb()
    web.start()
    return web


def _do(command: list[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    print(*command[1:], "ended", done.returncode, done.stderr.strip().splitlines()[-1:])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
