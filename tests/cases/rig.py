"""A running CSMS, its REST interface, and stations that do what a test case says and fail on whatever it does not."""

import asyncio
import contextlib
import itertools
import json
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import websockets

from busbar.cli.bootstrap import Running
from busbar.csms.trust.vault import Vault
from tests.fixtures.certificates import Authority
from tests.fixtures.web import WebServer

LATE_S = 10.0
PASSWORD = "pass-word-of-the-station"
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1", "2.1": "ocpp2.1"}

Answer = dict[str, Any] | Callable[[Any], dict[str, Any]]


class Refused(Exception):
    """The other side answered with a CALLERROR: its code is the text."""


@dataclass
class Station:
    """A station's end of one connection.

    Attributes:
        evses: numbers of the EVSEs (connectors in 1.6) that it has, each with one connector.
    """

    identity: str
    version: str
    ws: websockets.ClientConnection
    evses: int = 1
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _asked: asyncio.Queue[list[Any]] = field(default_factory=asyncio.Queue)
    _reader: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to read."""
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self.ws:
            frame = json.loads(text)
            if frame[0] == 2:
                self._asked.put_nowait(frame)
            elif future := self._waiting.pop(frame[1], None):
                if frame[0] == 3:
                    future.set_result(frame[2])
                else:
                    future.set_exception(Refused(frame[2]))

    async def call(self, action: str, payload: dict[str, Any] | None = None) -> Any:
        """Call the CSMS and return the payload of its answer. Raises Refused."""
        number = f"{self.identity}-{next(self._numbers)}"
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.ws.send(json.dumps([2, number, action, payload or {}]))
        return await asyncio.wait_for(future, LATE_S)

    async def send(self, action: str, payload: dict[str, Any]) -> None:
        """Send a message that gets no answer (2.1)."""
        await self.ws.send(json.dumps([6, f"{self.identity}-{next(self._numbers)}", action, payload]))

    async def expect(self, action: str, answer: Answer | None = None, *, error: str = "") -> Any:
        """Wait for the CSMS's next call, which must be `action`, answer it, and return its payload.

        `answer` is a payload or makes one of the request's; with `error` the answer is a CALLERROR of that code.
        """
        frame = await asyncio.wait_for(self._asked.get(), LATE_S)
        assert frame[2] == action, f"expected {action}, but got {frame}"
        if error:
            await self.ws.send(json.dumps([4, frame[1], error, "", {}]))
        else:
            given = answer(frame[3]) if callable(answer) else answer
            await self.ws.send(json.dumps([3, frame[1], given or {}]))
        return frame[3]

    async def during(
        self, asking: Awaitable[Any], action: str, answer: Answer | None = None, *, error: str = ""
    ) -> tuple[Any, Any]:
        """Answer the call that a request to the CSMS leads to; return the call's payload and the request's result."""
        task = asyncio.ensure_future(asking)
        try:
            asked = await self.expect(action, answer, error=error)
        except TimeoutError:
            assert task.done(), f"no {action} came, and the request has no answer"
            raise AssertionError(f"no {action} came; the request was answered {task.result()}") from None
        return asked, await asyncio.wait_for(task, LATE_S)

    async def quiet(self, for_s: float = 0.3) -> None:
        """Fail where the CSMS called and nobody expected it to."""
        await asyncio.sleep(for_s)
        assert self._asked.empty(), f"unexpected: {self._asked.get_nowait()}"

    async def boot(self, reason: str = "PowerUp") -> Any:
        """Boot, and tell that every connector is available (reusable state Booted)."""
        old = self.version == "1.6"
        about: dict[str, Any] = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}
        if not old:
            about = {"reason": reason, "chargingStation": {"vendorName": "Vendor", "model": "Model"}}
        answer = await self.call("BootNotification", about)
        for evse in range(1, self.evses + 1):
            await self.status(evse, "Available")
        return answer

    async def status(self, evse: int, status: str) -> None:
        """Tell the status of an EVSE's connector, by StatusNotification."""
        if self.version == "1.6":
            told: dict[str, Any] = {"connectorId": evse, "status": status, "errorCode": "NoError"}
        else:
            told = {"evseId": evse, "connectorId": 1, "connectorStatus": status, "timestamp": now()}
        assert await self.call("StatusNotification", told) == {}

    async def close(self) -> None:
        """Close the connection; anything left unexpected fails the test."""
        await self.ws.close()
        if self._reader is not None:
            with contextlib.suppress(websockets.ConnectionClosed):
                await self._reader
        assert self._asked.empty(), f"unexpected: {self._asked.get_nowait()}"


