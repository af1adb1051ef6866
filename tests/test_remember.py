"""The last two answers are kept for the same objects, and for no others."""

from scraper.remember import last_answers


def test_the_same_object_is_looked_at_once_and_an_equal_one_again() -> None:
    asked: list[str] = []

    @last_answers
    def length(text: str, note: str | None = None) -> int:
        asked.append(text)
        return len(text)

    first, equal = "".join(["ab", "c"]), "".join(["a", "bc"])
    assert [length(first), length(first), length(equal), length(first), length(equal)] == [3] * 5
    assert asked == ["abc"] * 2
    assert [length(first, "x"), length(equal), length(first)] == [3] * 3
    assert asked == ["abc"] * 4
