"""Tests of many values of a kind: a few at once, those that tread the same path among the slow tests."""

from collections.abc import Iterable
from typing import Any

import pytest


def quick(values: Iterable[Any], *chosen: Any) -> list[Any]:
    """All *values*, as a test is parametrised with them; all but the *chosen* ones are slow."""
    known = list(values)
    assert set(chosen) <= set(known), "a value was chosen that is none"
    return [one if one in chosen else pytest.param(one, marks=pytest.mark.slow) for one in known]
