"""The state of the energy flow, and when an EVSE is free."""

import pytest

from busbar.model.values import ChargingState, IdToken, Place
from busbar.station.blocks.evse import Evse, exists


@pytest.mark.parametrize(
    ("state", "flags"),
    [
        (ChargingState.IDLE, {}),
        (ChargingState.EV_CONNECTED, {"plugged": True}),
        (ChargingState.EV_CONNECTED, {"plugged": True, "offered": True}),
        (ChargingState.CHARGING, {"plugged": True, "offered": True, "drawing": True, "drawn": True}),
        (ChargingState.SUSPENDED_EV, {"plugged": True, "offered": True, "drawn": True}),
        (ChargingState.SUSPENDED_EVSE, {"plugged": True, "suspended": True, "drawn": True}),
    ],
)
def test_the_charging_state_follows_cable_contactor_and_ev(state: ChargingState, flags: dict[str, bool]) -> None:
    assert Evse(1, **flags).charging_state is state


def test_an_evse_is_free_unless_taken_out_of_order_or_being_asked_about() -> None:
    assert Evse(1).free
    for taken in ({"operative": False}, {"fault": "GroundFailure"}, {"token": IdToken("T")}, {"asking": True}):
        assert not Evse(1, **taken).free


def test_deauthorising_takes_token_group_remote_start_and_suspension() -> None:
    evse = Evse(2, token=IdToken("T"), group=IdToken("G"), remote_start_id=4, suspended=True)
    evse.deauthorize()
    assert (evse.token, evse.group, evse.remote_start_id, evse.suspended) == (None, None, None, False)
    assert evse.place == Place(2, 1)


@pytest.mark.parametrize(
    ("place", "there"),
    [(Place(), True), (Place(1), True), (Place(1, 1), True), (Place(1, 2), False), (Place(3), False)],
)
def test_only_places_of_the_station_exist(place: Place, there: bool) -> None:
    assert exists(place, {1, 2}) is there
