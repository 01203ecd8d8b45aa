"""A world for decisions: a view, and tables that changes are applied to and needs are answered from."""

from copy import copy
from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import ConnectorPut, EventStored, ReadingStored, RowAdded, RowGone, RowPut, TransactionPut
from busbar.csms.records import KINDS
from busbar.csms.rows import Station, Token
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.decisions import decide, needs
from busbar.csms.services.view import AskNeed, Context, RowNeed, StartNeed, StationView, TokenNeed, Tokens, UseNeed
from busbar.model.facts import TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.values import IdToken, Place, Reading, RegistrationStatus, Sample
from busbar.model.versions import Version

T0 = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def _has(row, equal) -> bool:
    return all(
        getattr(row, name) in value if isinstance(value, tuple) else getattr(row, name) == value
        for name, value in equal
    )


def _key(row) -> tuple:
    return tuple(getattr(row, name) for name in KINDS[type(row)].key)


class World:
    """One station before a store that is a few dictionaries."""

    T0 = T0

    def __init__(self, version: Version = Version.V201) -> None:
        self.transactions = {}
        self.events = {}
        self.readings = []
        self.connectors = {}
        self.tokens = {}
        self.rows = {}
        self.lookups = 0
        self.happenings = []
        self.number = 0
        self.station = Station(id=7, identity="CS-7")
        self.version = version
        self.context = Context(Tokens(policy=Policy()), self._take)
        self.view = StationView(self.station, version, 1)

    def _take(self) -> int:
        self.number += 1
        return self.number

    def at(self, minutes: float) -> datetime:
        """Return a time so many minutes after the beginning."""
        return T0 + timedelta(minutes=minutes)

    def know(self, value: str, **fields) -> None:
        """Enter a token."""
        row = Token(key=value.casefold(), value=value, **fields)
        self.tokens[row.key] = row

    def register(self, registration: RegistrationStatus) -> None:
        self.station.registration = registration

    def tell(self, fact, at: datetime | None = None):
        """Look up, decide and store as a node does; return the decision."""
        for _ in range(5):
            missing = needs(fact, self.view, self.context.tokens)
            if not missing:
                break
            for need in missing:
                self._look_up(need)
        else:
            raise AssertionError("needs never end")
        decision = decide(fact, self.view, self.context, at or self.at(600))
        self.view.found.clear()
        self.store(decision.changes)
        self.happenings += decision.happenings
        return decision

    def store(self, changes) -> None:
        """Apply changes."""
        for change in changes:
            self._store(change)

    def _look_up(self, need) -> None:
        self.lookups += 1
        if isinstance(need, TokenNeed):
            self.context.tokens.put(need.key, self.tokens.get(need.key))
        elif isinstance(need, StartNeed):
            found = next((r for r in self.transactions.values() if r.start_key == need.start_key), None)
            self.view.starts[need.start_key] = found and found.transaction_id
            if found:
                self.view.transactions[found.transaction_id] = copy(found)
        elif isinstance(need, RowNeed):
            rows = self.rows.get(need.kind, ())
            self.view.found[need] = tuple(row for row in rows if _has(row, need.equal))
        elif isinstance(need, AskNeed):
            self.view.found[need] = None
        elif isinstance(need, UseNeed):
            self.view.found[need] = ()
        else:
            found = self.transactions.get(need.transaction_id)
            self.view.transactions[need.transaction_id] = found and copy(found)
            if found:
                self.view.events[need.transaction_id] = {s for t, s in self.events if t == need.transaction_id}

    def _store(self, change) -> None:
        if isinstance(change, TransactionPut):
            known = self.transactions.get(change.row.transaction_id)
            assert known is None or known.id == change.row.id, "a row was replaced by another transaction"
            self.transactions[change.row.transaction_id] = change.row
        elif isinstance(change, EventStored):
            key = (change.transaction_id, change.seq_no)
            assert key not in self.events, "an event was stored twice"
            self.events[key] = change
        elif isinstance(change, ReadingStored):
            self.readings.append(change.row)
        elif isinstance(change, RowPut | RowAdded):
            self._keep(change)
        elif isinstance(change, RowGone):
            rows = self.rows.get(change.kind, ())
            self.rows[change.kind] = [row for row in rows if _key(row) != change.key]
        elif isinstance(change, ConnectorPut):
            self.connectors[change.row.evse, change.row.connector] = change.row

    def _keep(self, change) -> None:
        kind, key = type(change.row), _key(change.row)
        rows = self.rows.setdefault(kind, [])
        known = [row for row in rows if _key(row) == key and not KINDS[kind].generated]
        if known and isinstance(change, RowAdded):
            return
        self.rows[kind] = [*(row for row in rows if row not in known), change.row]

    def all(self, kind):
        """Return the records of a kind."""
        return self.rows.get(kind, [])

    def reconnect(self) -> None:
        """Throw the view away and load it as a node does: open transactions, and those that ended lately."""
        self.view = StationView(self.station, self.version, self.view.epoch + 1)
        self.view.transactions.update({key: copy(row) for key, row in self.transactions.items()})

    @property
    def row(self):
        """The only transaction."""
        (row,) = self.transactions.values()
        return row

    # facts

    def reading(self, wh: float, minutes: float = 0.0, *, context: str = "Sample.Periodic", **more: float) -> Reading:
        samples = [Sample("Energy.Active.Import.Register", wh, "Wh", context=context)]
        if "power_w" in more:
            samples.append(Sample("Power.Active.Import", more["power_w"], "W", context=context))
        if "soc_pct" in more:
            samples.append(Sample("SoC", more["soc_pct"], "Percent", context=context))
        return Reading(self.at(minutes), samples)

    def started(self, seq_no: int = 0, minutes: float = 0.0, *, wh: float | None = None, **more):
        more.setdefault("transaction_id", "tx")
        more.setdefault("place", Place(1, 1))
        readings = [] if wh is None else [self.reading(wh, minutes)]
        return TransactionStarted(**({"at": self.at(minutes), "seq_no": seq_no, "readings": readings} | more))

    def updated(self, seq_no: int, minutes: float, *, wh: float | None = None, **more):
        readings = [] if wh is None else [self.reading(wh, minutes)]
        base = {"transaction_id": "tx", "at": self.at(minutes), "seq_no": seq_no, "readings": readings}
        return TransactionUpdated(**(base | {"trigger": "MeterValuePeriodic"} | more))

    def ended(self, seq_no: int, minutes: float, *, wh: float | None = None, **more):
        readings = [] if wh is None else [self.reading(wh, minutes)]
        base = {"transaction_id": "tx", "at": self.at(minutes), "seq_no": seq_no, "readings": readings}
        return TransactionEnded(**(base | more))

    def start_16(self, minutes: float = 0.0, *, wh: float = 1000.0, token: str = "CARD", connector: int = 1):
        return TransactionStarted(
            transaction_id=None,
            at=self.at(minutes),
            place=Place(connector, 1),
            token=IdToken(token),
            meter_wh=wh,
        )

    def stop_16(self, transaction_id: str, minutes: float, *, wh: float, token: str | None = None, **more):
        return TransactionEnded(
            transaction_id=transaction_id,
            at=self.at(minutes),
            meter_wh=wh,
            token=None if token is None else IdToken(token),
            **more,
        )


@pytest.fixture(scope="session")
def make_world():
    """Make a world; usable inside a property, where a fresh one is needed for each example."""
    return World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def world_16() -> World:
    world = World(Version.V16)
    world.know("CARD")
    return world
