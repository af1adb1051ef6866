"""What changed between two revisions, readably."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.diff import ADDED, REMOVED, SAME, Fold, Paragraph, Segment, diff, fold, paragraphs, summary


def shown(changes: tuple[Paragraph, ...]) -> str:
    marks = {SAME: "{}", ADDED: "[+{}+]", REMOVED: "[-{}-]"}
    return "\n\n".join("".join(marks[s.kind].format(s.text) for s in each.segments) for each in changes)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("One.", "One.", "One."),
        ("The vote is on Monday.", "The vote is on Tuesday.", "The vote is on [-Monday-][+Tuesday+]."),
        ("We call for action.", "We call for urgent action.", "We call for[+ urgent+] action."),
        ("A.\n\nB.", "A.\n\nNew.\n\nB.", "A.\n\n[+New.+]\n\nB."),
        ("A.\n\nOld.\n\nB.", "A.\n\nB.", "A.\n\n[-Old.-]\n\nB."),
        ("", "New.", "[+New.+]"),
        (None, None, ""),
        (
            "Nothing in common here",
            "Wholly different words",
            "[-Nothing in common here-]\n\n[+Wholly different words+]",
        ),
        ("they said no, never again", "they said yes, always again", "they said [-no, never-][+yes, always+] again"),
    ],
)
def test_changes_are_shown_where_they_are(old: str | None, new: str | None, expected: str) -> None:
    assert shown(diff(old, new)) == expected


def test_a_changed_paragraph_knows_its_place_in_both_texts() -> None:
    changes = diff("A.\n\nThe old end of it.", "New.\n\nA.\n\nThe new end of it.")
    assert [(each.kind, each.old, each.new) for each in changes] == [(ADDED, None, 0), (SAME, 0, 1), ("changed", 1, 2)]


def test_unchanged_paragraphs_far_from_changes_are_folded() -> None:
    old = "\n\n".join(f"Paragraph {n}" for n in range(9))
    folded = fold(diff(old, old.replace("Paragraph 4", "Paragraph four")))
    assert folded[0] == Fold(3)
    assert folded[-1] == Fold(3)
    assert [each.kind for each in folded if isinstance(each, Paragraph)] == [SAME, "changed", SAME]


def test_two_equal_texts_fold_to_one_line() -> None:
    assert fold(diff("A.\n\nB.", "A.\n\nB.")) == (Fold(2),)


def test_the_summary_counts_words() -> None:
    counts = summary(diff("one two three", "one three four five"))
    assert (counts.added, counts.removed) == (2, 1)


TEXTS = st.lists(st.sampled_from(["a b c", "a b d", "x", "y z", "a, b. c!", "Ünï 人权", "x\ny"]), max_size=9).map(
    "\n\n".join
)


def only(changes: tuple[Paragraph, ...], kind: str) -> list[str]:
    """The paragraphs of one side."""
    texts = ["".join(s.text for s in each.segments if s.kind in (SAME, kind)) for each in changes]
    return [text for text, each in zip(texts, changes, strict=True) if each.kind in (SAME, "changed", kind)]


@given(st.one_of(TEXTS, st.text(max_size=60)), st.one_of(TEXTS, st.text(max_size=60)))
def test_both_texts_can_be_had_back(old: str, new: str) -> None:
    changes = diff(old, new)
    assert only(changes, REMOVED) == paragraphs(old)
    assert only(changes, ADDED) == paragraphs(new)
    assert all(segment.text for each in changes for segment in each.segments)


def test_large_texts_do_not_take_long() -> None:
    """A book against itself rewritten: bounded, where a plain matcher would take minutes."""
    old = "\n\n".join(f"word {n} " * 40 for n in range(3_000))
    started = time.process_time()
    diff(old, old.replace("word", "term"))
    diff(old.replace("\n\n", " "), old.replace("\n\n", " ").replace("7", "8"))
    diff("a " * 100_000, "b " * 100_000)
    assert time.process_time() - started < 5


def test_a_segment_is_plain_data() -> None:
    assert diff("a", "a")[0].segments == (Segment(SAME, "a"),)
