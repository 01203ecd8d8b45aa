"""`ports.Records` in dictionaries, with the rules of the databases."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeVar, cast

from msgspec.structs import replace

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.ports import FIND_LIMIT, Conflict, Page, Search, Test, Unstorable
from busbar.csms.records import KINDS
from busbar.csms.records.kind import Record, Unique
from busbar.csms.storage import cursor
from busbar.csms.storage.memory_rows import Rows
from busbar.csms.storage.times import to_micros
from busbar.csms.tenancy import Scope, unscoped

R = TypeVar("R", bound=Record)
Key = tuple[Any, ...]


def _known(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    """Return a comparison that is false for None, as in SQL."""
    return lambda value, other: value is not None and bool(compare(value, other))


OPS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": _known(eq),
    "!=": _known(ne),
    "<": _known(lt),
    "<=": _known(le),
    ">": _known(gt),
    ">=": _known(ge),
    "in": _known(lambda value, others: value in others),
    "starts": _known(lambda value, text: value.startswith(text)),
    "null": lambda value, null: (value is None) is null,
}


def holds(row: Record, test: Test) -> bool:
    """Tell whether a test holds. Raises ValueError for a field or an operation that there is not."""
    if test.field not in row.__struct_fields__ or test.op not in OPS:
        raise ValueError(f"cannot be searched by {test.field} {test.op}")
    return OPS[test.op](getattr(row, test.field), test.value)


def equals(row: Record, fields: dict[str, Any]) -> bool:
    """Tell whether fields have these values, or one of several (a tuple)."""
    return all(
        getattr(row, field) in value if isinstance(value, tuple) else getattr(row, field) == value
        for field, value in fields.items()
    )


class MemoryRecords:
    """Records by kind and key."""

    def __init__(self) -> None:
        self._records: dict[type[Record], dict[Key, Record]] = {kind: Rows(self._sees) for kind in KINDS}
        self._numbers: dict[type[Record], int] = {}

    def _sees(self, row: Any, scope: Scope) -> bool:
        raise NotImplementedError

    def _own(self, row: Record) -> None:
        raise NotImplementedError

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply changes. Raises Unstorable."""
        raise NotImplementedError

    def _key(self, row: Record) -> Key:
        return tuple(getattr(row, name) for name in KINDS[type(row)].key)

    def check_unique(self, row: Record) -> None:
        """Raise Conflict where another record has what may occur only once."""
        with unscoped():
            others = list(self._records[type(row)].values())
        for unique in KINDS[type(row)].unique:
            if any(self._same(unique, row, other) for other in others):
                raise Conflict(unique.columns[-1], f"one with this {unique.columns[-1]} exists")

    def _same(self, unique: Unique, row: Record, other: Record) -> bool:
        if self._key(row) == self._key(other):
            return False
        if unique.where and any(getattr(r, unique.where[0]) != unique.where[1] for r in (row, other)):
            return False
        ours = [getattr(row, name) for name in unique.indexed]
        return None not in ours and ours == [getattr(other, name) for name in unique.indexed]

    def _numbered(self, row: R) -> R:
        kind = type(row)
        if not KINDS[kind].generated or self._key(row) != (None,):
            return copy(row)
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return replace(row, **{KINDS[kind].key[0]: self._numbers[kind]})

    def apply_record(self, change: RowPut | RowAdded | RowGone) -> None:
        """Apply one change. Raises Conflict where a put record has what may occur only once."""
        match change:
            case RowGone(kind, key):
                self._records[kind].pop(key, None)
            case RowPut(row):
                self._own(row)
                self.check_unique(row)
                with unscoped():
                    known = self._records[type(row)].get(self._key(row))
                if known is not None and known.organisation_id != row.organisation_id:
                    return
                self._records[type(row)][self._key(row)] = copy(row)
            case RowAdded(row):
                self._own(row)
                made = self._numbered(row)
                try:
                    self.check_unique(made)
                except Conflict:
                    return
                self._records[type(row)].setdefault(self._key(made), made)

    async def get(self, kind: type[R], /, *key: Any) -> R | None:
        """Return a record by its key."""
        return cast("R | None", copy(self._records[kind].get(key)))

    def _sorted(self, kind: type[R]) -> list[R]:
        return [cast("R", copy(self._records[kind][key])) for key in sorted(self._records[kind])]

    async def find(self, kind: type[R], /, **equal: Any) -> list[R]:
        """Return the records whose fields have these values, by key, at most FIND_LIMIT."""
        return [row for row in self._sorted(kind) if equals(row, equal)][:FIND_LIMIT]

    async def look(self, kind: type[R], search: Search) -> Page[R]:
        """Return a page of records."""
        cursor.check_limit(search.limit)
        rows = [row for row in self._sorted(kind) if all(holds(row, test) for test in search.tests)]
        keys = [tuple(to_micros(p) if isinstance(p, datetime) else p for p in self._key(row)) for row in rows]
        if search.newest:
            rows.reverse()
            keys.reverse()
        begin = 0
        if search.cursor is not None:
            kinds = self._key_types(kind)
            after = cursor.decode(search.cursor, kinds)
            passed: Callable[[Key], bool] = (lambda key: key >= after) if search.newest else (lambda key: key <= after)
            begin = sum(map(passed, keys))
        end = begin + search.limit
        return Page(rows[begin:end], cursor.encode(keys[end - 1]) if end < len(rows) else None)

    def _key_types(self, kind: type[Record]) -> tuple[type, ...]:
        from busbar.csms.storage.records import order

        return order(kind).kinds

    async def insert(self, row: R, second: Callable[[R], Record] | None = None) -> R:
        """Add a record, and a second one made of it; return the first. Raises Conflict."""
        made = self._numbered(row)
        self._own(made)
        rows: list[Record] = [made] if second is None else [made, second(made)]
        for one in rows:
            if self._key(one) in self._records[type(one)]:
                name = KINDS[type(one)].key[-1]
                raise Conflict(name, f"one with this {name} exists")
            self.check_unique(one)
        for one in rows:
            self._records[type(one)][self._key(one)] = copy(one)
        return made

    async def put(self, row: Record) -> None:
        """Insert a record, or replace the one with its key. Raises Conflict."""
        try:
            await self.commit([RowPut(row)])
        except Unstorable as error:
            raise Conflict(KINDS[type(row)].key[-1], str(error)) from error

    async def change(
        self, kind: type[Record], key: tuple[Any, ...], *, values: dict[str, Any], expected: dict[str, Any]
    ) -> bool:
        """Set fields of a record if its others are as expected; False where they are not. Raises Conflict."""
        row = self._records[kind].get(key)
        if row is None or not equals(row, expected):
            return False
        changed = replace(row, **values)
        self.check_unique(changed)
        self._records[kind][key] = changed
        return True

    async def remove(self, kind: type[Record], *key: Any) -> bool:
        """Delete a record; False where there was none."""
        return self._records[kind].pop(key, None) is not None

    async def discard(self, kind: type[Record], *tests: Test, limit: int = FIND_LIMIT) -> int:
        """Delete records that pass all tests, at most `limit` of them; return how many."""
        rows = self._records[kind]
        gone = [key for key in sorted(rows) if all(holds(rows[key], test) for test in tests)][:limit]
        for key in gone:
            rows.pop(key, None)
        return len(gone)


RECORD_CHANGES: Final[Sequence[type]] = (RowPut, RowAdded, RowGone)
