"""Ports are taken before a server begins, and named where they cannot be."""

import pytest

from busbar.cli.listening import listen
from busbar.cli.settings import SettingsError


def test_a_taken_port_is_named() -> None:
    with listen("files", "127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"files_host, files_port: 127.0.0.1:{port} cannot be taken"):
            listen("files", "127.0.0.1", port)
