"""Amendments carried out: on a connected station's view between two messages, or on what is stored of an absent one.

Decides nothing; what is changed, and whether a message can be read, is the services' word.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from busbar.csms.amendments import Amended, Amendment, CloseSession, DoubtSession, ReplayMessage
from busbar.csms.changes import Change, ExchangeReplayed, Fenced, RowAdded
from busbar.csms.gateway.lookups import learn, load_view
from busbar.csms.gateway.means import Means
from busbar.csms.gateway.session import Session
from busbar.csms.happenings import AnyHappening
from busbar.csms.ports import Outrun
from busbar.csms.records.replays import Replay
from busbar.csms.rows import Exchange, Station, Transaction
from busbar.csms.services import amending
from busbar.csms.services.decisions import Refused, decide
from busbar.csms.services.outgoing import Wanted
from busbar.csms.services.references import remember
from busbar.csms.services.view import StationView
from busbar.protocol.errors import ProtocolViolation

NOT_FOUND: Final = "not found"
STORED: Final = "stored"
AMENDS: Final = {CloseSession: (amending.close, "closed"), DoubtSession: (amending.doubt, "stale")}


class Amender:
    """What a node does for operators on its stations' records."""

    def __init__(self, means: Means, publish: Callable[[int, Sequence[AnyHappening]], None]) -> None:
        self._means = means
        self.publish = publish

    @property
    def wanted(self) -> Wanted:
        """What outside listeners want to be told of."""
        return self._means.wanted

    async def amend_here(self, session: Session, amendment: Amendment) -> Amended:
        """Amend what a connected station's view and the store say. Raises ConnectionError, StoreUnavailable."""
        try:
            async with session.borrowed() as view:
                return await self._amend(view, amendment)
        except Outrun as error:
            session.displace()
            raise ConnectionError(str(error)) from error

    async def amend_away(self, station: Station, amendment: Amendment) -> Amended:
        """Amend what is stored of a station that is nowhere connected. Raises StoreUnavailable."""
        version = station.version
        if version is None:
            return Amended(False, NOT_FOUND)
        async with self._means.gate(station.id):
            station = await self._means.store.station(station.identity) or station
            view = await load_view(self._means.store, station, station.version or version, station.epoch)
            return await self._amend(view, amendment)

    async def _amend(self, view: StationView, amendment: Amendment) -> Amended:
        match amendment:
            case ReplayMessage():
                return await self._replay(view, amendment)
            case CloseSession(number) | DoubtSession(number):
                row = await self._session_row(view, number)
                if row is None or row.ended_at is not None:
                    return Amended(False, NOT_FOUND if row is None else "ended already")
                amend, result = AMENDS[type(amendment)]
                concluded = amend(row, view, datetime.now(UTC))
                await self._store(view, concluded.changes, concluded.happenings)
                return Amended(True, result)

    async def _session_row(self, view: StationView, number: int) -> Transaction | None:
        known = next((row for row in view.transactions.values() if row is not None and row.id == number), None)
        if known is not None:
            return known
        row = await self._means.store.transaction_by_number(number)
        if row is None or row.station_id != view.station.id:
            return None
        remember(view, row)
        return row

    async def _replay(self, view: StationView, amendment: ReplayMessage) -> Amended:
        row = await self._means.store.exchange(amendment.exchange_id)
        if row is None or row.station_id != view.station.id:
            return Amended(False, NOT_FOUND)
        if not amending.replayable(row):
            return Amended(False, "not parked")
        at = datetime.now(UTC)
        try:
            changes, happenings = await self._taken_in(view, row)
        except (ProtocolViolation, Refused) as error:
            result = f"{error.code.value}: {error.description}"
            await self._store(view, [RowAdded(_replay(amendment, row, at, result))], [])
            return Amended(False, result)
        changes += [RowAdded(_replay(amendment, row, at, STORED, done=True)), ExchangeReplayed(amendment.exchange_id)]
        await self._store(view, changes, happenings)
        return Amended(True, STORED)

    async def _taken_in(self, view: StationView, row: Exchange) -> tuple[list[Change], list[AnyHappening]]:
        """Decide a message as if it came now; a start keeps the number that its station was given."""
        means = self._means
        context = means.context_of(view.station)
        fact = amending.parked_fact(row, view.version)
        await learn(means.store, fact, view, context.tokens, means.askers, means.flights)
        number = amending.given_number(row)
        if number is not None:
            context = replace(context, take_transaction_number=lambda: number)
        elif means.numbers.empty:
            await means.numbers.refill()
        decision = decide(fact, view, context, row.at)
        view.found.clear()
        return decision.changes, decision.happenings

    async def _store(self, view: StationView, changes: list[Change], happenings: list[AnyHappening]) -> None:
        await self._means.store.commit(
            [
                Fenced(view.station.id, view.epoch),
                *changes,
                *self._means.wanted.rows(view.station.organisation_id, view.station.id, happenings),
            ]
        )
        self.publish(view.station.id, happenings)


def _replay(amendment: ReplayMessage, row: Exchange, at: datetime, result: str, *, done: bool = False) -> Replay:
    return Replay(
        exchange_id=amendment.exchange_id,
        station_id=row.station_id,
        at=at,
        by=amendment.by,
        done=done,
        result=result[:200],
    )
