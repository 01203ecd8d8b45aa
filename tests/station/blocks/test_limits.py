"""Limits of transactions: confirmed, reached, raised; and energy for a token that was found invalid."""

from typing import Any

import pytest

from busbar.model.facts import (
    Fact,
    TokenAnswer,
    TransactionAnswer,
    TransactionEnded,
    TransactionLimit,
    TransactionUpdated,
)
from busbar.model.orders import Trigger
from busbar.model.values import AuthorizationStatus, ChargingState, IdToken, Sample, StopReason
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev


def updates(p: Any) -> list[tuple[str, ChargingState | None]]:
    return [(fact.trigger, fact.charging_state) for fact in p.sent if isinstance(fact, TransactionUpdated)]


def limited(play: Any, limit: TransactionLimit, version: Version = Version.V21, **settings: str) -> Any:
    """A station that charges under a limit that the answer to the start brought."""
    p = play(version, settings={"MeterValueSampleInterval": "0", **settings})
    p.go_online()
    answer = p.csms.answer
    given = [limit]

    def with_limit(fact: Fact, now: Any) -> Any:
        said = answer(fact, now)
        if isinstance(said, TransactionAnswer) and given:
            said.limit = given.pop()
        return said

    p.csms.answer = with_limit
    p.given = given
    p.charge("T")
    return p


def test_a_limit_is_confirmed_once__E16_FR_03__TC_E_100_CS(play: Any) -> None:
    limit = TransactionLimit(max_energy_wh=1000)
    p = limited(play, limit)
    assert [fact.limit for fact in p.sent if isinstance(fact, TransactionUpdated) and fact.trigger == "LimitSet"] == [
        limit
    ]


def test_energy_is_withheld_at_the_limit_and_given_again_when_it_is_raised__E16_FR_05_14(play: Any) -> None:
    p = limited(play, TransactionLimit(max_energy_wh=1000))
    p.meter(999)
    p.wait(11)
    assert p.station._cabinet.evses[1].offered
    p.meter(1000)
    assert ef.SwitchContactor(1, False) in p.wait(10)
    assert updates(p)[-1] == ("EnergyLimitReached", ChargingState.SUSPENDED_EVSE)
    p.given.append(TransactionLimit(max_energy_wh=2000))
    assert ef.SwitchContactor(1, True) in p.run(ev.TokenRead(IdToken("X"), 1), *meter_values(p))


def meter_values(p: Any) -> list[Any]:
    """Make the station say something that is answered: a sample on request."""
    return [ev.Ordered("t", Trigger(message="TransactionEvent"))]


def test_a_time_counts_from_the_start__E16_FR_09__TC_E_105_CS(play: Any) -> None:
    p = limited(play, TransactionLimit(max_time_s=100))
    p.wait(99)
    assert updates(p)[-1][0] != "TimeLimitReached"
    p.wait(1)
    assert updates(p)[-1] == ("TimeLimitReached", ChargingState.SUSPENDED_EVSE)


def test_a_battery_full_enough_ends_it(play: Any) -> None:
    p = limited(play, TransactionLimit(max_soc_pct=80))
    p.tell(ev.Metered(1, 10, (Sample("SoC", 80.0, "Percent"),)))
    p.wait(10)
    p.wait(60)
    assert [trigger for trigger, _ in updates(p)].count("SoCLimitReached") == 1
    assert not p.station._cabinet.evses[1].offered
    p.given.append(TransactionLimit(max_soc_pct=90))
    p.run(*meter_values(p))
    assert p.station._cabinet.evses[1].offered  # E16.FR.14


def test_a_limit_ends_the_transaction_where_that_is_the_stop_point__E16_FR_06(play: Any) -> None:
    p = limited(play, TransactionLimit(max_energy_wh=-1), TxStopPoint="EnergyTransfer")  # E16.FR.10
    (ended,) = [fact for fact in p.sent if isinstance(fact, TransactionEnded)]
    assert (ended.trigger, ended.reason) == ("EnergyLimitReached", StopReason.ENERGY_LIMIT_REACHED)


def test_201_knows_no_limit(play: Any) -> None:
    p = limited(play, TransactionLimit(max_energy_wh=0), Version.V201)
    assert p.station._cabinet.evses[1].offered


@pytest.mark.parametrize("version", list(Version))
def test_an_invalid_token_may_have_so_much__C15_FR_07__TC_C_15_CS(play: Any, version: Version) -> None:
    settings = {
        "StopTransactionOnInvalidId": "false",
        "MaxEnergyOnInvalidId": "500",
        "AllowOfflineTxForUnknownId": "true",
    }
    p = play(version, settings=settings)
    p.csms.verdicts["t"] = TokenAnswer(status=AuthorizationStatus.INVALID)
    p.run(ev.PoweredOn())
    p.meter(1000)
    p.charge("T")
    p.meter(1200)
    p.go_online()
    evse = p.station._cabinet.evses[1]
    p.meter(1699)
    p.wait(10)
    assert evse.offered
    p.meter(1700)
    p.wait(10)
    assert (evse.offered, evse.suspended) == (False, True)


def test_a_driver_may_stop_earlier_but_never_later_than_the_csms_said__E16_FR_01_04_07(play: Any) -> None:
    p = limited(play, TransactionLimit(max_energy_wh=1000))
    p.run(ev.LimitsChosen(1, TransactionLimit(max_energy_wh=500, max_time_s=60)))
    p.run(ev.LimitsChosen(1, TransactionLimit(max_energy_wh=5000)))
    told = [fact.limit for fact in p.sent if isinstance(fact, TransactionUpdated) and fact.trigger == "LimitSet"]
    assert told == [
        TransactionLimit(max_energy_wh=1000),
        TransactionLimit(max_energy_wh=500, max_time_s=60),
        TransactionLimit(max_energy_wh=1000),
    ]
    p.given.append(TransactionLimit(max_energy_wh=9000))  # the CSMS has the last word
    p.run(*meter_values(p))
    p.meter(1500)
    p.wait(10)
    assert p.station.evses[1].offered
