"""The last answer is kept for the same object, and for no other."""

from scraper.remember import last_answer


def test_the_same_object_is_looked_at_once_and_an_equal_one_again() -> None:
    asked: list[str] = []

    @last_answer
    def length(text: str, note: str | None = None) -> int:
        asked.append(text)
        return len(text)

    first, equal = "".join(["ab", "c"]), "".join(["a", "bc"])
    assert [length(first), length(first), length(equal), length(first), length(first, "x")] == [3, 3, 3, 3, 3]
    assert asked == ["abc"] * 4
