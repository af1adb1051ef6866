"""The derived half of the archive, one post at a time: its row, revisions, events and what became of its captures.

Everything here can be made again from the captures. Transactions are the caller's.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from scraper import decide, digests, schema, sites
from scraper.records import Capture, Reading, Site
from scraper.schema import Use
from scraper.store import addresses, citations, count_rows, indexing, post_parts, short_ids, single, slugs
from scraper.store.days import Days
from scraper.store.evidence import Evidence, KeptRow
from scraper.store.picture_rows import PictureRows
from scraper.vocabulary import CaptureKind, CountsSource, DayBasis, ReadingKind, TimeBasis, Verdict

#: Reads a capture: `extract`, handed in by who opens the archive. None: there is nothing to read in such a capture.
Read = Callable[[Capture], Reading | None]

#: Readings kept at hand, so that captures of one post that come in any order are read once each.
READINGS_AT_HAND = 256

_SHOWN = schema.names("posts", Use.READ)
_FOLDED = schema.names("posts", Use.FOLDED)
_REVISED = schema.names("revisions", Use.READ)
_REFOLDED = ("revisions", "events", "post_captures", "counts")

_NEWEST = """
SELECT captured_at, source, body_sha256, url, record_sha256
FROM post_captures JOIN captures ON captures.id = capture_id WHERE post_id = ?
ORDER BY captured_at DESC, source DESC, ifnull(body_sha256, '') DESC, url DESC, record_sha256 DESC LIMIT 1
"""
_LAST_SEEN_KNOWN = """
SELECT EXISTS (SELECT 1 FROM post_captures JOIN captures ON captures.id = capture_id
  WHERE post_id = ? AND captured_at = ? AND captured_at_basis <> 'file-time'
    AND verdict IN ('new', 'changed', 'same', 'older', 'returned'))
