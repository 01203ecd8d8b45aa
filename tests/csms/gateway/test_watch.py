"""What a node tells of its calls to who watches: counted when they end, followed step by step, over two nodes."""

import asyncio
import json

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from busbar.csms.ports import StoreUnavailable
from busbar.model.orders import ClearCache
from busbar.model.versions import Version
from busbar.telemetry.ports import Watch
from busbar.telemetry.tally import CallTallies
from busbar.telemetry.traces import SpanTracer, provider

V16 = Version.V16


@pytest.fixture
def calls():
    return CallTallies()


@pytest.fixture
async def watched(start, calls):
    """A node with a station CS1 whose calls are counted."""
    rig = await start(watch=Watch(calls), call_timeout_s=1.0)
    await rig.add()
    return rig


@pytest.fixture
def spans():
    return InMemorySpanExporter()


def tracer(spans, ratio=1.0):
    return SpanTracer(provider("1", ratio, SimpleSpanProcessor(spans)))


def names(spans):
    return [span.name for span in spans.get_finished_spans()]


def send(rig, station):
    return asyncio.create_task(rig.node.dispatch(station, ClearCache(), wait_s=5, requested_by="op"))


async def test_a_call_is_counted_when_it_is_answered(watched, calls):
    client = await watched.connect()
    await client.boot()
    heartbeat = calls.received[V16].by_action["Heartbeat"]
    watched.store.held = []
    await client.ws.send('[2,"1","Heartbeat",{}]')
    await watched.until(lambda: watched.store.held)
    assert heartbeat.results == {}
    watched.store.release()
    await client.read()
    assert heartbeat.results == {"ok": 1}
    assert sum(heartbeat.took.counts) == 1


async def test_calls_that_are_refused_are_counted_by_their_code(watched, calls):
    client = await watched.connect()
    await client.boot()
    await client.call("Heartbeat", {"extra": 1})
    await client.call("NoSuchAction", {})
    results = {action: tally.results for action, tally in calls.received[V16].by_action.items() if tally.results}
    assert sum(results["Heartbeat"].values()) == 1
    assert "ok" not in results["Heartbeat"]
    assert sum(results["other"].values()) == 1


async def test_calls_of_ours_are_counted_by_what_came(watched, calls):
    client = await watched.connect()
    await client.boot()
    station = await watched.station()
    counted = calls.sent[V16].by_action["ClearCache"]
    for reply, results in (
        ('[3,"{}",{{"status":"Accepted"}}]', {"ok": 1}),
        ('[4,"{}","NotSupported","",{{}}]', {"ok": 1, "NotSupported": 1}),
        ('[4,"{}","MadeUpCode","",{{}}]', {"ok": 1, "NotSupported": 1, "other": 1}),
    ):
        sent = send(watched, station)
        message = await client.read()
        await client.ws.send(reply.format(message[1]))
        await sent
        assert counted.results == results
    sent = send(watched, station)
    await sent
    assert counted.results["timeout"] == 1
    assert sum(counted.took.counts) == 3


async def test_commands_that_ended_are_counted_by_state(watched):
    client = await watched.connect()
    await client.boot()
    sent = send(watched, await watched.station())
    message = await client.read()
    await client.ws.send(json.dumps([3, message[1], {"status": "Rejected"}]))
    await sent
    assert dict(watched.node.ended) == {"rejected": 1}


async def test_a_message_is_followed_through_its_commit(start, spans):
    rig = await start(watch=Watch(tracer=tracer(spans)))
    await rig.add()
    client = await rig.connect()
    await client.boot()
    await client.call("Authorize", {"idTag": "UNKNOWN"})
    assert names(spans)[-6:] == ["decide", "look up", "decide", "commit", "answer", "receive Authorize"]
    assert "receive BootNotification" in names(spans)


async def test_a_message_that_is_never_answered_ends_with_its_connection(start, spans):
    rig = await start(watch=Watch(tracer=tracer(spans)))
    await rig.add()
    client = await rig.connect()
    await client.boot()
    rig.store.failure = StoreUnavailable("away")
    await client.ws.send('[2,"1","Heartbeat",{}]')
    await client.closed()
    await rig.until(lambda: "receive Heartbeat" in names(spans))
    span = next(span for span in spans.get_finished_spans() if span.name == "receive Heartbeat")
    assert span.attributes["busbar.result"] == "closed"


async def test_what_is_not_sampled_is_answered_all_the_same(start, spans):
    rig = await start(watch=Watch(tracer=tracer(spans, 0.0)))
    await rig.add()
    client = await rig.connect()
    assert (await client.boot())[0] == 3
    assert names(spans) == []


async def test_a_request_is_followed_to_the_node_that_holds_the_station(start, spans):
    here = tracer(spans)
    first = await start(watch=Watch(tracer=here))
    second = await start(first.store, first.bus, watch=Watch(tracer=tracer(spans, 0.0)))
    await second.add()
    client = await second.connect()
    await client.boot()
    with here.request("POST /x", None) as followed:
        sent = send(first, await first.station())
    message = await client.read()
    await client.ws.send(json.dumps([3, message[1], {"status": "Accepted"}]))
    assert (await sent).state == "accepted"
    found = {span.name: format(span.context.trace_id, "032x") for span in spans.get_finished_spans()}
    assert found["call ClearCache"] == found["command ClearCache"] == followed.id
    assert len(message) == 4
    assert message[3] == {}
