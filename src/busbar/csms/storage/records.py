"""`ports.Records` over SQLAlchemy Core, for both databases. It must not know a driver, nor any kind of record."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.sqltypes import BigInteger, Boolean
from sqlalchemy.types import TypeDecorator

from busbar.csms import tenancy
from busbar.csms.changes import Change, RowPut
from busbar.csms.ports import FIND_LIMIT, Conflict, Page, Search, Test, Unstorable
from busbar.csms.records import KINDS
from busbar.csms.records.kind import Record
from busbar.csms.storage import cursor
from busbar.csms.storage.access import Access
from busbar.csms.storage.admission import Looks, own
from busbar.csms.storage.kinds import TABLES, index_name
from busbar.csms.storage.lists import Order
from busbar.csms.storage.schema import stations

R = TypeVar("R", bound=Record)

OPS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "in": lambda column, values: column.in_(values),
    "starts": lambda column, text: column.startswith(text, autoescape=True),
    "null": lambda column, null: column.is_(None) if null else column.is_not(None),
}


def condition(table: Table, test: Test) -> ColumnElement[bool]:
    """Return a test as SQL. Raises ValueError for a field or an operation that there is not."""
    if test.field not in table.c or test.op not in OPS:
        raise ValueError(f"{table.name} cannot be searched by {test.field} {test.op}")
    found: ColumnElement[bool] = OPS[test.op](table.c[test.field], test.value)
    return found


def equal(table: Table, field: str, value: Any) -> ColumnElement[bool]:
    """Return the test for a value, one of several (a tuple), or None."""
    if value is None:
        return table.c[field].is_(None)
    return condition(table, Test(field, "in" if isinstance(value, tuple) else "=", value))


def by_key(table: Table, kind: type[Record], key: Sequence[Any]) -> ColumnElement[bool]:
    """Return the test for a key."""
    names = KINDS[kind].key
    return and_(*(table.c[name] == part for name, part in zip(names, key, strict=True)))


def order(kind: type[Record], *, newest: bool = False) -> Order:
    """Return the sort order of a kind, which is that of its key."""
    columns = [TABLES[kind].c[name] for name in KINDS[kind].key]
    return Order(*((column, _sorted_as(column)) for column in columns), newest=newest)


def _sorted_as(column: ColumnElement[Any]) -> type:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Boolean):
        return bool
    return int if isinstance(kind, BigInteger) else str


def conflict(kind: type[Record], error: IntegrityError) -> Conflict:
    """Return what a database's complaint means: which field has a value that may occur only once."""
    described = KINDS[kind]
    text = str(error.orig)
    for unique in described.unique:
        columns = ", ".join(f"{described.table}.{name}" for name in unique.indexed)
        if index_name(described, unique) in text or text.endswith(f"failed: {columns}"):
            return Conflict(unique.columns[-1], f"{described.table}: one with this {unique.columns[-1]} exists")
    return Conflict(described.key[-1], f"{described.table}: one with this {described.key[-1]} exists")


def _inserted(connection: Connection, row: R, scope: tenancy.Scope | None) -> R:
    """Add a record and return it as it is stored."""
    kind, table = type(row), TABLES[type(row)]
    described = KINDS[kind]
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    if described.generated and values[described.key[0]] is None:
        del values[described.key[0]]
    if scope is not None:
        values["organisation_id"] = scope.organisation_id
    elif values.get("station_id"):
        mine = select(stations.c.organisation_id).where(stations.c.id == values["station_id"])
        values["organisation_id"] = func.coalesce(mine.scalar_subquery(), row.organisation_id)
    given = (*described.key, "organisation_id")
    statement = insert(table).values(**values).returning(*(table.c[name] for name in given))
    key = connection.execute(statement).one()
    return kind(**values | dict(zip(given, key, strict=True)))


class Records(Access):
    """Reads and single writes of records."""

    @abstractmethod
    async def commit(self, changes: Sequence[Change]) -> None:
        """Store changes in the next commit."""

    async def get(self, kind: type[R], /, *key: Any) -> R | None:
        """Return a record by its key."""
        found = await self._made(kind, select(TABLES[kind]).where(by_key(TABLES[kind], kind, key)))
        return found[0] if found else None

    async def find(self, kind: type[R], /, **equals: Any) -> list[R]:
        """Return the records whose fields have these values, by key, at most FIND_LIMIT."""
        table = TABLES[kind]
        tests = [equal(table, field, value) for field, value in equals.items()]
        keys = [table.c[name] for name in KINDS[kind].key]
        return await self._made(kind, select(table).where(*tests).order_by(*keys).limit(FIND_LIMIT))

    async def look(self, kind: type[R], search: Search) -> Page[R]:
        """Return a page of records."""
        cursor.check_limit(search.limit)
        table, keys = TABLES[kind], order(kind, newest=search.newest)
        tests = [condition(table, test) for test in search.tests]
        statement = keys.apply(select(*table.c).where(*tests), search)

        def work(connection: Connection) -> Page[R]:
            rows = connection.execute(statement).all()
            items = [self._record(kind, values) for values in rows[: search.limit]]
            last = tuple(rows[search.limit - 1])[-len(keys.kinds) :] if len(rows) > search.limit else None
            return Page(items, cursor.encode(last) if last else None)

        return await self.read(work)

    async def _made(self, kind: type[R], statement: Any) -> list[R]:
        def work(connection: Connection) -> list[R]:
            return [self._record(kind, values) for values in connection.execute(statement)]

        return await self.read(work)

    def _record(self, kind: type[R], values: Sequence[Any]) -> R:
        return kind(**dict(zip(kind.__struct_fields__, values, strict=False)))

    async def insert(self, row: R, second: Callable[[R], Record] | None = None) -> R:
        """Add a record, and a second one made of it in the same commit; return the first. Raises Conflict."""
        if (scope := tenancy.current()) is not None:
            await own(cast("Looks", self), row, scope)
        kind: type[Record] = type(row)

        def work(connection: Connection) -> R:
            nonlocal kind
            made = _inserted(connection, row, scope)
            if second is not None:
                other = second(made)
                kind = type(other)
                _inserted(connection, other, scope)
            return made

        try:
            return await self.write(work)
        except IntegrityError as error:
            raise conflict(kind, error) from error

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
        table = TABLES[kind]
        tests = [equal(table, field, value) for field, value in expected.items()]
        statement = update(table).where(by_key(table, kind, key), *tests).values(**values)
        try:
            return await self.write(lambda connection: connection.execute(statement).rowcount) > 0
        except IntegrityError as error:
            raise conflict(kind, error) from error

    async def remove(self, kind: type[Record], *key: Any) -> bool:
        """Delete a record; False where there was none."""
        statement = delete(TABLES[kind]).where(by_key(TABLES[kind], kind, key))
        return await self.write(lambda connection: connection.execute(statement).rowcount) > 0

    async def discard(self, kind: type[Record], *tests: Test, limit: int = FIND_LIMIT) -> int:
        """Delete records that pass all tests, at most `limit` of them; return how many."""
        table = TABLES[kind]
        keys = [table.c[name] for name in KINDS[kind].key]
        some = select(*keys).where(*(condition(table, test) for test in tests)).limit(limit)
        statement = delete(table).where(tuple_(*keys).in_(some))
        return await self.write(lambda connection: connection.execute(statement).rowcount)
