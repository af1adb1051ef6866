"""Every recipe of docs/data.md runs, on a filled archive."""

import contextlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from scraper import export

PAGE = (Path(__file__).parent.parent.parent / "docs" / "data.md").read_text("utf-8")

pytestmark = pytest.mark.slow


def recipes(language: str) -> list[str]:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found


def test_the_recipes_for_pandas_run(folder: Path) -> None:
    found: dict[str, Any] = {}
    with contextlib.chdir(folder):
        for recipe in recipes("python"):
            exec(recipe, found)
    assert found["by_year"].to_dict() == {2021.0: 2}
    assert len(found["views"]) == 4


def test_the_recipes_for_duckdb_run(db: sqlite3.Connection, folder: Path, tmp_path: Path) -> None:
    import duckdb

    export.to_parquet(db, tmp_path / "posts")
    for name in ("posts.csv", "posts.jsonl"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())

    with contextlib.chdir(tmp_path):
        answers = [duckdb.sql(query).fetchall() for recipe in recipes("duckdb") for query in recipe.split(";")[:-1]]
    assert answers[0] == [(2021, 2)]
    assert len(answers[1]) == 2
    assert answers[2] == [("upr2020", "2016", 1), ("upr2020", "2021", 2), ("upr2020", "undated", 1)]


def test_the_recipes_for_sqlite_run_and_answer(db: sqlite3.Connection) -> None:
    answers = [db.execute(recipe).fetchall() for recipe in recipes("sql")]
    by_view, changes, hosts, months, coverage, _ = answers
    assert len(by_view) == len(changes) == 4
    assert hosts == [("ohchr.org", 4, 4)]
    assert [month for _, month, *_ in months] == [None, "2016-12", "2021-03"]
    assert coverage == [("archived", 4)]
