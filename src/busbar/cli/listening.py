"""How a server inside the process listens: its port is taken before it begins, and signals are not its business."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from busbar.cli.settings import SettingsError


class QuietServer(uvicorn.Server):
    """uvicorn without its own signal handlers: who runs Busbar decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(what: str, host: str, port: int) -> socket.socket:
    """Take the port of the settings `<what>_host`, `<what>_port`. Raises SettingsError."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(
            f"settings {what}_host, {what}_port: {host}:{port} cannot be taken ({error.strerror})"
        ) from None
