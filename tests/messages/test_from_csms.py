"""Every call that a CSMS may make, in every version: sent as it was asked for, its answer understood and stored."""

import asyncio
import json
import logging

import pytest

from busbar.csms.ports import RawCall
from busbar.csms.rows import CommandState
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.versions import RULES
from tests.fixtures.schemas import ENCODER, load, minimal

CALLED = [
    (v, a.name)
    for v, actions in ACTIONS.items()
    for a in actions.values()
    if a.origin is not Origin.STATION and a.response is not None
]


@pytest.mark.parametrize(("version", "action"), CALLED)
async def test_a_call_goes_out_and_its_answer_is_understood(world, caplog, version, action):
    link, station = await world.station(version)
    payload = ENCODER.encode(minimal(load(version, action, "Request")))
    call = RawCall(action=action, payload=payload)
    sent = asyncio.create_task(world.node.dispatch(station, call, wait_s=10, requested_by="op"))
    _, message_id, name, received = await link.read()
    assert name == action
    assert received == json.loads(payload)
    await link.ws.send(json.dumps([3, message_id, minimal(load(version, action, "Response"))], default=float))
    command = await sent
    assert command.state in (CommandState.ACCEPTED, CommandState.REJECTED)
    assert (await link.call("Heartbeat", {}))[0] == 3
    [row] = [row for row in await world.exchanges(action) if row.origin == "csms"]
    assert row.outcome == "ok"
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(("version", "action"), CALLED)
async def test_an_answer_that_breaks_its_schema_or_an_error_ends_a_call(world, caplog, version, action):
    link, station = await world.station(version)
    payload = ENCODER.encode(minimal(load(version, action, "Request")))
    for answer in ([3, {"zzz": 1}], [4, "InternalError", "no", {}]):
        call = RawCall(action=action, payload=payload)
        sent = asyncio.create_task(world.node.dispatch(station, call, wait_s=10, requested_by="op"))
        _, message_id, _, _ = await link.read()
        await link.ws.send(json.dumps([answer[0], message_id, *answer[1:]]))
        if answer[0] == 3 and RULES[version].result_errors:
            assert (await link.read())[:2] == [5, message_id]
        assert (await sent).state is CommandState.ERROR
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
