"""What decisions read, for both databases; each method is one statement. It must not know a driver."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Numeric,
    Select,
    Text,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
    union,
)

from busbar.csms import tenancy
from busbar.csms.ports import OPEN_LIMIT
from busbar.csms.records.costs import SessionCost
from busbar.csms.rows import ApiKey, Command, CommandState, Connector, Exchange, Reading, Row, Site, Station, Token, Use
from busbar.csms.rows import Transaction as TransactionRow
from busbar.csms.storage import schema as s
from busbar.csms.storage.access import Access
from busbar.csms.storage.kinds import TABLES as RECORDS
from busbar.csms.storage.types import Micros
from busbar.model.values import AuthorizationStatus

R = TypeVar("R", bound=Row)
DAY_US = 86_400_000_000

PLACES = s.stations.outerjoin(s.seen, s.seen.c.station_id == s.stations.c.id)
TABLES = {
    Site: s.sites,
    Connector: s.connectors,
    Token: s.tokens,
    TransactionRow: s.transactions,
    Reading: s.readings,
    Exchange: s.exchanges,
    Command: s.commands,
    ApiKey: s.api_keys,
}
WAITING = s.commands.c.state.in_([CommandState.QUEUED, CommandState.SENT])


def columns(kind: type[Row]) -> list[ColumnElement[Any]]:
    """Return the columns of a row's fields, in their order."""
    if kind is Station:
        return [(s.seen if name == "last_seen_at" else s.stations).c[name] for name in kind.__struct_fields__]
    return [TABLES[kind].c[name] for name in kind.__struct_fields__]


