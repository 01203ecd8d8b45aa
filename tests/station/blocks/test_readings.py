"""Readings at clock marks and on request."""

from typing import Any

import pytest

from busbar.model.facts import MeterRead
from busbar.model.orders import Trigger
from busbar.model.values import IdToken, Place
from busbar.model.versions import Version
from busbar.station import events as ev

SETTINGS = {"ClockAlignedDataInterval": "600", "MeterValueSampleInterval": "0"}


def reads(p: Any) -> list[MeterRead]:
    return [fact for fact in p.sent if isinstance(fact, MeterRead)]


@pytest.mark.parametrize("version", list(Version))
def test_every_evse_is_read_at_every_mark(play: Any, version: Version) -> None:
    p = play(version, evses=2, settings=SETTINGS)
    p.go_online()
    p.wait(1210)
    assert [(f.place.evse, f.readings[0].at.minute) for f in reads(p)] == [(1, 10), (2, 10), (1, 20), (2, 20)]


def test_a_mark_while_offline_is_kept_only_for_a_transaction(play: Any) -> None:
    p = play(Version.V16, evses=2, settings=SETTINGS | {"AllowOfflineTxForUnknownId": "true"})
    p.run(ev.PoweredOn())
    p.charge("T1", 1)
    p.wait(610)
    p.go_online()
    assert [(f.place.evse, f.transaction_id, f.readings[0].at.minute) for f in reads(p)] == [(1, "101", 10)]


def test_a_triggered_reading_names_the_running_16_transaction(play: Any) -> None:
    p = play(Version.V16, evses=2)
    p.go_online()
    p.charge("T1", 1)
    p.sent.clear()
    assert p.order(Trigger(message="MeterValues")).status == "Accepted"
    assert [(f.place, f.transaction_id, f.readings[0].samples[0].context) for f in reads(p)] == [
        (Place(1, 1), "101", "Trigger"),
        (Place(2, 1), None, "Trigger"),
    ]


def test_a_reading_beside_the_transaction_events_takes_no_number_of_theirs(play: Any) -> None:
    p = play(Version.V201, settings=SETTINGS)
    p.go_online()
    p.charge()
    p.wait(610)
    p.run(ev.EvDemandChanged(1, False))
    assert len(reads(p)) == 1
    assert p.sent[-1].seq_no == 2


@pytest.mark.parametrize("version", list(Version))
def test_a_triggered_reading_has_the_measurands_of_its_version(play: Any, version: Version) -> None:
    sampled, aligned = "MeterValuesSampledData", "MeterValuesAlignedData"
    wanted, other = (sampled, aligned) if version is Version.V16 else (aligned, sampled)
    p = play(version, settings={wanted: "Energy.Active.Import.Register", other: ""})
    p.go_online()
    assert p.order(Trigger(message="MeterValues")).status == "Accepted"
    assert len(reads(p)) == 1


def test_marks_are_told_only_while_nobody_charges_where_so_set__J01_FR_20(play: Any) -> None:
    p = play(Version.V201, evses=2, settings={"ClockAlignedDataInterval": "60", "AlignedDataSendDuringIdle": "true"})
    p.go_online()
    p.charge()
    p.sent.clear()
    p.wait(60)
    assert not [fact for fact in p.sent if isinstance(fact, MeterRead)]
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.wait(60)
    assert len([fact for fact in p.sent if isinstance(fact, MeterRead)]) == 2
