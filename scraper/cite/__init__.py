"""Citations of one post, or of one revision of it: for papers, for courts, for programs. Pure.

The styles are written from one CSL-JSON record (`record`), files for programs from what it is made of, by the same
helpers: no two can disagree about a name or a day.
What is cited is the revision that was read: the day as the site showed it, the site's own name, the address the post
had, and the permanent address of the copy. When the reader looked at it is the reader's to say: no "accessed" is
written.
"""

from scraper.cite.files import CitationFile, Columns, biblatex, bibtex, columns, csl, ris, works
from scraper.cite.names import WriterName, names
from scraper.cite.prose import STYLES, CitationStyle, Kind, StyledRun, plain
from scraper.cite.record import Item, Work, issued, key, note, parts, record
from scraper.cite.text import unparted

__all__ = [
    "STYLES",
    "CitationFile",
    "CitationStyle",
    "Columns",
    "Item",
    "Kind",
    "StyledRun",
    "Work",
    "WriterName",
    "biblatex",
    "bibtex",
    "columns",
    "csl",
    "issued",
    "key",
    "names",
    "note",
    "parts",
    "plain",
    "record",
    "ris",
    "unparted",
    "works",
]
