"""2.1's grid controls (block R) and the signal of the reserve; `wire` is the version's module of types."""

from datetime import UTC
from typing import Any, Final

import msgspec
from msgspec import UNSET

from busbar.model import der
from busbar.model.der import Control, ControlSet, ControlType
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import improper
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.words import status_writer
from busbar.protocol.wire.shapes import read_custom, write_custom

# R04.FR.16: which field a type's settings stand in, its type on the wire; all others are curves.
_FIELDS: Final = {
    ControlType.ENTER_SERVICE: ("enter_service", "EnterServiceType"),
    ControlType.FIXED_PF_ABSORB: ("fixed_pf_absorb", "FixedPFType"),
    ControlType.FIXED_PF_INJECT: ("fixed_pf_inject", "FixedPFType"),
    ControlType.FIXED_VAR: ("fixed_var", "FixedVarType"),
    ControlType.FREQ_DROOP: ("freq_droop", "FreqDroopType"),
    ControlType.GRADIENTS: ("gradient", "GradientType"),
    ControlType.LIMIT_MAX_DISCHARGE: ("limit_max_discharge", "LimitMaxDischargeType"),
}
_CURVE: Final = ("curve", "DERCurveType")
# Where a report has its settings in a field of another name than the list's.
_INSIDE: Final = {"fixed_pf_absorb": "fixed_pf", "fixed_pf_inject": "fixed_pf"}


def part_21(wire: Any) -> Part:
    """Return what only 2.1 has."""
    own = _Der(wire)
    acknowledged = lambda _: Acknowledged()  # noqa: E731 - the same for all three
    return Part(
        reports={
            "ReportDERControl": Report(own.read_report, lambda _: wire.ReportDERControlResponse(), acknowledged),
            "NotifyDERAlarm": Report(own.read_alarm, lambda _: wire.NotifyDERAlarmResponse(), acknowledged),
            "NotifyDERStartStop": Report(own.read_switched, lambda _: wire.NotifyDERStartStopResponse(), acknowledged),
        },
        facts={
            der.ControlsReported: own.write_report,
            der.GridAlarmed: own.write_alarm,
            der.ControlSwitched: own.write_switched,
        },
        calls={
            "SetDERControl": Call(own.read_set, _read_was_set, own.write_was_set),
            "GetDERControl": Call(
                own.read_ask,
                read_status,
                status_writer(wire, wire.GetDERControlResponse, wire.DERControlStatusEnumType),
            ),
            "ClearDERControl": Call(
                own.read_clear,
                read_status,
                status_writer(wire, wire.ClearDERControlResponse, wire.DERControlStatusEnumType),
            ),
            "AFRRSignal": Call(
                own.read_signal, read_status, status_writer(wire, wire.AFRRSignalResponse, wire.GenericStatusEnumType)
            ),
        },
        orders={
            der.SetControl: own.write_set,
            der.AskControls: own.write_ask,
            der.ClearControls: own.write_clear,
            der.SendSignal: lambda order: (
                "AFRRSignal",
                wire.AFRRSignalRequest(timestamp=seconds(order.at), signal=order.signal),
            ),
        },
    )


