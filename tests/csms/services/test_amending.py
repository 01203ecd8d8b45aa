from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import TransactionPut
from busbar.csms.rows import Exchange, Station
from busbar.csms.services import amending
from busbar.csms.services.metering import meter_read
from busbar.csms.services.transactions import ended, updated
from busbar.csms.services.view import Context, StationView, Tokens
from busbar.model.facts import HeartBeaten, MeterRead, TransactionEnded, TransactionUpdated
from busbar.model.values import Place
from busbar.model.versions import Version
from busbar.protocol.errors import ProtocolViolation
from tests.fixtures.rows import NOON, transaction

AT = datetime(2026, 5, 5, tzinfo=UTC)


def exchange(request: bytes, answer: bytes | None = None) -> Exchange:
    return Exchange(
        station_id=1, epoch=1, at=AT, origin="station", message_id="a", action="", request=request, answer=answer
    )


def a_view(version: Version = Version.V201) -> StationView:
    row = transaction(7, transaction_id="7", power_w=1000.0, evse=1)
    return StationView(Station(id=1, identity="CS1"), version, 1, transactions={"7": row}, events={"7": {0}})


def context() -> Context:
    return Context(Tokens(), lambda: 99)


def test_a_parked_message_is_read_again() -> None:
    assert amending.parked_fact(exchange(b'[2,"a","Heartbeat",{}]'), Version.V16) == HeartBeaten()


@pytest.mark.parametrize(
    "text", [b'[2,"a","Authorize",{"idTag":7.5e400}]', b"nonsense", b'[3,"a",{}]', b'[2,"a","Nope",{}]']
)
def test_what_still_cannot_be_read_says_so(text: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        amending.parked_fact(exchange(text), Version.V16)


def test_a_message_that_breaks_the_schema_without_doubt_is_mended() -> None:
    text = b'[2,"a","StopTransaction",{"transactionId":"7","meterStop":10.0,"timestamp":"2026-05-05T00:00:00"}]'
    fact = amending.parked_fact(exchange(text), Version.V16)
    assert isinstance(fact, TransactionEnded)
    assert (fact.transaction_id, fact.meter_wh, fact.at) == ("7", 10, AT)


@pytest.mark.parametrize(
    ("action", "outcome", "origin", "expected"),
    [
        ("Authorize", "parked", "station", True),
        ("StopTransaction", "TypeConstraintViolation", "station", True),
        ("StopTransaction", "SecurityError", "station", False),
        ("StopTransaction", "ok", "station", False),
        ("StopTransaction", "replayed", "station", False),
        ("Authorize", "TypeConstraintViolation", "station", False),
        ("MeterValues", "TypeConstraintViolation", "csms", False),
    ],
)
def test_what_was_refused_for_its_form_may_be_read_again_where_it_is_of_a_session(
    action: str, outcome: str, origin: str, expected: bool
) -> None:
    row = exchange(b"")
    row.action, row.outcome, row.origin = action, outcome, origin
    assert amending.replayable(row) is expected


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (b'[3,"a",{"transactionId":12,"idTagInfo":{"status":"Accepted"}}]', 12),
        (b'[3,"a",{}]', None),
        (b'[4,"a","InternalError","",{}]', None),
        (b"nonsense", None),
        (None, None),
    ],
)
def test_the_number_that_a_station_was_given_is_found(answer: bytes | None, number: int | None) -> None:
    assert amending.given_number(exchange(b"", answer)) == number


def test_a_session_is_closed_at_its_last_sign_of_life_and_flagged() -> None:
    view = a_view()
    row = view.transactions["7"]
    assert row is not None
    concluded = amending.close(row, view, AT)
    assert (row.ended_at, row.power_w, row.flags) == (NOON, None, "closed")
    (put,) = concluded.changes
    assert isinstance(put, TransactionPut)
    assert put.row == row
    assert put.row is not row
    assert concluded.happenings[0].station == "CS1"


def test_a_closed_session_that_goes_on_is_open_again() -> None:
    view = a_view()
    row = view.transactions["7"]
    assert row is not None
    amending.close(row, view, AT)
    later = NOON + timedelta(minutes=1)
    updated(
        TransactionUpdated(transaction_id="7", at=later, seq_no=1, trigger="MeterValuePeriodic"), view, context(), AT
    )
    assert (row.ended_at, row.flags) == (None, "")


def test_the_stations_end_counts_more_than_ours() -> None:
    view = a_view()
    row = view.transactions["7"]
    assert row is not None
    amending.close(row, view, AT)
    later = NOON + timedelta(minutes=1)
    ended(TransactionEnded(transaction_id="7", at=later, seq_no=1, trigger="EVDeparted"), view, context(), AT)
    assert (row.ended_at, row.flags) == (later, "")


def test_a_1_6_stop_after_a_close_is_the_end() -> None:
    view = a_view(Version.V16)
    row = view.transactions["7"]
    assert row is not None
    amending.close(row, view, AT)
    later = NOON + timedelta(minutes=1)
    ended(TransactionEnded(transaction_id="7", at=later, meter_wh=5.0), view, context(), AT)
    assert (row.ended_at, row.flags) == (later, "")


def test_a_1_6_reading_of_a_closed_session_opens_it_again() -> None:
    view = a_view(Version.V16)
    row = view.transactions["7"]
    assert row is not None
    amending.close(row, view, AT)
    meter_read(MeterRead(place=Place(1), readings=[], transaction_id="7"), view, context(), AT)
    assert (row.ended_at, row.flags) == (None, "")


def test_a_doubt_is_a_mark_that_any_word_of_the_session_takes_off() -> None:
    view = a_view()
    row = view.transactions["7"]
    assert row is not None
    amending.doubt(row, view, AT)
    assert (row.ended_at, row.flags) == (None, "stale")
    updated(
        TransactionUpdated(transaction_id="7", at=NOON, seq_no=1, trigger="MeterValuePeriodic"), view, context(), AT
    )
    assert row.flags == ""
