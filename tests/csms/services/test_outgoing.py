import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import StationBooted, TransactionChanged
from busbar.csms.records.webhooks import OutgoingEvent, Webhook
from busbar.csms.services.outgoing import GAP, MOST_ATTEMPTS, Wanted, name_of, next_try, settled, signed, wants
from tests.fixtures.rows import NOON, transaction

BOOTED = StationBooted(station="CS1", at=NOON, vendor="V", model="M", registration="Accepted")
CHANGED = TransactionChanged(station="CS1", at=NOON, transaction=transaction(1))


def hook(organisation_id: int, *events: str) -> Webhook:
    return Webhook(organisation_id=organisation_id, name="", url="", events=list(events), secret=b"", created_at=NOON)


def test_nothing_is_kept_where_nobody_listens() -> None:
    assert Wanted().rows(1, 7, [BOOTED, CHANGED]) == []


def test_what_somebody_wants_is_kept_with_all_it_tells() -> None:
    wanted = Wanted()
    wanted.learn([hook(3, "session.*"), hook(3, "log.*"), hook(4, "*")])
    [added] = wanted.rows(3, 7, [BOOTED, CHANGED])
    assert isinstance(added, RowAdded)
    row = added.row
    assert (row.station_id, row.organisation_id, row.name, row.at) == (7, 3, "session.changed", NOON)  # type: ignore[attr-defined]
    assert msgspec.json.decode(row.happening, type=TransactionChanged) == CHANGED  # type: ignore[attr-defined]


def test_all_is_kept_where_events_are_logged() -> None:
    wanted = Wanted()
    wanted.logged = True
    assert [change.row.name for change in wanted.rows(1, 7, [BOOTED, CHANGED])] == ["station.booted", "session.changed"]  # type: ignore[attr-defined, union-attr]


def test_what_another_organisation_wants_is_not_kept_for_it() -> None:
    wanted = Wanted()
    wanted.learn([hook(4, "*")])
    assert wanted.rows(3, 7, [BOOTED, CHANGED]) == []
    assert len(wanted.rows(4, 7, [BOOTED, CHANGED])) == 2
    wanted.learn([])
    assert wanted.rows(4, 7, [BOOTED, CHANGED]) == []


def test_a_transaction_is_a_session_outside() -> None:
    assert (name_of(BOOTED), name_of(CHANGED)) == ("station.booted", "session.changed")


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [("session.changed", True), ("session.*", True), ("*", True), ("session", False), ("", False)],
)
def test_a_pattern_takes_a_name_or_the_rest_of_it(pattern: str, wanted: bool) -> None:
    assert wants([pattern], "session.changed") is wanted


def test_a_signature_can_be_checked_as_the_standard_says() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    headers = signed(b"secret", "msg_1", at, b"{}")
    content = f"msg_1.{int(at.timestamp())}.{{}}".encode()
    expected = base64.b64encode(hmac.new(b"secret", content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert signed(b"other", "msg_1", at, b"{}") != headers
    assert signed(b"secret", "msg_2", at, b"{}")["webhook-signature"] != headers["webhook-signature"]


def test_pauses_double_up_to_an_hour_and_end_after_about_a_day() -> None:
    pauses = []
    for attempts in range(1, MOST_ATTEMPTS):
        again = next_try(attempts, NOON)
        assert again is not None
        pauses.append(again - NOON)
    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert max(pauses) == timedelta(hours=1)
    assert timedelta(hours=20) < sum(pauses, timedelta()) < timedelta(hours=26)
    assert next_try(MOST_ATTEMPTS, NOON) is None


@pytest.mark.parametrize(
    ("numbers", "young", "count"),
    [((5, 6, 7), True, 3), ((5, 7, 8), True, 1), ((6,), True, 0), ((5, 7, 8), False, 3), ((), True, 0)],
)
def test_what_is_behind_a_missing_number_waits_until_it_cannot_come_any_more(numbers, young, count) -> None:
    at = NOON if young else NOON - GAP - timedelta(seconds=1)
    rows = [OutgoingEvent(id=number, station_id=0, at=at, name="n", happening=b"{}") for number in numbers]
    assert len(settled(rows, 4, NOON)) == count
