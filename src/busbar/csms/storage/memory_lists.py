"""The lists of the store in memory: filtered, sorted and cut as the databases do it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import TypeVar

from busbar.csms.ports import Fault, Overview, Page, Query
from busbar.csms.rows import Command, Connector, Exchange, Reading, Row, Site, Station, Token, Transaction
from busbar.csms.storage import cursor
from busbar.csms.storage.digest import reading_key
from busbar.csms.storage.times import to_micros
from busbar.model.values import ConnectorStatus

R = TypeVar("R", bound=Row)


def cut(
    rows: Iterable[R], query: Query, key: Callable[[R], cursor.Key], kinds: tuple[type, ...], *, newest: bool = False
) -> Page[R]:
    """Return the page of `rows` that a query asks for, sorted by `key`."""
    keyed = sorted(((key(row), row) for row in rows), key=lambda pair: pair[0], reverse=newest)
    if query.cursor is not None:
        after = cursor.decode(query.cursor, kinds)
        keyed = [pair for pair in keyed if (pair[0] < after if newest else pair[0] > after)]
    more = len(keyed) > query.limit
    keyed = keyed[: query.limit]
    return Page([copy(row) for _, row in keyed], cursor.encode(keyed[-1][0]) if more else None)


def within(query: Query, at: datetime) -> bool:
    """Return whether a time is between a query's bounds: `since` included, `until` not."""
    return (query.since is None or at >= query.since) and (query.until is None or at < query.until)


def same(wanted: object, value: object) -> bool:
    """Return whether a filter is off or met."""
    return wanted is None or wanted == value


class MemoryLists:
    """`ports.Lists` over dictionaries that a store fills."""

    _sites: dict[int, Site]
    _stations: dict[int, Station]
    _connectors: dict[tuple[int, int, int], Connector]
    _tokens: dict[tuple[str, int], Token]
    _transactions: dict[tuple[int, str], Transaction]
    _readings: dict[tuple[int, ...], Reading]
    _exchanges: dict[int, Exchange]
    _commands: dict[str, Command]

    def _of_station(self, query: Query, station_id: int) -> bool:
        if query.site_id is not None:
            station = self._stations.get(station_id)
            if station is None or station.site_id != query.site_id:
                return False
        return same(query.station_id, station_id)

    async def sites(self, query: Query) -> Page[Site]:
        """List sites by id."""
        cursor.check(query, "sites", "site_id")
        rows = (row for row in self._sites.values() if same(query.site_id, row.id))
        return cut(rows, query, lambda row: (row.id,), (int,))

    async def stations(self, query: Query) -> Page[Station]:
        """List stations by identity."""
        cursor.check(query, "stations", "station_id site_id active text")
        rows = (
            row
            for row in self._stations.values()
            if self._of_station(query, row.id)
            and same(query.active, row.online)
            and row.identity.casefold().startswith((query.text or "").casefold())
        )
        return cut(rows, query, lambda row: (row.identity.casefold(),), (str,))

    async def all_connectors(self, station_ids: Sequence[int]) -> list[Connector]:
        """Return the connectors of several stations."""
        wanted = set(station_ids)
        return [copy(self._connectors[key]) for key in sorted(self._connectors) if key[0] in wanted]

    async def tokens(self, query: Query) -> Page[Token]:
        """List tokens by key."""
        cursor.check(query, "tokens", "text")
        rows = (row for row in self._tokens.values() if row.key.startswith((query.text or "").casefold()))
        return cut(rows, query, lambda row: (row.key, row.organisation_id), (str, int))

    async def transactions(self, query: Query) -> Page[Transaction]:
        """List transactions, newest first; times are those of the start, or of the last change without one."""
        cursor.check(query, "transactions", "station_id site_id transaction since until active")
        rows = (
            row
            for row in self._transactions.values()
            if self._of_station(query, row.station_id)
            and same(query.transaction, row.id)
            and same(query.active, row.ended_at is None)
            and within(query, row.started_at or row.updated_at)
        )
        return cut(rows, query, lambda row: (row.id,), (int,), newest=True)

    async def transaction_by_number(self, number: int) -> Transaction | None:
        """Return a transaction by Busbar's number."""
        return copy(next((row for row in self._transactions.values() if row.id == number), None))

    async def readings(self, query: Query) -> Page[Reading]:
        """List readings by station and time."""
        cursor.check(query, "readings", "station_id site_id transaction since until")
        rows = (
            row
            for row in self._readings.values()
            if self._of_station(query, row.station_id)
            and same(query.transaction, row.transaction)
            and within(query, row.at)
        )
        return cut(rows, query, reading_key, (int,) * 6)

    async def exchanges(self, query: Query) -> Page[Exchange]:
        """List the message log, newest first."""
        cursor.check(query, "exchanges", "station_id site_id since until action outcome")
        rows = (
            row
            for row in self._exchanges.values()
            if self._of_station(query, row.station_id)
            and same(query.action, row.action)
            and same(query.outcome, row.outcome)
            and within(query, row.at)
        )
        return cut(rows, query, lambda row: (row.id or 0,), (int,), newest=True)

    async def commands(self, query: Query) -> Page[Command]:
        """List commands, newest first; `active` is not final yet, `outcome` is the state."""
        cursor.check(query, "commands", "station_id site_id since until active action outcome")
        rows = (
            row
            for row in self._commands.values()
            if self._of_station(query, row.station_id)
            and same(query.active, not row.state.final)
            and same(query.action, row.action)
            and same(query.outcome, row.state)
            and within(query, row.created_at)
        )
        return cut(rows, query, lambda row: (to_micros(row.created_at), row.id), (int, str), newest=True)

    async def totals(self) -> dict[str, float]:
        """Return counts and sums."""
        transactions = self._transactions.values()
        return {
            "stations": len(self._stations),
            "online": sum(row.online for row in self._stations.values()),
            "transactions": len(transactions),
            "active": sum(row.ended_at is None for row in transactions),
            "energy_wh": sum(row.energy_wh or 0.0 for row in transactions),
            "exchanges": len(self._exchanges),
            "errors": sum(row.outcome != "ok" for row in self._exchanges.values()),
        }

    async def overview(self, since: datetime, faults: int) -> Overview:
        """Return how all is now, with what began since a time and at most so many faults."""
        stations = self._stations
        known = [row for row in self._connectors.values() if row.evse > 0 and row.station_id in stations]
        live = [
            row for row in self._connectors.values() if row.station_id in stations and stations[row.station_id].online
        ]
        active = [row for row in self._transactions.values() if row.ended_at is None]
        begun = [row for row in self._transactions.values() if row.started_at is not None and row.started_at >= since]
        out = [row for row in live if row.status is ConnectorStatus.FAULTED]
        out.sort(key=lambda row: (-row.changed_at.timestamp(), row.station_id, row.evse, row.connector))
        return Overview(
            stations=Counter((row.online, row.registration) for row in stations.values()),
            connectors=Counter(row.status for row in live if row.evse > 0),
            stale=sum(not stations[row.station_id].online for row in known),
            active=len(active),
            power_w=sum(row.power_w or 0.0 for row in active),
            begun=len(begun),
            energy_wh=sum(row.energy_wh or 0.0 for row in begun),
            faults=[Fault(row.station_id, row.evse, row.connector, row.error, row.changed_at) for row in out[:faults]],
        )
