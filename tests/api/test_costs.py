"""Costs over REST."""

from datetime import UTC
from decimal import Decimal

from busbar.billing.accounts import Payer, Point, opened
from busbar.billing.costs import cost_of
from busbar.csms.records.costs import ReportedCost, ReportedTariff, SessionCost
from busbar.model.tariffs import Part, Price, Tariff, UpdateCost
from tests.api.conftest import NOON

TARIFF = Tariff(id="1.1", currency="EUR", fixed_fee=Part(prices=(Price(amount=Decimal("1.5")),)))


async def price(world, station_id: int, number: int) -> None:
    account = opened(TARIFF, Point(at=NOON), UTC, Payer())
    cost = cost_of(account, TARIFF, final=True)
    await world.store.put(
        SessionCost(
            transaction=number,
            station_id=station_id,
            tariff_id=1,
            version=1,
            currency="EUR",
            excl_tax=cost.excl_tax,
            incl_tax=cost.incl_tax,
            final=True,
            updated_at=NOON,
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


async def test_costs_are_listed_and_shown_exactly(world, api):
    station = await world.add_station()
    for number in (1, 2):
        await price(world, station.id, number)
    items = (await api.get("/api/v1/costs", params={"station": "CS1"})).json()["items"]
    assert [(item["session"], item["incl_tax"]) for item in items] == [(2, "1.50"), (1, "1.50")]
    shown = (await api.get("/api/v1/sessions/1/cost")).json()
    assert shown["cost"]["lines"]["fixed_fee"]["incl_tax"] == "1.50"
    assert (shown["tariff"]["id"], shown["reported"], shown["reported_tariff"]) == ("1.1", None, None)
    assert (await api.get("/api/v1/sessions/3/cost")).status_code == 404


async def test_what_the_station_said_is_shown_beside_it__I12_FR_01(world, api):
    station = await world.add_station()
    await price(world, station.id, 1)
    for number in (1, 2):
        details = {"totalCost": {"currency": "EUR"}}
        await world.store.put(ReportedCost(transaction=number, station_id=station.id, details=details, at=NOON))
    await world.store.put(ReportedTariff(transaction=1, station_id=station.id, tariff_id="1.1", at=NOON))
    shown = (await api.get("/api/v1/sessions/1/cost")).json()
    assert (shown["reported"], shown["reported_tariff"]) == ({"totalCost": {"currency": "EUR"}}, "1.1")
    alone = (await api.get("/api/v1/sessions/2/station-cost")).json()
    assert (alone["details"], alone["tariff"]) == ({"totalCost": {"currency": "EUR"}}, None)
    assert (await api.get("/api/v1/sessions/3/station-cost")).status_code == 404


async def test_a_driver_is_shown_the_cost_so_far__I02_FR_01(world, api):
    station = await world.add_station()
    await world.add_session(station.id, 1)
    await price(world, station.id, 1)
    assert (await api.post("/api/v1/sessions/1/show-cost")).status_code == 200
    assert world.dispatcher.asked[0][1] == UpdateCost(transaction_id="t1", total=Decimal("1.50"))
    assert (await api.post("/api/v1/sessions/2/show-cost")).status_code == 404
