"""Routes of webhooks: who is told of what, what came of it, and telling it again. Tells nobody itself."""

import base64
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.problems import Kind, Problem, invalid, missing
from busbar.api.queries import NO_NUL, Number, Paging, Time, page_of, utc
from busbar.csms.ports import Search, Test
from busbar.csms.records.webhooks import Delivery, DeliveryState, OutgoingEvent, Webhook
from busbar.csms.services.outgoing import delivery, wants

JOB: Final = "busbar.job.webhooks"
MOST: Final = 100
REPLAY_MOST: Final = 10_000
_SECRET_BYTES: Final = 32
_SCHEMES: Final = ("https", "http", "mqtt", "mqtts")

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
Url = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[!-~]+$(?!\n)")]
Event = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^([a-z0-9-]+\.)*([a-z0-9-]+|\*)$(?!\n)")]
Events = Annotated[list[Event], Meta(min_length=1, max_length=50)]


class WebhookInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Somebody to be told.

    `url` is http(s), or `mqtt(s)://[user:password@]host[:port]/topic`, under which each event has its own topic.
    `events` are names such as `session.changed`, `session.*` or `*`.
    """

    name: Name
    url: Url
    events: Events


class WebhookPatch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change; what is left out stays. While `active` is false nothing is told, and nothing is kept for it."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class WebhookView(msgspec.Struct, kw_only=True):
    """A webhook without its secret."""

    id: int | None
    name: str
    url: str
    events: list[str]
    active: bool
    created_at: datetime


class NewWebhook(WebhookView, kw_only=True):
    """A webhook with the secret that its signatures are made with, `whsec_` and base64; shown only now."""

    secret: str


class DeliveryView(msgspec.Struct, kw_only=True):
    """The telling of one event: how often it was tried, and the last answer."""

    id: int | None
    webhook_id: int
    event_id: int
    event: str
    state: DeliveryState
    attempts: int
    answer: str
    created_at: datetime
    next_at: datetime
    finished_at: datetime | None


class ReplayInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Tell again what happened from a time on, and before another; events are kept for a week."""

    since: Time
    until: Time | None = None


class Replayed(msgspec.Struct, kw_only=True):
    """How many events will be told again."""

    count: int


@get("/", summary="List webhooks")
async def list_webhooks(backend: Here, paging: NamedDependency[Paging]) -> models.Page[WebhookView]:
    """List webhooks by number."""
    page = await page_of(backend.store.look(Webhook, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=[_view(row) for row in page.items], next=page.next)


@post("/", summary="Add a webhook")
async def add_webhook(backend: Here, data: JSONBody[WebhookInput]) -> NewWebhook:
    """Add somebody to be told of what happens from now on. The secret is in this answer and nowhere else."""
    _check(data.url)
    if len(await backend.store.find(Webhook)) >= MOST:
        raise Problem(Kind.CONFLICT, f"there are {MOST} webhooks already")
    row = await backend.store.insert(
        Webhook(
            name=data.name,
            url=data.url,
            events=data.events,
            secret=secrets.token_bytes(_SECRET_BYTES),
            created_at=datetime.now(UTC),
            cursor=await _newest(backend),
        )
    )
    _changed(backend)
    text = "whsec_" + base64.b64encode(row.secret).decode()
    return NewWebhook(**msgspec.structs.asdict(_view(row)), secret=text)


@get("/{webhook_id:int}", summary="Show a webhook")
async def show_webhook(backend: Here, webhook_id: Number) -> WebhookView:
    """Show a webhook."""
    return _view(await _webhook(backend, webhook_id))


@patch("/{webhook_id:int}", summary="Change a webhook")
async def change_webhook(backend: Here, webhook_id: Number, data: JSONBody[WebhookPatch]) -> WebhookView:
    """Change a webhook."""
    before = await _webhook(backend, webhook_id)
    values = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    if "url" in values:
        _check(values["url"])
    if values.get("active") and not before.active:
        values["cursor"] = await _newest(backend)
    if values and not await backend.store.change(Webhook, (webhook_id,), values=values, expected={}):
        raise missing("webhook")
    _changed(backend)
    return _view(await _webhook(backend, webhook_id))


@delete("/{webhook_id:int}", summary="Remove a webhook")
async def remove_webhook(backend: Here, webhook_id: Number) -> None:
    """Remove a webhook; what it was not told yet is dropped."""
    await _webhook(backend, webhook_id)
    await backend.store.remove(Webhook, webhook_id)
    _changed(backend)


@get("/{webhook_id:int}/deliveries", summary="List what a webhook was told")
async def list_deliveries(
    backend: Here,
    webhook_id: Number,
    paging: NamedDependency[Paging],
    in_state: Annotated[DeliveryState | None, QueryParameter(name="state")] = None,
) -> models.Page[DeliveryView]:
    """List deliveries, newest first; they are kept for a week."""
    await _webhook(backend, webhook_id)
    tests = [Test("webhook_id", "=", webhook_id)]
    if in_state is not None:
        tests.append(Test("state", "=", in_state))
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(Delivery, search))
    return models.Page(items=[_delivery(row) for row in page.items], next=page.next)


