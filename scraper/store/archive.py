"""The one writer of archive.db: a capture and all that is read from it commit together, or not at all."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

from scraper import __version__, decide, digests, schema, urls
from scraper.errors import ArchiveBusy
from scraper.records import Capture, Pace, Problem, Reading, Site, Target, Whole
from scraper.run_log import LoggedDecision, RunLog
from scraper.schema import describe, explained, open_archive, tidy
from scraper.store import (
    addresses,
    aside,
    count_rows,
    crawl_state,
    import_files,
    indexing,
    known_urls,
    masking,
    paces,
    post_history,
    problems,
    reader_rows,
    run_log,
    sealing,
    single,
    withdrawal_plan,
    withdrawal_rules,
    withdrawing,
    workers,
)
from scraper.store.commits import Commits
from scraper.store.evidence import BodyAhead, Evidence, KeptRow
from scraper.store.import_files import ImportFile, ImportLog, PlaceInFile
from scraper.store.moves import Moves
from scraper.store.posts import PostRows, Read
from scraper.store.rebuilding import Ahead, FieldChange, Rebuilt, read_chunk, rebuild
from scraper.vocabulary import CaptureKind, Level, Verdict


class Seal(Protocol):
    """Makes a checkpoint of the archive, within the transaction that it is called in."""

    def before(self, db: sqlite3.Connection) -> None:
        """Called before the first change."""

    def seal(self, db: sqlite3.Connection, told: Mapping[str, object] = ...) -> object:
        """Called when a run has ended, or all was read anew; *told*: what else the checkpoint's statement says."""


#: Posts that a run writes before search is told of them.
_INDEXED_AFTER = 200
NOT_JUDGED: Mapping[decide.Judgement, str] = MappingProxyType({})
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a capture."""

    capture_id: int
    verdict: Verdict
    #: The address that its post is known by; None: it belongs to no post.
    post_url: str | None = None
    #: Errors that are to be told: new ones, and old ones once a week. Each names its page.
    told: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldCapture:
    """A capture that is held back, and why."""

    capture_id: int
    site: str
    url: str
    captured_at: str
    reason: str


_HELD = """
SELECT captures.id, coalesce(posts.site, known_urls.site, ''), coalesce(posts.url, addresses.post_url), captured_at,
  decisions.reason
FROM decisions JOIN captures ON captures.record_sha256 = decisions.record_sha256
  JOIN addresses ON addresses.capture_id = captures.id
  LEFT JOIN post_captures ON post_captures.capture_id = captures.id LEFT JOIN posts ON posts.id = post_id
  LEFT JOIN known_urls ON known_urls.url = addresses.post_url
WHERE decisions.kind = 'held'
  AND (addresses.post_url IS NOT NULL OR captures.status IN (404, 410) AND posts.id IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM decisions AS later WHERE later.record_sha256 = captures.record_sha256
    AND later.kind IN ('accepted', 'absent', 'blocked', 'set-aside', 'wrong-time'))
ORDER BY captured_at, captures.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary:
    """What a run did: posts by verdict, pages with errors, and the chain that seals it."""

    crawl_id: int
    new: int
    changed: int
    same: int
    gone: int
    returned: int
    problems: int
    chain_sha256: str


def _looks_back(seen: decide.Observation, url: str | None, moved: Collection[str]) -> bool:
    """Whether what *seen* means for the post *url* depends on where that was before, which its rows do not hold, or
    its captures changed (*moved*).
    """
    return (
        url in moved or seen.moved_from is not None or (seen.meaning is decide.Meaning.ABSENT and seen.address != url)
    )


