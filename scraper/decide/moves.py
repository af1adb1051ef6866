"""Whether a post that is now at another address is the same post. Pure."""

import re
from collections import Counter

from scraper.records import Reading

#: Share of words that two readings have in common to be one post.
SAME_WORDS = 0.9
#: An instant is longer than a day.
_DAY = len("2021-03-18")


def is_same_post(old: Reading, new: Reading) -> bool:
    """Whether *new* shows the post that *old* shows: by its instant and title, or by nine tenths of its words."""
    at = old.published_at
    if at is not None and len(at) > _DAY and at == new.published_at and old.title and old.title == new.title:
        return True
    first, second = _words(old), _words(new)
    shared = sum((first & second).values())
    return shared > 0 and shared >= SAME_WORDS * max(first.total(), second.total())


def _words(reading: Reading) -> Counter[str]:
    return Counter(re.findall(r"\w+", f"{reading.title or ''} {reading.body_text or ''}".casefold()))
