"""A station's WebSocket to its CSMS: connect, frames in and out, pings, and how long to wait before trying again.

It must not know what the messages say.
"""

import asyncio
import logging
from base64 import b64encode
from dataclasses import dataclass, replace
from ssl import SSLContext
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

from picows import (
    WSCloseCode,
    WSFrame,
    WSHandshakeError,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    ws_connect,
)

from busbar.model.network import NetworkProfile
from busbar.station import tls

# An adapter, because picows makes one child of a plain logger for every connection.
_LOG: Final = logging.LoggerAdapter(logging.getLogger("busbar.station.link"))
logging.getLogger("busbar.station.link").setLevel(logging.WARNING)
_READ_BUFFER: Final = 2048
GOODBYE_S: Final = 2.0
_PASSWORDS: Final = 2  # the last security profile with a password


class ConnectionRefused(Exception):
    """The CSMS was reached and did not let the station in.

    Attributes:
        status: the HTTP status (401: wrong credentials, 404: unknown station, 503: not now), None where the
            handshake broke another rule.
    """

    def __init__(self, status: int | None, description: str) -> None:
        super().__init__(f"{status or 'handshake'}: {description}")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and how one station connects.

    Attributes:
        url: the CSMS's address without the identity, `ws://host:port/ocpp`.
        secure_url: the address with TLS, `wss://…`; empty for the same host and port.
        password: for HTTP Basic (security profiles 1 and 2); None for none.
        subprotocol: the one the station speaks; nothing else is accepted.
        ping_interval_s: how long a silent connection is trusted; 0 for for ever (WebSocketPingInterval).
        message_limit: the largest message taken, in bytes.
    """

    url: str
    identity: str
    subprotocol: str
    secure_url: str = ""
    password: str | None = None
    ssl: SSLContext | None = None
    ping_interval_s: float = 60.0
    handshake_timeout_s: float = 10.0
    message_limit: int = 1 << 20

    @property
    def security_profile(self) -> int:
        """Return the security profile that this comes to: 3 proves itself by a certificate, 0 (1.6) by nothing."""
        if self.ssl is None and urlsplit(self.url).scheme != "wss":
            return 0 if self.password is None else 1
        return 2 if self.password is not None else 3

    def by(
        self,
        profile: NetworkProfile,
        *,
        ping_interval_s: float,
        roots: tuple[str, ...] = (),
        chain: str | None = None,
        key: str | None = None,
    ) -> "Endpoint":
        """Return the endpoint that a network profile says, with this one's secrets where it has none.

        `roots`, `chain` and `key` (PEM) are what TLS trusts and shows; where there are none, this endpoint's `ssl`
        or else whom the system trusts. Raises ValueError for what is no certificate.
        """
        context = None
        if urlsplit(profile.url).scheme == "wss":
            built_in = None if roots or chain else self.ssl
            context = built_in or tls.context(roots, chain, key)
        return replace(
            self,
            url=profile.url,
            identity=profile.identity or self.identity,
            # A00.FR.401
            password=None if profile.security_profile > _PASSWORDS else profile.password or self.password,
            ssl=context,
            ping_interval_s=ping_interval_s,
        )

    @property
    def address(self) -> str:
        """Return the URL with the identity, percent-encoded (2.x part 4 §3.1.1)."""
        return f"{self.url.rstrip('/')}/{quote(self.identity, safe='')}"

    def headers(self) -> dict[str, str]:
        """Return the headers of the handshake."""
        found = {"Sec-WebSocket-Protocol": self.subprotocol}
        if self.password is not None:
            pair = f"{self.identity}:{self.password}".encode()
            found["Authorization"] = f"Basic {b64encode(pair).decode()}"
        return found


class Ears(Protocol):
    """Who hears what a link has to tell."""

    def on_open(self, link: "Link") -> None:
        """Hear that the connection stands; comes before anything else."""

    def on_text(self, text: bytes) -> None:
        """Hear one whole message."""

    def on_end(self) -> None:
        """Hear that the connection is gone; comes last."""


class Link(WSListener):
    """One connection, from handshake to end; never used again after."""

    __slots__ = ("_ears", "_limit", "_parts", "_size", "_transport")

    def __init__(self, ears: Ears, limit: int) -> None:
        self._ears = ears
        self._limit = limit
        self._transport: WSTransport | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def send(self, text: bytes) -> None:
        """Send one message; nothing happens where the connection has ended."""
        if self._transport is not None:
            self._transport.send(WSMsgType.TEXT, text)

    def close(self, code: WSCloseCode = WSCloseCode.OK) -> None:
        """Say goodbye and end, after what was sent before; a CSMS that does not read it is cut off soon."""
        if self._transport is not None:
            self._transport.send_close(code)
            self._transport.disconnect()
            asyncio.get_running_loop().call_later(GOODBYE_S, self.cut)

    def cut(self) -> None:
        """End without a goodbye."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def deafen(self, deaf: bool) -> None:
        """Read nothing more, not even pongs, or read on: what a half-open connection is like."""
        if self._transport is not None:
            socket = self._transport.underlying_transport
            (socket.pause_reading if deaf else socket.resume_reading)()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Take the connection."""
        self._transport = transport
        self._ears.on_open(self)

    def on_ws_disconnected(self, _: WSTransport) -> None:
        """Report the end."""
        self._transport = None
        self._ears.on_end()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Put messages together, within the limit, and hand them on."""
        kind = frame.msg_type
        if kind is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif kind is WSMsgType.BINARY or frame.rsv1:
            self.close(WSCloseCode.UNSUPPORTED_DATA)
        elif kind in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._collect(frame)

    def pause_writing(self) -> None:
        """Give up a CSMS that does not read: a station never has this much to say at once."""
        self.cut()

    def _collect(self, frame: WSFrame) -> None:
        if frame.fin and not self._parts:
            self._ears.on_text(frame.get_payload_as_bytes())
            return
        self._parts.append(frame.get_payload_as_bytes())
        self._size += frame.payload_size
        if self._size > self._limit or len(self._parts) > 1024:
            self.close(WSCloseCode.MESSAGE_TOO_BIG)
        elif frame.fin:
            text = b"".join(self._parts)
            self._parts, self._size = [], 0
            self._ears.on_text(text)


