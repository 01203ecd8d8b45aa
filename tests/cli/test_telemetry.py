"""What a server tells of itself, over real sockets: metrics, traces, readiness and logs."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from busbar.cli.bootstrap import Running, running
from busbar.cli.settings import Settings, SettingsError
from busbar.csms.services.credentials import hash_secret
from busbar.model.versions import Version
from busbar.telemetry.catalogue import METRICS, Shape
from busbar.telemetry.logs import LogFormat, set_up

BOOT = {
    "ocpp1.6": {"chargePointVendor": "V", "chargePointModel": "M"},
    "ocpp2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}},
    "ocpp2.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}},
}
CANARY = "c4n4ry-Secret-16ch"
Samples = dict[str, list[tuple[dict[str, str], float]]]


def settings(tmp_path: Path, **changed: object) -> Settings:
    base: dict[str, Any] = {
        "database_url": f"sqlite:///{tmp_path / 'a.db'}",
        "secret_key_file": tmp_path / "key",
        "ocpp_port": 0,
        "api_port": 0,
    }
    return Settings(**(base | changed))


@asynccontextmanager
async def station(server: Running, version: Version, identity: str) -> AsyncIterator[Any]:
    """A station that has booted."""
    if await server.store.station(identity) is None:
        await add(server, identity)
    url = server.ocpp_url.replace("ws://", f"ws://{identity}:{CANARY}@")
    async with websockets.connect(f"{url}/{identity}", subprotocols=[f"ocpp{version.value}"]) as ws:
        await call(ws, "BootNotification", BOOT[f"ocpp{version.value}"])
        yield ws


async def add(server: Running, identity: str) -> None:
    secret = hash_secret(server.backend.key, CANARY.encode())
    added = await server.store.add_station(identity, secret=secret)
    await server.node.station_changed(added.id)


async def call(ws: Any, action: str, payload: dict[str, Any]) -> list[Any]:
    await ws.send(json.dumps([2, f"m-{action}", action, payload]))
    answer: list[Any] = json.loads(await asyncio.wait_for(ws.recv(), 5))
    return answer


async def scrape(url: str, **headers: str) -> Samples:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(url, headers=headers)
    assert answer.status_code == 200, answer.text
    samples: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return samples


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return next((found for known, found in samples[name] if known == labels), None)


async def order(server: Running, key: str, path: str, body: object, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"} | headers) as client:
        return await client.post(f"{server.api_url}/api/v1{path}", json=body)


@pytest.mark.parametrize("version", list(Version))
async def test_a_scrape_shows_what_stations_and_the_server_did(tmp_path: Path, version: Version) -> None:
    async with running(settings(tmp_path, metrics_port=0)) as server:
        assert server.metrics_url is not None
        key = await server.make_key("tests")
        async with station(server, version, "CS-UNIQUE-1") as ws:
            await call(ws, "Heartbeat", {})
            await call(ws, "MadeUpByStation", {})
            sent = asyncio.create_task(order(server, key, "/stations/CS-UNIQUE-1/commands/clear-cache", {}))
            message = json.loads(await asyncio.wait_for(ws.recv(), 5))
            await ws.send(json.dumps([3, message[1], {"status": "Accepted"}]))
            assert (await sent).status_code == 200
            found = await scrape(server.metrics_url)
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(f"{server.ocpp_url}/NOBODY", subprotocols=["ocpp1.6"]):
                pass
        later = await scrape(server.metrics_url)
    v = version.value
    received, of_ours = {"version": v, "direction": "received"}, {"version": v, "direction": "sent"}
    assert value(found, "ocpp_connections", version=v) == 1
    for action in ("BootNotification", "Heartbeat"):
        assert value(found, "ocpp_messages_total", action=action, result="ok", **received) == 1
        assert value(found, "ocpp_call_duration_seconds_count", action=action, **received) == 1
    assert [labels["result"] for labels, _ in found["ocpp_messages_total"] if labels["action"] == "other"] == [
        "NotImplemented"
    ]
    assert value(found, "ocpp_messages_total", action="ClearCache", result="ok", **of_ours) == 1
    assert (value(found, "ocpp_call_duration_seconds_sum", action="ClearCache", **of_ours) or 0) > 0
    assert value(found, "busbar_commands_total", state="accepted") == 1
    assert (value(found, "busbar_store_commit_seconds_count") or 0) > 3
    assert (value(found, "busbar_store_commit_changes_sum") or 0) > 3
    assert value(found, "busbar_store_commit_failures_total", reason="unavailable") == 0
    assert (value(found, "busbar_job_runs_total", job="webhooks") or 0) >= 1
    assert found["busbar_build_info"][0][1] == 1
    assert value(later, "busbar_refused_upgrades_total", reason="unauthorized") == 1
    assert value(later, "ocpp_connections", version=v) == 0
    assert "CS-UNIQUE-1" not in str(found)
    assert "MadeUpByStation" not in str(found)


async def test_what_is_scraped_is_what_the_reference_says(tmp_path: Path) -> None:
    async with running(settings(tmp_path, metrics_port=0)) as server, station(server, Version.V16, "CS-1"):
        assert server.metrics_url is not None
        async with httpx2.AsyncClient() as client:
            text = (await client.get(server.metrics_url)).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    ours = {name for name in families if name.startswith(("ocpp_", "busbar_"))}
    known = {metric.name: metric for metric in METRICS}
    assert ours <= known.keys()
    assert known.keys() - ours == {"busbar_nats_connected", "busbar_nats_dropped_messages"}
    for name in ours:
        assert families[name].type == known[name].shape.value
        beside = {"le"} if known[name].shape is Shape.HISTOGRAM else set[str]()
        for sample in families[name].samples:
            assert set(sample.labels) - beside == set(known[name].labels)


async def test_nats_is_shown_where_it_is(tmp_path: Path, nats_url: str) -> None:
    async with running(settings(tmp_path, metrics_port=0, nats_url=nats_url)) as server:
        assert server.metrics_url is not None
        found = await scrape(server.metrics_url)
        assert value(found, "busbar_nats_connected") == 1
        async with httpx2.AsyncClient() as client:
            assert (await client.get(f"{server.api_url}/readyz")).json()["parts"]["bus"] == "ok"


async def test_metrics_are_off_unless_they_are_asked_for(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as server, httpx2.AsyncClient() as client:
        assert server.metrics_url is None
        assert (await client.get(f"{server.api_url}/metrics")).status_code == 404
        assert server.node.means.watch.calls is None


async def test_a_port_of_its_own_opens_nothing_on_the_interface(tmp_path: Path) -> None:
    async with running(settings(tmp_path, metrics_port=0)) as server, httpx2.AsyncClient() as client:
        assert (await client.get(f"{server.api_url}/metrics")).status_code == 404
        assert server.metrics_url is not None
        assert server.metrics_url.startswith("http://127.0.0.1:")


async def test_the_token_is_wanted_on_both_ports(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{CANARY}\n")
    async with running(settings(tmp_path, metrics_port=0, metrics_token_file=tmp_path / "token")) as server:
        assert server.metrics_url is not None
        for url in (server.metrics_url, f"{server.api_url}/metrics"):
            async with httpx2.AsyncClient() as client:
                assert (await client.get(url)).status_code == 401
            assert await scrape(url, Authorization=f"Bearer {CANARY}")


async def test_a_token_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="metrics_token_file"):
        async with running(settings(tmp_path, metrics_token_file=tmp_path / "absent")):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])
def test_metrics_beyond_loopback_take_a_token(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match="metrics_token_file"):
        settings(tmp_path, metrics_port=0, metrics_host=host)
    assert settings(tmp_path, metrics_port=0, metrics_host=host, metrics_token_file=tmp_path / "t")


@pytest.mark.parametrize("url", ["localhost:4318", "http://user:secret@host", "ftp://host", "http://host?x=1"])
def test_traces_are_sent_to_a_plain_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="takes a URL"):
        settings(tmp_path, otlp_endpoint=url)


class Collector:
    """A receiver of OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                assert lines[0].startswith("post /v1/traces ")
                length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
                body = await reader.readexactly(length)
                if any(line.startswith("content-encoding: gzip") for line in lines):
                    import gzip

                    body = gzip.decompress(body)
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        self.spans += scope.spans
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[str, Collector]]:
    made = Collector()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", made


