"""Takes the ports that the settings name, before a server begins."""

import socket

from busbar.cli.settings import SettingsError
from busbar.http.server import bound


def listen(what: str, host: str, port: int) -> socket.socket:
    """Take the port of the settings `<what>_host`, `<what>_port`. Raises SettingsError."""
    try:
        return bound(host, port)
    except OSError as error:
        raise SettingsError(
            f"settings {what}_host, {what}_port: {host}:{port} cannot be taken ({error.strerror})"
        ) from None
