"""The only place that constructs adapters: from settings to a running CSMS, and down again."""

import asyncio
import contextlib
import gc
import logging
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from busbar.api.app import make_app, make_backend
from busbar.api.auth import Keys
from busbar.api.backend import Backend
from busbar.cli import trust
from busbar.cli.files import file_endpoint, file_jobs
from busbar.cli.listening import listen
from busbar.cli.oidc import api_settings
from busbar.cli.settings import Settings, SettingsError, secret_key
from busbar.cli.telemetry import Telemetry, metrics_endpoint
from busbar.csms.bus.local import LocalBus
from busbar.csms.bus.nats import NatsBus
from busbar.csms.gateway.certificates import CertificateError
from busbar.csms.gateway.node import Node
from busbar.csms.gateway.settings import NodeSettings
from busbar.csms.gateway.tls import TlsFiles
from busbar.csms.gateway.vat_service import make_asker as make_vat_asker
from busbar.csms.gateway.vendor_service import make_asker as make_vendor_asker
from busbar.csms.jobs import (
    availability,
    campaigns,
    certificates,
    charging,
    costs,
    drift,
    event_log,
    limits,
    local_lists,
    nodes,
    remote_starts,
    requests,
    reservations,
    retention,
    security,
    webhooks,
)
from busbar.csms.jobs.certificates import Certificates
from busbar.csms.jobs.runner import Desk, Job, Runner
from busbar.csms.jobs.sessions import StaleSessions
from busbar.csms.ports import Bus, Store, StoreUnavailable
from busbar.csms.records.webhooks import DeliveryState
from busbar.csms.services.payments import VatQuestion
from busbar.csms.services.questions import StandingQuestion, VehicleQuestion
from busbar.csms.services.vendors import VendorQuestion
from busbar.csms.storage.opening import make_store
from busbar.http.server import serving
from busbar.telemetry.health import Readiness

_API_DRAIN_S: Final = 5
_PRUNE_EVERY_S: Final = 3600.0
_COLLECT_AFTER: Final = (50_000, 20, 50)

STALE_EVERY_S: Final = 300.0
SECURITY_EVERY_S: Final = 5.0
JOBS: Final[tuple[Job, ...]] = (
    Job("requests", 10.0, requests.look),
    Job("campaigns", 5.0, campaigns.look),
    Job("reservations", 10.0, reservations.look),
    Job("remote-starts", 10.0, remote_starts.look),
    Job("availability", 30.0, availability.look),
    Job("local-lists", 60.0, local_lists.look),
    Job("limits", 30.0, limits.look),
    Job("charging", 60.0, charging.look),
    Job("costs", 60.0, costs.finish),
    Job(event_log.NAME, event_log.EVERY_S, event_log.look),
    Job(drift.NAME, drift.EVERY_S, drift.look),
    Job("nodes", nodes.EVERY_S, nodes.look),
)
ASKERS: Final[Mapping[type, Callable[[Settings], Callable[[Any], Awaitable[Any]]]]] = MappingProxyType(
    {
        StandingQuestion: trust.standings,
        VehicleQuestion: trust.provider,
        VatQuestion: lambda settings: make_vat_asker(settings.vat_service_url),
        VendorQuestion: lambda settings: make_vendor_asker(settings.vendor_service_url),
    }
)
"""Who answers a question that a decision has to ask outside, by its type; made from the settings."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A CSMS that serves: where it is reached, and its parts."""

    ocpp_urls: tuple[str, ...]
    api_url: str
    store: Store
    node: Node
    backend: Backend
    metrics_url: str | None = None

    @property
    def ocpp_url(self) -> str:
        """Where stations connect, without TLS where that is on."""
        return self.ocpp_urls[0]

    async def make_key(self, label: str) -> str:
        """Make an API key and return its text, which is kept nowhere."""
        _, text = await self.backend.keys.make(label)
        return text


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Run a CSMS: store, bus, gateway and interface. Raises SettingsError, StoreUnavailable."""
    key = secret_key(settings.secret_key_file)
    store = make_store(settings.database_url)
    bus: Bus = NatsBus(settings.nats_url) if settings.nats_url else LocalBus()
    telemetry = Telemetry(settings)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(telemetry.watching())
        await store.open()
        stack.push_async_callback(store.close)
        await bus.open()
        stack.push_async_callback(bus.close)
        if settings.nats_url is None:  # no other node: what a crash left online is not
            await store.all_offline()
        askers = {question: make(settings) for question, make in ASKERS.items()}
        node = Node(store, bus, node_settings(settings, key), askers, telemetry.watch)
        name = str(uuid4())
        if settings.nats_url is not None:
            await stack.enter_async_context(nodes.present(store, bus, name, node))
        await _start(node)
        stack.push_async_callback(node.stop)
        files = await stack.enter_async_context(file_endpoint(settings, store, key))
        observed = telemetry.observed(store, bus, node)
        of_api = replace(api_settings(settings), station_urls=_urls(settings, node))
        backend = make_backend(store, bus, node, key, of_api, files, observed)
        every = (*jobs(settings, backend, telemetry.tried), *file_jobs(files))
        runner = Runner(Desk(store, bus, node, node.tell), every, name)
        telemetry.read(backend, node, runner)
        await runner.start()
        stack.push_async_callback(runner.stop)
        listener = listen("api", settings.api_host, settings.api_port)
        await stack.enter_async_context(_interface(backend, listener))
        await stack.enter_async_context(_pruned(store, timedelta(days=settings.keep_messages_days)))
        metrics_url = await stack.enter_async_context(metrics_endpoint(settings, telemetry.scraped()))
        _calm_collector()
        stack.push_async_callback(_drain, backend.readiness, settings.drain_s)
        yield Running(
            ocpp_urls=_urls(settings, node),
            api_url=f"http://{settings.api_host}:{listener.getsockname()[1]}",
            store=store,
            node=node,
            backend=backend,
            metrics_url=metrics_url,
        )


@contextlib.asynccontextmanager
async def _pruned(store: Store, keep: timedelta) -> AsyncIterator[None]:
    """Keep the message log to its age while the server runs."""

    async def prune() -> None:
        while True:
            try:
                count = await store.prune(datetime.now(UTC) - keep)
            except StoreUnavailable as error:
                log.warning("the message log is not pruned now: %s", error)
            else:
                log.info("%d old messages were deleted", count)
            await asyncio.sleep(_PRUNE_EVERY_S)

    task = asyncio.create_task(prune())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _drain(readiness: Readiness, wait_s: float) -> None:
    """Say first that the server is not ready, so that nobody is sent to it any more; then go on to its end."""
    readiness.stopping = True
    await asyncio.sleep(wait_s)


def _calm_collector() -> None:
    """Leave what the start made out of garbage collections, and make them rare: a message makes no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def jobs(settings: Settings, backend: Backend, tried: Counter[DeliveryState]) -> tuple[Job, ...]:
    """Return what this server does by itself now and then. `tried` counts webhook deliveries."""
    stale = StaleSessions(timedelta(hours=settings.stale_session_hours), settings.ask_about_stale_sessions)
    hooks = webhooks.Webhooks(backend.live.render, trust.outside_hosts(settings), tried)
    kept = retention.Retention({name: getattr(settings, name) for name in retention.SETTINGS})
    signing = Certificates(trust.authority(settings))
    return (
        *JOBS,
        Job("sessions", STALE_EVERY_S, stale.look),
        Job("webhooks", webhooks.EVERY_S, hooks.look),
        Job("certificates", certificates.EVERY_S, signing.look, certificates.WAKES),
        Job("security", SECURITY_EVERY_S, security.look),
        Job(retention.NAME, retention.EVERY_S, kept.look),
    )


