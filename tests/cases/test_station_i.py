"""Our station under our CSMS: tariffs that it is given, and what it reckons by them beside what the CSMS reckons."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.events import CardAuthorized, TokenRead
from busbar.station.runtime import Runner
from busbar.station.scenario import StationSpec
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply, Vehicle
from busbar.station.virtual.visits import Visit
from tests.cases.ours import command, connected, until
from tests.cases.rig import PASSWORD, Csms

PRICES: dict[str, Any] = {
    "currency": "EUR",
    "energy": {"prices": [{"amount": "0.25"}], "taxes": [{"type": "VAT", "percent": "20"}]},
    "fixed_fee": {"prices": [{"amount": "0.50"}]},
}
SETTINGS = {"MeterValueSampleInterval": "1", "TxStartPoint": "PowerPathClosed"}


@asynccontextmanager
async def idle(csms: Csms, version: Version, **settings: str) -> AsyncIterator[tuple[Runner, VirtualHardware]]:
    spec = StationSpec(
        identity=await csms.add_station(),
        version=version,
        password=PASSWORD,
        supply=Supply(dc=True, max_power_w=3e6),
        settings=SETTINGS | settings,
    )
    hardware = VirtualHardware(spec.supply, [iter(())], {})
    async with connected(csms, spec, hardware) as runner:
        yield runner, hardware


async def visit(csms: Csms, runner: Runner, hardware: VirtualHardware, token: str) -> dict[str, Any]:
    """Let somebody charge for a moment; return the session that the CSMS has of it."""
    vehicle = Vehicle(capacity_wh=1e6, stored_wh=1e5, max_power_w=3e6)
    coming = Visit(token=IdToken(token, "ISO14443"), vehicle=vehicle, charge_s=1.5, pause_s=0.05)
    hardware.drivers[0].invite(coming, asyncio.get_running_loop().time())
    runner.arm()
    await until(lambda: runner.station.account.sessions and not runner.station.waiting)
    (session,) = (await csms.get("/sessions", station=runner.identity))["items"]
    found: dict[str, Any] = session
    return found


async def test_a_session_by_a_default_tariff_costs_the_same_on_both_sides__I07__I12(csms: Csms) -> None:
    token = await csms.add_token()
    async with idle(csms, Version.V21) as (runner, hardware):
        tariff = await csms.post("/tariffs", PRICES)
        await csms.post("/tariff-assignments", {"tariff_id": tariff["id"], "station": runner.identity})
        told = await command(csms, runner, "set-default-tariff", {"tariff_id": tariff["id"]})
        assert told["status"] == "Accepted"
        again = await command(csms, runner, "set-default-tariff", {"tariff_id": tariff["id"]})
        assert again["status"] == "DuplicateTariffId"
        told = await command(csms, runner, "ask-tariffs", {})
        assert told["status"] == "Accepted"
        session = await visit(csms, runner, hardware, token)
        cost = await csms.get(f"/sessions/{session['id']}/cost")
        assert cost["reported_tariff"] == tariff["content"]["id"]
        total = cost["reported"]["totalCost"]["total"]
        assert total["inclTax"] > 0.5
        assert total["inclTax"] == pytest.approx(float(cost["incl_tax"]), abs=0.011)
        told = await command(csms, runner, "clear-tariffs", {})
        assert told["status"] == "Accepted"
        assert runner.tally.call_errors == 0


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
async def test_the_cost_of_the_csms_is_heard__I02__I03(csms: Csms, version: Version) -> None:
    token = await csms.add_token()
    async with idle(csms, version) as (runner, hardware):
        tariff = await csms.post("/tariffs", PRICES)
        await csms.post(
            "/tariff-assignments", {"tariff_id": tariff["id"], "station": runner.identity, "show_running": True}
        )
        session = await visit(csms, runner, hardware, token)
        cost = await csms.get(f"/sessions/{session['id']}/cost")
        await until(lambda: hardware.shown(1) == f"Total cost {cost['incl_tax']} EUR")


async def test_a_card_pays_and_a_code_is_good__C18__C21__C25(csms: Csms) -> None:
    secret = "a secret of this station"
    url = "https://qr.example/{evse}/{totp}"
    async with idle(csms, Version.V21, PaymentUrl=url, TotpSecret=secret, TotpValidity="600") as (runner, hardware):
        tariff = await csms.post("/tariffs", PRICES)
        await csms.post("/tariff-assignments", {"tariff_id": tariff["id"], "station": runner.identity, "ad_hoc": True})
        check = {"password": hardware.shown(1).split("/")[-1], "shared_secret": secret, "validity_s": 600, "length": 8}
        assert (await csms.post("/web-payments/check", check))["valid"]
        told = await command(csms, runner, "web-payment-started", {"evse": 1, "timeout_s": 1})
        assert told["status"] == "Accepted"
        await until(lambda: not runner.station.evses[1].paying)
        vehicle = Vehicle(capacity_wh=1e6, stored_wh=1e5, max_power_w=3e6)
        runner.feed_all(hardware.plug_in(1, vehicle, runner.now))
        runner.feed(CardAuthorized(1, "psp-77"))
        await until(lambda: hardware.charging)
        await asyncio.sleep(1)
        runner.feed(TokenRead(IdToken("psp-77", "DirectPayment"), 1))
        found: list[dict[str, Any]] = []
        for _ in range(200):
            if found := (await csms.get("/settlements", station=runner.identity))["items"]:
                break
            await asyncio.sleep(0.05)
        (settlement,) = found
        cost = await csms.get(f"/sessions/{settlement['session']}/cost")
        assert (settlement["status"], settlement["psp_ref"]) == ("Settled", "psp-77")
        assert float(settlement["amount"]) == float(cost["incl_tax"]) > 0.5
        assert (runner.tally.call_errors, runner.tally.dropped) == (0, 0)
