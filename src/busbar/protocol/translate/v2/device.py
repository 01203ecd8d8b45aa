"""The 2.x device model: reports and the calls for them ↔ neutral; `wire` is the version's module of types."""

from datetime import UTC
from typing import Any, Final

from msgspec import UNSET

from busbar.model.device import (
    Attribute,
    Characteristics,
    GetBaseReport,
    GetReport,
    ModelReported,
    ReportedVariable,
    ReportPart,
)
from busbar.model.facts import Acknowledged
from busbar.protocol.translate.errors import word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.variables import located, read_located, read_selected, selected
from busbar.protocol.translate.v2.words import status_writer

_READ_WRITE: Final = "ReadWrite"  # what a missing mutability means (VariableAttributeType)


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share."""
    model = DeviceModel(wire)
    reported = wire.NotifyReportResponse()
    return Part(
        reports={"NotifyReport": Report(model.read_report, lambda _: reported, lambda _: Acknowledged())},
        facts={ModelReported: model.write_report},
        calls={
            "GetBaseReport": Call(
                model.read_get_base,
                read_status,
                status_writer(wire, wire.GetBaseReportResponse, wire.GenericDeviceModelStatusEnumType),
            ),
            "GetReport": Call(
                model.read_get,
                read_status,
                status_writer(wire, wire.GetReportResponse, wire.GenericDeviceModelStatusEnumType),
            ),
        },
        orders={GetBaseReport: model.write_get_base, GetReport: model.write_get},
    )


def read_part(sent: Any) -> ReportPart:
    """Read which part of which report this is. A missing `tbc` is false."""
    return ReportPart(
        request_id=sent.request_id,
        seq_no=sent.seq_no,
        more=sent.tbc is True,
        generated_at=sent.generated_at.astimezone(UTC),
    )


def write_part(part: ReportPart) -> dict[str, Any]:
    """Write which part of which report this is."""
    return {
        "request_id": part.request_id,
        "generated_at": part.generated_at,
        "tbc": part.more,
        "seq_no": part.seq_no,
    }


class DeviceModel:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_report(self, sent: Any) -> ModelReported:
        return ModelReported(part=read_part(sent), variables=[_read_variable(item) for item in sent.report_data or []])

    def write_report(self, fact: ModelReported) -> Written:
        items = [self._variable(variable) for variable in fact.variables]
        return "NotifyReport", self._wire.NotifyReportRequest(
            **write_part(fact.part),
            report_data=items or UNSET,
        )

    def _variable(self, variable: ReportedVariable) -> Any:
        wire, about = self._wire, variable.characteristics
        characteristics: Any = UNSET
        if about is not None:
            more = {} if about.max_elements is None else {"max_elements": about.max_elements}  # 2.1's
            characteristics = wire.VariableCharacteristicsType(
                unit=about.unit or UNSET,
                data_type=word(wire.DataEnumType, about.data_type),
                min_limit=UNSET if about.min_limit is None else about.min_limit,
                max_limit=UNSET if about.max_limit is None else about.max_limit,
                values_list=about.values_list or UNSET,
                supports_monitoring=about.supports_monitoring,
                **more,
            )
        return wire.ReportDataType(
            **located(wire, variable.name),
            variable_attribute=[
                wire.VariableAttributeType(
                    type=word(wire.AttributeEnumType, item.kind),
                    value=UNSET if item.value is None else item.value,
                    mutability=word(wire.MutabilityEnumType, item.mutability),
                    persistent=item.persistent,
                    constant=item.constant,
                )
                for item in variable.attributes
            ],
            variable_characteristics=characteristics,
        )

    def read_get_base(self, sent: Any) -> GetBaseReport:
        return GetBaseReport(request_id=sent.request_id, base=sent.report_base.value)

    def write_get_base(self, order: GetBaseReport) -> Written:
        base = word(self._wire.ReportBaseEnumType, order.base)
        return "GetBaseReport", self._wire.GetBaseReportRequest(request_id=order.request_id, report_base=base)

    def read_get(self, sent: Any) -> GetReport:
        return GetReport(
            request_id=sent.request_id,
            criteria=[item.value for item in sent.component_criteria or []],
            selections=[read_selected(item) for item in sent.component_variable or []],
        )

    def write_get(self, order: GetReport) -> Written:
        wire = self._wire
        return "GetReport", wire.GetReportRequest(
            request_id=order.request_id,
            component_criteria=[word(wire.ComponentCriterionEnumType, item) for item in order.criteria] or UNSET,
            component_variable=[selected(wire, item) for item in order.selections] or UNSET,
        )


def _read_variable(item: Any) -> ReportedVariable:
    about = item.variable_characteristics
    return ReportedVariable(
        name=read_located(item),
        attributes=[_read_attribute(attribute) for attribute in item.variable_attribute],
        characteristics=_read_characteristics(about) if about else None,
    )


def _read_attribute(item: Any) -> Attribute:
    return Attribute(
        kind=item.type.value if item.type else "Actual",
        value=None if item.value is UNSET else item.value,
        mutability=item.mutability.value if item.mutability else _READ_WRITE,
        persistent=item.persistent is True,
        constant=item.constant is True,
    )


def _read_characteristics(about: Any) -> Characteristics:
    most = getattr(about, "max_elements", UNSET)
    return Characteristics(
        data_type=about.data_type.value,
        supports_monitoring=about.supports_monitoring,
        unit=about.unit or None,
        min_limit=None if about.min_limit is UNSET else about.min_limit,
        max_limit=None if about.max_limit is UNSET else about.max_limit,
        max_elements=None if most is UNSET else most,
        values_list=about.values_list or None,
    )
