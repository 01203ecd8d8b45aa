"""A station's line to the CSMS as the wire has it: frames out, frames in, no rule of OCPP kept for anybody."""

import asyncio
import contextlib
import json
import uuid
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

from websockets import ConnectionClosed, InvalidStatus
from websockets.asyncio.client import ClientConnection, connect

ANSWERS_WITHIN_S = 20.0
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1", "2.1": "ocpp2.1"}

Orders = Callable[[str, dict[str, Any]], dict[str, Any]]


class CallError(Exception):
    """The CSMS refused a call; `frame` is the whole CALLERROR."""

    def __init__(self, frame: list[Any]) -> None:
        super().__init__(str(frame))
        self.frame = frame
        self.code = str(frame[2])


def accept(_action: str, _payload: dict[str, Any]) -> dict[str, Any]:
    """Answer an order of the CSMS by taking it."""
    return {"status": "Accepted"}


class Line:
    """One open connection. A reader shares out answers, and answers the orders of the CSMS.

    Attributes:
        heard: orders that came, (action, payload).
        stray: frames that nobody waited for.
    """

    def __init__(self, socket: ClientConnection, orders: Orders) -> None:
        self.socket = socket
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.stray: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._orders = orders
        self._waiting: dict[str, asyncio.Future[list[Any]]] = {}
        self._reading = asyncio.create_task(self._read())

    async def call(self, action: str, payload: Any, message_id: str | None = None) -> dict[str, Any]:
        """Call and return the answer's payload. Raises CallError, ConnectionClosed."""
        message_id = message_id or str(uuid.uuid4())
        frame = await self.ask(json.dumps([2, message_id, action, payload]), message_id)
        if frame[0] == 4:
            raise CallError(frame)
        answer: dict[str, Any] = frame[2]
        return answer

    async def ask(self, text: str | bytes, message_id: str) -> list[Any]:
        """Send any text and return the frame that names `message_id`. Raises ConnectionClosed."""
        answer = self._waiting[message_id] = asyncio.get_running_loop().create_future()
        try:
            await self.socket.send(text, text=True)
            return await asyncio.wait_for(answer, ANSWERS_WITHIN_S)
        finally:
            del self._waiting[message_id]

    async def end(self) -> ConnectionClosed:
        """Wait until the connection is over, and return how it ended."""
        with contextlib.suppress(ConnectionClosed):
            await asyncio.wait_for(asyncio.shield(self._reading), ANSWERS_WITHIN_S)
        error = self._reading.exception()
        assert isinstance(error, ConnectionClosed)
        return error

    async def close(self) -> None:
        """Close and forget."""
        await self.socket.close()
        with contextlib.suppress(ConnectionClosed, asyncio.CancelledError):
            await self._reading

    async def _read(self) -> None:
        try:
            while True:
                frame = json.loads(await self.socket.recv())
                waiting = self._waiting.get(str(frame[1])) if frame[0] != 2 else None
                if frame[0] == 2:
                    self.heard.append((frame[2], frame[3]))
                    await self.socket.send(json.dumps([3, frame[1], self._orders(frame[2], frame[3])]))
                elif waiting is not None and not waiting.done():
                    waiting.set_result(frame)
                else:
                    self.stray.put_nowait(frame)
        except ConnectionClosed as error:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(error)
            raise


@contextlib.asynccontextmanager
async def line(
    url: str, identity: str, password: str | None, version: str = "2.0.1", orders: Orders = accept
) -> AsyncIterator[Line]:
    """Open a line. Raises InvalidStatus where the CSMS does not let the station in, OSError where there is none."""
    pair = b64encode(f"{identity}:{password}".encode()).decode()
    socket = await connect(
        f"{url}/{quote(identity, safe='')}",
        subprotocols=[SUBPROTOCOLS[version]],  # type: ignore[list-item]
        additional_headers={"Authorization": f"Basic {pair}"} if password is not None else {},
        compression=None,
        proxy=None,
        close_timeout=2,
        max_size=1 << 20,
    )
    opened = Line(socket, orders)
    try:
        yield opened
    finally:
        await opened.close()


async def admitted(connect: Callable[[], AbstractAsyncContextManager[Line]]) -> None:
    """Wait until a new station may come in: a node hears of it over the bus, soon after the interface answered."""
    async with asyncio.timeout(ANSWERS_WITHIN_S):
        while True:
            with contextlib.suppress(InvalidStatus):
                async with connect() as opened:
                    await opened.call("Heartbeat", {})
                    return
            await asyncio.sleep(0.01)
