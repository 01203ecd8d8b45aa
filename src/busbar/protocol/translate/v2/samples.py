"""2.x meter values: numbers with unit and multiplier, signed data beside them ↔ readings (part 2 §2.40, §2.47)."""

import math
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from busbar.model.values import Reading, Sample
from busbar.protocol.translate.errors import improper, required, word
from busbar.protocol.translate.times import seconds
from busbar.protocol.wire.shapes import read_custom, write_custom

REGISTER: Final = "Energy.Active.Import.Register"
_SIGNED: Final = msgspec.json.Encoder(enc_hook=write_custom)


def read(values: Sequence[Any]) -> list[Reading]:
    """Read all MeterValueType of a message."""
    return [Reading(v.timestamp.astimezone(UTC), [_sample(s) for s in v.sampled_value]) for v in values]


def _sample(sent: Any) -> Sample:
    measure = sent.unit_of_measure
    value, unit = sent.value, None
    if measure is not UNSET:
        unit = measure.unit or None
        if measure.multiplier:
            value = _scaled(value, measure.multiplier)
    measurand, phase, location, context = sent.measurand, sent.phase, sent.location, sent.context
    return Sample(
        REGISTER if measurand is UNSET else measurand._value_,
        value,
        unit,
        None if phase is UNSET else phase._value_,
        None if location is UNSET else location._value_,
        "Sample.Periodic" if context is UNSET else context._value_,
        _SIGNED.encode(sent.signed_meter_value).decode() if sent.signed_meter_value is not UNSET else None,
    )


def _scaled(value: float, multiplier: int) -> float | None:
    """Apply a power of ten; what no number can hold is kept in the message log only."""
    try:
        # Division keeps decimal values exact where multiplication by 0.001 does not.
        scaled = value * 10.0**multiplier if multiplier > 0 else value / 10.0**-multiplier
    except OverflowError:
        return None
    return scaled if math.isfinite(scaled) else None


def write(readings: Sequence[Reading], wire: Any) -> list[Any] | UnsetType:
    """Write readings as MeterValueType of `wire`; nothing at all where there are none. Raises Untranslatable."""
    values = [
        wire.MeterValueType(timestamp=seconds(reading.at), sampled_value=[_written(s, wire) for s in reading.samples])
        for reading in readings
    ]
    return values or UNSET


def _written(sample: Sample, wire: Any) -> Any:
    unit = wire.UnitOfMeasureType(unit=sample.unit) if sample.unit else UNSET
    return wire.SampledValueType(
        value=required(sample.value, "value"),
        context=word(wire.ReadingContextEnumType, sample.context),
        measurand=word(wire.MeasurandEnumType, sample.measurand),
        phase=word(wire.PhaseEnumType, sample.phase) if sample.phase else UNSET,
        location=word(wire.LocationEnumType, sample.location) if sample.location else UNSET,
        signed_meter_value=UNSET if sample.signed is None else _signed(sample.signed, wire),
        unit_of_measure=unit,
    )


def _signed(text: str, wire: Any) -> Any:
    """Read a signed value's JSON text; 1.6's bare data lacks what 2.x requires beside it."""
    try:
        return msgspec.json.decode(text, type=wire.SignedMeterValueType, dec_hook=read_custom)
    except msgspec.DecodeError:
        raise improper("2.x signed data has an encoding and a method") from None