class Archive:
    """The archive, open. A context manager: leaving it makes the one file complete and closes it.

    Every method that writes is one transaction, synced to disk when it returns, unless `commit_later` was said. Raises
    what `open_archive` raises, also later: ArchiveBusy, ArchiveReadOnly, DiskFull, IntegrityError; whatever was not
    complete is then undone.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        path: Path,
        *,
        read: Read | None,
        reader: int,
        fingerprint: Mapping[str, str],
        seal: Seal | None = None,
        searched: bool = True,
    ) -> None:
        """*searched*: search is to know what is written; what the others are, `open` says."""
        #: For reading; writing through it is the business of this module alone.
        self.db = db
        self.path = path
        self._rules = reader_rows.ReaderRules(reader, fingerprint)
        self._commits = Commits(db)
        self._evidence = Evidence(db)
        self._posts = PostRows(db, self._evidence, read, reader)
        self._moves = Moves(db, self._posts)
        self._tallies: dict[int, Counter[str]] = {}
        self._errors: dict[int, set[str]] = {}
        self._wrote = False
        #: Whether `meta` says what reads this archive.
        self._rules_noted = False
        self._seal = seal
        #: Whether the newest checkpoint may still hold: nothing was written since, as far as this object knows.
        self._is_sealed = True
        self._is_searched = searched
        self._samples = indexing.Samples()
        #: Whether a run goes on, in which posts are indexed some at a time.
        self._is_running = False
        #: What no capture may bring back; None: not asked yet.
        self._withdrawn: withdrawal_rules.WithdrawalRules | None = None

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = True,
        readonly: bool = False,
        read: Read | None = None,
        reader: int = 0,
        fingerprint: Mapping[str, str] = MappingProxyType({}),
        seal: Seal | None = None,
    ) -> Self:
        """The archive at *path*. *read* reads stored captures again, where an older one arrives; *reader* is the
        version of its rules, written beside all that is read, and *fingerprint* names all that the reading rests on,
        with versions. *seal* makes the checkpoints; None: none are made.
        """
        path = Path(path)
        shown = seal.before if seal else lambda _: None
        db = open_archive(path, create=create, readonly=readonly, before_renewal=shown).conn
        return cls(db, path, read=read, reader=reader, fingerprint=fingerprint, seal=seal)

    @classmethod
    @contextmanager
    def peek(cls, path: Path) -> Iterator[Self | None]:
        """The archive at *path*, open for reading; None: it is still to be made."""
        found = schema.peek(path)
        if found is None:
            yield None
            return
        with cls(found.conn, path, read=None, reader=0, fingerprint={}) as archive:
            yield archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive; its one file is then complete, and alone where no other process has it open."""
        try:
            if self._wrote:
                self.checkpoint()
        finally:
            self.db.close()
            tidy(self.path)

    def checkpoint(self) -> None:
        """Move everything into the one file and empty the log beside it; readers may make that wait for next time."""
        # `main` alone: SQLite refuses it while a temporary table of this connection is in use.
        with explained(self.path):
            self.db.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _transaction(self, *, undo: bool = False, beside: bool = False) -> Iterator[None]:
        """All or nothing; *undo*: nothing in any case; *beside*: of what no checkpoint covers."""
        with explained(self.path):
            self._commits.begin()
            try:
                if self._is_sealed and not beside:
                    self._unseal()
                    self._is_sealed = False
                yield
                if not (beside or undo):
                    self._index(at_least=_INDEXED_AFTER if self._is_running else 1)
                self._commits.end(undo=undo)
                self._wrote = True
            except BaseException:
                self._commits.undo()
                undo = True
                raise
            finally:
                if undo:
                    self._forget()

    def _forget(self) -> None:
        """What is held in memory may not be in the file any more."""
        self._rules_noted = False
        self._is_sealed = True  # perhaps: what this transaction noted of it is undone
        self._evidence.forget()
        self._posts.forget()
        self._moves.forget()

    def commit_later(self) -> None:
        """More comes soon: what is written from now on is committed, and synced, together with what follows, as many
        transactions as `commits` allows. Until then a kill undoes it.
        """
        self._commits.is_later = True

    def commit(self) -> None:
        """Commit and sync what waits for that; from now on every transaction by itself."""
        self._commits.is_later = False
        with explained(self.path):
            self._commits.commit()

    def _index(self, at_least: int = 1) -> None:
        """Let search know the posts that wait for that, where they are so many."""
        if self._is_searched and indexing.waiting(self.db) >= at_least:
            indexing.catch_up(self.db, self._samples)

    def expect(self, text: str, samples: frozenset[int]) -> None:
        """A post of that text may be kept next; *samples*: `passages.samples` of it, made by whoever read it."""
        self._samples.expect(text, samples)

    def prepare(self, url: str, kind: CaptureKind, body: bytes) -> BodyAhead | None:
        """What keeping a *body* of *kind* that came from *url* takes longest for, worked out in any thread; None:
        nothing can be worked out ahead.
        """
        return self._evidence.prepare(url, kind, body)

    def expect_body(self, ahead: BodyAhead) -> None:
        """A capture of that body may be kept next."""
        self._evidence.expect(ahead)

    def _unseal(self) -> None:
        """Before the first change: let the tables be compared with the newest checkpoint, which then holds no more."""
        if self._seal is not None and not self._wrote:
            self._seal.before(self.db)
        sealing.unseal(self.db)

    @contextmanager
    def sealed(self) -> Iterator[sqlite3.Connection]:
        """A transaction of another room's making, which ends with a checkpoint."""
        with self._transaction():
            yield self.db
            self._sealed()

    @contextmanager
    def beside(self) -> Iterator[sqlite3.Connection]:
        """A transaction that adds to a checkpoint: signatures, timestamps. It still holds."""
        with self._transaction(beside=True):
            yield self.db

    def _sealed(self, told: Mapping[str, object] = NOTHING) -> None:
        self._index()
        if self._seal is not None:
            self._seal.seal(self.db, told)
            self._is_sealed = True

    # Runs --------------------------------------------------------------------------------------------------------

    def site(self, site: Site) -> None:
        """Make or renew a site's row."""
        with self._transaction():
            self._posts.write_site(site)

    def begin(self, command: str, started_at: str) -> int:
        """Id of a new run. Runs that were killed are sealed first: what they kept stays provable."""
        with self._transaction():
            for (killed,) in self.db.execute("SELECT id FROM crawls WHERE chain_sha256 IS NULL ORDER BY id").fetchall():
                self._evidence.chain(killed)
            cursor = self.db.execute(
                "INSERT INTO crawls (command, version, started_at) VALUES (?, ?, ?)", (command, __version__, started_at)
            )
            crawl_id = cursor.lastrowid or 0
            self._note_rules()
            reader_rows.note_run(self.db, crawl_id, self._rules)
        self._tallies[crawl_id], self._errors[crawl_id] = Counter(), set()
        self._is_running = True
        return crawl_id

    def finish(self, crawl_id: int, *, finished_at: str, requests: int, exit_status: int) -> CrawlSummary:
        """Seal a run that this object began, with what it did."""
        tally, failed = self._tallies.pop(crawl_id, Counter()), self._errors.pop(crawl_id, set())
        self._is_running = False
        with self._transaction():
            chain = self._evidence.chain(crawl_id)
            self.db.execute(
                "UPDATE crawls SET finished_at = ?, requests = ?, new = ?, changed = ?, same = ?, gone = ?,"
                " problems = ?, exit_status = ? WHERE id = ?",
                (
                    *(
                        finished_at,
                        requests,
                        tally[Verdict.NEW],
                        tally[Verdict.CHANGED],
                        tally[Verdict.SAME] + tally[Verdict.OLDER],
                    ),
                    *(tally[Verdict.GONE], len(failed), exit_status, crawl_id),
                ),
            )
            self._sealed()
        return CrawlSummary(
            crawl_id=crawl_id,
            new=tally[Verdict.NEW],
            changed=tally[Verdict.CHANGED],
            same=tally[Verdict.SAME] + tally[Verdict.OLDER],
            gone=tally[Verdict.GONE],
            returned=tally[Verdict.RETURNED],
            problems=len(failed),
            chain_sha256=chain,
        )

    def begin_again(self, log: RunLog) -> None:
        """Give the runs of a log from elsewhere their rows in this archive, which has none yet."""
        with self._transaction():
            run_log.begin(self.db, log)
            self._note_rules()
        self._is_running = True

    def finish_again(self, log: RunLog, file_sha256: str) -> list[int]:
        """Seal the runs of that log with the captures that came in; those whose chain is not the one that they had.

        Where there are none, they and the checkpoints are as they were, and a new checkpoint says that the archive was
        restored from the file of that digest.
        """
        self._is_running = False
        with self._transaction():
            differing = run_log.end(self.db, self._evidence, log)
            self._sealed({run_log.RESTORED_FROM: file_sha256} if not differing else NOTHING)
            return differing

    def import_log(self, claims: ImportLog) -> None:
        """Keep what an imported file says of its runs."""
        with self._transaction():
            import_files.add_log(self.db, claims)

    # Captures ----------------------------------------------------------------------------------------------------

    def keep(
        self,
        capture: Capture,
        reading: Reading | None,
        crawl_id: int | None,
        judged: Mapping[decide.Judgement, str] = NOT_JUDGED,
        *,
        decided: Iterable[LoggedDecision] = (),
        whole: Whole | None = None,
        place: PlaceInFile | None = None,
    ) -> Outcome:
        """Store a capture with everything that was read from it, in one transaction.

        *reading* is what *read* gives for it; None where there is nothing to read. *judged*: what is decided about
        it, and why; *decided*: what was decided about it in the archive that it comes from. The same capture a second
        time (url, time, source, body) changes nothing. *whole*: what it was in another archive of ours, before a part
        of it was left out, which is then noted. *place*: where in an imported file it stands; None: it was fetched.
        """
        noted: list[problems.Noted] = []
        with self._transaction():
            self._note_rules()
            kept, capture, reading, covered = self._add(capture, reading, crawl_id, whole)
            if not kept.is_new:
                outcome = Outcome(kept.id, Verdict.DUPLICATE, self._post_of(kept.id))
            else:
                for kind, why in judged.items():
                    self._evidence.judge(kept.record_sha256, kind, capture.captured_at, "crawl", why, crawl_id)
                for one in decided:
                    self._evidence.judge(kept.record_sha256, one.kind, one.at, one.by, one.reason or "", one.crawl_id)
                outcome = Outcome(kept.id, Verdict.KEPT) if covered else self._derive(capture, kept, reading, noted)
            if place is not None:
                import_files.place(self.db, kept.id, place)
        return self._tallied(outcome, capture.url, noted, crawl_id)

    def _tallied(self, outcome: Outcome, url: str, noted: list[problems.Noted], crawl_id: int | None) -> Outcome:
        """*outcome* with the errors that are to be told; it is counted in the run's figures."""
        errors = [(replace(one, url=one.url or url), is_told) for one, is_told in noted if one.level == Level.ERROR]
        if crawl_id in self._tallies:
            self._tallies[crawl_id][outcome.verdict] += 1
            self._errors[crawl_id].update(one.url or url for one, _ in errors)
        return replace(outcome, told=tuple(one for one, is_told in errors if is_told))

    def _add(
        self, capture: Capture, reading: Reading | None, crawl_id: int | None, whole: Whole | None
    ) -> tuple[KeptRow, Capture, Reading | None, bool]:
        """Store a capture as far as withdrawals allow; what may be read of it; whether it is of a withdrawn post."""
        covered, readable = self._withheld(capture, reading)
        kept = self._evidence.add(capture, crawl_id, readable=readable, whole=whole)
        if kept.is_new and whole is not None:
            left = self._evidence.left_of(kept.id)
            withdrawal_rules.note_less(self.db, whole, left, capture.captured_at, crawl_id)
        if not kept.is_new or readable is None or kept.body_sha256 is None:
            return kept, capture, reading, covered
        withdrawal_rules.note_incoming(
            self.db, kept.record_sha256, kept.body_sha256, capture.captured_at, crawl_id, unread=covered
        )
        capture = replace(capture, body=readable or None)
        return kept, capture, self._posts.reading_of(capture) if readable else None, covered

    def _withheld(self, capture: Capture, reading: Reading | None) -> tuple[bool, bytes | None]:
        """Whether a capture is of a withdrawn post, and what may be kept of its body; None: the body itself."""
        if self._withdrawn is None:
            self._withdrawn = withdrawal_rules.rules(self.db)
        rules = self._withdrawn
        if not rules or capture.body is None:
            return rules.covers(capture, reading), None
        if rules.erases(capture, reading) or rules.repeats(capture):
            return True, b""
        if rules.covers(capture, reading):  # hidden: kept as evidence
            return True, None
        return False, self._masked(capture, capture.body, reading, rules)

    def _masked(
        self, capture: Capture, body: bytes, reading: Reading | None, rules: withdrawal_rules.WithdrawalRules
    ) -> bytes | None:
        """What may be kept of a body that may repeat withdrawn words; None: the body itself."""
        if self._evidence.is_withdrawn(body):
            return self._evidence.readable(digests.sha256(body)) or b""
        readable = masking.masked(body, rules.runs, capture.media_type)
        if readable is not body:
            return readable or b""
        if reading is not None and masking.runs(reading.body_text) & rules.runs:
            return b""  # a file whose words stand in no form that can be masked
        return None

    def import_file(self, file: ImportFile, crawl_id: int | None) -> int:
        """Note a file that is imported; its row, the same for the same bytes. *crawl_id*: None while an archive is
        restored from it.
        """
        with self._transaction():
            return import_files.add(self.db, file, crawl_id)

    def body_of_payload(self, payload_digest: str) -> str | None:
        """Digest of the body to which an imported file gives that payload digest; None: none does."""
        return import_files.body_of_payload(self.db, payload_digest)

    def paces(self) -> dict[str, Pace]:
        """Of hosts that asked for less: how they are to be asked."""
        return paces.read(self.db)

    def keep_paces(self, learned: Mapping[str, Pace]) -> None:
        """Keep them for the next run."""
        if learned != paces.read(self.db):
            with self._transaction():
                paces.write(self.db, learned)

    def body_of_record(self, record_id: str) -> str | None:
        """Digest of the body of the imported record of that name; None: there is none."""
        return import_files.body_of_record(self.db, record_id)

    def _note_rules(self) -> None:
        """Before the first capture: what this archive is read by."""
        if not self._rules_noted:
            reader_rows.note_first(self.db, self._rules)
            self._rules_noted = True

    def judge(
        self, capture_id: int, kind: decide.Judgement, why: str, *, at: str, by: str, crawl_id: int | None = None
    ) -> None:
        """Decide something about a stored capture, and fold its post anew; *by*: the command, or the person."""
        with self._transaction():
            capture, kept = self._evidence.capture(capture_id)
            before = self._verdict(capture_id)
            self._evidence.judge(kept.record_sha256, kind, at, by, why, crawl_id)
            self._fold_anew(capture, kept)
            after = self._verdict(capture_id)
        if crawl_id in self._tallies and before != after:
            self._tallies[crawl_id].subtract([before])
            self._tallies[crawl_id].update([after])

    def held(self) -> list[HeldCapture]:
        """Pages that show a post, and absences, that are held back until a person accepts them, oldest first."""
        return [HeldCapture(*row) for row in self.db.execute(_HELD)]

    def _verdict(self, capture_id: int) -> str:
        asked = "SELECT verdict FROM post_captures WHERE capture_id = ?"
        return single.text(self.db, asked, (capture_id,)) or Verdict.KEPT

    def _fold_anew(self, capture: Capture, kept: KeptRow) -> None:
        """What a decision about a capture changes: its post, or what is known of its address."""
        address = addresses.of_capture(capture)
        reading = self._posts.reading_of(capture)
        url = addresses.belongs_to(self.db, kept.id) or addresses.owner(self.db, address)
        if url is not None:
            self._posts.refold(url)
        self._note_address(address, capture, reading, self._posts.observe(capture, kept, reading))

    def _note_address(self, address: str, capture: Capture, reading: Reading | None, seen: decide.Observation) -> None:
        """What is known of *address* after a capture that concerns it."""
        if not known_urls.mark_archived(self.db, address, self._posts.site_of(address), capture.captured_at):
            known_urls.update_from_capture(self.db, capture, address, reading, seen)

    def _post_of(self, capture_id: int) -> str | None:
        asked = "SELECT url FROM post_captures JOIN posts ON posts.id = post_id WHERE post_captures.capture_id = ?"
        return single.text(self.db, asked, (capture_id,))

    def _derive(self, capture: Capture, kept: KeptRow, reading: Reading | None, noted: list[problems.Noted]) -> Outcome:
        """All that follows from a new capture."""
        if capture.not_modified_of is not None:
            reading = self._posts.reading(capture.not_modified_of)
        elif capture.body is None:
            reading = None  # as in a rebuild: there is nothing to read
        self._posts.remember(kept.id, reading)
        if capture.kind in addresses.NOT_PAGES:
            if capture.kind == CaptureKind.FILE:
                self._posts.attach(capture.url)
            elif capture.kind == CaptureKind.IMAGE:
                self._posts.attach_picture(capture.url)
            noted += problems.after_reading(self.db, capture, capture.url, reading, good=reading is not None)
            outcome = Outcome(kept.id, Verdict.KEPT)
        else:
            outcome = self._derive_page(capture, kept, reading, noted)
        # After the page's own post, whose own counts go before those in a list on the page.
        if reading is not None and capture.not_modified_of is None:
            count_rows.note_listed(self.db, kept.id, reading)
        return outcome

    def _derive_page(
        self, capture: Capture, kept: KeptRow, reading: Reading | None, noted: list[problems.Noted]
    ) -> Outcome:
        """What follows for the post whose page, or whose absence, a capture shows."""
        address, shown = addresses.of_capture(capture), addresses.post_of(capture, reading)
        concerned = {address, shown or address}
        moved = self._place(kept.id, address, shown, concerned) | self._moves.settle(capture, shown)
        moved |= self._counted_in_turn(concerned)
        seen = self._posts.observe(capture, kept, reading)
        url = addresses.belongs_to(self.db, kept.id) or addresses.owner(self.db, address)
        effects = self._advance(url, seen, refold=_looks_back(seen, url, moved))
        for other in sorted(moved - {url}):
            self._posts.refold(other)
        for one in sorted(concerned):
            self._note_address(one, capture, reading, seen)
        good = effects is not None and effects.verdict in decide.GOOD
        noted += problems.after_reading(self.db, capture, url or capture.url, reading, good=good)
        if url is None or effects is None:
            return Outcome(kept.id, _without_post(seen))
        if effects.verdict == Verdict.WORSE:
            noted += problems.worse(self.db, capture, url, effects.reason)
        return Outcome(kept.id, effects.verdict, url)

    def _place(self, capture_id: int, address: str, shown: str | None, concerned: set[str]) -> set[str]:
        """Write whose a capture is; the posts that must be folded anew, as an address has changed its owner."""
        before = {one: addresses.owner(self.db, one) for one in concerned}
        addresses.write(self.db, capture_id, address, shown)
        moved: set[str] = set()
        for one in concerned:
            now = addresses.owner(self.db, one)
            if now != before[one] and (addresses.bare(self.db, one) or count_rows.is_listed(self.db, one)):
                moved |= {url for url in (now, before[one]) if url is not None}
        return moved

    def _counted_in_turn(self, concerned: Iterable[str]) -> set[str]:
        """The posts that were at one of these addresses one after another, where lists reported its counts: which of
        them each was of, captures of any time may change.
        """
        found = [addresses.residents(self.db, one) for one in sorted(concerned) if count_rows.is_listed(self.db, one)]
        return {url for urls in found if len(urls) > 1 for url in urls}

    def _advance(self, url: str | None, seen: decide.Observation, *, refold: bool) -> decide.Effects | None:
        """What a capture does to its post, which is new where there was none before; None: it has none, or nothing."""
        if url is None:
            return None
        post_id = self._posts.id_of(url)
        if post_id is None:
            effects = self._posts.refold(url).get(seen.capture_id)
            if effects is None:
                return None
            return replace(effects, verdict=Verdict.NEW)
        if not refold and self._posts.is_newest(post_id, seen.order):
            effects = self._posts.step(url, seen)
        else:
            effects = self._posts.refold(url).get(seen.capture_id)
        if effects is not None and effects.verdict == Verdict.NEW:
            # The first of the captures, but it came after others.
            return replace(effects, verdict=Verdict.OLDER)
        return effects

    # Problems and addresses --------------------------------------------------------------------------------------

    def note(self, problem: Problem, at: str, crawl_id: int | None = None) -> bool:
        """Write a problem, seen at *at*; one that was there is counted once more and open again. Whether it is to be
        told: it is new or graver, or was last told a week ago.
        """
        with self._transaction():
            told = problems.note(self.db, problem, problem.url or "", at)
            known_urls.record_failure(self.db, problem, at)
        if crawl_id in self._errors and problem.level == Level.ERROR:
            self._errors[crawl_id].add(problem.url or "")
        return told

    def resolve(
        self, url: str, stage: str, at: str | None = None, *, closes: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Close the problems of *url* in *stage* whose kind it *closes*: a later attempt worked, at *at* (None: at the
        time last seen).
        """
        asked = "SELECT 1 FROM problems WHERE url = ? AND stage = ? AND resolved_at IS NULL"
        if single.is_there(self.db, asked, (url, stage)):
            with self._transaction():
                problems.resolve(self.db, url, (stage,), at, closes=closes)

    def open_problems(self) -> set[tuple[str, str]]:
        """(url, stage) of everything that went wrong and has not worked since."""
        return problems.still_open(self.db)

    def first_noted(self, pages: Iterable[str], stage: str, field: str) -> str | None:
        """When an open problem of *stage* with *field* was first noted for any of *pages*; None: there is none."""
        return problems.first_noted(self.db, pages, stage, field)

    def discover(self, targets: Iterable[Target], at: str) -> None:
        """Note the post addresses among *targets*, and how they were found, at *at*."""
        with self._transaction():
            for target in targets:
                if target.kind == CaptureKind.POST:
                    known_urls.discover(self.db, target, self._posts.site_of(target.url), at)

    def url_states(self, site_id: str) -> dict[str, decide.UrlState]:
        """What the next crawl of a site needs to know, by canonical address; also of all lists, sitemaps, feeds."""
        with explained(self.path):
            return crawl_state.url_states(self.db, site_id)

    # Reading back ------------------------------------------------------------------------------------------------

    def body(self, sha256: str) -> bytes:
        """The decoded bytes of that digest. Raises IntegrityError."""
        with explained(self.path):
            return self._evidence.body(sha256)

    def capture(self, capture_id: int) -> Capture:
        """The capture of that id, with its body. Raises IntegrityError when there is none."""
        with explained(self.path):
            return self._evidence.capture(capture_id)[0]

    def captures(
        self, where: str = "ORDER BY id", values: tuple[object, ...] = (), *, with_bodies: bool = True
    ) -> Iterator[tuple[Capture, KeptRow]]:
        """Captures that the SQL after FROM captures selects, one at a time, each with its id and digests."""
        with explained(self.path):
            yield from self._evidence.captures(where, values, with_bodies=with_bodies)

    def captures_in_order(
        self, chosen: Collection[int] | None = None, *, with_bodies: bool = True
    ) -> Iterator[tuple[Capture, KeptRow]]:
        """Captures in the order of their time, the same whatever their ids; *chosen*: only those ids; None: all."""
        where, values = "", tuple[str, ...]()
        if chosen is not None:
            where, values = "WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(chosen)),)
        return self.captures(f"{where} ORDER BY captured_at, record_sha256", values, with_bodies=with_bodies)

    def shown(self, url: str) -> Reading | None:
        """The post at *url* as the archive shows it; None: there is none."""
        return post_history.shown(self.db, url)

    def history(self, url: str) -> post_history.PostHistory | None:
        """All that is known of the post at *url*; None: there is none."""
        return post_history.of(self.db, url)

    # Reading anew ------------------------------------------------------------------------------------------------

    def stale_reader(self) -> bool:
        """Whether captures are there that older rules, or other packages, read: rebuild before writing."""
        return reader_rows.is_stale(self.db, self._rules)

    def refold(self, url: str) -> None:
        """Fold one post anew from its captures."""
        with self._transaction():
            self._posts.refold(urls.canonical(url) or url)

    def observations(self, url: str) -> list[decide.Observation]:
        """All captures of the post at *url* with what is read from them now: what `decide.fold` folds."""
        return self._posts.observations(url)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the file for this connection only, and leaves nothing of what was deleted within in it.

        Raises ArchiveBusy where another process has it open: what that reads could not be taken out.
        """
        with explained(self.path):
            self.checkpoint()
            self.db.execute("PRAGMA busy_timeout = 500")
            try:
                (mode,) = self.db.execute("PRAGMA journal_mode = DELETE").fetchone()
            except sqlite3.OperationalError:
                mode = "wal"
            if mode != "delete":
                raise ArchiveBusy(f"{self.path}: another program has it open; stop it (a server, too), then try again")
            self.db.execute("PRAGMA secure_delete = ON")
            try:
                yield
                self.db.execute("VACUUM")
            finally:
                self.db.execute("PRAGMA journal_mode = WAL").fetchall()

    def _ahead(self, source: Path, jobs: int) -> Ahead | None:
        """Reads the captures of *source* in *jobs* processes; None: this archive was opened without a reader."""
        if self._posts.read is None:
            return None
        work = partial(read_chunk, self._posts.read)
        return lambda chunks: workers.in_order(work, source, chunks, jobs)

    def copy_to(self, path: Path) -> None:
        """Write the archive as it is, whatever its version, to the new file *path*."""
        with explained(path), closing(sqlite3.connect(path)) as target:
            self.db.backup(target)

    def make_public(self) -> None:
        """Take out of this archive, a copy, what is not for everybody: see `withdrawing.make_public`."""
        with self._transaction():
            withdrawing.make_public(self.db, self._evidence)

    def withdrawal(
        self, url: str, extent: withdrawal_plan.Extent = withdrawal_plan.Extent.POST, digest: str = ""
    ) -> withdrawal_plan.WithdrawalPlan | None:
        """What withdrawing what is known by *url* would take out; see `withdrawal_plan.plan`."""
        return withdrawal_plan.plan(self.db, self._evidence, self._posts, url, extent, digest)

    def withdraw(self, plan: withdrawal_plan.WithdrawalPlan, decided: withdrawing.Decision) -> None:
        """Take out what *plan* names, in one transaction; see `withdrawing.apply`. Call it within `alone`."""
        with self._transaction():
            withdrawing.apply(self.db, self._evidence, plan, decided)
            self._withdrawn = None
            self._anew()
            indexing.make_anew(self.db)

    def set_aside(self, records: Iterable[str], decided: aside.Decided) -> None:
        """Take the captures with these record digests out of account, and derive everything anew."""
        with self._transaction():
            aside.decide(self.db, self._evidence, records, decided)
            self._anew()

    def _anew(self) -> None:
        """Derive everything again, within the transaction: evidence, or what is decided of it, has changed."""
        self._evidence.forget()
        self._posts.forget()
        self._moves.forget()
        rebuild(self.db, self._evidence, self._posts, lambda _: None, lambda _done, _total: None)

    def count_posts(self) -> int:
        """How many posts there are."""
        return single.count(self.db, "SELECT count(*) FROM posts")

    def rebuild(
        self,
        read: Read | None = None,
        *,
        diff: bool = False,
        changed: Callable[[FieldChange], None] = lambda _: None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        jobs: int = 1,
        source: Path | None = None,
        search: bool = False,
    ) -> Rebuilt:
        """Read every stored capture again and fold all posts, in one transaction.

        *diff*: only tell *changed* what would change. *progress* is told how many captures of how many are read.
        *jobs*: processes that read; the result is the same. *source*: the archive that they read; None: this one.
        *search*: the full-text indexes are made anew, too, of what is written then.
        """
        if read is not None:
            self._posts.read = read
        self._posts.forget()
        if jobs > 1 and self._posts.read is not None:
            workers.warm(partial(read_chunk, self._posts.read))
        with self._transaction(undo=diff):
            ahead = self._ahead(source or self.path, jobs) if jobs > 1 else None
            rebuilt = rebuild(self.db, self._evidence, self._posts, changed, progress, ahead)
            reader_rows.note(self.db, self._rules)
            describe(self.db)
            if search:
                indexing.make_anew(self.db)
            if not diff:
                self._sealed()
            return rebuilt


def _without_post(seen: decide.Observation) -> Verdict:
    """What became of a capture that belongs to no post."""
    match seen.meaning:
        case decide.Meaning.ABSENT:
            return Verdict.MISSING
        case decide.Meaning.BLOCKED | decide.Meaning.WEATHER:
            return Verdict(seen.meaning)
        case _:
            return Verdict.REDIRECT if seen.redirect else Verdict.KEPT
