"""Routes that tell whether the server lives, whether it can work, and what it holds. Knows no secret."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from litestar import Response, get
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from busbar.api import models
from busbar.api.auth import PUBLIC
from busbar.api.backend import Here
from busbar.csms.ports import Store
from busbar.telemetry.health import OK, Readiness

READY_S: Final = 2.0
LAG_S: Final = 5.0
"""A loop that was so late within the last seconds is not well."""


class Health(models.View, kw_only=True):
    """`ok` or `late`, and how late the loop was at worst in the last seconds."""

    status: str
    loop_lag_s: float


class Ready(models.View, kw_only=True):
    """`ready` or `not ready`, and each part: `ok`, `failed`, or `slow` where it did not answer in time."""

    status: str
    parts: dict[str, str]


def readiness(store: Store, conditions: Mapping[str, Callable[[], bool]]) -> Readiness:
    """Return what has to hold: a store that reads, writes, and keeps up; and the conditions."""
    probes = {"store_reads": lambda: store.station(""), "store_writes": lambda: store.take_ids("readiness", 1)}
    return Readiness(probes, {"store_keeps_up": lambda: not store.full, **conditions})


@get("/healthz", opt={PUBLIC: True}, tags=["Status"], summary="Is the process alive")
async def healthz(backend: Here) -> Response[Health]:
    """Answer without asking anybody; 503 where the loop is far behind."""
    lag_s = backend.observed.pulse.lag_s
    late = lag_s > LAG_S
    health = Health(status="late" if late else "ok", loop_lag_s=round(lag_s, 3))
    return Response(health, status_code=HTTP_503_SERVICE_UNAVAILABLE if late else HTTP_200_OK)


@get("/readyz", opt={PUBLIC: True}, tags=["Status"], summary="Can the server work")
async def readyz(backend: Here) -> Response[Ready]:
    """Say how each part is, within a bound of time; 503 where any is not well."""
    parts = await backend.readiness.parts(READY_S)
    well = all(state == OK for state in parts.values())
    told = Ready(status="ready" if well else "not ready", parts=parts)
    return Response(told, status_code=HTTP_200_OK if well else HTTP_503_SERVICE_UNAVAILABLE)


@get("/api/v1/totals", tags=["Status"], summary="Show counts and sums")
async def totals(backend: Here) -> models.Totals:
    """Count stations, sessions, messages and errors, and sum the energy."""
    found = await backend.store.totals()
    return models.Totals(
        stations=int(found["stations"]),
        online=int(found["online"]),
        sessions=int(found["transactions"]),
        active_sessions=int(found["active"]),
        energy_wh=found["energy_wh"],
        messages=int(found["exchanges"]),
        errors=int(found["errors"]),
    )


class StationUrls(models.View, kw_only=True):
    """Where stations connect: these, a slash, and their identity."""

    urls: list[str]


@get("/api/v1/station-urls", tags=["Status"], summary="Show where stations connect")
async def station_urls(backend: Here) -> StationUrls:
    """Show what is entered in a station. An address of all interfaces (0.0.0.0, ::) stands for the server's own."""
    return StationUrls(urls=list(backend.settings.station_urls))


routes: list[Any] = [healthz, readyz, totals, station_urls]
