"""What the CSMS orders a 1.6 charge point ↔ orders, and the outcomes of it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from msgspec import UNSET

from busbar.model import orders
from busbar.model.orders import Outcome, ResetKind, VariableName, VariableResult
from busbar.model.values import IdToken, Place
from busbar.protocol.translate.errors import improper, unsupported, word
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v16 import pnc, pnc_station
from busbar.protocol.translate.v16.schedules import profile, read_profile
from busbar.protocol.translate.v16.words import connector, id_tag, number, one_connector, place
from busbar.protocol.wire import v16

_RESETS: Final = {ResetKind.IMMEDIATE: v16.ResetType.HARD, ResetKind.ON_IDLE: v16.ResetType.SOFT}
_KINDS: Final = {kind: reset for reset, kind in _RESETS.items()}
# What a station says in 2.x words only, in the nearest words of 1.6.
_NEAREST: Final = {
    "Scheduled": "Accepted",
    "UnknownConnector": "NotSupported",
    "OngoingAuthorizedTransaction": "UnlockFailed",
}
# Messages that only the security extension's trigger reaches, and what they are called (white paper §6.16).
_EXTENDED: Final = {
    "LogStatusNotification": v16.MessageTriggerEnumType.LOG_STATUS_NOTIFICATION,
    "SignedFirmwareStatusNotification": v16.MessageTriggerEnumType.FIRMWARE_STATUS_NOTIFICATION,
    "SignChargingStationCertificate": v16.MessageTriggerEnumType.SIGN_CHARGE_POINT_CERTIFICATE,
    "SignChargePointCertificate": v16.MessageTriggerEnumType.SIGN_CHARGE_POINT_CERTIFICATE,
}
_EXTENDED_NAMES: Final = {wire: name for name, wire in _EXTENDED.items()}
_UNKNOWN: Final = "UnknownVariable"
_UNKNOWNS: Final = (_UNKNOWN, "UnknownComponent", "NotSupported")
_SET: Final = {"NotSupported": _UNKNOWN}
_WRITTEN: Final = dict.fromkeys(_UNKNOWNS, "NotSupported") | {"NotSupportedAttributeType": "Rejected"}


def read_start(sent: v16.RemoteStartTransactionRequest) -> orders.StartTransaction:
    return orders.StartTransaction(
        token=IdToken(sent.id_tag),
        evse=place(sent.connector_id).evse,
        profile=read_profile(sent.charging_profile) if sent.charging_profile else None,
    )


def write_start(order: orders.StartTransaction) -> Written:
    return "RemoteStartTransaction", v16.RemoteStartTransactionRequest(
        connector_id=UNSET if order.evse is None else one_connector(Place(order.evse)),
        id_tag=id_tag(order.token),
        charging_profile=profile(order.profile) if order.profile else UNSET,
    )


def read_stop(sent: v16.RemoteStopTransactionRequest) -> orders.StopTransaction:
    return orders.StopTransaction(transaction_id=str(sent.transaction_id))


def write_stop(order: orders.StopTransaction) -> Written:
    transaction_id = number(order.transaction_id)
    return "RemoteStopTransaction", v16.RemoteStopTransactionRequest(transaction_id=transaction_id)


def read_reset(sent: v16.ResetRequest) -> orders.Reset:
    return orders.Reset(kind=_KINDS[sent.type])


def write_reset(order: orders.Reset) -> Written:
    kind = _RESETS.get(order.kind)
    if kind is None or order.evse is not None:
        raise unsupported("1.6 resets the whole station, hard or soft")
    return "Reset", v16.ResetRequest(type=kind)


def read_trigger(sent: v16.TriggerMessageRequest) -> orders.Trigger:
    return orders.Trigger(message=sent.requested_message.value, place=place(sent.connector_id))


def read_extended_trigger(sent: v16.ExtendedTriggerMessageRequest) -> orders.Trigger:
    message = _EXTENDED_NAMES.get(sent.requested_message, sent.requested_message.value)
    return orders.Trigger(message=message, place=place(sent.connector_id))


def write_trigger(order: orders.Trigger) -> Written:
    """Prefer TriggerMessage: not every charge point has the security extension's ExtendedTriggerMessage."""
    if order.message in pnc.TRIGGERS:
        return pnc.write_trigger(order)
    where = connector(order.place) or UNSET
    extended = _EXTENDED.get(order.message)
    if extended:
        return "ExtendedTriggerMessage", v16.ExtendedTriggerMessageRequest(
            requested_message=extended, connector_id=where
        )
    plain = word(v16.TriggerMessageRequestedMessage, order.message)
    return "TriggerMessage", v16.TriggerMessageRequest(requested_message=plain, connector_id=where)


