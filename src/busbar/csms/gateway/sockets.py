"""One WebSocket: frames in, whole text messages out; fragments, compression, pings, and bounds on bytes.

It knows neither OCPP nor a station: a conversation gets the messages.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from busbar.csms.gateway import deflate
from busbar.csms.gateway.deflate import Deflate

WRITE_BUFFER_BYTES: Final = 64 * 1024
CLOSE_WAIT_S: Final = 2.0

log = logging.getLogger(__name__)
_TEXT, _BINARY, _MORE = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
_PONG, _CLOSE = WSMsgType.PONG, WSMsgType.CLOSE


class Conversation(Protocol):
    """What a socket talks to. Nothing here may raise, and nothing may block."""

    def opened(self, socket: "Socket") -> None:
        """The upgrade is done."""

    def received(self, text: bytes) -> None:
        """A whole message, valid UTF-8."""

    def closed(self, reason: str) -> None:
        """The connection is gone; called once, and only after `opened`."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the door says to a station that may come in. Without a conversation it is closed at once (1002)."""

    conversation: Conversation | None
    subprotocol: str | None
    deflate: Deflate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one gateway, one address and one socket may take; 0 pings never."""

    max_message_bytes: int = 256 * 1024
    handshake_timeout_s: float = 10.0
    fragment_timeout_s: float = 30.0
    ping_interval_s: float = 60.0
    pong_timeout_s: float = 20.0
    max_connections: int = 50_000
    max_connections_per_address: int = 10_000


class Socket(WSListener):
    """One open WebSocket.

    Attributes:
        heard_at: monotonic time of the last frame of any kind.
        address: who it is.
    """

    __slots__ = (
        "_bounds",
        "_deflate",
        "_limit",
        "_parts",
        "_parts_deflated",
        "_parts_since",
        "_paused",
        "_pinged_at",
        "_stuck_at",
        "_talk",
        "_transport",
        "address",
        "heard_at",
        "reason",
    )

    def __init__(self, bounds: Bounds, welcome: Welcome, address: str) -> None:
        self._bounds = bounds
        self._talk: Conversation | None = welcome.conversation
        self._deflate = welcome.deflate
        self._limit = bounds.max_message_bytes
        self._transport: WSTransport | None = None
        self._parts: bytearray | None = None
        self._parts_deflated = False
        self._parts_since = self.heard_at = 0.0
        self._pinged_at: float | None = None
        self._stuck_at: float | None = None
        self._paused = False
        self.address = address
        self.reason = ""

    def send(self, text: bytes) -> None:
        """Send a text message; after `close` nothing happens."""
        if self._transport is None:
            return
        if self._deflate is not None and len(text) > deflate.WORTHWHILE_BYTES:
            self._transport.send(_TEXT, self._deflate.deflate(text), rsv1=True)
        else:
            self._transport.send(_TEXT, text)

    def close(self, code: int, reason: str) -> None:
        """Close from our side: no message is received or sent any more; the socket goes within seconds."""
        transport, self._transport = self._transport, None
        if transport is None:
            return
        self.reason = self.reason or reason
        self._parts = None
        transport.underlying_transport.resume_reading()
        transport.send_close(WSCloseCode(code), reason)
        asyncio.get_running_loop().call_later(CLOSE_WAIT_S, transport.underlying_transport.abort)

    def pause(self) -> None:
        """Stop reading: what the station sends waits in its own buffers."""
        if self._transport is not None and not self._paused:
            self._paused = True
            self._transport.underlying_transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._paused and self._stuck_at is None:
            self._paused = False
            if self._transport is not None:
                self.heard_at = time.monotonic()
                self._transport.underlying_transport.resume_reading()

    def check(self, now: float) -> None:
        """Ping what is silent, close what is dead, stuck or dawdles."""
        bounds, transport = self._bounds, self._transport
        if transport is None:
            return
        if self._stuck_at is not None and now - self._stuck_at > bounds.pong_timeout_s:
            self._drop("does not read")
        elif self._parts is not None and now - self._parts_since > bounds.fragment_timeout_s:
            self.close(1008, "fragments too slow")
        elif self._paused or not bounds.ping_interval_s:
            return
        elif self._pinged_at is not None and self._pinged_at > self.heard_at:
            if now - self._pinged_at > bounds.pong_timeout_s:
                self._drop("no pong")
        elif now - self.heard_at >= bounds.ping_interval_s:
            self._pinged_at = now
            transport.send_ping()

    def _drop(self, reason: str) -> None:
        transport, self._transport = self._transport, None
        self.reason = reason
        if transport is not None:
            transport.disconnect(False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin. The request is forgotten: it holds the password, and memory."""
        transport.request.headers.clear()
        transport.response.headers.clear()
        transport.underlying_transport.set_write_buffer_limits(WRITE_BUFFER_BYTES)
        self._transport = transport
        self.heard_at = time.monotonic()
        if self._talk is None:
            self.close(1002, "no common subprotocol")
            return
        self._guarded(self._talk.opened, self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        self.heard_at = time.monotonic()
        kind = frame.msg_type
        if self._transport is None:
            if kind == _CLOSE:
                transport.disconnect()
            return
        if kind == _TEXT and frame.fin and not frame.rsv1 and self._parts is None and not frame.rsv2 | frame.rsv3:
            self._deliver(frame.get_payload_as_bytes())
        elif kind == _PONG:
            pass
        elif kind == _CLOSE:
            self._on_close(transport, frame)
        else:
            self._on_part(kind, frame)

    def on_ws_disconnected(self, _transport: WSTransport) -> None:
        """End."""
        self._transport, self._parts = None, None
        if self._talk is not None:
            talk, self._talk = self._talk, None
            self._guarded(talk.closed, self.reason or "connection lost")

    def pause_writing(self) -> None:
        """The station does not read: do not read either, and give up after a while."""
        self._stuck_at = time.monotonic()
        self.pause()

    def resume_writing(self) -> None:
        """The station reads again."""
        self._stuck_at = None
        self.resume()

    def _on_close(self, transport: WSTransport, frame: WSFrame) -> None:
        code = frame.get_close_code()
        self.reason = f"closed by the station ({int(code.value)})"
        self.close(code.value or 1000, "")
        transport.disconnect()

    def _on_part(self, kind: WSMsgType, frame: WSFrame) -> None:
        """Take what is not a plain whole text: compressed or fragmented messages, and broken ones."""
        if kind == _BINARY:
            self.close(1003, "text only")
        elif frame.rsv2 or frame.rsv3 or (frame.rsv1 and (self._deflate is None or kind == _MORE)):
            self.close(1002, "reserved bits")
        elif (kind == _MORE) is (self._parts is None):
            self.close(1002, "fragments out of order")
        else:
            if self._parts is None:
                self._parts, self._parts_deflated, self._parts_since = bytearray(), frame.rsv1, self.heard_at
            self._parts += frame.get_payload_as_memoryview()
            if len(self._parts) > self._limit:
                self.close(1009, "message too big")
            elif frame.fin:
                data, self._parts = bytes(self._parts), None
                self._deliver(data, deflated=self._parts_deflated)

    def _deliver(self, data: bytes, *, deflated: bool = False) -> None:
        try:
            text = deflate.inflate(data, self._limit) if deflated else data
            if not text.isascii():
                text.decode()
        except deflate.TooBig:
            self.close(1009, "message too big")
        except (deflate.Garbage, UnicodeDecodeError):
            self.close(1007, "not UTF-8 text")
        else:
            if self._talk is not None:
                self._guarded(self._talk.received, text)

    def _guarded(self, call: Callable[[Any], None], argument: object) -> None:
        try:
            call(argument)
        except Exception:
            log.exception("a conversation with %s failed", self.address)
            self.close(1011, "internal error")
