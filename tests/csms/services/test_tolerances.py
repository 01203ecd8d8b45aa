"""A tolerance is about one station, or about a vendor's stations, of the same organisation."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.csms.records.tolerances import Tolerance
from busbar.csms.rows import Station
from busbar.csms.services.tolerances import tolerated

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"station_id": 7}, True),
        ({"station_id": 8}, False),
        ({"vendor": "ACME"}, True),
        ({"vendor": "Acme", "model": "one"}, True),
        ({"vendor": "Acme", "model": "Two"}, False),
        ({"vendor": "Other"}, False),
        ({"station_id": 7, "organisation_id": 2}, False),
        ({}, False),
    ],
)
def test_finds_who_is_meant(about: dict[str, Any], expected: bool) -> None:
    station = Station(id=7, identity="CS1", vendor="Acme", model="One")
    assert tolerated(station, [Tolerance(added_at=AT, added_by="me", **about)]) is expected


def test_a_station_that_never_booted_has_no_vendor() -> None:
    rule = Tolerance(added_at=AT, added_by="me", vendor="Acme")
    assert not tolerated(Station(id=7, identity="CS1"), [rule])
