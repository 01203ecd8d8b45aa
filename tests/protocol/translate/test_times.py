"""Times leave in UTC and in whole seconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from busbar.model import facts
from busbar.model.values import RegistrationStatus
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.protocol.translate.times import seconds


def test_an_instant_of_another_zone_is_said_in_utc() -> None:
    there = datetime(2026, 7, 1, 1, 30, 5, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert seconds(there) == datetime(2026, 6, 30, 23, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize("version", Version)
def test_no_answer_has_more_decimals_than_2x_allows(version: Version) -> None:
    now = datetime(2026, 7, 1, 1, 30, 5, 123_456, tzinfo=UTC)
    speaker = translator(version)
    for action, answer in (
        ("Heartbeat", facts.TimeAnswer(now=now)),
        ("BootNotification", facts.BootAnswer(status=RegistrationStatus.ACCEPTED, now=now, interval_s=1)),
    ):
        assert b'"2026-07-01T01:30:05Z"' in codec.encode(speaker.from_answer(action, answer))


@pytest.mark.parametrize("version", Version)
def test_a_time_with_an_offset_is_read_as_utc(version: Version) -> None:
    raw = b'{"currentTime":"2026-07-01T01:30:05.5+02:00"}'
    answer = translator(version).to_answer("Heartbeat", codec.decode_response(version, "Heartbeat", raw))
    assert isinstance(answer, facts.TimeAnswer)
    assert answer.now.isoformat() == "2026-06-30T23:30:05.500000+00:00"
