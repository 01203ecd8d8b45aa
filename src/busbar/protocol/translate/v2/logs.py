"""2.x's log uploads (N01); `wire` is the version's module of types."""

from datetime import UTC
from typing import Any

from msgspec import UNSET

from busbar.model import logs
from busbar.model.facts import Acknowledged
from busbar.model.logs import LogKind, LogOutcome, LogStatus
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status


class Logs:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_get(self, sent: Any) -> logs.GetLog:
        log = sent.log
        return logs.GetLog(
            kind=LogKind(sent.log_type.value),
            location=log.remote_location,
            request_id=sent.request_id,
            oldest=log.oldest_timestamp.astimezone(UTC) if log.oldest_timestamp else None,
            latest=log.latest_timestamp.astimezone(UTC) if log.latest_timestamp else None,
            retries=None if sent.retries is UNSET else sent.retries,
            retry_interval_s=None if sent.retry_interval is UNSET else sent.retry_interval,
        )

    def write_get(self, order: logs.GetLog) -> Written:
        """Write the request. Raises Untranslatable for a kind of log that the version lacks."""
        wire = self._wire
        return "GetLog", wire.GetLogRequest(
            log=wire.LogParametersType(
                remote_location=order.location,
                oldest_timestamp=seconds(order.oldest) if order.oldest else UNSET,
                latest_timestamp=seconds(order.latest) if order.latest else UNSET,
            ),
            log_type=word(wire.LogEnumType, order.kind.value),
            request_id=required(order.request_id, "requestId"),
            retries=UNSET if order.retries is None else order.retries,
            retry_interval=UNSET if order.retry_interval_s is None else order.retry_interval_s,
        )

    def read_outcome(self, request: Any, sent: Any) -> LogOutcome:
        told = read_status(request, sent)
        return LogOutcome(status=told.status, reason=told.reason, detail=told.detail, filename=sent.filename or None)

    def write_outcome(self, outcome: Outcome) -> Any:
        wire, info = self._wire, UNSET
        if outcome.reason is not None:
            info = wire.StatusInfoType(reason_code=outcome.reason, additional_info=outcome.detail or UNSET)
        return wire.GetLogResponse(
            status=word(wire.LogStatusEnumType, outcome.status),
            status_info=info,
            filename=getattr(outcome, "filename", None) or UNSET,
        )

    def read_progress(self, sent: Any) -> logs.LogProgressed:
        why = read_status(None, sent)
        return logs.LogProgressed(
            status=LogStatus(sent.status.value),
            request_id=None if sent.request_id is UNSET else sent.request_id,
            reason=why.reason,
            detail=why.detail,
        )

    def write_progress(self, fact: logs.LogProgressed) -> Written:
        wire = self._wire
        return "LogStatusNotification", wire.LogStatusNotificationRequest(
            status=wire.UploadLogStatusEnumType(fact.status.value),
            request_id=UNSET if fact.request_id is None else fact.request_id,
        )


def part(wire: Any) -> Part:
    """Return what both versions say of logs."""
    all_of, noticed = Logs(wire), wire.LogStatusNotificationResponse()
    return Part(
        reports={"LogStatusNotification": Report(all_of.read_progress, lambda _: noticed, lambda _: Acknowledged())},
        facts={logs.LogProgressed: all_of.write_progress},
        calls={"GetLog": Call(all_of.read_get, all_of.read_outcome, all_of.write_outcome)},
        orders={logs.GetLog: all_of.write_get},
    )
