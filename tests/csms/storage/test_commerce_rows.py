"""Fields whose names are words of SQL are kept like any other, on every backend."""

from datetime import UTC, datetime

from busbar.csms.changes import RowAdded, RowGone, RowPut
from busbar.csms.ports import Search, Store, Test
from busbar.csms.records.der import DerInquiry, DerSupersession, DerWipe
from busbar.csms.records.tariffs import TariffAssignment

AT = datetime(2026, 5, 1, tzinfo=UTC)


async def test_words_of_sql_are_names_of_fields(store: Store) -> None:
    wipe = DerWipe(station_id=1, default=True, control_type="", at=AT)
    inquiry = DerInquiry(station_id=1, request_id=2, default=None, control_type="", asked_at=AT)
    row = DerSupersession(station_id=1, control_id="c", by="d", at=AT)
    await store.commit([RowPut(wipe), RowPut(wipe), RowAdded(inquiry), RowPut(row)])
    assert await store.find(DerWipe, default=True) == [wipe]
    assert await store.get(DerInquiry, 1, 2) == inquiry
    search = Search(tests=(Test("by", "=", "d"),), newest=True)
    assert (await store.look(DerSupersession, search)).items == [row]
    await store.commit([RowGone(DerWipe, (1, True, ""))])
    assert await store.find(DerWipe) == []


async def test_a_scope_has_one_assignment(store: Store) -> None:
    row = TariffAssignment(scope="site:1", tariff_id=1, site_id=1)
    await store.commit([RowAdded(row), RowAdded(row)])
    assert [found.scope for found in await store.find(TariffAssignment)] == ["site:1"]
