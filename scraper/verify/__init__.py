"""`ushrn verify`: every digest recomputed, every row held against the captures it came from. Writes nothing.

`stored` checks the evidence, `shape` the file and its search tables, `derived` makes all that is derived a second
time beside the archive and compares, `values` looks for what cannot be, `seals` holds all of it
against the checkpoints.
"""

from scraper.verify.findings import Finding, Findings, Grade
from scraper.verify.record import record
from scraper.verify.run import run
from scraper.verify.seals import known_checkpoint

__all__ = ["Finding", "Findings", "Grade", "known_checkpoint", "record", "run"]