async def test_a_request_its_command_and_the_call_are_one_trace_at_a_collector(tmp_path: Path) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with collector() as (url, collected):
        async with running(settings(tmp_path, otlp_endpoint=url, trace_ratio=1)) as server:
            key = await server.make_key("tests")
            async with station(server, Version.V201, "CS-1") as ws:
                path = "/stations/CS-1/commands/clear-cache"
                sent = asyncio.create_task(order(server, key, path, {}, traceparent=parent))
                message = await asyncio.wait_for(ws.recv(), 5)
                await ws.send(json.dumps([3, json.loads(message)[1], {"status": "Accepted"}]))
                assert (await sent).status_code == 200
        spans = {span.name: span for span in collected.spans}
    assert "traceparent" not in str(message)
    assert "0af7651916cd43dd8448eb211c80319c" not in str(message)
    request = spans["POST /api/v1/stations/{identity}/commands/clear-cache"]
    chain = [request, spans["command ClearCache"], spans["call ClearCache"]]
    assert {span.trace_id.hex() for span in chain} == {"0af7651916cd43dd8448eb211c80319c"}
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    assert [span.parent_span_id for span in chain[1:]] == [span.span_id for span in chain[:-1]]
    boot = spans["receive BootNotification"]
    steps = [span.name for span in collected.spans if span.parent_span_id == boot.span_id]
    assert "decide" in steps
    assert steps[-2:] == ["commit", "answer"]


