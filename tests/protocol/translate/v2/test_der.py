"""Grid controls go to a station and come back in its report as they are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model import der
from busbar.model.der import Control, ControlSet, ControlType
from busbar.model.facts import Fact
from busbar.model.orders import Order
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

SPEAKER = translator(Version.V21)
AT = datetime(2026, 1, 1, tzinfo=UTC)
CURVE = {"curveData": [{"x": 1.0, "y": 2.0}], "priority": 1, "yUnit": "PctMaxW"}
SETTINGS: dict[ControlType, dict[str, Any]] = {
    ControlType.VOLT_VAR: CURVE,
    ControlType.ENTER_SERVICE: {
        "priority": 0,
        "highVoltage": 1.1,
        "lowVoltage": 0.9,
        "highFreq": 51.0,
        "lowFreq": 49.0,
    },
    ControlType.FIXED_PF_ABSORB: {"priority": 2, "displacement": 0.9, "excitation": True},
    ControlType.FIXED_PF_INJECT: {"priority": 2, "displacement": 0.9, "excitation": False, "duration": 60.0},
    ControlType.FIXED_VAR: {"priority": 2, "setpoint": 5.0, "unit": "PctMaxVar"},
    ControlType.FREQ_DROOP: {
        "priority": 1,
        "overFreq": 51.0,
        "underFreq": 49.0,
        "overDroop": 1.0,
        "underDroop": 1.0,
        "responseTime": 2.0,
    },
    ControlType.GRADIENTS: {"priority": 1, "gradient": 1.0, "softGradient": 2.0},
    ControlType.LIMIT_MAX_DISCHARGE: {"priority": 1, "pctMaxDischargePower": 50.0},
}


def carried(order: Order) -> Order:
    action, payload = SPEAKER.from_order(order)
    return SPEAKER.to_order(action, codec.decode_request(Version.V21, action, codec.encode(payload)))


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_settings_stand_in_the_field_of_their_type__R04_FR_16(kind: ControlType) -> None:
    order = der.SetControl(control=Control(id="c", type=kind, default=True, settings=SETTINGS[kind]))
    assert carried(order) == order


@pytest.mark.parametrize("settings", [{}, {"priority": -1}, CURVE | {"nonsense": 1}])
def test_settings_that_the_type_does_not_know_are_refused(settings: dict[str, Any]) -> None:
    control = Control(id="c", type=ControlType.VOLT_WATT, default=True, settings=settings)
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(der.SetControl(control=control))


@pytest.mark.parametrize(
    "order",
    [
        der.AskControls(request_id=1),
        der.AskControls(request_id=1, default=False, type=ControlType.VOLT_VAR, id="c"),
        der.ClearControls(default=True),
        der.ClearControls(default=False, type=ControlType.HF_MAY_TRIP, id="c"),
        der.SendSignal(at=AT, signal=-3),
    ],
)
def test_an_order_says_what_it_says(order: Order) -> None:
    assert carried(order) == order


def test_a_report_tells_every_kind_of_control__R04_FR_31_FR_32() -> None:
    raw = (
        b'{"requestId":4,"tbc":true,'
        b'"curve":[{"id":"a","curveType":"VoltVar","isDefault":false,"isSuperseded":true,'
        b'"curve":{"curveData":[{"x":1,"y":2}],"priority":1,"yUnit":"PctMaxW"}}],'
        b'"gradient":[{"id":"b","gradient":{"priority":1,"gradient":1,"softGradient":2}}],'
        b'"fixedPFInject":[{"id":"c","isDefault":true,"isSuperseded":false,'
        b'"fixedPF":{"priority":2,"displacement":0.9,"excitation":false}}]}'
    )
    fact = SPEAKER.to_fact("ReportDERControl", codec.decode_request(Version.V21, "ReportDERControl", raw))
    assert isinstance(fact, der.ControlsReported)
    found = {control.id: control for control in fact.controls}
    assert (fact.request_id, fact.more, set(found)) == (4, True, {"a", "b", "c"})
    assert (found["a"].superseded, found["a"].default, found["a"].settings) == (True, False, CURVE)
    assert (found["b"].type, found["b"].default) == (ControlType.GRADIENTS, True)
    assert found["c"].type is ControlType.FIXED_PF_INJECT


@pytest.mark.parametrize(
    "fact",
    [
        der.GridAlarmed(type=ControlType.HV_MAY_TRIP, at=AT, fault="OverVoltage", info="x"),
        der.GridAlarmed(type=ControlType.HV_MAY_TRIP, at=AT, ended=True),
        der.ControlSwitched(id="c", started=True, at=AT, superseded=["d"]),
        der.ControlSwitched(id="c", started=False, at=AT, superseded=[]),
    ],
)
def test_what_happens_is_read__R04_FR_20_R05_FR_01(fact: Fact) -> None:
    action, payload = SPEAKER.from_fact(fact)
    assert SPEAKER.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == fact


def test_an_answer_names_what_it_supersedes__R04_FR_03() -> None:
    order = der.SetControl(control=Control(id="c", type=ControlType.VOLT_VAR, default=True, settings=CURVE))
    action, request = SPEAKER.from_order(order)
    said = codec.decode_response(Version.V21, action, b'{"status":"Accepted","supersededIds":["b"]}')
    outcome = SPEAKER.to_outcome(action, request, said)
    assert isinstance(outcome, ControlSet)
    assert (outcome.accepted, outcome.superseded) == (True, ["b"])


def test_a_report_and_answers_go_back_as_they_are__R04_FR_31__R04_FR_03() -> None:
    controls = [
        Control(id=kind.value, type=kind, default=kind in der.DEFAULT_ONLY, settings=settings)
        for kind, settings in SETTINGS.items()
    ]
    controls.append(Control(id="x", type=ControlType.VOLT_WATT, default=False, settings=CURVE, superseded=True))
    fact = der.ControlsReported(request_id=3, controls=controls, more=True)
    action, payload = SPEAKER.from_fact(fact)
    back = SPEAKER.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload)))
    assert isinstance(back, der.ControlsReported)
    assert (back.request_id, back.more) == (3, True)
    assert sorted(back.controls, key=lambda one: one.id) == sorted(controls, key=lambda one: one.id)


def test_a_station_says_what_a_control_supersedes__R04_FR_03() -> None:
    order = der.SetControl(control=Control(id="c", type=ControlType.VOLT_VAR, default=True, settings=CURVE))
    action, request = SPEAKER.from_order(order)
    outcome = ControlSet(status="Accepted", superseded=["b"])
    said = codec.encode(SPEAKER.from_outcome(action, outcome))
    assert SPEAKER.to_outcome(action, request, codec.decode_response(Version.V21, action, said)) == outcome
