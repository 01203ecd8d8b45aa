"""Changes of how stations prove themselves: begun for an operator, settled by what came of them, at once or later.

What is pending is stored before the station hears of it. It must not know an interface.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from busbar.csms.changes import Change, RowGone
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Bus, Conflict, Dispatcher, NeverConnected, Query, RawCall, Search, Store, Test
from busbar.csms.records.security import Refusal, SigningCertificate, StationSecurity
from busbar.csms.rows import Command, CommandState, Station
from busbar.csms.services.security import (
    Forbidden,
    check_password,
    check_profile,
    password_settled,
    profile_settled,
)
from busbar.model.orders import Order, Reset
from busbar.protocol.errors import ProtocolViolation

PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Way:
    """How commands are sent, as `Dispatcher.dispatch` has it; of several, each has an idempotency key of its own."""

    wait_s: float
    ttl_s: float
    requested_by: str
    idempotency_key: str | None = None

    def key(self, number: int) -> str | None:
        """Return the key of a step."""
        return (
            self.idempotency_key if self.idempotency_key is None or number == 0 else f"{self.idempotency_key}:{number}"
        )


@dataclass(frozen=True, slots=True)
class SecurityDesk:
    """Where changes of security are made and kept."""

    store: Store
    bus: Bus
    dispatcher: Dispatcher

    async def row(self, station_id: int) -> StationSecurity:
        """Return how a station proves itself, as it is stored or goes without saying. Raises StoreUnavailable."""
        return await self.store.get(StationSecurity, station_id) or StationSecurity(station_id=station_id)

    async def alter(self, station_id: int, values: dict[str, Any], expected: dict[str, Any]) -> bool:
        """Change how a station proves itself, if all is as expected, and let every node know.

        Raises StoreUnavailable, and Conflict for a certificate that is another station's.
        """
        if await self.store.get(StationSecurity, station_id) is None:
            with contextlib.suppress(Conflict):  # somebody else may be first
                await self.store.insert(StationSecurity(station_id=station_id))
        if not await self.store.change(StationSecurity, (station_id,), values=values, expected=expected):
            return False
        await self.announce(station_id)
        return True

    async def announce(self, station_id: int) -> None:
        """Let this node know at once what changed of a station, and the others soon. Raises StoreUnavailable."""
        await self.dispatcher.station_changed(station_id)
        self.bus.publish(f"busbar.changed.station.{station_id}", str(station_id).encode())

    async def password_replaced(self, station_id: int) -> None:
        """Let the password of the station's row count alone, after an operator replaced it. Raises StoreUnavailable."""
        values = dict.fromkeys(("secret", "pending_secret", "secret_command", "retired_secret"))
        await self.store.change(StationSecurity, (station_id,), values=values, expected={})

    async def forget(self, station_id: int) -> None:
        """Forget what is kept of a station that was removed. Raises StoreUnavailable."""
        signing = await self.store.find(SigningCertificate, station_id=station_id)
        refusals = await self.store.find(Refusal, station_id=station_id)
        gone: list[Change] = [RowGone(StationSecurity, (station_id,))]
        gone += [RowGone(SigningCertificate, (station_id, row.thumbprint)) for row in signing]
        gone += [RowGone(Refusal, (station_id, row.reason)) for row in refusals]
        await self.store.commit(gone)

    async def give_password(self, station: Station, order: Order | RawCall, hashed: bytes, way: Way) -> Command:
        """Send a station the order that gives it a password; `hashed` is what is kept of that (A01).

        Raises Forbidden, NeverConnected, ProtocolViolation, StoreUnavailable.
        """
        earlier = await self._earlier(station, way, 1)
        if earlier is not None:
            return earlier
        check_password(await self.row(station.id))
        pending = {"pending_secret": hashed, "secret_command": None}
        if not await self.alter(station.id, pending, {"pending_secret": None}):
            raise Forbidden("another change of the password was begun meanwhile")
        try:
            command = await self._send(station, order, way)
        except (NeverConnected, ProtocolViolation):  # it was not sent
            await self.alter(station.id, {"pending_secret": None}, {"pending_secret": hashed})
            raise
        if command.state.final:
            await self._settle_password(station, hashed, command)
        else:
            await self.alter(station.id, {"secret_command": command.id}, {"pending_secret": hashed})
        return command

    async def raise_profile(
        self, station: Station, profile: int, steps: Sequence[Order | RawCall], way: Way, *, has_password: bool
    ) -> Command:
        """Tell a station to change its profile in steps (A05); a reset may follow, which says nothing of the change.

        Returns the last command that was made: one that was not accepted ends the steps, a refusal also the change.
        Raises Forbidden, NeverConnected, ProtocolViolation, StoreUnavailable.
        """
        earlier = await self._earlier(station, way, len(steps))
        if earlier is not None:
            return earlier
        row = await self.row(station.id)
        check_profile(row, profile, has_password=has_password)
        before = {"profile": row.profile, "pending_profile": row.pending_profile}
        if not await self.alter(station.id, {"pending_profile": profile, "profile_command": None}, before):
            raise Forbidden("another change of the profile was begun meanwhile")
        for number, step in enumerate(steps):
            try:
                command = await self._send(station, step, way, number)
            except (NeverConnected, ProtocolViolation):
                await self.alter(station.id, {"pending_profile": None}, {"pending_profile": profile})
                raise
            if not isinstance(step, Reset):
                await self._settle_profile(station.id, profile, command)
            if command.state is not CommandState.ACCEPTED:
                break
        return command

    async def _earlier(self, station: Station, way: Way, steps: int) -> Command | None:
        """Return the last command that was made under an idempotency key."""
        for number in reversed(range(steps if way.idempotency_key is not None else 0)):
            known = await self.store.command_by_key(station.id, way.key(number) or "")
            if known is not None:
                return known
        return None

    async def _send(self, station: Station, order: Order | RawCall, way: Way, number: int = 0) -> Command:
        return await self.dispatcher.dispatch(
            station,
            order,
            wait_s=way.wait_s,
            requested_by=way.requested_by,
            idempotency_key=way.key(number),
            ttl_s=way.ttl_s,
        )

    async def _settle_password(self, station: Station, hashed: bytes, command: Command) -> None:
        row = await self.row(station.id)
        values = password_settled(row, row.secret or station.secret, command)
        if row.pending_secret == hashed and values is not None:
            await self.alter(station.id, values, {"pending_secret": hashed})

    async def _settle_profile(self, station_id: int, profile: int, command: Command) -> None:
        values = profile_settled(command) or {"profile_command": command.id}
        await self.alter(station_id, values, {"pending_profile": profile})

    async def settle(self, row: StationSecurity) -> None:
        """Take in what became of the commands that were under way when nobody waited for them any more."""
        found = (await self.store.stations(Query(station_id=row.station_id, limit=1))).items
        if not found:
            return
        if row.secret_command is not None and row.pending_secret is not None:
            command = await self.store.command(row.secret_command)
            if command is not None:
                await self._settle_password(found[0], row.pending_secret, command)
        if row.profile_command is not None and row.pending_profile is not None:
            command = await self.store.command(row.profile_command)
            if command is not None:
                await self._settle_profile(row.station_id, row.pending_profile, command)


async def look(desk: Desk) -> None:
    """Settle what nobody waited for. Raises StoreUnavailable."""
    security = SecurityDesk(desk.store, desk.bus, desk.dispatcher)
    for field in ("secret_command", "profile_command"):
        search: Search | None = Search(tests=(Test(field, "null", False),), limit=PAGE)
        while search is not None:
            page = await desk.store.look(StationSecurity, search)
            for row in page.items:
                await security.settle(row)
            search = None if page.next is None else replace(search, cursor=page.next)
