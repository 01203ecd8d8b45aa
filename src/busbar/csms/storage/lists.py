"""Pages for people, for both databases; each is one statement, continued by sort key. It must not know a driver."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from busbar.csms.ports import Fault, Overview, Page, Query, Search
from busbar.csms.rows import Command, Exchange, Reading, Row, Site, Station, Token, Transaction
from busbar.csms.storage import cursor
from busbar.csms.storage import schema as s
from busbar.csms.storage.queries import WAITING, Queries, made, selected
from busbar.csms.storage.times import to_micros
from busbar.model.values import ConnectorStatus

R = TypeVar("R", bound=Row)
Where = list[ColumnElement[bool]]
KINDS: dict[type, Any] = {bool: Boolean, int: BigInteger, str: Text}


class Order:
    """The sort key of a list: columns with the types of their stored values, and the direction."""

    def __init__(self, *columns: tuple[ColumnElement[Any], type], newest: bool = False) -> None:
        self.kinds = tuple(kind for _, kind in columns)
        self.keys = [type_coerce(column, KINDS[kind]) for column, kind in columns]
        self.newest = newest

    def apply(self, statement: Select[Any], query: Query | Search, *first: ColumnElement[Any]) -> Select[Any]:
        """Return the statement sorted, begun behind the cursor and cut one row after the limit."""
        if query.cursor is not None:
            after = cursor.decode(query.cursor, self.kinds)
            bound = tuple_(*(literal(part, KINDS[kind]) for part, kind in zip(after, self.kinds, strict=True)))
            statement = statement.where(tuple_(*self.keys) < bound if self.newest else tuple_(*self.keys) > bound)
        order = [key.desc() if self.newest else key.asc() for key in (*first, *self.keys)]
        return statement.add_columns(*self.keys).order_by(*order).limit(query.limit + 1)


SITES = Order((s.sites.c.id, int))
STATIONS = Order((s.stations.c.identity_key, str))
TOKENS = Order((s.tokens.c.key, str), (s.tokens.c.organisation_id, int))
TRANSACTIONS = Order((s.transactions.c.id, int), newest=True)
EXCHANGES = Order((s.exchanges.c.id, int), newest=True)
COMMANDS = Order((s.commands.c.created_at, int), (s.commands.c.id, str), newest=True)
READING_KEY = ("at", "station_id", "evse", "connector", "transaction", "digest")
READINGS = Order(*((s.readings.c[name], int) for name in READING_KEY))


def of_station(query: Query, column: ColumnElement[Any]) -> Where:
    """Return the conditions on a table's station."""
    where = [] if query.station_id is None else [column == query.station_id]
    if query.site_id is not None:
        where.append(column.in_(select(s.stations.c.id).where(s.stations.c.site_id == query.site_id)))
    return where


def within(query: Query, column: ColumnElement[Any]) -> Where:
    """Return the conditions on a time: `since` included, `until` not."""
    where = [] if query.since is None else [column >= query.since]
    if query.until is not None:
        where.append(column < query.until)
    return where


def starting(text: str | None, column: ColumnElement[Any]) -> Where:
    """Return the conditions for a casefolded key that starts with a text."""
    if not text:
        return []
    key = text.casefold()
    return [column >= key, column < cursor.prefix_end(key)]


