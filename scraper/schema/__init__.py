"""The shape of archive.db, and the way into it.

Evidence (`captures`, `bodies`, `crawls`) is append-only; all other tables are derived from it and may be rewritten.
`tables` is the SQL, `dictionary` says what each table and column means, `opening` makes and migrates the file.
"""

from scraper.schema.dictionary import DESCRIPTIONS
from scraper.schema.opening import VERSION, explain, explained, migrations, open_archive
from scraper.schema.tables import DERIVED, EVIDENCE, EXPORT_COLUMNS, FTS, VIEWS, search_sql, trigger_names

__all__ = [
    "DERIVED",
    "DESCRIPTIONS",
    "EVIDENCE",
    "EXPORT_COLUMNS",
    "FTS",
    "VERSION",
    "VIEWS",
    "explain",
    "explained",
    "migrations",
    "open_archive",
    "search_sql",
    "trigger_names",
]
