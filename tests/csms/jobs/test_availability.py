"""What the operator wants is ordered again after a contradiction, where that is switched on."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import ConnectionOpened, ConnectorPut
from busbar.csms.jobs import availability
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.rows import Connector
from busbar.csms.storage.memory import MemoryStore
from busbar.model.values import ConnectorStatus, Place
from busbar.model.versions import Version


@pytest.mark.parametrize(
    ("restore", "said", "orders"),
    [
        (True, ConnectorStatus.AVAILABLE, 1),
        (True, ConnectorStatus.UNAVAILABLE, 0),
        (False, ConnectorStatus.AVAILABLE, 0),
    ],
)
async def test_a_contradiction_is_answered_where_it_is_asked_for(restore: bool, said, orders: int) -> None:
    store, sent, now = MemoryStore(), [], datetime.now(UTC)
    await store.open()
    station = await store.add_station("CS-1", secret=None)
    wanted_at = now - timedelta(hours=1)
    await store.commit(
        [
            ConnectionOpened(station.id, 1, Version.V201, now, ""),
            ConnectorPut(Connector(station_id=1, evse=1, connector=1, status=said, changed_at=now)),
        ]
    )
    fields = {"wanted_at": wanted_at, "answered_at": wanted_at, "restore": restore}
    await store.put(AvailabilityIntent(station_id=1, evse=1, connector=0, operative=False, **fields))

    class Dispatcher:
        async def dispatch(self, _station, order, **options):
            sent.append((order, options["idempotency_key"]))

    await availability.look(Desk(store, None, Dispatcher(), lambda *_: None))
    assert len(sent) == orders
    for order, key in sent:
        assert (order.operative, order.place, key.startswith("restore:")) == (False, Place(1), True)
