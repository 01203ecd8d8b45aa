"""A session that was closed in the records gets its last cost."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from busbar.billing.accounts import Payer, Point, advance, opened
from busbar.billing.costs import cost_of
from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import TransactionPut
from busbar.csms.jobs.costs import finish
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.costs import SessionCost
from busbar.csms.rows import Transaction
from busbar.csms.storage.memory import MemoryStore
from busbar.model.tariffs import Amount, Part, Price, Tariff

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def now() -> None:
    """Tests run long after they were read."""
    globals()["NOW"] = datetime.now(UTC)


START = NOW - timedelta(hours=2)
TARIFF = Tariff(
    id="1.1",
    currency="EUR",
    energy=Part(prices=(Price(amount=Decimal(1)),)),
    idle_time=Part(prices=(Price(amount=Decimal(1)),)),
    min_cost=Amount(incl_tax=Decimal(5)),
)


async def priced(store: MemoryStore, number: int, ended_at: datetime | None, updated_at: datetime) -> None:
    account = opened(TARIFF, Point(at=START, energy_wh=Decimal(0), charging=True), UTC, Payer())
    advance(account, TARIFF, Point(at=START + timedelta(minutes=10), energy_wh=Decimal(2000)), UTC)
    cost = cost_of(account, TARIFF, final=False)
    row = Transaction(id=number, station_id=1, transaction_id=str(number), updated_at=updated_at, ended_at=ended_at)
    await store.commit([TransactionPut(row)])
    await store.put(
        SessionCost(
            transaction=number,
            station_id=1,
            tariff_id=1,
            version=1,
            currency="EUR",
            excl_tax=cost.excl_tax,
            incl_tax=cost.incl_tax,
            final=False,
            updated_at=START,
            zone="UTC",
            show_running=False,
            show_tariff=False,
            update_every_s=None,
            told_at=None,
            tariff=TARIFF,
            cost=cost,
            account=account,
        )
    )


async def test_only_what_is_over_for_a_while_is_finished():
    store, told = MemoryStore(), []
    await store.open()
    await store.add_station("CS1", secret=None)
    await priced(store, 1, START + timedelta(minutes=10), START)
    await priced(store, 2, NOW, NOW)
    await priced(store, 3, None, START)
    await finish(Desk(store, LocalBus(), None, lambda station_id, happenings: told.extend(happenings)))  # type: ignore[arg-type]
    rows = {row.transaction: row for row in await store.find(SessionCost)}
    assert [rows[n].final for n in (1, 2, 3)] == [True, False, False]
    assert (rows[1].incl_tax, rows[2].incl_tax) == (Decimal(5), Decimal("2.00"))
    assert [(h.transaction, h.incl_tax, h.final) for h in told] == [(1, "5.00", True)]
