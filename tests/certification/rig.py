"""A scripted CSMS and our station, for the official test cases of stations: whatever is not expected fails the case.

Messages may come in any order where they are of different actions; of one action they come in order (Part 6, 2.1).
"""

import asyncio
import itertools
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
import websockets

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol.versions import RULES
from busbar.station import events as ev
from busbar.station.config import StationConfig
from busbar.station.panel import Panel
from busbar.station.runtime import Runner, Surroundings
from busbar.station.scenario import StationSpec
from busbar.station.store import MemoryStore
from busbar.station.virtual.hardware import VirtualHardware

LATE_S = 5.0
PACE = 20.0
PASSWORD = "pass-word-of-the-station"
TOKEN = {"idToken": "TAG-1", "type": "ISO14443"}
OTHER = {"idToken": "TAG-2", "type": "ISO14443"}
GROUP = {"idToken": "GROUP-1", "type": "Central"}
SETTINGS = {"RetryBackOffWaitMinimum": "1", "RetryBackOffRandomRange": "0"}
STARTS = frozenset({"StartupOfTheDevice", "ResetOrReboot"})
TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])

Answer = dict[str, Any] | Callable[[Any], dict[str, Any]]


class Refused(Exception):
    """The station answered with a CALLERROR: its code is the text."""


def matches(found: Any, wanted: Any) -> bool:
    """Tell whether a value has all that is wanted: of dicts the named fields, of sets one member, else the same."""
    match wanted:
        case dict():
            return isinstance(found, dict) and all(matches(found.get(name), value) for name, value in wanted.items())
        case list() | tuple():
            return (
                isinstance(found, type(wanted))
                and len(found) == len(wanted)
                and all(itertools.starmap(matches, zip(found, wanted, strict=True)))
            )
        case set():
            return found in wanted
        case _:
            return bool(found == wanted)


def accepted(status: str = "Accepted", **more: Any) -> dict[str, Any]:
    """Return what a CSMS says of a token."""
    return {"idTokenInfo": {"status": status} | more}


def _told(fact: dict[str, Any]) -> dict[str, Any]:
    return accepted() if fact.get("idToken") else {}