class _Der:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_set(self, sent: Any) -> der.SetControl:
        kind = ControlType(sent.control_type.value)
        settings = getattr(sent, _FIELDS.get(kind, _CURVE)[0])
        if settings is UNSET:
            raise improper("a control has the settings of its type")
        control = Control(id=sent.control_id, type=kind, default=sent.is_default, settings=_plain(settings))
        return der.SetControl(control=control)

    def write_set(self, order: der.SetControl) -> Written:
        wire, control = self._wire, order.control
        field, name = _FIELDS.get(control.type, _CURVE)
        try:
            settings = msgspec.convert(control.settings, getattr(wire, name), dec_hook=read_custom)
        except msgspec.ValidationError:
            raise improper(f"these are no settings of a {name}") from None
        return "SetDERControl", wire.SetDERControlRequest(
            is_default=control.default,
            control_id=control.id,
            control_type=wire.DERControlEnumType(control.type.value),
            **{field: settings},
        )

    def write_was_set(self, outcome: Outcome) -> Any:
        made = status_writer(self._wire, self._wire.SetDERControlResponse, self._wire.DERControlStatusEnumType)(outcome)
        superseded = outcome.superseded if isinstance(outcome, ControlSet) else []
        return msgspec.structs.replace(made, superseded_ids=superseded) if superseded else made

    def read_ask(self, sent: Any) -> der.AskControls:
        return der.AskControls(
            request_id=sent.request_id,
            default=None if sent.is_default is UNSET else sent.is_default,
            type=ControlType(sent.control_type.value) if sent.control_type else None,
            id=sent.control_id or None,
        )

    def write_ask(self, order: der.AskControls) -> Written:
        return "GetDERControl", self._wire.GetDERControlRequest(
            request_id=order.request_id,
            is_default=UNSET if order.default is None else order.default,
            control_type=self._wire.DERControlEnumType(order.type.value) if order.type else UNSET,
            control_id=order.id or UNSET,
        )

    def read_clear(self, sent: Any) -> der.ClearControls:
        kind = ControlType(sent.control_type.value) if sent.control_type else None
        return der.ClearControls(default=sent.is_default, type=kind, id=sent.control_id or None)

    def write_clear(self, order: der.ClearControls) -> Written:
        return "ClearDERControl", self._wire.ClearDERControlRequest(
            is_default=order.default,
            control_type=self._wire.DERControlEnumType(order.type.value) if order.type else UNSET,
            control_id=order.id or UNSET,
        )

    def read_signal(self, sent: Any) -> der.SendSignal:
        return der.SendSignal(at=sent.timestamp.astimezone(UTC), signal=sent.signal)

    def read_report(self, sent: Any) -> der.ControlsReported:
        """Read a part of a report. What exists as a default only does not say so."""
        found = []
        for kind, (field, _) in _FIELDS.items():
            for item in getattr(sent, field) or ():
                found.append(_reported(kind, item, getattr(item, _INSIDE.get(field, field))))
        for item in sent.curve or ():
            found.append(_reported(ControlType(item.curve_type.value), item, item.curve))
        return der.ControlsReported(request_id=sent.request_id, controls=found, more=sent.tbc is True)

    def write_report(self, fact: der.ControlsReported) -> Written:
        """Write a part of a report: at most 24 controls of a kind."""
        wire = self._wire
        fields: dict[str, list[Any]] = {}
        for control in fact.controls:
            field, name = _FIELDS.get(control.type, _CURVE)
            kind = getattr(wire, name.replace("Type", "GetType"))
            settings = msgspec.convert(control.settings, getattr(wire, name), dec_hook=read_custom)
            more: dict[str, Any] = {_INSIDE.get(field, field): settings}
            if control.type not in der.DEFAULT_ONLY:
                more |= {"is_default": control.default, "is_superseded": control.superseded}
            if field == "curve":
                more["curve_type"] = wire.DERControlEnumType(control.type.value)
            fields.setdefault(field, []).append(kind(id=control.id, **more))
        more_follow = fact.more or UNSET
        return "ReportDERControl", wire.ReportDERControlRequest(request_id=fact.request_id, tbc=more_follow, **fields)

    def read_alarm(self, sent: Any) -> der.GridAlarmed:
        return der.GridAlarmed(
            type=ControlType(sent.control_type.value),
            at=sent.timestamp.astimezone(UTC),
            fault=sent.grid_event_fault.value if sent.grid_event_fault else None,
            ended=sent.alarm_ended is True,
            info=sent.extra_info or None,
        )

    def write_alarm(self, fact: der.GridAlarmed) -> Written:
        wire = self._wire
        return "NotifyDERAlarm", wire.NotifyDERAlarmRequest(
            control_type=wire.DERControlEnumType(fact.type.value),
            grid_event_fault=wire.GridEventFaultEnumType(fact.fault) if fact.fault else UNSET,
            alarm_ended=fact.ended or UNSET,
            timestamp=seconds(fact.at),
            extra_info=fact.info or UNSET,
        )

    def read_switched(self, sent: Any) -> der.ControlSwitched:
        return der.ControlSwitched(
            id=sent.control_id,
            started=sent.started,
            at=sent.timestamp.astimezone(UTC),
            superseded=list(sent.superseded_ids or ()),
        )

    def write_switched(self, fact: der.ControlSwitched) -> Written:
        return "NotifyDERStartStop", self._wire.NotifyDERStartStopRequest(
            control_id=fact.id,
            started=fact.started,
            timestamp=seconds(fact.at),
            superseded_ids=fact.superseded or UNSET,
        )


def _read_was_set(request: Any, sent: Any) -> Outcome:
    plain = read_status(request, sent)
    superseded = list(sent.superseded_ids or ())
    return ControlSet(status=plain.status, reason=plain.reason, detail=plain.detail, superseded=superseded)


def _reported(kind: ControlType, item: Any, settings: Any) -> Control:
    return Control(
        id=item.id,
        type=kind,
        default=getattr(item, "is_default", True),
        settings=_plain(settings),
        superseded=getattr(item, "is_superseded", False),
    )


def _plain(settings: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(settings, enc_hook=write_custom)
    return plain
