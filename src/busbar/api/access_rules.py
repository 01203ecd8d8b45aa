"""Routes of who may charge where and when: rules, defaults of sites, groups, profiles, and why it was decided so."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, NO_NUL, Number, Paging, StationFilter, Time, page_of, utc
from busbar.api.sites import check_site, site_row
from busbar.api.tokens import Label, TokenKind, TokenPath, Value
from busbar.csms.policies import load_plugs, load_policy
from busbar.csms.ports import Search, Test
from busbar.csms.records.authorization import (
    AccessDefault,
    AccessRule,
    Effect,
    Explanation,
    TokenGroup,
    TokenProfile,
    Window,
)
from busbar.csms.rows import Station
from busbar.csms.services.access_rules import Place
from busbar.csms.services.authorization import Judgement, Occasion, judge
from busbar.csms.services.view import Tokens
from busbar.csms.tenancy import everywhere, organisation
from busbar.model.charging import EnergyTransfer
from busbar.model.tariffs import EvseKind
from busbar.model.values import AuthorizationStatus, IdToken

Evse = Annotated[int, Meta(ge=1, le=INT32)]
ConnectorType = Annotated[str, Meta(min_length=1, max_length=20, pattern=NO_NUL)]
Language = Annotated[str, Meta(min_length=1, max_length=8, pattern=r"^[0-9A-Za-z-]+$(?!\n)")]
Text = Annotated[str, Meta(max_length=512, pattern=NO_NUL)]
Count = Annotated[int, Meta(ge=1, le=10_000)]
TokenFilter = Annotated[str | None, QueryParameter(min_length=1, max_length=255, pattern=NO_NUL)]


class RuleInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A rule. Without token and group it is about everybody; without a place, about every place; no windows: always.

    Minutes of a day count where the station is; Monday is day 0. With connector types (`sType2`, `cCCS2` …) or kinds
    (`AC`, `DC`) it speaks where the device model tells that this is the hardware.
    """

    effect: Effect
    token: Value | None = None
    group: Value | None = None
    site_id: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    station: Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)] | None = None
    evses: Annotated[tuple[Evse, ...], Meta(max_length=100)] = ()
    windows: Annotated[tuple[Window, ...], Meta(max_length=50)] = ()
    label: Label = ""
    connector_types: Annotated[tuple[ConnectorType, ...], Meta(max_length=50)] | None = None
    kinds: Annotated[tuple[EvseKind, ...], Meta(max_length=2)] | None = None


class Default(msgspec.Struct, forbid_unknown_fields=True):
    """What holds at a site where no rule speaks."""

    effect: Effect


class GroupInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A group. A master pass (C16) ends sessions of others and starts none."""

    label: Label = ""
    master_pass: bool = False
    concurrent: Count | None = None


class ProfileInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What stations are told of a token besides its verdict.

    `energy_transfers` are the ways in which EVs of this driver may charge and discharge (2.1 is told); null is any.
    """

    language: Language | None = None
    language2: Language | None = None
    message: Text | None = None
    message_format: Annotated[str, Meta(pattern="^(ASCII|HTML|URI|UTF8|QRCODE)$")] = "UTF8"
    priority: Annotated[int, Meta(ge=-9, le=9)] | None = None
    concurrent: Count | None = None
    cache_s: Annotated[int, Meta(ge=1, le=31_536_000)] | None = None
    energy_transfers: Annotated[tuple[EnergyTransfer, ...], Meta(min_length=1, max_length=20)] | None = None


