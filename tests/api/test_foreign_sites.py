"""Somebody of one site in a system of two: nothing of the other site is seen, told or changed, by any route.

Routes come from the application and rows from the registry of records: what is added tomorrow is asked too. All that is
of the other site has its number, 7777, in it, by which it is found in what is answered.
"""

import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar.testing import AsyncTestClient
from msgspec.structs import replace

from busbar.api.policy import POLICY
from busbar.csms.changes import CommandPut, ConnectionOpened, ExchangeLogged, TokenPut
from busbar.csms.grants import EVERYTHING, Grant, Role
from busbar.csms.records import KINDS
from busbar.csms.records.access import User
from busbar.csms.rows import Token
from busbar.csms.services.rights import Right
from busbar.csms.tenancy import scoped
from busbar.model.values import ConnectorStatus
from busbar.model.versions import Version
from tests.api.conftest import NOON, World, build
from tests.api.test_policy import ROUTES
from tests.fixtures.rows import command, exchange
from tests.fixtures.samples import rows

OURS, FOREIGN = 5555, 7777

async def fill(world: World, number: int) -> None:
    """Put one of everything at a site; its number is in all of it."""
    store = world.store
    store._ids |= dict.fromkeys(("#site", "#station"), number - 1)
    store._numbers = dict.fromkeys(KINDS, number - 1)
    store._log_ids = itertools.count(number)
    site = await store.add_site(f"site {number}")
    station = await world.add_station(f"S{number}", site_id=site.id)
    await world.add_connector(station.id, 1, ConnectorStatus.AVAILABLE)
    await world.add_session(station.id, number, token=str(number))
    await world.add_reading(station.id, number, 1)
    await store.commit(
        [
            TokenPut(Token(key=str(number), value=str(number), site_id=site.id)),
            CommandPut(command(str(number), station_id=station.id)),
            ExchangeLogged(exchange(station.id)),
        ]
    )
    places = {"station_id": station.id, "site_id": site.id, "transaction": number}
    for kind in (kind for kind in KINDS if KINDS[kind].key != ("organisation_id",)):
        made = rows(kind, number, station.id)
        await store.insert(replace(made, **{name: at for name, at in places.items() if name in kind.__struct_fields__}))


async def main():
    world = build()
    for n in (OURS, FOREIGN):
        await fill(world, n)
    async with AsyncTestClient(world.app) as client:
        _, text = await world.app.state.backend.keys.make("w")
        _, mine = await world.app.state.backend.keys.make("x", grants=(Grant(Role.ADMIN, (OURS,)),), organisation_id=1)
        for method, t in ROUTES:
            if method != "GET" or "{" in t or t.endswith("/events"): continue
            out = []
            for k in (text, mine):
                a = await client.get(t, headers={"Authorization": f"Bearer {k}"})
                out.append((a.status_code, "7777" in a.text, "5555" in a.text))
            print(t, *out, a.text[:150] if a.status_code >= 400 and a.status_code != 403 else "")

import asyncio
if __name__ == "__main__":
    asyncio.run(main())
