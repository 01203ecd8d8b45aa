"""A load generator for OCPP servers: bare sockets on uvloop, ready-made frames, one message in flight a connection.

    python -m bench.load PORT --kind meter-values --connections 200 --seconds 4

Prints one JSON object: messages, seconds, p50_ms, p99_ms, errors. It masks with zeros (legal, and free) and looks only
at the length and the first digit of an answer, so that the server and not the generator is what is measured. While it
measures it never sleeps: waking a sleeping peer costs the sender, and only servers slower than the generator would pay.
"""

import argparse
import asyncio
import base64
import json
import os
import sys
import time
from array import array
from collections.abc import Callable

import uvloop

_SPREAD_S = 0.0005
_GRACE_S = 20.0
_DRAIN_S = 0.3
_CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"


def identity(number: int) -> str:
    """Return the identity of the bench's n-th station."""
    return f"BENCH-{number:05d}"


def password(number: int) -> str:
    """Return the password of the bench's n-th station."""
    return f"bench-password-{number:05d}"


def _frame(text: bytes) -> bytes:
    """Make a masked text frame of 126 to 65,535 bytes."""
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text


def _maker(kind: str, number: int) -> Callable[[int], bytes]:
    """Return a function from a rising count to a complete frame, each with its own id, time and value."""
    if kind == "idle":
        return lambda _count: b""
    if kind == "meter-values":
        text = (
            b'[2,"%012d","MeterValues",{"evseId":1,"meterValue":[{"timestamp":"2026-01-01T%02d:%02d:%02d.%03dZ",'
            b'"sampledValue":[{"value":1%07d.5,"measurand":"Energy.Active.Import.Register","unitOfMeasure":{"unit":"Wh"}},'
            b'{"value":7400.0,"measurand":"Power.Active.Import"},{"value":32.1,"measurand":"Current.Import","phase":"L1"}]}]}]'
        )
    else:
        event = b"Started" if kind == "start" else b"Updated"
        text = (
            b'[2,"%012d","TransactionEvent",{"eventType":"'
            + event
            + b'","timestamp":"2026-01-01T%02d:%02d:%02d.%03dZ","triggerReason":"MeterValuePeriodic","seqNo":%d,'
            + b'"transactionInfo":{"transactionId":"bench-%05d"' % number
            + b',"chargingState":"Charging"},"evse":{"id":1,"connectorId":1},"meterValue":[{"timestamp":'
            b'"2026-01-01T12:00:00Z","sampledValue":[{"value":7400.0,"measurand":"Power.Active.Import"},'
            b'{"value":32.1,"measurand":"Current.Import","phase":"L1"}]}]}]'
        )

    def make(count: int) -> bytes:
        second, milli = divmod(count, 1000)
        minute, second = divmod(second, 60)
        return _frame(text % (count, minute // 60, minute % 60, second, milli, count))

    return make


class Connection(asyncio.Protocol):
    """One station: upgrades, then sends the next message as soon as the last was answered."""

    def __init__(self, number: int, make: Callable[[int], bytes], run: "Run") -> None:
        self.number, self.make, self.run = number, make, run
        self.open, self.count, self.sent_at = False, 0, 0.0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        basic = base64.b64encode(f"{identity(self.number)}:{password(self.number)}".encode()).decode()
        self.transport.write(
            f"GET /ocpp/{identity(self.number)} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Protocol: ocpp2.0.1\r\nAuthorization: Basic {basic}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self.buffer:
            data = self.buffer + data
            self.buffer = b""
        if not self.open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.buffer = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self.run.fail(data[:60])
                return
            self.open = True
            self.run.opened(self)
            data = data[end + 4 :]
        while data:
            data = self.take(data)

    def take(self, data: bytes) -> bytes:
        """Take one frame off the front; return the rest, or nothing where it is not whole yet."""
        size, start = data[1] if len(data) > 1 else 126, 2
        if size == 126 and len(data) >= 4:
            size, start = int.from_bytes(data[2:4], "big"), 4
        if len(data) < start + size or len(data) < 2:
            self.buffer = data
            return b""
        if data[0] == 0x81:
            self.answered(data[start + 1 : start + 2])
        elif data[0] == 0x89:
            self.transport.write(b"\x8a%c\0\0\0\0%b" % (0x80 | size, data[start : start + size]))
        elif not self.run.over:
            self.run.fail(data[: start + size])
        return data[start + size :]

    def answered(self, kind: bytes) -> None:
        """Note an answer and go on."""
        now = time.perf_counter()
        if self.run.measuring:
            self.run.latencies.append(now - self.sent_at)
            self.run.errors += kind == b"4"
        if not self.run.over:
            self.go(now)

    def go(self, now: float) -> None:
        """Send the next message."""
        self.count += 1
        self.sent_at = now
        self.transport.write(self.make(self.count))


class Run:
    """One measurement over all connections."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.connections = wanted, list[Connection]()
        self.latencies, self.errors = array("d"), 0
        self.measuring = self.over = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def opened(self, connection: Connection) -> None:
        """Count a connection that is up."""
        self.connections.append(connection)
        if len(self.connections) == self.wanted and not self.ready.done():
            self.ready.set_result(None)

    def spin(self) -> None:
        """Keep the loop from sleeping until the run is over."""
        if not self.over:
            asyncio.get_running_loop().call_soon(self.spin)

    def fail(self, what: bytes) -> None:
        """End the run: the server did not do what a server does."""
        self.errors += 1
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(what.decode("latin-1")))


async def generate(options: argparse.Namespace) -> dict[str, float]:
    """Open all connections, warm up, measure, and stop. With kind idle: hold the connections until stdin ends."""
    loop, run = asyncio.get_running_loop(), Run(options.connections)
    for number in range(options.connections):
        maker = _maker(options.kind, number)
        await loop.create_connection(lambda n=number, m=maker: Connection(n, m, run), "127.0.0.1", options.port)
        await asyncio.sleep(_SPREAD_S)
    await asyncio.wait_for(run.ready, _GRACE_S)
    if options.kind == "idle":
        print("ready", flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        return {"connections": len(run.connections)}
    for connection in run.connections:
        if options.kind == "transaction-event":
            connection.sent_at = time.perf_counter()
            connection.transport.write(_maker("start", connection.number)(0))
        else:
            connection.go(time.perf_counter())
    run.spin()
    await asyncio.sleep(options.warm_up)
    print("measuring", flush=True)
    run.measuring, begin = True, time.perf_counter()
    await asyncio.sleep(options.seconds)
    run.measuring, spent = False, time.perf_counter() - begin
    print("measured", flush=True)
    run.over = True
    await asyncio.sleep(_DRAIN_S)
    for connection in run.connections:
        connection.transport.write(_CLOSE)
    await asyncio.sleep(_DRAIN_S)
    times = sorted(run.latencies)
    return {
        "messages": len(times),
        "seconds": spent,
        "p50_ms": times[len(times) // 2] * 1e3 if times else 0.0,
        "p99_ms": times[len(times) * 99 // 100] * 1e3 if times else 0.0,
        "errors": run.errors,
        "own_cpu_s": sum(os.times()[:2]),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--kind", choices=["meter-values", "transaction-event", "idle"], default="meter-values")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--warm-up", type=float, default=1.0)
    print(json.dumps(uvloop.run(generate(parser.parse_args()))))


if __name__ == "__main__":
    main()
