"""How a server is watched, from its settings: counts and their page, traces, what has to hold for it to be ready."""

import asyncio
import contextlib
import logging
import platform
from collections import Counter
from collections.abc import AsyncIterator, Callable
from threading import Thread
from typing import TYPE_CHECKING, Final

import busbar
from busbar.api.backend import Backend, Observed
from busbar.api.metrics import metrics_app
from busbar.cli.listening import listen
from busbar.cli.settings import Settings
from busbar.cli.trust import secret
from busbar.csms.bus.nats import NatsBus
from busbar.csms.gateway.node import Node
from busbar.csms.jobs.runner import Looks, Runner
from busbar.csms.ports import Bus, Store
from busbar.csms.records.webhooks import DeliveryState
from busbar.csms.rows import CommandState
from busbar.csms.storage.submissions import Submissions
from busbar.http.server import serving
from busbar.model.versions import Version
from busbar.telemetry import catalogue as c
from busbar.telemetry import logs, metrics
from busbar.telemetry.catalogue import Metric
from busbar.telemetry.metrics import Labelled, Sources
from busbar.telemetry.ports import Page, Tracer, Watch
from busbar.telemetry.pulse import Pulse
from busbar.telemetry.tally import CallTallies

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_DRAIN_S: Final = 2
_FLUSH_S: Final = 5.0

log = logging.getLogger(__name__)


class Telemetry:
    """All that watches one server.

    Attributes:
        watch: what the node is given.
        tried: what the tries of webhook deliveries led to.
    """

    def __init__(self, settings: Settings) -> None:
        """Make it. Raises SettingsError where the token's file cannot be read."""
        path = settings.metrics_token_file
        self._token = "" if path is None else secret("metrics_token_file", path)
        counted = path is not None or settings.metrics_port is not None
        self._provider = _provider(settings)
        tracer = None if self._provider is None else _tracer(self._provider)
        self.watch = Watch(CallTallies() if counted else None, tracer)
        self.tried: Counter[DeliveryState] = Counter()
        self._values: dict[Metric, Callable[[], Labelled]] = {}
        self._pulse = Pulse()
        self._page: Page | None = None

    def observed(self, store: Store, bus: Bus, node: Node) -> Observed:
        """Return what the REST interface tells of these parts; metrics only to those who know the token."""
        commits = store.commits if isinstance(store, Submissions) else None
        calls = self.watch.calls
        self._page = None if calls is None else metrics.page(Sources(calls, commits, self._values))
        return Observed(
            page=self._page if self._token else None,
            metrics_token=self._token,
            tracer=self.watch.tracer,
            pulse=self._pulse,
            conditions={
                "bus": lambda: not isinstance(bus, NatsBus) or bus.connected,
                "listening": lambda: node.listening,
            },
        )

    def scraped(self) -> Observed:
        """Return what a port for metrics alone tells."""
        return Observed(page=self._page, metrics_token=self._token)

    def read(self, backend: Backend, node: Node, runner: Runner) -> None:
        """Show also what these parts count."""
        self._values |= _node_values(node) | _store_values(backend.store) | _job_values(runner.looks)
        if isinstance(backend.bus, NatsBus):
            self._values |= _bus_values(backend.bus)
        self._values |= {
            c.BUILD: lambda: [((busbar.__version__, platform.python_version()), 1)],
            c.DELIVERIES: lambda: [((state.value,), self.tried[state]) for state in DeliveryState],
            c.STREAMS: lambda: [((), backend.live.readers)],
            c.LAG: lambda: [((), self._pulse.lag_s)],
        }

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the loop, and at the end send the spans that wait."""
        self._pulse.start()
        try:
            yield
        finally:
            self._pulse.stop()
            if self._provider is not None:
                await _flushed(self._provider)


def set_up_logs(settings: Settings) -> None:
    """Send all logs through one pipe, with the trace that is followed where traces are on."""
    logs.set_up(settings.log_format, settings.log_level, trace_id=_trace_id(settings))


@contextlib.asynccontextmanager
async def metrics_endpoint(settings: Settings, observed: Observed) -> AsyncIterator[str | None]:
    """Serve the page of metrics on a port of its own, where one is set; give its URL. Raises SettingsError."""
    if settings.metrics_port is None:
        yield None
        return
    listener = listen("metrics", settings.metrics_host, settings.metrics_port)
    host = f"[{settings.metrics_host}]" if ":" in settings.metrics_host else settings.metrics_host
    app, limits = metrics_app(observed), {"timeout_graceful_shutdown": _DRAIN_S, "limit_concurrency": 20}
    async with serving(app, listener, **limits):
        yield f"http://{host}:{listener.getsockname()[1]}/metrics"


def _trace_id(settings: Settings) -> Callable[[], str] | None:
    if settings.otlp_endpoint is None:
        return None
    from busbar.telemetry import traces

    return traces.current_trace_id


def _provider(settings: Settings) -> "TracerProvider | None":
    if settings.otlp_endpoint is None:
        return None
    from busbar.telemetry import traces  # heavy, and mostly off

    return traces.provider(busbar.__version__, settings.trace_ratio, traces.exporter(settings.otlp_endpoint))


def _tracer(made: "TracerProvider") -> Tracer:
    from busbar.telemetry.traces import SpanTracer

    return SpanTracer(made)


async def _flushed(made: "TracerProvider") -> None:
    """Send what waits, for seconds at most: a collector that is away must not hold the end up."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def flush() -> None:
        made.shutdown()
        with contextlib.suppress(RuntimeError):  # the loop did not wait
            loop.call_soon_threadsafe(done.set)

    Thread(target=flush, name="traces-flush", daemon=True).start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), _FLUSH_S)


def _node_values(node: Node) -> dict[Metric, Callable[[], Labelled]]:
    def connections() -> Labelled:
        versions = Counter(session.version for session in node.sessions.values())
        return [((version.value,), versions[version]) for version in Version]

    return {
        c.CONNECTIONS: connections,
        c.COMMANDS: lambda: [((state.value,), node.ended[state]) for state in CommandState if state.final],
        c.REFUSED: lambda: [((_slug(status.phrase),), count) for status, count in node.door.refused_by.items()],
        c.TURNED_AWAY: lambda: [((), node.counts()["turned_away"])],
        c.PARKED: lambda: [((), node.means.parked)],
        c.DROPPED: lambda: [((), node.means.dropped)],
    }


def _slug(phrase: str) -> str:
    return phrase.lower().replace(" ", "-")


def _store_values(store: Store) -> dict[Metric, Callable[[], Labelled]]:
    return {c.QUEUE: lambda: [((), store.waiting)]} if isinstance(store, Submissions) else {}


def _job_values(looks: dict[str, Looks]) -> dict[Metric, Callable[[], Labelled]]:
    return {
        c.JOB_RUNS: lambda: [((job,), look.runs) for job, look in looks.items()],
        c.JOB_FAILURES: lambda: [((job,), look.failures) for job, look in looks.items()],
        c.JOB_SECONDS: lambda: [((job,), look.took_total_s) for job, look in looks.items()],
        c.JOB_LAST: lambda: [((job,), look.took_s) for job, look in looks.items()],
        c.JOB_SUCCESS: lambda: [
            ((job,), look.succeeded_at.timestamp()) for job, look in looks.items() if look.succeeded_at is not None
        ],
    }


def _bus_values(bus: NatsBus) -> dict[Metric, Callable[[], Labelled]]:
    return {c.NATS: lambda: [((), bus.connected)], c.BUS_DROPPED: lambda: [((), bus.dropped)]}
