"""Tariffs that a station holds: installed, refused, replaced in their time, told, cleared (2.1 I07 to I10)."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from busbar.model.facts import TokenAnswer
from busbar.model.monitoring import EventsNotified
from busbar.model.orders import GetVariables, Outcome, SetVariables, VariableName
from busbar.model.tariffs import (
    ClearTariffs,
    Conditions,
    GetTariffs,
    Part,
    Price,
    SetDefaultTariff,
    Tariff,
    TariffsHeld,
)
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.tariffs import LIMIT, Tariffs

ENERGY = Part(prices=(Price(amount=Decimal("0.25")),))
T = Tariff(id="t", currency="EUR", energy=ENERGY)
CONDITIONAL = Part(prices=(Price(amount=Decimal(1), conditions=Conditions(min_energy=Decimal(5))),))


def station(play: Any, evses: int = 2, **settings: str) -> Any:
    p = play(Version.V21, evses=evses, settings={"MeterValueSampleInterval": "0", **settings})
    p.go_online()
    return p


def put(p: Any, tariff: Tariff, evse: int = 0) -> Outcome:
    outcome: Outcome = p.order(SetDefaultTariff(evse=evse, tariff=tariff))
    return outcome


def held(p: Any, evse: int = 0) -> list[tuple[str, str, list[int], list[str]]]:
    told = p.order(GetTariffs(evse=evse))
    assert isinstance(told, TariffsHeld)
    assert told.status == ("Accepted" if told.tariffs else "NoTariff")
    return [(one.tariff_id, one.kind, one.evses, one.tokens) for one in told.tariffs]


def applying(p: Any, evse: int = 1) -> str | None:
    chosen = p.station._fittings.get(Tariffs).choose(p.station._cabinet.evses[evse])
    return None if chosen is None else str(chosen.id)


def test_a_default_is_installed_at_each_evse_and_outlives_a_power_cut__I07_FR_12_13__I09_FR_01_04(play: Any) -> None:
    p = station(play)
    assert put(p, T).status == "Accepted"
    p.power_cut()
    assert held(p) == [("t", "DefaultTariff", [1, 2], [])]
    assert held(p, 2) == [("t", "DefaultTariff", [2], [])]


def test_a_default_of_one_evse_is_not_the_others__I07_FR_11__I09_FR_02_03(play: Any) -> None:
    p = station(play)
    put(p, T, 2)
    assert (held(p, 1), held(p, 2)) == ([], [("t", "DefaultTariff", [2], [])])
    assert (applying(p, 1), applying(p, 2)) == (None, "t")


@pytest.mark.parametrize(
    ("tariff", "evse", "status", "reason"),
    [
        (replace(T, energy=Part(prices=ENERGY.prices * 11)), 0, "TooManyElements", None),  # I07.FR.02
        (replace(T, energy=Part(prices=())), 0, "Rejected", "InvalidValue"),  # I07.FR.05
        (T, 3, "Rejected", "UnknownEVSE"),  # I07.FR.06
        (replace(T, id="there"), 1, "DuplicateTariffId", None),  # I07.FR.04
    ],
)
def test_what_cannot_be_installed__I07_FR_02_04_05_06(
    play: Any, tariff: Tariff, evse: int, status: str, reason: str | None
) -> None:
    p = station(play)
    put(p, replace(T, id="there"), 2)
    outcome = put(p, tariff, evse)
    assert (outcome.status, outcome.reason) == (status, reason)
    assert held(p) == [("there", "DefaultTariff", [2], [])]


def test_conditions_that_are_not_supported__I07_FR_03(play: Any) -> None:
    p = station(play, TariffConditions="false")
    assert put(p, replace(T, energy=CONDITIONAL)).status == "ConditionNotSupported"


def test_local_costs_can_be_off__I07_FR_01(play: Any) -> None:
    p = station(play, TariffEnabled="false")
    refused = p.order(SetDefaultTariff(evse=0, tariff=T))
    assert isinstance(refused, ef.Refuse)
    assert refused.code is ErrorCode.NOT_SUPPORTED


def test_a_later_default_takes_the_place_of_the_first__I07_FR_22(play: Any) -> None:
    p = station(play)
    put(p, T)
    put(p, replace(T, id="u"), 1)
    assert held(p) == [("u", "DefaultTariff", [1], []), ("t", "DefaultTariff", [2], [])]


def at(p: Any, hours: float) -> datetime:
    now: datetime = p.now
    return now + timedelta(hours=hours)


def test_one_that_becomes_valid_later_replaces_when_it_does__I07_FR_19_20_21_23(play: Any) -> None:
    p = station(play, evses=1)
    put(p, replace(T, id="second", valid_from=at(p, 2)))
    put(p, replace(T, id="first", valid_from=at(p, 1)))
    assert applying(p) is None
    put(p, T)
    assert (applying(p), len(held(p))) == ("t", 3)
    p.wait(3600)
    assert (applying(p), len(held(p))) == ("first", 2)
    p.wait(3600)
    assert (applying(p), len(held(p))) == ("second", 1)


def test_a_list_of_later_ones_has_an_end(play: Any) -> None:
    p = station(play, evses=1)
    said = [put(p, replace(T, id=f"t{n}", valid_from=at(p, n + 1))).status for n in range(LIMIT + 1)]
    assert said == ["Accepted"] * LIMIT + ["Rejected"]


def test_clears_by_name_and_by_evse__I10_FR_01_02_03_05_06(play: Any) -> None:
    p = station(play)
    assert p.order(ClearTariffs()).status == "NoTariff"
    for evse, name in ((1, "a"), (2, "b")):
        put(p, replace(T, id=name), evse)
    assert p.order(ClearTariffs(tariff_ids=["a"], evse=2)).status == "NoTariff"
    cleared = p.order(ClearTariffs(tariff_ids=["a", "x"]))
    assert [(one.tariff_id, one.status) for one in cleared.results] == [("a", "Accepted")]
    assert [one.tariff_id for one in p.order(ClearTariffs(evse=2)).results] == ["b"]
    p.power_cut()
    assert held(p) == []


def authorize(p: Any, tariff: Tariff) -> None:
    verdict = TokenAnswer(status=AuthorizationStatus.ACCEPTED, tariff=tariff)
    p.csms.verdicts["t1"] = verdict
    p.charge("T1")


def test_a_driver_s_tariff_stands_while_it_is_used__I08_FR_04_06_10__I09_FR_05_06(play: Any) -> None:
    p = station(play)
    authorize(p, replace(T, id="d", valid_from=at(p, 5)))
    assert (applying(p), applying(p, 2)) == ("d", None)
    assert held(p) == [("d", "DriverTariff", [1], ["T1"])]
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    assert held(p) == []


def test_a_cached_verdict_brings_its_tariff__I08_FR_05(play: Any) -> None:
    p = station(play)
    authorize(p, T)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    p.run(ev.Disconnected())
    p.charge("T1")
    assert applying(p) == "t"


BAD = replace(T, id="bad", energy=Part(prices=()))


def problem(p: Any) -> str | None:
    asked = GetVariables(names=[VariableName(component="TariffCostCtrlr", variable="Problem")])
    value: str | None = p.order(asked).variables[0].value
    return value


def events(p: Any) -> list[tuple[str, str, str | None]]:
    told = [event for fact in p.sent if isinstance(fact, EventsNotified) for event in fact.events]
    return [(event.origin, event.value, event.tech_code) for event in told]


def test_a_tariff_that_cannot_be_reckoned_is_a_problem_and_bars__I08_FR_30_31_35_36(play: Any) -> None:
    p = station(play)
    authorize(p, BAD)
    assert not p.station.evses[1].offered
    assert problem(p) == "true"
    p.run(ev.CableUnplugged(1))
    authorize(p, T)
    assert p.station.evses[1].offered
    assert problem(p) == "false"
    assert events(p) == [
        ("HardWiredNotification", "true", "InvalidValue"),
        ("HardWiredNotification", "false", None),
    ]


@pytest.mark.parametrize(("handling", "by"), [("UseDefaultTariff", "default"), ("CentralCost", None)])
def test_how_a_bad_tariff_is_handled_can_be_set__I08_FR_32_33(play: Any, handling: str, by: str | None) -> None:
    p = station(play)
    name = VariableName(component="TariffCostCtrlr", variable="HandleFailedTariff", variable_instance="Tariff")
    assert p.order(SetVariables(values=[(name, handling)])).variables[0].status == "Accepted"
    put(p, replace(T, id="default"))
    authorize(p, BAD)
    assert p.station.evses[1].offered
    assert applying(p) == by
