"""Security events in every version."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from busbar.model.facts import Acknowledged
from busbar.model.security import SecurityEventReported
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACTION = "SecurityEventNotification"


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("info", [None, "door open"])
def test_a_security_event_is_said_and_read_in_every_version(version, info):
    translator = TRANSLATORS[version]
    fact = SecurityEventReported(type="TamperDetectionActivated", at=AT, info=info)
    action, payload = translator.from_fact(fact)
    assert action == ACTION
    assert translator.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact
    answer = translator.from_answer(action, Acknowledged())
    assert codec.encode(answer) == b"{}"
    assert translator.to_answer(action, answer) == Acknowledged()


def test_a_time_of_another_zone_is_read_as_utc():
    there = AT.astimezone(timezone(timedelta(hours=2))).isoformat()
    sent = codec.decode_request(Version.V201, ACTION, b'{"type":"X","timestamp":"%b"}' % there.encode())
    fact = TRANSLATORS[Version.V201].to_fact(ACTION, sent)
    assert (fact.at, fact.at.tzinfo) == (AT, UTC)
