"""What leaves no doubt is mended, and nothing else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model.versions import Version
from busbar.protocol import codec, repair

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW = "2026-05-01T11:00:00Z"


def mended(action: str, payload: Any, version: Version = Version.V16) -> tuple[Any, list[str]] | None:
    """Return what the payload became, and what was wrong; None where it stays refused."""
    found = repair.request(version, action, json.dumps(payload).encode(), AT)
    return None if found is None else (json.loads(codec.encode(found.payload)), found.fixes)


def status(**more: Any) -> dict[str, Any]:
    return {"connectorId": 1, "status": "Available", "errorCode": "NoError"} | more


def meter(sample: Any, at: Any = NOW, **more: Any) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": at, "sampledValue": sample}]} | more


def stop(**more: Any) -> dict[str, Any]:
    return {"transactionId": 7, "meterStop": 100, "timestamp": NOW} | more


@pytest.mark.parametrize(
    ("action", "payload", "changed", "fix"),
    [
        ("StatusNotification", status(info="x" * 60), {"info": "x" * 50}, "cut: info"),
        ("StatusNotification", status(info=None), {}, "null: info"),
        ("StatusNotification", status(odd=1), {}, "unknown field: ?"),
        ("StatusNotification", status(status="available"), {}, "not one of the values: status"),
        ("StatusNotification", status(status="Occupied"), {"status": "Preparing"}, "not one of the values: status"),
        (
            "StatusNotification",
            status(errorCode="E17"),
            {"errorCode": "OtherError"},
            "not one of the values: errorCode",
        ),
        ("StatusNotification", status(errorCode=None), {}, "missing: errorCode"),
        ("StatusNotification", status(connectorId="1"), {}, "not an integer: connectorId"),
        ("StatusNotification", status(timestamp=""), {}, "left out: timestamp"),
        ("StatusNotification", status(timestamp=NOW[:-1]), {"timestamp": NOW}, "time without a zone: timestamp"),
        ("StatusNotification", status(timestamp="2026-05-01 11:00:00"), {"timestamp": NOW}, "zone: timestamp"),
        ("StatusNotification", status(timestamp=1777633200), {"timestamp": NOW}, "seconds since 1970: timestamp"),
        ("StatusNotification", status(timestamp="1777633200000"), {"timestamp": NOW}, "seconds since 1970: timestamp"),
        ("StopTransaction", stop(reason="Normal"), {"reason": "Other"}, "not one of the values: reason"),
        ("StopTransaction", stop(reason="power loss"), {"reason": "PowerLoss"}, "not one of the values: reason"),
        ("StopTransaction", stop(idTag=None, transactionData=None), {}, "null: idTag"),
        ("StopTransaction", stop(meterStop=100.4), {}, "not an integer: meterStop"),
        ("StopTransaction", stop(meterStop="100"), {}, "not an integer: meterStop"),
        ("StopTransaction", stop(idTag="x" * 30), {}, "left out: idTag"),
    ],
)
def test_mends_what_leaves_no_doubt(action: str, payload: Any, changed: Any, fix: str) -> None:
    plain = status() if action == "StatusNotification" else stop()
    found = mended(action, payload)
    assert found is not None
    assert found[0] == plain | changed
    assert any(fix in one for one in found[1])


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Authorize", {"idTag": "x" * 30}),  # a part of a token is another token
        ("Authorize", {"idTag": None}),
        ("Authorize", {}),
        ("Authorize", []),
        ("StatusNotification", status(connectorId=None)),
        ("StatusNotification", status(connectorId="one")),
        ("StatusNotification", status(status="Odd")),
        ("StopTransaction", stop(meterStop="much")),
        ("StopTransaction", stop(meterStop=True)),
        ("StopTransaction", stop(meterStop=2**40)),
        ("MeterValues", meter([{"value": "1", "measurand": "Odd"}])),  # would be read as energy
        ("MeterValues", meter([{"value": "1", "unit": "furlong"}])),
        ("MeterValues", meter([])),
        ("Odd", {}),
    ],
)
def test_leaves_alone_what_is_doubtful(action: str, payload: Any) -> None:
    assert mended(action, payload) is None


def test_leaves_alone_what_nothing_is_wrong_with_or_is_no_json() -> None:
    assert mended("StatusNotification", status()) is None
    assert repair.request(Version.V16, "StatusNotification", b"{", AT) is None
    assert repair.request(Version.V16, "StatusNotification", b"[" * 100_000, AT) is None
    assert repair.request(Version.V16, "Authorize", b'{"idTag":1e400}', AT) is None
    for text in (b"1" * 400, b'"\\ud800"', b"{}", b"[[]]", b"NaN", b"-Infinity", b"true"):
        assert repair.request(Version.V16, "Authorize", b'{"idTag":%b}' % text, AT) is None
    assert repair.request(Version.V21, "NotifyReport", b'{"requestId":%b}' % (b"9" * 5000), AT) is None
    twice = b'{"connectorId":"1","connectorId":2,"status":"Available","errorCode":"NoError"}'
    assert repair.request(Version.V16, "StatusNotification", twice, AT) is None


def test_keeps_the_samples_that_can_be_read() -> None:
    samples = [{"value": 12.5}, {"value": "1", "measurand": "Odd"}, {"value": "230", "measurand": "voltage"}]
    found = mended("MeterValues", meter(samples, transactionId=None))
    assert found is not None
    assert found[0] == meter([{"value": "12.5"}, {"value": "230", "measurand": "Voltage"}])
    assert "left out: meterValue[].sampledValue[]" in found[1]


def test_gives_a_reading_without_a_time_that_of_its_receipt() -> None:
    found = mended("MeterValues", meter([{"value": "1"}], "yesterday"))
    assert found is not None
    assert found[0]["meterValue"][0]["timestamp"] == "2026-05-01T12:00:00Z"
    assert found[1] == ["time of receipt: meterValue[].timestamp"]


def test_takes_one_object_for_a_list_of_one() -> None:
    payload = {"connectorId": 1, "meterValue": {"timestamp": NOW, "sampledValue": {"value": 1}}}
    found = mended("MeterValues", payload)
    assert found is not None
    assert found[0] == meter([{"value": "1"}])


def test_writes_vendors_data_as_text() -> None:
    found = mended("DataTransfer", {"vendorId": "V", "data": {"a": 1}})
    assert found is not None
    assert found[0] == {"vendorId": "V", "data": '{"a": 1}'}


def test_mends_answers_too() -> None:
    answer = {"configurationKey": [{"key": "A", "readonly": "false", "value": 5}], "unknownKey": None}
    found = repair.response(Version.V16, "GetConfiguration", json.dumps(answer).encode(), AT)
    assert found is not None
    said = {"configurationKey": [{"key": "A", "readonly": False, "value": "5"}]}
    assert json.loads(codec.encode(found.payload)) == said


def test_mends_newer_versions_and_keeps_what_vendors_add() -> None:
    payload = {
        "timestamp": NOW[:-1],
        "connectorStatus": "occupied",
        "evseId": 1,
        "connectorId": 1,
        "customData": {"vendorId": "V", "more": None},
    }
    found = mended("StatusNotification", payload, Version.V201)
    assert found is not None
    assert found[0] == payload | {"timestamp": NOW, "connectorStatus": "Occupied"}


def test_never_tells_what_a_station_sent_and_stops_counting() -> None:
    secret = {f"secret{n}": 1 for n in range(100)}
    found = mended("StatusNotification", status(info=None) | secret)
    assert found is not None
    assert found[1] == ["unknown field: ?", "null: info"]
