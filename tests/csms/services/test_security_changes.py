"""Which commands change a station's security."""

import msgspec
import pytest

from busbar.csms.ports import RawCall
from busbar.csms.services.security import password_order, profile_order
from busbar.csms.services.security_changes import SecurityChange, security_change
from busbar.model.orders import ClearCache, SetVariables, VariableName
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

PASSWORD = "00112233445566778899aabbccddeeff"


@pytest.mark.parametrize("version", Version)
def test_a_password_is_seen_in_an_order_and_in_a_raw_call(version) -> None:
    order = password_order(version, PASSWORD)
    action, payload = TRANSLATORS[version].from_order(order)
    raw = RawCall(action=action, payload=codec.encode(payload))
    for request in (order, raw):
        assert security_change(version, request) == SecurityChange(password=PASSWORD)


def test_a_1_6_profile_is_seen_whatever_its_case() -> None:
    assert security_change(Version.V16, profile_order(Version.V16, 2, "")) == SecurityChange(profile=2)
    raw = RawCall(action="ChangeConfiguration", payload=b'{"key":"securityPROFILE","value":"1"}')
    assert security_change(Version.V16, raw) == SecurityChange(profile=1)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_network_profile_offers_its_security_profile(version) -> None:
    data = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": "wss://x",
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
    }
    payload = msgspec.json.encode({"configurationSlot": 1, "connectionData": data})
    raw = RawCall(action="SetNetworkProfile", payload=payload)
    assert security_change(version, raw) == SecurityChange(profile=2, offered=True)


def test_a_password_among_others_is_not_alone() -> None:
    order = password_order(Version.V201, PASSWORD)
    order.values.append((VariableName(component="X", variable="Y"), "1"))
    assert security_change(Version.V201, order).alone is False


@pytest.mark.parametrize(
    "request_",
    [
        ClearCache(),
        SetVariables(values=[(VariableName(component="OCPPCommCtrlr", variable="HeartbeatInterval"), "5")]),
        RawCall(action="Reset", payload=b"{}"),
        RawCall(action="SetVariables", payload=b"{}"),
    ],
)
def test_others_change_nothing(request_) -> None:
    assert security_change(Version.V201, request_) is None
