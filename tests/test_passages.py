"""Passages that two texts share, and the samples by which such texts are found."""

import random
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.passages import RUN, SAMPLES, samples, shared

ONE = "The county shut off the water of nine thousand homes in a single spring, and nobody was heard before."
WORDS = st.integers(0, 10_000)


def prose(seed: int, words: int) -> str:
    dice = random.Random(seed)
    return " ".join("".join(dice.choices("abcdefghij", k=5)) for _ in range(words))


def test_a_passage_is_found_whatever_its_capitals_and_signs() -> None:
    (found,) = shared(f"Before. {ONE} After.", f"They wrote: “{ONE.upper().replace(',', ' -')}”")
    assert found.words == len(ONE.split())
    assert found.text == ONE.rstrip(".")


def test_seven_words_are_no_passage_and_eight_are() -> None:
    words = ONE.split()
    assert shared(" ".join(words[: RUN - 1]) + " and so on", ONE) == ()
    (found,) = shared("It said " + " ".join(words[:RUN]) + " elsewhere", ONE)
    assert found.words == RUN


def test_passages_are_told_apart_by_what_stands_between() -> None:
    first, second = prose(1, 20), prose(2, 20)
    found = shared(f"{first} between them {second}", f"{second} otherwise {first}")
    assert [each.text for each in found] == [first, second]


def test_each_sign_is_a_word_in_scripts_without_spaces() -> None:
    (found,) = shared("前文。人人生而自由在尊严和权利上一律平等。", "题目 人人生而自由在尊严和权利上一律平等")
    assert found.text == "人人生而自由在尊严和权利上一律平等"


@settings(max_examples=60, deadline=None)
@given(WORDS, st.integers(0, 900), st.integers(0, 900), st.integers(60, 120))
def test_texts_that_share_a_long_passage_have_a_sample_in_common(
    seed: int, before: int, behind: int, long: int
) -> None:
    passage = prose(seed, long)
    one = f"{prose(seed + 1, before)} {passage} {prose(seed + 2, behind)}"
    other = f"{prose(seed + 3, behind)} {passage}"
    assert samples(one) & samples(other)


@given(WORDS)
def test_samples_of_a_text_are_bounded_and_it_may_be_long(seed: int) -> None:
    assert len(samples(prose(seed, 3_000))) < 2 * SAMPLES
    assert not samples(prose(seed, RUN - 1))


@pytest.mark.parametrize("words", [7, 8, 9, 200, 1_000, 3_000])
def test_samples_are_the_lowest_digests_of_neighbouring_runs(words: int) -> None:
    text = prose(words, words).replace("a", "ä")
    told = text.split()
    runs = [crc32(" ".join(told[at : at + RUN]).encode()) for at in range(len(told) - RUN + 1)]
    width = max(1, -(-2 * len(runs) // SAMPLES) - 1)
    assert samples(text) == {min(runs[at : at + width]) for at in range(max(0, len(runs) - width + 1))}


def test_texts_of_other_words_share_nothing() -> None:
    assert not samples(prose(5, 500)) & samples(prose(6, 500))
    assert shared(prose(5, 500), prose(6, 500)) == ()
