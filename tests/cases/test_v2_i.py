"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block I, tariff and cost."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_fk import BOTH, Session, carries, id_token, metered, order

both = pytest.mark.parametrize("version", BOTH)
TAXES = [{"type": "VAT", "percent": "20"}]
ON_WIRE = [{"type": "VAT", "tax": 20}]
DAY = {"start_time_of_day": "08:00", "end_time_of_day": "20:00"}
PRICES: dict[str, Any] = {
    "currency": "EUR",
    "energy": {"prices": [{"amount": "0.25"}], "taxes": TAXES},
    "charging_time": {"prices": [{"amount": "0.10"}], "taxes": TAXES},
    "fixed_fee": {"prices": [{"amount": "0.50"}], "taxes": TAXES},
}
"""0.25 per kWh, 0.10 per minute of charging, 0.50 per session, all without a tax of 20 percent."""
TOLD = {
    "tariffId": str,
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.25}], "taxRates": ON_WIRE},
    "chargingTime": {"prices": [{"priceMinute": 0.10}], "taxRates": ON_WIRE},
    "fixedFee": {"prices": [{"priceFixed": 0.50}], "taxRates": ON_WIRE},
}
BY_DAY = {"currency": "EUR", "energy": {"prices": [{"amount": "0.25", "conditions": DAY}, {"amount": "0.10"}]}}
BY_DAY_TOLD = {
    "prices": [
        {"priceKwh": 0.25, "conditions": {"startTimeOfDay": "08:00", "endTimeOfDay": "20:00"}},
        {"priceKwh": 0.10, "conditions": None},
    ]
}


async def _tariff(csms: Csms, content: dict[str, Any]) -> Any:
    return await csms.post("/tariffs", content)


async def _assign(csms: Csms, content: dict[str, Any], **where: Any) -> Any:
    tariff = await _tariff(csms, content)
    return await csms.post("/tariff-assignments", {"tariff_id": tariff["id"]} | where)


async def _set_default(
    csms: Csms, station: Station, content: dict[str, Any], status: str, evse: int = 0
) -> tuple[Any, Any]:
    """Have a default tariff set; return what the station was told, and the tariff."""
    tariff = await _tariff(csms, content)
    body = {"tariff_id": tariff["id"], "evse": evse}
    asked, command = await order(csms, station, "set-default-tariff", body, "SetDefaultTariff", {"status": status})
    assert asked["evseId"] == evse
    assert asked["tariff"]["tariffId"] == tariff["content"]["id"]
    assert command["status"] == status
    return asked["tariff"], tariff


async def _change(csms: Csms, session: Session, content: dict[str, Any], status: str) -> Any:
    """Have a running session's tariff changed; return what the station was told."""
    tariff = await _tariff(csms, content)
    found = await csms.get("/sessions", station=session.station.identity)
    path = f"/sessions/{found['items'][0]['id']}/change-tariff"
    asked, command = await session.station.during(
        csms.post(path, {"tariff_id": tariff["id"]}), "ChangeTransactionTariff", {"status": status}
    )
    assert asked["transactionId"] == session.id
    assert asked["tariff"]["tariffId"] == tariff["content"]["id"]
    assert (command["state"], command["status"]) == ("accepted" if status == "Accepted" else "rejected", status)
    return asked["tariff"]


@both
async def test_tells_the_cost_so_far__TC_I_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _assign(csms, PRICES, station=station.identity, show_running=True)
        session = await Session(station, await csms.add_token()).started()
        for energy in (0, 1000, 2000):
            answer = await session.tell("MeterValuePeriodic", meterValue=metered(energy))
            assert answer["totalCost"] >= 0
        assert answer["totalCost"] == pytest.approx(1.2, abs=0.1)  # 2 kWh, a fee, and the tax


@both
async def test_sends_the_cost_so_far__TC_I_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _assign(csms, PRICES, station=station.identity)
        session = await Session(station, await csms.add_token()).started()
        await session.tell("MeterValuePeriodic", meterValue=metered(1000))
        found = await csms.get("/sessions", station=station.identity)
        path = f"/sessions/{found['items'][0]['id']}/show-cost"
        asked, _ = await station.during(csms.post(path), "CostUpdated", {})
        carries(asked, {"transactionId": session.id, "totalCost": float})


@both
async def test_tells_the_final_cost__TC_I_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _assign(csms, PRICES, station=station.identity)
        session = Session(station, await csms.add_token())
        await session.authorized()
        await session.plugged_in()
        await session.tell("ChargingStateChanged", "Charging", meterValue=metered(0, "Transaction.Begin"))
        await session.stopped()
        answer = await session.unplugged(meterValue=metered(4000, "Transaction.End"))
        assert answer["totalCost"] == pytest.approx(1.8, abs=0.1)


