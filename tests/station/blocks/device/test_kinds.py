"""Shorthand makes what its name says."""

from busbar.station.blocks.device.kinds import (
    bound,
    fact,
    flag,
    inverter,
    limit,
    live,
    measurands,
    message,
    newest,
    number,
    options,
    rating,
    there,
)
from busbar.station.blocks.device.kinds import slot as one_slot
from busbar.station.blocks.device.variable import Scope

PLACE = ("C", "V", None)


def test_what_16_has_too_has_its_key() -> None:
    assert number("N", PLACE, 5, 0, 9, "s").key == flag("F", "C", "V", True).key.replace("F", "N")  # type: ignore[union-attr]
    assert newest("N", PLACE, 5, 0, 9, "s").key is None
    assert measurands("M", "M", "C", "V", "SoC").data_type == "MemberList"


def test_facts_and_limits_are_read_only() -> None:
    rows = [
        fact("X", PLACE, "true"),
        limit("ItemsPerMessage", "GetReport", 5),
        bound("B", PLACE, 5, "Any"),
        options("O", PLACE, "a,b", "Any"),
        live(Scope.EVSE, "EVSE", "Power", "0", "decimal", low=0),
    ]
    assert {row.mutability for row in rows} == {"ReadOnly"}
    assert rows[1].place == ("DeviceDataCtrlr", "ItemsPerMessage", "GetReport")
    assert rows[3].members == ("a", "b")
    assert (rows[4].name, rows[4].scope) == ("EVSE.Power", Scope.EVSE)


def test_a_controller_is_available_and_may_be_turned_off() -> None:
    fixed, switched = list(there("C", "Any")), list(there("C", "Any", switch="On", key="On"))
    assert [row.mutability for row in fixed] == ["ReadOnly", "ReadOnly"]
    assert [(row.mutability, row.key) for row in switched] == [("ReadOnly", None), ("ReadWrite", "On")]
    assert {row.feature for row in (*fixed, *switched)} == {"Any"}


def test_a_text_about_costs_has_a_language_in_21_only() -> None:
    assert message("M", "TariffFallbackMessage", newer=True, instance="en").place == (
        "TariffCostCtrlr",
        "TariffFallbackMessage",
        "en",
    )


def test_a_slot_has_parts_in_21_only() -> None:
    row = one_slot("OcppCsmsUrl", high=2000, kind="string")
    assert (row.name, row.scope, row.newer) == ("Network.OcppCsmsUrl", Scope.SLOT, True)


def test_what_an_inverter_is_and_can_stands_at_each_evse_of_dc() -> None:
    for row in (rating("MaxW", "W"), inverter("Model")):
        assert (row.scope, row.newer, row.feature, row.writable) == (Scope.EVSE, True, "DcDer", False)
    assert (rating("MaxW", "W").data_type, rating("MaxW", "W").unit) == ("decimal", "W")
    assert inverter("Model").place == ("DCDERCtrlr", "InverterModel", None)
