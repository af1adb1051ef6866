"""What is said of a table and of each of its fields."""

from dataclasses import dataclass
from enum import Flag, auto


class Use(Flag):
    """What a field is used for, beside being stored and described."""

    NONE = 0
    #: Copied from the attribute of that name of what a page was read as.
    READ = auto()
    #: Copied from the attribute of that name of the state that a post's captures fold to.
    FOLDED = auto()
    #: Part of `content_sha256`: a change of it is a new revision.
    DIGESTED = auto()
    #: A change of it is told by `rebuild --diff`.
    TOLD = auto()
    #: Part of what a row is known by, whatever its number.
    KEY = auto()
    #: The number of a row, which means nothing outside of one archive.
    ROW = auto()
    #: Noted while a run went on; no capture says it again, so only a checkpoint can prove it.
    RECORDED = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table or view."""

    name: str
    #: Type and constraints, as SQL; for views the type alone.
    declared: str
    meaning: str
    use: Use = Use.NONE
    #: For a reference by row number: table and column that say the same in every archive (``posts.url``).
    stands_for: str = ""
    #: Its place among the default columns of exports; `ON_REQUEST`: only where it is asked for; 0: never.
    exported: int = 0
    #: Its place in the search index of its table; 0: not searched.
    searched: int = 0
    #: The facet of search that it answers; empty: none.
    facet: str = ""
    #: The line of `ushrn show` that it stands in, with all others of that name; empty: in none.
    shown: str = ""
    #: Of a column of exports that no table has: SQL over the post `p`.
    sql: str = ""
    #: What a number counts or measures: ``bytes``, ``views``; empty: it is none, or a number of a row.
    unit: str = ""

    @property
    def type(self) -> str:
        """The type alone: ``TEXT``, ``INTEGER``, ``BLOB``."""
        return self.declared.partition(" ")[0]


#: `Field.exported` of columns that an export has only where they are asked for.
ON_REQUEST = 99


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a view, with what it holds."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    #: Constraints over several columns.
    constraints: tuple[str, ...] = ()
    #: What stands behind CREATE INDEX.
    indexes: tuple[str, ...] = ()
    without_rowid: bool = False
    #: The whole of its SQL, where that is not made of the fields: frozen tables, views.
    sql: str = ""

    @property
    def is_view(self) -> bool:
        """Whether it is made of other tables."""
        return self.sql.lstrip().startswith("CREATE VIEW")

    @property
    def script(self) -> str:
        """The statements that make it."""
        if self.sql:
            return self.sql
        lines = [*(f"{quoted(field.name)} {field.declared}" for field in self.fields), *self.constraints]
        body = ",\n".join(f"  {line}" for line in lines)
        made = f"CREATE TABLE {self.name} (\n{body}\n){' WITHOUT ROWID' if self.without_rowid else ''};\n"
        return made + "".join(f"CREATE INDEX {index};\n" for index in self.indexes)

    def names(self, use: Use) -> tuple[str, ...]:
        """The names of the fields that have *use*, in order."""
        return tuple(field.name for field in self.fields if use in field.use)


#: Names of columns that SQL would take for words of its own.
_WORDS = frozenset({"table", "column"})


def quoted(name: str) -> str:
    """The name of a column as SQL wants it."""
    return f'"{name}"' if name in _WORDS else name
