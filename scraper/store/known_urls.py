"""Addresses that were named as posts, and what became of each: the table `known_urls`."""

import sqlite3
from collections.abc import Iterable

from scraper import decide, urls
from scraper.records import Capture, Problem, Reading, Target
from scraper.store.addresses import owner
from scraper.vocabulary import AddressState, ReadingKind, Stage

_HEAR = """
INSERT INTO known_urls (url, site, found_by, first_heard_at, last_heard_at, lastmod, state, evidence)
VALUES (:url, :site, :found_by, :at, :at, :lastmod, :state, :evidence)
ON CONFLICT (url) DO UPDATE SET
  found_by = :found_by, first_heard_at = min(first_heard_at, :at), last_heard_at = max(last_heard_at, :at),
  lastmod = ifnull(:lastmod, lastmod), state = :state, evidence = :evidence
"""


def discover(db: sqlite3.Connection, target: Target, site: str, at: str) -> None:
    """Note an address of *site* that is named as a post, by the site itself or by a web archive."""
    url = urls.canonical(target.url) or target.url
    row = db.execute("SELECT found_by, state, evidence FROM known_urls WHERE url = ?", (url,)).fetchone()
    found_by, state, evidence = row or ("", *_standing(db, url))
    if target.state is not None and state not in (
        AddressState.ARCHIVED,
        AddressState.NOT_A_POST,
        AddressState.WITHDRAWN,
    ):
        state, evidence = target.state, target.evidence
    ways = {*filter(None, found_by.split("; ")), *target.found_by}
    _write(db, url, site, ways, at, target.lastmod, state, evidence)


def _standing(db: sqlite3.Connection, url: str) -> tuple[AddressState, str | None]:
    """(state, evidence) of an address by what was captured before it was named."""
    post = owner(db, url)
    if post is not None:
        return AddressState.ARCHIVED, None if post == url else f"as {post}"
    return AddressState.WANTED, None


def _write(
    db: sqlite3.Connection,
    url: str,
    site: str,
    ways: Iterable[str],
    at: str,
    lastmod: str | None,
    state: str,
    evidence: str | None,
) -> None:
    values = {"url": url, "site": site, "at": at, "lastmod": lastmod, "state": state, "evidence": evidence}
    db.execute(_HEAR, values | {"found_by": "; ".join(sorted(ways))})


def mark_archived(db: sqlite3.Connection, address: str, site: str, at: str) -> bool:
    """Whether *address* has been read as a post; if so it is noted as archived, named at *at* at the latest."""
    state, evidence = _standing(db, address)
    if state != AddressState.ARCHIVED:
        return False
    row = db.execute("SELECT found_by, state, evidence FROM known_urls WHERE url = ?", (address,)).fetchone()
    if row is None or row[1:] != (state, evidence):
        ways = set(filter(None, row[0].split("; "))) if row else {"capture"}
        _write(db, address, site, ways, at, None, state, evidence)
    return True


_UNSEEN = """
url NOT IN (SELECT address FROM addresses)
AND url NOT IN (SELECT post_url FROM addresses WHERE post_url IS NOT NULL)
"""


def forget_unseen(db: sqlite3.Connection) -> None:
    """Let addresses of which no capture that stands says anything any more be wanted again; those that nothing but such
    a capture ever named are forgotten. What was withdrawn stays known as such.
    """
    db.execute(f"DELETE FROM known_urls WHERE found_by = 'capture' AND state <> 'withdrawn' AND {_UNSEEN}")
    db.execute(
        "UPDATE known_urls SET state = 'wanted', evidence = NULL"
        f" WHERE state IN ('archived', 'redirected', 'not-a-post') AND {_UNSEEN}"
    )


def record_failure(db: sqlite3.Connection, problem: Problem, at: str) -> None:
    """Say of an address that is still wanted why it could not be fetched."""
    if problem.stage == Stage.FETCH and problem.url:
        evidence = f"{problem.kind} on {at[:10]}: {problem.message}"
        asked = "UPDATE known_urls SET evidence = ? WHERE url = ? AND state = 'wanted'"
        db.execute(asked, (evidence, urls.canonical(problem.url) or problem.url))


#: States that a capture of the address itself gave it, and that a later absence takes away.
_SAID = (AddressState.REDIRECTED, AddressState.NOT_A_POST)


def update_from_capture(
    db: sqlite3.Connection,
    capture: Capture,
    address: str,
    reading: Reading | None,
    seen: decide.Observation,
    *,
    fresh: bool = True,
) -> None:
    """Note what a capture says of an address that was named, but never read as a post.

    A wall, weather and what is held back change no state: of the address they say nothing. An absence leaves what web
    archives said of it. *fresh*: the capture is new; one that is read again adds nothing to what was said since.
    """
    day = capture.captured_at[:10]
    state = _state_said(reading, seen)
    if state in _SAID:
        why = f"led to {capture.redirected_to}" if state == AddressState.REDIRECTED else seen.reason
        asked = "UPDATE known_urls SET state = ?, evidence = ? WHERE url = ?"
        db.execute(asked, (state, f"{why} on {day}", address))
        return
    if state == AddressState.WANTED:
        db.execute("UPDATE known_urls SET state = 'wanted' WHERE url = ? AND state IN (?, ?)", (address, *_SAID))
    if fresh:
        asked = "UPDATE known_urls SET evidence = ? WHERE url = ? AND state = 'wanted'"
        db.execute(asked, (f"{seen.reason} on {day}", address))


def _state_said(reading: Reading | None, seen: decide.Observation) -> AddressState | None:
    """The state that a capture gives to the address it was fetched from; None: it says nothing of it."""
    if seen.held or seen.meaning in (decide.Meaning.BLOCKED, decide.Meaning.WEATHER):
        return None
    if seen.redirect and not str(seen.reason).startswith("soft 404"):
        return AddressState.REDIRECTED
    if seen.meaning is decide.Meaning.ABSENT:
        return AddressState.WANTED
    if reading is None:
        is_silent = seen.meaning is decide.Meaning.NOTHING and not seen.redirect
        if is_silent:
            return None
        return AddressState.WANTED
    if reading.kind == ReadingKind.ERROR:
        return AddressState.WANTED
    return AddressState.NOT_A_POST
