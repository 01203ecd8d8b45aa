"""1.6's diagnostics and logs."""

from datetime import UTC, datetime

import pytest

from busbar.model.logs import GetLog, LogKind, LogOutcome, LogProgressed, LogStatus
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

SPEAKER = translator(Version.V16)
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("order", "action", "sent"),
    [
        (
            GetLog(
                kind=LogKind.DIAGNOSTICS, location="https://x/", oldest=AT, latest=AT, retries=1, retry_interval_s=9
            ),
            "GetDiagnostics",
            b'{"location":"https://x/","retries":1,"retryInterval":9,"startTime":"2026-05-01T12:00:00Z",'
            b'"stopTime":"2026-05-01T12:00:00Z"}',
        ),
        (
            GetLog(kind=LogKind.SECURITY, location="https://x/", request_id=7, oldest=AT),
            "GetLog",
            b'{"log":{"remoteLocation":"https://x/","oldestTimestamp":"2026-05-01T12:00:00Z"},'
            b'"logType":"SecurityLog","requestId":7}',
        ),
    ],
)
def test_diagnostics_are_asked_for_in_the_older_words(order: GetLog, action: str, sent: bytes) -> None:
    written, payload = SPEAKER.from_order(order)
    assert (written, codec.encode(payload)) == (action, sent)
    assert SPEAKER.to_order(action, codec.decode_request(Version.V16, action, sent)) == order


def test_a_log_of_2_1_is_not_asked_for() -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(GetLog(kind=LogKind.DATA_COLLECTOR, location="x", request_id=1))


@pytest.mark.parametrize(
    ("action", "sent", "outcome"),
    [
        ("GetDiagnostics", b'{"fileName":"d.zip"}', LogOutcome(status="Accepted", filename="d.zip")),
        ("GetDiagnostics", b"{}", LogOutcome(status="Accepted")),
        (
            "GetLog",
            b'{"status":"AcceptedCanceled","filename":"s.zip"}',
            LogOutcome(status="AcceptedCanceled", filename="s.zip"),
        ),
    ],
)
def test_an_answer_names_the_file(action: str, sent: bytes, outcome: LogOutcome) -> None:
    payload = codec.decode_response(Version.V16, action, sent)
    assert SPEAKER.to_outcome(action, payload, payload) == outcome
    assert codec.encode(SPEAKER.from_outcome(action, outcome)) == sent


@pytest.mark.parametrize(
    ("action", "sent", "fact"),
    [
        ("DiagnosticsStatusNotification", b'{"status":"UploadFailed"}', LogProgressed(status=LogStatus.UPLOAD_FAILURE)),
        ("DiagnosticsStatusNotification", b'{"status":"Uploaded"}', LogProgressed(status=LogStatus.UPLOADED)),
        (
            "LogStatusNotification",
            b'{"status":"PermissionDenied","requestId":7}',
            LogProgressed(status=LogStatus.PERMISSION_DENIED, request_id=7),
        ),
    ],
)
def test_a_status_is_read_and_written(action: str, sent: bytes, fact: LogProgressed) -> None:
    assert SPEAKER.to_fact(action, codec.decode_request(Version.V16, action, sent)) == fact
    written, payload = SPEAKER.from_fact(fact)
    assert (written, codec.encode(payload)) == (action, sent)
