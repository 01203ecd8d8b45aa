"""Tariffs over REST: versions that never change, assignments, and what stations are told."""

import asyncio
from decimal import Decimal

import pytest

from busbar.csms.records.tariffs import HeldTariff, TariffAssignment
from busbar.model import tariffs
from busbar.model.tariffs import Amount, Conditions, Part, Price, Tariff, Tax, Weekday
from tests.api.conftest import NOON

TARIFFS, ASSIGNMENTS = "/api/v1/tariffs", "/api/v1/tariff-assignments"
COMMANDS = "/api/v1/stations/CS1/commands"
PLAIN = {"currency": "EUR", "energy": {"prices": [{"amount": "0.25"}]}}
D = Decimal


def content(number: str) -> Tariff:
    return Tariff(id=number, currency="EUR", energy=Part(prices=(Price(amount=D("0.25")),)))


async def test_a_version_is_added_and_never_changed(api):
    first = await api.post(TARIFFS, json=PLAIN | {"name": "Standard"})
    assert first.status_code == 201
    assert first.headers["location"] == f"{TARIFFS}/1/versions/1"
    second = await api.post(f"{TARIFFS}/1/versions", json={"currency": "EUR"})
    assert (second.json()["version"], second.json()["content"]["id"]) == (2, "1.2")
    assert (await api.get(f"{TARIFFS}/1")).json()["version"] == 2
    kept = (await api.get(f"{TARIFFS}/1/versions/1")).json()
    assert (kept["name"], kept["content"]["energy"]["prices"][0]["amount"]) == ("Standard", "0.25")
    assert [item["version"] for item in (await api.get(TARIFFS)).json()["items"]] == [1, 2]
    for where in (f"{TARIFFS}/2", f"{TARIFFS}/1/versions/3"):
        assert (await api.get(where)).status_code == 404
    assert (await api.post(f"{TARIFFS}/2/versions", json=PLAIN)).status_code == 404
    assert (await api.put(f"{TARIFFS}/1/versions/1", json=PLAIN)).status_code == 405


async def test_all_that_a_tariff_has_is_kept_exactly(world, api):
    await world.add_station()
    conditions = {"start_time_of_day": "08:00", "day_of_week": ["Monday"], "min_power": 11000.5, "max_idle_time": 300}
    body = {
        "currency": "USD",
        "description": [{"content": "x", "format": "ASCII", "language": "en"}],
        "valid_from": "2026-05-01T12:00:00Z",
        "energy": {
            "prices": [{"amount": 0.1, "conditions": conditions}, {"amount": "0.30000000000000001"}],
            "taxes": [{"type": "vat", "percent": 19.5, "stack": 1}],
        },
        "fixed_fee": {"prices": [{"amount": 1, "conditions": {"payment_recognition": "CC"}}]},
        "max_cost": {"incl_tax": "100"},
    }
    assert (await api.post(TARIFFS, json=body)).status_code == 201
    assert (await api.post(f"{COMMANDS}/set-default-tariff", json={"tariff_id": 1, "evse": 2})).status_code == 200
    order = world.dispatcher.asked[0][1]
    held = Conditions(
        start_time_of_day="08:00", day_of_week=(Weekday.MONDAY,), min_power=D("11000.5"), max_idle_time=300
    )
    assert order.evse == 2
    assert order.tariff == Tariff(
        id="1.1",
        currency="USD",
        description=(tariffs.Text(content="x", format=tariffs.TextFormat.ASCII, language="en"),),
        valid_from=NOON,
        energy=Part(
            prices=(Price(amount=D("0.1"), conditions=held), Price(amount=D("0.30000000000000001"))),
            taxes=(Tax(type="vat", percent=D("19.5"), stack=1),),
        ),
        fixed_fee=Part(prices=(Price(amount=D(1), conditions=Conditions(payment_recognition="CC")),)),
        max_cost=Amount(incl_tax=D(100)),
    )


@pytest.mark.parametrize(
    "part",
    [
        {"currency": "euro"},
        {"energy": {"prices": []}},
        {"energy": {"prices": [{"amount": "NaN"}]}},
        {"energy": {"prices": [{"amount": "1e400"}]}},
        {"energy": {"prices": [{"amount": "0.0000000000000000001"}]}},
        {"energy": {"prices": [{"amount": 1, "conditions": {"max_power": "NaN"}}]}},
        {"energy": {"prices": [{"amount": 1, "conditions": {"start_time_of_day": "24:00"}}]}},
        {"energy": {"prices": [{"amount": 1, "conditions": {"start_time_of_day": "8:00"}}]}},
        {"energy": {"prices": [{"amount": 1, "conditions": {"valid_from_date": "2026-02-30"}}]}},
        {"energy": {"prices": [{"amount": 1, "conditions": {"min_energy": -1}}]}},
        {"energy": {"prices": [{"amount": 1, "conditions": {"payment_brand": "VISA"}}]}},
        {"fixed_fee": {"prices": [{"amount": 1, "conditions": {"min_time": 1}}]}},
        {"energy": {"prices": [{"amount": 1}], "taxes": [{"type": "t", "percent": -1}]}},
        {"energy": {"prices": [{"amount": 1}], "taxes": [{"type": "", "percent": 1}]}},
        {"description": [{"content": ""}]},
        {"description": [{"content": "x" * 1025}]},
        {"description": [{"content": "x", "language": "a language"}]},
        {"description": [{"content": "a\0"}]},
        {"min_cost": {}},
        {"max_cost": {"incl_tax": -1}},
        {"more": 1},
    ],
)
async def test_a_tariff_that_cannot_be_is_refused(api, part):
    assert (await api.post(TARIFFS, json=PLAIN | part)).status_code == 400
    assert (await api.get(TARIFFS)).json()["items"] == []


