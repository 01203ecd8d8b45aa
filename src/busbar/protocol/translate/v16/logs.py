"""1.6's logs: GetDiagnostics, part of plain firmware management, and the GetLog of the security extension.

Diagnostics are asked for in the older words: a charge point without the extension understands no others.
"""

from datetime import UTC
from typing import Any, Final

from msgspec import UNSET, UnsetType

from busbar.model import logs
from busbar.model.facts import Acknowledged
from busbar.model.logs import LogKind, LogOutcome, LogStatus
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.wire import v16

_FAILED: Final = v16.DiagnosticsStatusNotificationStatus.UPLOAD_FAILED


def read_diagnostics(sent: v16.GetDiagnosticsRequest) -> logs.GetLog:
    return logs.GetLog(
        kind=LogKind.DIAGNOSTICS,
        location=sent.location,
        oldest=None if isinstance(sent.start_time, UnsetType) else sent.start_time.astimezone(UTC),
        latest=None if isinstance(sent.stop_time, UnsetType) else sent.stop_time.astimezone(UTC),
        retries=None if isinstance(sent.retries, UnsetType) else sent.retries,
        retry_interval_s=None if isinstance(sent.retry_interval, UnsetType) else sent.retry_interval,
    )


def read_log(sent: v16.GetLogRequest) -> logs.GetLog:
    oldest, latest = sent.log.oldest_timestamp, sent.log.latest_timestamp
    return logs.GetLog(
        kind=LogKind(sent.log_type.value),
        location=sent.log.remote_location,
        request_id=sent.request_id,
        oldest=None if isinstance(oldest, UnsetType) else oldest.astimezone(UTC),
        latest=None if isinstance(latest, UnsetType) else latest.astimezone(UTC),
        retries=None if isinstance(sent.retries, UnsetType) else sent.retries,
        retry_interval_s=None if isinstance(sent.retry_interval, UnsetType) else sent.retry_interval,
    )


def write_log(order: logs.GetLog) -> Written:
    oldest = UNSET if order.oldest is None else seconds(order.oldest)
    latest = UNSET if order.latest is None else seconds(order.latest)
    retries = UNSET if order.retries is None else order.retries
    interval = UNSET if order.retry_interval_s is None else order.retry_interval_s
    if order.kind is LogKind.DIAGNOSTICS:
        return "GetDiagnostics", v16.GetDiagnosticsRequest(
            location=order.location, retries=retries, retry_interval=interval, start_time=oldest, stop_time=latest
        )
    return "GetLog", v16.GetLogRequest(
        log=v16.LogParametersType(remote_location=order.location, oldest_timestamp=oldest, latest_timestamp=latest),
        log_type=word(v16.LogEnumType, order.kind.value),
        request_id=required(order.request_id, "requestId"),
        retries=retries,
        retry_interval=interval,
    )


def read_diagnostics_outcome(_request: Any, sent: v16.GetDiagnosticsResponse) -> LogOutcome:
    """Read the answer: a name, or none where there are no diagnostics (1.6 GetDiagnostics.conf)."""
    return LogOutcome(status="Accepted", filename=sent.file_name or None)


def read_log_outcome(request: Any, sent: v16.GetLogResponse) -> LogOutcome:
    return LogOutcome(status=read_status(request, sent).status, filename=sent.filename or None)


def write_diagnostics_outcome(outcome: Outcome) -> v16.GetDiagnosticsResponse:
    return v16.GetDiagnosticsResponse(file_name=getattr(outcome, "filename", None) or UNSET)


def write_log_outcome(outcome: Outcome) -> v16.GetLogResponse:
    return v16.GetLogResponse(
        status=word(v16.LogStatusEnumType, outcome.status), filename=getattr(outcome, "filename", None) or UNSET
    )


def read_diagnostics_progress(sent: v16.DiagnosticsStatusNotificationRequest) -> logs.LogProgressed:
    status = LogStatus.UPLOAD_FAILURE if sent.status is _FAILED else LogStatus(sent.status.value)
    return logs.LogProgressed(status=status)


def read_progress(sent: v16.LogStatusNotificationRequest) -> logs.LogProgressed:
    request_id = None if isinstance(sent.request_id, UnsetType) else sent.request_id
    return logs.LogProgressed(status=LogStatus(sent.status.value), request_id=request_id)


def write_progress(fact: logs.LogProgressed) -> Written:
    """Write a status with an id as a log's, and one without as the diagnostics'; which know one failure."""
    if fact.request_id is None:
        named = _FAILED if fact.status.failed else word(v16.DiagnosticsStatusNotificationStatus, fact.status.value)
        return "DiagnosticsStatusNotification", v16.DiagnosticsStatusNotificationRequest(status=named)
    return "LogStatusNotification", v16.LogStatusNotificationRequest(
        status=word(v16.UploadLogStatusEnumType, fact.status.value), request_id=fact.request_id
    )


PART: Final = Part(
    reports={
        "DiagnosticsStatusNotification": Report(
            read_diagnostics_progress, lambda _: v16.DiagnosticsStatusNotificationResponse(), lambda _: Acknowledged()
        ),
        "LogStatusNotification": Report(
            read_progress, lambda _: v16.LogStatusNotificationResponse(), lambda _: Acknowledged()
        ),
    },
    facts={logs.LogProgressed: write_progress},
    calls={
        "GetDiagnostics": Call(read_diagnostics, read_diagnostics_outcome, write_diagnostics_outcome),
        "GetLog": Call(read_log, read_log_outcome, write_log_outcome),
    },
    orders={logs.GetLog: write_log},
)