@dataclass
class Case:
    """One station and the CSMS that plays the case.

    Attributes:
        answers: what the CSMS answers to an action; `{}` where nothing is said.
        heard: what the station said and nobody expected yet.
        path, tls_version: those of the last connection.
        attempts: when (`time.monotonic`) and by which path the station tried to connect.
        credentials: what it proved itself by then, as HTTP says it.
        refusing: paths at which nobody is let in; "" for all.
        failing: which transaction events fail, from 1, and with which CALLERROR; "" for no answer at all.
        failed: when they did.
        security: the types of the security events that were told, which nobody needs to expect.
        held: actions that are answered by `release`; silent: actions that nobody expects.
    """

    version: Version
    evses: int
    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    heard: list[tuple[str, Any]] = field(default_factory=list)
    attempts: list[tuple[float, str]] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    refusing: str | None = None
    runner: Runner = None  # type: ignore[assignment]
    path: str = ""
    tls_version: str = ""
    failing: tuple[Callable[[int], bool], str] | None = None
    failed: list[float] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    security: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=lambda: {"SecurityEventNotification", "Heartbeat"})
    _events: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _ws: websockets.ServerConnection | None = None
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    # -- the CSMS --

    async def serve(self, ws: websockets.ServerConnection) -> None:
        """Hear one connection, and answer at once."""
        assert ws.request is not None
        self._ws, self.path = ws, ws.request.path
        secured = ws.transport.get_extra_info("ssl_object")
        self.tls_version = "" if secured is None else secured.version()
        self._news.set()
        with suppress(websockets.ConnectionClosed):
            async for text in ws:
                frame = json.loads(text)
                if frame[0] == 2:
                    self._tasks.append(asyncio.create_task(self._hear(ws, frame)))
                elif future := self._waiting.pop(frame[1], None):
                    if frame[0] == 3:
                        future.set_result(frame[2])
                    else:
                        future.set_exception(Refused(frame[2]))
        if self._ws is ws:
            self._ws = None
        self._news.set()

    async def _hear(self, ws: websockets.ServerConnection, frame: list[Any]) -> None:
        action, payload = frame[2], frame[3]
        if action == "SecurityEventNotification":
            self.security.append(payload["type"])
        if action not in self.silent:
            self.heard.append((action, payload))
        self._news.set()
        if action == "TransactionEvent" and self.failing is not None:
            self._events += 1
            fails, error = self.failing
            if fails(self._events):
                self.failed.append(time.monotonic())
                if error:
                    await ws.send(json.dumps([4, frame[1], error, "", {}]))
                return
        if action in self.held:
            await self._released.wait()
        answer = self.answers.get(action, {})
        with suppress(websockets.ConnectionClosed):
            await ws.send(json.dumps([3, frame[1], answer(payload) if callable(answer) else answer]))

    def release(self) -> None:
        """Answer what was held."""
        self.held.clear()
        self._released.set()

    def admit(self, ws: websockets.ServerConnection, request: Any) -> Any:
        """Let a connection in, unless it is refused."""
        self.attempts.append((time.monotonic(), request.path))
        self.credentials.append(request.headers.get("Authorization", ""))
        if self.refusing is not None and self.refusing in request.path:
            return ws.respond(HTTPStatus.SERVICE_UNAVAILABLE, "not now\n")
        return None

    async def call(self, action: str, payload: dict[str, Any] | None = None, /, **wanted: Any) -> Any:
        """Call the station, check its answer, return it. Raises Refused."""
        assert self._ws is not None
        number = str(next(self._numbers))
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._ws.send(json.dumps([2, number, action, payload or {}]))
        answer = await asyncio.wait_for(future, LATE_S)
        assert matches(answer, wanted), f"{action} was answered {answer}, not {wanted}"
        return answer

    async def expect(self, action: str, /, **wanted: Any) -> Any:
        """Wait for the next message of this action, which must have what is wanted; return it."""
        payload = await self._next(action)
        assert matches(payload, wanted), f"{action} says {payload}, not {wanted}"
        return payload

    async def expect_up_to(self, action: str, /, **wanted: Any) -> list[Any]:
        """Wait for a message of this action that has what is wanted; return it and all of the action before it."""
        found: list[Any] = []
        async with asyncio.timeout(LATE_S):
            while not found or not matches(found[-1], wanted):
                found.append(await self._next(action))
        return found

    async def _next(self, action: str) -> Any:
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_S):
                while True:
                    self._news.clear()
                    for index, (name, payload) in enumerate(self.heard):
                        if name == action:
                            del self.heard[index]
                            return payload
                    await self._news.wait()
        raise AssertionError(f"no {action} came, but {self.heard}")

    async def quiet(self, for_s: float = 0.1) -> None:
        """Fail where the station says anything unexpected, by now or within a while."""
        await asyncio.sleep(for_s)
        assert self.heard == [], self.heard

    async def later(self, seconds: float) -> None:
        """Wait so long by the station's clock."""
        await asyncio.sleep(seconds / PACE)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something, and fail where it does not come."""
        async with asyncio.timeout(LATE_S):
            while not condition():
                await asyncio.sleep(0.005)

    # -- what happens to the station --

    @property
    def panel(self) -> Panel:
        """The station's buttons."""
        return Panel(self.runner)

    @property
    def now(self) -> datetime:
        """The station's time."""
        return self.runner.clock

    def at(self, after_s: float = 0.0) -> str:
        """Return the station's time, so much later, as OCPP writes it."""
        return (self.now + timedelta(seconds=after_s)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def present(self, token: Mapping[str, str] = TOKEN, evse: int | None = 1) -> None:
        """Hold a card to the reader."""
        self.panel.present(IdToken(token["idToken"], token["type"]), evse)

    def plug(self, evse: int = 1) -> None:
        """Connect an EV."""
        self.panel.plug_in(evse)

    def unplug(self, evse: int = 1) -> None:
        """Disconnect the EV at the station."""
        self.panel.unplug(evse)

    def tear(self, evse: int = 1) -> None:
        """Disconnect the EV at its own side, whatever the station's lock holds."""
        hardware = self.runner.hardware
        assert isinstance(hardware, VirtualHardware)
        self.runner.feed_all(hardware.evse(evse).unplug(self.runner.now))

    def demand(self, drawing: bool, evse: int = 1) -> None:
        """Let the EV suspend charging, or go on."""
        self.runner.feed(ev.EvDemandChanged(evse, drawing))

    def park(self, occupied: bool, evse: int = 1) -> None:
        """Let an EV come to the parking bay, or leave it."""
        self.runner.feed(ev.BayChanged(evse, occupied))

    async def drop(self) -> float:
        """Close the connection; return when (`time.monotonic`)."""
        assert self._ws is not None
        at = time.monotonic()
        await self._ws.close()
        await self.until(lambda: not self.runner.connected)
        return at

    async def offline(self) -> None:
        """Close the connection and let nobody in."""
        self.refusing = ""
        await self.drop()

    async def online(self) -> None:
        """Let the station in again, and wait for it."""
        self.refusing = None
        await self.until(lambda: self._ws is not None and self.runner.station.online)

    # -- steps that many cases share (Part 6, 2.18 and 2.19) --

    async def configure(self, component: str, variable: str, value: str, instance: str | None = None) -> None:
        """Set a variable as a case prescribes."""
        named = {"name": variable} | ({"instance": instance} if instance else {})
        wanted = {"component": {"name": component}, "variable": named, "attributeValue": value}
        answer = await self.call("SetVariables", {"setVariableData": [wanted]})
        assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted", answer

    async def booted(self, statuses: Mapping[int, str] | None = None, **wanted: Any) -> Any:
        """See the station boot, report all its connectors and tell the security event of a start; return its boot.

        Before it restarts it may say that nothing is available any more (B11.FR.03).
        """
        await self.until(lambda: any(action == "BootNotification" for action, _ in self.heard))
        while matches(self.heard[0], ("StatusNotification", {"connectorStatus": "Unavailable"})):
            del self.heard[0]
        boot = await self.expect("BootNotification", **wanted)
        await self.statuses(dict.fromkeys(range(1, self.evses + 1), "Available") | dict(statuses or {}))
        await self.until(lambda: not STARTS.isdisjoint(self.security))
        self.security = [told for told in self.security if told not in STARTS]
        return boot

    async def statuses(self, expected: Mapping[int, str]) -> None:
        """See exactly these connectors report these statuses."""
        found = {}
        for _ in expected:
            told = await self.expect("StatusNotification", connectorId=1)
            found[told["evseId"]] = told["connectorStatus"]
        assert found == expected, found

    async def event(self, kind: str, trigger: str | set[str], **more: Any) -> Any:
        """See a transaction event."""
        return await self.expect("TransactionEvent", eventType=kind, triggerReason=trigger, **more)

    async def authorized(self, evse: int | None = 1, token: Mapping[str, str] = TOKEN) -> None:
        """Present a card, which the CSMS accepts (state Authorized, local)."""
        self.present(token, evse)
        await self.expect("Authorize", idToken=dict(token))
        await self.until(lambda: not any(evse.asking for evse in self.runner.station.evses.values()))

    async def connected(self, evse: int = 1) -> None:
        """Plug in (state EVConnectedPreSession)."""
        self.plug(evse)
        await self.statuses({evse: "Occupied"})

    async def charging(self, evse: int = 1, token: Mapping[str, str] = TOKEN) -> str:
        """Plug in, authorise, and see energy flow (state EnergyTransferStarted); return the transaction's id."""
        await self.connected(evse)
        await self.authorized(evse, token)
        events = await self.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
        assert events[0]["eventType"] == "Started"
        assert {event.get("idToken", token)["idToken"] for event in events} == {token["idToken"]}
        return str(events[-1]["transactionInfo"]["transactionId"])

    async def stopped(self, evse: int = 1, token: Mapping[str, str] = TOKEN, **more: Any) -> list[Any]:
        """Present the card again (state StopAuthorized, local); return the events up to the last."""
        self.present(token, evse)
        return await self.expect_up_to("TransactionEvent", eventType="Ended", **more)

    async def unplugged(self, evse: int = 1) -> None:
        """Take the cable away (state EVDisconnected)."""
        self.unplug(evse)
        await self.statuses({evse: "Available"})

    async def reserved(self, evse: int | None = 1, token: Mapping[str, str] = TOKEN, **more: Any) -> None:
        """Reserve an EVSE (state Reserved)."""
        order = {"id": 1, "expiryDateTime": self.at(3600), "idToken": dict(token)} | more
        await self.call("ReserveNow", order | ({} if evse is None else {"evseId": evse}), status="Accepted")
        if evse is not None:
            await self.statuses({evse: "Reserved"})

    async def report(self, request: int, action: str = "NotifyReport") -> list[Any]:
        """See a report with all its parts, in order; return what they hold."""
        key = {"NotifyReport": "reportData", "NotifyMonitoringReport": "monitor"}[action]
        found: list[Any] = []
        for number in itertools.count():
            part = await self.expect(action, requestId=request, seqNo=number)
            found += part.get(key, [])
            if not part.get("tbc"):
                return found
        raise AssertionError


@asynccontextmanager
async def playing(
    version: Version,
    *,
    evses: int = 2,
    boots: bool = True,
    settings: Mapping[str, str] | None = None,
    build: Callable[[StationConfig], StationConfig] = lambda config: config,
    answers: Iterable[tuple[str, Answer]] = (),
    tls: ssl.SSLContext | None = None,
    strength: int = 1,
    pace: float = PACE,
) -> AsyncIterator[Case]:
    """Run a station against a scripted CSMS; in the end nothing may be left that nobody expected.

    Args:
        boots: see it boot before the case begins.
        settings: how the station is built, over `SETTINGS`.
        build: what else is special of it.
        answers: what the CSMS answers otherwise than by default, from the first connection on.
        tls: how the CSMS secures its connections; strength: the security profile that the station begins with.
    """
    case = Case(version, evses)
    case.answers = {
        "BootNotification": lambda _: {"status": "Accepted", "currentTime": case.at(), "interval": 86_400},
        "Heartbeat": lambda _: {"currentTime": case.at()},
        "Authorize": accepted(),
        "TransactionEvent": _told,
        **dict(answers),
    }
    subprotocol = websockets.Subprotocol(RULES[version].subprotocol)
    spec = StationSpec(
        identity="CS-1", version=version, password=PASSWORD, evses=evses, settings={**SETTINGS, **(settings or {})}
    )
    async with websockets.serve(
        case.serve,
        "127.0.0.1",
        0,
        subprotocols=[subprotocol],
        process_request=case.admit,
        close_timeout=0.1,
        ssl=tls,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        case.url = f"ws://127.0.0.1:{port}/ocpp" if tls is None else f"wss://localhost:{port}/ocpp"
        began, loop = datetime.now(UTC), asyncio.get_running_loop()
        start = loop.time()
        around = Surroundings(
            MemoryStore(), clock=lambda: began + timedelta(seconds=(loop.time() - start) * pace), pace=pace
        )
        hardware = VirtualHardware(spec.supply, [iter(()) for _ in range(evses)], {})
        config = replace(
            spec.config(),
            serial="S-1",
            firmware="1.0",
            csms_url=case.url,
            security_profile=strength,
            password=PASSWORD,
            tells_starts=True,
        )
        case.runner = Runner(build(config), spec.endpoint(case.url), hardware, around)
        task = asyncio.create_task(case.runner.run())
        try:
            if boots:
                await case.booted()
            yield case
            assert case.heard == [], f"nobody expected {case.heard}"
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