def _urls(settings: Settings, node: Node) -> tuple[str, ...]:
    ports = (("ws", node.port), ("wss", node.tls_port))
    return tuple(f"{scheme}://{settings.ocpp_host}:{port}{settings.ocpp_path}" for scheme, port in ports if port)


def node_settings(settings: Settings, key: bytes) -> NodeSettings:
    """Return what the gateway's node is told of the settings."""
    return NodeSettings(
        key=key,
        host=settings.ocpp_host,
        port=settings.ocpp_port if settings.ocpp_plain else None,
        tls_port=settings.ocpp_tls_port,
        tls=tls_files(settings),
        path=settings.ocpp_path,
        heartbeat_interval_s=settings.heartbeat_interval_s,
        ping_interval_s=settings.ping_interval_s,
        call_timeout_s=settings.call_timeout_s,
        max_message_bytes=settings.max_message_bytes,
        strict_404=settings.strict_404,
    )


def tls_files(settings: Settings) -> TlsFiles | None:
    """Return the files of the TLS port; None where that is off."""
    if settings.ocpp_tls_port is None:
        return None
    pairs = [(settings.tls_certificate, settings.tls_key), (settings.tls_rsa_certificate, settings.tls_rsa_key)]
    return TlsFiles(
        chains=tuple((chain, key) for chain, key in pairs if chain is not None and key is not None),
        client_authorities=settings.tls_client_ca,
        revocation_lists=settings.tls_revocation_list,
        policy=settings.tls_policy,
        expired_clients=settings.tls_expired_clients,
    )


async def _start(node: Node) -> None:
    """Start the gateway. Raises SettingsError where its address cannot be taken, or a certificate not be read."""
    try:
        await node.start()
    except CertificateError as error:
        raise SettingsError(f"settings tls_*: {error}") from None
    except OSError as error:
        asked = node.settings
        where = " or ".join(f"{asked.host}:{port}" for port in (asked.port, asked.tls_port) if port is not None)
        raise SettingsError(f"settings ocpp_host, ocpp_port: {where} cannot be taken ({error.strerror})") from None


async def new_key(settings: Settings, label: str) -> str:
    """Make an API key in the settings' database and return its text. Raises SettingsError, StoreUnavailable."""
    key, store, bus = secret_key(settings.secret_key_file), make_store(settings.database_url), LocalBus()
    await store.open()
    try:
        _, text = await Keys(store, bus, key).make(label)
        return text
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def _interface(backend: Backend, listener: socket.socket) -> AsyncIterator[None]:
    async with serving(make_app(backend), listener, timeout_graceful_shutdown=_API_DRAIN_S):
        try:
            yield
        finally:
            await backend.live.close()