@dataclass
class Csms:
    """The system under test: all stations and tests of one worker share it, each with its own names.

    Attributes:
        api: a client of the REST interface with the rights of an admin; its base is `/api/v1`.
        station_authority: issues client certificates that the CSMS trusts.
        server_authority: issued the server's certificates (one ECDSA chain, one RSA chain).
        operator: signs what stations ask for; such certificates are trusted as clients' too.
        v2g: signs what stations' ISO 15118 controllers ask for.
        outside: who has contracts for vehicles (at `/contracts`), and a responder anywhere else.
    """

    running: Running
    api: httpx2.AsyncClient
    station_authority: Authority
    server_authority: Authority
    operator: Vault
    v2g: Vault
    outside: WebServer
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def name(self, prefix: str = "CS") -> str:
        """Return a name that nobody has yet."""
        return f"{prefix}-{next(self._numbers)}"

    async def ask(self, method: str, path: str, body: Any = None, *, status: int | None = None, **query: Any) -> Any:
        """Ask the interface, fail where it does not answer as it should (2xx without `status`); return what it says."""
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if content else None
        params = {name: value for name, value in query.items() if value is not None}
        answer = await self.api.request(method, path, content=content, headers=headers, params=params)
        expected = answer.is_success if status is None else answer.status_code == status
        assert expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """POST and return what it says."""
        return await self.ask("POST", path, {} if body is None else body, **options)

    async def get(self, path: str, **options: Any) -> Any:
        """GET and return what it says."""
        return await self.ask("GET", path, **options)

    async def add_station(self, identity: str = "", **fields: Any) -> str:
        """Add a station whose password is PASSWORD; return its identity."""
        identity = identity or self.name()
        await self.post("/stations", {"identity": identity, "password": PASSWORD} | fields)
        return identity

    async def add_token(self, value: str = "", **fields: Any) -> str:
        """Add an id token (ISO14443 where no kind is given) and return its value."""
        value = value or self.name("TAG")
        await self.post("/tokens", {"value": value, "kind": "ISO14443"} | fields)
        return value

    async def open(
        self,
        identity: str,
        version: str = "2.0.1",
        *,
        user: str | None = None,
        password: str | bytes | None = PASSWORD,
        tls: ssl.SSLContext | None = None,
        subprotocols: list[str] | None = None,
        evses: int = 1,
    ) -> Station:
        """Open a station's connection. Raises websockets.InvalidStatus where it is refused, ssl.SSLError in TLS."""
        urls = self.running.ocpp_urls
        url = next(u for u in urls if u.startswith("wss:" if tls else "ws:"))
        secret = password.encode() if isinstance(password, str) else password or b""
        credentials = b64encode(f"{identity if user is None else user}:".encode() + secret).decode()
        ws = await websockets.connect(
            f"{url}/{identity}",
            subprotocols=subprotocols or [SUBPROTOCOLS[version]],  # type: ignore[arg-type]
            additional_headers={} if password is None else {"Authorization": f"Basic {credentials}"},
            ssl=tls,
            close_timeout=1,
        )
        station = Station(identity, version, ws, evses)
        station.begin()
        return station

    @contextlib.asynccontextmanager
    async def booted(self, version: str = "2.0.1", *, evses: int = 1, **fields: Any) -> AsyncIterator[Station]:
        """Return a new station that has booted and whose connectors are available; at the end nothing may be left."""
        station = await self.open(await self.add_station(**fields), version, evses=evses)
        assert (await station.boot())["status"] == "Accepted"
        yield station
        await station.close()


def now() -> str:
    """Return the time as OCPP writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