@post("/{webhook_id:int}/deliveries/{delivery_id:int}/retry", status_code=200, summary="Try a delivery again")
async def retry_delivery(backend: Here, webhook_id: Number, delivery_id: Number) -> DeliveryView:
    """Tell an event again, now, whatever came of it before."""
    row = await backend.store.get(Delivery, delivery_id)
    if row is None or row.webhook_id != webhook_id:
        raise missing("delivery")
    values = {"state": DeliveryState.PENDING, "next_at": datetime.now(UTC), "attempts": 0, "finished_at": None}
    await backend.store.change(Delivery, (delivery_id,), values=values, expected={})
    backend.bus.publish(JOB, b"")
    again = await backend.store.get(Delivery, delivery_id)
    return _delivery(again or row)


@post("/{webhook_id:int}/replay", status_code=202, summary="Tell a webhook again what happened")
async def replay(backend: Here, webhook_id: Number, data: JSONBody[ReplayInput]) -> Replayed:
    """Make new deliveries of the kept events of a span of time that the webhook wants."""
    hook = await _webhook(backend, webhook_id)
    tests = [Test("organisation_id", "=", hook.organisation_id), Test("at", ">=", utc("since", data.since))]
    if data.until is not None:
        tests.append(Test("at", "<", utc("until", data.until)))
    count, cursor, now = 0, None, datetime.now(UTC)
    while count < REPLAY_MOST:
        page = await backend.store.look(OutgoingEvent, Search(tests=tuple(tests), limit=1000, cursor=cursor))
        wanted = [event for event in page.items if wants(hook.events, event.name)]
        for event in wanted:
            await backend.store.insert(delivery(hook, event, now))
        count, cursor = count + len(wanted), page.next
        if cursor is None:
            break
    backend.bus.publish(JOB, b"")
    return Replayed(count=count)


def _check(url: str) -> None:
    """Raise Problem for what nobody could be told at."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in _SCHEMES and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise invalid("url", "takes http(s)://HOST/PATH or mqtt(s)://HOST/TOPIC")


async def _newest(backend: Backend) -> int:
    """Return the number of the last event so far."""
    newest = (await backend.store.look(OutgoingEvent, Search(limit=1, newest=True))).items
    return (newest[0].id or 0) if newest else 0


def _changed(backend: Backend) -> None:
    backend.bus.publish("busbar.changed.webhook", b"")


async def _webhook(backend: Backend, webhook_id: int) -> Webhook:
    row = await backend.store.get(Webhook, webhook_id)
    if row is None:
        raise missing("webhook")
    return row


def _view(row: Webhook) -> WebhookView:
    return WebhookView(
        **{name: getattr(row, name) for name in WebhookView.__struct_fields__} | {"url": _shown(row.url)}
    )


def _shown(url: str) -> str:
    """Return a URL without the password in it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(**{name: getattr(row, name) for name in DeliveryView.__struct_fields__})


routes: list[Any] = [
    list_webhooks,
    add_webhook,
    show_webhook,
    change_webhook,
    remove_webhook,
    list_deliveries,
    retry_delivery,
    replay,
]
router = Router("/webhooks", route_handlers=routes, tags=["Webhooks"])
