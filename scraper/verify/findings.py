"""What a check found."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from scraper.errors import IntegrityError
from scraper.numbers import plural, size

#: Findings of one level and kind that are told one by one; of more, how many there are.
MOST = 1000


class Grade(StrEnum):
    """How grave a finding is."""

    DAMAGE = "damage"
    UNPROVEN = "not proven"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not hold, cannot be shown, or that one should know."""

    level: Grade
    #: A short word: ``body-digest``, ``trigger``, ``other-reader`` …
    kind: str
    #: The row or page it concerns.
    where: str
    message: str

    @property
    def sort(self) -> str:
        """Level and kind in one."""
        return f"{self.level}: {self.kind}"

    def __str__(self) -> str:
        return f"{self.sort}: {self.where}: {self.message}"


@dataclass(slots=True)
class Findings:
    """All that was found, and how much was looked at."""

    #: The first `MOST` of each level and kind, in the order found.
    found: list[Finding] = field(default_factory=list)
    #: How many there are, of each level and kind: ``damage: body-digest`` …
    counts: dict[str, int] = field(default_factory=dict)
    #: How much was looked at: ``bodies``, ``bytes``, ``captures``, ``runs``, ``posts``, ``revisions``, ``read``.
    checked: dict[str, int] = field(default_factory=dict)
    #: The newest run's chain; None: no run was sealed.
    chain_sha256: str | None = None

    def damage(self, kind: str, where: str, message: str) -> None:
        """Add something that does not hold."""
        self._add(Finding(level=Grade.DAMAGE, kind=kind, where=where, message=message))

    def unproven(self, kind: str, where: str, message: str) -> None:
        """Add something of which nothing here can show that it holds."""
        self._add(Finding(level=Grade.UNPROVEN, kind=kind, where=where, message=message))

    def note(self, kind: str, where: str, message: str) -> None:
        """Add something that one should know."""
        self._add(Finding(level=Grade.NOTE, kind=kind, where=where, message=message))

    def _add(self, finding: Finding) -> None:
        count = self.counts[finding.sort] = self.counts.get(finding.sort, 0) + 1
        if count <= MOST:
            self.found.append(finding)

    def take(self, other: "Findings") -> None:
        """Add all that another check found, behind what was found before."""
        for finding in other.found:
            self._add(finding)
        for sort, untold in other.untold():
            self.counts[sort] += untold
        self.checked |= other.checked
        self.chain_sha256 = other.chain_sha256 or self.chain_sha256

    def untold(self) -> Iterator[tuple[str, int]]:
        """Levels and kinds of which there are more than are told, and how many more."""
        yield from ((sort, count - MOST) for sort, count in self.counts.items() if count > MOST)

    def count(self, level: Grade) -> int:
        """How many findings of that level there are, those that are not told included."""
        return sum(count for sort, count in self.counts.items() if sort.startswith(f"{level}: "))

    @property
    def lines(self) -> Iterator[str]:
        """Each finding in a line, then how many more there are of which kinds."""
        yield from map(str, self.found)
        yield from (f"{sort}: and {untold:,} more" for sort, untold in self.untold())

    def of(self, level: Grade) -> tuple[Finding, ...]:
        """The findings of that level, in the order found."""
        return tuple(finding for finding in self.found if finding.level == level)

    @property
    def has_damage(self) -> bool:
        """Whether something does not hold."""
        return bool(self.of(Grade.DAMAGE))

    @property
    def exit_status(self) -> int:
        """7 when there is damage; else 1 when something is not proven; else 0."""
        if self.has_damage:
            return IntegrityError.exit_status
        if self.of(Grade.UNPROVEN):
            return 1
        return 0

    @property
    def line(self) -> str:
        """All of it in one line."""
        seen = self.checked
        damaged, unproven, notes = map(self.count, (Grade.DAMAGE, Grade.UNPROVEN, Grade.NOTE))
        verdict = [f"damage in {plural(damaged, 'place')}" if damaged else "no damage"]
        if unproven:
            verdict.append(f"{plural(unproven, 'point')} not proven")
        verdict.append(plural(notes, "note"))
        parts = [
            f"{plural(seen.get('captures', 0), 'capture')} in {plural(seen.get('runs', 0), 'run')}",
            f"{plural(seen.get('bodies', 0), 'body', 'bodies')} ({size(seen.get('bytes', 0))})",
            f"{plural(seen.get('posts', 0), 'post')}, {plural(seen.get('revisions', 0), 'revision')}",
            f"{plural(seen.get('read', 0), 'capture')} read again",
        ]
        chain = f"; chain {self.chain_sha256}" if self.chain_sha256 else ""
        return f"verify: {', '.join(verdict)}; {', '.join(parts)}{chain}"
