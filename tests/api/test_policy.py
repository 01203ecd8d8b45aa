"""Every route, also one added tomorrow, against everybody who must not: refused, and nothing changed.

Routes come from the application, bodies from its OpenAPI document; a route without a line in the table fails here.
"""

import re
from typing import Any

import msgspec
import pytest
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


async def rows_of(world: World) -> bytes:
    """Return all that the first organisation has, but what every request leaves in the audit trail."""
    with scoped(1):
        tables = [world.store.__dict__[name] for name in ("_sites", "_stations", "_tokens", "_transactions")]
        tables += [world.store.__dict__[name] for name in ("_readings", "_exchanges", "_commands")]
        tables += [rows for kind, rows in world.store._records.items() if kind.__name__ != "AuditEntry"]
        shown = [sorted(map(repr, table.values())) for table in tables]
    return msgspec.json.encode(shown)


async def statuses(world: World, method: str, template: str, people: dict[str, Any]) -> dict[str, int]:
    """Ask with a key of each of these people, None without any, and return the statuses."""
    found = {}
    async with AsyncTestClient(world.app) as client:
        for name, key in people.items():
            headers = {}
            if key is not None:
                _, text = await world.app.state.backend.keys.make("x", **key)
                headers["Authorization"] = f"Bearer {text}"
            answer = await client.request(method, path_of(template), json=body(method, template), headers=headers)
            found[name] = answer.status_code
    return found


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    without = [f"{method} {path}" for method, path in ROUTES if needs_of(method, path, {}) is None]
    assert not without, "add to POLICY in api/policy.py:\n" + "\n".join(
        f'        "{name}": _CONFIGURE,' for name in without
    )
    assert set(POLICY) == {f"{method} {path}" for method, path in ROUTES}


@pytest.mark.parametrize(("method", "template"), ROUTES)
async def test_nobody_without_the_right_is_let_in_and_nothing_is_changed(method: str, template: str) -> None:
    right = POLICY[f"{method} {template}"].right
    lesser = [role for role in Role if right is not Right.SELF and right not in RIGHTS[role]]
    people: dict[str, Any] = {"stranger": None}
    people |= {role: {"grants": (Grant(role),), "organisation_id": 1} for role in lesser}
    if right is not Right.SELF:
        people["nothing"] = {"grants": (), "organisation_id": 1}
    world = await filled()
    before = await rows_of(world)
    found = await statuses(world, method, template, people)
    assert found == {name: 401 if name == "stranger" else 403 for name in people}
    assert await rows_of(world) == before
    assert world.dispatcher.asked == []


@pytest.mark.parametrize(("method", "template"), [route for route in ROUTES if route[1] != "/api/v1/events"])
async def test_who_has_nothing_to_do_with_it_neither_sees_nor_changes_it(method: str, template: str) -> None:
    if POLICY[f"{method} {template}"].right is Right.SELF:
        pytest.skip("one's own")
    world = await filled()
    before = await rows_of(world)
    people = {
        "tenant": {"grants": EVERYTHING, "organisation_id": 2},
        "site": {"grants": (Grant(Role.ADMIN, (ELSEWHERE,)),), "organisation_id": 1},
    }
    found = await statuses(world, method, template, people)
    if "{" in template:
        assert all(status in (401, 403, 404) for status in found.values()), found
    assert await rows_of(world) == before
    assert world.dispatcher.asked == []
    assert world.dispatcher.amended == []


@pytest.mark.parametrize(
    ("method", "template"), [route for route in ROUTES if route[0] == "GET" and "{" not in route[1]]
)
async def test_no_list_shows_what_is_anothers(method: str, template: str) -> None:
    if template in ("/api/v1/events", "/api/v1/account", "/api/v1/account/logins"):
        pytest.skip("no list")
    world = await filled()
    async with AsyncTestClient(world.app) as client:
        _, text = await world.app.state.backend.keys.make("x", grants=EVERYTHING, organisation_id=2)
        answer = await client.get(template, headers={"Authorization": f"Bearer {text}"})
    if answer.status_code == 200 and template == "/api/v1/totals":
        assert not any(answer.json().values())
    elif answer.status_code == 200:
        left = [item for item in answer.json()["items"] if "grants" not in item and "actor" not in item]
        assert left == []
    else:
        assert answer.status_code == 403
