"""Meter readings as rows: all samples as JSON, and the three numbers that pages ask for. Knows no message."""

from datetime import datetime
from math import isfinite

import msgspec

from busbar.csms.rows import Reading as ReadingRow
from busbar.csms.rows import Transaction
from busbar.model.values import Place, Reading

_encode = msgspec.json.Encoder().encode


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
    energy_wh, power_w, soc_pct = reading.energy_wh(), reading.power_w(), reading.soc_pct()
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
        samples=_encode(reading.samples),
    )


def context_of(reading: Reading) -> str:
    """Return the context of a reading; all samples of one instant share it in practice."""
    return reading.samples[0].context if reading.samples else ""


def _finite(number: float | None) -> float | None:
    return number if number is None or isfinite(number) else None
