"""Grid controls over REST."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.der import DerControl, DerSupersession, GridAlarm
from busbar.model import der
from busbar.model.der import Control, ControlType
from tests.api.conftest import NOON

STATION = "/api/v1/stations/CS1"
SETTINGS = {"priority": 1, "gradient": 1.0, "softGradient": 2.0}


async def test_each_route_is_the_right_order__R04(world, api):
    await world.add_station()
    body = {"id": "c", "type": "Gradients", "settings": SETTINGS}
    assert (await api.post(f"{STATION}/commands/set-grid-control", json=body)).status_code == 200
    await api.post(f"{STATION}/commands/ask-grid-controls", json={"default": True, "type": "VoltVar"})
    await api.post(f"{STATION}/commands/clear-grid-controls", json={"default": False, "id": "c"})
    await api.post(f"{STATION}/commands/reserve-signal", json={"at": "2026-05-01T14:00:00+02:00", "signal": -5})
    assert [asked[1] for asked in world.dispatcher.asked] == [
        der.SetControl(control=Control(id="c", type=ControlType.GRADIENTS, default=True, settings=SETTINGS)),
        der.AskControls(request_id=1, default=True, type=ControlType.VOLT_VAR),
        der.ClearControls(default=False, id="c"),
        der.SendSignal(at=datetime(2026, 5, 1, 12, tzinfo=UTC), signal=-5),
    ]


async def test_a_control_without_an_id_gets_one(world, api):
    await world.add_station()
    await api.post(f"{STATION}/commands/set-grid-control", json={"type": "Gradients", "settings": SETTINGS})
    assert len(world.dispatcher.asked[0][1].control.id) == 36


@pytest.mark.parametrize(
    "body",
    [
        {"type": "Gradients", "settings": SETTINGS, "default": False},
        {"type": "VoltVar", "settings": {"duration": 5}, "default": True},
        {"type": "Nonsense", "settings": {}},
        {"type": "VoltVar", "settings": [], "default": True},
    ],
)
async def test_what_must_not_be_sent_is_not__R04_FR_12_FR_14(world, api, body):
    await world.add_station()
    assert (await api.post(f"{STATION}/commands/set-grid-control", json=body)).status_code == 400
    assert not world.dispatcher.asked


async def test_what_a_station_holds_is_listed(world, api):
    station = await world.add_station()
    for name in ("a", "b"):
        control = Control(id=name, type=ControlType.GRADIENTS, default=True, settings=SETTINGS)
        await world.store.put(
            DerControl(
                station_id=station.id,
                control_id=name,
                control_type="Gradients",
                default=True,
                held=True,
                status="Accepted",
                at=NOON,
                control=control,
            )
        )
    await world.store.put(DerSupersession(station_id=station.id, control_id="a", by="b", at=NOON))
    items = (await api.get(f"{STATION}/grid-controls")).json()["items"]
    assert [(item["id"], item["superseded_by"], item["settings"]) for item in items] == [
        ("a", "b", SETTINGS),
        ("b", None, SETTINGS),
    ]


async def test_alarms_are_listed(world, api):
    station = await world.add_station()
    row = GridAlarm(
        station_id=station.id,
        control_type="VoltVar",
        at=NOON,
        received_at=NOON,
        fault="OverVoltage",
        ended=False,
        info=None,
    )
    await world.store.insert(row)
    (item,) = (await api.get("/api/v1/grid-alarms", params={"station": "CS1"})).json()["items"]
    assert (item["station"], item["fault"]) == ("CS1", "OverVoltage")
