"""A token is looked at before a remote start only where the station would not ask about it."""

from datetime import UTC, datetime

import pytest

from busbar.csms.changes import RowPut
from busbar.csms.records.device_model import ModelValue
from busbar.csms.services.device_model import path
from busbar.model.orders import VariableName

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
START = "/api/v1/stations/CS1/commands/remote-start"
KEY = VariableName(variable="AuthorizeRemoteTxRequests")
VARIABLE = VariableName(component="AuthCtrlr", variable="AuthorizeRemoteStart")


async def _station(world, name: VariableName, value: str | None) -> None:
    row = await world.add_station()
    said = ModelValue(station_id=row.id, path=path(name), attribute="Actual", value=value, at=NOON, source="read")
    await world.store.commit([RowPut(said)])


@pytest.mark.parametrize("name", [KEY, VARIABLE])
async def test_a_token_that_nobody_would_ask_about_is_judged_first__F01_FR_02(world, api, name) -> None:
    await _station(world, name, "False")
    await api.post("/api/v1/tokens", json={"value": "BAD", "status": "Blocked"})
    await api.post("/api/v1/tokens", json={"value": "GOOD"})
    refused = await api.post(START, json={"token": "BAD"})
    assert refused.status_code == 409
    assert "Blocked" in refused.json()["detail"]
    assert (await api.post(START, json={"token": "NOBODY"})).status_code == 409
    assert (await api.post(START, json={"token": "GOOD"})).status_code == 200
    assert (await api.post(START, json={"token": "BAD", "force": True})).status_code == 200
    assert [request.token.value for _, request, _ in world.dispatcher.asked] == ["GOOD", "BAD"]


@pytest.mark.parametrize("value", ["true", None])
async def test_a_station_that_asks_is_left_to_ask__F01_FR_01(world, api, value) -> None:
    await _station(world, KEY, value)
    assert (await api.post(START, json={"token": "NOBODY"})).status_code == 200


async def test_a_station_of_which_nothing_is_known_may_ask(world, api) -> None:
    await world.add_station()
    assert (await api.post(START, json={"token": "NOBODY"})).status_code == 200