"""
_FIRST_MISSING = """
SELECT capture_id, reason FROM post_captures JOIN captures ON captures.id = capture_id
WHERE post_id = ? AND captured_at = ? AND captured_at_basis <> 'file-time' AND verdict = 'missing'
ORDER BY source, ifnull(body_sha256, ''), url, record_sha256 LIMIT 1
"""


class PostRows:
    """Writes what captures mean for their posts. *reader* is the version of the rules behind *read*."""

    def __init__(self, db: sqlite3.Connection, evidence: Evidence, read: Read | None, reader: int) -> None:
        self._db = db
        self._evidence = evidence
        self.read = read
        self._reader = reader
        self._readings: dict[int, Reading | None] = {}
        self._sites: set[str] = set()
        self._days = Days(db)
        self._pictures = PictureRows(db)
        self._wishes = slugs.Wishes(db)
        self._is_prepared = False

    def forget(self) -> None:
        """Drop what is held in memory: after a rollback it may not be in the file."""
        self._readings.clear()
        self._sites.clear()
        self._days.forget()
        self._pictures.forget()
        self._wishes.forget()
        self._is_prepared = False

    # Readings ----------------------------------------------------------------------------------------------------

    def remember(self, capture_id: int, reading: Reading | None) -> None:
        """Keep the reading of a capture at hand."""
        if len(self._readings) >= READINGS_AT_HAND:
            del self._readings[next(iter(self._readings))]
        self._readings[capture_id] = reading

    def reading(self, capture_id: int) -> Reading | None:
        """What is read from a stored capture."""
        if capture_id not in self._readings:
            capture, _ = self._evidence.capture(capture_id)
            self.remember(capture_id, self.reading_of(capture))
        return self._readings[capture_id]

    def reading_of(self, capture: Capture) -> Reading | None:
        """What is read from *capture*; from a 304, what is read from the capture that it confirms."""
        if capture.not_modified_of is not None:
            return self.reading(capture.not_modified_of)
        if capture.body is None:
            return None
        if self.read is None:
            raise TypeError(f"{capture.url}: stored captures must be read again: open the archive with read=extract")
        return self.read(capture)

    # Folding -----------------------------------------------------------------------------------------------------

    def id_of(self, url: str) -> int | None:
        """Id of the post known by *url*; None: there is none."""
        return single.number(self._db, "SELECT id FROM posts WHERE url = ?", (url,))

    def is_newest(self, post_id: int, place: decide.Order) -> bool:
        """Whether a capture at *place* comes after all that the post has."""
        row = self._db.execute(_NEWEST, (post_id,)).fetchone()
        return row is None or decide.order(*row) < place

    def step(self, url: str, seen: decide.Observation) -> decide.Effects:
        """Take one step with a capture that is newer than all others of an existing post."""
        self._prepare()
        post_id, state = self.state(url)
        after, effects = decide.step(state, seen)
        self._write_step(post_id, seen, after, effects)
        self._write_post(url, post_id, after, shows=effects.shows, was=state)
        return effects

    def refold(self, url: str) -> dict[int, decide.Effects]:
        """Fold the post at *url* anew from all its captures; what each of them did. No good one: no post."""
        self._prepare()
        state, steps = decide.fold(self.observations(url))
        post_id = self.id_of(url)
        if state.shown is None:
            self._remove(url, post_id)
            return {}
        post_id = self._insert(url, state) if post_id is None else self._emptied(post_id)
        for seen, after, effects in steps:
            self._write_step(post_id, seen, after, effects)
        count_rows.adopt(self._db, post_id, url)
        self._write_post(url, post_id, state, shows=True, was=None)
        return {seen.capture_id: effects for seen, _, effects in steps}

    def _prepare(self) -> None:
        """Make the temporary tables before the first post is written.

        Each table that is made has SQLite compile all statements anew: those that keep the full-text indexes in step
        have up to 2,600 instructions, and take 1 or 2 ms each (SQLite 3.40).
        """
        if not self._is_prepared:
            self._wishes.prepare()
            self._pictures.prepare()
            self._is_prepared = True

    def _emptied(self, post_id: int) -> int:
        """The row of a post, of whose captures no other table says anything any more."""
        for table in _REFOLDED:
            self._db.execute(f"DELETE FROM {table} WHERE post_id = ?", (post_id,))
        return post_id

    def observations(self, url: str) -> list[decide.Observation]:
        """All captures of the post at *url*, with what is read from them."""
        found = []
        for number in addresses.members(self._db, url):
            reading = self.reading(number)
            capture, kept = next(self._evidence.captures("WHERE id = ?", (number,), with_bodies=False))
            found.append(self.observe(capture, kept, reading))
        return found

    def observe(self, capture: Capture, kept: KeptRow, reading: Reading | None) -> decide.Observation:
        """What a stored capture says of its post, by itself and by the decisions about it.

        A page that shows no post is looked at whole: it may be a wall that names itself in its body; one of what is
        missing only if it was judged to be one.
        """
        judged = self._evidence.judged(kept.record_sha256)
        may_be_wall = capture.kind != CaptureKind.MISSING or decide.Judgement.BLOCKED in judged
        shows_none = may_be_wall and (reading is None or reading.kind != ReadingKind.POST)
        if shows_none and capture.body is None and kept.body_sha256 is not None:
            capture = replace(capture, body=self._evidence.readable(kept.body_sha256))
        seen = decide.observe(capture, kept.id, kept.order, reading, judged)
        if addresses.says_moved(self._db, kept.id):
            return replace(seen, moved_from=seen.address)
        if seen.meaning is decide.Meaning.ABSENT:
            return replace(seen, elsewhere=addresses.is_alias(self._db, seen.address))
        return seen

    def state(self, url: str) -> tuple[int, decide.PostState]:
        """(id, state) that the rows of a post stand for: the state that a fold of its captures ends in."""
        names = ("id", "capture_id", "content_sha256", *_SHOWN, *_FOLDED)
        values = self._db.execute(f"SELECT {', '.join(names)} FROM posts WHERE url = ?", (url,)).fetchone()
        row = dict(zip(names, values, strict=True))
        at, basis, media_type, truncated = self._db.execute(
            "SELECT captured_at, captured_at_basis, media_type, truncated FROM captures WHERE id = ?",
            (row["capture_id"],),
        ).fetchone()
        (known,) = self._db.execute(_LAST_SEEN_KNOWN, (row["id"], row["last_seen_at"])).fetchone()
        missing = self._db.execute(_FIRST_MISSING, (row["id"], row["missing_since"])).fetchone() or (None, None)
        return row["id"], decide.PostState(
            shown=_as_read(Reading(kind=ReadingKind.POST, url=url, **{name: row[name] for name in _SHOWN})),
            capture_id=row["capture_id"],
            content_sha256=row["content_sha256"],
            shown_at=at,
            shown_known=basis != TimeBasis.FILE_TIME,
            shown_dump=media_type == "text/plain",
            shown_whole=truncated is None,
            last_seen_known=bool(known),
            missing_capture_id=missing[0],
            missing_reason=missing[1],
            **{name: row[name] for name in _FOLDED},
        )

    # Writing -----------------------------------------------------------------------------------------------------

    def write_site(self, site: Site) -> None:
        """Make or renew a site's row; what is ``unknown`` leaves what is known."""
        self._db.execute(
            "INSERT INTO sites (id, name, base_url, platform, state) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name, base_url = excluded.base_url,"
            " platform = iif(excluded.platform = 'unknown', platform, excluded.platform),"
            " state = iif(excluded.state = 'unknown', state, excluded.state)",
            (site.id, site.name, site.base_url, site.platform, site.state),
        )
        self._sites.add(site.id)

    def site_of(self, url: str) -> str:
        """Id of the site of *url*, whose row is made if it is not there."""
        site = sites.site_for(url)
        if site.id not in self._sites:
            (known,) = self._db.execute("SELECT EXISTS (SELECT 1 FROM sites WHERE id = ?)", (site.id,)).fetchone()
            if known:
                self._sites.add(site.id)
            else:
                self.write_site(site)
        return site.id

    def attach(self, url: str) -> None:
        """Give the files offered at *url* what was fetched from there last, if anything was."""
        found = post_parts.newest_file(self._db, url)
        if found is not None:
            number, sha256, _ = found
            reading = self.reading(number)
            post_parts.attach(self._db, url, sha256, reading.body_text if reading else None)

    def attach_picture(self, url: str) -> None:
        """Say of the pictures at *url*, in every post, which capture holds them: one has come."""
        self._pictures.attach(url)

    def _insert(self, url: str, state: decide.PostState) -> int:
        """A row for a post that has none yet, for `_write_post` to fill; no index hears of it while it is empty."""
        site, post_id = self.site_of(url), single.count(self._db, "SELECT max(id) FROM posts") + 1
        slug = slugs.of_new(self._db, site, url)
        indexing.wait(self._db, post_id)
        self._db.execute(
            "INSERT INTO posts (id, site, url, slug, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?)",
            (post_id, site, url, slug, state.first_seen_at, state.last_seen_at),
        )
        self._wishes.add(site, url)
        short_ids.settle(self._db, url)
        return post_id

    def _remove(self, url: str, post_id: int | None) -> None:
        """Drop the row of what turned out to be no post."""
        if post_id is not None:
            self._db.execute("DELETE FROM posts WHERE id = ?", (post_id,))
            self._wishes.remove(self.site_of(url), url)
            self._days.withdraw(self.site_of(url))
            post_parts.drop_unused(self._db)
            slugs.settle(self._db, self._wishes, self.site_of(url), slugs.plain(url))
            short_ids.settle(self._db, url)

    def _write_step(
        self, post_id: int, seen: decide.Observation, state: decide.PostState, effects: decide.Effects
    ) -> None:
        self._db.execute(
            # A capture may come from another post, whose address this one turned out to be; that one is folded next.
            "INSERT INTO post_captures (capture_id, post_id, verdict, reason, post_site, answered_at)"
            " SELECT ?1, ?2, ?3, ?4, (SELECT site FROM posts WHERE id = ?2),"
            " CASE source WHEN 'live' THEN captured_at END FROM captures WHERE id = ?1"
            " ON CONFLICT (capture_id) DO UPDATE SET post_id = excluded.post_id, verdict = excluded.verdict,"
            " reason = excluded.reason, post_site = excluded.post_site",
            (seen.capture_id, post_id, effects.verdict, effects.reason),
        )
        if effects.revises and state.shown is not None:
            self._write_revision(post_id, seen, state.shown, state.content_sha256)
        for event in effects.events:
            self._db.execute(
                "INSERT INTO events (post_id, at, known_at, kind, capture_id) VALUES (?, ?, (SELECT started_at"
                " FROM crawls JOIN captures ON captures.crawl_id = crawls.id WHERE captures.id = ?), ?, ?)",
                (post_id, event.at, seen.capture_id, event.kind, event.capture_id),
            )
        # A 304 counts nothing anew, and a page that is no post any more counts nothing that can be trusted.
        reading = seen.reading
        if reading is not None and not seen.confirms and effects.verdict != Verdict.WORSE:
            source = reading.counts_source or (CountsSource.TEXT if seen.dump else CountsSource.PAGE)
            numbers = (reading.views, reading.comments, reading.likes)
            count_rows.write(self._db, post_id, seen.capture_id, seen.captured_at, numbers, source)

    def _write_revision(self, post_id: int, seen: decide.Observation, shown: Reading, content: str | None) -> None:
        aims = json.dumps(digests.targets(shown), ensure_ascii=False, sort_keys=True)
        row: dict[str, object] = {name: getattr(shown, name) for name in _REVISED}
        row |= {"post_id": post_id, "capture_id": seen.capture_id, "seen_at": seen.captured_at}
        row |= {"content_sha256": content, "reader": self._reader, "targets": aims}
        places = ", ".join(f":{name}" for name in row)
        self._db.execute(f"INSERT INTO revisions ({', '.join(row)}) VALUES ({places})", row)

    def _write_post(
        self, url: str, post_id: int, state: decide.PostState, *, shows: bool, was: decide.PostState | None
    ) -> None:
        """Bring the post's row, and if it *shows* a new reading its contents, up to *state*; *was*: None, all anew."""
        values: dict[str, object] = {name: getattr(state, name) for name in _FOLDED}
        taught = self._days.taught(post_id)
        renewed: set[str] = set()
        if shows and state.shown is not None:
            values |= {name: getattr(state.shown, name) for name in _SHOWN}
            values |= {
                "word_count": word_count(state.shown.body_text),
                "capture_id": state.capture_id,
                "content_sha256": state.content_sha256,
                "reader": self._reader,
            }
            if not indexing.is_searched_as(self._db, post_id, values):
                indexing.wait(self._db, post_id)
            renewed = post_parts.write(self._db, post_id, state.shown)
        values |= count_rows.newest(self._db, post_id)
        setting = ", ".join(f"{name} = :{name}" for name in values)
        self._db.execute(f"UPDATE posts SET {setting} WHERE id = :id", values | {"id": post_id})
        citations.settle(self._db, post_id)
        if shows:
            self._days.settle(self.site_of(url), post_id, taught)
        for file in sorted(renewed):
            self.attach(file)
        self._pictures.attach_to(post_id)
        self._settle_slug(url, post_id, state, was)

    def _settle_slug(self, url: str, post_id: int, state: decide.PostState, was: decide.PostState | None) -> None:
        """Renew the post's slug where a new row, an earlier first sight or another date may change it."""
        slug, site = self._db.execute("SELECT slug, site FROM posts WHERE id = ?", (post_id,)).fetchone()
        base = slugs.plain(url)
        if slug == slugs.provisional(url):
            slugs.settle_new(self._db, self._wishes, site, url)
            return
        anew = was is None and (slug != base or self._wishes.several(site, base))
        dated = was is not None and slug != base and was.shown != state.shown
        if anew or dated:
            slugs.settle(self._db, self._wishes, site, base)


def _as_read(shown: Reading) -> Reading:
    """*shown* without the days that its page does not show."""
    for name in ("published", "updated"):
        if getattr(shown, f"{name}_day_basis") != DayBasis.SHOWN:
            shown = replace(shown, **{f"{name}_day": None, f"{name}_day_basis": None})  # type: ignore[arg-type]
    return shown


def word_count(text: str | None) -> int | None:
    """How many words *text* has; None for None."""
    if text is None:
        return None
    return len(re.findall(r"\w+(?:['’-]\w+)*", text))
