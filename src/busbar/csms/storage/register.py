"""What operators enter, counters, and retention, for both databases. It must not know a driver."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from busbar.csms import tenancy
from busbar.csms.ports import Conflict
from busbar.csms.rows import ApiKey, CommandState, Site, Station, Token
from busbar.csms.storage import schema as s
from busbar.csms.storage.access import Access
from busbar.csms.storage.admission import new_token
from busbar.model.values import RegistrationStatus

T = TypeVar("T")
CHUNK = 2000


def without(table: Table, column: str, value: Any) -> Callable[[Connection], int]:
    """Return the work of deleting the rows that have a value."""
    return lambda connection: connection.execute(delete(table).where(table.c[column] == value)).rowcount


def taken(connection: Connection, name: str, count: int) -> range:
    """Take a block of numbers."""
    raised = (
        update(s.counters)
        .where(s.counters.c.name == name)
        .values(value=s.counters.c.value + count)
        .returning(s.counters.c.value)
    )
    last = connection.scalar(raised)
    if last is None:
        last = count
        connection.execute(insert(s.counters).values(name=name, value=last))
    return range(last - count + 1, last + 1)


def pruned(connection: Connection, before: datetime, after: int) -> tuple[int, int | None]:
    """Delete the old rows among the next CHUNK of the message log; return how many, and where to go on."""
    c = s.exchanges.c
    chunk = select(c.id, c.at).where(c.id > after).order_by(c.id).limit(CHUNK).subquery()
    last, oldest = connection.execute(select(func.max(chunk.c.id), func.min(chunk.c.at))).one()
    if last is None or oldest >= before:
        return 0, None
    old = delete(s.exchanges).where(c.id > after, c.id <= last, c.at < before, c.outcome != "parked")
    return connection.execute(old).rowcount, last


def pruned_commands(connection: Connection, before: datetime) -> int:
    """Delete some commands that have ended and are that old; return how many."""
    c = s.commands.c
    ended = [state for state in CommandState if state.final]
    old = select(c.id).where(c.created_at < before, c.state.in_(ended)).order_by(c.created_at).limit(CHUNK)
    return connection.execute(delete(s.commands).where(c.id.in_(old))).rowcount


def forget_blocks(connection: Connection) -> None:
    """Delete the places of what is no longer in the message log."""
    first = connection.scalar(select(func.min(s.exchanges.c.id))) or 0
    connection.execute(delete(s.exchange_blocks).where(s.exchange_blocks.c.block < first >> s.BLOCK_BITS))


class Register(Access):
    """`ports.Register`, `ports.Counters` and `prune` over SQLAlchemy Core."""

    async def _unique(self, field: str, message: str, work: Callable[[Connection], T]) -> T:
        try:
            return await self.write(work)
        except IntegrityError as error:
            raise Conflict(field, message) from error

    async def add_site(self, name: str, *, timezone: str = "UTC", address: str = "") -> Site:
        """Add a site."""
        statement = insert(s.sites).values(name=name, timezone=timezone, address=address)
        statement = statement.returning(s.sites.c.id)
        number = await self._unique("name", f"a site named {name} exists", lambda c: c.scalar(statement))
        owner = tenancy.organisation()
        return Site(id=number or 0, name=name, timezone=timezone, address=address, organisation_id=owner)

    async def change_site(self, site: Site) -> bool:
        """Replace a site by its id; False where there is none."""
        statement = update(s.sites).where(s.sites.c.id == site.id)
        statement = statement.values(name=site.name, timezone=site.timezone, address=site.address)
        changed = await self._unique(
            "name", f"a site named {site.name} exists", lambda connection: connection.execute(statement).rowcount
        )
        return changed > 0

    async def remove_site(self, site_id: int) -> bool:
        """Remove a site; False where there was none. Raises Conflict where it has stations."""
        held = select(s.stations.c.id).where(s.stations.c.site_id == site_id).exists()

        def work(connection: Connection) -> bool:
            if connection.execute(delete(s.sites).where(s.sites.c.id == site_id, ~held)).rowcount:
                return True
            if connection.scalar(select(held)):
                raise Conflict("stations", "the site has stations")
            return False

        return await self.write(work)

    async def add_station(self, identity: str, *, secret: bytes | None, site_id: int | None = None) -> Station:
        """Add a station that may connect."""
        owner = tenancy.organisation()
        values = {"identity": identity, "identity_key": identity.casefold(), "secret": secret, "site_id": site_id}
        statement = insert(s.stations).values(**values, registration=RegistrationStatus.ACCEPTED)
        statement = statement.returning(s.stations.c.id)
        number = await self._unique("identity", f"a station {identity} exists", lambda c: c.scalar(statement))
        return Station(id=number or 0, identity=identity, secret=secret, site_id=site_id, organisation_id=owner)

    async def set_station_secret(self, station_id: int, secret: bytes | None) -> None:
        """Replace the hash of a station's password."""
        await self._set(station_id, secret=secret)

    async def set_registration(self, station_id: int, registration: str) -> None:
        """Set whether a station is taken in. Raises ValueError for another word."""
        await self._set(station_id, registration=RegistrationStatus(registration))

    async def set_station_site(self, station_id: int, site_id: int | None) -> None:
        """Move a station to a site, or to none."""
        await self._set(station_id, site_id=site_id)

    async def _set(self, station_id: int, **values: Any) -> None:
        statement = update(s.stations).where(s.stations.c.id == station_id).values(**values)
        await self.write(lambda connection: connection.execute(statement).rowcount)

    async def remove_station(self, station_id: int) -> None:
        """Remove a station that has no transactions; its message log and readings stay, its id is never used again."""

        def work(connection: Connection) -> None:
            held = select(s.transactions.c.id).where(s.transactions.c.station_id == station_id).limit(1)
            if connection.scalar(held) is not None:
                raise Conflict("transactions", "the station has transactions; they must be kept")
            for table in (s.connectors, s.seen, s.commands):
                without(table, "station_id", station_id)(connection)
            without(s.stations, "id", station_id)(connection)

        await self.write(work)

    async def add_token(self, token: Token) -> None:
        """Add a token, unless there is one with its key: of two at once, one is a Conflict."""
        owned = new_token(token)
        values = {name: getattr(owned, name) for name in Token.__struct_fields__}
        statement = insert(s.tokens).values(**values)
        await self._unique("value", "this token exists", lambda c: c.execute(statement))

    async def remove_token(self, key: str) -> bool:
        """Remove a token; False where there was none."""
        c = s.tokens.c
        statement = delete(s.tokens).where(c.organisation_id == tenancy.organisation(), c.key == key)
        return await self.write(lambda connection: connection.execute(statement).rowcount) > 0

    async def add_api_key(self, key: ApiKey) -> None:
        """Add an API key."""
        values = {name: getattr(key, name) for name in key.__struct_fields__}
        statement = insert(s.api_keys).values(**values)
        await self._unique("id", f"an API key {key.id} exists", lambda c: c.execute(statement).rowcount)

    async def all_offline(self) -> None:
        """Mark every station offline."""
        statement = update(s.stations).where(s.stations.c.online).values(online=False)
        await self.write(lambda connection: connection.execute(statement).rowcount)

    async def offline(self, epochs: Mapping[int, int]) -> list[int]:
        """Mark stations offline whose last epoch is still the one named; return those that were online."""
        c = s.stations.c
        statement = update(s.stations).where(c.online, tuple_(c.id, c.epoch).in_(list(epochs.items())))
        statement = statement.values(online=False).returning(c.id)
        return await self.write(lambda connection: sorted(connection.scalars(statement)))

    async def use_api_key(self, key_id: str, at: datetime) -> None:
        """Remember when an API key was used last."""
        statement = update(s.api_keys).where(s.api_keys.c.id == key_id).values(last_used_at=at)
        await self.write(lambda connection: connection.execute(statement).rowcount)

    async def remove_api_key(self, key_id: str) -> bool:
        """Remove an API key; False where there was none."""
        return await self.write(without(s.api_keys, "id", key_id)) > 0

    async def next_epoch(self, station_id: int) -> int:
        """Raise and return a station's fencing epoch. Raises LookupError where there is no such station."""
        c = s.stations.c
        statement = update(s.stations).where(c.id == station_id).values(epoch=c.epoch + 1).returning(c.epoch)
        epoch: int | None = await self.write(lambda connection: connection.scalar(statement))
        if epoch is None:
            raise LookupError(f"no station has the id {station_id}")
        return epoch

    async def take_ids(self, name: str, count: int) -> range:
        """Take a block of `count` unused numbers, durably; 1.. for each name."""
        try:
            return await self.write(lambda connection: taken(connection, name, count))
        except IntegrityError:  # another node made the counter at the same instant
            return await self.write(lambda connection: taken(connection, name, count))

    async def prune(self, before: datetime) -> int:
        """Delete message-log rows (not parked ones) and ended commands older than `before`, in chunks; return how many.

        The log is in the order of time, so this ends at the first chunk without an old row.
        """
        total, after = 0, 0
        while True:
            deleted, last = await self.write(partial(pruned, before=before, after=after))
            total += deleted
            if last is None:
                break
            after = last
        if total and self.blocks:
            await self.write(forget_blocks)
        while count := await self.write(partial(pruned_commands, before=before)):
            total += count
        return total