async def test_a_tariff_is_assigned_once_in_a_scope_and_nodes_are_told(world, api):
    heard = []

    async def hear(data):
        heard.append(data)

    await world.bus.subscribe("busbar.changed.tariffs", hear)
    site = await world.store.add_site("Here", timezone="UTC")
    await world.add_station()
    await api.post(TARIFFS, json=PLAIN)
    where = [
        {"site_id": site.id},
        {"station": "CS1", "show_running": True, "update_every_s": 60},
        {"station": "CS1", "evse": 1},
        {"token": "Card", "send": True},
        {"station": "CS1", "ad_hoc": True},
    ]
    for each in where:
        assert (await api.post(ASSIGNMENTS, json={"tariff_id": 1} | each)).status_code == 201
        assert (await api.post(ASSIGNMENTS, json={"tariff_id": 1} | each)).status_code == 409
    rows = await world.store.find(TariffAssignment)
    assert [row.scope for row in rows] == ["site:1", "station:1", "evse:1:1", "token:card", "ad-hoc:station:1"]
    items = (await api.get(ASSIGNMENTS)).json()["items"]
    assert [(i["station"], i["evse"], i["token"], i["update_every_s"]) for i in items] == [
        (None, None, None, None),
        ("CS1", None, None, 60),
        ("CS1", 1, None, None),
        (None, None, "card", None),
        ("CS1", None, None, None),
    ]
    assert (await api.delete(f"{ASSIGNMENTS}/1")).status_code == 204
    assert (await api.delete(f"{ASSIGNMENTS}/1")).status_code == 404
    async with asyncio.timeout(5):
        while len(heard) < 7:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"station": "CS1", "token": "x"},
        {"evse": 1},
        {"site_id": 9},
        {"station": "nowhere"},
        {"station": "CS1", "update_every_s": 1},
        {"station": "CS1", "tariff_id": 9},
        {"token": "x", "ad_hoc": True},
    ],
)
async def test_an_assignment_to_nothing_is_refused(world, api, where):
    await world.add_station()
    await api.post(TARIFFS, json=PLAIN)
    assert (await api.post(ASSIGNMENTS, json={"tariff_id": 1} | where)).status_code == 400


async def test_stations_are_told_and_asked__I07_I09_I10_I11(world, api):
    station = await world.add_station()
    await world.add_session(station.id, 7)
    await api.post(TARIFFS, json=PLAIN)
    await api.post(f"{COMMANDS}/set-default-tariff", json={"tariff_id": 1})
    await api.post(f"{COMMANDS}/clear-tariffs", json={"tariffs": ["1.1"], "evse": 0})
    await api.post(f"{COMMANDS}/clear-tariffs", json={})
    await api.post(f"{COMMANDS}/ask-tariffs", json={"evse": 1})
    await api.post("/api/v1/sessions/7/change-tariff", json={"tariff_id": 1})
    assert (await api.post(f"{COMMANDS}/set-default-tariff", json={"tariff_id": 2})).status_code == 400
    assert [asked[1] for asked in world.dispatcher.asked] == [
        tariffs.SetDefaultTariff(evse=0, tariff=content("1.1")),
        tariffs.ClearTariffs(tariff_ids=["1.1"], evse=0),
        tariffs.ClearTariffs(),
        tariffs.GetTariffs(evse=1),
        tariffs.ChangeTransactionTariff(transaction_id="t7", tariff=content("1.1")),
    ]


async def test_what_a_station_holds_is_listed(world, api):
    station = await world.add_station()
    row = HeldTariff(
        station_id=station.id,
        evse=0,
        tariff_id="1.1",
        kind="DefaultTariff",
        held=False,
        status="TooManyElements",
        valid_from=None,
        tokens=[],
        at=NOON,
    )
    await world.store.put(row)
    (item,) = (await api.get("/api/v1/stations/CS1/tariffs")).json()["items"]
    assert (item["tariff"], item["held"], item["status"]) == ("1.1", False, "TooManyElements")
