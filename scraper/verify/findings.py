"""What a check found."""

from dataclasses import dataclass, field
from enum import StrEnum

from scraper.errors import IntegrityError
from scraper.numbers import plural, size


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

    def __str__(self) -> str:
        return f"{self.level}: {self.kind}: {self.where}: {self.message}"


@dataclass(slots=True)
class Findings:
    """All that was found, and how much was looked at."""

    found: list[Finding] = field(default_factory=list)
    #: How much was looked at: ``bodies``, ``bytes``, ``captures``, ``runs``, ``posts``, ``revisions``, ``read``.
    checked: dict[str, int] = field(default_factory=dict)
    #: The newest run's chain; None: no run was sealed.
    chain_sha256: str | None = None

    def damage(self, kind: str, where: str, message: str) -> None:
        """Add something that does not hold."""
        self.found.append(Finding(level=Grade.DAMAGE, kind=kind, where=where, message=message))

    def unproven(self, kind: str, where: str, message: str) -> None:
        """Add something of which nothing here can show that it holds."""
        self.found.append(Finding(level=Grade.UNPROVEN, kind=kind, where=where, message=message))

    def note(self, kind: str, where: str, message: str) -> None:
        """Add something that one should know."""
        self.found.append(Finding(level=Grade.NOTE, kind=kind, where=where, message=message))

    def take(self, other: "Findings") -> None:
        """Add all that another check found, behind what was found before."""
        self.found += other.found
        self.checked |= other.checked
        self.chain_sha256 = other.chain_sha256 or self.chain_sha256

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
        damaged, unproven, notes = (len(self.of(level)) for level in (Grade.DAMAGE, Grade.UNPROVEN, Grade.NOTE))
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
