"""What a check found."""

from dataclasses import dataclass, field

from scraper.errors import IntegrityError

DAMAGE, UNPROVEN, REMARK = "damage", "not proven", "remark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not hold (`damage`), cannot be shown (`not proven`), or that one should know (`remark`)."""

    level: str
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
        self.found.append(Finding(level=DAMAGE, kind=kind, where=where, message=message))

    def unproven(self, kind: str, where: str, message: str) -> None:
        """Add something of which nothing here can show that it holds."""
        self.found.append(Finding(level=UNPROVEN, kind=kind, where=where, message=message))

    def remark(self, kind: str, where: str, message: str) -> None:
        """Add something that one should know."""
        self.found.append(Finding(level=REMARK, kind=kind, where=where, message=message))

    def of(self, level: str) -> tuple[Finding, ...]:
        """The findings of that level, in the order found."""
        return tuple(finding for finding in self.found if finding.level == level)

    @property
    def exit_status(self) -> int:
        """7 when there is damage; else 1 when something is not proven; else 0."""
        if self.of(DAMAGE):
            return IntegrityError.exit_status
        return 1 if self.of(UNPROVEN) else 0

    @property
    def line(self) -> str:
        """All of it in one line."""
        seen = self.checked
        megabytes = seen.get("bytes", 0) / 1e6
        parts = [
            f"{seen.get('captures', 0)} captures in {seen.get('runs', 0)} runs",
            f"{seen.get('bodies', 0)} bodies ({megabytes:.1f} MB)",
            f"{seen.get('posts', 0)} posts, {seen.get('revisions', 0)} revisions",
            f"{seen.get('read', 0)} captures read again",
        ]
        verdict = f"{len(self.of(DAMAGE))} damaged" if self.of(DAMAGE) else "all holds"
        if self.of(UNPROVEN):
            verdict = f"{len(self.of(DAMAGE))} damaged, {len(self.of(UNPROVEN))} not proven"
        chain = f"; chain {self.chain_sha256}" if self.chain_sha256 else ""
        return f"verify: {verdict}, {len(self.of(REMARK))} remarks; {', '.join(parts)}{chain}"