def read_availability(sent: v16.ChangeAvailabilityRequest) -> orders.ChangeAvailability:
    operative = sent.type is v16.ChangeAvailabilityType.OPERATIVE
    return orders.ChangeAvailability(operative=operative, place=place(sent.connector_id))


def write_availability(order: orders.ChangeAvailability) -> Written:
    kind = v16.ChangeAvailabilityType.OPERATIVE if order.operative else v16.ChangeAvailabilityType.INOPERATIVE
    return "ChangeAvailability", v16.ChangeAvailabilityRequest(connector_id=connector(order.place), type=kind)


def read_unlock(sent: v16.UnlockConnectorRequest) -> orders.Unlock:
    if not sent.connector_id:
        raise improper("this is about one connector")
    return orders.Unlock(place=place(sent.connector_id))


def write_unlock(order: orders.Unlock) -> Written:
    return "UnlockConnector", v16.UnlockConnectorRequest(connector_id=one_connector(order.place))


def read_clear(_sent: v16.ClearCacheRequest) -> orders.ClearCache:
    return orders.ClearCache()


def write_clear(_order: orders.ClearCache) -> Written:
    return "ClearCache", v16.ClearCacheRequest()


def _key(name: VariableName) -> str:
    if name != VariableName(variable=name.variable):
        raise improper("a 1.6 configuration key has no component, instance, EVSE or attribute")
    return name.variable


def read_get(sent: v16.GetConfigurationRequest) -> orders.GetVariables:
    return orders.GetVariables(names=[VariableName(variable=key) for key in sent.key or []])


def write_get(order: orders.GetVariables) -> Written:
    return "GetConfiguration", v16.GetConfigurationRequest(key=[_key(name) for name in order.names] or UNSET)


def read_got(_request: Any, sent: v16.GetConfigurationResponse) -> Outcome:
    found = [
        VariableResult(
            name=VariableName(variable=item.key),
            status="Accepted",
            value=None if item.value is UNSET else item.value,
            mutable=not item.readonly,
        )
        for item in sent.configuration_key or []
    ]
    missing = [VariableResult(name=VariableName(variable=key), status=_UNKNOWN) for key in sent.unknown_key or []]
    return Outcome(status="Accepted", variables=found + missing)


def write_got(outcome: Outcome) -> v16.GetConfigurationResponse:
    """Write known keys, without a value where it must not be read, and unknown ones."""
    known = [
        v16.ConfigurationKey(
            key=result.name.variable,
            readonly=not result.mutable,
            value=UNSET if result.value is None else result.value,
        )
        for result in outcome.variables
        if result.status not in _UNKNOWNS
    ]
    unknown = [result.name.variable for result in outcome.variables if result.status in _UNKNOWNS]
    return v16.GetConfigurationResponse(configuration_key=known or UNSET, unknown_key=unknown or UNSET)


def read_set(sent: v16.ChangeConfigurationRequest) -> orders.SetVariables:
    return orders.SetVariables(values=[(VariableName(variable=sent.key), sent.value)])


def write_set(order: orders.SetVariables) -> Written:
    if len(order.values) != 1:
        raise unsupported("1.6 changes one key at a time")
    name, value = order.values[0]
    return "ChangeConfiguration", v16.ChangeConfigurationRequest(key=_key(name), value=value)


def read_was_set(request: v16.ChangeConfigurationRequest, sent: v16.ChangeConfigurationResponse) -> Outcome:
    status = sent.status.value
    result = VariableResult(name=VariableName(variable=request.key), status=_SET.get(status, status))
    return Outcome(status=status, variables=[result])