async def test_a_collector_that_is_away_holds_nothing_up(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with running(settings(tmp_path, otlp_endpoint="http://127.0.0.1:9", trace_ratio=1)) as server:
        async with station(server, Version.V16, "CS-1") as ws:
            await call(ws, "Heartbeat", {})
        began = loop.time()
    assert loop.time() - began < 15


async def test_readiness_ends_before_the_server_does(tmp_path: Path) -> None:
    context = running(settings(tmp_path, drain_s=1.0))
    server = await context.__aenter__()
    async with httpx2.AsyncClient() as client:
        told = (await client.get(f"{server.api_url}/readyz")).json()
        assert told["status"] == "ready"
        assert {"store_reads", "store_writes", "store_keeps_up", "bus", "listening", "serving"} == told["parts"].keys()
        ending = asyncio.create_task(context.__aexit__(None, None, None))
        await asyncio.sleep(0.1)
        answer = await client.get(f"{server.api_url}/readyz")
        assert (answer.status_code, answer.json()["parts"]["serving"]) == (503, "failed")
        async with station(server, Version.V16, "CS-1") as ws:
            assert (await call(ws, "Heartbeat", {}))[0] == 3
        await ending


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """Everything that is logged, down to debug, as JSON lines."""
    root, stream = logging.getLogger(), io.StringIO()
    level = root.level
    handler = set_up(LogFormat.JSON, "debug", stream)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(False)


async def test_no_secret_is_logged_from_the_first_start_to_the_end(tmp_path: Path, logged: Callable[[], str]) -> None:
    (tmp_path / "token").write_text(f"{CANARY}-metrics")
    async with running(settings(tmp_path, metrics_token_file=tmp_path / "token")) as server:
        key = await server.make_key("tests")
        for wrong in (f"bbk_1_{CANARY}", CANARY):
            assert (await order(server, wrong, "/tokens", {"value": "A"})).status_code == 401
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {CANARY}"}) as client:
            assert (await client.get(f"{server.api_url}/metrics")).status_code == 401
        await add(server, "CS-1")
        assert (await order(server, key, "/stations", {"identity": "CS-1", "password": CANARY})).status_code == 409
        assert (await order(server, key, "/stations", {"identity": 5, "password": CANARY})).status_code == 400
        url = server.ocpp_url.replace("ws://", f"ws://CS-1:{CANARY}-wrong@")
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(f"{url}/CS-1", subprotocols=["ocpp1.6"], proxy=None)
        url = server.ocpp_url.replace("ws://", f"ws://CS-1:{CANARY}@")
        logging.getLogger("websockets").setLevel(logging.WARNING)  # the foreign client is not ours
        async with websockets.connect(f"{url}/CS-1", subprotocols=["ocpp1.6"], proxy=None) as ws:
            await call(ws, "BootNotification", BOOT["ocpp1.6"])
            await call(ws, "DataTransfer", {"vendorId": "V", "data": f'{{"password": "{CANARY}"}}'})
            body = {"variables": [{"variable": "AuthorizationKey", "value": CANARY}]}
            sent = asyncio.create_task(order(server, key, "/stations/CS-1/commands/set-variables", body))
            message = json.loads(await asyncio.wait_for(ws.recv(), 5))
            await ws.send(json.dumps([4, message[1], "InternalError", f"password={CANARY}", {}]))
            await sent
    lines = [json.loads(line) for line in logged().splitlines()]
    ours = [line for line in lines if not line["logger"].startswith(("websockets", "httpx", "httpcore", "hpack"))]
    assert any(line["logger"].startswith("uvicorn") for line in ours)
    assert all(line.keys() >= {"time", "level", "logger", "message"} for line in lines)
    assert CANARY not in json.dumps(ours)
    assert key not in logged()
