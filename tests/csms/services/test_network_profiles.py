"""Slots are known as far as a station accepted what was set, without secrets."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.provisioning import NetworkSlot
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.network_profiles import PRIORITY, in_use
from busbar.model.network import AccessPoint, NetworkProfile, PrivateNetwork, SetNetworkProfile
from busbar.model.orders import Outcome, VariableName

PROFILE = NetworkProfile(
    url="wss://csms.example",
    interface="Wired0",
    message_timeout_s=30,
    security_profile=2,
    identity="CS-7",
    password="hush",
    access_point=AccessPoint(apn="internet", authentication="AUTO", password="hush"),
    private_network=PrivateNetwork(server="vpn.example", user="u", password="hush", key="hush", kind="IKEv2"),
)


def concluded(world, outcome):
    command = commands.make("c", 7, "SetNetworkProfile", b"{}", at=world.T0, ttl_s=60)
    world.store(conclude(SetNetworkProfile(slot=2, profile=PROFILE), command, outcome, world.view, world.at(5)).changes)


def test_an_accepted_profile_is_known_by_its_slot_without_secrets__B09_FR_01(world) -> None:
    concluded(world, Outcome(status="Accepted"))
    (row,) = world.all(NetworkSlot)
    assert (row.slot, row.url, row.has_password, row.apn, row.vpn) == (
        2,
        "wss://csms.example",
        True,
        "internet",
        "vpn.example",
    )
    assert "hush" not in repr(row)


@pytest.mark.parametrize("outcome", [Outcome(status="Rejected"), Outcome(status="Failed"), None])
def test_a_profile_that_was_not_accepted_is_not_known__B09_FR_02(world, outcome) -> None:
    concluded(world, outcome)
    assert not world.all(NetworkSlot)


def test_the_variables_of_slots_in_use_are_told_from_others__B09_FR_21() -> None:
    names = [
        VariableName(component=component, component_instance=slot, variable="OcppCsmsUrl")
        for component, slot in (("NetworkConfiguration", "1"), ("networkconfiguration", "2"), ("Other", "1"))
    ]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    row = ModelValue(station_id=7, path=PRIORITY, attribute="Actual", value="1, 3", at=at, source="read")
    assert in_use(names, [row]) == names[:1]
    assert in_use(names, []) == []
