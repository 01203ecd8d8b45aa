"""Values that fit a schema, or nearly, and break what comes after: storage, lists, exports, the next start."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets import ConnectionClosed

from tests.system.conftest import Abused, assert_no_trace
from tests.system.lines import Line
from tests.system.scripts import TAG, event

DEADLINE_S = 30.0
AT = datetime.now(UTC).replace(microsecond=0)
VERSIONS = ("2.0.1", "2.1")
STARTS_AGAIN = True  # after the last test, see conftest

pytestmark = pytest.mark.asyncio(loop_scope="module")


def reading(value: str, unit: str = "{}", **more: str) -> str:
    """Return a TransactionEvent as JSON, with a raw value, so that no encoder makes it harmless."""
    sample = f'{{"value":{value},"unitOfMeasure":{unit}}}'
    fields = {
        "eventType": '"Updated"',
        "timestamp": f'"{AT.isoformat()}"',
        "triggerReason": '"MeterValuePeriodic"',
        "seqNo": "1",
        "transactionInfo": '{"transactionId":"t-1"}',
        "evse": '{"id":1,"connectorId":1}',
        "meterValue": f'[{{"timestamp":"{AT.isoformat()}","sampledValue":[{sample}]}}]',
    } | more
    return "{" + ",".join(f'"{name}":{raw}' for name, raw in fields.items()) + "}"


DIGITS = "9" * 100_000
DEEP = '{"vendorId":"v","x":' + '{"x":' * 20_000 + "1" + "}" * 20_001
OK, TYPE, PROPERTY = "ok", "TypeConstraintViolation", "PropertyConstraintViolation"
FORMAT, FORMATION = "FormatViolation", "FormationViolation"
ONLY_21 = {"a token of 255": OK, "a sequence number below zero": PROPERTY}
ENERGIES = {  # where the number makes the poisoned reading, 1 Wh, the first or the last one
    ("2.0.1", "a sequence number below zero"): 2999,
    ("2.0.1", "the largest sequence number"): 0,
    ("2.1", "the largest sequence number"): 0,
}
EVENTS = {
    "the end of the calendar": (reading("1", timestamp='"9999-12-31T23:59:59.999999Z"'), OK),
    "beyond the calendar": (reading("1", timestamp='"9999-12-31T23:59:59-14:00"'), PROPERTY),
    "before the calendar": (reading("1", timestamp='"0001-01-01T00:00:00+14:00"'), PROPERTY),
    "the first day": (reading("1", timestamp='"0001-01-01T00:00:00Z"'), OK),
    "the year 222217": (reading("1", timestamp='"222217-05-04T12:00:00Z"'), PROPERTY),
    "a leap second": (reading("1", timestamp='"2026-06-30T23:59:60Z"'), PROPERTY),
    "no zone": (reading("1", timestamp='"2026-06-30T23:59:59"'), PROPERTY),
    "NUL in the transaction's id": (reading("1", transactionInfo='{"transactionId":"a\\u0000b"}'), PROPERTY),
    "a lone surrogate": (reading("1", transactionInfo='{"transactionId":"a\\ud800b"}'), FORMAT),
    "two surrogates the wrong way round": (reading("1", transactionInfo='{"transactionId":"\\udc00\\ud800"}'), FORMAT),
    "odd letters": (
        reading("1", transactionInfo=json.dumps({"transactionId": "\u202e\ufeff\U0001f50c\u0301'\";--"})),
        OK,
    ),
    "a transaction's id of 255": (reading("1", transactionInfo=json.dumps({"transactionId": "t" * 255})), PROPERTY),
    "1e400": (reading("1e400"), PROPERTY),
    "-1e400": (reading("-1e400"), PROPERTY),
    "1e308": (reading("1e308"), OK),
    "5e-324": (reading("5e-324"), OK),
    "a huge multiplier": (reading("1", '{"unit":"kWh","multiplier":2147483647}'), OK),
    "a huge value with a huge multiplier": (reading("1e308", '{"unit":"Wh","multiplier":308}'), OK),
    "a tiny multiplier": (reading("1", '{"unit":"Wh","multiplier":-2147483648}'), OK),
    "an integer of 100,000 digits": (reading(DIGITS), PROPERTY),
    "a multiplier of 100,000 digits": (reading("1", '{"multiplier":' + DIGITS + "}"), PROPERTY),
    "a sequence number of 100,000 digits": (reading("1", seqNo=DIGITS), PROPERTY),
    "the largest sequence number": (reading("1", seqNo="2147483647"), OK),
    "a sequence number too large": (reading("1", seqNo="2147483648"), PROPERTY),
    "a sequence number below zero": (reading("1", seqNo="-1"), OK),
    "a sequence number with a fraction": (reading("1", seqNo="1.5"), TYPE),
    "an EVSE too large": (reading("1", evse='{"id":2147483648}'), PROPERTY),
    "a key twice": (reading("1", customData='{"vendorId":"v","vendorId":"w"}'), FORMAT),
    "deep custom data": (reading("1", customData=DEEP), FORMAT),
    "wide custom data": (
        reading("1", customData=json.dumps({"vendorId": "v"} | {f"k{n}": n for n in range(10_000)})),
        OK,
    ),
    "many samples": (reading("1," + ",".join(['"context":"Other"'] * 2)), FORMAT),
    "minus zero": (reading("-0.0"), OK),
    "a token of 255": (reading("1", idToken=json.dumps({"idToken": "n" * 255, "type": "ISO14443"})), PROPERTY),
}


async def outcome(opened: Line, action: str, payload: str) -> str:
    """Send a call and return what came of it: `ok`, the code of an error, or `closed`."""
    try:
        frame = await opened.ask(f'[2,"m-1","{action}",{payload}]', "m-1")
    except ConnectionClosed:
        return "closed"
    assert_no_trace(json.dumps(frame))
    return "ok" if frame[0] == 3 else str(frame[2])


async def lists(abused: Abused, station: str) -> list[dict[str, Any]]:
    """Read everything the interface shows of a station, as text too; return its sessions."""
    sessions = await abused.interface.every("/sessions", station=station)
    await abused.interface.every(f"/stations/{station}/meter-values")
    for session in sessions:
        await abused.interface.get(f"/sessions/{session['id']}/meter-values")
    messages = await abused.interface.every("/messages", station=station)
    assert not [m for m in messages if m["outcome"] == "parked"], "stored without being understood"
    table = await abused.interface.client.get(f"/stations/{station}/meter-values.csv")
    assert table.status_code == 200
    assert_no_trace(table.text)
    return sessions


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", EVENTS)
async def test_a_poisoned_event_is_answered_and_the_session_goes_on(abused: Abused, version: str, kind: str) -> None:
    station = f"EVENT-{version}-{list(EVENTS).index(kind)}"
    async with asyncio.timeout(DEADLINE_S):
        connect = await abused.station(version, station)
        async with connect() as opened:
            await opened.call("TransactionEvent", event("Started", "t-1", 0, AT, 1000))
            text, code = EVENTS[kind]
            wanted = code if version == "2.0.1" else ONLY_21.get(kind, code)
            assert await outcome(opened, "TransactionEvent", text) == wanted
        async with connect() as opened:
            await opened.call("TransactionEvent", event("Ended", "t-1", 2, AT + timedelta(minutes=9), 3000))
        sessions = {s["transaction_id"]: s for s in await lists(abused, station)}
        assert not sessions["t-1"]["active"]
        assert sessions["t-1"]["energy_wh"] == ENERGIES.get((version, kind), 2000)


STARTS = {
    "the end of the calendar": ('"connectorId":1,"idTag":"T","meterStart":1,"timestamp":"9999-12-31T23:59:59Z"', OK),
    "beyond the calendar": (
        '"connectorId":1,"idTag":"T","meterStart":1,"timestamp":"9999-12-31T23:59:59-14:00"',
        PROPERTY,
    ),
    "a meter of 100,000 digits": (
        f'"connectorId":1,"idTag":"T","meterStart":{DIGITS},"timestamp":"2026-05-04T12:00:00Z"',
        PROPERTY,
    ),
    "a meter too large": (
        '"connectorId":1,"idTag":"T","meterStart":2147483648,"timestamp":"2026-05-04T12:00:00Z"',
        PROPERTY,
    ),
    "a meter below zero": (
        '"connectorId":1,"idTag":"T","meterStart":-2147483648,"timestamp":"2026-05-04T12:00:00Z"',
        OK,
    ),
    "a connector too large": (
        '"connectorId":4294967296,"idTag":"T","meterStart":1,"timestamp":"2026-05-04T12:00:00Z"',
        PROPERTY,
    ),
    "NUL in the tag": (
        '"connectorId":1,"idTag":"a\\u0000b","meterStart":1,"timestamp":"2026-05-04T12:00:00Z"',
        PROPERTY,
    ),
    "a lone surrogate": (
        '"connectorId":1,"idTag":"\\udfff","meterStart":1,"timestamp":"2026-05-04T12:00:00Z"',
        FORMATION,
    ),
    "a tag of 255": (
        f'"connectorId":1,"idTag":"{"n" * 255}","meterStart":1,"timestamp":"2026-05-04T12:00:00Z"',
        PROPERTY,
    ),
    "1970": ('"connectorId":1,"idTag":"T","meterStart":1,"timestamp":"1970-01-01T00:00:00Z"', OK),
}


@pytest.mark.parametrize("kind", STARTS)
async def test_a_poisoned_start_is_answered_and_the_next_one_too(abused: Abused, kind: str) -> None:
    station = f"START-{list(STARTS).index(kind)}"
    start = {"connectorId": 1, "idTag": TAG, "meterStart": 5, "timestamp": AT.isoformat()}
    async with asyncio.timeout(DEADLINE_S):
        connect = await abused.station("1.6", station)
        async with connect() as opened:
            text, code = STARTS[kind]
            assert await outcome(opened, "StartTransaction", "{" + text + "}") == code
            assert (await opened.call("StartTransaction", start))["transactionId"] > 0
        assert await lists(abused, station)


VALUES = ["1e400", "-1e400", "NaN", "Infinity", "-inf", "1e308", DIGITS[:50_000], "0x10", "1_000", "\u0663", "", " 7 ",
          "1,5", "a\u202eb", "=1+1", "1e-400", "--1", "1E999999999"]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12].encode("unicode_escape").decode())
async def test_a_poisoned_16_value_is_answered_and_shown(abused: Abused, value: str) -> None:
    station = f"VALUE-{VALUES.index(value)}"
    at = AT.isoformat()
    units = [{}, {"unit": "kWh"}, {"measurand": "Power.Active.Import", "unit": "kW"}, {"measurand": "SoC"}]
    samples = [{"value": value} | unit for unit in units]
    body = {"connectorId": 1, "meterValue": [{"timestamp": at, "sampledValue": samples}]}
    async with asyncio.timeout(DEADLINE_S):
        async with (await abused.station("1.6", station))() as opened:
            assert await outcome(opened, "MeterValues", json.dumps(body)) == "ok"
            good = {"timestamp": at, "sampledValue": [{"value": "1500"}]}
            await opened.call("MeterValues", {"connectorId": 1, "meterValue": [good]})
        await lists(abused, station)
        values = await abused.interface.every(f"/stations/{station}/meter-values")
        assert 1500 in [v["energy_wh"] for v in values]


async def test_after_all_that_the_server_is_ready_and_counts_everything(abused: Abused) -> None:
    before = await abused.interface.get("/totals")
    shown = len(await abused.interface.every("/sessions"))
    after = await abused.interface.get("/totals")
    assert before["sessions"] <= shown <= after["sessions"]
    assert (await abused.interface.client.get(f"{abused.server.api_url}/readyz")).status_code == 200
