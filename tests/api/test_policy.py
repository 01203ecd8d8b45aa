"""Every route, also one added tomorrow, against everybody who must not: refused, and nothing changed.

Routes come from the application, bodies from its OpenAPI document; a route without a line in the table fails here.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar.testing import AsyncTestClient

from busbar.api.access import needs_of
from busbar.api.policy import POLICY
from busbar.csms.changes import CommandPut, ExchangeLogged, TokenPut
from busbar.csms.grants import EVERYTHING, Grant, Role
from busbar.csms.records.access import User
from busbar.csms.rows import Token
from busbar.csms.services.rights import RIGHTS, Right
from busbar.csms.tenancy import scoped
from tests.api.conftest import NOON, World, build
from tests.fixtures.rows import command, exchange

ELSEWHERE = 999
NAMES: dict[str, str] = {
    "identity": "CS1",
    "value": "CARD",
    "command_id": "c-1",
    "key_id": "a" * 12,
    "thumbprint": "a" * 64,
}
"""What stands for a part of a path that is a text; numbers are 1, the first of everything."""


def routes() -> list[tuple[str, str]]:
    """Return method and template of every route that is not public."""
    found = []
    for route in build().app.routes:
        for method, handler in getattr(route, "route_handler_map", {}).items():
            opt = (handler[0] if isinstance(handler, tuple) else handler).opt
            if method != "OPTIONS" and not opt.get("public"):
                found.append((method, route.path_format))
    return sorted(found)


ROUTES = routes()
UNSEEN = {400, 401, 403, 404, 409}
"""Answers that tell nothing of a thing: a body is judged before the thing is looked up."""
NAMED_BY_THEIR_OWNER = (
    "/api/v1/access-defaults/{site_id}",
    "/api/v1/access-rules/{rule_id}",
    "/api/v1/sites/{site_id}/local-lists/automatic",
    "/api/v1/templates/{number}",
    "/api/v1/token-groups/{value}",
    "/api/v1/vendors/{vendor_number}",
)
"""Things that a PUT makes, in one's own organisation, where there is none yet."""
SETTINGS = (
    "/api/v1/certificate-policy",
    "/api/v1/charging-policy",
    "/api/v1/receipt-server",
    "/api/v1/station-urls",
)
"""One of each organisation or of the server, and no list."""
DOCUMENT: dict[str, Any] = msgspec.to_builtins(build().app.openapi_schema.to_schema())


