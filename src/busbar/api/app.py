"""The REST interface as one ASGI application: routes, access, problems, bounds. Constructs no store, bus or node."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from litestar import Litestar, Router
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import Message, Scope

from busbar.api import (
    access_rules,
    accounts,
    audit,
    availability,
    batteries,
    calls,
    campaigns,
    certificates,
    charging,
    charging_records,
    commands,
    costs,
    customer_information,
    der,
    device_model,
    displays,
    document,
    event_log,
    event_streams,
    events,
    firmware,
    identities,
    images,
    keys,
    limits,
    local_lists,
    login,
    logs,
    messages,
    metrics,
    monitoring,
    oidc,
    orders,
    organisations,
    overview,
    page,
    payments,
    problems,
    provisioning,
    reports,
    reservations,
    roots,
    security,
    sessions,
    sites,
    station_events,
    stations,
    status,
    tariffs,
    templates,
    tokens,
    tolerances,
    topology,
    trust,
    users,
    vendors,
    webhooks,
)
from busbar.api.auth import Authentication, Door, Keys, cookie_name
from busbar.api.backend import ApiSettings, Backend, Directory, Observed
from busbar.api.commands import take_options
from busbar.api.freed import Freed
from busbar.api.live import Live
from busbar.api.overviews import Overviews
from busbar.api.people import People
from busbar.api.queries import take_paging, take_span
from busbar.api.replays import Replays
from busbar.api.tracing import Tracing
from busbar.api.trail import Trail
from busbar.csms.ports import Bus, Dispatcher, Store
from busbar.files.links import Files, no_files

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def make_backend(
    store: Store,
    bus: Bus,
    dispatcher: Dispatcher,
    key: bytes,
    settings: ApiSettings | None = None,
    files: Files | None = None,
    observed: Observed | None = None,
) -> Backend:
    """Make what the routes work with, over an open store and bus. `key` is the server's key for hashes.

    A server that stops should first `await backend.live.close()`: event streams end only then.
    """
    settings, observed = settings or ApiSettings(), observed or Observed()
    directory = Directory(store, settings.names)
    live = Live(
        bus,
        directory.site_of,
        owners=directory.owner_of,
        store=store,
        readers=settings.live_readers,
        backlog=settings.live_backlog,
    )
    keys_, people = Keys(store, bus, key), People(store, key, session_s=settings.session_s)
    return Backend(
        store=store,
        bus=bus,
        dispatcher=Freed(dispatcher),
        key=key,
        keys=keys_,
        people=people,
        door=Door(store, keys_, people, Trail(store), cookie_name(settings.secure_cookies)),
        directory=directory,
        live=live,
        replays=Replays(),
        overviews=Overviews(store),
        settings=settings,
        files=files or no_files(),
        observed=observed,
        readiness=status.readiness(store, observed.conditions),
    )


def make_app(backend: Backend) -> Litestar:
    """Make the application. Every route finds the backend in its state, where it may be exchanged between runs."""
    middleware: list[Any] = [Authentication]
    if backend.observed.tracer is not None:
        middleware.append(DefineMiddleware(Tracing, tracer=backend.observed.tracer))
    app = Litestar(
        route_handlers=_routes(),
        dependencies={
            "backend": Provide(_backend, sync_to_thread=False),
            "observed": Provide(_observed, sync_to_thread=False),
            "paging": Provide(take_paging),
            "span": Provide(take_span),
            "options": Provide(take_options),
        },
        middleware=middleware,
        exception_handlers=problems.HANDLERS,
        lifespan=[_running],
        before_send=[_add_headers],
        openapi_config=document.config(),
        request_max_body_size=backend.settings.body_bytes,
        logging_config=None,
        debug=False,
    )
    app.state.backend = backend
    return app


def _backend(state: State) -> Backend:
    backend: Backend = state.backend
    return backend


def _observed(state: State) -> Observed:
    return _backend(state).observed


def _routes() -> list[Any]:
    parts = (
        sites,
        stations,
        sessions,
        tokens,
        orders,
        commands,
        calls,
        messages,
        events,
        keys,
        accounts,
        users,
        organisations,
        audit,
        displays,
        vendors,
        tolerances,
        batteries,
        der,
        payments,
        tariffs,
        costs,
        images,
        firmware,
        logs,
        campaigns,
        certificates,
        roots,
        device_model,
        reports,
        provisioning,
        templates,
        monitoring,
        station_events,
        event_streams,
        customer_information,
        webhooks,
        security,
        trust,
        reservations,
        access_rules,
        local_lists,
        availability,
        limits,
        charging,
        charging_records,
        topology,
        identities,
        event_log,
    )
    versioned = Router("/api/v1", route_handlers=[part.router for part in parts])
    return [versioned, *status.routes, *overview.routes, metrics.metrics, *page.routes, *login.routes, *oidc.routes]


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    """Listen to the bus while the application runs."""
    backend: Backend = app.state.backend
    await backend.keys.open()
    end = await backend.bus.subscribe("busbar.changed.station.*", backend.directory.on_changed)
    backend.bus.on_return(partial(backend.directory.on_changed, b""))
    try:
        yield
    finally:
        await end()
        await backend.live.close()
        await backend.keys.close()
        backend.readiness.close()
        backend.people.close()


async def _add_headers(message: Message, _: Scope) -> None:
    """Add to every answer the headers that keep browsers careful, where a route has not set its own."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
