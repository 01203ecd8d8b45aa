"""Readings as rows."""

from datetime import UTC, datetime

import msgspec
import pytest

from busbar.csms.services.readings import context_of, reading_row
from busbar.model.values import Place, Reading, Sample

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_does_not_reach_the_row(value) -> None:
    samples = [
        Sample("Energy.Active.Import.Register", value, "Wh"),
        Sample("Power.Active.Import", value, "W"),
        Sample("SoC", value, "Percent"),
    ]
    row = reading_row(Reading(AT, samples), 1, None, Place(1), AT)
    assert (row.energy_wh, row.power_w, row.soc_pct) == (None, None, None)
    assert b"null" in row.samples


def test_a_reading_without_samples_has_no_context() -> None:
    assert context_of(Reading(AT)) == ""
    assert context_of(Reading(AT, [Sample("SoC", 1.0, context="Transaction.End")])) == "Transaction.End"


@pytest.mark.parametrize(
    "sample",
    [Sample("SoC", 42.0), Sample("Voltage", 230.0, "V", "L1", "Inlet", "Other", "{}"), Sample("SoC", None, signed="x")],
)
def test_a_sample_is_stored_whole_and_without_what_it_does_not_say(sample: Sample) -> None:
    stored = reading_row(Reading(AT, [sample]), 1, None, Place(1), AT).samples
    assert msgspec.json.decode(stored, type=list[Sample]) == [sample]
    assert stored.count(b"null") == (sample.value is None)