async def test_sets_a_default_tariff_with_times_of_day__TC_I_101(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        told, _ = await _set_default(csms, station, BY_DAY, "Accepted")
        carries(told, {"currency": "EUR", "energy": BY_DAY_TOLD})


async def test_hears_that_a_default_tariff_has_too_many_elements__TC_I_102(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        many = [{"amount": f"0.{n}", "conditions": {"min_energy": str(n)}} for n in range(10, 21)]
        told, _ = await _set_default(csms, station, {"currency": "EUR", "energy": {"prices": many}}, "TooManyElements")
        assert len(told["energy"]["prices"]) == 11


async def test_hears_that_conditions_are_not_supported__TC_I_105(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        await _set_default(csms, station, BY_DAY, "ConditionNotSupported")


async def test_sets_default_tariffs_of_an_EVSE_and_asks_for_them__TC_I_106(csms: Csms) -> None:
    async with csms.booted("2.1", evses=2) as station:
        told, _ = await _set_default(csms, station, PRICES, "Accepted", evse=1)
        carries(told, TOLD)
        _, other = await _set_default(csms, station, PRICES | {"valid_from": "2030-01-01T00:00:00Z"}, "Accepted")
        for status in ("DuplicateTariffId", "Rejected"):
            body = {"tariff_id": other["id"], "evse": 2}
            _, command = await order(csms, station, "set-default-tariff", body, "SetDefaultTariff", {"status": status})
            assert (command["state"], command["status"]) == ("rejected", status)
        held = {"tariffId": told["tariffId"], "tariffKind": "DefaultTariff", "evseIds": [1]}
        answer = {"status": "Accepted", "tariffAssignments": [held]}
        asked, _ = await order(csms, station, "ask-tariffs", {"evse": 0}, "GetTariffs", answer)
        assert asked == {"evseId": 0}
        shown = await csms.get(f"/stations/{station.identity}/tariffs")
        assert [(item["tariff"], item["evse"]) for item in shown["items"] if item["held"]] == [(told["tariffId"], 1)]
        asked, _ = await order(csms, station, "ask-tariffs", {"evse": 2}, "GetTariffs", {"status": "NoTariff"})
        assert asked == {"evseId": 2}


async def test_gives_a_drivers_own_tariff__TC_I_109(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        token = await csms.add_token()
        await _assign(csms, PRICES, token=token, send=True)
        verdict = await station.call("Authorize", {"idToken": id_token(token)})
        carries(verdict, {"idTokenInfo": {"status": "Accepted"}, "tariff": TOLD | {"validFrom": None}})


async def test_clears_a_default_tariff__TC_I_110(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        told, _ = await _set_default(csms, station, PRICES, "Accepted")
        result = {"clearTariffsResult": [{"status": "Accepted", "tariffId": told["tariffId"]}]}
        body = {"tariffs": [told["tariffId"]]}
        asked, command = await order(csms, station, "clear-tariffs", body, "ClearTariffs", result)
        assert asked == {"tariffIds": [told["tariffId"]]}
        assert command["state"] == "accepted"
        shown = await csms.get(f"/stations/{station.identity}/tariffs")
        assert [item for item in shown["items"] if item["held"]] == []


async def test_hears_that_a_changed_tariff_has_too_many_elements__TC_I_113(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        many = [{"amount": f"0.{n}", "conditions": {"min_energy": str(n)}} for n in range(10, 21)]
        await _change(csms, session, {"currency": "EUR", "energy": {"prices": many}}, "TooManyElements")


async def test_hears_that_a_changed_tariff_has_conditions_that_are_not_supported__TC_I_114(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        await _change(csms, session, BY_DAY, "ConditionNotSupported")


async def test_changes_a_sessions_tariff__TC_I_115(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        session = await Session(station, await csms.add_token()).started()
        told = await _change(csms, session, BY_DAY, "Accepted")
        carries(told, {"currency": "EUR", "energy": BY_DAY_TOLD})
        await session.tell("TariffChanged", info={"tariffId": told["tariffId"]})


async def test_keeps_the_costs_that_the_station_reckoned__TC_I_122(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        told, _ = await _set_default(csms, station, PRICES, "Accepted")
        carries(told, TOLD)
        session = Session(station, await csms.add_token())
        await session.authorized()
        await session.plugged_in()
        await session.tell("ChargingStateChanged", "Charging", info={"tariffId": told["tariffId"]})
        await session.stopped()
        price = {"exclTax": 1.5, "inclTax": 1.8, "taxRates": ON_WIRE}
        total = {"currency": "EUR", "typeOfCost": "NormalCost", "fixed": price, "total": {"exclTax": 1.5}}
        usage = {"energy": 4000, "chargingTime": 60, "idleTime": 0}
        details = {"totalCost": total, "totalUsage": usage}
        await session.unplugged(costDetails=details, meterValue=metered(4000, "Transaction.End"))
        found = await csms.get("/sessions", station=station.identity)
        shown = await csms.get(f"/sessions/{found['items'][0]['id']}/station-cost")
        assert shown["tariff"] == told["tariffId"]
        carries(shown["details"], details)
