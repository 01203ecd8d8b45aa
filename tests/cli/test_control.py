"""The control interface over a real port, on a station that runs against a foreign CSMS."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from busbar.cli.control import VERBS, serve
from busbar.model.batteries import Battery
from busbar.model.der import ControlType
from busbar.model.facts import TransactionLimit
from busbar.model.versions import Version
from busbar.station.events import (
    BatteryInserted,
    BatteryRemoved,
    CardAuthorized,
    GridFaulted,
    GridRestored,
    LimitsChosen,
    TariffRefused,
    VatNumberEntered,
)
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.panel import Panel
from busbar.station.runtime import Runner
from busbar.station.scenario import StationSpec
from tests.station.conftest import ForeignCsms

SECRET = "the-secret"


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    csms = ForeignCsms()
    await csms.open()
    spec = StationSpec(identity="CS1", version=Version.V201, settings={"RetryBackOffWaitMinimum": "1"})
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with (
        Fleet(FleetConfig(url=csms.url, stations=[spec])) as fleet,
        serve(Panel(fleet.stations["CS1"]), 0, SECRET) as url,
        httpx2.AsyncClient(base_url=url, headers=headers) as found,
    ):
        await until(found, "online", True)
        yield found
    await csms.close()


async def until(client: httpx2.AsyncClient, name: str, value: object) -> dict[str, Any]:
    async with asyncio.timeout(15):
        while True:
            state: dict[str, Any] = (await client.get("/state")).json()
            if {**state, **state["evses"][0]}[name] == value:
                return state
            await asyncio.sleep(0.05)


async def push(client: httpx2.AsyncClient, verb: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/{verb}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def test_a_driver_plugs_in_charges_reads_the_display_and_leaves(client: httpx2.AsyncClient) -> None:
    state = await push(client, "plug-in", evse=1, ev={"capacity_wh": 50_000, "stored_wh": 10_000})
    assert state["evses"][0]["plugged"]
    await push(client, "token", token="CARD", evse=1)
    await until(client, "drawing", True)
    assert (await client.get("/display?evse=1")).json() == {"text": "Authorized"}
    assert "locked" in (await push(client, "unplug", 409, evse=1))["detail"]
    await push(client, "token", token="CARD", evse=1)
    await until(client, "locked", False)
    assert not (await push(client, "unplug"))["evses"][0]["plugged"]


async def test_faults_cuts_and_power(client: httpx2.AsyncClient) -> None:
    assert (await push(client, "fault", code="GroundFailure"))["evses"][0]["fault"] == "GroundFailure"
    assert (await push(client, "clear-fault"))["evses"][0]["fault"] is None
    await push(client, "roll-over")
    await push(client, "clock", by_s=-60)
    await push(client, "cut")
    await until(client, "connected", False)
    await push(client, "restore")
    await until(client, "online", True)
    assert not (await push(client, "power-cut", for_s=0.1))["powered"]
    await until(client, "online", True)


async def test_nobody_does_anything_without_the_token(client: httpx2.AsyncClient) -> None:
    paths = [path for handler in VERBS for path in handler.paths]
    assert len(paths) == 20
    for headers in ({"Authorization": "Bearer other"}, {"Authorization": "the-secret"}, {"Authorization": ""}):
        for path in paths:
            method = "GET" if path in ("/state", "/display") else "POST"
            answer = await client.request(method, path, json={}, headers=headers)
            assert answer.status_code == 401, path


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("plug-in", {"evse": 2}, 409),
        ("plug-in", {"evse": "one"}, 400),
        ("plug-in", {"socket": 1}, 400),
        ("plug-in", {"ev": {"capacity_wh": -1}}, 400),
        ("plug-in", {"contract": "none"}, 409),
        ("token", {}, 400),
        ("token", {"token": "x" * 20_000}, 413),
        ("cut", {"for_s": -1}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, verb: str, body: dict[str, Any], status: int
) -> None:
    await push(client, verb, status, **body)


async def test_what_only_2_1_has_is_passed_on(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[Any] = []
    monkeypatch.setattr(Runner, "feed", lambda _, event: fed.append(event))
    await push(client, "card", psp_ref="psp-1", details={"PaymentBrand": "VISA"})
    await push(client, "vat", number="NL1")
    await push(client, "limits", max_energy_wh=500)
    await push(client, "refuse-tariff")
    await push(client, "battery-in", serial="B", soc_pct=5)
    await push(client, "battery-out")
    await push(client, "grid-fault", control="FreqWatt", fault="OverFrequency")
    await push(client, "grid-restored")
    assert fed == [
        CardAuthorized(1, "psp-1", (("PaymentBrand", "VISA"),)),
        VatNumberEntered(1, "NL1"),
        LimitsChosen(1, TransactionLimit(max_energy_wh=500)),
        TariffRefused(1),
        BatteryInserted(Battery(evse=1, serial="B", soc_pct=5, soh_pct=100.0)),
        BatteryRemoved(1),
        GridFaulted(ControlType.FREQ_WATT, "OverFrequency"),
        GridRestored(),
    ]
    await push(client, "grid-fault", 400, control="FreqWatt", fault="none")
    await push(client, "limits", 409, evse=9)
