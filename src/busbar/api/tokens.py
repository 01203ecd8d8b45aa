"""Routes of tokens: who may charge. Knows no rule."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.problems import missing
from busbar.api.queries import INT32, NO_NUL, Paging, Start, Time, page_of, utc
from busbar.api.sites import check_site
from busbar.csms import rows
from busbar.csms.changes import TokenPut
from busbar.csms.tenancy import everywhere
from busbar.model.values import AuthorizationStatus, IdToken

# Printable ASCII without a slash, so that it can stand in a path; identifierString and the texts of 1.6 are inside.
Value = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^(?!\.{1,2}$)[!-.0-~]+$(?!\n)")]
Label = Annotated[str, msgspec.Meta(max_length=100, pattern=NO_NUL)]
TokenKind = Annotated[str, msgspec.Meta(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z_]+$(?!\n)")]
SiteId = Annotated[int, msgspec.Meta(ge=1, le=INT32)]
TokenPath = Annotated[
    str, PathParameter(min_length=1, max_length=255, pattern=NO_NUL, description="The token's value, in any case.")
]


class TokenInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A token to add. `kind` is an OCPP 2.x type such as `ISO14443`; `group` is its group or parent token, `site_id`
    the site whose people see it: where it may charge is for rules to say."""

    value: Value
    kind: TokenKind | None = None
    status: AuthorizationStatus = AuthorizationStatus.ACCEPTED
    expires_at: Time | None = None
    group: Value | None = None
    label: Label = ""
    site_id: SiteId | None = None


class TokenImport(msgspec.Struct, forbid_unknown_fields=True):
    """Tokens to add or replace."""

    tokens: Annotated[list[TokenInput], msgspec.Meta(min_length=1, max_length=1000)]


class Imported(msgspec.Struct):
    """How many tokens were stored."""

    stored: int


class TokenPatch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change of a token; what is left out stays, null empties."""

    kind: TokenKind | msgspec.UnsetType | None = msgspec.UNSET
    status: AuthorizationStatus | msgspec.UnsetType = msgspec.UNSET
    expires_at: Time | msgspec.UnsetType | None = msgspec.UNSET
    group: Value | msgspec.UnsetType | None = msgspec.UNSET
    label: Label | msgspec.UnsetType = msgspec.UNSET
    site_id: SiteId | msgspec.UnsetType | None = msgspec.UNSET


@get("/", summary="List tokens")
async def list_tokens(backend: Here, paging: NamedDependency[Paging], q: Start = None) -> models.Page[models.Token]:
    """List tokens by their value."""
    page = await page_of(backend.store.tokens(paging.query(text=q)))
    return models.Page(items=[models.token(row) for row in page.items], next=page.next)


@post("/", summary="Add a token")
async def add_token(backend: Here, data: JSONBody[TokenInput]) -> Response[models.Token]:
    """Add a token; values are unique without regard to case."""
    row = _made(data)
    await check_site(backend.store, row.site_id)
    await backend.store.add_token(row)
    _changed(backend, row.key)
    location = f"/api/v1/tokens/{quote(row.value, safe='')}"
    return Response(models.token(row), status_code=201, headers={"Location": location})


@post("/import", status_code=200, summary="Import tokens")
async def import_tokens(backend: Here, data: JSONBody[TokenImport]) -> Imported:
    """Add many tokens in one commit; those that exist are replaced. Of two with one value, the last counts."""
    made = {row.key: row for row in map(_made, data.tokens)}
    for site_id in {row.site_id for row in made.values()}:
        await check_site(backend.store, site_id)
    await backend.store.commit([TokenPut(row) for row in made.values()])
    for key in made:
        _changed(backend, key)
    return Imported(len(made))


@get("/{value:str}", summary="Show a token")
async def show_token(backend: Here, value: TokenPath) -> models.Token:
    """Show a token."""
    return models.token(await _row(backend, value))


@patch("/{value:str}", summary="Change a token")
async def change_token(backend: Here, value: TokenPath, data: JSONBody[TokenPatch]) -> models.Token:
    """Change a token; running sessions go on."""
    row = await _row(backend, value)
    given = msgspec.structs.asdict(data)
    changed = msgspec.structs.replace(row, **{name: new for name, new in given.items() if new is not msgspec.UNSET})
    changed.expires_at = utc("expires_at", changed.expires_at)
    if changed.site_id != row.site_id:
        await check_site(backend.store, changed.site_id)
    await _put(backend, changed)
    return models.token(changed)


@delete("/{value:str}", summary="Remove a token")
async def remove_token(backend: Here, value: TokenPath) -> None:
    """Remove a token; running sessions go on."""
    if not await backend.store.remove_token(value.casefold()):
        raise missing("token")
    _changed(backend, value.casefold())


async def with_kind(backend: Backend, value: str, kind: str | None) -> IdToken:
    """Return an id token of the given kind, or else of the kind that the list of tokens has for it."""
    if kind is None:
        with everywhere():
            known = await backend.store.token(value.casefold())
        kind = known.kind if known else None
    return IdToken(value, kind)


def _made(data: TokenInput) -> rows.Token:
    row = rows.Token(key=data.value.casefold(), **msgspec.structs.asdict(data))
    row.expires_at = utc("expires_at", row.expires_at)
    return row


async def _row(backend: Backend, value: str) -> rows.Token:
    row = await backend.store.token(value.casefold())
    if row is None:
        raise missing("token")
    return row


async def _put(backend: Backend, row: rows.Token) -> None:
    await backend.store.commit([TokenPut(row)])
    _changed(backend, row.key)


def _changed(backend: Backend, key: str) -> None:
    """Tell all nodes to look the token up again."""
    backend.bus.publish("busbar.changed.token", key.encode())


routes: list[Any] = [list_tokens, add_token, import_tokens, show_token, change_token, remove_token]
router = Router("/tokens", route_handlers=routes, tags=["Tokens"])
