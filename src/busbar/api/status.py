"""Routes that tell whether the server lives, whether it can work, and what it holds. Knows no secret."""

import asyncio
from typing import Any, Final

from litestar import get

from busbar.api import models
from busbar.api.auth import PUBLIC
from busbar.api.backend import Here
from busbar.api.problems import Kind, Problem
from busbar.csms.ports import StoreUnavailable

READY_S: Final = 2.0


class Health(models.View, kw_only=True):
    """Always `ok`; failures are problems."""

    status: str = "ok"


@get("/healthz", opt={PUBLIC: True}, tags=["Status"], summary="Is the process alive")
async def healthz() -> Health:
    """Answer without looking at anything."""
    return Health()


@get("/readyz", opt={PUBLIC: True}, tags=["Status"], summary="Can the server work")
async def readyz(backend: Here) -> Health:
    """Answer once the store answered."""
    try:
        async with asyncio.timeout(READY_S):
            await backend.store.station("")
    except (StoreUnavailable, TimeoutError, OSError):
        raise Problem(Kind.UNAVAILABLE, "the store cannot be reached") from None
    if backend.store.full:
        raise Problem(Kind.UNAVAILABLE, "too much waits to be stored")
    return Health()


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


routes: list[Any] = [healthz, readyz, totals]
