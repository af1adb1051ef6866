"""The shape of archive.db, and the way into it.

Evidence is append-only; all other tables are derived from it and may be rewritten. `fields`, `evidence_fields` and
`view_fields` have one row for each field, from which `tables` makes all that is made of them; `opening` makes and
migrates the file, `renewal` brings an older one into today's shape.
"""

from scraper.schema.citations import CITATIONS, DAY_LETTERS, DIGEST_LETTERS
from scraper.schema.dictionary import dictionary, unit_of
from scraper.schema.fields import DERIVED as DERIVED_TABLES
from scraper.schema.fields import SHOWN_DAY, SHOWN_YEAR
from scraper.schema.file_state import FileState, file_state, path_of
from scraper.schema.letters import FOLDED
from scraper.schema.opening import (
    VERSION,
    empty_archive,
    explain,
    explained,
    migrations,
    missing_migrations,
    open_archive,
    open_as_it_is,
    own_objects,
    peek,
    show_as_today,
    tidy,
)
from scraper.schema.renewal import describe
from scraper.schema.table import ON_REQUEST, Field, Table, Use, quoted
from scraper.schema.tables import (
    BEGINNINGS,
    DESCRIPTIONS,
    EXPORT_COLUMNS,
    EXPORT_FIELDS,
    FTS,
    MORE_COLUMNS,
    TABLES,
    UNSPACED,
    content_name,
    names,
    search_sql,
    trigger_names,
)
from scraper.schema.way_in import WayIn, way_in

__all__ = [
    "BEGINNINGS",
    "CITATIONS",
    "DAY_LETTERS",
    "DERIVED_TABLES",
    "DESCRIPTIONS",
    "DIGEST_LETTERS",
    "EXPORT_COLUMNS",
    "EXPORT_FIELDS",
    "FOLDED",
    "FTS",
    "MORE_COLUMNS",
    "ON_REQUEST",
    "SHOWN_DAY",
    "SHOWN_YEAR",
    "TABLES",
    "UNSPACED",
    "VERSION",
    "Field",
    "FileState",
    "Table",
    "Use",
    "WayIn",
    "content_name",
    "describe",
    "dictionary",
    "empty_archive",
    "explain",
    "explained",
    "file_state",
    "migrations",
    "missing_migrations",
    "names",
    "open_archive",
    "open_as_it_is",
    "own_objects",
    "path_of",
    "peek",
    "quoted",
    "search_sql",
    "show_as_today",
    "tidy",
    "trigger_names",
    "unit_of",
    "way_in",
]
