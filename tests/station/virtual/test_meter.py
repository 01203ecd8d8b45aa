"""The meter's ledger and samples."""

from random import Random

import pytest

from busbar.station.virtual.meter import Ledger, samples
from busbar.station.virtual.vehicle import Flow


def test_the_ledger_keeps_whole_wh_and_loses_no_fraction() -> None:
    ledger, chance, total, before = Ledger(), Random(7), 0.0, 0
    for _ in range(10_000):
        part = chance.random() * 0.7
        total += part
        ledger.add(part)
        assert ledger.register_wh >= before
        before = ledger.register_wh
    assert isinstance(ledger.register_wh, int)
    assert 0.0 <= ledger.fraction_wh < 1.0
    assert ledger.register_wh + ledger.fraction_wh == pytest.approx(total)


def test_the_ledger_never_falls() -> None:
    with pytest.raises(ValueError, match="never falls"):
        Ledger(5).add(-0.1)


def test_a_ledger_comes_back_as_it_was() -> None:
    ledger = Ledger()
    ledger.add(1234.567)
    assert Ledger.load(ledger.dump()) == ledger


def test_samples_agree_with_each_other() -> None:
    found = {(s.measurand, s.phase): s.value for s in samples(Flow(230.0, 15.5, 3))}
    power = sum((found["Current.Import", f"L{n}"] or 0) * (found["Voltage", f"L{n}-N"] or 0) for n in (1, 2, 3))
    assert found["Power.Active.Import", None] == pytest.approx(power, abs=0.1)
    assert len(samples(Flow(230.0, 15.5, 1))) == 3


def test_dc_samples_tell_the_state_of_charge_of_the_ev() -> None:
    soc = next(s for s in samples(Flow(400.0, 100.0, 1), 0.5) if s.measurand == "SoC")
    assert (soc.value, soc.unit, soc.location) == (50.0, "Percent", "EV")
