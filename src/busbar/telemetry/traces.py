"""Work that is followed, as spans of OpenTelemetry. It must not know what the work does, and records no payload.

A station's message is one trace: look up, decide, commit, answer. A request to the interface is one too, with the
command that it makes and the call to the station, also where another node makes that call.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, time_ns
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from busbar.model.versions import Version
from busbar.telemetry.ports import Trace

CARRIED: Final = 10_000
"""Commands for which a context is remembered; the oldest is forgotten first."""
_NAME: Final = 80
_NS: Final = 1_000_000_000
_PROPAGATOR: Final = TraceContextTextMapPropagator()


def provider(version: str, ratio: float, processor: SpanProcessor) -> TracerProvider:
    """Return what makes spans: a share `ratio` of what begins here, and all of what callers sample."""
    resource = Resource.create({"service.name": "busbar", "service.version": version})
    made = TracerProvider(sampler=ParentBased(TraceIdRatioBased(ratio)), resource=resource, shutdown_on_exit=False)
    made.add_span_processor(processor)
    return made


def exporter(endpoint: str, headers: dict[str, str] | None = None) -> SpanProcessor:
    """Return what sends spans by OTLP over HTTP, in a thread of its own; what is too much is dropped."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    url = endpoint.rstrip("/")
    url = url if url.endswith("/v1/traces") else f"{url}/v1/traces"
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=url, headers=headers, timeout=5), max_queue_size=4096)


def current_trace_id() -> str:
    """Return the id of the trace that is being followed in this task; empty where none is."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid and context.trace_flags.sampled else ""


class SpanTrace:
    """Implements ports.Trace with one span, and one inside it for the present step."""

    __slots__ = ("_span", "_step", "_tracer")

    def __init__(self, tracer: trace.Tracer, span: Span) -> None:
        self._tracer = tracer
        self._span = span
        self._step: Span | None = None

    @property
    def id(self) -> str:
        """The trace's id."""
        return format(self._span.get_span_context().trace_id, "032x")

    def step(self, name: str) -> None:
        """End the step before and begin another."""
        if self._step is not None:
            self._step.end()
        self._step = self._tracer.start_span(name, trace.set_span_in_context(self._span, Context()))

    def end(self, result: str, *, failed: bool = False) -> None:
        """End the last step and the whole."""
        if self._step is not None:
            self._step.end()
            self._step = None
        self._span.set_attribute("busbar.result", result)
        if failed:
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


class SpanTracer:
    """Implements ports.Tracer."""

    def __init__(self, made_by: TracerProvider) -> None:
        self._tracer = made_by.get_tracer("busbar")
        self._carried: OrderedDict[str, str] = OrderedDict()

    def received(self, version: Version, action: str, station: str, began_s: float) -> Trace | None:
        """Follow a call of a station; it begins its own trace."""
        begin = time_ns() - int((monotonic() - began_s) * _NS)
        span = self._tracer.start_span(
            f"receive {action[:_NAME]}", Context(), SpanKind.SERVER, _call(version, action, station), start_time=begin
        )
        followed = self._followed(span)
        if followed is not None:
            followed.step("decide")
        return followed

    def called(self, version: Version, action: str, station: str, command_id: str) -> Trace | None:
        """Follow our call to a station."""
        carrier = self._carried.pop(command_id, None)
        context = Context() if carrier is None else _PROPAGATOR.extract({"traceparent": carrier}, Context())
        attributes = _call(version, action, station) | {"busbar.command": command_id}
        return self._followed(self._tracer.start_span(f"call {action}", context, SpanKind.CLIENT, attributes))

    def commanded(self, action: str, command_id: str) -> Trace | None:
        """Follow a command inside the request that is being served; without one, only its call is followed."""
        if not trace.get_current_span().get_span_context().is_valid:
            return None
        span = self._tracer.start_span(f"command {action}", attributes={"busbar.command": command_id})
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, Context()))
        if "traceparent" in carrier:
            self.carry(command_id, carrier["traceparent"])
        return self._followed(span)

    def carried(self, command_id: str) -> str | None:
        """Return what is carried for a command."""
        return self._carried.get(command_id)

    def carry(self, command_id: str, traceparent: str) -> None:
        """Remember a traceparent for a command."""
        while len(self._carried) >= CARRIED:
            self._carried.popitem(last=False)
        self._carried[command_id] = traceparent

    @contextmanager
    def request(self, name: str, traceparent: str | None) -> Iterator[Trace | None]:
        """Follow a request; the context that its caller names is its parent."""
        context = _PROPAGATOR.extract({"traceparent": traceparent}, Context()) if traceparent else Context()
        span = self._tracer.start_span(name, context, SpanKind.SERVER)
        try:
            with trace.use_span(span, record_exception=False):
                yield self._followed(span)
        finally:
            if span.is_recording():
                span.end()

    def _followed(self, span: Span) -> Trace | None:
        return SpanTrace(self._tracer, span) if span.is_recording() else None


def _call(version: Version, action: str, station: str) -> dict[str, str]:
    return {"ocpp.version": version.value, "ocpp.action": action[:_NAME], "busbar.station": station}
