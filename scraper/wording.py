"""Pieces of sentences that are there only where there is something to say. Pure."""


def framed(value: object, before: str = "", after: str = "") -> str:
    """*value* between *before* and *after*; empty where it is None, empty, 0 or False: then nothing is said."""
    if not value:
        return ""
    return f"{before}{value}{after}"


def day_of(at: str | None) -> str:
    """The day of a time, ``2026-11-01``, or as much of it as is known; empty: the time is not known."""
    return (at or "")[:10]
