"""Connections: memory of the server's process per idle connection, ours against the PyPI library on `websockets`.

Memory is the private memory (USS) before the first and after the last connection, divided by their number.
"""

import json
import subprocess
import sys
import time
from typing import Any

import psutil

from bench.gateway import line, server
from bench.report import Report, arguments

SERVERS = ("echo", "busbar-sqlite", "ocpp-library")


def held(process: psutil.Process, port: int, connections: int) -> float:
    """Return bytes of private memory per connection."""
    before = process.memory_full_info().uss
    command = [sys.executable, "-m", "bench.load", str(port), "--kind", "idle", "--connections", str(connections)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        line(child.stdout)
        time.sleep(2.0)
        after = process.memory_full_info().uss
        assert child.stdin is not None
        child.stdin.close()
        said: dict[str, Any] = json.loads(line(child.stdout))
    assert said["connections"] == connections
    return float(after - before) / connections


def main() -> None:
    """Run and print."""
    options = arguments(__doc__, connections=5000)
    report = Report(f"connections: {options.connections} idle, plain", ["server", "kB a connection"])
    for mode in SERVERS:
        with server(mode, options.connections, "") as (process, port):
            bytes_each = held(process, port, options.connections)
        report.figures[mode] = {"bytes_per_connection": bytes_each}
        report.rows.append([mode, f"{bytes_each / 1000:.1f}"])
    report.ratios["busbar_vs_ocpp_library"] = (
        report.figures["busbar-sqlite"]["bytes_per_connection"] / report.figures["ocpp-library"]["bytes_per_connection"]
    )
    report.finish(options.json)


if __name__ == "__main__":
    main()
