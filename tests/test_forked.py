"""Processes forked off another: what comes through the pipe is answered in its turn, until the pipe ends."""

import multiprocessing
from multiprocessing.connection import Connection

import pytest

from scraper import forked


@pytest.fixture
def pipe() -> tuple[Connection, Connection]:
    return multiprocessing.Pipe()


def test_each_thing_is_answered_or_its_fault_told_until_the_pipe_ends(pipe: tuple[Connection, Connection]) -> None:
    ours, theirs = pipe
    for number in (2, 0, 4):
        ours.send(number)
    idle: list[str] = []

    def when_idle() -> None:
        idle.append("idle")
        answers.extend(ours.recv() for _ in range(3))
        ours.close()

    answers: list[tuple[object, Exception | None]] = []
    forked.answer(theirs, lambda number: 8 // number, idle=when_idle, every=0.0)
    assert [answers[0], answers[2]] == [(4, None), (2, None)]
    assert answers[1][0] is None
    assert isinstance(answers[1][1], ZeroDivisionError)
    assert idle == ["idle"]


def test_a_pipe_that_ends_with_an_answer_unread_has_ended_like_any_other(pipe: tuple[Connection, Connection]) -> None:
    ours, theirs = pipe
    theirs.send("an answer")
    ours.close()
    forked.answer(theirs, lambda given: given)


def test_an_answer_that_nobody_waits_for_ends_it(pipe: tuple[Connection, Connection]) -> None:
    ours, theirs = pipe
    ours.send("a question")

    def leave(_: object) -> str:
        ours.close()
        return "an answer"

    forked.answer(theirs, leave)
