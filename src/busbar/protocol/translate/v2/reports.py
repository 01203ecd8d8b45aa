"""What a 2.x charging station reports ↔ facts, and the answers to it; `wire` is the version's module of types."""

from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import Any, Final, TypeVar

from msgspec import UNSET

from busbar.model import facts
from busbar.model.certificates import ContractVerdict
from busbar.model.facts import Acknowledged, BootAnswer, DataAnswer, TimeAnswer, TokenAnswer, TransactionAnswer
from busbar.model.values import (
    AuthorizationStatus,
    ChargingState,
    ConnectorStatus,
    RegistrationStatus,
    StopReason,
)
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Report, Written
from busbar.protocol.translate.v2 import samples, verdicts
from busbar.protocol.translate.v2.hashes import read_target, write_target
from busbar.protocol.translate.v2.tariffs import (
    number,
    read_details,
    read_news,
    read_tariff,
    write_details,
    write_news,
    write_tariff,
)
from busbar.protocol.translate.v2.words import (
    NEAREST_REASONS,
    STATUSES,
    data_text,
    data_transfer,
    evse,
    numbered,
    read_place,
    read_token,
    text_data,
    token,
)

Begun = TypeVar("Begun", facts.TransactionStarted, facts.TransactionUpdated)
Event = TypeVar("Event", facts.TransactionStarted, facts.TransactionUpdated, facts.TransactionEnded)
_STATES: Final = {state.value: state for state in ChargingState}


