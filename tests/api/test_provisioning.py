"""What stations are told at boot is set; network profiles are sent whole and shown without secrets."""

import pytest

from busbar.csms.records.provisioning import BootDetail, BootSetting, NetworkSlot, PendingReset
from busbar.model.network import AccessPoint, NetworkProfile, PrivateNetwork, SetNetworkProfile
from tests.api.conftest import NOON

BASE = "/api/v1/stations/CS1"
PROFILE = {
    "slot": 1,
    "url": "wss://csms.example/ocpp",
    "interface": "Wired0",
    "security_profile": 2,
    "version": "OCPP20",
}


async def test_boot_settings_are_kept_and_shown(api, world) -> None:
    station = await world.add_station()
    shown = await api.put(f"{BASE}/boot-settings", json={"heartbeat_interval_s": 60})
    assert shown.json() == {"heartbeat_interval_s": 60, "retry_interval_s": None}
    assert await world.store.get(BootSetting, station.id) == BootSetting(station_id=station.id, heartbeat_interval_s=60)
    assert (await api.get(f"{BASE}/provisioning")).json()["settings"]["heartbeat_interval_s"] == 60
    assert (await api.put(f"{BASE}/boot-settings", json={"heartbeat_interval_s": 0})).status_code == 400


async def test_what_a_station_said_and_what_waits_is_shown(api, world) -> None:
    station = await world.add_station()
    await world.store.put(
        BootDetail(station_id=station.id, iccid="1", imsi=None, meter_type="T", meter_serial=None, at=NOON)
    )
    await world.store.put(
        PendingReset(station_id=station.id, evse=0, kind="OnIdle", status="Scheduled", command_id="c", since=NOON)
    )
    shown = (await api.get(f"{BASE}/provisioning")).json()
    assert (shown["iccid"], shown["meter_type"]) == ("1", "T")
    assert [(reset["evse"], reset["kind"]) for reset in shown["pending_resets"]] == [(None, "OnIdle")]


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({}, {}),
        ({"identity": "me", "password": "secret"}, {"identity": "me", "password": "secret"}),
        (
            {"access_point": {"apn": "internet", "sim_pin": 1}},
            {"access_point": AccessPoint(apn="internet", authentication="AUTO", sim_pin=1)},
        ),
        (
            {"private_network": {"server": "s", "user": "u", "password": "p", "key": "k", "kind": "IKEv2"}},
            {"private_network": PrivateNetwork(server="s", user="u", password="p", key="k", kind="IKEv2")},
        ),
    ],
)
async def test_a_network_profile_is_sent_whole__B09(api, world, more, fields) -> None:
    await world.add_station()
    answer = await api.post(f"{BASE}/commands/set-network-profile", json=PROFILE | more)
    assert answer.status_code == 200
    profile = NetworkProfile(
        url="wss://csms.example/ocpp",
        interface="Wired0",
        message_timeout_s=30,
        security_profile=2,
        version="OCPP20",
        **fields,
    )
    assert [order for _, order, _ in world.dispatcher.asked] == [SetNetworkProfile(slot=1, profile=profile)]


@pytest.mark.parametrize(
    "bad", [{"url": "http://x"}, {"interface": "Wired9"}, {"security_profile": 0}, {"version": "OCPP99"}]
)
async def test_a_profile_that_makes_no_sense_is_not_sent(api, world, bad) -> None:
    await world.add_station()
    answer = await api.post(f"{BASE}/commands/set-network-profile", json=PROFILE | bad)
    assert (answer.status_code, world.dispatcher.asked) == (400, [])


async def test_slots_are_listed(api, world) -> None:
    station = await world.add_station()
    await world.store.put(
        NetworkSlot(
            station_id=station.id,
            slot=2,
            url="wss://user:secret@x",
            version=None,
            interface="Any",
            transport="JSON",
            message_timeout_s=30,
            security_profile=3,
            identity=None,
            has_password=True,
            apn=None,
            vpn=None,
            command_id="c",
            at=NOON,
        )
    )
    (slot,) = (await api.get(f"{BASE}/network-profiles")).json()["items"]
    assert (slot["slot"], slot["url"], slot["has_password"]) == (2, "wss://x", True)
