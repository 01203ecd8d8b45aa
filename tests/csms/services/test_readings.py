"""Readings as rows."""

from datetime import UTC, datetime

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
