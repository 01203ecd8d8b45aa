"""Gateway: messages per second of server CPU, stored durably before the answer, against raw echo and the PyPI library.

Every server runs in a process of its own and is loaded by another; servers are interleaved, figures are medians.
CPU is user and system time of the server's process; PostgreSQL's own processes are counted beside it, not in it.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from bench.report import Report, arguments
from tests.fixtures.postgres import OwnServer

SERVERS = ("echo", "busbar-sqlite", "busbar-postgres", "ocpp-library")
KINDS = ("meter-values", "transaction-event")
RATIOS = {
    "sqlite_vs_echo": ("busbar-sqlite", "echo"),
    "postgres_vs_echo": ("busbar-postgres", "echo"),
    "sqlite_vs_ocpp_library": ("busbar-sqlite", "ocpp-library"),
}


@dataclass
class Samples:
    """What was measured of one server and one kind of message."""

    per_cpu_s: list[float] = field(default_factory=list)
    per_s: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    load_busy: list[float] = field(default_factory=list)
    errors: int = 0


def line(stream: IO[str] | None) -> str:
    """Read the next line of a child. Raises RuntimeError where it ended."""
    assert stream is not None
    text = stream.readline()
    if not text:
        raise RuntimeError("a bench process ended too early; its message stands above")
    return text.strip()


@contextlib.contextmanager
def server(mode: str, stations: int, dsn: str) -> Iterator[tuple[psutil.Process, int]]:
    """Run one server of bench.servers; yield its process and port."""
    environment = os.environ | {"BENCH_STATIONS": str(stations), "BENCH_POSTGRES_DSN": dsn}
    with tempfile.TemporaryDirectory(prefix="busbar-bench-") as folder:
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.servers", mode, folder], stdout=subprocess.PIPE, text=True, env=environment
        )
        try:
            yield psutil.Process(child.pid), int(line(child.stdout))
        finally:
            child.terminate()
            child.wait(20)


@contextlib.contextmanager
def databases() -> Iterator[Callable[[], str]]:
    """Run a durable PostgreSQL; yield a function that makes a fresh database and returns its DSN."""
    with tempfile.TemporaryDirectory(prefix="busbar-bench-") as folder:
        postgres = OwnServer(Path(folder), durable=True)
        try:
            yield postgres.create
        finally:
            postgres.stop()


def cpu_s(process: psutil.Process) -> float:
    """Return the CPU seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def load(process: psutil.Process, port: int, kind: str, connections: int, seconds: float) -> dict[str, float]:
    """Load a server and return what the generator says, with the server's CPU seconds while it was measured."""
    command = [sys.executable, "-m", "bench.load", str(port), "--kind", kind]
    command += ["--connections", str(connections), "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        line(child.stdout)
        before, own_before = cpu_s(process), cpu_s(psutil.Process(child.pid))
        line(child.stdout)
        spent, own = cpu_s(process) - before, cpu_s(psutil.Process(child.pid)) - own_before
        result: dict[str, float] = json.loads(line(child.stdout))
    return result | {"cpu_s": spent, "load_busy": own / result["seconds"]}


def main() -> None:
    """Run and print."""
    options = arguments(__doc__, rounds=3, seconds=3.0, connections=200)
    found = {(mode, kind): Samples() for mode in SERVERS for kind in KINDS}
    with databases() as fresh:
        for _ in range(options.rounds):
            for (mode, kind), samples in found.items():
                with server(mode, options.connections, fresh()) as (process, port):
                    one = load(process, port, kind, options.connections, options.seconds)
                samples.per_cpu_s.append(one["messages"] / one["cpu_s"])
                samples.per_s.append(one["messages"] / one["seconds"])
                samples.p50_ms.append(one["p50_ms"])
                samples.p99_ms.append(one["p99_ms"])
                samples.load_busy.append(one["load_busy"])
                samples.errors += int(one["errors"])
    columns = ["server, message", "per CPU-s", "per s", "p50 ms", "p99 ms", "generator busy", "errors"]
    report = Report(f"gateway: {options.connections} stations, one message in flight each", columns)
    for (mode, kind), samples in found.items():
        figures = {
            name: statistics.median(getattr(samples, name))
            for name in ("per_cpu_s", "per_s", "p50_ms", "p99_ms", "load_busy")
        }
        report.figures[f"{mode}/{kind}"] = figures | {"errors": samples.errors}
        report.rows.append(
            [
                f"{mode}, {kind}",
                f"{figures['per_cpu_s']:,.0f}",
                f"{figures['per_s']:,.0f}",
                f"{figures['p50_ms']:.2f}",
                f"{figures['p99_ms']:.2f}",
                f"{figures['load_busy']:.0%}",
                str(samples.errors),
            ]
        )
    for name, (ours, other) in RATIOS.items():
        for kind in KINDS:
            key = name if kind == "meter-values" else f"{name}_{kind.replace('-', '_')}"
            report.ratios[key] = (
                report.figures[f"{ours}/{kind}"]["per_cpu_s"] / report.figures[f"{other}/{kind}"]["per_cpu_s"]
            )
    report.finish(options.json)


if __name__ == "__main__":
    main()
