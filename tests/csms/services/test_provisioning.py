"""Boot and heartbeat."""

from busbar.csms.changes import BootRecorded, StationSeen
from busbar.model.facts import Booted, HeartBeaten
from busbar.model.values import RegistrationStatus

BOOT = Booted(vendor="V", model="M", serial="S", firmware="F", reason="PowerUp")


def test_an_accepted_station_gets_the_time_and_the_heartbeat_interval(world) -> None:
    world.context.heartbeat_interval_s = 120
    answer = world.tell(BOOT).answer
    assert (answer.status, answer.now, answer.interval_s) == (RegistrationStatus.ACCEPTED, world.at(600), 120)


def test_a_station_that_waits_gets_a_wait_of_its_own(world) -> None:
    world.register(RegistrationStatus.PENDING)
    waits = set()
    for number in range(1, 200):
        world.station.id = number
        waits.add(world.tell(BOOT).answer.interval_s)
    assert min(waits) >= 60
    assert max(waits) < 90
    assert len(waits) == 30


def test_a_boot_is_recorded_and_told(world) -> None:
    decision = world.tell(BOOT)
    assert decision.changes == [BootRecorded(7, "V", "M", "S", "F", "PowerUp", world.at(600))]
    assert (world.view.station.vendor, world.view.station.booted_at) == ("V", world.at(600))
    (told,) = decision.happenings
    assert (told.station, told.vendor, told.registration) == ("CS-7", "V", "Accepted")


def test_a_boot_leaves_open_sessions_alone(world) -> None:
    world.tell(world.started(0, 0))
    world.tell(BOOT)
    assert world.row.ended_at is None


def test_a_heartbeat_is_seen_and_answered_with_the_time(world) -> None:
    decision = world.tell(HeartBeaten())
    assert decision.answer.now == world.at(600)
    assert decision.changes == [StationSeen(7, world.at(600))]
    assert not decision.happenings
