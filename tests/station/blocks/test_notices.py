"""Statuses reach the CSMS in their order, after whatever comes between."""

from typing import Any

import pytest

from busbar.model.firmware import FirmwareProgressed, FirmwareStatus
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.der import Der
from busbar.station.blocks.firmware import Firmware
from busbar.station.blocks.logs import Logs
from busbar.station.blocks.monitoring import Monitoring
from busbar.station.blocks.notices import LIMIT, RETRY_S, Notices
from busbar.station.blocks.publishing import Publishing
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.blocks.swaps import Swaps


def fact(number: int) -> FirmwareProgressed:
    return FirmwareProgressed(status=FirmwareStatus.DOWNLOADING, request_id=number)


def heard(p: Any) -> list[int | None]:
    return [one.request_id for one in p.csms.heard if isinstance(one, FirmwareProgressed)]


def notices(p: Any) -> Notices:
    return Notices(p.station._cabinet, "firmware/x", FirmwareProgressed)


def test_what_was_told_offline_is_said_later_and_the_oldest_of_too_many_is_lost(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.run(ev.Disconnected())
    told = notices(p)
    for number in range(LIMIT + 5):
        told.tell(fact(number))
    p.run(ev.Connected())
    told.flush()
    p.run(ev.CablePluggedIn(1))
    assert heard(p) == list(range(5, LIMIT + 5))
    assert "firmware/x" not in p.kept


def test_what_the_csms_does_not_take_holds_nothing_up(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.csms.silent = lambda one: getattr(one, "request_id", 0) == 1
    p.csms.error = ErrorCode.INTERNAL_ERROR
    told = notices(p)
    told.tell(fact(1))
    told.tell(fact(2))
    p.run(ev.CablePluggedIn(1))
    assert heard(p) == [2]


def test_what_nobody_answered_is_kept_for_the_next_start(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.csms.silent = lambda one: isinstance(one, FirmwareProgressed)
    notices(p).tell(fact(1))
    p.run(ev.CablePluggedIn(1))
    p.csms.silent = lambda one: False
    p.power_cut()
    notices(p).flush()
    p.run(ev.CableUnplugged(1))
    assert heard(p) == [1]


@pytest.mark.parametrize(
    ("block", "key"),
    [
        (Der, "der/alarms"),
        (Firmware, "firmware/notices"),
        (Logs, "logs/notices"),
        (Monitoring, "monitors/events"),
        (Publishing, "publish/notices"),
        (SecurityEvents, "security/notices"),
        (Swaps, "swap/notices"),
    ],
)
def test_what_nobody_answered_in_time_is_said_again(play: Any, block: type[Block], key: str) -> None:
    p = play(Version.V201)
    p.go_online()
    p.csms.silent = lambda one: isinstance(one, FirmwareProgressed)
    own = p.station._fittings.get(block)._notices
    own.tell(fact(1))
    p.run(ev.CablePluggedIn(1))
    assert (own._key, heard(p)) == (key, [])
    p.csms.silent = lambda one: False
    p.wait(RETRY_S)
    assert heard(p) == [1]
