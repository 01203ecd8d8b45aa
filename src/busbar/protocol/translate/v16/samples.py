"""1.6 meter values: texts with optional units ↔ readings (1.6 §7.33, §7.43)."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from msgspec import UNSET, UnsetType

from busbar.model.values import Reading, Sample
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.times import seconds
from busbar.protocol.wire import v16

REGISTER: Final = "Energy.Active.Import.Register"
_SIGNED: Final = v16.SampledValueFormat.SIGNED_DATA
# Units that 2.x spells differently; "Celcius" is a slip of the 1.6 schema.
_UNITS_IN: Final = {unit: unit.value for unit in v16.SampledValueUnit} | {
    v16.SampledValueUnit.CELCIUS: "Celsius",
    v16.SampledValueUnit.HERTZ: "Hz",
}
_UNITS_OUT: Final = {"Hz": "Hertz"}


def read(values: Sequence[v16.MeterValue | v16.TransactionData]) -> list[Reading]:
    """Read all meter values of a message."""
    return [Reading(v.timestamp.astimezone(UTC), [_sample(s) for s in v.sampled_value]) for v in values]


def _sample(sent: v16.SampledValue) -> Sample:
    measurand, unit, phase, location, context = sent.measurand, sent.unit, sent.phase, sent.location, sent.context
    signed = sent.format is _SIGNED
    return Sample(
        REGISTER if measurand is UNSET else measurand._value_,
        None if signed else _number(sent.value),
        None if unit is UNSET else _UNITS_IN[unit],
        None if phase is UNSET else phase._value_,
        None if location is UNSET else location._value_,
        "Sample.Periodic" if context is UNSET else context._value_,
        sent.value if signed else None,
    )


def _number(text: str) -> float | None:
    """Read a number; what is none is kept in the message log only."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def write(readings: Sequence[Reading], kind: type[Any]) -> list[Any] | UnsetType:
    """Write readings as a list of `kind`; nothing at all where there are none. Raises Untranslatable."""
    values = [
        kind(timestamp=seconds(reading.at), sampled_value=[value for s in reading.samples for value in _written(s)])
        for reading in readings
    ]
    return values or UNSET


def _written(sample: Sample) -> Iterator[v16.SampledValue]:
    """Write a sample: one value, or two where it has both a number and signed data."""
    if sample.value is not None or sample.signed is None:
        yield _value(sample, _text(required(sample.value, "value")), UNSET)
    if sample.signed is not None:
        yield _value(sample, sample.signed, _SIGNED)


def _value(sample: Sample, text: str, form: v16.SampledValueFormat | UnsetType) -> v16.SampledValue:
    unit = sample.unit
    return v16.SampledValue(
        value=text,
        context=word(v16.SampledValueContext, sample.context),
        format=form,
        measurand=word(v16.SampledValueMeasurand, sample.measurand),
        phase=word(v16.SampledValuePhase, sample.phase) if sample.phase else UNSET,
        location=word(v16.SampledValueLocation, sample.location) if sample.location else UNSET,
        unit=word(v16.SampledValueUnit, _UNITS_OUT.get(unit, unit)) if unit else UNSET,
    )


def _text(value: float) -> str:
    """Write a number in decimals, without an exponent."""
    return str(int(value)) if float(value).is_integer() else f"{Decimal(repr(value)):f}"
