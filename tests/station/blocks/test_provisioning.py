"""Boot until accepted, heartbeats, and reconnects."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model.facts import Booted, HeartBeaten, StatusChanged
from busbar.model.values import RegistrationStatus
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.provisioning import BOOT_RETRY_S

R = RegistrationStatus


def boots(p: Any) -> list[float]:
    """When boots were sent, in seconds after the start, second by second."""
    begun, times, seen = p.now, [], 0
    for _ in range(200):
        count = len([f for f in p.sent if isinstance(f, Booted)])
        times += [(p.now - begun).total_seconds()] * (count - seen)
        seen = count
        p.wait(1)
    return times


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("first", [R.PENDING, R.REJECTED])
def test_boot_is_repeated_after_the_interval_until_accepted(play: Any, version: Version, first: R) -> None:
    p = play(version)
    p.csms.boots, p.csms.interval_s = [first, first, R.ACCEPTED], 45
    p.go_online()
    assert [type(f) for f in p.sent] == [Booted]
    assert not p.station.online
    assert boots(p) == [0, 45, 90]
    assert p.station.online
    assert [type(f) for f in p.sent[:4]] == [Booted, Booted, Booted, StatusChanged]


@pytest.mark.parametrize("interval_s", [0, -5])
def test_without_a_proper_interval_the_station_chooses_its_own(play: Any, interval_s: int) -> None:
    p = play(Version.V201)
    p.csms.boots, p.csms.interval_s = [R.PENDING], interval_s
    p.go_online()
    assert boots(p)[:2] == [0, BOOT_RETRY_S]


def test_a_boot_that_is_not_answered_is_repeated(play: Any) -> None:
    p = play(Version.V201)
    p.csms.silent = lambda fact: True
    p.go_online()
    assert boots(p)[:2] == [0, BOOT_RETRY_S]


def test_a_reconnect_does_not_shorten_the_interval(play: Any) -> None:
    p = play(Version.V201)
    p.csms.boots, p.csms.interval_s = [R.PENDING], 50
    p.go_online()
    p.run(ev.Disconnected())
    p.wait(10)
    p.run(ev.Connected())
    assert boots(p)[:2] == [0, 40]  # the first is the one already there


def test_an_interval_that_ends_without_a_connection_boots_with_the_next_one(play: Any) -> None:
    p = play(Version.V201)
    p.csms.boots, p.csms.interval_s = [R.PENDING], 50
    p.go_online()
    p.run(ev.Disconnected())
    p.wait(60)
    p.sent.clear()
    p.run(ev.Connected())
    assert [type(f) for f in p.sent] == [Booted]


def test_the_boot_answer_sets_clock_and_heartbeat(play: Any) -> None:
    p = play(Version.V16)
    p.csms.interval_s = 77
    effects = p.go_online()
    assert ef.SetClock(p.now) in effects
    assert ef.SetTimer("heartbeat", p.now + timedelta(seconds=77)) in effects
    assert p.station.number("HeartbeatInterval") == 77


def test_heartbeats_come_when_nothing_else_was_said_for_an_interval(play: Any) -> None:
    p = play(Version.V201)
    p.csms.interval_s = 100
    p.go_online()
    p.wait(60)
    p.run(ev.CablePluggedIn(1))  # says its status
    p.sent.clear()
    p.wait(99)
    assert p.sent == []
    p.wait(1)
    assert p.sent == [HeartBeaten()]
    p.wait(100)
    assert p.sent == [HeartBeaten(), HeartBeaten()]


def test_no_heartbeat_while_away_and_again_after(play: Any) -> None:
    p = play(Version.V201)
    p.csms.interval_s = 100
    p.go_online()
    p.run(ev.Disconnected())
    p.sent.clear()
    p.wait(1000)
    assert p.sent == []
    p.run(ev.Connected())
    p.wait(200)
    assert HeartBeaten() in p.sent


def test_2x_tells_why_it_booted_and_16_cannot(play: Any) -> None:
    for version, reason in ((Version.V16, None), (Version.V201, "PowerUp")):
        p = play(version)
        p.go_online()
        assert p.sent[0].reason == reason
