"""Routes of API keys: list, make (the key is shown once), remove. Knows no hashing."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post
from litestar.params import JSONBody, PathParameter

from busbar.api import models
from busbar.api.auth import ORGANISATION
from busbar.api.backend import Backend, Here
from busbar.api.problems import Kind, Problem, invalid, missing
from busbar.api.queries import NO_NUL, Time, utc
from busbar.api.users import Asked, Grants, granted
from busbar.csms.rows import ApiKey
from busbar.csms.services.rights import covers
from busbar.csms.tenancy import PLATFORM, unscoped


class ApiKeyInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A key to make; `label` says whose it is, `grants` what it may do: as much as who makes it where left out."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    expires_at: Time | None = None
    grants: Grants | None = None


@get("/", summary="List API keys")
async def list_keys(request: Asked, backend: Here) -> models.Page[models.ApiKey]:
    """Return all keys, without their secrets."""
    found = sorted(await _seen(request, backend), key=lambda row: row.created_at)
    return models.Page(items=[models.api_key(row) for row in found])


@post("/", summary="Make an API key")
async def make_key(request: Asked, backend: Here, data: JSONBody[ApiKeyInput]) -> models.NewApiKey:
    """Make a key. Its text is in this answer and nowhere else."""
    expires_at = utc("expires_at", data.expires_at)
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise invalid("expires_at", "lies in the past")
    mine = request.user
    grants = mine.grants if data.grants is None else await granted(request, backend, data.grants)
    named = ORGANISATION in request.headers or not mine.platform
    owner = mine.organisation_id if named else PLATFORM
    row, text = await backend.keys.make(data.label, expires_at, grants=grants, organisation_id=owner)
    return models.new_api_key(row, text)


@delete("/{key_id:str}", summary="Remove an API key")
async def remove_key(
    request: Asked, backend: Here, key_id: Annotated[str, PathParameter(max_length=64, pattern=NO_NUL)]
) -> None:
    """Remove a key; it, and sessions made from it, are dead at once."""
    row = next((row for row in await _seen(request, backend) if row.id == key_id), None)
    if row is None:
        raise missing("API key")
    if not covers(request.user.grants, row.grants):
        raise Problem(Kind.FORBIDDEN, "this key may do more than you")
    with unscoped():
        await backend.keys.remove(key_id)


async def _seen(request: Asked, backend: Backend) -> list[ApiKey]:
    """Return the keys of the organisation; the platform's people see their own, too."""
    with unscoped():
        found = await backend.store.api_keys()
    owners = {request.user.organisation_id} | ({PLATFORM} if request.user.platform else set())
    return [row for row in found if row.organisation_id in owners]


routes: list[Any] = [list_keys, make_key, remove_key]
router = Router("/api-keys", route_handlers=routes, tags=["Access"])
