"""What shows that nothing was altered: the sealed log, its checkpoints and timestamps, exhibits; and withdrawal.

`log`, `note`, `proof` and `keys` are pure forms (RFC 6962, C2SP); `sealer` makes a checkpoint of an archive.
"""

from scraper.seal import claims, exhibit, keys, log, publishing, timestamps, withdraw
from scraper.seal.keys import Signer, Verifier
from scraper.seal.note import Checkpoint, Note
from scraper.seal.proof import FIRST, Proof
from scraper.seal.sealer import VERIFIER, Sealer, differences, extension, same_schema, same_stamps, sealer, tree

__all__ = [
    "FIRST",
    "VERIFIER",
    "Checkpoint",
    "Note",
    "Proof",
    "Sealer",
    "Signer",
    "Verifier",
    "claims",
    "differences",
    "exhibit",
    "extension",
    "keys",
    "log",
    "publishing",
    "same_schema",
    "same_stamps",
    "sealer",
    "timestamps",
    "tree",
    "withdraw",
]
