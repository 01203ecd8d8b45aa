"""The talk over one connection, with a CSMS peer joined in memory."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model.facts import Acknowledged, BootAnswer, Booted, HeartBeaten, StatusChanged, TimeAnswer
from busbar.model.orders import ClearCache, Outcome
from busbar.model.values import ConnectorStatus, Place, RegistrationStatus
from busbar.model.versions import Version
from busbar.protocol.actions import Origin
from busbar.protocol.errors import ErrorCode
from busbar.protocol.incoming import CallReceived
from busbar.protocol.peer import Peer
from busbar.protocol.translate import translator
from busbar.station.conversation import Conversation
from busbar.station.effects import Ignore, Refuse, Reply, Send
from busbar.station.events import Answered, CallFailed, Ordered
from busbar.station.tally import Tally

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ALL = pytest.mark.parametrize("version", list(Version))


class Talk:
    """A conversation and what it sent."""

    def __init__(self, version: Version) -> None:
        self.sent: list[bytes] = []
        self.tally = Tally()
        self.csms = Peer(version, Origin.CSMS)
        self.words = translator(version)
        self.station = Conversation(version, self.sent.append, self.tally, 30.0)

    def last(self) -> Any:
        return json.loads(self.sent[-1])

    def order(self, message_id: str, action: str, payload: str = "{}") -> list[Any]:
        return self.station.hear(f'[2,"{message_id}","{action}",{payload}]'.encode(), 0.0)


@ALL
def test_a_fact_goes_out_and_its_answer_comes_back_under_the_call_id(version: Version) -> None:
    talk = Talk(version)
    assert talk.station.tell(Send(7, Booted(vendor="V", model="M", reason="PowerUp")), 0.0) == []
    (call,) = talk.csms.receive(talk.sent[0], 0.0)
    assert isinstance(call, CallReceived)
    answer = BootAnswer(status=RegistrationStatus.ACCEPTED, now=AT, interval_s=300)
    frame = talk.csms.answer(call, talk.words.from_answer(call.action, answer))
    assert talk.station.hear(frame, 1.0) == [Answered(7, answer)]
    assert talk.station.next_timeout() is None
    assert (talk.tally.sent, talk.tally.received) == (1, 1)


@ALL
def test_a_refusal_a_broken_answer_and_silence_fail_the_call(version: Version) -> None:
    talk = Talk(version)
    talk.station.tell(Send(1, HeartBeaten()), 0.0)
    error = f'[4,"{talk.last()[1]}","SecurityError","no",{{}}]'
    assert talk.station.hear(error.encode(), 0.0) == [CallFailed(1, ErrorCode.SECURITY_ERROR)]
    talk.station.tell(Send(2, HeartBeaten()), 0.0)
    assert talk.station.hear(f'[4,"{talk.last()[1]}","Whatever","",{{}}]'.encode(), 0.0) == [
        CallFailed(2, ErrorCode.GENERIC_ERROR)
    ]
    talk.station.tell(Send(3, HeartBeaten()), 0.0)
    (failed,) = talk.station.hear(f'[3,"{talk.last()[1]}",{{}}]'.encode(), 0.0)
    assert isinstance(failed, CallFailed)
    assert failed.code is not None
    talk.station.tell(Send(4, HeartBeaten()), 0.0)
    assert talk.station.on_timeout(29.0) == []
    assert talk.station.next_timeout() == 30.0
    assert talk.station.on_timeout(30.0) == [CallFailed(4)]
    assert (talk.tally.call_errors, talk.tally.timeouts) == (3, 1)


@ALL
def test_a_late_answer_is_dropped_and_counted(version: Version) -> None:
    talk = Talk(version)
    talk.station.tell(Send(1, HeartBeaten()), 0.0)
    late = talk.last()[1]
    talk.station.on_timeout(30.0)
    assert talk.station.hear(f'[3,"{late}",{{"currentTime":"2026-01-01T00:00:00Z"}}]'.encode(), 31.0) == []
    assert talk.tally.dropped == 1


@ALL
def test_a_fact_that_cannot_be_said_fails_at_once_and_nothing_is_sent(version: Version) -> None:
    talk = Talk(version)
    (failed,) = talk.station.tell(Send(5, Booted(vendor="V" * 500, model="M")), 0.0)
    assert isinstance(failed, CallFailed)
    assert failed.call_id == 5
    assert talk.sent == []


@ALL
def test_an_order_is_answered_once_and_only_by_its_id(version: Version) -> None:
    talk = Talk(version)
    (ordered,) = talk.order("m1", "ClearCache")
    assert ordered == Ordered(ordered.order_id, ClearCache())
    talk.station.reply(Reply("another", Outcome(status="Accepted")))
    assert talk.sent == []
    talk.station.reply(Reply(ordered.order_id, Outcome(status="Accepted")))
    talk.station.reply(Reply(ordered.order_id, Outcome(status="Accepted")))
    assert [json.loads(frame) for frame in talk.sent] == [[3, "m1", {"status": "Accepted"}]]


@ALL
def test_a_refused_order_and_an_answer_that_cannot_be_said_are_callerrors(version: Version) -> None:
    talk = Talk(version)
    (first,) = talk.order("m1", "ClearCache")
    talk.station.reply(Refuse(first.order_id, ErrorCode.SECURITY_ERROR, "not now"))
    assert talk.last()[:3] == [4, "m1", "SecurityError"]
    (second,) = talk.order("m2", "ClearCache")
    talk.station.reply(Reply(second.order_id, Outcome(status="Perhaps")))
    assert talk.last()[:3] == [4, "m2", "InternalError"]
    assert talk.tally.refused == 2


@ALL
def test_an_ignored_order_is_forgotten_without_an_answer(version: Version) -> None:
    talk = Talk(version)
    for number in range(20):
        (ordered,) = talk.order(f"m{number}", "ClearCache")
        talk.station.reply(Ignore(ordered.order_id))
    assert talk.sent == []


@ALL
def test_an_action_that_does_not_exist_is_not_implemented(version: Version) -> None:
    talk = Talk(version)
    assert talk.order("m2", "NoSuchAction") == []
    assert talk.last()[:3] == [4, "m2", "NotImplemented"]


@ALL
def test_open_orders_are_bounded(version: Version) -> None:
    talk = Talk(version)
    taken = [talk.order(f"m{n}", "ClearCache") for n in range(20)]
    assert [len(events) for events in taken] == [1] * 16 + [0] * 4
    assert talk.last()[:3] == [4, "m19", "GenericError"]


@ALL
def test_acknowledged_and_time_answers_are_understood(version: Version) -> None:
    talk = Talk(version)
    for call_id, (fact, answer) in enumerate(
        [
            (HeartBeaten(), TimeAnswer(now=AT)),
            (StatusChanged(place=Place(1, 1), status=ConnectorStatus.AVAILABLE, at=AT), Acknowledged()),
        ]
    ):
        talk.station.tell(Send(call_id, fact), 0.0)
        (call,) = talk.csms.receive(talk.sent[-1], 0.0)
        assert isinstance(call, CallReceived)
        frame = talk.csms.answer(call, talk.words.from_answer(call.action, answer))
        assert talk.station.hear(frame, 0.0) == [Answered(call_id, answer)]
