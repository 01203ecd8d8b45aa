"""Two organisations on one CSMS, over REST and sockets, on SQLite and on PostgreSQL with row-level security: whatever
one does, the other sees, pays, is told and is commanded nothing of it."""

import asyncio
import contextlib
import itertools
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import pytest_asyncio

from busbar.cli.bootstrap import Running, running
from busbar.cli.settings import Settings
from busbar.csms.storage.access import Access
from busbar.csms.storage.schema import metadata
from tests.cases.rig import Csms, Station
from tests.fixtures.certificates import Authority
from tests.fixtures.postgres import PostgresServer
from tests.system.scripts import event

pytestmark = pytest.mark.asyncio(loop_scope="module")
MARK = "alpha-only"
"""A word in all that the first organisation has, which must never be told to the second."""
AUTHORITIES = [each.name for each in fields(Csms) if each.name not in ("running", "api", "_numbers")]
"""Who signs for stations in other tests, and nobody here."""


@dataclass
class World:
    """Both organisations; `ours` has one of everything, `theirs` tries to get at it."""

    served: Running
    ours: Csms
    theirs: Csms
    folder: Path
    things: dict[str, Any] = field(default_factory=dict)

    async def rows_of_others(self) -> list[str]:
        """Return the tables with rows about a station that are not its organisation's."""

        def work(connection: Any) -> list[str]:
            found = []
            for table in metadata.sorted_tables:
                if {"station_id", "organisation_id"} <= set(table.c.keys()):
                    query = (
                        f'SELECT count(*) FROM "{table.name}" t JOIN stations s ON s.id = t.station_id'
                        " WHERE t.organisation_id <> s.organisation_id"
                    )
                    if connection.exec_driver_sql(query).scalar():
                        found.append(table.name)
            return found

        return await cast("Access", self.served.store).read(work)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgres"])
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("tenants")
    url = f"sqlite:///{folder}/busbar.db"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create()
    settings = Settings(database_url=url, secret_key_file=folder / "key", ocpp_port=0, api_port=0)
    async with running(settings) as served:
        platform = client(served, await served.make_key("platform"))
        made = await platform.post("/organisations", json={"name": "Beta"})
        keys = []
        for number in (1, made.json()["id"]):
            body = {"label": f"admin of {number}", "grants": [{"role": "admin"}]}
            answer = await platform.post("/api-keys", json=body, headers={"Busbar-Organisation": str(number)})
            keys.append(answer.json()["key"])
        numbers, nobody = itertools.count(1), dict.fromkeys(AUTHORITIES, cast("Any", None))
        ours, theirs = (Csms(served, client(served, key), **nobody, _numbers=numbers) for key in keys)
        world = World(served, ours, theirs, folder)
        await fill(world)
        yield world
        for api in (platform, ours.api, theirs.api):
            await api.aclose()


def client(served: Running, key: str) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.AsyncClient(base_url=f"{served.api_url}/api/v1", headers=headers, timeout=30)


async def fill(world: World) -> None:
    """Give the first organisation one of everything that people make, and a session with all that follows from it."""
    ours = world.ours
    site = await ours.post("/sites", {"name": MARK})
    identity = await ours.add_station("CS-FIRST", site_id=site["id"])
    token = await ours.add_token("CARD-FIRST", group="GROUP", label=MARK)
    await ours.ask("PUT", "/token-groups/GROUP", {"label": MARK})
    tariff = await ours.post("/tariffs", tariff_of("0.25", MARK))
    assignment = await ours.post("/tariff-assignments", {"tariff_id": tariff["id"], "token": token})
    hook = await ours.post("/webhooks", {"name": MARK, "url": "https://alpha.example/", "events": ["*"]})
    vendor = await ours.post("/vendors", {"vendor_id": MARK, "status": "Accepted"})
    values = [{"component": "C", "variable": MARK, "value": "1"}]
    template = await ours.post("/templates", {"name": MARK, "values": values})
    rule = await ours.post("/access-rules", {"effect": "allow", "token": token, "label": MARK})
    station = await ours.open(identity, "2.0.1")
    assert (await station.boot())["status"] == "Accepted"
    await station.call("Authorize", {"idToken": {"idToken": token, "type": "ISO14443"}})
    await station.call("DataTransfer", {"vendorId": MARK, "data": MARK})
    await session(station, MARK, token)
    (row,) = (await ours.get("/sessions"))["items"]
    world.things |= {
        "identity": identity,
        "value": token,
        "site_id": site["id"],
        "tariff_id": tariff["id"],
        "version": 1,
        "assignment_id": assignment["id"],
        "webhook_id": hook["id"],
        "vendor_id": vendor["id"],
        "template_id": template["id"],
        "rule_id": rule["id"],
        "session_id": row["id"],
        "station": station,
    }


def tariff_of(price: str, name: str) -> dict[str, Any]:
    return {"name": name, "currency": "EUR", "energy": {"prices": [{"amount": price}]}}


