"""Payload errors: each with its code, a place and no content; and the checks that no schema has."""

import re

import pytest

from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode, RemoteProtocolError

V16, V201, V21 = Version
FORMAT, TYPE = ErrorCode.FORMAT_VIOLATION, ErrorCode.TYPE_CONSTRAINT_VIOLATION
OCCURRENCE, PROPERTY = ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
STATUS = b'{"timestamp":%b,"connectorStatus":%b,"evseId":%b,"connectorId":1}'
TIME, AVAILABLE = b'"2026-01-01T12:00:00Z"', b'"Available"'


def refusal(version: Version, action: str, payload: bytes) -> tuple[ErrorCode, str]:
    with pytest.raises(RemoteProtocolError) as caught:
        codec.decode_request(version, action, payload)
    return caught.value.code, caught.value.description


def status(time: bytes = TIME, state: bytes = AVAILABLE, evse: bytes = b"1") -> bytes:
    return STATUS % (time, state, evse)


def custom(value: bytes) -> bytes:
    return b'{"customData":{"vendorId":"x","a":%b}}' % value


# One line of busbar.protocol.codec._CODES each, in its order.
SAID = [
    (V21, "StatusNotification", b'{"timestamp":%b}' % TIME, OCCURRENCE, "required field missing: connectorStatus"),
    (V21, "Heartbeat", b'{"secret":1}', FORMAT, "unknown field"),
    (V21, "GetVariables", b'{"getVariableData":[]}', OCCURRENCE, "too few or too many items: getVariableData"),
    (V16, "Authorize", b'{"idTag":"123456789012345678901"}', PROPERTY, "text too long: idTag"),
    (V21, "StatusNotification", status(state=b'"Secret"'), PROPERTY, "not one of the values: connectorStatus"),
    (V21, "StatusNotification", status(evse=b'"1"'), TYPE, "wrong type: evseId"),
    (V21, "Heartbeat", b'{"customData":[]}', TYPE, "wrong type: customData"),
    (V21, "StatusNotification", status(evse=b"2147483648"), PROPERTY, "number too large: evseId"),
    (V21, "StatusNotification", status(evse=b"-1"), PROPERTY, "number too small: evseId"),
    (V21, "StatusNotification", status(time=b'"2026-01-01T12:00:00"'), PROPERTY, "time without a zone: timestamp"),
    (V21, "StatusNotification", status(time=b'"secret"'), PROPERTY, "not a date-time: timestamp"),
    (V21, "StatusNotification", status(evse=b"1" * 10**5), PROPERTY, "number out of range: evseId"),
    (
        V16,
        "SetChargingProfile",
        b'{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":1,"chargingProfilePurpose":'
        b'"TxProfile","chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"A",'
        b'"chargingSchedulePeriod":[{"startPeriod":0,"limit":0.15}]}}}',
        PROPERTY,
        "more than one decimal: csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]",
    ),
    (V21, "Heartbeat", custom(b"[" * 40 + b"]" * 40), FORMAT, "nested too deeply: customData"),
]


@pytest.mark.parametrize(("version", "action", "payload", "code", "description"), SAID)
def test_each_failure_has_its_code_and_place(
    version: Version, action: str, payload: bytes, code: ErrorCode, description: str
) -> None:
    assert refusal(version, action, payload) == (code, description)


def test_an_unknown_field_is_named_apart_from_what_is_answered() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        codec.decode_request(V21, "Heartbeat", b'{"customData":{"vendorId":"x"},"secret":1}')
    assert (caught.value.description, caught.value.unknown) == ("unknown field", "secret")


def test_every_text_of_msgspec_in_the_code_map_occurs() -> None:
    texts = [text for _, _, text in codec._CODES]
    said = [re.sub(": .*", "", description) for *_, description in SAID]
    assert said == texts


