"""Every message that a station may send, in every version: taken in, stored as it came, answered by its schema."""

import json
import logging

import jsonschema
import pytest

from busbar.protocol.actions import ACTIONS, Origin
from tests.fixtures.schemas import load, minimal

SENT = [(v, a.name) for v, actions in ACTIONS.items() for a in actions.values() if a.origin is not Origin.CSMS]


@pytest.mark.parametrize(("version", "action"), SENT)
async def test_a_message_is_answered_by_its_schema_and_stored_as_it_came(world, caplog, version, action):
    link, _ = await world.station(version)
    payload = minimal(load(version, action, "Request"))
    sends = ACTIONS[version][action].response is None
    text = json.dumps([6 if sends else 2, "the-id", action, payload], default=float)
    await link.ws.send(text)
    answer = None if sends else await link.read()
    assert (await link.call("Heartbeat", {}))[0] == 3
    if answer is not None:
        assert answer[:2] == [3, "the-id"], answer
        jsonschema.validate(answer[2], load(version, action, "Response"))
    if action != "Heartbeat":
        row = next(row for row in await world.exchanges(action) if row.message_id == "the-id")
        assert (row.request, row.outcome) == (text.encode(), "ok")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
