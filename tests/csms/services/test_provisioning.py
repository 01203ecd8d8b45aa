"""Boot and heartbeat."""

import pytest

from busbar.csms.changes import BootRecorded, StationSeen
from busbar.csms.records.provisioning import BootDetail, BootSetting, PendingReset
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.decisions import Refused
from busbar.model.facts import Booted, HeartBeaten, MeterRead, Noted
from busbar.model.orders import Outcome, Reset, ResetKind, Trigger
from busbar.model.trust import SigningRequested
from busbar.model.values import Place, RegistrationStatus

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


def concluded(world, order, outcome):
    command = commands.make("c", 7, "x", b"{}", at=world.T0, ttl_s=60)
    world.store(conclude(order, command, outcome, world.view, world.at(5)).changes)


def test_a_station_may_have_intervals_of_its_own(world) -> None:
    world.rows[BootSetting] = [BootSetting(station_id=7, heartbeat_interval_s=17, retry_interval_s=19)]
    assert world.tell(BOOT).answer.interval_s == 17
    world.register(RegistrationStatus.PENDING)
    assert world.tell(BOOT).answer.interval_s == 19
    world.rows[BootSetting] = [BootSetting(station_id=7)]
    assert world.tell(BOOT).answer.interval_s >= 60
    world.register(RegistrationStatus.ACCEPTED)
    assert world.tell(BOOT).answer.interval_s == 300


def test_modem_and_meter_are_recorded_where_they_are_told(world) -> None:
    world.tell(BOOT)
    assert not world.all(BootDetail)
    world.tell(Booted(vendor="V", model="M", iccid="1", meter_type="T"))
    (row,) = world.all(BootDetail)
    assert (row.iccid, row.imsi, row.meter_type) == ("1", None, "T")


@pytest.mark.parametrize("status", ["Accepted", "Scheduled"])
def test_a_reset_waits_for_the_boot_that_follows__B11_FR_03(world, status: str) -> None:
    concluded(world, Reset(kind=ResetKind.ON_IDLE), Outcome(status=status))
    (row,) = world.all(PendingReset)
    assert (row.evse, row.kind, row.status, row.command_id) == (0, "OnIdle", status, "c")
    world.tell(BOOT)
    assert not world.all(PendingReset)


def test_a_reset_of_one_evse_waits_only_where_it_is_put_off__B12_FR_01(world) -> None:
    concluded(world, Reset(kind=ResetKind.IMMEDIATE, evse=1), Outcome(status="Accepted"))
    assert not world.all(PendingReset)
    concluded(world, Reset(kind=ResetKind.ON_IDLE, evse=1), Outcome(status="Scheduled"))
    assert [row.evse for row in world.all(PendingReset)] == [1]


@pytest.mark.parametrize("outcome", [Outcome(status="Rejected"), None])
def test_a_reset_that_was_not_taken_does_not_wait(world, outcome) -> None:
    concluded(world, Reset(kind=ResetKind.IMMEDIATE), outcome)
    assert not world.all(PendingReset)


def test_a_pending_station_is_heard_for_what_it_was_triggered__B02_FR_09(world) -> None:
    world.register(RegistrationStatus.PENDING)
    concluded(world, Trigger(message="Heartbeat"), Outcome(status="Rejected"))
    with pytest.raises(Refused):
        world.tell(HeartBeaten())
    concluded(world, Trigger(message="Heartbeat"), Outcome(status="Accepted"))
    assert world.tell(HeartBeaten()).answer.now
    for fact in (Noted(action="LogStatusNotification"), MeterRead(place=Place(1), readings=[])):
        with pytest.raises(Refused):
            world.tell(fact)
    concluded(world, Trigger(message="LogStatusNotification"), Outcome(status="Accepted"))
    assert world.tell(Noted(action="LogStatusNotification")).answer


def test_a_rejected_station_is_not_heard_whatever_it_was_asked__B03_FR_07(world) -> None:
    world.register(RegistrationStatus.PENDING)
    concluded(world, Trigger(message="Heartbeat"), Outcome(status="Accepted"))
    world.register(RegistrationStatus.REJECTED)
    with pytest.raises(Refused):
        world.tell(HeartBeaten())


def test_a_station_with_an_expired_certificate_waits_and_is_asked_for_another__A00_FR_429(world) -> None:
    world.view.must_renew = True
    decision = world.tell(Booted(vendor="V", model="M", reason="PowerUp"))
    assert decision.answer.status is RegistrationStatus.PENDING
    assert [errand.order for errand in decision.errands] == [Trigger(message="SignChargingStationCertificate")]
    with pytest.raises(Refused):
        world.tell(HeartBeaten())
    concluded(world, Trigger(message="SignChargingStationCertificate"), Outcome(status="Accepted"))
    assert world.tell(SigningRequested(csr="garbage")).answer


def test_a_rejected_station_is_not_asked_for_a_certificate(world) -> None:
    world.view.must_renew = True
    world.register(RegistrationStatus.REJECTED)
    decision = world.tell(Booted(vendor="V", model="M", reason="PowerUp"))
    assert decision.answer.status is RegistrationStatus.REJECTED
    assert decision.errands == []
