"""What a station's HTTP upgrade request says, or why it is refused. Pure: knows no socket, no station and no password.

The bounds here come after those of the HTTP parser (16 KiB in all, GET, HTTP/1.1, no body).
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from multidict import MultiMapping

from busbar.csms.gateway import deflate
from busbar.csms.services.credentials import Basic, parse_basic, parse_identity
from busbar.model.versions import Version
from busbar.protocol.versions import RULES, choose_subprotocol

MAX_HEADERS: Final = 64
MAX_HEADER_BYTES: Final = 8192
_MAX_OFFERED: Final = 32
_CHALLENGE: Final = (("WWW-Authenticate", 'Basic realm="OCPP", charset="UTF-8"'),)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP answer instead of the upgrade. `reason` and `event`, of security, are for our own list, never sent."""

    status: HTTPStatus
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is well formed. `version` is None where no subprotocol is common."""

    identity: str
    credentials: Basic | None = field(repr=False)
    version: Version | None
    deflate: deflate.Deflate | None

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol to name in the answer."""
        return None if self.version is None else RULES[self.version].subprotocol


def refuse(status: HTTPStatus, reason: str, event: str | None = None) -> Refusal:
    """Make a refusal."""
    return Refusal(status, reason, _CHALLENGE if status is HTTPStatus.UNAUTHORIZED else (), event)


def read(path: bytes, headers: MultiMapping[str], prefix: str = "/ocpp") -> Request | Refusal:
    """Read an upgrade request whose path is `<prefix>/<identity>`."""
    if len(headers) > MAX_HEADERS or sum(len(k) + len(v) for k, v in headers.items()) > MAX_HEADER_BYTES:
        return refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers too large")
    if "Origin" in headers:  # a browser: no station's page may use a visitor's network
        return refuse(HTTPStatus.FORBIDDEN, "from a browser")
    part = _last_part(path, prefix)
    if part is None:
        return refuse(HTTPStatus.NOT_FOUND, "no such path")
    if not (_has(headers, "Upgrade", "websocket") and _has(headers, "Connection", "upgrade")):
        return refuse(HTTPStatus.UPGRADE_REQUIRED, "no upgrade")
    identity = parse_identity(part)
    basic = headers.getall("Authorization", [])
    given = parse_basic(basic[0]) if len(basic) == 1 else None
    if identity is None or (basic and given is None):
        return refuse(HTTPStatus.UNAUTHORIZED, "malformed identity" if identity is None else "malformed credentials")
    offered = _names(headers, "Sec-WebSocket-Protocol")
    extensions = ",".join(headers.getall("Sec-WebSocket-Extensions", []))
    return Request(identity, given, choose_subprotocol(offered), deflate.negotiate(extensions))


def _last_part(path: bytes, prefix: str) -> str | None:
    """Return the identity's part, still percent-encoded; a query is ignored."""
    try:
        text = path.decode("ascii")
    except UnicodeDecodeError:
        return None
    start, _, part = text.partition("?")[0].rpartition("/")
    return part if part and start == prefix.rstrip("/") else None


def _names(headers: MultiMapping[str], name: str) -> list[str]:
    values = ",".join(headers.getall(name, [])).split(",", _MAX_OFFERED)[:_MAX_OFFERED]
    return [value.strip() for value in values]


def _has(headers: MultiMapping[str], name: str, token: str) -> bool:
    return any(value.lower() == token for value in _names(headers, name))
