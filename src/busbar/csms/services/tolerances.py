"""Whose broken messages are mended rather than refused. An operator says so; by itself nobody's are."""

from collections.abc import Iterable

from busbar.csms.records.tolerances import Tolerance
from busbar.csms.rows import Station


def tolerated(station: Station, tolerances: Iterable[Tolerance]) -> bool:
    """Tell whether one of the tolerances is about this station. Vendors and models are compared without case."""
    return any(row.organisation_id == station.organisation_id and _about(row, station) for row in tolerances)


def _about(row: Tolerance, station: Station) -> bool:
    if row.station_id is not None:
        return row.station_id == station.id
    return (
        row.vendor is not None
        and _same(row.vendor, station.vendor)
        and (row.model is None or _same(row.model, station.model))
    )


def _same(wanted: str, said: str | None) -> bool:
    return said is not None and wanted.casefold() == said.casefold()
