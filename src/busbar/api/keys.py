"""Routes of API keys: list, make (the key is shown once), remove. Knows no hashing."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post
from litestar.params import JSONBody, PathParameter

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import NO_NUL, Time, utc


class ApiKeyInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A key to make; `label` says whose it is."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    expires_at: Time | None = None


@get("/", summary="List API keys")
async def list_keys(backend: Here) -> models.Page[models.ApiKey]:
    """Return all keys, without their secrets."""
    found = sorted(await backend.store.api_keys(), key=lambda row: row.created_at)
    return models.Page(items=[models.api_key(row) for row in found])


@post("/", summary="Make an API key")
async def make_key(backend: Here, data: JSONBody[ApiKeyInput]) -> models.NewApiKey:
    """Make a key. Its text is in this answer and nowhere else."""
    expires_at = utc("expires_at", data.expires_at)
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise invalid("expires_at", "lies in the past")
    row, text = await backend.keys.make(data.label, expires_at)
    return models.NewApiKey(id=row.id, label=row.label, created_at=row.created_at, expires_at=row.expires_at, key=text)


@delete("/{key_id:str}", summary="Remove an API key")
async def remove_key(backend: Here, key_id: Annotated[str, PathParameter(max_length=64, pattern=NO_NUL)]) -> None:
    """Remove a key; it, and sessions made from it, are dead at once."""
    if not await backend.keys.remove(key_id):
        raise missing("API key")


routes: list[Any] = [list_keys, make_key, remove_key]
router = Router("/api-keys", route_handlers=routes, tags=["Access"])
