"""What is noticed is logged; what is critical is told, once, in order, whatever happens meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model.orders import Reset, ResetKind
from busbar.model.security import SecurityEventReported
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import events as ev
from busbar.station.blocks import notices
from busbar.station.blocks.security_events import LOG_LIMIT, SecurityEvents


def events(p: Any) -> SecurityEvents:
    found: SecurityEvents = p.station._fittings.get(SecurityEvents)
    return found


def told(p: Any) -> list[str]:
    return [fact.type for fact in p.csms.heard if isinstance(fact, SecurityEventReported)]


def note(p: Any, *names: str) -> None:
    for name in names:
        events(p).note(name)
    p.run(ev.TimerDue("nothing"))


@pytest.mark.parametrize("version", list(Version))
def test_what_is_critical_is_told_and_all_is_logged__A04_FR_01_04(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    note(p, "InvalidTLSVersion", "ReconfigurationOfSecurityParameters", "TamperDetectionActivated")
    assert told(p) == ["InvalidTLSVersion", "TamperDetectionActivated"]
    assert [line.split()[1] for line in events(p).text().splitlines()] == [
        "InvalidTLSVersion", "ReconfigurationOfSecurityParameters", "TamperDetectionActivated"
    ]  # fmt: skip


def test_1_6_has_names_of_its_own(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    note(p, "InvalidCsmsCertificate")
    assert told(p) == ["InvalidCentralSystemCertificate"]


def test_what_was_noted_offline_survives_a_power_cut_and_is_told_later__A04_FR_02(play: Any) -> None:
    p = play(Version.V201)
    p.run(ev.PoweredOn())
    at = p.now
    note(p, "InvalidCsmsCertificate", "InvalidTLSVersion")
    p.now += timedelta(hours=1)
    p.power_cut()
    assert told(p) == ["InvalidCsmsCertificate", "InvalidTLSVersion"]
    assert [fact.at for fact in p.csms.heard if isinstance(fact, SecurityEventReported)] == [at, at]
    p.power_cut()
    assert len(told(p)) == 2


def test_an_event_without_an_answer_is_told_again_and_one_refused_is_not(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    p.csms.silent = lambda fact: isinstance(fact, SecurityEventReported)
    note(p, "InvalidTLSVersion")
    assert told(p) == []
    sent = len(p.sent)
    p.csms.silent = lambda fact: False
    p.wait(61)
    assert told(p) == ["InvalidTLSVersion"]
    assert len(p.sent) > sent
    p.csms.silent = lambda fact: isinstance(fact, SecurityEventReported)
    p.csms.error = ErrorCode.FORMAT_VIOLATION
    note(p, "MemoryExhaustion")
    p.csms.silent = lambda fact: False
    p.wait(61)
    assert told(p) == ["InvalidTLSVersion"]


def test_queue_and_log_are_bounded(play: Any) -> None:
    p = play(Version.V201)
    p.run(ev.PoweredOn())
    note(p, *["InvalidTLSVersion"] * 300)
    assert len(events(p).text().splitlines()) == LOG_LIMIT
    p.run(ev.Connected())
    assert len(told(p)) == notices.LIMIT


def test_the_log_of_a_time_only(play: Any) -> None:
    p = play(Version.V201)
    p.run(ev.PoweredOn())
    note(p, "InvalidTLSVersion")
    begin = p.now
    p.now += timedelta(hours=1)
    events(p)  # nothing is asked of the clock
    p.run(ev.TimerDue("nothing"))
    note(p, "MemoryExhaustion")
    assert "MemoryExhaustion" not in events(p).text(latest=begin)
    assert "InvalidTLSVersion" not in events(p).text(oldest=begin + timedelta(minutes=1))


@pytest.mark.parametrize("version", list(Version))
def test_each_start_is_told_where_that_is_wanted__A04_FR_01(play: Any, version: Version) -> None:
    p = play(version, tells_starts=True)
    p.go_online()
    assert told(p) == ["StartupOfTheDevice"]
    p.order(Reset(kind=ResetKind.IMMEDIATE))
    p.power_cut()
    assert told(p) == ["StartupOfTheDevice", "ResetOrReboot"]


def test_a_1_6_station_without_any_security_tells_nothing(play: Any) -> None:
    p = play(Version.V16, tells_starts=True, security_profile=0)
    p.go_online()
    assert told(p) == []
    assert "StartupOfTheDevice" in events(p).text()
