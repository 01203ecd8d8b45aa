"""What a kind of record is: a typed row, its table's name, its key, what must be unique. Knows no kind in particular.

Columns are the fields of the row in their order. Plain values (int, float, bool, text, bytes, aware times, members of
a StrEnum, and None) are kept as such; anything else is kept as JSON.
"""

from dataclasses import dataclass
from typing import Any

from busbar.csms.rows import Row


class Record(Row, kw_only=True):
    """A row of a table that is made of its kind. `organisation_id` says whose it is."""

    organisation_id: int = 1


@dataclass(frozen=True, slots=True)
class Unique:
    """Columns whose values together occur once in an organisation, or `everywhere`.

    Only among the rows where `where`, a column and its value, holds.
    """

    columns: tuple[str, ...]
    where: tuple[str, Any] | None = None
    everywhere: bool = False

    @property
    def indexed(self) -> tuple[str, ...]:
        """The columns with the organisation, where they are unique only there."""
        return self.columns if self.everywhere else ("organisation_id", *self.columns)


@dataclass(frozen=True, slots=True)
class Kind:
    """How records of one type are kept.

    Attributes:
        table: the table's name.
        key: the columns of the primary key.
        indexes: further columns that are searched by.
        unique: what may occur only once.
        generated: the key is one column `id`, None in a new row, which the database numbers.
    """

    table: str
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[Unique, ...] = ()
    generated: bool = False
