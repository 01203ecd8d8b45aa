"""Broken messages of a tolerated station are taken in as they were meant; all others stay refused."""

import asyncio
import json
from datetime import UTC, datetime

from busbar.csms.records.tolerances import Tolerance, Violation
from busbar.csms.rows import CommandState
from busbar.model.orders import GetVariables

LONG = {"connectorId": 1, "status": "Available", "errorCode": "NoError", "info": "x" * 60}
STOP = {"transactionId": 99, "meterStop": 1.0, "timestamp": "2026-05-01T12:00:00", "reason": "Normal"}


async def _tolerate(rig) -> None:
    station = await rig.station()
    await rig.store.insert(Tolerance(station_id=station.id, added_at=datetime.now(UTC), added_by="me"))
    rig.bus.publish("busbar.changed.tolerances", b"")
    await rig.until(lambda: rig.node.safeguards.tolerances)


async def test_a_tolerated_station_is_understood(rig) -> None:
    await _tolerate(rig)
    client = await rig.connect()
    await client.boot()
    assert (await client.call("StatusNotification", LONG))[0] == 3
    assert (await client.call("StopTransaction", STOP))[0] == 3
    assert (await client.call("Authorize", {"idTag": "x" * 30}))[2] == "PropertyConstraintViolation"
    assert (await client.call("Odd", {}))[2] == "NotImplemented"
    await client.ws.send('[2,"no-payload","Heartbeat"]')
    assert (await client.read())[0] == 4
    fixes = {(row.action, row.fix) for row in await rig.store.find(Violation)}
    assert fixes == {
        ("StatusNotification", "cut: info"),
        ("StopTransaction", "not an integer: meterStop"),
        ("StopTransaction", "time without a zone: timestamp"),
        ("StopTransaction", "not one of the values: reason"),
    }
    assert rig.node.sentry.mender.mended == 2
    (stored,) = await rig.exchanges(action="StatusNotification")
    assert stored.outcome == "ok"
    assert json.loads(stored.request)[3] == LONG


async def test_the_same_violation_is_kept_once(rig) -> None:
    await _tolerate(rig)
    client = await rig.connect()
    for _ in range(3):
        await client.call("StatusNotification", LONG)
    assert len(await rig.store.find(Violation)) == 1


async def test_an_answer_of_a_tolerated_station_is_understood(rig) -> None:
    await _tolerate(rig)
    client = await rig.connect()
    await client.boot()
    asking = asyncio.create_task(
        rig.node.dispatch(await rig.station(), GetVariables(names=[]), wait_s=5, requested_by="me")
    )
    key = {"key": "HeartbeatInterval", "readonly": "false", "value": 300}
    assert await client.answer({"configurationKey": [key], "unknownKey": None}) == "GetConfiguration"
    assert (await asking).state is CommandState.ACCEPTED


async def test_all_others_stay_refused(rig) -> None:
    client = await rig.connect()
    await client.boot()
    assert (await client.call("StatusNotification", LONG))[2] == "PropertyConstraintViolation"
    assert await rig.store.find(Violation) == []