def sample(schema: dict[str, Any], name: str = "") -> Any:
    """Return something that a schema takes."""
    if "$ref" in schema:
        return sample(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], name)
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return sample(next((part for part in schema[key] if part.get("type") != "null"), {}), name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "object")
    kind = next((word for word in kind if word != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object":
        needed = schema.get("required", [])
        return {part: sample(schema["properties"][part], part) for part in needed if part in schema["properties"]}
    if kind == "array":
        return [sample(schema.get("items", {}), name)] * max(1, schema.get("minItems", 0))
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    if kind == "boolean":
        return True
    if schema.get("format") == "date-time":
        return "2030-01-01T00:00:00Z"
    if name == "checksum":
        return "a" * 32
    if name == "email":
        return "x@example.com"
    return "a" * max(12, schema.get("minLength", 1)) if schema.get("maxLength", 99) >= 12 else "aaaaaa"


def body(method: str, template: str) -> Any:
    operation = DOCUMENT["paths"].get(template, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    return sample(content["application/json"]["schema"]) if "application/json" in content else None


def path_of(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda part: NAMES.get(part[1], "1"), template)


async def filled() -> World:
    """One of everything in the first organisation, at a site; a second organisation with an admin."""
    world = build()
    store = world.store
    with scoped(1):
        site = await store.add_site("home")
        station = await world.add_station("CS1", site_id=site.id)
        await world.add_session(station.id, 1, token="CARD")
        await world.add_reading(station.id, 1, 1)
        await store.commit([TokenPut(Token(key="card", value="CARD", site_id=site.id))])
        await store.commit([CommandPut(command("c-1", station_id=station.id)), ExchangeLogged(exchange(station.id))])
        await store.insert(User(email="a@example.com", name="A", grants=EVERYTHING, created_at=NOON))
    return world


def owner_of(row: Any) -> int:
    return int(getattr(row, "organisation_id", 1))


async def rows_of(world: World) -> bytes:
    """Return all that the first organisation has, but what every request leaves in the audit trail."""
    with scoped(1):
        tables = [world.store.__dict__[name] for name in ("_sites", "_stations", "_tokens", "_transactions")]
        tables += [world.store.__dict__[name] for name in ("_readings", "_exchanges", "_commands")]
        tables += [rows for kind, rows in world.store._records.items() if kind.__name__ != "AuditEntry"]
        shown = [sorted(repr(row) for row in table.values() if owner_of(row) == 1) for table in tables]
    return msgspec.json.encode(shown)


class Crowd:
    """People at the door of one world: each with a key, or with none."""

    def __init__(self, world: World, client: Any, keys: dict[str, str]) -> None:
        self.world = world
        self._client = client
        self._keys = keys

    async def ask(self, name: str, method: str, template: str) -> int:
        """Ask as one of them, and return the status."""
        headers = {"Authorization": f"Bearer {self._keys[name]}"} if name in self._keys else {}
        answer = await self._client.request(method, path_of(template), json=body(method, template), headers=headers)
        return int(answer.status_code)

    def touched(self) -> bool:
        """Tell whether a station was told, or its records amended."""
        return bool(self.world.dispatcher.asked or self.world.dispatcher.amended)


@asynccontextmanager
async def crowd(people: dict[str, Any]) -> AsyncIterator[Crowd]:
    world = await filled()
    async with AsyncTestClient(world.app) as client:
        keys = {name: (await world.app.state.backend.keys.make("x", **key))[1] for name, key in people.items()}
        yield Crowd(world, client, keys)


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    without = [f"{method} {path}" for method, path in ROUTES if needs_of(method, path, {}) is None]
    assert not without, "add to POLICY in api/policy.py:\n" + "\n".join(
        f'        "{name}": _CONFIGURE,' for name in without
    )
    assert set(POLICY) == {f"{method} {path}" for method, path in ROUTES}


async def test_nobody_without_the_right_is_let_in_and_nothing_is_changed() -> None:
    people: dict[str, Any] = {role.value: {"grants": (Grant(role),), "organisation_id": 1} for role in Role}
    people["nothing"] = {"grants": (), "organisation_id": 1}
    wrong = []
    async with crowd(people) as door:
        before = await rows_of(door.world)
        for method, template in ROUTES:
            right = POLICY[f"{method} {template}"].right
            lesser = [] if right is Right.SELF else [r.value for r in Role if right not in RIGHTS[r]] + ["nothing"]
            wanted = dict.fromkeys(lesser, 403) | {"stranger": 401}
            found = {name: await door.ask(name, method, template) for name in wanted}
            if found != wanted or door.touched() or await rows_of(door.world) != before:
                wrong.append((method, template, found))
                before = await rows_of(door.world)
    assert not wrong, "\n".join(map(str, wrong))


async def test_who_has_nothing_to_do_with_it_neither_sees_nor_changes_it() -> None:
    people = {
        "tenant": {"grants": EVERYTHING, "organisation_id": 2},
        "site": {"grants": (Grant(Role.ADMIN, (ELSEWHERE,)),), "organisation_id": 1},
    }
    wrong = []
    async with crowd(people) as door:
        for method, template in ROUTES:
            if template == "/api/v1/events" or POLICY[f"{method} {template}"].right is Right.SELF:
                continue
            before = await rows_of(door.world)
            found = {name: await door.ask(name, method, template) for name in people}
            own_name = method == "PUT" and template in NAMED_BY_THEIR_OWNER and found["tenant"] == 200
            seen = "{" in template and not own_name and not set(found.values()) <= UNSEEN
            if seen or door.touched() or await rows_of(door.world) != before:
                wrong.append((method, template, found))
                door.world.dispatcher.asked.clear()
                door.world.dispatcher.amended.clear()
    assert not wrong, "\n".join(map(str, wrong))


async def test_no_list_shows_what_is_anothers() -> None:
    wrong = []
    world = await filled()
    async with AsyncTestClient(world.app) as client:
        _, text = await world.app.state.backend.keys.make("x", grants=EVERYTHING, organisation_id=2)
        for method, template in ROUTES:
            if method != "GET" or "{" in template or template in ("/api/v1/events", "/api/v1/account", *SETTINGS):
                continue
            answer = await client.get(template, headers={"Authorization": f"Bearer {text}"})
            if answer.status_code == 403 or template == "/api/v1/account/logins":
                continue
            given = answer.json()
            left = given if "items" not in given else [i for i in given["items"] if not {"grants", "actor"} & i.keys()]
            if template in ("/api/v1/totals", "/api/v1/overview"):
                left = [value for value in given.values() if value]
            if answer.status_code != 200 or left:
                wrong.append((template, answer.status_code, left))
    assert not wrong, "\n".join(map(str, wrong))