def write_was_set(outcome: Outcome) -> v16.ChangeConfigurationResponse:
    status = outcome.variables[0].status if outcome.variables else outcome.status
    return v16.ChangeConfigurationResponse(status=word(v16.ChangeConfigurationStatus, _WRITTEN.get(status, status)))


def read_data(sent: v16.DataTransferRequest) -> orders.Order:
    data = None if sent.data is UNSET else sent.data
    return pnc.read_order(sent) or orders.TransferData(
        vendor_id=sent.vendor_id, message_id=sent.message_id or None, data=data
    )


def write_data(order: orders.TransferData) -> Written:
    return "DataTransfer", v16.DataTransferRequest(
        vendor_id=order.vendor_id,
        message_id=order.message_id or UNSET,
        data=UNSET if order.data is None else order.data,
    )


def read_transferred(request: v16.DataTransferRequest, sent: v16.DataTransferResponse) -> Outcome:
    return pnc.read_outcome(request, sent) or Outcome(
        status=sent.status.value, data=None if sent.data is UNSET else sent.data
    )


def write_transferred(outcome: Outcome) -> v16.DataTransferResponse:
    status = word(v16.DataTransferStatus, outcome.status)
    return v16.DataTransferResponse(status=status, data=UNSET if outcome.data is None else outcome.data)


def write_transferred_to(request: v16.DataTransferRequest, outcome: Outcome) -> v16.DataTransferResponse:
    return pnc_station.write_outcome(request, outcome) or write_transferred(outcome)


def _status(response: type[Any], statuses: type[StrEnum]) -> Callable[[Outcome], Any]:
    """Return a writer of a response that is a status and nothing else: the given one, else the nearest."""
    known = {status.value for status in statuses}

    def write(outcome: Outcome) -> Any:
        status = outcome.status
        return response(status=word(statuses, status if status in known else _NEAREST.get(status, status)))

    return write


_TRIGGERED: Final = _status(v16.TriggerMessageResponse, v16.TriggerMessageStatus)
_EXTENDED_TRIGGERED: Final = _status(v16.ExtendedTriggerMessageResponse, v16.TriggerMessageStatusEnumType)
CALLS: Final = {
    "ChangeAvailability": Call(
        read_availability, read_status, _status(v16.ChangeAvailabilityResponse, v16.ChangeAvailabilityStatus)
    ),
    "ChangeConfiguration": Call(read_set, read_was_set, write_was_set),
    "ClearCache": Call(read_clear, read_status, _status(v16.ClearCacheResponse, v16.ClearCacheStatus)),
    "DataTransfer": Call(read_data, read_transferred, write_transferred, write_transferred_to),
    "ExtendedTriggerMessage": Call(read_extended_trigger, read_status, _EXTENDED_TRIGGERED),
    "GetConfiguration": Call(read_get, read_got, write_got),
    "RemoteStartTransaction": Call(
        read_start, read_status, _status(v16.RemoteStartTransactionResponse, v16.RemoteStartTransactionStatus)
    ),
    "RemoteStopTransaction": Call(
        read_stop, read_status, _status(v16.RemoteStopTransactionResponse, v16.RemoteStopTransactionStatus)
    ),
    "Reset": Call(read_reset, read_status, _status(v16.ResetResponse, v16.ResetStatus)),
    "TriggerMessage": Call(read_trigger, read_status, _TRIGGERED),
    "UnlockConnector": Call(read_unlock, read_status, _status(v16.UnlockConnectorResponse, v16.UnlockConnectorStatus)),
}
ORDERS: Final[dict[type, Callable[[Any], Written]]] = {
    orders.ChangeAvailability: write_availability,
    orders.ClearCache: write_clear,
    orders.GetVariables: write_get,
    orders.Reset: write_reset,
    orders.SetVariables: write_set,
    orders.StartTransaction: write_start,
    orders.StopTransaction: write_stop,
    orders.TransferData: write_data,
    orders.Trigger: write_trigger,
    orders.Unlock: write_unlock,
}
