"""Orders: each route becomes the right one, and bad input sends nothing."""

from datetime import UTC, datetime

import pytest

from busbar.csms.changes import ConnectionOpened
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.sessions import StationLimit
from busbar.csms.services.authorization import LIMITS
from busbar.csms.services.remote_starts import limit_name
from busbar.model.orders import (
    ChangeAvailability,
    ClearCache,
    GetVariables,
    Reset,
    ResetKind,
    SetVariables,
    StartTransaction,
    StopTransaction,
    TransferData,
    Trigger,
    Unlock,
    VariableName,
)
from busbar.model.sessions import GetTransactionStatus
from busbar.model.values import IdToken, Place
from busbar.model.versions import Version

COMMANDS = "/api/v1/stations/CS1/commands"
ORDERS = [
    ("remote-start", {"token": "ABC"}, StartTransaction(token=IdToken("ABC"), remote_start_id=1)),
    (
        "remote-start",
        {"token": "ABC", "token_kind": "Central", "evse": 2},
        StartTransaction(token=IdToken("ABC", "Central"), remote_start_id=1, evse=2),
    ),
    ("remote-stop", {"transaction_id": "t7"}, StopTransaction(transaction_id="t7")),
    ("get-transaction-status", {"transaction_id": "t7"}, GetTransactionStatus(transaction_id="t7")),
    ("get-transaction-status", {}, GetTransactionStatus()),
    ("reset", {}, Reset(kind=ResetKind.ON_IDLE)),
    ("reset", {"kind": "Immediate", "evse": 1}, Reset(kind=ResetKind.IMMEDIATE, evse=1)),
    ("trigger", {"message": "Heartbeat"}, Trigger(message="Heartbeat")),
    ("trigger", {"message": "MeterValues", "evse": 1}, Trigger(message="MeterValues", place=Place(1))),
    ("availability", {"operative": False}, ChangeAvailability(operative=False)),
    (
        "availability",
        {"operative": True, "evse": 1, "connector": 2},
        ChangeAvailability(operative=True, place=Place(1, 2)),
    ),
    ("unlock", {"evse": 1}, Unlock(place=Place(1, 1))),
    ("clear-cache", None, ClearCache()),
    ("get-variables", {}, GetVariables(names=[])),
    (
        "get-variables",
        {"variables": [{"variable": "Interval", "component": "Ctrlr", "attribute": "MaxSet"}]},
        GetVariables(names=[VariableName(variable="Interval", component="Ctrlr", attribute="MaxSet")]),
    ),
    (
        "set-variables",
        {"variables": [{"variable": "HeartbeatInterval", "value": "60"}]},
        SetVariables(values=[(VariableName(variable="HeartbeatInterval"), "60")]),
    ),
    ("data-transfer", {"vendor_id": "v", "data": "{}"}, TransferData(vendor_id="v", data="{}")),
]


@pytest.mark.parametrize(("name", "body", "order"), ORDERS)
async def test_a_command_becomes_an_order_and_its_answer_comes_back(api, world, name, body, order):
    await world.add_station()
    answer = await api.post(f"{COMMANDS}/{name}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "accepted"
    assert answer.json()["status"] == "Accepted"
    assert answer.json()["station"] == "CS1"
    ((station, request, _),) = world.dispatcher.asked
    assert station.identity == "CS1"
    assert request == order


async def test_a_session_is_stopped_by_its_number(api, world):
    row = await world.add_station()
    await world.add_session(row.id, 7)
    assert (await api.post("/api/v1/sessions/7/stop")).status_code == 200
    assert world.dispatcher.asked[0][1] == StopTransaction(transaction_id="t7")
    assert (await api.post("/api/v1/sessions/8/stop")).status_code == 404
    await world.add_session(row.id, 9, transaction_id="t~1767225600")  # an id that its station used again
    await api.post("/api/v1/sessions/9/stop")
    assert world.dispatcher.asked[1][1] == StopTransaction(transaction_id="t")


async def test_a_token_is_of_the_kind_that_the_list_has_for_it__F01_FR_01(api, world):
    await world.add_station()
    await api.post("/api/v1/tokens", json={"value": "CARD", "kind": "ISO14443"})
    await api.post(f"{COMMANDS}/remote-start", json={"token": "card", "group": "CARD", "group_kind": "Local"})
    order = world.dispatcher.asked[0][1]
    assert (order.token, order.group) == (IdToken("card", "ISO14443"), IdToken("CARD", "Local"))
    await api.post(f"{COMMANDS}/remote-start", json={"token": "card", "group": "CARD"})
    assert world.dispatcher.asked[-1][1].group == IdToken("CARD")  # the group's type, not that of a card of its name


async def test_a_remote_start_has_a_limit_that_the_station_knows__F07_FR_01_E16_FR_12(api, world):
    station = await world.add_station(version=Version.V16)
    body = {"token": "PSP-1", "token_kind": "DirectPayment", "limit": {"max_cost": 20.0}}
    assert "limit" in (await api.post(f"{COMMANDS}/remote-start", json=body)).text
    await world.store.commit([ConnectionOpened(station.id, 2, Version.V21, datetime.now(UTC), "")])
    assert (await api.post(f"{COMMANDS}/remote-start", json=body)).status_code == 200
    number = world.dispatcher.asked[-1][1].remote_start_id
    kept = await world.store.get(StationLimit, station.id, limit_name(number))
    assert (kept.max_cost, kept.max_energy_wh) == (20.0, None)
    said = ModelValue(
        station_id=station.id, path=LIMITS, attribute="Actual", value="maxTime, maxEnergy", at=kept.at, source="report"
    )
    await world.store.put(said)
    assert "maxenergy, maxtime" in (await api.post(f"{COMMANDS}/remote-start", json=body)).text


async def test_each_remote_start_has_its_own_number(api, world):
    await world.add_station()
    for _ in range(2):
        await api.post(f"{COMMANDS}/remote-start", json={"token": "A"})
    assert [request.remote_start_id for _, request, _ in world.dispatcher.asked] == [1, 2]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("remote-start", {}, "token"),
        ("remote-start", {"token": "a", "evse": 0}, "evse"),
        ("remote-start", {"token": "a", "evse": 2**31}, "evse"),
        ("remote-start", {"token": "a", "token_kind": "no kind"}, "token_kind"),
        ("remote-stop", {"transaction_id": "x" * 37}, "transaction_id"),
        ("reset", {"kind": "Softly"}, "kind"),
        ("trigger", {"message": ""}, "message"),
        ("availability", {}, "operative"),
        ("availability", {"operative": "perhaps"}, "operative"),
        ("unlock", {}, "evse"),
        ("get-variables", {"variables": [{"variable": "x" * 51}]}, "variables[0].variable"),
        ("get-variables", {"variables": [{"variable": "a"}] * 101}, "variables"),
        ("set-variables", {"variables": []}, "variables"),
        ("set-variables", {"variables": [{"variable": "a"}]}, "variables[0].value"),
        ("set-variables", {"variables": [{"variable": "a", "value": "x" * 2501}]}, "variables[0].value"),
        ("data-transfer", {"vendor_id": "x" * 256}, "vendor_id"),
        ("data-transfer", {"vendor_id": "v", "data": "x" * 65_537}, "data"),
    ],
)
async def test_bad_input_names_its_field_and_sends_nothing(api, world, name, body, field):
    await world.add_station()
    answer = await api.post(f"{COMMANDS}/{name}", json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert world.dispatcher.asked == []
