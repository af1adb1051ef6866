"""One text in place of those of several posts: a wall that shows their titles, or a notice. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from scraper.decide.resemblance import words_in_order

#: So many posts must show the same text in place of their own.
ENOUGH_ALIKE = 3
#: So many of them must have been seen with a text of their own where captures come in any order: what one of them had
#: may itself be a notice. In a run of our own, one is enough: what the archive showed until then was its post's text.
ENOUGH_OTHERS = 2
#: What such a post lacks.
OWN_TEXT = "text of its own"
#: What may be the matter where such posts are many.
WHY_ONE_TEXT = (
    "a wall that shows the posts' titles, a notice, or pages that name each other's addresses as theirs (rel=canonical)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """What one capture shows of its post."""

    url: str
    #: 0: it is not kept yet.
    capture_id: int
    title: str | None
    text: str | None
    #: A person accepted it.
    accepted: bool = False


@dataclass(slots=True)
class OneText:
    """Bookkeeping of what stands in place of texts, over many posts."""

    enough_others: int = ENOUGH_OTHERS
    #: Hash of the words → captures that show them.
    _instead: dict[int, list[ShownText]] = field(default_factory=dict)
    #: Hash of the words → posts that have another text before or after.
    _had_others: dict[int, set[str]] = field(default_factory=dict)

    def see(self, versions: Sequence[ShownText]) -> None:
        """Note all versions of one post, oldest first: each beside the one before it, the first beside the next."""
        for number, shown in enumerate(versions):
            other = versions[abs(number - 1)] if len(versions) > 1 else None
            self.note(shown, None if other is None else other.text or "")

    def note(self, shown: ShownText, old: str | None) -> None:
        """Note one version of a post beside its *old* text; None: no other is known."""
        for words in instead_of(old, shown.text, shown.title):
            key = hash(words)
            self._instead.setdefault(key, []).append(replace(shown, title=None, text=None))
            self._had_others.setdefault(key, set()).update(() if old is None else (shown.url,))

    def found(self) -> list[ShownText]:
        """Versions with the same text as at so many posts, of which several have another; not what was accepted. Which
        words they are is no longer told.
        """
        alike = (
            shown
            for key, versions in self._instead.items()
            if len({one.url for one in versions}) >= ENOUGH_ALIKE and len(self._had_others[key]) >= self.enough_others
            for shown in versions
        )
        return list(dict.fromkeys(shown for shown in alike if not shown.accepted))


def instead_of(old: str | None, new: str | None, title: str | None) -> set[frozenset[str]]:
    """The words that stand in *new* where most of *old* stood, but for those with a digit; and the same without the
    title, where it is among them. Empty: there are none, or most of the text is there. *old*: None for a post that had
    no other text.
    """
    before, after, named = map(words_in_order, (old, new, title))
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    gone = (Counter(before[kept:]) - Counter(after[kept:])).total()
    if old is not None and 2 * gone < len(before):
        return set()
    found = (frozenset(filter(str.isalpha, {*words})) for words in (after[kept:], _without(named, after[kept:])))
    return {words for words in found if words}


def _without(part: list[str], words: list[str]) -> list[str]:
    """*words* without *part*, wherever it stands whole."""
    if not {*part} <= {*words}:
        return words
    left: list[str] = []
    last = part[-1] if part else None
    for word in words:
        left.append(word)
        if word == last and left[-len(part) :] == part:
            del left[-len(part) :]
    return left
