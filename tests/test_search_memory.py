"""What was worked out for one state of the archive is kept for it, and for no other."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper import schema, search
from scraper.search.memory import LEAST, Memory
from scraper.search.state import State, snapshot, state_of


def counted(made: list[str], word: str) -> Callable[[], str]:
    def make() -> str:
        made.append(word)
        return word.upper()

    return make


def test_what_was_asked_for_before_is_not_made_again() -> None:
    memory, made = Memory(), list[str]()
    assert [memory.once(word, counted(made, word)) for word in ("a", "b", "a")] == ["A", "B", "A"]
    assert made == ["a", "b"]


def test_where_it_is_full_what_was_asked_for_longest_ago_is_forgotten() -> None:
    memory, made = Memory(room=2 * LEAST), list[str]()
    for word in ("a", "b", "a", "c", "a", "b"):
        memory.once(word, counted(made, word))
    assert made == ["a", "b", "c", "b"]


def test_what_is_larger_than_all_room_is_made_each_time() -> None:
    memory, made = Memory(room=1000), list[str]()
    for _ in range(2):
        assert memory.once("a", counted(made, "a"), weigh=lambda _: 1001) == "A"
    assert made == ["a", "a"]


def test_a_failure_is_not_kept() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.once("a", lambda: 1 // 0)
    assert memory.once("a", lambda: 2) == 2


def test_a_state_that_may_have_changed_is_kept_for_nobody(tmp_path: Path) -> None:
    archive = schema.open_archive(tmp_path / "a.db", create=True)
    archive.close()
    reader = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
    seen: list[State] = []
    for _ in range(2):  # it was written this very moment
        with snapshot(reader):
            seen.append(state_of(reader))
            assert state_of(reader) is seen[-1]
    assert seen[0] is not seen[1]
    assert search.find(reader, "water").total == 0
    reader.close()