@pytest.mark.parametrize(
    "payload",
    [
        b'{"customData":{"vendorId":"x"},"customData":{"vendorId":"x"}}',
        b'{"customData" :{"vendorId":"x"},"customData":{"vendorId":"x"}}',
        b'{"customData":{"vendorId":"x"},"custom\\u0044ata":{"vendorId":"x"}}',
        custom(b'{"b":1,"b":1}'),
        custom(b'{"b" :1,"b":2}'),
        custom(b'[{"b":"\\"","\\u0062":2}]'),
    ],
)
def test_a_key_that_comes_twice_is_refused(payload: bytes) -> None:
    assert refusal(V21, "Heartbeat", payload) == (FORMAT, "a key came twice")


@pytest.mark.parametrize(
    "value",
    [b'"\\""', b'"\\\\u0000"', b'{"b":{"c":1},"d":{"c":1}}', b'" : \\" , "', b'{ "b" : "\\u00e9" , "c" : [ ] }'],
)
def test_odd_but_single_keys_are_taken(value: bytes) -> None:
    codec.decode_request(V21, "Heartbeat", custom(value))


def test_nul_is_refused_in_texts_and_keys() -> None:
    for value in (b'"a\\u0000"', b'{"\\u0000":1}', b'[[{"a":["\\u0000"]}]]'):
        assert refusal(V21, "Heartbeat", custom(value)) == (PROPERTY, "NUL in a text")


@pytest.mark.parametrize(
    "value", [b"NaN", b"Infinity", b'"\\ud800"', b'"\xff"', b"01", b"1.", b"'a'", b'"\x00"', b"[1,]"]
)
def test_what_is_not_json_is_refused(value: bytes) -> None:
    assert refusal(V21, "Heartbeat", custom(value)) == (FORMAT, "not JSON")


@pytest.mark.parametrize("value", [b"1e400", b"-1e400", b"1" * 10**5])
def test_free_numbers_that_no_float_holds_are_refused(value: bytes) -> None:
    assert refusal(V21, "Heartbeat", custom(value))[0] is PROPERTY


def test_deep_nesting_is_refused_without_a_crash() -> None:
    assert refusal(V21, "Heartbeat", custom(b"[" * 10**6 + b"]" * 10**6))[0] is FORMAT
    assert refusal(V21, "Heartbeat", b'{"a":' * 10**6)[0] is FORMAT


@pytest.mark.parametrize(
    ("time", "taken"),
    [
        (b'"9999-12-31T23:59:59Z"', True),
        (b'"9999-12-31T12:00:00-05:00"', True),
        (b'"9999-12-31T23:59:59-05:00"', False),
        (b'"\\u0039999-12-31T23:59:59-05:00"', False),
        (b'"0001-01-01T00:00:00Z"', True),
        (b'"0001-01-01T06:00:00+05:00"', True),
        (b'"0001-01-01T00:00:00+05:00"', False),
    ],
)
def test_a_time_must_have_a_utc_form(time: bytes, taken: bool) -> None:
    if taken:
        codec.decode_request(V21, "StatusNotification", status(time=time))
    else:
        assert refusal(V21, "StatusNotification", status(time=time)) == (PROPERTY, "a time beyond the calendar")


def test_text_that_looks_like_such_a_time_is_text() -> None:
    codec.decode_request(V21, "Heartbeat", custom(b'"9999-12-31T23:59:59-05:00"'))


@pytest.mark.parametrize("version", list(Version))
def test_null_means_no_payload(version: Version) -> None:
    assert codec.encode(codec.decode_request(version, "Heartbeat", b" null ")) == b"{}"
    assert codec.encode(codec.decode_response(version, "MeterValues", b"null")) == b"{}"
    assert refusal(version, "BootNotification", b"null")[0] is OCCURRENCE


def test_an_unknown_action_is_not_implemented() -> None:
    assert refusal(V16, "TransactionEvent", b"{}") == (ErrorCode.NOT_IMPLEMENTED, "unknown action")


def test_a_description_never_repeats_the_content() -> None:
    secrets = (
        b'{"idTag":"secretsecretsecretsecret"}',
        b'{"secret":1}',
        b'{"idTag":{"secret":1}}',
        b'"secret"',
        b"secret",
    )
    for payload in secrets:
        assert "secret" not in refusal(V16, "Authorize", payload)[1]
    keys = b'{"customData":{"vendorId":"x","secret":1,"secret":2}}'
    assert "secret" not in refusal(V21, "Heartbeat", keys)[1]
