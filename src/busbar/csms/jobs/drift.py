"""Compares stations with the watched templates, tells where they differ, and asks them where that is wanted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.happenings import ConfigurationDrifted
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import FIND_LIMIT, NeverConnected, Query, Search, Test
from busbar.csms.records.device_model import ModelValue, PendingValue
from busbar.csms.records.templates import Drift, Template
from busbar.csms.rows import Station
from busbar.csms.services import batches, templates
from busbar.csms.services.device_model import path
from busbar.model.orders import GetVariables
from busbar.model.values import RegistrationStatus
from busbar.protocol.errors import ProtocolViolation

EVERY_S: Final = 3600.0
NAME: Final = "drift"
BY: Final = "busbar"
ATTRIBUTES: Final = 4
PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """Look at all watched templates. Raises StoreUnavailable."""
    watched = await desk.store.find(Template, watched=True)
    for template in watched:
        await _compare(desk, template)
    kept = {template.id for template in watched}
    for drift in await _drifts(desk):
        if drift.template_id not in kept:
            await desk.store.remove(Drift, drift.template_id, drift.station_id)


async def _compare(desk: Desk, template: Template) -> None:
    before = {row.station_id: row for row in await _drifts(desk, Test("template_id", "=", template.id))}
    wanted = templates.paths(template)
    async for chunk in _stations(desk, template, max(1, FIND_LIMIT // (ATTRIBUTES * len(wanted) or 1))):
        ids = tuple(station.id for station in chunk)
        values = await desk.store.find(ModelValue, station_id=ids, path=wanted)
        pending = await desk.store.find(PendingValue, station_id=ids, path=wanted)
        for station in chunk:
            known = templates.known(
                (row for row in values if row.station_id == station.id),
                (row for row in pending if row.station_id == station.id),
            )
            paths = sorted({path(item.name) for item in templates.drifted(template, known)})
            await _note(desk, template, station, paths, before.pop(station.id, None))
            if template.refreshed:
                await _ask(desk, template, station)
    for row in before.values():  # the template is no longer for these
        await desk.store.remove(Drift, row.template_id, row.station_id)


async def _drifts(desk: Desk, *tests: Test) -> list[Drift]:
    found: list[Drift] = []
    search: Search | None = Search(tests=tests, limit=PAGE)
    while search is not None:
        page = await desk.store.look(Drift, search)
        found += page.items
        search = None if page.next is None else replace(search, cursor=page.next)
    return found


async def _stations(desk: Desk, template: Template, size: int) -> AsyncIterator[list[Station]]:
    """Give the stations that a template is for, a few at a time."""
    query: Query | None = Query(site_id=template.site_id, limit=PAGE)
    while query is not None:
        page = await desk.store.stations(query)
        fitting = [station for station in page.items if templates.fits(template, station)]
        for first in range(0, len(fitting), size):
            yield fitting[first : first + size]
        query = None if page.next is None else replace(query, cursor=page.next)


async def _note(desk: Desk, template: Template, station: Station, paths: list[str], before: Drift | None) -> None:
    """Keep and tell where a station differs, if that is not what was known before."""
    assert template.id is not None
    if paths == (before.paths if before else []):
        return
    at = datetime.now(UTC)
    if paths:
        since = before.since if before else at
        await desk.store.put(Drift(template_id=template.id, station_id=station.id, paths=paths, since=since))
    else:
        await desk.store.remove(Drift, template.id, station.id)
    told = ConfigurationDrifted(station=station.identity, at=at, template=template.name, variables=paths)
    desk.publish(station.id, [told])


async def _ask(desk: Desk, template: Template, station: Station) -> None:
    """Ask a station for the values of a template's variables; the next look sees what it says."""
    if not station.online or station.version is None or station.registration != RegistrationStatus.ACCEPTED:
        return
    limits = await desk.store.find(ModelValue, station_id=station.id, path=batches.limit_paths(GetVariables))
    names = [item.name for item in template.values]
    try:
        for order in batches.reads(names, batches.limits(GetVariables, limits, station.version), station.version):
            await desk.dispatcher.dispatch(station, order, wait_s=0, requested_by=BY)
    except (ProtocolViolation, NeverConnected):  # variables that this version has no word for
        return
