"""What transactions cost: as the CSMS says, and as it is reckoned by a tariff; shown, reported, and a limit (2.1)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from busbar.model.facts import (
    Fact,
    PersonalMessage,
    TokenAnswer,
    TransactionAnswer,
    TransactionEnded,
    TransactionLimit,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import Outcome, SetVariables, VariableName
from busbar.model.reservations import ReserveNow
from busbar.model.tariffs import (
    Amount,
    ChangeTransactionTariff,
    ClearTariffs,
    Conditions,
    Part,
    Price,
    SetDefaultTariff,
    Tariff,
    Tax,
    Text,
    UpdateCost,
)
from busbar.model.values import AuthorizationStatus, IdToken, Place
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.costs import MOST_STRETCHES

D = Decimal
TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
VAT = (Tax(type="vat", percent=D(20)),)
T = Tariff(
    id="t",
    currency="EUR",
    description=(Text(content="0.25 a kWh"),),
    energy=Part(prices=(Price(amount=D("0.25")),), taxes=VAT),
    fixed_fee=Part(prices=(Price(amount=D(1)),)),
)


def station(play: Any, version: Version = Version.V21, **settings: str) -> Any:
    p = play(version, settings={"MeterValueSampleInterval": "0", **settings})
    p.go_online()
    return p


def charging(play: Any, tariff: Tariff = T, **settings: str) -> Any:
    """A station that charges by a default tariff."""
    p = station(play, **settings)
    assert p.order(SetDefaultTariff(evse=0, tariff=tariff)).status == "Accepted"
    p.charge("T1")
    return p


def leave(p: Any) -> list[ef.Effect]:
    effects: list[ef.Effect] = p.run(ev.TokenRead(IdToken("T1"), 1))
    return effects


def end(p: Any) -> Any:
    return next(fact for fact in reversed(p.sent) if isinstance(fact, TransactionEnded))


def shown(effects: list[ef.Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, ef.Show)]


def answering(p: Any, **fields: Any) -> None:
    """Let the CSMS add something to its answers to transaction events."""
    answer = p.csms.answer

    def more(fact: Fact, now: Any) -> Any:
        said = answer(fact, now)
        if isinstance(said, TransactionAnswer):
            for name, value in fields.items():
                setattr(said, name, value)
        return said

    p.csms.answer = more


# as the CSMS says


@TWO
def test_the_cost_so_far_is_shown__I02_FR_02_03__TC_I_01_CS(play: Any, version: Version) -> None:
    p = station(play, version)
    p.charge("T1")
    effects = p.run(ev.Ordered("o", UpdateCost(transaction_id="tx-1", total=D("1.5"))))
    assert ef.Reply("o", Outcome(status="Accepted")) in effects
    assert shown(effects) == ["Cost 1.50 EUR"]
    assert p.order(UpdateCost(transaction_id="unknown", total=D(9))).status == "Accepted"


@TWO
def test_cost_and_text_of_an_answer_are_shown__I02_FR_04__I06_FR_03(play: Any, version: Version) -> None:
    p = station(play, version)
    answering(p, total_cost=D("0.7"), messages=(Text(content="now 0.30 a kWh"),))
    assert {"Cost 0.70 EUR", "now 0.30 a kWh"} <= set(shown(p.charge("T1")))


@TWO
def test_the_total_is_shown_at_the_end__I03_FR_03__TC_I_02_CS(play: Any, version: Version) -> None:
    p = station(play, version)
    p.charge("T1")
    answering(p, total_cost=D("3.2"))
    assert shown(leave(p))[-1] == "Total cost 3.20 EUR"


@TWO
def test_offline_a_text_stands_for_the_total__I05_FR_02(play: Any, version: Version) -> None:
    name = "TotalCostFallbackMessage" + (".en" if version is Version.V21 else "")
    p = station(play, version, **{name: "Ask your provider"})
    p.charge("T1")
    p.run(ev.Disconnected())
    assert "Ask your provider" in shown(leave(p))
    answering(p, total_cost=D("3.2"))
    assert "Total cost 3.20 EUR" not in shown(p.run(ev.Connected()))  # the driver is gone


@TWO
def test_a_driver_reads_the_own_tariff_or_a_general_one__I01_FR_03__I04_FR_01(play: Any, version: Version) -> None:
    name = "TariffFallbackMessage" + (".en" if version is Version.V21 else "")
    p = station(play, version, **{name: "0.50 a kWh"})
    assert "0.50 a kWh" in shown(p.charge("T1"))
    leave(p)
    p.run(ev.CableUnplugged(1))
    p.csms.verdicts["t2"] = TokenAnswer(
        status=AuthorizationStatus.ACCEPTED, message=PersonalMessage(content="0.20 for you")
    )
    texts = shown(p.charge("T2"))
    assert "0.20 for you" in texts
    assert "0.50 a kWh" not in texts


def test_the_costs_of_the_csms_are_a_limit__E16_FR_11_15__TC_E_104_CS(play: Any) -> None:
    p = station(play)
    answering(p, limit=TransactionLimit(max_cost=5.0))
    p.charge("T1")
    assert p.station.evses[1].offered
    p.order(UpdateCost(transaction_id="tx-1", total=D("4.99")))
    assert p.station.evses[1].offered
    p.order(UpdateCost(transaction_id="tx-1", total=D("5.00")))
    assert not p.station.evses[1].offered
    assert any(isinstance(fact, TransactionUpdated) and fact.trigger == "CostLimitReached" for fact in p.sent)


# as it is reckoned here


def test_a_session_is_reckoned_by_the_default_tariff__I07_FR_14_32__I12_FR_01_42(play: Any) -> None:
    p = charging(play)
    started = next(fact for fact in p.sent if isinstance(fact, TransactionStarted))
    assert (started.tariff_id, started.cost_details) == ("t", None)
    p.wait(60)
    p.meter(10_000)
    assert shown(leave(p))[-1] == "Total cost 4.00 EUR"
    told = end(p).cost_details
    assert told["totalCost"]["total"] == {"exclTax": 3.5, "inclTax": 4.0}
    assert told["totalUsage"] == {"energy": 10_000.0, "chargingTime": 60, "idleTime": 0}
    assert [period["tariffId"] for period in told["chargingPeriods"]] == ["t"]
    assert [fact.tariff_id for fact in p.sent if hasattr(fact, "tariff_id")].count("t") == 1
    assert not any(key.startswith("cost/") for key in p.kept)


def test_idle_time_is_told_from_charging(play: Any) -> None:
    p = charging(play, replace(T, idle_time=Part(prices=(Price(amount=D(2)),))))
    p.wait(60)
    p.run(ev.EvDemandChanged(1, False))
    p.wait(120)
    leave(p)
    assert end(p).cost_details["totalUsage"] == {"energy": 0.0, "chargingTime": 60, "idleTime": 120}
    assert end(p).cost_details["totalCost"]["idleTime"]["exclTax"] == 4.0


def test_a_driver_s_tariff_goes_first__I08_FR_04_22(play: Any) -> None:
    p = station(play)
    p.order(SetDefaultTariff(evse=0, tariff=T))
    own = replace(T, id="own", energy=Part(prices=(Price(amount=D(1)),)))
    p.csms.verdicts["t1"] = TokenAnswer(status=AuthorizationStatus.ACCEPTED, tariff=own)
    p.charge("T1")
    p.wait(10)
    p.meter(1000)
    leave(p)
    assert end(p).cost_details["totalCost"]["total"]["exclTax"] == 2.0


def test_nothing_is_reckoned_where_that_is_off__I12_FR_01(play: Any) -> None:
    p = charging(play, CostEnabled="false")
    leave(p)
    assert end(p).cost_details is None


def test_the_running_cost_is_reported_where_wanted__I12_FR_02_03(play: Any) -> None:
    p = charging(play, RunningCostEnabled="true", CostInterval="30")
    started = next(fact for fact in p.sent if isinstance(fact, TransactionStarted))
    assert started.cost_details["totalCost"]["total"]["exclTax"] == 1.0
    p.meter(2000)
    p.wait(31)
    told = p.sent[-1]
    assert (told.trigger, told.cost_details["totalCost"]["total"]["exclTax"]) == ("RunningCost", 1.5)
    assert "chargingPeriods" not in told.cost_details
    p.wait(30)
    assert [fact.trigger for fact in p.sent if isinstance(fact, TransactionUpdated)].count("RunningCost") == 2


def test_the_running_cost_is_shown__I12_FR_31(play: Any) -> None:
    p = charging(play, TariffInterval="20")
    p.meter(4000)
    assert "Cost 2.20 EUR" in shown(p.wait(21))


def test_prices_change_within_a_session__I12_FR_31_34_35(play: Any) -> None:
    cheap = Price(amount=D("0.1"), conditions=Conditions(max_energy=D(1000)))
    p = charging(play, replace(T, energy=Part(prices=(cheap, Price(amount=D(1))))))
    p.meter(3000)
    p.wait(60)
    leave(p)
    assert end(p).cost_details["totalCost"]["energy"]["exclTax"] == 2.1
    assert len(end(p).cost_details["chargingPeriods"]) == 2


def test_lowest_and_highest_cost__I12_FR_38_39_41(play: Any) -> None:
    p = charging(play, replace(T, min_cost=Amount(excl_tax=D(2)), max_cost=Amount(excl_tax=D(3))))
    leave(p)
    told = end(p).cost_details["totalCost"]
    assert (told["typeOfCost"], told["fixed"]["exclTax"], told["total"]["exclTax"]) == ("MinCost", 2.0, 2.0)
    p.run(ev.CableUnplugged(1))
    p.charge("T1")
    p.meter(100_000)
    p.wait(60)
    leave(p)
    told = end(p).cost_details["totalCost"]
    assert (told["typeOfCost"], told["total"]["exclTax"]) == ("MaxCost", 3.0)


def test_a_power_cut_costs_no_cost(play: Any) -> None:
    p = charging(play, MeterValueSampleInterval="10")
    p.meter(10_000)
    p.wait(10)
    p.power_cut()
    assert end(p).cost_details["totalCost"]["total"] == {"exclTax": 3.5, "inclTax": 4.0}
    assert not any(key.startswith("cost/") for key in p.kept)


def test_a_cleared_tariff_goes_on_where_it_is_used__I10_FR_07__I07_FR_24(play: Any) -> None:
    p = charging(play)
    p.order(ClearTariffs())
    p.order(SetDefaultTariff(evse=0, tariff=replace(T, id="dear", energy=Part(prices=(Price(amount=D(9)),)))))
    p.meter(4000)
    leave(p)
    assert end(p).cost_details["totalCost"]["total"]["exclTax"] == 2.0


def test_a_changed_tariff_holds_from_now__I11_FR_06_07_08(play: Any) -> None:
    p = charging(play)
    p.wait(60)
    p.meter(4000)
    new = replace(T, id="new", energy=Part(prices=(Price(amount=D(1)),), taxes=VAT))
    assert p.order(ChangeTransactionTariff(transaction_id="tx-1", tariff=new)).status == "Accepted"
    assert (p.sent[-1].trigger, p.sent[-1].tariff_id) == ("TariffChanged", "new")
    p.wait(60)
    p.meter(6000)
    leave(p)
    told = end(p).cost_details
    assert told["totalCost"]["total"] == {"exclTax": 4.0, "inclTax": 4.6}  # one fee, 4 kWh at 0.25, 2 kWh at 1
    assert [period["tariffId"] for period in told["chargingPeriods"]] == ["t", "new"]
    assert told["totalUsage"]["energy"] == 6000.0


def test_the_highest_cost_of_a_changed_tariff_is_that_of_the_whole__I12_FR_39(play: Any) -> None:
    p = charging(play)
    p.meter(4000)
    new = replace(T, id="new", max_cost=Amount(excl_tax=D("2.5")), min_cost=None)
    p.order(ChangeTransactionTariff(transaction_id="tx-1", tariff=new))
    p.wait(60)
    p.meter(60_000)
    leave(p)
    assert end(p).cost_details["totalCost"]["total"]["exclTax"] == 2.5


@pytest.mark.parametrize(
    ("tariff", "transaction", "status"),
    [
        (replace(T, energy=Part(prices=T.energy.prices * 11)), "tx-1", "TooManyElements"),  # type: ignore[union-attr]
        (replace(T, id="u"), "tx-2", "TxNotFound"),
        (replace(T, id="u", currency="CHF"), "tx-1", "NoCurrencyChange"),
        (replace(T, energy=Part(prices=())), "tx-1", "Rejected"),
    ],
)
def test_a_change_that_cannot_be__I11_FR_02_04_05(play: Any, tariff: Tariff, transaction: str, status: str) -> None:
    p = charging(play)
    assert p.order(ChangeTransactionTariff(transaction_id=transaction, tariff=tariff)).status == status


def test_a_transaction_without_a_tariff_can_be_given_one__I11_FR_07(play: Any) -> None:
    p = station(play)
    p.charge("T1")
    assert p.order(ChangeTransactionTariff(transaction_id="tx-1", tariff=T)).status == "Accepted"
    assert (p.sent[-1].trigger, p.sent[-1].tariff_id) == ("TariffChanged", "t")
    p.meter(4000)
    leave(p)
    assert end(p).cost_details["totalCost"]["total"]["exclTax"] == 2.0


def test_changes_are_not_supported_where_nothing_is_reckoned__I11_FR_01(play: Any) -> None:
    p = station(play, TariffEnabled="false")
    refused = p.order(ChangeTransactionTariff(transaction_id="tx-1", tariff=T))
    assert isinstance(refused, ef.Refuse)
    assert refused.code is ErrorCode.NOT_SUPPORTED


def test_a_limit_counts_what_is_reckoned_here_not_what_the_csms_says__E16_FR_16(play: Any) -> None:
    p = station(play)
    answering(p, limit=TransactionLimit(max_cost=3.0), total_cost=D(100))
    p.order(SetDefaultTariff(evse=0, tariff=T))
    p.charge("T1")
    p.meter(6000)
    p.wait(11)
    assert p.station.evses[1].offered  # 1 and 6 times 0.30
    p.meter(7000)
    p.wait(11)
    assert not p.station.evses[1].offered


def test_a_reservation_is_part_of_the_cost__I12_FR_06_07(play: Any) -> None:
    p = station(play)
    p.order(SetDefaultTariff(evse=0, tariff=replace(T, reservation_time=Part(prices=(Price(amount=D("0.1")),)))))
    until = p.now.replace(hour=20)
    p.order(ReserveNow(reservation_id=1, token=IdToken("T1"), expires_at=until, place=Place(1)))
    p.wait(600)
    p.charge("T1")
    leave(p)
    told = end(p).cost_details
    assert told["totalUsage"]["reservationTime"] == 600
    assert told["totalCost"]["reservationTime"]["exclTax"] == 1.0


def test_times_of_day_are_local__I07_FR_17(play: Any) -> None:
    evening = Price(amount=D(1), conditions=Conditions(start_time_of_day="20:00", end_time_of_day="23:00"))
    p = station(play)
    place = VariableName(component="ClockCtrlr", variable="TimeZone")
    said = [p.order(SetVariables(values=[(place, name)])).variables[0].status for name in ("Nowhere/X", "Asia/Tokyo")]
    assert said == ["Rejected", "Accepted"]  # 12:00 in UTC is 21:00 there
    p.order(SetDefaultTariff(evse=0, tariff=replace(T, energy=Part(prices=(evening, Price(amount=D(0)))))))
    p.charge("T1")
    p.wait(60)
    p.meter(1000)
    leave(p)
    assert end(p).cost_details["totalCost"]["energy"]["exclTax"] == 1.0


@pytest.mark.parametrize(("stop", "ends"), [("PowerPathClosed", True), ("EVConnected", False)])
def test_a_driver_may_refuse_a_tariff_and_owes_nothing__I07_FR_30__I08_FR_20(play: Any, stop: str, ends: bool) -> None:
    p = charging(play, TxStopPoint=stop)
    p.run(ev.TariffRefused(1))
    assert not p.station.evses[1].offered
    told = [fact for fact in p.sent if isinstance(fact, TransactionUpdated | TransactionEnded)][-1]
    assert (told.trigger, isinstance(told, TransactionEnded), told.cost_details) == ("TariffNotAccepted", ends, None)
    assert not any(key.startswith("cost/") for key in p.kept)
    p.run(ev.TariffRefused(1))


def test_a_tariff_refused_before_a_transaction_ends_the_authorisation__I07_FR_31(play: Any) -> None:
    p = station(play)
    p.order(SetDefaultTariff(evse=0, tariff=T))
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.TariffRefused(1))
    assert p.station.evses[1].token is None
    assert not [fact for fact in p.sent if isinstance(fact, TransactionStarted)]


def test_a_price_may_depend_on_the_payment__I12_FR_30(play: Any) -> None:
    visa = Price(amount=D(9), conditions=Conditions(payment_brand="VISA"))
    p = charging(play, replace(T, fixed_fee=Part(prices=(visa, Price(amount=D(1))))))
    leave(p)
    assert end(p).cost_details["totalCost"]["total"]["exclTax"] == 1.0
    p.run(ev.CableUnplugged(1))
    p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("psp", "DirectPayment", (("PaymentBrand", "VISA"),)), 1))
    p.run(ev.TokenRead(IdToken("psp", "DirectPayment"), 1))
    assert end(p).cost_details["totalCost"]["total"]["exclTax"] == 9.0


def test_a_total_that_was_reckoned_here_stands(play: Any) -> None:
    p = charging(play)
    answering(p, total_cost=D(77))
    assert "Total cost 77.00 EUR" not in shown(leave(p))


def test_tariffs_are_not_changed_without_end(play: Any) -> None:
    p = charging(play)
    changes = [ChangeTransactionTariff(transaction_id="tx-1", tariff=replace(T, id=f"t{n}")) for n in range(20)]
    assert [p.order(change).status for change in changes] == ["Accepted"] * (MOST_STRETCHES - 1) + ["Rejected"]