class Reports:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire
        self._taken = wire.TransactionEventResponse()
        self._allows_transfers = hasattr(wire, "NotifyAllowedEnergyTransferRequest")

    def reports(self) -> dict[str, Report]:
        """Return the table by action."""
        wire = self._wire
        metered, noticed = wire.MeterValuesResponse(), wire.StatusNotificationResponse()
        return {
            "Authorize": Report(self.read_authorize, self.write_verdict, self.read_verdict),
            "BootNotification": Report(self.read_boot, self.write_boot_answer, self.read_boot_answer),
            "DataTransfer": Report(self.read_data, self.write_data_answer, self.read_data_answer),
            "Heartbeat": Report(lambda _: facts.HeartBeaten(), self.write_time, self.read_time),
            "MeterValues": Report(self.read_meter_values, lambda _: metered, lambda _: Acknowledged()),
            "StatusNotification": Report(self.read_status, lambda _: noticed, lambda _: Acknowledged()),
            "TransactionEvent": Report(
                lambda sent: _EVENTS[sent.event_type](sent), self.write_event_answer, self.read_event_answer
            ),
        }

    def writers(self) -> dict[type, Callable[[Any], Written]]:
        """Return the writers by fact."""
        return {
            facts.Booted: self.write_boot,
            facts.DataTransferred: self.write_data,
            facts.HeartBeaten: lambda _: ("Heartbeat", self._wire.HeartbeatRequest()),
            facts.MeterRead: self.write_meter_values,
            facts.StatusChanged: self.write_status,
            facts.TokenPresented: self.write_authorize,
            facts.TransactionEnded: self.write_ended,
            facts.TransactionStarted: self.write_started,
            facts.TransactionUpdated: self.write_updated,
        }

    # facts

    def read_boot(self, sent: Any) -> facts.Booted:
        station, modem = sent.charging_station, sent.charging_station.modem
        return facts.Booted(
            vendor=station.vendor_name,
            model=station.model,
            serial=station.serial_number or None,
            firmware=station.firmware_version or None,
            reason=sent.reason.value,
            iccid=(modem.iccid or None) if modem else None,
            imsi=(modem.imsi or None) if modem else None,
        )

    def write_boot(self, fact: facts.Booted) -> Written:
        wire, modem = self._wire, UNSET
        if fact.iccid or fact.imsi:
            modem = wire.ModemType(iccid=fact.iccid or UNSET, imsi=fact.imsi or UNSET)
        station = wire.ChargingStationType(
            serial_number=fact.serial or UNSET,
            model=fact.model,
            modem=modem,
            vendor_name=fact.vendor,
            firmware_version=fact.firmware or UNSET,
        )
        reason = word(wire.BootReasonEnumType, fact.reason or "Unknown")
        return "BootNotification", wire.BootNotificationRequest(charging_station=station, reason=reason)

    def read_status(self, sent: Any) -> facts.StatusChanged:
        return facts.StatusChanged(
            place=numbered(sent.evse_id, sent.connector_id),
            status=ConnectorStatus(sent.connector_status.value),
            at=sent.timestamp.astimezone(UTC),
        )

    def write_status(self, fact: facts.StatusChanged) -> Written:
        """Write a connector's status: 2.x has no status of a whole EVSE or station here (G01.FR.01)."""
        return "StatusNotification", self._wire.StatusNotificationRequest(
            timestamp=seconds(required(fact.at, "timestamp")),
            connector_status=self._wire.ConnectorStatusEnumType(STATUSES[fact.status]),
            evse_id=required(fact.place.evse, "evseId"),
            connector_id=required(fact.place.connector, "connectorId"),
        )

    def read_authorize(self, sent: Any) -> facts.TokenPresented:
        return facts.TokenPresented(
            token=required(read_token(sent.id_token), "idToken"),
            certificate=sent.certificate or None,
            certificate_targets=tuple(read_target(one) for one in sent.iso15118_certificate_hash_data or ()),
        )

    def write_authorize(self, fact: facts.TokenPresented) -> Written:
        return "Authorize", self._wire.AuthorizeRequest(
            id_token=token(self._wire, fact.token),
            certificate=fact.certificate or UNSET,
            iso15118_certificate_hash_data=[write_target(self._wire, one) for one in fact.certificate_targets] or UNSET,
        )

    def read_meter_values(self, sent: Any) -> facts.MeterRead:
        return facts.MeterRead(place=numbered(sent.evse_id), readings=samples.read(sent.meter_value))

    def write_meter_values(self, fact: facts.MeterRead) -> Written:
        return "MeterValues", self._wire.MeterValuesRequest(
            evse_id=fact.place.evse or 0,
            meter_value=required(samples.write(fact.readings, self._wire) or None, "meterValue"),
        )

    def write_started(self, fact: facts.TransactionStarted) -> Written:
        return self._write_event(
            "Started",
            fact,
            remote_start_id=fact.remote_start_id,
            reservation=fact.reservation_id,
            limit=fact.limit,
        )

    def write_updated(self, fact: facts.TransactionUpdated) -> Written:
        return self._write_event(
            "Updated",
            fact,
            remote_start_id=fact.remote_start_id,
            reservation=fact.reservation_id,
            mode=fact.operation_mode,
            limit=fact.limit,
        )

    def write_ended(self, fact: facts.TransactionEnded) -> Written:
        return self._write_event("Ended", fact, reason=fact.reason)

    def _write_event(
        self,
        kind: str,
        fact: facts.TransactionStarted | facts.TransactionUpdated | facts.TransactionEnded,
        *,
        remote_start_id: int | None = None,
        reservation: int | None = None,
        reason: StopReason | None = None,
        mode: str | None = None,
        limit: facts.TransactionLimit | None = None,
    ) -> Written:
        wire = self._wire
        more: dict[str, Any] = {} if mode is None else {"operation_mode": word(wire.OperationModeEnumType, mode)}
        if fact.tariff_id is not None:
            more["tariff_id"] = fact.tariff_id
        state = wire.ChargingStateEnumType(fact.charging_state.value) if fact.charging_state else UNSET
        info = wire.TransactionType(
            **({} if limit is None else verdicts.limited(wire, limit)),
            transaction_id=required(fact.transaction_id, "transactionId"),
            charging_state=state,
            stopped_reason=self._reason(reason),
            remote_start_id=UNSET if remote_start_id is None else remote_start_id,
            **more,
        )
        return "TransactionEvent", wire.TransactionEventRequest(
            event_type=wire.TransactionEventEnumType(kind),
            meter_value=samples.write(fact.readings, wire),
            timestamp=seconds(fact.at),
            trigger_reason=word(wire.TriggerReasonEnumType, required(fact.trigger, "triggerReason")),
            seq_no=required(fact.seq_no, "seqNo"),
            offline=True if fact.offline else UNSET,
            reservation_id=UNSET if reservation is None else reservation,
            transaction_info=info,
            evse=evse(wire, fact.place),
            id_token=token(wire, fact.token) if fact.token else UNSET,
            **write_details(wire, fact),
        )

    def _reason(self, reason: StopReason | None) -> Any:
        """Write why a transaction ended, or the nearest reason that this version has."""
        if reason is None:
            return UNSET
        kinds = self._wire.ReasonEnumType
        try:
            return kinds(reason.value)
        except ValueError:
            return kinds(NEAREST_REASONS[reason])

    def read_data(self, sent: Any) -> facts.DataTransferred:
        data = data_text(sent.data)
        return facts.DataTransferred(vendor_id=sent.vendor_id, message_id=sent.message_id or None, data=data)

    def write_data(self, fact: facts.DataTransferred) -> Written:
        return "DataTransfer", data_transfer(self._wire, fact.vendor_id, fact.message_id, fact.data)

    # answers

    def write_boot_answer(self, answer: BootAnswer) -> Any:
        status = self._wire.RegistrationStatusEnumType(answer.status.value)
        return self._wire.BootNotificationResponse(
            current_time=seconds(answer.now), interval=answer.interval_s, status=status
        )

    def read_boot_answer(self, sent: Any) -> BootAnswer:
        status = RegistrationStatus(sent.status.value)
        return BootAnswer(status=status, now=sent.current_time.astimezone(UTC), interval_s=sent.interval)

    def write_time(self, answer: TimeAnswer) -> Any:
        return self._wire.HeartbeatResponse(current_time=seconds(answer.now))

    def read_time(self, sent: Any) -> TimeAnswer:
        return TimeAnswer(now=sent.current_time.astimezone(UTC))

    def write_verdict(self, answer: TokenAnswer) -> Any:
        statuses, more = self._wire.AuthorizeCertificateStatusEnumType, {}
        if answer.tariff is not None:
            more["tariff"] = write_tariff(self._wire, answer.tariff)
        if answer.energy_transfers and answer.status is AuthorizationStatus.ACCEPTED and self._allows_transfers:
            modes = self._wire.EnergyTransferModeEnumType
            more["allowed_energy_transfer"] = [word(modes, mode) for mode in answer.energy_transfers]
        return self._wire.AuthorizeResponse(
            id_token_info=verdicts.info(self._wire, answer),
            certificate_status=UNSET if answer.certificate is None else statuses(answer.certificate.value),
            **more,
        )

    def read_verdict(self, sent: Any) -> TokenAnswer:
        verdict = verdicts.verdict(sent.id_token_info)
        if sent.certificate_status is not UNSET:
            verdict.certificate = ContractVerdict(sent.certificate_status.value)
        if getattr(sent, "tariff", UNSET) is not UNSET:
            verdict.tariff = read_tariff(sent.tariff)
        if getattr(sent, "allowed_energy_transfer", UNSET) is not UNSET:
            verdict.energy_transfers = tuple(mode.value for mode in sent.allowed_energy_transfer)
        return verdict

    def write_event_answer(self, answer: TransactionAnswer) -> Any:
        if answer.token is None and answer.limit is None and answer.total_cost is None and not answer.messages:
            return self._taken
        said = {} if answer.limit is None else verdicts.limited(self._wire, answer.limit)
        if answer.token is not None:
            said["id_token_info"] = verdicts.info(self._wire, answer.token)
        if answer.total_cost is not None:
            said["total_cost"] = float(answer.total_cost)
        return self._wire.TransactionEventResponse(**said, **write_news(self._wire, answer.messages))

    def read_event_answer(self, sent: Any) -> TransactionAnswer:
        verdict = None if sent.id_token_info is UNSET else verdicts.verdict(sent.id_token_info)
        cost = None if sent.total_cost is UNSET else number(sent.total_cost)
        return TransactionAnswer(
            transaction_id="", token=verdict, limit=verdicts.limit(sent), total_cost=cost, messages=read_news(sent)
        )

    def write_data_answer(self, answer: DataAnswer) -> Any:
        status = word(self._wire.DataTransferStatusEnumType, answer.status)
        return self._wire.DataTransferResponse(status=status, data=text_data(answer.data))

    def read_data_answer(self, sent: Any) -> DataAnswer:
        return DataAnswer(status=sent.status.value, data=data_text(sent.data))


