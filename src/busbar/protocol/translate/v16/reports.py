"""What a 1.6 charge point reports ↔ facts, and the answers to it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET, UnsetType

from busbar.model import facts
from busbar.model.facts import Acknowledged, BootAnswer, DataAnswer, TimeAnswer, TokenAnswer, TransactionAnswer
from busbar.model.values import (
    ConnectorStatus,
    IdToken,
    Reading,
    RegistrationStatus,
    StopReason,
)
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Report, Written
from busbar.protocol.translate.v16 import pnc, pnc_station, samples
from busbar.protocol.translate.v16.words import (
    REASONS,
    STATUSES,
    connector,
    id_tag,
    info,
    number,
    one_connector,
    place,
    token,
    verdict,
)
from busbar.protocol.wire import v16

_NO_ERROR: Final = v16.StatusNotificationErrorCode.NO_ERROR


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


# facts


def read_boot(sent: v16.BootNotificationRequest) -> facts.Booted:
    return facts.Booted(
        vendor=sent.charge_point_vendor,
        model=sent.charge_point_model,
        serial=sent.charge_point_serial_number or sent.charge_box_serial_number or None,
        firmware=sent.firmware_version or None,
        iccid=sent.iccid or None,
        imsi=sent.imsi or None,
        meter_type=sent.meter_type or None,
        meter_serial=sent.meter_serial_number or None,
    )


def write_boot(fact: facts.Booted) -> Written:
    return "BootNotification", v16.BootNotificationRequest(
        charge_point_vendor=fact.vendor,
        charge_point_model=fact.model,
        charge_point_serial_number=fact.serial or UNSET,
        firmware_version=fact.firmware or UNSET,
        iccid=fact.iccid or UNSET,
        imsi=fact.imsi or UNSET,
        meter_type=fact.meter_type or UNSET,
        meter_serial_number=fact.meter_serial or UNSET,
    )


def read_heartbeat(_sent: v16.HeartbeatRequest) -> facts.HeartBeaten:
    return facts.HeartBeaten()


def write_heartbeat(_fact: facts.HeartBeaten) -> Written:
    return "Heartbeat", v16.HeartbeatRequest()


def read_status(sent: v16.StatusNotificationRequest) -> facts.StatusChanged:
    return facts.StatusChanged(
        place=place(sent.connector_id),
        status=ConnectorStatus(sent.status.value),
        at=None if isinstance(sent.timestamp, UnsetType) else _utc(sent.timestamp),
        error=None if sent.error_code is _NO_ERROR else sent.error_code.value,
        info=sent.info or None,
        vendor_id=sent.vendor_id or None,
        vendor_error=sent.vendor_error_code or None,
    )


def write_status(fact: facts.StatusChanged) -> Written:
    return "StatusNotification", v16.StatusNotificationRequest(
        connector_id=connector(fact.place),
        error_code=word(v16.StatusNotificationErrorCode, fact.error) if fact.error else _NO_ERROR,
        info=fact.info or UNSET,
        status=v16.StatusNotificationStatus(STATUSES[fact.status]),
        timestamp=seconds(fact.at) if fact.at else UNSET,
        vendor_id=fact.vendor_id or UNSET,
        vendor_error_code=fact.vendor_error or UNSET,
    )


def read_authorize(sent: v16.AuthorizeRequest) -> facts.TokenPresented:
    return facts.TokenPresented(token=IdToken(sent.id_tag))


def write_authorize(fact: facts.TokenPresented) -> Written:
    if fact.certificate is not None or fact.certificate_targets:
        return pnc_station.write_authorize(fact)
    return "Authorize", v16.AuthorizeRequest(id_tag=id_tag(fact.token))


def read_meter_values(sent: v16.MeterValuesRequest) -> facts.MeterRead:
    transaction_id = None if sent.transaction_id is UNSET else str(sent.transaction_id)
    return facts.MeterRead(
        place=place(sent.connector_id), readings=samples.read(sent.meter_value), transaction_id=transaction_id
    )


def write_meter_values(fact: facts.MeterRead) -> Written:
    return "MeterValues", v16.MeterValuesRequest(
        connector_id=connector(fact.place),
        transaction_id=UNSET if fact.transaction_id is None else number(fact.transaction_id),
        meter_value=required(samples.write(fact.readings, v16.MeterValue) or None, "meterValue"),
    )


def read_start(sent: v16.StartTransactionRequest) -> facts.TransactionStarted:
    return facts.TransactionStarted(
        transaction_id=None,
        at=_utc(sent.timestamp),
        place=place(sent.connector_id),
        token=IdToken(sent.id_tag),
        meter_wh=sent.meter_start,
        reservation_id=None if isinstance(sent.reservation_id, UnsetType) else sent.reservation_id,
    )


def write_start(fact: facts.TransactionStarted) -> Written:
    return "StartTransaction", v16.StartTransactionRequest(
        connector_id=one_connector(fact.place),
        id_tag=id_tag(required(fact.token, "idTag")),
        meter_start=_register(fact.meter_wh, fact.readings[:1], "meterStart"),
        reservation_id=UNSET if fact.reservation_id is None else fact.reservation_id,
        timestamp=seconds(fact.at),
    )


def read_stop(sent: v16.StopTransactionRequest) -> facts.TransactionEnded:
    reason = "Local" if isinstance(sent.reason, UnsetType) else sent.reason.value  # 1.6 §7.38: Local where left out
    return facts.TransactionEnded(
        transaction_id=str(sent.transaction_id),
        at=_utc(sent.timestamp),
        token=token(sent.id_tag),
        meter_wh=sent.meter_stop,
        reason=StopReason(reason),
        readings=samples.read(sent.transaction_data or []),
    )


def write_stop(fact: facts.TransactionEnded) -> Written:
    return "StopTransaction", v16.StopTransactionRequest(
        id_tag=id_tag(fact.token) if fact.token else UNSET,
        meter_stop=_register(fact.meter_wh, fact.readings[-1:], "meterStop"),
        timestamp=seconds(fact.at),
        transaction_id=number(fact.transaction_id),
        reason=REASONS[fact.reason] if fact.reason else UNSET,
        transaction_data=samples.write(fact.readings, v16.TransactionData),
    )


def _register(meter_wh: float | None, readings: list[Reading], field: str) -> int:
    """Return the energy register in whole Wh, from a reading where the fact has none of its own."""
    if meter_wh is None and readings:
        meter_wh = readings[0].energy_wh()
    return round(required(meter_wh, field))


def read_data(sent: v16.DataTransferRequest) -> facts.Fact:
    data = None if sent.data is UNSET else sent.data
    return pnc.read_report(sent) or facts.DataTransferred(
        vendor_id=sent.vendor_id, message_id=sent.message_id or None, data=data
    )


def write_data(fact: facts.DataTransferred) -> Written:
    return "DataTransfer", v16.DataTransferRequest(
        vendor_id=fact.vendor_id,
        message_id=fact.message_id or UNSET,
        data=UNSET if fact.data is None else fact.data,
    )


# answers


def write_boot_answer(answer: BootAnswer) -> v16.BootNotificationResponse:
    status = v16.BootNotificationStatus(answer.status.value)
    return v16.BootNotificationResponse(status=status, current_time=seconds(answer.now), interval=answer.interval_s)


def read_boot_answer(sent: v16.BootNotificationResponse) -> BootAnswer:
    status = RegistrationStatus(sent.status.value)
    return BootAnswer(status=status, now=_utc(sent.current_time), interval_s=sent.interval)


def write_time(answer: TimeAnswer) -> v16.HeartbeatResponse:
    return v16.HeartbeatResponse(current_time=seconds(answer.now))


def read_time(sent: v16.HeartbeatResponse) -> TimeAnswer:
    return TimeAnswer(now=_utc(sent.current_time))


def write_verdict(answer: TokenAnswer) -> v16.AuthorizeResponse:
    return v16.AuthorizeResponse(id_tag_info=info(answer))


def read_verdict(sent: v16.AuthorizeResponse) -> TokenAnswer:
    return verdict(sent.id_tag_info)


def write_started(answer: TransactionAnswer) -> v16.StartTransactionResponse:
    return v16.StartTransactionResponse(
        id_tag_info=info(required(answer.token, "idTagInfo")), transaction_id=number(answer.transaction_id)
    )


def read_started(sent: v16.StartTransactionResponse) -> TransactionAnswer:
    return TransactionAnswer(transaction_id=str(sent.transaction_id), token=verdict(sent.id_tag_info))


def write_stopped(answer: TransactionAnswer) -> v16.StopTransactionResponse:
    return v16.StopTransactionResponse(id_tag_info=info(answer.token) if answer.token else UNSET)


def read_stopped(sent: v16.StopTransactionResponse) -> TransactionAnswer:
    said = sent.id_tag_info
    return TransactionAnswer(transaction_id="", token=None if isinstance(said, UnsetType) else verdict(said))


def write_data_answer(answer: facts.Answer) -> v16.DataTransferResponse:
    if not isinstance(answer, DataAnswer):
        return pnc.write_answer(answer)
    status = word(v16.DataTransferStatus, answer.status)
    return v16.DataTransferResponse(status=status, data=UNSET if answer.data is None else answer.data)


def read_data_answer(sent: v16.DataTransferResponse) -> DataAnswer:
    return DataAnswer(status=sent.status.value, data=None if sent.data is UNSET else sent.data)


def read_data_answer_to(fact: facts.Fact, sent: v16.DataTransferResponse) -> facts.Answer:
    return read_data_answer(sent) if isinstance(fact, facts.DataTransferred) else pnc_station.read_answer(fact, sent)


REPORTS: Final = {
    "Authorize": Report(read_authorize, write_verdict, read_verdict),
    "BootNotification": Report(read_boot, write_boot_answer, read_boot_answer),
    "DataTransfer": Report(read_data, write_data_answer, read_data_answer, read_data_answer_to),
    "Heartbeat": Report(read_heartbeat, write_time, read_time),
    "MeterValues": Report(read_meter_values, lambda _: v16.MeterValuesResponse(), lambda _: Acknowledged()),
    "StartTransaction": Report(read_start, write_started, read_started),
    "StatusNotification": Report(read_status, lambda _: v16.StatusNotificationResponse(), lambda _: Acknowledged()),
    "StopTransaction": Report(read_stop, write_stopped, read_stopped),
}
FACTS: Final[dict[type, Callable[[Any], Written]]] = {
    facts.Booted: write_boot,
    facts.DataTransferred: write_data,
    facts.HeartBeaten: write_heartbeat,
    facts.MeterRead: write_meter_values,
    facts.StatusChanged: write_status,
    facts.TokenPresented: write_authorize,
    facts.TransactionEnded: write_stop,
    facts.TransactionStarted: write_start,
    **pnc_station.FACTS,
}
