"""Tables made from the registry of records: fields become columns. Also how a record is written. Knows no driver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Double, Index, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine

from busbar.csms.records import KINDS
from busbar.csms.records.kind import Kind, Record, Unique
from busbar.csms.storage import schema, writes
from busbar.csms.storage.times import EPOCH, MICROSECOND
from busbar.csms.storage.types import Exact, Json, Micros, Number, Word
from busbar.csms.storage.writes import Write

R = TypeVar("R", bound=Record)
Values = tuple[Any, ...]


PLAIN: Final[dict[type, type[TypeEngine[Any]]]] = {
    bool: Boolean,
    int: BigInteger,
    float: Double,
    bytes: LargeBinary,
    str: Text,
    datetime: Micros,
}


def column(name: str, annotation: Any, kind: Kind) -> Column[Any]:
    """Make the column of a field."""
    given, optional = bare(annotation)
    key = name in kind.key
    found: Any
    if key and given is int and kind.generated:
        found = Number
    elif key and given is str:
        found = Exact
    elif given in PLAIN:
        found = PLAIN[given]()
    elif isinstance(given, type) and issubclass(given, StrEnum):
        found = Word(given)
    else:
        found = Json(annotation)
    return Column(name, found, primary_key=key, nullable=optional and not key, autoincrement=key and kind.generated)


def bare(annotation: Any) -> tuple[Any, bool]:
    """Return a type without None, and whether None was in it."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return (parts[0] if len(parts) == 1 else annotation), NoneType in get_args(annotation)


def table(record: type[Record], kind: Kind) -> Table:
    """Make the table of a kind of record."""
    columns = [column(field.name, field.type, kind) for field in msgspec.structs.fields(record)]
    made = Table(
        kind.table,
        schema.metadata,
        *columns,
        sqlite_autoincrement=kind.generated,
        sqlite_with_rowid=kind.generated,
    )
    for names in kind.indexes:
        Index(f"{kind.table}_{'_'.join(names)}", *(made.c[name] for name in names))
    for unique in kind.unique:
        where = None if unique.where is None else made.c[unique.where[0]] == _literal(unique)
        Index(index_name(kind, unique), *(made.c[name] for name in unique.indexed), unique=True, **_partial(where))
    return made


def index_name(kind: Kind, unique: Unique) -> str:
    """Return the name of the index that keeps something unique."""
    return f"{kind.table}_one_{'_'.join(unique.columns)}"


def _literal(unique: Unique) -> Any:
    from sqlalchemy import literal_column

    value = unique.where[1] if unique.where else None
    return literal_column(f"'{value}'" if isinstance(value, str) else str(value).lower())


def _partial(where: Any) -> dict[str, Any]:
    return {} if where is None else {"sqlite_where": where, "postgresql_where": where}


TABLES: Final = {record: table(record, kind) for record, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Form:
    """How records of one kind are written.

    Attributes:
        put, add, gone: the statements; `add` leaves out a generated id.
        stored: turns each field's value into the stored one, None where it is the same.
    """

    names: tuple[str, ...]
    key: tuple[str, ...]
    generated: bool
    put: Write
    add: Write
    gone: Write
    stored: tuple[Callable[[Any], Any] | None, ...]

    def values(self, row: Record) -> Values:
        """Return a record's stored values."""
        found = (getattr(row, name) for name in self.names)
        return tuple(
            value if turn is None or value is None else turn(value)
            for value, turn in zip(found, self.stored, strict=True)
        )

    def key_of(self, row: Record) -> Values:
        """Return a record's stored key."""
        return self.key_values([getattr(row, name) for name in self.key])

    def key_values(self, key: Sequence[Any]) -> Values:
        """Return a key's stored values."""
        turns = (self.stored[self.names.index(name)] for name in self.key)
        return tuple(part if turn is None else turn(part) for part, turn in zip(key, turns, strict=True))


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _stored(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, Micros):
        return _micros
    if isinstance(kind, Word):
        return str
    return msgspec.json.encode if isinstance(kind, Json) else None


def _form(record: type[Record], kind: Kind) -> Form:
    made = TABLES[record]
    names = record.__struct_fields__
    added = tuple(name for name in names if not (kind.generated and name in kind.key))
    key = writes.listed(kind.key)
    gone = Write(
        kind.key,
        tuple(writes.array_type(made, name) for name in kind.key),
        None,
        f"DELETE FROM {kind.table} WHERE ({key}) IN (SELECT {key} FROM v)",  # noqa: S608 - names of our own columns
    )
    # Nobody replaces what is another organisation's.
    same_owner = f"WHERE {kind.table}.organisation_id = excluded.organisation_id"
    return Form(
        names=names,
        key=kind.key,
        generated=kind.generated,
        put=writes.upsert(made, names, key=kind.key, where=same_owner),
        add=writes.insert(made, added, "ON CONFLICT DO NOTHING"),
        gone=gone,
        stored=tuple(_stored(made.c[name].type) for name in names),
    )


FORMS: Final = {record: _form(record, kind) for record, kind in KINDS.items()}
