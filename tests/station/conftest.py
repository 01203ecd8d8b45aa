"""A foreign CSMS: the central system of the PyPI package `ocpp`, of each version."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from ocpp import v16, v21, v201
from ocpp.routing import on
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed


def now() -> str:
    return datetime.now(UTC).isoformat()


class Point:
    """What all versions share; mixed into the package's ChargePoint."""

    csms: "ForeignCsms"

    async def _handle_call(self, message: Any) -> Any:
        if self.csms.refuse(message.action):
            await self._send(f'[4,"{message.unique_id}","InternalError","told to",{{}}]')  # type: ignore[attr-defined]
            return None
        answer = await super()._handle_call(message)  # type: ignore[misc]
        self.csms.heard.append((message.action, message.payload))
        self.csms.news.set()
        return answer

    @on("Heartbeat")
    def on_heartbeat(self, **_: Any) -> Any:
        return self._call_result.Heartbeat(current_time=now())  # type: ignore[attr-defined]

    @on("StatusNotification")
    def on_status(self, **_: Any) -> Any:
        return self._call_result.StatusNotification()  # type: ignore[attr-defined]

    @on("MeterValues")
    def on_meter_values(self, **_: Any) -> Any:
        return self._call_result.MeterValues()  # type: ignore[attr-defined]

    @on("BootNotification")
    def on_boot(self, **_: Any) -> Any:
        return self._call_result.BootNotification(current_time=now(), interval=300, status="Accepted")  # type: ignore[attr-defined]


class Point16(Point, v16.ChargePoint):
    @on("Authorize")
    def on_authorize(self, id_tag: str) -> Any:
        return v16.call_result.Authorize(id_tag_info={"status": self.csms.verdict(id_tag)})

    @on("StartTransaction")
    def on_start(self, id_tag: str, **_: Any) -> Any:
        self.csms.transactions += 1
        return v16.call_result.StartTransaction(self.csms.transactions, {"status": self.csms.verdict(id_tag)})

    @on("StopTransaction")
    def on_stop(self, **_: Any) -> Any:
        return v16.call_result.StopTransaction()


class Point2(Point):
    @on("NotifyReport")
    def on_report(self, **_: Any) -> Any:
        return self._call_result.NotifyReport()  # type: ignore[attr-defined]

    @on("Authorize")
    def on_authorize(self, id_token: dict[str, Any], **_: Any) -> Any:
        return self._call_result.Authorize({"status": self.csms.verdict(id_token["id_token"])})  # type: ignore[attr-defined]

    @on("TransactionEvent")
    def on_transaction(self, id_token: dict[str, Any] | None = None, **_: Any) -> Any:
        info = None if id_token is None else {"status": self.csms.verdict(id_token["id_token"])}
        return self._call_result.TransactionEvent(id_token_info=info)  # type: ignore[attr-defined]


class Point201(Point2, v201.ChargePoint):
    pass


class Point21(Point2, v21.ChargePoint):
    pass


POINTS: dict[str, Callable[..., Any]] = {"ocpp1.6": Point16, "ocpp2.0.1": Point201, "ocpp2.1": Point21}


class ForeignCsms:
    """Takes every station; remembers what it answered.

    Attributes:
        verdicts: of tokens; Accepted for all others.
        refuse: whether a call with this action gets a CALLERROR.
        points: the connections that stand, by identity.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.verdicts: dict[str, str] = {}
        self.refuse: Callable[[str], bool] = lambda _: False
        self.points: dict[str, Any] = {}
        self.connections = 0
        self.transactions = 100
        self.news = asyncio.Event()
        self._server: Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/ocpp"

    async def open(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", self._port, subprotocols=list(POINTS))  # type: ignore[arg-type]
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for point in self.points.values():
            point._connection.transport.abort()

    def verdict(self, token: str) -> str:
        return self.verdicts.get(token, "Accepted")

    def actions(self) -> list[str]:
        return [action for action, _ in self.heard]

    def payloads(self, action: str) -> list[dict[str, Any]]:
        return [payload for heard, payload in self.heard if heard == action]

    async def until(self, condition: Callable[[], object], timeout_s: float = 15.0) -> None:
        """Wait until something heard makes the condition true."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        identity = connection.request.path.rsplit("/", 1)[1]
        point = POINTS[connection.subprotocol or ""](identity, connection)
        point.csms = self
        self.connections += 1
        self.points[identity] = point
        self.news.set()
        with suppress(ConnectionClosed):
            await point.start()
        if self.points.get(identity) is point:
            del self.points[identity]


@pytest.fixture
async def csms() -> AsyncIterator[ForeignCsms]:
    foreign = ForeignCsms()
    await foreign.open()
    yield foreign
    await foreign.close()


@pytest.fixture
def make_csms() -> Callable[[], ForeignCsms]:
    """For a test that brings its own loop."""
    return ForeignCsms
