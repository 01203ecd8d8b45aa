"""Network profiles: what is stored in a slot, and the order of the slots (B09, B10)."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from busbar.model.certificates import CertificateUse
from busbar.model.facts import Booted
from busbar.model.network import AccessPoint, NetworkProfile, PrivateNetwork, SetNetworkProfile
from busbar.model.orders import GetVariables, SetVariables, VariableName
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.networks import Networks
from busbar.station.blocks.security_events import SecurityEvents
from tests.fixtures.certificates import Authority

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
GOOD = NetworkProfile(
    url="ws://csms.example/ocpp", interface="Wired0", message_timeout_s=20, security_profile=1, version="OCPP20"
)
PRIORITY = VariableName(component="OCPPCommCtrlr", variable="NetworkConfigurationPriority")
PASSWORD = "0123456789abcdefghij"


def station(play: Any, version: Version, strength: int = 1, **build: Any) -> Any:
    p = play(version, csms_url="ws://first.example", security_profile=strength, **build)
    p.go_online()
    return p


def store(p: Any, slot: int = 2, **changes: Any) -> str:
    return str(p.order(SetNetworkProfile(slot=slot, profile=replace(GOOD, **changes))).status)


def put(p: Any, name: VariableName, value: str) -> str:
    return str(p.order(SetVariables(values=[(name, value)])).variables[0].status)


def get(p: Any, name: VariableName) -> str | None:
    (result,) = p.order(GetVariables(names=[name])).variables
    assert result.status == "Accepted", result
    return result.value  # type: ignore[no-any-return]


def part(variable: str, slot: str = "2") -> VariableName:
    return VariableName(component="NetworkConfiguration", component_instance=slot, variable=variable)


def own(variable: str, component: str = "OCPPCommCtrlr", instance: str | None = None) -> VariableName:
    return VariableName(component=component, variable=variable, variable_instance=instance)


@TWO
def test_a_good_profile_is_stored_and_outlasts_a_power_cut__B09_FR_01(play: Any, version: Version) -> None:
    p = station(play, version)
    assert store(p) == "Accepted"
    p.power_cut()
    assert p.station.network(2) == GOOD
    assert p.station.slots == [1]


@TWO
@pytest.mark.parametrize("slot", [0, 4, 999])
def test_an_unknown_slot_is_rejected__B09_FR_05_TC_B_43(play: Any, version: Version, slot: int) -> None:
    assert store(station(play, version), slot) == "Rejected"


@TWO
@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://csms.example"},
        {"url": "ws://"},
        {"url": "ws://csms.example:99999/"},
        {"url": "ws://csms.example/?a=1"},
        {"url": "wss://csms.example"},
        {"url": "ws://csms.example", "security_profile": 2},
        {"security_profile": 4, "url": "wss://csms.example"},
        {"transport": "SOAP"},
        {"message_timeout_s": 0},
        {"password": "short"},
        {"access_point": AccessPoint(apn="internet", authentication="AUTO")},
        {"private_network": PrivateNetwork(server="s", user="u", password="p", key="k", kind="IKEv2")},
    ],
)
def test_what_cannot_work_is_rejected__B09_FR_02(play: Any, version: Version, changes: dict[str, Any]) -> None:
    assert store(station(play, version), **changes) == "Rejected"


def test_201_takes_no_profile_of_another_version_and_21_leaves_it_to_the_handshake(play: Any) -> None:
    assert store(station(play, Version.V201), version="OCPP16") == "Rejected"
    assert store(station(play, Version.V21), version="OCPP16") == "Accepted"


@TWO
def test_a_weaker_security_profile_is_rejected__B09_FR_04_TC_B_110(play: Any, version: Version) -> None:
    p = station(play, version, strength=3)
    assert store(p) == "Rejected"
    assert store(p, url="wss://csms.example", security_profile=2) == "Rejected"
    assert store(p, url="wss://csms.example", security_profile=3) == "Accepted"


def test_a_step_down_to_2_is_taken_where_it_is_allowed__B09_FR_31_32_TC_B_112(play: Any) -> None:
    p = station(play, Version.V21, strength=3)
    assert store(p, url="wss://csms.example", security_profile=2) == "Rejected"
    assert put(p, own("AllowSecurityProfileDowngrade", "SecurityCtrlr"), "true") == "Accepted"
    assert store(p, url="wss://csms.example", security_profile=2) == "Accepted"
    assert store(p) == "Rejected"


@TWO
def test_an_order_of_slots_holds_after_a_restart__B10_FR_01_04_TC_B_45(play: Any, version: Version) -> None:
    p = station(play, version)
    store(p)
    assert put(p, PRIORITY, "2,1") == "RebootRequired"
    assert get(p, PRIORITY) == "2,1"
    assert p.station.slots == [1]
    p.power_cut(connect=False)
    assert p.station.slots == [2, 1]
    p.run(ev.Connected(2))
    assert get(p, own("ActiveNetworkProfile")) == "2"
    assert get(p, own("MessageTimeout", instance="Default")) == "20"


@TWO
@pytest.mark.parametrize("value", ["", "3", "1,3", "1,1", "0", "x"])
def test_an_order_with_a_slot_that_holds_nothing_is_rejected__B10_FR_02_TC_B_107(
    play: Any, version: Version, value: str
) -> None:
    p = station(play, version)
    store(p)
    assert put(p, PRIORITY, value) == "Rejected"


@TWO
def test_taking_slots_out_holds_at_once__B09_FR_20(play: Any, version: Version) -> None:
    p = station(play, version)
    store(p)
    put(p, PRIORITY, "2,1")
    p.power_cut()
    p.run(ev.Connected(2))
    assert put(p, PRIORITY, "2") == "Accepted"
    assert p.station.slots == [2]


@TWO
def test_the_slot_that_worked_last_is_never_left_out__B10_FR_07_09_TC_B_49_CS(play: Any, version: Version) -> None:
    p = station(play, version)
    store(p)
    assert put(p, PRIORITY, "2") == "RebootRequired"
    p.power_cut(connect=False)
    assert (get(p, PRIORITY), p.station.slots) == ("2", [2, 1])
    p.run(ev.Connected(2))
    p.power_cut(connect=False)
    assert p.station.slots == [2]
    assert get(p, own("ActiveNetworkProfile")) == "2"


@TWO
def test_a_stronger_connection_ends_the_weaker_ones__A05_FR_06(play: Any, version: Version, tmp_path: Path) -> None:
    roots = ((CertificateUse.CSMS_ROOT, Authority(tmp_path).path.read_text()),)
    p = station(play, version, password=PASSWORD, roots=roots)
    p.now = datetime.now(UTC)
    store(p, slot=2, url="wss://csms.example", security_profile=2)
    store(p, slot=3)
    put(p, PRIORITY, "2,3,1")
    p.power_cut(connect=False)
    p.run(ev.Connected(2))
    assert p.station.slots == [2]
    assert get(p, own("SecurityProfile", "SecurityCtrlr")) == "2"
    assert p.station._fittings.get(SecurityEvents).text().count("ReconfigurationOfSecurityParameters") == 1
    assert not any(key == "network/3" for key in p.kept)
    assert put(p, PRIORITY, "2,1") == "Rejected"


def test_201_uses_a_changed_profile_after_a_restart_and_21_at_the_next_connection__B09(play: Any) -> None:
    for version, url in ((Version.V201, "ws://first.example"), (Version.V21, GOOD.url)):
        p = station(play, version)
        assert store(p, slot=1) == "Accepted"
        assert p.station.network(1).url == url
        p.power_cut()
        assert p.station.network(1).url == GOOD.url


def test_a_slot_is_set_part_by_part_and_then_used__B09_FR_08_23_24_TC_B_105(play: Any) -> None:
    p = station(play, Version.V21)
    assert get(p, part("OcppCsmsUrl", "1")) == "ws://first.example"
    assert get(p, part("OcppCsmsUrl")) == ""
    assert put(p, PRIORITY, "1,2") == "Rejected"
    for variable, value in {
        "OcppCsmsUrl": "ws://second.example",
        "OcppInterface": "Any",
        "OcppTransport": "JSON",
        "OcppVersion": "OCPP21",
        "MessageTimeout": "25",
        "SecurityProfile": "1",
        "Identity": "CS9",
        "BasicAuthPassword": PASSWORD,
    }.items():
        assert put(p, part(variable), value) == "Accepted", variable
    assert get(p, part("MessageTimeout")) == "25"
    assert put(p, PRIORITY, "2,1") == "RebootRequired"
    p.power_cut(connect=False)
    found = p.station.network(2)
    assert (found.url, found.identity, found.password) == ("ws://second.example", "CS9", PASSWORD)
    p.run(ev.Connected(2))
    assert get(p, own("Identity", "SecurityCtrlr")) == "CS9"  # B09.FR.28


def test_a_slot_in_use_is_not_set_part_by_part__B09_FR_22_TC_B_108(play: Any) -> None:
    p = station(play, Version.V21)
    assert put(p, part("MessageTimeout", "1"), "25") == "Rejected"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OcppCsmsUrl", "http://x.example"),
        ("OcppInterface", "Smoke"),
        ("MessageTimeout", "0"),
        ("BasicAuthPassword", "short"),
        ("ApnEnabled", "true"),  # B09.FR.13
        ("SecurityProfile", "1"),  # TC_B_111: weaker than the present one
    ],
)
def test_a_wrong_part_is_rejected__B09_FR_25(play: Any, variable: str, value: str) -> None:
    assert put(station(play, Version.V21, strength=2), part(variable), value) == "Rejected"


def test_a_stored_profile_shows_in_its_parts__B09_FR_09(play: Any) -> None:
    p = station(play, Version.V21)
    store(p, version=None, identity="CS7", password=PASSWORD)
    assert [get(p, part(name)) for name in ("OcppCsmsUrl", "Identity", "OcppVersion", "ApnEnabled")] == [
        GOOD.url,
        "CS7",
        "OCPP21",
        "false",
    ]
    (secret,) = p.order(GetVariables(names=[part("BasicAuthPassword")])).variables
    assert (secret.status, secret.value) == ("Rejected", None)


@TWO
def test_a_new_password_is_used_at_once_in_all_slots__A01_B09_FR_27(play: Any, version: Version) -> None:
    p = station(play, version)
    store(p)
    put(p, PRIORITY, "1,2")
    p.power_cut()
    store(p, message_timeout_s=21)  # in 2.0.1, slot 2 is still used as it was
    assert put(p, own("BasicAuthPassword", "SecurityCtrlr"), PASSWORD) == "Accepted"
    assert [p.station.network(slot).password for slot in (1, 2)] == [PASSWORD, PASSWORD]
    assert ef.Reconnect() in p.wait(1)


def test_16_has_its_one_profile(play: Any) -> None:
    p = station(play, Version.V16, strength=0)
    assert p.station.slots == [1]
    assert get(p, VariableName(variable="SecurityProfile")) == "0"
    assert p.station._fittings.known(Networks) is not None


@TWO
def test_whoever_is_reached_by_another_slot_hears_a_boot_first(play: Any, version: Version) -> None:
    p = station(play, version)
    store(p)
    put(p, PRIORITY, "1,2")
    p.power_cut()
    p.sent.clear()
    p.run(ev.Disconnected(), ev.Connected(1))
    assert not [fact for fact in p.sent if isinstance(fact, Booted)]
    p.run(ev.Disconnected(), ev.Connected(2))
    assert len([fact for fact in p.sent if isinstance(fact, Booted)]) == 1
