"""Which call goes next: one at a time, Boot first, nothing else before Accepted."""

from datetime import UTC, datetime

import pytest

from busbar.model.facts import Acknowledged, Answer, Booted, HeartBeaten, StatusChanged, TransactionEnded
from busbar.model.values import STATION, ConnectorStatus
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks import outbox as o
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.outbox import Call, Registration
from busbar.station.config import StationConfig

AT = datetime(2026, 1, 1, tzinfo=UTC)
STATUS = StatusChanged(place=STATION, status=ConnectorStatus.AVAILABLE)
BOOT = Booted(vendor="v", model="m")


def make(registration: Registration = Registration.ACCEPTED) -> Cabinet:
    cabinet = Cabinet(StationConfig(identity="CS1", version=Version.V201), {})
    cabinet.outbox.connect()
    cabinet.outbox.registration = registration
    return cabinet


def sends(cabinet: Cabinet) -> list[ef.Send]:
    cabinet.outbox.pump()
    return [effect for effect in cabinet.board.take() if isinstance(effect, ef.Send)]


def test_one_call_at_a_time_and_each_answer_to_its_asker() -> None:
    cabinet = make()
    answers: list[tuple[int, Answer]] = []
    for number in (1, 2):
        cabinet.outbox.say(Call(STATUS, lambda answer, number=number: answers.append((number, answer))))
    assert [send.call_id for send in sends(cabinet)] == [1]
    assert sends(cabinet) == []
    cabinet.outbox.answer(1, Acknowledged())
    assert [send.call_id for send in sends(cabinet)] == [2]
    cabinet.outbox.answer(2, Acknowledged())
    assert answers == [(1, Acknowledged()), (2, Acknowledged())]


def test_an_answer_to_no_outstanding_call_is_ignored() -> None:
    cabinet = make()
    answers: list[Answer] = []
    cabinet.outbox.say(Call(STATUS, answers.append))
    sends(cabinet)
    cabinet.outbox.answer(7, Acknowledged())
    assert (answers, cabinet.outbox.idle) == ([], False)
    cabinet.outbox.answer(1, Acknowledged())
    cabinet.outbox.answer(1, Acknowledged())
    assert answers == [Acknowledged()]


@pytest.mark.parametrize("registration", [Registration.UNKNOWN, Registration.PENDING, Registration.REJECTED])
def test_before_accepted_only_boot_goes(registration: Registration) -> None:
    cabinet = make(registration)
    failures: list[object] = []
    cabinet.queue.put("a", TransactionEnded(transaction_id="a", at=AT), offline=True)
    cabinet.outbox.say(Call(STATUS, failed=failures.append))
    assert (sends(cabinet), failures) == ([], [None])
    cabinet.outbox.boot(BOOT, o.ignore, o.ignore)
    assert [send.fact for send in sends(cabinet)] == [BOOT]


def test_what_the_csms_asked_for_goes_while_pending_but_not_while_rejected() -> None:
    for registration, count in ((Registration.PENDING, 1), (Registration.REJECTED, 0)):
        cabinet = make(registration)
        cabinet.outbox.say(Call(HeartBeaten(), solicited=True))
        assert len(sends(cabinet)) == count


def test_without_a_connection_a_call_fails_at_once() -> None:
    cabinet = make()
    failures: list[object] = []
    cabinet.outbox.say(Call(STATUS, failed=failures.append))
    cabinet.outbox.say(Call(STATUS, failed=failures.append))
    sends(cabinet)
    cabinet.outbox.disconnect()
    cabinet.outbox.say(Call(STATUS, failed=failures.append))
    assert failures == [None, None, None]
    assert sends(cabinet) == []


def test_calls_beyond_the_bound_fail() -> None:
    cabinet = make()
    failures: list[object] = []
    for _ in range(o.LIMIT + 2):
        cabinet.outbox.say(Call(STATUS, failed=failures.append))
    assert len(failures) == 2


def test_a_boot_that_is_outstanding_is_not_said_twice() -> None:
    cabinet = make(Registration.UNKNOWN)
    cabinet.outbox.boot(BOOT, o.ignore, o.ignore)
    assert len(sends(cabinet)) == 1
    cabinet.outbox.boot(BOOT, o.ignore, o.ignore)
    cabinet.outbox.answer(1, Acknowledged())
    assert sends(cabinet) == []


def test_a_boot_goes_before_what_the_csms_asked_for() -> None:
    cabinet = make(Registration.PENDING)
    cabinet.outbox.say(Call(HeartBeaten(), solicited=True))
    cabinet.outbox.boot(BOOT, o.ignore, o.ignore)
    assert [send.fact for send in sends(cabinet)] == [BOOT]