async def session(station: Station, name: str, token: str) -> None:
    """Charge 1 kWh."""
    for seq_no, (kind, wh) in enumerate((("Started", 0.0), ("Updated", 500.0), ("Ended", 1000.0))):
        more: dict[str, Any] = {"idToken": {"idToken": token, "type": "ISO14443"}} if kind == "Started" else {}
        await station.call("TransactionEvent", event(kind, name, seq_no, datetime.now(UTC), wh, **more))


async def routes(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every route by method and path, with its operation."""
    document = (await world.ours.api.get(f"{world.served.api_url}/openapi.json")).json()
    return [
        (method.upper(), path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def filled(path: str, things: dict[str, Any]) -> str | None:
    """Return a path with our things in it; None where one is not known, or the path names none."""
    names = re.findall(r"\{([^}:]+)", path)
    if not names or names[0] not in things:
        return None
    return re.sub(r"\{([^}:]+)[^}]*\}", lambda found: str(things.get(found[1], "1")), path).removeprefix("/api/v1")


OWN = ("/account", "/login", "/logout", "/events", "/organisations", "/health", "/openapi", "/authority")


async def test_no_route_shows_or_takes_what_is_another_organisations(world: World) -> None:
    """Every route with our things in its path, asked by them: nothing of ours is told, and nothing changes."""
    before = await seen(world)
    tried, theirs, took = 0, world.theirs.api, []
    for method, path, _ in await routes(world):
        target = filled(path, world.things)
        if target is None:
            continue
        for body in ({},) if method == "GET" else ({}, {"json": {}}):
            answer = await theirs.request(method, target, **body)
            tried += 1
            assert answer.status_code < 500, (method, target, answer.text)
            assert MARK not in answer.text, (method, target)
            if method == "GET" or answer.is_success:
                took.append((method, target, answer.status_code, answer.text))
    assert tried > 150
    assert [one for one in took if not harmless(*one)] == []
    await world.things["station"].quiet(0.5)
    assert await seen(world) == before
    assert await world.rows_of_others() == []


def harmless(method: str, target: str, status: int, text: str) -> bool:
    """Tell whether an answer speaks of nothing of ours: a refusal, an empty list, or what they made for themselves."""
    if status in (400, 404, 405) or target.startswith("/token-groups/"):  # a name, which each may use
        return True
    return status == 200 and json.loads(text or "{}").get("items", [1]) == []


async def seen(world: World) -> dict[str, Any]:
    """Return all that our lists show."""
    found = {}
    for method, path, _ in await routes(world):
        short = path.removeprefix("/api/v1")
        if method == "GET" and "{" not in path and not short.startswith((*OWN, "/audit", "/api-keys", "/status")):
            answer = await world.ours.api.get(short)
            if answer.is_success and "json" in answer.headers.get("content-type", ""):
                found[short] = answer.json()
    return found


async def test_no_list_tells_of_another_organisation(world: World) -> None:
    shown = 0
    for method, path, _ in await routes(world):
        short = path.removeprefix("/api/v1")
        if method != "GET" or "{" in path or short.startswith(("/events", "/login")):
            continue
        answer = await world.theirs.api.get(short)
        assert answer.status_code < 500, (short, answer.text)
        assert MARK not in answer.text, short
        shown += MARK in (await world.ours.api.get(short)).text
    assert shown > 10


async def test_the_same_names_are_each_organisations_own(world: World) -> None:
    """Theirs, made after ours: nothing says that the name is taken, and ours stays as it was."""
    theirs, before = world.theirs, await seen(world)
    await theirs.post("/sites", {"name": MARK})
    await theirs.add_token("CARD-FIRST", group="GROUP")
    await theirs.ask("PUT", "/token-groups/GROUP", {"master_pass": True})
    await theirs.ask("PUT", "/tokens/CARD-FIRST/profile", {"priority": -9})
    await theirs.post("/vendors", {"vendor_id": MARK, "status": "Rejected"})
    await theirs.post("/templates", {"name": MARK, "values": [{"component": "C", "variable": "V", "value": "2"}]})
    await theirs.ask("PUT", "/access-defaults/0", {"effect": "deny"})
    await theirs.ask("PUT", f"/sites/{world.things['site_id']}/local-lists/automatic", {"on": True}, status=404)
    await theirs.ask("PUT", "/charging-policy", {"needs": "later"})
    await theirs.ask("PUT", "/certificate-policy", {"warn_days": 7})
    root = Authority(world.folder, "Root").path.read_text()
    for each in (theirs, world.ours):
        await each.post("/roots", {"certificate": root, "use": "V2GRootCertificate"})
    await world.ours.ask("PUT", "/access-defaults/0", {"effect": "allow"})
    after = await seen(world)
    changed = {path for path in after if after[path] != before[path]}
    assert changed <= {"/roots", "/access-defaults"}


async def test_a_card_of_theirs_and_its_rules_count_for_nothing_at_our_station(world: World) -> None:
    await world.theirs.add_token("CARD-THEIRS")
    station = world.things["station"]
    for card, status in (("CARD-THEIRS", "Unknown"), ("CARD-FIRST", "Accepted")):
        answer = await station.call("Authorize", {"idToken": {"idToken": card, "type": "ISO14443"}})
        assert answer["idTokenInfo"]["status"] == status, card
        assert answer["idTokenInfo"].get("chargingPriority") is None


async def test_a_vendor_of_theirs_answers_none_of_our_stations(world: World) -> None:
    await world.theirs.post("/vendors", {"vendor_id": "only-theirs"})
    station = world.things["station"]
    assert (await station.call("DataTransfer", {"vendorId": "only-theirs"}))["status"] == "UnknownVendorId"
    assert (await station.call("DataTransfer", {"vendorId": MARK}))["status"] == "Accepted"


async def test_a_tariff_of_theirs_prices_no_session_of_ours(world: World) -> None:
    theirs, station = world.theirs, world.things["station"]
    dear = await theirs.post("/tariffs", tariff_of("99", "dear"))
    place = {"station": world.things["identity"]}
    for where in (place, {"site_id": world.things["site_id"]}):
        await theirs.post("/tariff-assignments", {"tariff_id": dear["id"]} | where, status=400)
    await theirs.post("/tariff-assignments", {"tariff_id": world.things["tariff_id"], "token": "X"}, status=400)
    await theirs.post("/tariff-assignments", {"tariff_id": dear["id"], "token": "CARD-FIRST"})
    await theirs.post("/tariff-assignments", {"tariff_id": dear["id"], "token": "CARD-PLAIN"})
    await world.ours.add_token("CARD-PLAIN")
    for name, card in (("priced", "CARD-FIRST"), ("free", "CARD-PLAIN")):
        await session(station, name, card)
    rows = {row["transaction_id"]: row for row in (await world.ours.get("/sessions"))["items"]}
    cost = await world.ours.get(f"/sessions/{rows['priced']['id']}/cost")
    assert cost["tariff_id"] == world.things["tariff_id"]
    await world.ours.get(f"/sessions/{rows['free']['id']}/cost", status=404)
    assert (await theirs.get("/costs"))["items"] == []


async def test_a_campaign_and_a_template_of_theirs_touch_no_station_of_ours(world: World) -> None:
    station, theirs = world.things["station"], world.theirs
    theirs_own = await theirs.add_station("CS-SECOND")
    second = await theirs.open(theirs_own)
    await second.boot()
    wanted = [{"component": "C", "variable": "V", "value": "2"}]
    await theirs.post("/templates", {"name": "boot", "values": wanted, "watched": True, "refreshed": True})
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    work = {"kind": "call", "action": "ClearCache", "payload": {}}
    campaign = await theirs.post("/campaigns", {"name": "all", "work": work, "selection": {}, "ends_at": ends})
    await second.expect("ClearCache", {"status": "Accepted"})
    async with asyncio.timeout(20):
        while (shown := await theirs.get(f"/campaigns/{campaign['id']}"))["state"] != "finished":
            await asyncio.sleep(0.1)
    assert shown["counts"] == {"done": 1}
    await station.quiet(0.5)
    await world.ours.get(f"/campaigns/{campaign['id']}", status=404)
    await second.close()


async def listen(each: Csms, heard: list[dict[str, Any]]) -> None:
    """Follow the live events."""
    async with each.api.stream("GET", "/events", timeout=60) as answer:
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                heard.append({"event": name} | json.loads(line.removeprefix("data: ")))


async def test_each_is_told_of_its_own_by_webhook_and_live(world: World) -> None:
    hook = await world.theirs.post("/webhooks", {"name": "all", "url": "https://beta.example/", "events": ["*"]})
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    async with contextlib.AsyncExitStack() as stack:
        for each, heard in ((world.ours, ours), (world.theirs, theirs)):
            stack.callback(asyncio.create_task(listen(each, heard)).cancel)
        await asyncio.sleep(0.3)
        async with world.theirs.booted(version="1.6") as second:
            await session(world.things["station"], "told", "CARD-FIRST")
            ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            work = {"kind": "call", "action": "ClearCache", "payload": {}}
            body = {"name": "told", "work": work, "selection": {"stations": [second.identity]}, "ends_at": ends}
            await world.theirs.post("/campaigns", body)
            await second.expect("ClearCache", {"status": "Accepted"})
            async with asyncio.timeout(20):
                while {row["event"] for row in theirs} < {"station.booted", "campaign.changed"} or not ours:
                    await asyncio.sleep(0.05)
            identity = second.identity
        assert {row["station"] for row in ours} == {world.things["identity"]}
        assert {row["station"] for row in theirs} == {identity, ""}
        async with asyncio.timeout(20):
            while "campaign.changed" not in (told := await deliveries(world.theirs, hook["id"])):
                await asyncio.sleep(0.2)
        assert "session.changed" not in told
        assert "campaign.changed" not in await deliveries(world.ours, world.things["webhook_id"])
    assert await world.rows_of_others() == []


async def deliveries(each: Csms, hook_id: int) -> set[str]:
    found = await each.get(f"/webhooks/{hook_id}/deliveries", limit=1000)
    return {row["event"] for row in found["items"]}
