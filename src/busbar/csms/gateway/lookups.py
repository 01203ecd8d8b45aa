"""From the store to memory: a station's view when it connects, and what a decision needs to know. Decides nothing."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from busbar.csms.gateway.flights import Flights
from busbar.csms.policies import load_plugs, load_policy, uses_of
from busbar.csms.ports import Search, Store, StoreUnavailable, Test
from busbar.csms.records.costs import SessionCost
from busbar.csms.rows import Station
from busbar.csms.services.decisions import needs
from busbar.csms.services.sequences import Sequences
from busbar.csms.services.view import (
    AskNeed,
    Need,
    PolicyNeed,
    RowNeed,
    StartNeed,
    StationView,
    TokenNeed,
    Tokens,
    TransactionNeed,
    UseNeed,
)
from busbar.csms.tenancy import scoped
from busbar.model.facts import Fact
from busbar.model.versions import Version
from busbar.protocol.versions import RULES

MAX_ROUNDS = 8
BLOCK = 100
MAX_BLOCK = 10_000

Askers = Mapping[type, Callable[[Any], Awaitable[Any]]]
"""Who is asked, by the type of the question. An asker bounds its own time."""
NOBODY: Final[Askers] = MappingProxyType({})

log = logging.getLogger(__name__)


async def load_view(store: Store, station: Station, version: Version, epoch: int) -> StationView:
    """Read what is known of a station. Raises StoreUnavailable."""
    connectors = await store.connectors(station.id)
    transactions = await store.open_transactions(station.id)
    costs = await store.look(SessionCost, Search(tests=(Test("station_id", "=", station.id),), limit=64, newest=True))
    plugs = await load_plugs(store, station.id) if RULES[version].device_model else {}
    return StationView(
        plugs=plugs,
        station=station,
        version=version,
        epoch=epoch,
        connectors={(row.evse, row.connector): row for row in connectors},
        transactions={row.transaction_id: row for row in transactions},
        starts={row.start_key: row.transaction_id for row in transactions if row.start_key is not None},
        costs={row.transaction: row for row in costs.items},
    )


async def learn(
    store: Store,
    fact: Fact,
    view: StationView,
    tokens: Tokens,
    askers: Askers = NOBODY,
    flights: Flights | None = None,
) -> None:
    """Look up all that a decision on `fact` needs. Raises StoreUnavailable, LookupError where that never ends.

    With `flights`, what stations have in common is read once for all that wait for it.
    """
    flights = flights or Flights()
    for _ in range(MAX_ROUNDS):
        wanted = needs(fact, view, tokens)
        if not wanted:
            return
        for need in wanted:
            if isinstance(need, AskNeed):
                view.found[need] = await _ask(need, askers)
            else:
                await _look_up(store, need, view, tokens, flights)
    raise LookupError("a decision wants more and more")


async def _ask(need: AskNeed, askers: Askers) -> Any:
    """Ask outside; a failure there is not ours, and answers None, as nobody does."""
    asker = askers.get(type(need.question))
    try:
        return None if asker is None else await asker(need.question)
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("nobody could answer a %s", type(need.question).__name__)
        return None


async def _look_up(store: Store, need: Need, view: StationView, tokens: Tokens, flights: Flights) -> None:
    station_id, owner = view.station.id, view.station.organisation_id
    match need:
        case TokenNeed(key):
            await flights.share((owner, key), partial(_token, store, key, owner, tokens))
        case TransactionNeed(transaction_id):
            row = view.transactions.get(transaction_id) or await store.transaction(station_id, transaction_id)
            stored = await store.sequence_numbers(row.id) if row is not None else []
            view.transactions[transaction_id] = row
            view.events[transaction_id] = Sequences(stored)
        case StartNeed(start_key):
            start = await store.transaction_by_start(station_id, start_key)
            if start is not None:
                view.transactions.setdefault(start.transaction_id, start)
            view.starts[start_key] = None if start is None else start.transaction_id
        case PolicyNeed():
            await flights.share(owner, partial(_policy, store, owner, tokens))
        case UseNeed():
            with scoped(owner):
                view.found[need] = tuple(await uses_of(store, need, str(station_id)))
        case RowNeed(kind, equal):
            own = dict(equal) | {"organisation_id": owner}  # never another tenant's
            view.found[need] = tuple(await store.find(kind, **own))


async def _token(store: Store, key: str, owner: int, tokens: Tokens) -> None:
    began = tokens.now
    token = await store.token(key, owner)
    if tokens.fresh(key, began):
        tokens.put(key, token)


async def _policy(store: Store, owner: int, tokens: Tokens) -> None:
    began = tokens.now
    with scoped(owner):
        tokens.put_policy(await load_policy(store), began)


class Settling:
    """Ends of one station's commands that are on their way to the store, with what followed from them.

    A station may go on about a command right after its answer: what is looked up for that must be stored by then.
    """

    __slots__ = ("_count", "_turn")

    def __init__(self) -> None:
        self._count = 0
        self._turn: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """One more is on its way."""
        self._count += 1

    def end(self) -> None:
        """One has arrived, or never will."""
        self._count -= 1
        if not self._count and self._turn is not None and not self._turn.done():
            self._turn.set_result(None)

    async def over(self) -> None:
        """Wait until none is on its way; one waits at a time."""
        if self._count:
            self._turn = asyncio.get_running_loop().create_future()
            await self._turn


class Numbers:
    """Transaction numbers from blocks taken ahead, since a decision cannot wait for the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left: deque[int] = deque()
        self._block = BLOCK
        self._flights = Flights()

    @property
    def empty(self) -> bool:
        """Whether `refill` has to be waited for."""
        return not self._left

    def take(self) -> int:
        """Return the next number. Raises LookupError where there is none."""
        if len(self._left) <= self._block // 2:
            self._flights.begin("block", self._fetch)
        if not self._left:
            self._block = min(self._block * 2, MAX_BLOCK)  # more starts at once than a block holds
            raise LookupError("no transaction number is left")
        return self._left.popleft()

    async def refill(self) -> None:
        """Wait for a new block. Raises StoreUnavailable."""
        await self._flights.share("block", self._fetch)

    async def _fetch(self) -> None:
        self._left.extend(await self._store.take_ids("transaction", self._block))