async def connect(endpoint: Endpoint, ears: Ears) -> None:
    """Connect to the CSMS; `ears` gets the link, and all that comes over it.

    Raises ConnectionRefused where it does not let us in, OSError or TimeoutError where it cannot be reached.
    """

    def accepted(_: WSUpgradeRequest, response: WSUpgradeResponse) -> Link:
        chosen = response.headers.get("Sec-WebSocket-Protocol")
        if chosen != endpoint.subprotocol:  # 2.x part 4 §3.1.2
            raise ConnectionRefused(None, "no common subprotocol")
        return Link(ears, endpoint.message_limit)

    ping = endpoint.ping_interval_s
    try:
        await ws_connect(
            accepted,
            endpoint.address,
            ssl_context=endpoint.ssl,
            websocket_handshake_timeout=endpoint.handshake_timeout_s,
            logger_name=_LOG,
            enable_auto_ping=ping > 0,
            auto_ping_idle_timeout=ping or 60.0,
            auto_ping_reply_timeout=min(ping or 60.0, 30.0),
            max_frame_size=endpoint.message_limit,
            extra_headers=endpoint.headers(),
            max_redirects=0,
            read_buffer_init_size=_READ_BUFFER,
        )
    except WSHandshakeError as error:
        status = None if error.response is None else int(error.response.status)
        raise ConnectionRefused(status, str(error)[:200]) from None


@dataclass(slots=True)
class BackOff:
    """How long to wait before connecting again (2.x part 4 §5.4).

    Attributes:
        minimum_s: RetryBackOffWaitMinimum.
        random_range_s: RetryBackOffRandomRange.
        repeat_times: RetryBackOffRepeatTimes, how often the wait is doubled.
    """

    minimum_s: float = 10.0
    random_range_s: float = 10.0
    repeat_times: int = 5
    _tries: int = 0
    _last_s: float = 0.0

    def next_s(self, chance: float) -> float:
        """Return the next wait; `chance` is a random number from 0 to 1."""
        if self._tries == 0:
            self._last_s = self.minimum_s + chance * self.random_range_s
        elif self._tries <= self.repeat_times:
            self._last_s = 2 * self._last_s + chance * self.random_range_s
        self._tries += 1
        return self._last_s

    def reset(self) -> None:
        """Begin anew after a connection that stood."""
        self._tries = 0
