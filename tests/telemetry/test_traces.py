"""Spans as the SDK's own exporter collects them."""

import asyncio
from time import monotonic

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from busbar.model.versions import Version
from busbar.telemetry import traces
from busbar.telemetry.traces import SpanTracer, current_trace_id, provider

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(spans: InMemorySpanExporter) -> SpanTracer:
    return SpanTracer(provider("1", 1.0, SimpleSpanProcessor(spans)))


def by_name(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def test_a_message_is_a_trace_of_steps_one_after_the_other(tracer: SpanTracer, spans: InMemorySpanExporter) -> None:
    followed = tracer.received(Version.V16, "Authorize", "CS-1", monotonic() - 1.0)
    assert followed is not None
    followed.step("commit")
    followed.step("answer")
    followed.end("ok")
    found = by_name(spans)
    root = found.pop("receive Authorize")
    assert list(found) == ["decide", "commit", "answer"]
    assert {span.parent.span_id for span in found.values()} == {root.context.span_id}
    assert root.attributes == {
        "ocpp.version": "1.6",
        "ocpp.action": "Authorize",
        "busbar.station": "CS-1",
        "busbar.result": "ok",
    }
    assert 0.9e9 < root.end_time - root.start_time < 30e9
    assert followed.id == format(root.context.trace_id, "032x")
    assert root.status.status_code is StatusCode.UNSET


def test_what_failed_is_marked(tracer: SpanTracer, spans: InMemorySpanExporter) -> None:
    followed = tracer.received(Version.V16, "Authorize", "CS-1", monotonic())
    assert followed is not None
    followed.end("InternalError", failed=True)
    assert by_name(spans)["receive Authorize"].status.status_code is StatusCode.ERROR


def test_a_request_leads_to_a_command_and_a_call(tracer: SpanTracer, spans: InMemorySpanExporter) -> None:
    with tracer.request("POST /reset", PARENT) as request:
        assert request is not None
        assert current_trace_id() == "0af7651916cd43dd8448eb211c80319c"
        command = tracer.commanded("Reset", "c1")
        assert command is not None
    assert current_trace_id() == ""
    call = tracer.called(Version.V21, "Reset", "CS-1", "c1")
    assert call is not None
    call.end("ok")
    command.end("accepted")
    found = by_name(spans)
    assert {span.context.trace_id for span in found.values()} == {0x0AF7651916CD43DD8448EB211C80319C}
    assert found["POST /reset"].parent.span_id == 0xB7AD6B7169203331
    assert found["command Reset"].parent.span_id == found["POST /reset"].context.span_id
    assert found["call Reset"].parent.span_id == found["command Reset"].context.span_id
    assert tracer.carried("c1") is None


def test_another_node_goes_on_with_what_is_carried(tracer: SpanTracer, spans: InMemorySpanExporter) -> None:
    with tracer.request("POST /reset", None):
        command = tracer.commanded("Reset", "c1")
    carried = tracer.carried("c1")
    assert carried is not None
    other = SpanTracer(provider("1", 0.0, SimpleSpanProcessor(spans)))
    other.carry("c1", carried)
    call = other.called(Version.V21, "Reset", "CS-1", "c1")
    assert call is not None
    assert command is not None
    assert call.id == command.id


def test_a_command_without_a_request_has_a_trace_of_its_call_alone(tracer: SpanTracer) -> None:
    assert tracer.commanded("Reset", "c1") is None
    assert tracer.carried("c1") is None
    assert tracer.called(Version.V16, "Reset", "CS-1", "c1") is not None


def test_nothing_is_followed_where_the_ratio_is_zero_but_what_a_caller_samples(spans: InMemorySpanExporter) -> None:
    tracer = SpanTracer(provider("1", 0.0, SimpleSpanProcessor(spans)))
    assert tracer.received(Version.V16, "Heartbeat", "CS-1", 0.0) is None
    with tracer.request("GET /", None) as request:
        assert request is None
        assert current_trace_id() == ""
    with tracer.request("GET /", PARENT) as request:
        assert request is not None
    with tracer.request("GET /", PARENT[:-1] + "0") as request:
        assert request is None


@pytest.mark.parametrize("wrong", ["", "garbage", "00-0-0-00", "x" * 10_000])
def test_a_traceparent_that_cannot_be_read_begins_a_trace(tracer: SpanTracer, wrong: str) -> None:
    with tracer.request("GET /", wrong) as request:
        assert request is not None


def test_what_is_carried_has_a_bound(tracer: SpanTracer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "CARRIED", 2)
    for number in range(5):
        tracer.carry(str(number), PARENT)
    assert [tracer.carried(str(number)) is not None for number in range(5)] == [False, False, False, True, True]


async def test_requests_at_the_same_time_do_not_mix(tracer: SpanTracer) -> None:
    async def serve(parent: str) -> str:
        with tracer.request("GET /", parent):
            await asyncio.sleep(0.01)
            return current_trace_id()

    parents = [PARENT.replace("0af7", f"{number:04x}") for number in range(1, 6)]
    assert await asyncio.gather(*map(serve, parents)) == [parent.split("-")[1] for parent in parents]
