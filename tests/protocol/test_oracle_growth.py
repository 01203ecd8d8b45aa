"""2.1 takes everything that 2.0.1 takes, but for the differences listed here: what lets one translator serve both."""

from collections.abc import Iterator

from msgspec import inspect

from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS

WIDENED = {  # integers became numbers
    "ACChargingParametersType.energyAmount",
    "ACChargingParametersType.evMaxCurrent",
    "ACChargingParametersType.evMaxVoltage",
    "ACChargingParametersType.evMinCurrent",
    "DCChargingParametersType.energyAmount",
    "DCChargingParametersType.evEnergyCapacity",
    "DCChargingParametersType.evMaxCurrent",
    "DCChargingParametersType.evMaxPower",
    "DCChargingParametersType.evMaxVoltage",
}
OPENED = {  # enumerations became texts
    "ChargingLimitType.chargingLimitSource",
    "ChargingProfileCriterionType.chargingLimitSource",
    "ClearedChargingLimitRequest.chargingLimitSource",
    "IdTokenType.type",
    "ReportChargingProfilesRequest.chargingLimitSource",
    "ReserveNowRequest.connectorType",
}
RELEASED = {  # required fields became optional
    "ChargingSchedulePeriodType.limit",
    "NetworkConnectionProfileType.ocppVersion",
    "SignedMeterValueType.publicKey",
    "SignedMeterValueType.signingMethod",
}
REQUIRED = {"VariableMonitoringType.eventNotificationType"}
NARROWED = {  # ranges, besides the many that became non-negative
    "ChargingSchedulePeriodType.numberPhases to 0..3",
    "ChargingSchedulePeriodType.phaseToUse to 0..3",
    "NotifyEVChargingNeedsRequest.evseId to 1..2147483647",
    "NotifyEVChargingScheduleRequest.evseId to 1..2147483647",
    "RequestStartTransactionRequest.evseId to 1..2147483647",
    "TransactionEventRequest.numberOfPhasesUsed to 0..3",
}
PINNED = {
    *(f"{field} IntType -> FloatType" for field in WIDENED),
    *(f"{field} EnumType -> StrType" for field in OPENED),
    *(f"{field} is optional" for field in RELEASED),
    *(f"{field} is new and required" for field in REQUIRED),
    *NARROWED,
}


def bare(kind: inspect.Type) -> inspect.Type:
    """Take UNSET out of an optional field's type."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    (only,) = (
        each for each in kind.types if not isinstance(each, inspect.CustomType) or "Unset" not in each.cls.__name__
    )
    return only


def growth(old: inspect.Type, new: inspect.Type, place: str) -> Iterator[str]:
    """Give each way in which `new` is more than `old` with optional fields, enum values and room added."""
    match old, new:
        case inspect.StructType(), inspect.StructType():
            later = {each.encode_name: each for each in new.fields}
            for each in old.fields:
                here = f"{new.cls.__name__}.{each.encode_name}"
                if each.encode_name not in later:
                    yield f"{here} is missing"
                    continue
                other = later.pop(each.encode_name)
                if each.required != other.required:
                    yield f"{here} is {'required' if other.required else 'optional'}"
                yield from growth(bare(each.type), bare(other.type), here)
            yield from (
                f"{new.cls.__name__}.{each.encode_name} is new and required" for each in later.values() if each.required
            )
        case inspect.EnumType(), inspect.EnumType():
            gone = {each.value for each in old.cls} - {each.value for each in new.cls}
            yield from (f"{place} lacks {value}" for value in sorted(gone))
        case inspect.ListType(), inspect.ListType():
            before, after = (old.min_length, old.max_length), (new.min_length, new.max_length)
            if before != after:
                yield f"{place} items {before} -> {after}"
            yield from growth(old.item_type, new.item_type, place)
        case _ if type(old) is not type(new):
            yield f"{place} {type(old).__name__} -> {type(new).__name__}"
        case inspect.StrType(), inspect.StrType():
            if new.max_length is not None and (old.max_length is None or old.max_length > new.max_length):
                yield f"{place} is shorter"
        case ((inspect.IntType() | inspect.FloatType()), (inspect.IntType() | inspect.FloatType())):
            if (old.ge, old.le) != (new.ge, new.le) and (new.ge, new.le) != (0, old.le):
                yield f"{place} to {new.ge}..{new.le}"


def test_21_has_every_message_of_201_in_the_same_direction() -> None:
    old, new = ACTIONS[Version.V201], ACTIONS[Version.V21]
    assert {name: each.origin for name, each in old.items()}.items() <= {n: e.origin for n, e in new.items()}.items()


def test_21_differs_from_201_by_additions_and_the_pinned_changes() -> None:
    found: set[str] = set()
    for name, old in ACTIONS[Version.V201].items():
        new = ACTIONS[Version.V21][name]
        assert old.response
        assert new.response
        pairs = ((old.request, new.request), (old.response, new.response))
        for before, after in pairs:
            found |= set(growth(inspect.type_info(before), inspect.type_info(after), name))
    assert found == PINNED
