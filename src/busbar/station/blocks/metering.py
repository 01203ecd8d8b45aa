"""Meter readings as the configuration wants them (blocks J, 1.6 §4.7): which measurands, when, in which context.

It must not know how a meter is read, nor how transactions begin and end.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from busbar.model.values import Reading, Sample
from busbar.station.blocks.evse import Evse

REGISTER: Final = "Energy.Active.Import.Register"
BEGIN: Final = "Transaction.Begin"
END: Final = "Transaction.End"
PERIODIC: Final = "Sample.Periodic"
CLOCK: Final = "Sample.Clock"
TRIGGER: Final = "Trigger"


def read(evse: Evse, at: datetime, context: str, measurands: Sequence[str]) -> list[Reading]:
    """Read an EVSE's meter at `at`: the wanted measurands, the register first; no reading where none is there."""
    samples: list[Sample] = []
    if REGISTER in measurands:
        samples.append(Sample(REGISTER, float(evse.told_wh), "Wh", context=context))
    for sample in (*evse.samples, *evse.offer):
        if sample.measurand in measurands:
            samples.append(Sample(sample.measurand, sample.value, sample.unit, sample.phase, sample.location, context))
    return [Reading(at, samples)] if samples else []


def at_rest(samples: tuple[Sample, ...], *, connected: bool) -> tuple[Sample, ...]:
    """Return what the meter says once the contactor is open: no power, no current; what an EV said goes with it."""
    return tuple(
        replace(sample, value=0.0) if sample.value and sample.measurand.startswith(("Power.", "Current.")) else sample
        for sample in samples
        if connected or sample.location != "EV"
    )


def next_mark(after: datetime, interval_s: int) -> datetime:
    """Return the next clock-aligned instant: a whole number of intervals after midnight, UTC (1.6 §9.1.3)."""
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((after - midnight).total_seconds()) // interval_s + 1
    return min(midnight + timedelta(seconds=passed * interval_s), midnight + timedelta(days=1))
