"""What the CSMS orders a 2.x charging station ↔ orders, and the outcomes; `wire` is the version's module of types."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from msgspec import UNSET

from busbar.model import orders
from busbar.model.orders import Outcome, ResetKind
from busbar.protocol.translate.errors import improper, required, unsupported, word
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v2 import schedules
from busbar.protocol.translate.v2.variables import address, read_name, read_results
from busbar.protocol.translate.v2.words import (
    data_text,
    data_transfer,
    evse,
    numbered,
    read_place,
    read_token,
    text_data,
    token,
)

_NEAREST: Final = {("UnlockStatusEnumType", "NotSupported"): "UnknownConnector"}  # a 1.6 status


class Orders:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def calls(self) -> dict[str, Call]:
        """Return the table by action."""
        wire = self._wire
        return {
            "ChangeAvailability": Call(
                self.read_availability,
                read_status,
                self._status(wire.ChangeAvailabilityResponse, wire.ChangeAvailabilityStatusEnumType),
            ),
            "ClearCache": Call(
                lambda _: orders.ClearCache(),
                read_status,
                self._status(wire.ClearCacheResponse, wire.ClearCacheStatusEnumType),
            ),
            "DataTransfer": Call(self.read_data, self.read_transferred, self.write_transferred),
            "GetVariables": Call(self.read_get, self.read_got, self.write_got),
            "RequestStartTransaction": Call(self.read_start, self.read_started, self.write_started),
            "RequestStopTransaction": Call(
                self.read_stop,
                read_status,
                self._status(wire.RequestStopTransactionResponse, wire.RequestStartStopStatusEnumType),
            ),
            "Reset": Call(self.read_reset, read_status, self._status(wire.ResetResponse, wire.ResetStatusEnumType)),
            "SetVariables": Call(self.read_set, self.read_was_set, self.write_was_set),
            "TriggerMessage": Call(
                self.read_trigger,
                read_status,
                self._status(wire.TriggerMessageResponse, wire.TriggerMessageStatusEnumType),
            ),
            "UnlockConnector": Call(
                self.read_unlock, read_status, self._status(wire.UnlockConnectorResponse, wire.UnlockStatusEnumType)
            ),
        }

    def writers(self) -> dict[type, Callable[[Any], Written]]:
        """Return the writers by order."""
        return {
            orders.ChangeAvailability: self.write_availability,
            orders.ClearCache: lambda _: ("ClearCache", self._wire.ClearCacheRequest()),
            orders.GetVariables: self.write_get,
            orders.Reset: self.write_reset,
            orders.SetVariables: self.write_set,
            orders.StartTransaction: self.write_start,
            orders.StopTransaction: self.write_stop,
            orders.TransferData: self.write_data,
            orders.Trigger: self.write_trigger,
            orders.Unlock: self.write_unlock,
        }

    # transactions

    def read_start(self, sent: Any) -> orders.StartTransaction:
        return orders.StartTransaction(
            token=required(read_token(sent.id_token), "idToken"),
            remote_start_id=sent.remote_start_id,
            evse=numbered(sent.evse_id or 0).evse,
            group=read_token(sent.group_id_token),
            profile=schedules.read_profile(sent.charging_profile) if sent.charging_profile else None,
        )

    def write_start(self, order: orders.StartTransaction) -> Written:
        return "RequestStartTransaction", self._wire.RequestStartTransactionRequest(
            evse_id=order.evse or UNSET,
            group_id_token=UNSET if order.group is None else token(self._wire, order.group),
            id_token=token(self._wire, order.token),
            remote_start_id=required(order.remote_start_id, "remoteStartId"),
            charging_profile=schedules.profile(self._wire, order.profile) if order.profile else UNSET,
        )

    def read_started(self, request: Any, sent: Any) -> Outcome:
        outcome = read_status(request, sent)
        outcome.transaction_id = sent.transaction_id or None
        return outcome

    def write_started(self, outcome: Outcome) -> Any:
        return self._wire.RequestStartTransactionResponse(
            status=word(self._wire.RequestStartStopStatusEnumType, outcome.status),
            status_info=self._info(outcome.reason, outcome.detail),
            transaction_id=outcome.transaction_id or UNSET,
        )

    def read_stop(self, sent: Any) -> orders.StopTransaction:
        return orders.StopTransaction(transaction_id=sent.transaction_id)

    def write_stop(self, order: orders.StopTransaction) -> Written:
        return "RequestStopTransaction", self._wire.RequestStopTransactionRequest(transaction_id=order.transaction_id)

    # the station

    def read_reset(self, sent: Any) -> orders.Reset:
        return orders.Reset(kind=ResetKind(sent.type.value), evse=numbered(sent.evse_id or 0).evse)

    def write_reset(self, order: orders.Reset) -> Written:
        try:
            kind = self._wire.ResetEnumType(order.kind.value)
        except ValueError:
            raise unsupported("this version has no such reset") from None
        return "Reset", self._wire.ResetRequest(type=kind, evse_id=order.evse or UNSET)

    def read_trigger(self, sent: Any) -> orders.Trigger:
        message = getattr(sent, "custom_trigger", UNSET) or sent.requested_message.value
        return orders.Trigger(message=message, place=read_place(sent.evse))

    def write_trigger(self, order: orders.Trigger) -> Written:
        """Write a message by its name; what has none is a custom trigger where the version has them.

        A status is of one connector (F06.FR.13). Raises Untranslatable.
        """
        kinds, custom = self._wire.MessageTriggerEnumType, {}
        if order.message == "StatusNotification":
            required(order.place.connector, "connector")
        if order.message == "CustomTrigger":
            raise improper("a custom trigger goes by its own name")
        try:
            message = kinds(order.message)
        except ValueError:
            if not hasattr(kinds, "CUSTOM_TRIGGER"):
                raise improper("this version cannot trigger this message") from None
            message, custom = kinds.CUSTOM_TRIGGER, {"custom_trigger": order.message}
        where = evse(self._wire, order.place)
        return "TriggerMessage", self._wire.TriggerMessageRequest(requested_message=message, evse=where, **custom)

    def read_availability(self, sent: Any) -> orders.ChangeAvailability:
        operative = sent.operational_status is self._wire.OperationalStatusEnumType.OPERATIVE
        return orders.ChangeAvailability(operative=operative, place=read_place(sent.evse))

    def write_availability(self, order: orders.ChangeAvailability) -> Written:
        kinds = self._wire.OperationalStatusEnumType
        return "ChangeAvailability", self._wire.ChangeAvailabilityRequest(
            evse=evse(self._wire, order.place),
            operational_status=kinds.OPERATIVE if order.operative else kinds.INOPERATIVE,
        )

    def read_unlock(self, sent: Any) -> orders.Unlock:
        where = numbered(sent.evse_id, sent.connector_id)
        if where.connector is None:
            raise improper("this is about one connector")
        return orders.Unlock(place=where)

    def write_unlock(self, order: orders.Unlock) -> Written:
        where = order.place
        return "UnlockConnector", self._wire.UnlockConnectorRequest(
            evse_id=required(where.evse, "evseId"), connector_id=required(where.connector, "connectorId")
        )

    # variables

    def read_get(self, sent: Any) -> orders.GetVariables:
        return orders.GetVariables(names=[read_name(item) for item in sent.get_variable_data])

    def write_get(self, order: orders.GetVariables) -> Written:
        if not order.names:
            raise unsupported("2.x reads named variables; all of them come in a base report")
        items = [self._wire.GetVariableDataType(**address(self._wire, name)) for name in order.names]
        return "GetVariables", self._wire.GetVariablesRequest(get_variable_data=items)

    def read_got(self, request: Any, sent: Any) -> Outcome:
        return read_results(request.get_variable_data, sent.get_variable_result)

    def write_got(self, outcome: Outcome) -> Any:
        wire = self._wire
        items = [
            wire.GetVariableResultType(
                **address(wire, result.name),
                attribute_status=word(wire.GetVariableStatusEnumType, result.status),
                attribute_value=UNSET if result.value is None else result.value,
                attribute_status_info=self._info(result.reason, None),
            )
            for result in outcome.variables
        ]
        return wire.GetVariablesResponse(get_variable_result=required(items or None, "getVariableResult"))

    def read_set(self, sent: Any) -> orders.SetVariables:
        values = [(read_name(item), str(item.attribute_value)) for item in sent.set_variable_data]
        return orders.SetVariables(values=values)

    def write_set(self, order: orders.SetVariables) -> Written:
        if not order.values:
            raise improper("nothing to set")
        items = [
            self._wire.SetVariableDataType(**address(self._wire, name), attribute_value=value)
            for name, value in order.values
        ]
        return "SetVariables", self._wire.SetVariablesRequest(set_variable_data=items)

    def read_was_set(self, request: Any, sent: Any) -> Outcome:
        return read_results(request.set_variable_data, sent.set_variable_result)

    def write_was_set(self, outcome: Outcome) -> Any:
        wire = self._wire
        items = [
            wire.SetVariableResultType(
                **address(wire, result.name),
                attribute_status=word(wire.SetVariableStatusEnumType, result.status),
                attribute_status_info=self._info(result.reason, None),
            )
            for result in outcome.variables
        ]
        return wire.SetVariablesResponse(set_variable_result=required(items or None, "setVariableResult"))

    # vendor data

    def read_data(self, sent: Any) -> orders.TransferData:
        data = data_text(sent.data)
        return orders.TransferData(vendor_id=sent.vendor_id, message_id=sent.message_id or None, data=data)

    def write_data(self, order: orders.TransferData) -> Written:
        return "DataTransfer", data_transfer(self._wire, order.vendor_id, order.message_id, order.data)

    def read_transferred(self, request: Any, sent: Any) -> Outcome:
        outcome = read_status(request, sent)
        outcome.data = data_text(sent.data)
        return outcome

    def write_transferred(self, outcome: Outcome) -> Any:
        return self._wire.DataTransferResponse(
            status=word(self._wire.DataTransferStatusEnumType, outcome.status),
            status_info=self._info(outcome.reason, outcome.detail),
            data=text_data(outcome.data),
        )

    def _info(self, reason: str | None, detail: str | None) -> Any:
        if reason is None:
            return UNSET
        return self._wire.StatusInfoType(reason_code=reason, additional_info=detail or UNSET)

    def _status(self, response: type[Any], statuses: type[StrEnum]) -> Callable[[Outcome], Any]:
        """Return a writer of a response that is a status and, where given, why."""

        def write(outcome: Outcome) -> Any:
            status = _NEAREST.get((statuses.__name__, outcome.status), outcome.status)
            return response(status=word(statuses, status), status_info=self._info(outcome.reason, outcome.detail))

        return write