class Question(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Would this token be taken, at this station (and EVSE), at this time (now, where left out)?"""

    token: Value
    token_kind: TokenKind | None = None
    station: Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
    evse: Evse | None = None
    at: Time | None = None
    starting: bool = True


class Reason(msgspec.Struct, kw_only=True):
    """A verdict and why; `evses` names those that are allowed where not all are."""

    status: AuthorizationStatus
    rules: tuple[int, ...]
    why: str
    evses: tuple[int, ...] = ()


def _changed(backend: Backend) -> None:
    backend.bus.publish("busbar.changed.access", b"")


@get("/access-rules", summary="List access rules")
async def list_rules(backend: Here, paging: NamedDependency[Paging]) -> models.Page[AccessRule]:
    """List rules by number."""
    page = await page_of(backend.store.look(AccessRule, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=page.items, next=page.next)


@post("/access-rules", summary="Add an access rule")
async def add_rule(backend: Here, data: JSONBody[RuleInput]) -> Response[AccessRule]:
    """Add a rule; it holds at once on every node."""
    row = await backend.store.insert(await _rule(backend, data, None))
    _changed(backend)
    return Response(row, status_code=201, headers={"Location": f"/api/v1/access-rules/{row.id}"})


@put("/access-rules/{rule_id:int}", summary="Replace an access rule")
async def replace_rule(backend: Here, rule_id: Number, data: JSONBody[RuleInput]) -> AccessRule:
    """Replace a rule."""
    if await backend.store.get(AccessRule, rule_id) is None:
        raise missing("access rule")
    row = await _rule(backend, data, rule_id)
    await backend.store.put(row)
    _changed(backend)
    return row


@delete("/access-rules/{rule_id:int}", summary="Remove an access rule")
async def remove_rule(backend: Here, rule_id: Number) -> None:
    """Remove a rule."""
    if not await backend.store.remove(AccessRule, rule_id):
        raise missing("access rule")
    _changed(backend)


async def _rule(backend: Backend, data: RuleInput, number: int | None) -> AccessRule:
    if data.token is not None and data.group is not None:
        raise invalid("group", "a rule is about a token or about a group")
    await check_site(backend.store, data.site_id)
    station_id = await backend.directory.filtered(data.station)
    return AccessRule(
        id=number,
        effect=data.effect,
        token=None if data.token is None else data.token.casefold(),
        group=None if data.group is None else data.group.casefold(),
        site_id=data.site_id,
        station_id=station_id,
        evses=data.evses,
        windows=data.windows,
        label=data.label,
        connector_types=tuple(name.casefold() for name in data.connector_types or ()) or None,
        kinds=data.kinds or None,
    )


@put("/access-defaults/{site_id:int}", summary="Set what holds where no rule speaks")
async def set_default(
    backend: Here, site_id: Annotated[int, PathParameter(ge=0, le=INT32)], data: JSONBody[Default]
) -> AccessDefault:
    """Set a site's default; site 0 is every other place."""
    if site_id:
        await site_row(backend.store, site_id)
    row = AccessDefault(site_id=site_id, effect=data.effect)
    await backend.store.put(row)
    _changed(backend)
    return row


@get("/access-defaults", summary="List what holds where no rule speaks")
async def list_defaults(backend: Here, paging: NamedDependency[Paging]) -> models.Page[AccessDefault]:
    """List the sites' defaults."""
    page = await page_of(backend.store.look(AccessDefault, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=page.items, next=page.next)


@get("/token-groups", summary="List token groups")
async def list_groups(backend: Here, paging: NamedDependency[Paging]) -> models.Page[TokenGroup]:
    """List groups; a token's `group` that is none of these is a group without a setting."""
    page = await page_of(backend.store.look(TokenGroup, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=page.items, next=page.next)


@put("/token-groups/{value:str}", summary="Set a token group")
async def put_group(backend: Here, value: TokenPath, data: JSONBody[GroupInput]) -> TokenGroup:
    """Set what holds for the tokens of a group."""
    row = TokenGroup(key=value.casefold(), value=value, **msgspec.structs.asdict(data))
    await backend.store.put(row)
    _changed(backend)
    return row


@delete("/token-groups/{value:str}", summary="Remove a token group")
async def remove_group(backend: Here, value: TokenPath) -> None:
    """Remove a group's settings; tokens keep naming it."""
    if not await backend.store.remove(TokenGroup, organisation(), value.casefold()):
        raise missing("token group")
    _changed(backend)


@put("/tokens/{value:str}/profile", summary="Set what is told of a token")
async def put_profile(backend: Here, value: TokenPath, data: JSONBody[ProfileInput]) -> TokenProfile:
    """Set a token's languages, message, priority and how long a verdict may be remembered."""
    if await backend.store.token(value.casefold()) is None:
        raise missing("token")
    if data.language2 is not None and data.language in (None, data.language2):
        raise invalid("language2", "C01.FR.10, C01.FR.11: it is another language beside the first")
    row = TokenProfile(key=value.casefold(), **msgspec.structs.asdict(data))
    await backend.store.put(row)
    _changed(backend)
    return row


@get("/tokens/{value:str}/profile", summary="Show what is told of a token")
async def show_profile(backend: Here, value: TokenPath) -> TokenProfile:
    """Show a token's profile."""
    if await backend.store.token(value.casefold()) is None:
        raise missing("token")
    row = await backend.store.get(TokenProfile, organisation(), value.casefold())
    if row is None:
        raise missing("profile")
    return row


@get("/authorizations", summary="List decisions on tokens")
async def list_authorizations(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, token: TokenFilter = None
) -> models.Page[Explanation]:
    """List why tokens were taken or not, newest first."""
    station_id = await backend.directory.filtered(station)
    tests = [] if station_id is None else [Test("station_id", "=", station_id)]
    tests += [] if token is None else [Test("token", "=", token.casefold())]
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(Explanation, search))
    return models.Page(items=page.items, next=page.next)


@post("/authorizations/explain", status_code=200, summary="Explain what would be decided")
async def explain(backend: Here, data: JSONBody[Question]) -> Reason:
    """Decide on a token as for a station, without one; nothing is kept."""
    station = await backend.directory.station(data.station)
    at = utc("at", data.at) or datetime.now(UTC)
    found = await judged(backend, station, IdToken(data.token, data.token_kind), data.evse, at, starting=data.starting)
    return Reason(status=found.answer.status, rules=found.rules, why=found.why, evses=found.answer.evses)


async def judged(
    backend: Backend, station: Station, token: IdToken, evse: int | None, at: datetime, *, starting: bool = True
) -> Judgement:
    """Decide on a token as for a station, by all rules and tokens of the organisation; nothing is kept."""
    with everywhere():
        tokens = Tokens(policy=await load_policy(backend.store))
        tokens.put(token.key, await backend.store.token(token.key))
    connectors, plugs = await backend.store.connectors(station.id), await load_plugs(backend.store, station.id)
    occasion = Occasion(
        Place(station.id, station.site_id, evse, plugs=plugs),
        frozenset(number for number in (*(row.evse for row in connectors), *(each for each, _ in plugs)) if number),
        starting=starting,
    )
    return judge(token, tokens, at, occasion)


routes: list[Any] = [
    list_rules,
    add_rule,
    replace_rule,
    remove_rule,
    set_default,
    list_defaults,
    list_groups,
    put_group,
    remove_group,
    put_profile,
    show_profile,
    list_authorizations,
    explain,
]
router = Router("/", route_handlers=routes, tags=["Access"])
