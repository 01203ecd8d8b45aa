"""The listening side: TCP connections counted and bounded, upgrades handed to a door, one timer that looks after all.

It knows neither OCPP nor a station.
"""

import asyncio
import contextlib
import logging
import math
import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from ssl import SSLContext, SSLObject
from typing import Any, Final

from picows import (
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from busbar.csms.gateway.handshake import Refusal
from busbar.csms.gateway.limits import network_of
from busbar.csms.gateway.sockets import CLOSE_WAIT_S, Bounds, Socket, Welcome

READ_BUFFER_BYTES: Final = 2048  # picows' least; it doubles while reads fill it, up to what the kernel holds for us
KERNEL_BUFFER_BYTES: Final = 64 * 1024
BACKLOG: Final = 1024

log = logging.getLogger(__name__)
# picows would make a child logger per connection and write a line per broken frame; what counts is logged here.
_silent = logging.getLogger(f"{__name__}.picows")
_silent.setLevel(logging.CRITICAL + 1)
_quiet: Final = logging.LoggerAdapter(_silent, {})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks: its network, whether by TLS, and the certificate (DER) that OpenSSL found good, if it showed one."""

    address: str
    secure: bool = False
    certificate: bytes | None = None


Door = Callable[[WSUpgradeRequest, Caller], Welcome | Refusal]


class _Connection(WSProtocol):  # type: ignore[misc]
    """picows' protocol, which would not tell the door who knocks."""

    __slots__ = ("_address", "_server", "_tls")

    def __init__(self, server: "Server") -> None:
        bounds = server.bounds
        arguments = (None, None, False, self._answer, _quiet, True, bounds.handshake_timeout_s)
        no_pings = (False, 20, 20, 0, True)
        super().__init__(*arguments, *no_pings, bounds.max_message_bytes, None, READ_BUFFER_BYTES)
        self._server = server
        self._address = ""
        self._tls: SSLObject | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        peer = transport.get_extra_info("peername")
        self._tls = transport.get_extra_info("ssl_object")
        self._address = network_of(peer[0]) if peer else ""
        super().connection_made(transport)
        if not self._server.enter(self, self._address):
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._server.exit(self, self._address)
        super().connection_lost(error)

    def _caller(self) -> Caller:
        tls, self._tls = self._tls, None
        return Caller(self._address) if tls is None else Caller(self._address, True, tls.getpeercert(True))

    def _answer(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        try:
            verdict = self._server.door(request, self._caller())
        except Exception:
            log.exception("an upgrade failed")
            verdict = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error")
        if isinstance(verdict, Refusal):
            refused = WSUpgradeResponse.create_error_response(verdict.status, b"", verdict.headers)
            refused.headers["Content-Length"] = "0"
            return WSUpgradeResponseWithListener(refused, None)
        request.headers["Connection"] = "upgrade"  # picows takes no list, as in `keep-alive, Upgrade`
        extra = [("Sec-WebSocket-Protocol", verdict.subprotocol)] if verdict.subprotocol else []
        if verdict.deflate is not None and verdict.subprotocol:
            extra.append(("Sec-WebSocket-Extensions", verdict.deflate.answer))
        accepted = WSUpgradeResponse.create_101_response(extra)
        return WSUpgradeResponseWithListener(accepted, Socket(self._server.bounds, verdict, self._address))


class Server:
    """Listening sockets and everything that came in through them; one timer looks after all.

    Attributes:
        turned_away: connections that were one too many.
    """

    def __init__(self, door: Door, bounds: Bounds) -> None:
        self.door = door
        self.bounds = bounds
        self.turned_away = 0
        self._listening: dict[int, list[asyncio.Server]] = {}
        self._connections: dict[_Connection, None] = {}
        self._addresses: Counter[str] = Counter()
        self._round: list[_Connection] = []
        self._share = 1
        self._timer: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()

    async def listen(self, host: str, port: int, tls: SSLContext | None = None) -> int:
        """Listen on one more address, and return its port (a free one for 0). Raises OSError."""
        server = await self._serve(tls, host=host, port=port, backlog=BACKLOG)
        taken = int(server.sockets[0].getsockname()[1])
        self._listening[taken] = [server]
        for listening in server.sockets:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER_BYTES)
        if self._timer is None:
            self._tick()
        return taken

    async def renew(self, port: int, tls: SSLContext) -> None:
        """Give those who come to a TLS port from now on another context; those inside stay, nobody is turned away."""
        before = self._listening[port]
        taken = [socket.socket(fileno=os.dup(one.fileno())) for server in before for one in server.sockets]
        self._listening[port] = [await self._serve(tls, sock=one, backlog=BACKLOG) for one in taken]
        for server in before:
            server.close()

    async def _serve(self, tls: SSLContext | None, **where: Any) -> asyncio.Server:
        if tls is not None:
            where |= {"ssl": tls, "ssl_handshake_timeout": self.bounds.handshake_timeout_s}
        return await asyncio.get_running_loop().create_server(lambda: _Connection(self), **where)

    def stop_accepting(self) -> None:
        """Let nobody in any more; those inside stay."""
        for servers in self._listening.values():
            for server in servers:
                server.close()

    async def stop(self, reason: str) -> None:
        """Close all (1001) and wait until they are gone, for seconds at most."""
        self.stop_accepting()
        for connection in list(self._connections):
            if connection.listener is None:
                connection.transport.disconnect(False)
            else:
                connection.listener.close(1001, reason)
        self._emptied.clear()
        if self._connections:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._emptied.wait(), 2 * CLOSE_WAIT_S)
        if self._timer is not None:
            self._timer.cancel()

    def enter(self, connection: _Connection, address: str) -> bool:
        """Count a TCP connection; False where it is one too many."""
        self._connections[connection] = None
        self._addresses[address] += 1
        allowed = (
            self._addresses[address] <= self.bounds.max_connections_per_address
            and len(self._connections) <= self.bounds.max_connections
        )
        self.turned_away += not allowed
        return allowed

    def exit(self, connection: _Connection, address: str) -> None:
        """Count a TCP connection out."""
        self._connections.pop(connection, None)
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
        if not self._connections:
            self._emptied.set()

    def _tick(self) -> None:
        """Check a share of the sockets, so that each is checked once in a turn, and the work is spread."""
        bounds = self.bounds
        turn_s = min(bounds.ping_interval_s or 60.0, bounds.pong_timeout_s, bounds.fragment_timeout_s) / 2
        step_s = min(1.0, turn_s)
        self._timer = asyncio.get_running_loop().call_later(step_s, self._tick)
        if not self._round:
            self._round = list(self._connections)
            self._share = math.ceil(len(self._round) * step_s / turn_s)
        now = time.monotonic()
        for connection in self._round[: self._share]:
            if connection.listener is not None:
                connection.listener.check(now)
        del self._round[: self._share]
