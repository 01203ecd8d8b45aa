"""Meter readings as rows: all samples as JSON, and the three numbers that pages ask for. Knows no message."""

from datetime import datetime
from math import isfinite

import msgspec

from busbar.csms.rows import Reading as ReadingRow
from busbar.csms.rows import Transaction
from busbar.model.values import Place, Reading, Sample

_encode = msgspec.json.Encoder().encode


class _Stored(msgspec.Struct, gc=False, omit_defaults=True):
    """A sample as it is stored: what was not said takes no room."""

    measurand: str
    value: float | None
    unit: str | None = None
    phase: str | None = None
    location: str | None = None
    context: str = ""
    signed: str | None = None


def reading_row(
    reading: Reading, station_id: int, transaction: Transaction | None, place: Place, at: datetime
) -> ReadingRow:
    """Make the row of a reading received `at`; a place that the message leaves out is the transaction's."""
    evse, connector = place.evse, place.connector
    number = None
    if transaction is not None:
        number = transaction.id
        if evse is None:
            evse, connector = transaction.evse, transaction.connector
    energy_wh, power_w, soc_pct = reading.measured()
    if not isfinite((energy_wh or 0.0) + (power_w or 0.0) + (soc_pct or 0.0)):
        energy_wh, power_w, soc_pct = _finite(energy_wh), _finite(power_w), _finite(soc_pct)
    return ReadingRow(
        station_id=station_id,
        transaction=number,
        evse=evse,
        connector=connector,
        at=reading.at,
        received_at=at,
        energy_wh=energy_wh,
        power_w=power_w,
        soc_pct=soc_pct,
        samples=_encode([_stored(s) for s in reading.samples]),
    )


def _stored(s: Sample) -> _Stored:
    return _Stored(s.measurand, s.value, s.unit, s.phase, s.location, s.context, s.signed)


def context_of(reading: Reading) -> str:
    """Return the context of a reading; all samples of one instant share it in practice."""
    return reading.samples[0].context if reading.samples else ""


def _finite(number: float | None) -> float | None:
    return number if number is None or isfinite(number) else None
