"""A store in memory, for tests and demonstrations: the same rules as the databases, nothing outlives the process.

Rows are copied on the way in and out, so that nobody holds a stored row.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from busbar.csms import changes as c
from busbar.csms import tenancy
from busbar.csms.changes import Change
from busbar.csms.ports import OPEN_LIMIT, Conflict, Done, Outrun, Unstorable
from busbar.csms.records.costs import SessionCost
from busbar.csms.records.kind import Record
from busbar.csms.rows import ApiKey, Command, Connector, Exchange, Reading, Site, Station, Token, Transaction, Use
from busbar.csms.storage.admission import admitted, new_token, own
from busbar.csms.storage.digest import reading_key
from busbar.csms.storage.memory_lists import MemoryLists
from busbar.csms.storage.memory_records import RECORD_CHANGES, MemoryRecords, R
from busbar.csms.storage.memory_rows import Rows
from busbar.csms.storage.memory_uses import together, used
from busbar.csms.tenancy import PLATFORM, Scope, unscoped
from busbar.model.values import RegistrationStatus


class MemoryStore(MemoryLists, MemoryRecords):
    """All of `ports.Store` in dictionaries."""

    def __init__(self) -> None:
        self._sites: dict[int, Site] = Rows(self._sees)
        self._stations: dict[int, Station] = Rows(self._sees)
        MemoryRecords.__init__(self)
        self._opened: dict[int, int] = {}
        self._connectors: dict[tuple[int, int, int], Connector] = Rows(self._sees)
        self._tokens: dict[tuple[str, int], Token] = Rows(self._sees)
        self._transactions: dict[tuple[int, str], Transaction] = Rows(self._sees)
        self._events: dict[tuple[int, int], c.EventStored] = {}
        self._readings: dict[tuple[int, ...], Reading] = Rows(self._sees)
        self._exchanges: dict[int, Exchange] = Rows(self._sees)
        self._commands: dict[str, Command] = Rows(self._sees)
        self._api_keys: dict[str, ApiKey] = Rows(self._sees)
        self._ids: dict[str, int] = {}
        self._log_ids = itertools.count(1)

    def _sees(self, row: Any, scope: Scope) -> bool:
        """Tell whether a scope has a row."""
        station_id = getattr(row, "station_id", None)
        with unscoped():
            station = row if isinstance(row, Station) else self._stations.get(station_id or 0)
        owner = getattr(row, "organisation_id", None)
        if owner is None:
            owner = PLATFORM if station is None else station.organisation_id
        if owner != scope.organisation_id or scope.sites is None:
            return bool(owner == scope.organisation_id)
        if isinstance(row, Site):
            return row.id in scope.sites
        if hasattr(row, "site_id"):
            return row.site_id in scope.sites
        return not hasattr(row, "station_id") or (station is not None and station.site_id in scope.sites)

    async def open(self) -> None:
        """Do nothing: memory is always there."""

    async def close(self) -> None:
        """Do nothing."""

    def submit(self, changes: Sequence[Change], done: Done) -> None:
        """Apply changes and call `done` in the next turn of the loop."""
        order = {kind: place for place, kind in enumerate(APPLY)} | dict.fromkeys(RECORD_CHANGES, len(APPLY))
        loop = asyncio.get_running_loop()
        try:
            for change in changes:
                if isinstance(change, c.RowPut):
                    self._own(change.row)
                    self.check_unique(change.row)
        except Conflict as error:
            loop.call_soon(done, Unstorable(str(error)))
            return
        if any(map(self._outruns, changes)):
            loop.call_soon(done, Outrun())
            return
        for change in sorted(changes, key=lambda change: order[type(change)]):
            APPLY.get(type(change), MemoryStore.apply_record)(self, change)
        loop.call_soon(done, None)

    def _outruns(self, change: Change) -> bool:
        """Tell whether a newer connection has opened than the one that a change came on."""
        said = change.row if isinstance(change, c.ExchangeLogged) and change.row.origin == "station" else change
        return isinstance(said, (c.Fenced, Exchange)) and said.epoch < self._opened.get(said.station_id, 0)

    def _see_fence(self, change: c.Fenced) -> None:
        """Do nothing: it was seen to."""

    async def commit(self, changes: Sequence[Change]) -> None:
        """Apply changes. Raises Unstorable."""
        if (scope := tenancy.current()) is not None:
            changes = await admitted(self, changes, scope)
        future: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        self.submit(changes, future.set_result)
        if (error := await future) is not None:
            raise error

    @property
    def full(self) -> bool:
        """Return False: nothing ever waits."""
        return False

    def _put_boot(self, change: c.BootRecorded) -> None:
        if station := self._stations.get(change.station_id):
            station.vendor, station.model, station.serial = change.vendor, change.model, change.serial
            station.firmware, station.boot_reason, station.booted_at = change.firmware, change.reason, change.at

    def _put_opened(self, change: c.ConnectionOpened) -> None:
        station = self._stations.get(change.station_id)
        if station is None:
            return
        station.last_seen_at = change.at
        if change.epoch >= self._opened.get(station.id, 0):
            self._opened[station.id] = change.epoch
            station.epoch = max(station.epoch, change.epoch)
            station.online, station.version, station.connected_at = True, change.version, change.at

    def _put_closed(self, change: c.ConnectionClosed) -> None:
        station = self._stations.get(change.station_id)
        if station is None:
            return
        station.last_seen_at = change.at
        if self._opened.get(station.id) == change.epoch:
            station.online = False

    def _put_seen(self, change: c.StationSeen) -> None:
        if station := self._stations.get(change.station_id):
            station.last_seen_at = change.at

    def _put_connector(self, change: c.ConnectorPut) -> None:
        key = (change.row.station_id, change.row.evse, change.row.connector)
        known = self._connectors.get(key)
        if known is None or known.changed_at <= change.row.changed_at:
            self._connectors[key] = copy(change.row)

    def _put_transaction(self, change: c.TransactionPut) -> None:
        key = (change.row.station_id, change.row.transaction_id)
        known = self._transactions.get(key)
        self._transactions[key] = replace(
            change.row,
            id=known.id if known else change.row.id,
            start_key=known.start_key if known else change.row.start_key,
        )

    def _put_event(self, change: c.EventStored) -> None:
        known = self._transactions.get((change.station_id, change.transaction_id))
        self._events.setdefault((known.id if known else change.transaction, change.seq_no), change)

    def _put_reading(self, change: c.ReadingStored) -> None:
        self._readings.setdefault(reading_key(change.row), copy(change.row))

    def _put_exchange(self, change: c.ExchangeLogged) -> None:
        number = next(self._log_ids)
        self._exchanges[number] = replace(change.row, id=number)

    def _put_replayed(self, change: c.ExchangeReplayed) -> None:
        row = self._exchanges.get(change.exchange_id)
        if row is not None and row.outcome != "ok":
            row.outcome = "replayed"

    def _put_token(self, change: c.TokenPut) -> None:
        self._tokens[change.row.key, change.row.organisation_id] = copy(change.row)

    def _put_command(self, change: c.CommandPut) -> None:
        known = self._commands.get(change.row.id)
        if known is None or not known.state.final:
            self._commands[change.row.id] = copy(change.row)

    def _own(self, row: Record) -> None:
        """Give a record the organisation of the station that it is about."""
        station_id = getattr(row, "station_id", None)
        if station_id:
            with unscoped():
                station = self._stations.get(station_id)
            row.organisation_id = row.organisation_id if station is None else station.organisation_id

    async def insert(self, row: R, second: Callable[[R], Record] | None = None) -> R:
        """Add a record, and a second one made of it; return the first. Raises Conflict."""
        if (scope := tenancy.current()) is not None:
            await own(self, row, scope)
        return await super().insert(row, second)

    async def station(self, identity: str) -> Station | None:
        """Return a station by identity, compared without case."""
        key = identity.casefold()
        return next((copy(s) for s in self._stations.values() if s.identity.casefold() == key), None)

    async def connectors(self, station_id: int) -> list[Connector]:
        """Return the connectors of a station, ordered by EVSE and connector."""
        return await self.all_connectors([station_id])

    async def token(self, key: str, organisation_id: int | None = None) -> Token | None:
        """Return a token of an organisation by its casefolded value."""
        owner = tenancy.organisation() if organisation_id is None else organisation_id
        return copy(self._tokens.get((key, owner)))

    async def open_transactions(self, station_id: int) -> list[Transaction]:
        """Return a station's transactions without an end, and those of the last day; the newest ones, by number."""
        since = datetime.now(UTC) - timedelta(days=1)
        rows = (t for t in self._transactions.values() if t.station_id == station_id)
        rows = (copy(t) for t in rows if t.ended_at is None or t.ended_at > since)
        return sorted(rows, key=lambda t: t.id)[-OPEN_LIMIT:]

    async def transaction(self, station_id: int, transaction_id: str) -> Transaction | None:
        """Return a transaction by its id on the wire."""
        return copy(self._transactions.get((station_id, transaction_id)))

    async def transaction_by_start(self, station_id: int, start_key: str) -> Transaction | None:
        """Return the transaction that a 1.6 start with this content already made."""
        rows = (t for t in self._transactions.values() if (t.station_id, t.start_key) == (station_id, start_key))
        return copy(next(rows, None))

    async def sequence_numbers(self, transaction: int) -> list[int]:
        """Return the stored sequence numbers of a transaction, sorted."""
        return sorted(seq_no for number, seq_no in self._events if number == transaction)

    async def uses(self, key: str, group: str | None, since: datetime | None) -> list[Use]:
        """Return what a token, or a group's, use: sessions that run, each, and those begun `since`, by day."""
        members = {row.key for row in self._tokens.values() if row.group is not None and row.group.casefold() == group}
        keys = {key} if group is None else members
        found: dict[tuple[Any, ...], Use] = {}
        for row in sorted(self._transactions.values(), key=lambda row: row.id):
            counted = row.ended_at is None or (since and row.started_at and row.started_at >= since)
            if row.token is not None and row.token.casefold() in keys and counted:
                use = used(row, key, await self.get(SessionCost, row.id))
                alike = (use.transaction, use.token, use.started_at, use.currency)
                found[alike] = together(found[alike], use) if alike in found else use
        return [found[alike] for alike in sorted(found, key=lambda alike: (alike[0], str(alike[2])))]

    async def waiting_commands(self, station_id: int) -> list[Command]:
        """Return commands that are queued or sent, oldest first."""
        rows = (row for row in self._commands.values() if row.station_id == station_id and not row.state.final)
        return sorted(map(copy, rows), key=lambda row: (row.created_at, row.id))

    async def command(self, command_id: str) -> Command | None:
        """Return a command by id."""
        return copy(self._commands.get(command_id))

    async def command_by_key(self, station_id: int, idempotency_key: str) -> Command | None:
        """Return the command that was made with an idempotency key."""
        rows = self._commands.values()
        return copy(next((r for r in rows if (r.station_id, r.idempotency_key) == (station_id, idempotency_key)), None))

    async def exchange(self, number: int) -> Exchange | None:
        """Return a row of the message log."""
        return copy(self._exchanges.get(number))

    async def next_epoch(self, station_id: int) -> int:
        """Raise and return a station's fencing epoch. Raises LookupError where there is no such station."""
        if station_id not in self._stations:
            raise LookupError(f"no station has the id {station_id}")
        self._stations[station_id].epoch += 1
        return self._stations[station_id].epoch

    async def take_ids(self, name: str, count: int) -> range:
        """Take a block of unused numbers."""
        first = self._ids.get(name, 0) + 1
        self._ids[name] = first + count - 1
        return range(first, first + count)

    def _has_site(self, name: str, but: int | None) -> bool:
        """Tell whether the organisation has another site of a name."""
        owner = tenancy.organisation()
        with unscoped():
            sites = list(self._sites.values())
        return any((site.name, site.organisation_id) == (name, owner) and site.id != but for site in sites)

    async def add_site(self, name: str, *, timezone: str = "UTC", address: str = "") -> Site:
        """Add a site."""
        if self._has_site(name, None):
            raise Conflict("name", f"a site named {name} exists")
        number = next(iter(await self.take_ids("#site", 1)))
        owner = tenancy.organisation()
        site = Site(id=number, name=name, timezone=timezone, address=address, organisation_id=owner)
        self._sites[site.id] = copy(site)
        return site

    async def change_site(self, site: Site) -> bool:
        """Replace a site by its id; False where there is none."""
        if self._has_site(site.name, site.id):
            raise Conflict("name", f"a site named {site.name} exists")
        if site.id not in self._sites:
            return False
        self._sites[site.id] = copy(site)
        return True

    async def remove_site(self, site_id: int) -> bool:
        """Remove a site; False where there was none. Raises Conflict where it has stations."""
        if any(station.site_id == site_id for station in self._stations.values()):
            raise Conflict("stations", "the site has stations")
        return self._sites.pop(site_id, None) is not None

    async def add_station(self, identity: str, *, secret: bytes | None, site_id: int | None = None) -> Station:
        """Add a station that may connect."""
        with unscoped():
            taken = await self.station(identity)
        if taken:
            raise Conflict("identity", f"a station {identity} exists")
        number = next(iter(await self.take_ids("#station", 1)))
        owner = tenancy.organisation()
        station = Station(id=number, identity=identity, secret=secret, site_id=site_id, organisation_id=owner)
        self._stations[station.id] = copy(station)
        return station

    async def set_station_secret(self, station_id: int, secret: bytes | None) -> None:
        """Replace the hash of a station's password."""
        if station := self._stations.get(station_id):
            station.secret = secret

    async def set_registration(self, station_id: int, registration: str) -> None:
        """Set whether a station is taken in. Raises ValueError for another word."""
        status = RegistrationStatus(registration)
        if station := self._stations.get(station_id):
            station.registration = status

    async def set_station_site(self, station_id: int, site_id: int | None) -> None:
        """Move a station to a site, or to none."""
        if station := self._stations.get(station_id):
            station.site_id = site_id

    async def remove_station(self, station_id: int) -> None:
        """Remove a station that has no transactions; its message log and readings stay."""
        if any(key[0] == station_id for key in self._transactions):
            raise Conflict("transactions", "the station has transactions")
        self._stations.pop(station_id, None)
        tables: tuple[dict[Any, Any], ...] = (self._connectors, self._commands)
        for rows in tables:
            for key in [key for key, row in rows.items() if row.station_id == station_id]:
                del rows[key]

    async def add_token(self, token: Token) -> None:
        """Add a token, unless there is one with its key."""
        owned = new_token(token)
        if (token.key, owned.organisation_id) in self._tokens:
            raise Conflict("value", "this token exists")
        self._tokens[token.key, owned.organisation_id] = owned

    async def remove_token(self, key: str) -> bool:
        """Remove a token; False where there was none."""
        return self._tokens.pop((key, tenancy.organisation()), None) is not None

    async def add_api_key(self, key: ApiKey) -> None:
        """Add an API key."""
        if key.id in self._api_keys:
            raise Conflict("id", f"an API key {key.id} exists")
        scope = tenancy.current()
        owner = key.organisation_id if scope is None else scope.organisation_id
        self._api_keys[key.id] = replace(key, organisation_id=owner)

    async def api_keys(self) -> list[ApiKey]:
        """Return all API keys, by id."""
        return [copy(self._api_keys[key]) for key in sorted(self._api_keys)]

    async def all_offline(self) -> None:
        """Mark every station offline."""
        for station in self._stations.values():
            station.online = False

    async def offline(self, epochs: Mapping[int, int]) -> list[int]:
        """Mark stations offline whose last epoch is still the one named; return those that were online."""
        found = [s for s in self._stations.values() if s.online and epochs.get(s.id) == s.epoch]
        for station in found:
            station.online = False
        return sorted(station.id for station in found)

    async def use_api_key(self, key_id: str, at: datetime) -> None:
        """Remember when an API key was used last."""
        if key := self._api_keys.get(key_id):
            key.last_used_at = at

    async def remove_api_key(self, key_id: str) -> bool:
        """Remove an API key; False where there was none."""
        return self._api_keys.pop(key_id, None) is not None

    async def prune(self, before: datetime) -> int:
        """Delete message-log rows (not parked ones) and ended commands older than `before`; return how many."""
        old = [key for key, row in self._exchanges.items() if row.at < before and row.outcome != "parked"]
        for key in old:
            del self._exchanges[key]
        over = [key for key, row in self._commands.items() if row.created_at < before and row.state.final]
        for name in over:
            del self._commands[name]
        return len(old) + len(over)


APPLY: dict[type, Callable[[MemoryStore, Any], None]] = {
    c.BootRecorded: MemoryStore._put_boot,
    c.ConnectionOpened: MemoryStore._put_opened,
    c.ConnectionClosed: MemoryStore._put_closed,
    c.StationSeen: MemoryStore._put_seen,
    c.ConnectorPut: MemoryStore._put_connector,
    c.TransactionPut: MemoryStore._put_transaction,
    c.EventStored: MemoryStore._put_event,
    c.ReadingStored: MemoryStore._put_reading,
    c.ExchangeLogged: MemoryStore._put_exchange,
    c.Fenced: MemoryStore._see_fence,
    c.ExchangeReplayed: MemoryStore._put_replayed,
    c.TokenPut: MemoryStore._put_token,
    c.CommandPut: MemoryStore._put_command,
}