def _event(kind: type[Event], sent: Any) -> Event:
    """Read what all three kinds of event have."""
    info = sent.transaction_info
    fact = kind(
        transaction_id=info.transaction_id,
        at=sent.timestamp.astimezone(UTC),
        place=read_place(sent.evse),
        token=read_token(sent.id_token),
        seq_no=sent.seq_no,
        trigger=sent.trigger_reason._value_,
        offline=sent.offline is True,
        readings=samples.read(sent.meter_value) if sent.meter_value else [],
        charging_state=_STATES[info.charging_state] if info.charging_state else None,
    )
    if getattr(sent, "cost_details", UNSET) is not UNSET:
        fact.cost_details = read_details(sent.cost_details)
    if getattr(info, "tariff_id", UNSET) is not UNSET:
        fact.tariff_id = info.tariff_id
    return fact


def _begun(kind: type[Begun], sent: Any) -> Begun:
    """Read an event that can tell what made the transaction begin."""
    fact = _event(kind, sent)
    start, reservation = sent.transaction_info.remote_start_id, sent.reservation_id
    if start is not UNSET:
        fact.remote_start_id = start
    if reservation is not UNSET:
        fact.reservation_id = reservation
    if getattr(sent.transaction_info, "transaction_limit", UNSET) is not UNSET:
        fact.limit = verdicts.limit(sent.transaction_info)
    return fact


def _ended(sent: Any) -> facts.TransactionEnded:
    fact, reason = _event(facts.TransactionEnded, sent), sent.transaction_info.stopped_reason
    fact.reason = StopReason(reason.value if reason else "Local")  # 2.0.1 part 2 §2.48: Local where left out
    return fact


_EVENTS: Final[dict[str, Callable[[Any], facts.Fact]]] = {
    "Started": partial(_begun, facts.TransactionStarted),
    "Updated": partial(_begun, facts.TransactionUpdated),
    "Ended": _ended,
}