def selected(kind: type[Row], *where: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that reads rows of a kind."""
    statement = select(*columns(kind)).where(*where)
    return statement.select_from(PLACES) if kind is Station else statement


def made(kind: type[R], values: Sequence[Any]) -> R:
    """Return a row from its columns' values."""
    return kind(**dict(zip(kind.__struct_fields__, values, strict=False)))


class Queries(Access):
    """`ports.Reads` over SQLAlchemy Core."""

    async def _rows(self, kind: type[R], statement: Select[Any]) -> list[R]:
        def work(connection: Connection) -> list[R]:
            return [made(kind, values) for values in connection.execute(statement)]

        return await self.read(work)

    async def _row(self, kind: type[R], *where: ColumnElement[bool]) -> R | None:
        rows = await self._rows(kind, selected(kind, *where).limit(1))
        return rows[0] if rows else None

    async def station(self, identity: str) -> Station | None:
        """Return a station by identity, compared without case."""
        return await self._row(Station, s.stations.c.identity_key == identity.casefold())

    async def connectors(self, station_id: int) -> list[Connector]:
        """Return the connectors of a station, ordered by EVSE and connector."""
        return await self.all_connectors([station_id])

    async def all_connectors(self, station_ids: Sequence[int]) -> list[Connector]:
        """Return the connectors of several stations."""
        c = s.connectors.c
        order = (c.station_id, c.evse, c.connector)
        return await self._rows(Connector, selected(Connector, c.station_id.in_(station_ids)).order_by(*order))

    async def token(self, key: str, organisation_id: int | None = None) -> Token | None:
        """Return a token of an organisation by its casefolded value."""
        c = s.tokens.c
        owner = tenancy.organisation() if organisation_id is None else organisation_id
        return await self._row(Token, c.organisation_id == owner, c.key == key)

    async def open_transactions(self, station_id: int) -> list[TransactionRow]:
        """Return a station's transactions without an end, and those of the last day; the newest ones, by number."""
        c = s.transactions.c
        recent = or_(c.ended_at.is_(None), c.ended_at > datetime.now(UTC) - timedelta(days=1))
        newest = selected(TransactionRow, c.station_id == station_id, recent).order_by(c.id.desc()).limit(OPEN_LIMIT)
        return (await self._rows(TransactionRow, newest))[::-1]

    async def transaction(self, station_id: int, transaction_id: str) -> TransactionRow | None:
        """Return a transaction by its id on the wire; never another station's."""
        c = s.transactions.c
        return await self._row(TransactionRow, c.station_id == station_id, c.transaction_id == transaction_id)

    async def transaction_by_start(self, station_id: int, start_key: str) -> TransactionRow | None:
        """Return the transaction that a 1.6 start with this content already made."""
        c = s.transactions.c
        return await self._row(TransactionRow, c.station_id == station_id, c.start_key == start_key)

    async def transaction_by_number(self, number: int) -> TransactionRow | None:
        """Return a transaction by Busbar's number."""
        return await self._row(TransactionRow, s.transactions.c.id == number)

    async def sequence_numbers(self, transaction: int) -> list[int]:
        """Return the stored sequence numbers of a transaction, sorted."""
        c = s.events.c
        statement = select(c.seq_no).where(c.transaction == transaction).order_by(c.seq_no)
        return await self.read(lambda connection: list(connection.scalars(statement)))

    async def uses(self, key: str, group: str | None, since: datetime | None) -> list[Use]:
        """Return what a token, or a group's, use: sessions that run, each, and those begun `since`, by day."""
        t, costs = s.transactions.c, RECORDS[SessionCost].c
        token, runs = func.lower(t.token), t.ended_at.is_(None)
        began, ended = (type_coerce(column, BigInteger) for column in (t.started_at, t.ended_at))
        whose = token == key if group is None else token.in_(self._members(group))
        theirs = select(t.id).where(t.token.is_not(None), whose)
        running = theirs.where(runs)
        counted = running if since is None else union(running, theirs.where(t.started_at >= since))
        alike = (
            case((runs, t.id), else_=0),
            case((runs, t.station_id), else_=0),
            case((runs, t.transaction_id), else_=""),
            case((token == key, key), else_=""),
            case((runs, began), else_=began // DAY_US * DAY_US),
            costs.currency,
        )
        number, station_id, name, own, day, currency = alike
        taken = func.max(case((t.token_status == AuthorizationStatus.ACCEPTED, 1), else_=0)) == 1
        cost = type_coerce(func.sum(self._sum(costs.incl_tax)), Numeric(30, 6))
        time_s = cast(func.sum(ended - began), Double) / 1_000_000
        joined = s.transactions.outerjoin(RECORDS[SessionCost], costs.transaction == t.id)
        plain = (number, station_id, name, own, taken, type_coerce(day, Micros), func.max(t.ended_at))
        sums = (func.sum(t.energy_wh), cost, currency, func.count(), time_s)
        statement = select(*plain, *sums).select_from(joined).where(t.id.in_(counted))
        return await self._rows(Use, statement.group_by(*alike).order_by(number, day))

    def _sum(self, amount: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a sum of money as a number; it is kept as JSON, a text."""
        text = cast(amount, Text) if self.blocks else func.convert_from(amount, "UTF8")
        return cast(func.trim(text, '"'), Double if self.blocks else Numeric)

    def _members(self, group: str) -> Select[Any]:
        c = s.tokens.c
        key = c.key if self.blocks else c.key.collate("default")  # PostgreSQL compares no two collations
        return select(key).where(c.group.is_not(None), func.lower(c.group) == group)

    async def waiting_commands(self, station_id: int) -> list[Command]:
        """Return commands that are queued or sent, oldest first."""
        c = s.commands.c
        statement = selected(Command, c.station_id == station_id, WAITING).order_by(c.created_at, c.id)
        return await self._rows(Command, statement)

    async def command(self, command_id: str) -> Command | None:
        """Return a command by id."""
        return await self._row(Command, s.commands.c.id == command_id)

    async def command_by_key(self, station_id: int, idempotency_key: str) -> Command | None:
        """Return the command that was made with an idempotency key."""
        c = s.commands.c
        return await self._row(Command, c.station_id == station_id, c.idempotency_key == idempotency_key)

    async def exchange(self, number: int) -> Exchange | None:
        """Return a row of the message log."""
        return await self._row(Exchange, s.exchanges.c.id == number)

    async def api_keys(self) -> list[ApiKey]:
        """Return all API keys, by id."""
        return await self._rows(ApiKey, selected(ApiKey).order_by(s.api_keys.c.id))
