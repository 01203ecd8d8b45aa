"""Statements narrowed to the rows of a scope, whatever they were written to touch. It must not know any statement.

Every SELECT (also inside others), UPDATE and DELETE gets conditions for each of its tables; an INSERT gets the scope's
organisation. So a query that forgets whose rows it reads reads nobody else's.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Delete, FromClause, Insert, Join, Select, Table, Update, select
from sqlalchemy.sql.visitors import cloned_traverse

from busbar.csms.storage import schema
from busbar.csms.tenancy import Scope

T = TypeVar("T")
OWNER: Final = "organisation_id"


class Narrow:
    """Stands for a connection inside a work: what is executed is narrowed first. It offers nothing else."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope
        self.dialect = connection.dialect

    def execute(self, statement: Any, *values: Any) -> Any:
        """Execute a statement."""
        return self._connection.execute(narrowed(statement, self._scope), *values)

    def scalar(self, statement: Any, *values: Any) -> Any:
        """Return the first column of the first row of a statement."""
        return self._connection.scalar(narrowed(statement, self._scope), *values)


def within(work: Callable[[Connection], T], scope: Scope | None) -> Callable[[Connection], T]:
    """Return a work whose statements are narrowed to a scope."""
    if scope is None:
        return work
    return lambda connection: work(cast("Connection", Narrow(connection, scope)))


def narrowed(statement: Any, scope: Scope) -> Any:
    """Return a statement that touches a scope's rows only. Raises TypeError for what cannot be narrowed."""
    if not isinstance(statement, (Select, Update, Delete, Insert)):
        raise TypeError("a statement that cannot be narrowed to a tenant")
    if isinstance(statement, Insert):
        table = statement.table
        return statement.values({OWNER: scope.organisation_id}) if OWNER in table.c else statement

    def narrow(part: Any) -> None:
        tables = part.get_final_froms() if isinstance(part, Select) else [part.table]
        conditions = [test for item in tables for table in flat(item) for test in tests(table, scope)]
        part._where_criteria = (*part._where_criteria, *conditions)

    return cloned_traverse(statement, {}, {"select": narrow, "update": narrow, "delete": narrow})


def flat(item: FromClause) -> Iterator[Table]:
    """Give the tables of a FROM; what an outer join may add to a row is a part of it, and no condition on it."""
    if isinstance(item, Join):
        yield from flat(item.left)
        if not item.isouter:
            yield from flat(item.right)
    elif isinstance(item, Table):
        yield item


def tests(table: Table, scope: Scope) -> list[ColumnElement[bool]]:
    """Return the conditions for a table's rows. What belongs to no site in particular is the organisation's."""
    if OWNER not in table.c:
        return []
    found: list[ColumnElement[bool]] = [table.c[OWNER] == scope.organisation_id]
    if scope.sites is None:
        return found
    if table is schema.sites:
        found.append(table.c.id.in_(scope.sites))
    elif "site_id" in table.c:
        found.append(table.c.site_id.in_(scope.sites))
    elif "station_id" in table.c:
        found.append(table.c.station_id.in_(stations(scope)))
    elif "transaction" in table.c:
        transactions = schema.transactions.c
        mine = select(transactions.id).where(transactions.station_id.in_(stations(scope)))
        found.append(table.c.transaction.in_(mine))
    return found


def stations(scope: Scope) -> Select[Any]:
    """Return the statement that selects the numbers of a scope's stations."""
    c = schema.stations.c
    return select(c.id).where(c[OWNER] == scope.organisation_id, c.site_id.in_(scope.sites or ()))
