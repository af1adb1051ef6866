"""A new field is one row of the table of fields, its migration and the rule that reads it; a facet one row more."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.cli import main

PACKAGE = Path(__file__).parent.parent / "scraper"
URL = "https://blog.example/post/water"
PAGE = (
    '<html><head><meta property="og:title" content="Water">'
    '<meta name="subtitle" content="A right, not a favour"></head>'
    '<body><article data-hook="post"><h1 data-hook="post-title">Water</h1>'
    '<section data-hook="post-description"><p>Families went without it.</p></section></article></body></html>'
)
MEANING = "Second heading of the post"

#: (file, pattern of what stands in it, what is put before that): the row, its migration, the rule and its version, …
ADDED = (
    (
        "schema/fields.py",
        r'Field\(\s*"word_count",',
        f'Field("subtitle", "TEXT", "{MEANING}", READ | TOLD, exported=ON_REQUEST, shown="subtitle",'
        ' facet="subtitle"),\n',
    ),
    (
        "schema/opening.py",
        "#: `PRAGMA user_version`",
        '@migrations(name="9999 subtitles")\ndef _last(db: Database) -> None:\n    renewal.renew(db.conn)\n\n\n',
    ),
    ("schema/opening.py", "#: I/O errors that", "VERSION += 1\n\n"),
    ("reading/page_reader.py", r"def extract\(", "READER += 1\n\n\n"),
    # The facet: what can be chosen, where its values are, and its name on the web.
    ("search/request.py", r" *#: A day, month or year, or longer", "    subtitle: tuple[str, ...] = ()\n"),
    (
        "search/ledger.py",
        '    "category": "SELECT',
        '    "subtitle": "SELECT id, subtitle FROM posts WHERE subtitle IS NOT NULL",\n',
    ),
    ("serve/texts.py", r'"site": "Site",\s*"category": "Category"', '"subtitle": "Second heading", '),
    ("serve/texts.py", r'"site": "site",\s*"year": "year"', '"subtitle": "second heading", '),
    ("records.py", "    #: The cover's original.", "    subtitle: str | None = None\n"),
    (
        "reading/page_reader.py",
        r" *name, basis = site_name\(page\)\n",
        '    reading = replace(reading, subtitle=page.meta("subtitle"))\n',
    ),
)

#: What a person and the programs of the house see of it.
LOOK = """
import asyncio, json, sqlite3, sys
from click.testing import CliRunner
from datasette.app import Datasette
from scraper.cli import main

def run(*words):
    return CliRunner().invoke(main, [*words, "--db", "a.db"]).output

def ask(sql):
    with sqlite3.connect("a.db") as db:
        return db.execute(sql).fetchall()

def page(path):
    return asyncio.run(Datasette(["a.db"]).client.get(path)).text

run("import", "page.html", "--url", sys.argv[1])
found = {
    "stored": ask("SELECT subtitle FROM posts"),
    "dictionary": ask("SELECT meaning FROM dictionary WHERE \\"column\\" = 'subtitle' AND \\"table\\" = 'posts'"),
    "show": run("show", sys.argv[1]),
    "export": run("export", "csv", "--columns", "url,subtitle"),
    "sound": run("verify"),
    "web": page("/data-dictionary"),
    "filters": page("/search?q=&subtitle=A+right%2C+not+a+favour"),
    "chosen": run("search", "", "--where", "subtitle=A right, not a favour"),
}
ask("UPDATE posts SET subtitle = 'A favour'")
found |= {"verify": run("verify"), "diff": run("rebuild", "--diff")}
print(json.dumps(found))
"""


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A folder with a copy of the package that has the new field, and an archive made without it."""
    shutil.copytree(PACKAGE, tmp_path / "scraper", ignore=shutil.ignore_patterns("__pycache__"))
    for name, at, new in ADDED:
        path = tmp_path / "scraper" / name
        text = path.read_text("utf-8")
        found = list(re.finditer(at, text))
        assert len(found) == 1, f"{name} has no longer {at!r} in one place"
        path.write_text(text[: found[0].start()] + new + text[found[0].start() :], "utf-8")
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "older.html").write_text(PAGE.replace("subtitle", "no-such-thing"))
    return tmp_path


@pytest.mark.slow
def test_a_new_field_is_a_row_and_the_rule_that_reads_it(changed: Path) -> None:
    old = ["import", str(changed / "older.html"), "--url", URL.replace("water", "older"), "--db", str(changed / "a.db")]
    assert CliRunner().invoke(main, old).exit_code == 0
    said = subprocess.run(
        [sys.executable, "-c", LOOK, URL], cwd=changed, capture_output=True, text=True, check=False, timeout=120
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert ["A right, not a favour"] in found["stored"]
    assert found["dictionary"] == [[MEANING]]
    assert "subtitle     A right, not a favour" in found["show"]
    assert '/post/water,"A right, not a favour"' in found["export"]
    assert "no damage" in found["sound"]
    assert MEANING in found["web"]
    assert "second heading: A right, not a favour" in re.sub(r"<[^>]*>", "", found["filters"])
    assert "1 to 1 of 1" in found["chosen"]
    assert "subtitle" in found["verify"]
    assert "subtitle" in found["diff"]