class Lists(Queries):
    """`ports.Lists` over SQLAlchemy Core."""

    async def _page(self, kind: type[R], statement: Select[Any], query: Query, order: Order) -> Page[R]:
        def work(connection: Connection) -> Page[R]:
            rows = connection.execute(statement).all()
            items = [made(kind, values) for values in rows[: query.limit]]
            last = tuple(rows[query.limit - 1])[-len(order.kinds) :] if len(rows) > query.limit else None
            return Page(items, cursor.encode(last) if last else None)

        return await self.read(work)

    async def sites(self, query: Query) -> Page[Site]:
        """List sites by id."""
        cursor.check(query, "sites", "site_id")
        where = [] if query.site_id is None else [s.sites.c.id == query.site_id]
        return await self._page(Site, SITES.apply(selected(Site, *where), query), query, SITES)

    async def stations(self, query: Query) -> Page[Station]:
        """List stations by identity; `text` matches its start, `active` is online."""
        cursor.check(query, "stations", "station_id site_id active text")
        c = s.stations.c
        where = starting(query.text, c.identity_key)
        where += [] if query.station_id is None else [c.id == query.station_id]
        where += [] if query.site_id is None else [c.site_id == query.site_id]
        where += [] if query.active is None else [c.online == query.active]
        return await self._page(Station, STATIONS.apply(selected(Station, *where), query), query, STATIONS)

    async def tokens(self, query: Query) -> Page[Token]:
        """List tokens by key; `text` matches the start."""
        cursor.check(query, "tokens", "text")
        where = starting(query.text, s.tokens.c.key)
        return await self._page(Token, TOKENS.apply(selected(Token, *where), query), query, TOKENS)

    async def transactions(self, query: Query) -> Page[Transaction]:
        """List transactions, newest first; times are those of the start, or of the last change without one."""
        cursor.check(query, "transactions", "station_id site_id transaction since until active")
        c = s.transactions.c
        where = of_station(query, c.station_id) + within(query, func.coalesce(c.started_at, c.updated_at))
        where += [] if query.transaction is None else [c.id == query.transaction]
        where += [] if query.active is None else [c.ended_at.is_(None) if query.active else c.ended_at.is_not(None)]
        statement = TRANSACTIONS.apply(selected(Transaction, *where), query)
        return await self._page(Transaction, statement, query, TRANSACTIONS)

    async def readings(self, query: Query) -> Page[Reading]:
        """List readings in the order of time."""
        cursor.check(query, "readings", "station_id site_id transaction since until")
        c, slots = s.readings.c, s.reading_slots.c
        where = of_station(query, c.station_id) + within(query, c.at)
        where += [] if query.transaction is None else [c.transaction == query.transaction]
        statement = selected(Reading, *where)
        number = query.station_id if query.transaction is None else query.transaction
        if not self.blocks or number is None:
            return await self._page(Reading, READINGS.apply(statement, query), query, READINGS)
        at = type_coerce(c.at, BigInteger)
        begin = slots.slot * s.SLOT_US
        found = and_(slots.scope == (query.transaction is not None), slots.number == number)
        statement = statement.select_from(s.reading_slots.join(s.readings, and_(at >= begin, at < begin + s.SLOT_US)))
        statement = statement.where(found, *self._slots(query))
        return await self._page(Reading, READINGS.apply(statement, query, slots.slot), query, READINGS)

    def _slots(self, query: Query) -> Where:
        slot = s.reading_slots.c.slot
        bounds = [] if query.since is None else [slot >= to_micros(query.since) // s.SLOT_US]
        bounds += [] if query.until is None else [slot <= to_micros(query.until) // s.SLOT_US]
        if query.cursor is not None:
            bounds.append(slot >= int(cursor.decode(query.cursor, READINGS.kinds)[0]) // s.SLOT_US)
        return bounds

    async def exchanges(self, query: Query) -> Page[Exchange]:
        """List the message log, newest first."""
        cursor.check(query, "exchanges", "station_id site_id since until action outcome")
        c, blocks = s.exchanges.c, s.exchange_blocks.c
        where = of_station(query, c.station_id) + within(query, c.at)
        where += [] if query.action is None else [c.action == query.action]
        where += [] if query.outcome is None else [c.outcome == query.outcome]
        if query.outcome not in (None, "ok"):
            where.append(s.FAILED)
        statement = selected(Exchange, *where)
        if not self.blocks or query.station_id is None:
            return await self._page(Exchange, EXCHANGES.apply(statement, query), query, EXCHANGES)
        begin = blocks.block * 2**s.BLOCK_BITS
        inside = and_(c.id >= begin, c.id < begin + 2**s.BLOCK_BITS)
        statement = statement.select_from(s.exchange_blocks.join(s.exchanges, inside))
        statement = statement.where(blocks.station_id == query.station_id)
        if query.cursor is not None:
            statement = statement.where(
                blocks.block <= int(cursor.decode(query.cursor, EXCHANGES.kinds)[0]) >> s.BLOCK_BITS
            )
        return await self._page(Exchange, EXCHANGES.apply(statement, query, blocks.block), query, EXCHANGES)

    async def commands(self, query: Query) -> Page[Command]:
        """List commands, newest first; `active` is not final yet, `outcome` is the state."""
        cursor.check(query, "commands", "station_id site_id since until active action outcome")
        c = s.commands.c
        where = of_station(query, c.station_id) + within(query, c.created_at)
        where += [] if query.active is None else [WAITING if query.active else ~WAITING]
        where += [] if query.action is None else [c.action == query.action]
        where += [] if query.outcome is None else [c.state == query.outcome]
        return await self._page(Command, COMMANDS.apply(selected(Command, *where), query), query, COMMANDS)

    async def totals(self) -> dict[str, float]:
        """Return counts and sums."""
        counted = {
            "stations": select(func.count()).select_from(s.stations),
            "online": select(func.count()).select_from(s.stations).where(s.stations.c.online),
            "transactions": select(func.count()).select_from(s.transactions),
            "active": select(func.count()).select_from(s.transactions).where(s.RUNNING),
            "energy_wh": select(func.coalesce(func.sum(s.transactions.c.energy_wh), 0.0)),
            "exchanges": select(func.count()).select_from(s.exchanges),
            "errors": select(func.count()).select_from(s.exchanges).where(s.FAILED),
        }
        statement = select(*(part.scalar_subquery().label(name) for name, part in counted.items()))
        return await self.read(lambda connection: dict(connection.execute(statement).one()._mapping))

    async def overview(self, since: datetime, faults: int) -> Overview:
        """Return how all is now, with what began since a time and at most so many faults."""
        stations, places, sessions = s.stations.c, s.connectors.c, s.transactions.c
        number, total = func.count(), func.coalesce
        of = s.connectors.join(s.stations, places.station_id == stations.id)
        by_station = select(stations.online, stations.registration, number).group_by(
            stations.online, stations.registration
        )
        by_status = select(stations.online, places.status, number).select_from(of).where(places.evse > 0)
        by_status = by_status.group_by(stations.online, places.status)
        running = select(number, total(func.sum(sessions.power_w), 0.0)).where(s.RUNNING)
        begun = select(number, total(func.sum(sessions.energy_wh), 0.0)).where(sessions.started_at >= since)
        out = select(places.station_id, places.evse, places.connector, places.error, places.changed_at).select_from(of)
        out = out.where(places.status == ConnectorStatus.FAULTED, stations.online)
        out = out.order_by(places.changed_at.desc(), places.station_id, places.evse, places.connector).limit(faults)

        def work(connection: Connection) -> Overview:
            counted = connection.execute(by_status).all()
            active, power_w = connection.execute(running).one()
            count, energy_wh = connection.execute(begun).one()
            return Overview(
                stations={(online, word): n for online, word, n in connection.execute(by_station)},
                connectors={status: n for online, status, n in counted if online},
                stale=sum(n for online, _, n in counted if not online),
                active=active,
                power_w=power_w,
                begun=count,
                energy_wh=energy_wh,
                faults=[Fault(*row) for row in connection.execute(out)],
            )

        return await self.read(work)
