"""Runs one station: performs what the core wants done, and feeds it what happens.

Owns the connection, the timers and the hardware of one station; decides nothing about charging.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import random
from typing import Final, assert_never
from uuid import uuid4

from busbar.model.versions import Version
from busbar.station import tls
from busbar.station.config import StationConfig
from busbar.station.conversation import Conversation
from busbar.station.core import Station
from busbar.station.effects import (
    Do,
    Drop,
    Effect,
    GiveContract,
    Ignore,
    Keep,
    Lock,
    OfferSchedule,
    Reconnect,
    Refuse,
    Reply,
    Restart,
    Send,
    SetClock,
    SetLimit,
    SetTimer,
    Show,
    StopTimer,
    SwitchContactor,
)
from busbar.station.events import Connected, ConnectFailed, Disconnected, Event, Obstacle, PoweredOn, TimerDue
from busbar.station.hardware import Hardware
from busbar.station.journal import Journal
from busbar.station.line import Line
from busbar.station.link import GOODBYE_S, BackOff, ConnectionRefused, Endpoint, Link, connect
from busbar.station.rotation import Rotation
from busbar.station.store import Store
from busbar.station.tally import Tally
from busbar.station.workers.desk import Desk

_LOG: Final = logging.getLogger("busbar.station")
_NO_SKEW: Final = timedelta()


@dataclass(slots=True)
class Surroundings:
    """What the stations of one process may share.

    Attributes:
        door: entered while connecting; bounds how many do so at once.
        chance: gives random numbers from 0 to 1, for the back-off.
        clock: gives the time, aware UTC. The machine keeps its clock by better means than OCPP: SetClock is ignored.
        pace: how fast the clock and the hardware's time go; the CSMS has its time to answer in real seconds.
        journal: where all that stations keep is noted; None for nowhere.
    """

    store: Store
    door: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    chance: Callable[[], float] = random
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pace: float = 1.0
    journal: Journal | None = None


class Runner:
    """One running station.

    Attributes:
        station: the core; another one after a Restart.
        refusal: why there is no connection, None while there is one.
        line: what is wrong with the line; None for nothing.
        powered: whether the station has power; `barred`: whether it is kept from connecting.
    """

    __slots__ = ("_around", "_back_off", "_config", "_desk", "_draining", "_endpoint", "_events", "_failure",
                 "_handle", "_handle_at", "_hurried", "_link", "_loop", "_over", "_rotation", "_skew", "_slot", "_talk",
                 "_task", "_timers", "_turn", "barred", "hardware", "line", "powered", "refusal", "station",
                 "tally")  # fmt: skip

    def __init__(self, config: StationConfig, endpoint: Endpoint, hardware: Hardware, around: Surroundings) -> None:
        self._config = (
            config
            if config.csms_url
            else replace(
                config,
                csms_url=endpoint.url,
                secure_url=endpoint.secure_url,
                security_profile=endpoint.security_profile
                if config.security_profile is None
                else config.security_profile,
                password=endpoint.password,
            )
        )
        self._endpoint = endpoint
        self._rotation = Rotation()
        self._slot = 1
        self._around = around
        self._loop = asyncio.get_running_loop()
        self._back_off = BackOff()
        self._desk: Desk | None = None
        self._events: deque[Event] = deque()
        self._draining = False
        self._timers: dict[str, datetime] = {}
        self._handle: asyncio.TimerHandle | None = None
        self._handle_at = 0.0
        self._link: Link | None = None
        self._talk: Conversation | None = None
        self._turn = asyncio.Event()
        self._failure: Exception | None = None
        self._over = asyncio.Event()
        self._hurried = False
        self._skew = _NO_SKEW
        self._task: asyncio.Task[None] | None = None
        self.hardware = hardware
        self.tally = Tally()
        self.refusal: str | None = None
        self.line: Line | None = None
        self.powered, self.barred = True, False
        self.station = self._new_station()

    @property
    def identity(self) -> str:
        """Return the station's identity."""
        return self._config.identity

    @property
    def version(self) -> Version:
        """Return what the station speaks."""
        return self._config.version

    @property
    def connected(self) -> bool:
        """Tell whether a connection stands."""
        return self._link is not None

    @property
    def idle(self) -> bool:
        """Tell whether nobody uses the station, the CSMS took all about transactions, and no call is outstanding."""
        quiet = self._talk is None or self._talk.next_timeout() is None
        return quiet and self.hardware.idle and not self.station.waiting

    async def run(self) -> None:
        """Power the station on, and keep it connected until cancelled. Raises what the core raised, if it fails."""
        self._task = asyncio.current_task()
        try:
            self.hardware.start(self.now)
            self._power_on()
            while True:
                wait_s = await self._session()
                if wait_s > 0:
                    await asyncio.sleep(wait_s / self._around.pace)
        except asyncio.CancelledError:
            if self._failure is None:
                raise
            raise self._failure from None
        finally:
            await self._power_off()

    async def finish(self) -> None:
        """Let everybody leave, and wait until nothing is left to tell the CSMS."""
        self.hardware.finish(self.now)
        self.arm()
        while not self.idle and self._failure is None:
            self._turn.clear()
            await self._turn.wait()

    def feed(self, event: Event) -> None:
        """Take in what happens; what follows from it is done on return, unless the core is at work already."""
        if not self.powered:
            return
        self._events.append(event)
        if self._draining or self._task is None or self._failure is not None:
            return
        self._draining = True
        try:
            while self._events:
                self._take(self._events.popleft())
        except Exception as error:
            self._fail(error)
        finally:
            self._draining = False
            self.arm()

    def feed_all(self, events: Iterable[Event]) -> None:
        """Take in what happens, one after another."""
        for event in events:
            self.feed(event)

    def arm(self) -> None:
        """See that what is due next is fed in time; to be called where the hardware changed its mind by itself."""
        self._turn.set()
        if self._task is None or self._failure is not None:
            return
        now, pace = self._loop.time(), self._around.pace
        times = [self._talk.next_timeout() if self._talk is not None else None]
        if (hardware_due := self.hardware.next_due()) is not None:
            times.append(hardware_due / pace)
        if self._timers:
            times.append(now + (min(self._timers.values()) - self.clock).total_seconds() / pace)
        due = min((time for time in times if time is not None), default=None)
        if due is None or (self._handle is not None and self._handle_at <= due):
            return
        if self._handle is not None:
            self._handle.cancel()
        self._handle_at = max(due, now)
        self._handle = self._loop.call_at(self._handle_at, self._wake)

    def on_open(self, link: Link) -> None:
        """Begin to talk; not where the station was powered off while it connected."""
        if self._task is None:
            link.close()
            return
        self._link, self.refusal = link, None
        if self.barred or not self.powered:
            link.cut()
            return
        self.tally.connected += 1
        timeout_s = self.station.network(self._slot).message_timeout_s
        self._talk = Conversation(self.version, partial(self._send, link), self.tally, timeout_s)
        self.feed(Connected(self._slot))

    def on_text(self, text: bytes) -> None:
        """Hear the CSMS."""
        if self.line is not None:
            self.line.carry(text, partial(self._hear, self._talk), outwards=False)
        else:
            self._hear(self._talk, text)

    def on_end(self) -> None:
        """Learn that the connection is gone."""
        told, self._talk, self._link = self._talk is not None, None, None
        self._over.set()
        if told:
            self.refusal = "connection lost"
            self.feed(Disconnected())

    def cut(self) -> None:
        """Lose the connection without a goodbye, and get none until `restore`."""
        self.barred = True
        if self._link is not None:
            self._link.cut()

    def restore(self) -> None:
        """Let the station connect again, at once."""
        if self.barred:
            self.barred = False
            self._back_off.reset()
            self._over.set()

    def deafen(self, deaf: bool) -> None:
        """Let the connection be half-open: it stands, and nothing is read from it; or read on."""
        if self._link is not None:
            self._link.deafen(deaf)

    def power_cut(self) -> None:
        """Lose power at once: what was not kept is forgotten, and the line falls silent. Not from within an effect."""
        self.powered = False
        self._forget()
        self._talk = None
        self.hardware.power_cycle(self.now)
        if self._link is not None:
            self._link.cut()

    def power_up(self) -> None:
        """Get power back: a new core from what was kept."""
        if not self.powered:
            self.powered = True
            self.station = self._new_station()
            self._over.set()
            self._power_on()

    def shift_clock(self, by: timedelta) -> None:
        """Set the station's clock wrong by so much more; what is due in a while is due in the same while."""
        self._skew += by
        self._timers = {name: at + by for name, at in self._timers.items()}

    @property
    def now(self) -> float:
        """Return the hardware's time, in seconds."""
        return self._loop.time() * self._around.pace

    @property
    def clock(self) -> datetime:
        """Return the time by the station's own clock."""
        return self._around.clock() + self._skew

    async def _session(self) -> float:
        """Connect and stay until the connection ends; return how long to wait then, in seconds."""
        while self.barred or not self.powered:
            self._over.clear()
            await self._over.wait()
        self._over.clear()
        self._hurried = False
        try:
            async with self._around.door:
                await connect(self._way(), self)
        except ConnectionRefused as refused:
            self.tally.denied += 1
            self._explain(str(refused))
            self.feed(ConnectFailed(Obstacle.CREDENTIALS if refused.status == 401 else Obstacle.OTHER))
        except (OSError, TimeoutError, ValueError) as error:
            self.tally.unreachable += 1
            self._explain(f"unreachable: {error}")
            self.feed(ConnectFailed(tls.obstacle(error), str(error)[:200]))
        else:
            self._back_off.reset()
            self._rotation.connected()
            while self._link is not None:
                self._over.clear()
                await self._over.wait()
            return 0.0 if self._hurried or self.barred or not self.powered else self._wait_s()
        self._rotation.failed(self._number("NetworkProfileConnectionAttempts"))
        return 0.0 if self.barred or not self.powered else self._wait_s()

    def _way(self) -> Endpoint:
        """Return where to connect next, and by what."""
        self._slot = self._rotation.slot(self.station.slots)
        profile = self.station.network(self._slot)
        way, ping_s = self.station.way(profile.security_profile), self._number("WebSocketPingInterval")
        return self._endpoint.by(profile, ping_interval_s=ping_s, roots=way.roots, chain=way.chain, key=way.key)

    def _explain(self, refusal: str) -> None:
        if refusal != self.refusal:
            _LOG.warning("%s: %s", self.identity, refusal)
        self.refusal = refusal

    def _wait_s(self) -> float:
        self._back_off.minimum_s = self._number("RetryBackOffWaitMinimum")
        self._back_off.random_range_s = self._number("RetryBackOffRandomRange")
        self._back_off.repeat_times = self._number("RetryBackOffRepeatTimes")
        return self._back_off.next_s(self._around.chance())

    def _number(self, variable: str) -> int:
        return self.station.number(variable)

    def _new_station(self) -> Station:
        saved = self._around.store.load(self.identity)
        return Station(self._config, saved, new_id=lambda: str(uuid4()))

    def _power_on(self) -> None:
        found = self.hardware.power_cycle(self.now)
        self.feed_all([*self.hardware.readings(self.now, all_evses=True), PoweredOn(), *found])

    async def _power_off(self) -> None:
        self._task = self._talk = None
        self._drop_work()
        if self._handle is not None:
            self._handle.cancel()
        if self._link is not None:
            self._link.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), 2 * GOODBYE_S)

    def _restart(self) -> None:
        """Begin anew from what was kept; the connection closes after what was sent."""
        self._forget()
        self._talk, self._hurried = None, True
        self._rotation = Rotation()
        if self._link is not None:
            self._link.close()
        self.station = self._new_station()
        self._power_on()

    def _forget(self) -> None:
        self._events.clear()
        self._timers.clear()
        self._drop_work()

    def _send(self, link: Link, text: bytes) -> None:
        if self.line is not None:
            self.line.carry(text, link.send, outwards=True)
        else:
            link.send(text)

    def _hear(self, talk: Conversation | None, text: bytes) -> None:
        """Take a message in, unless it belongs to a connection that is gone."""
        if talk is not None and talk is self._talk:
            self.feed_all(talk.hear(text, self._loop.time()))

    def _reconnect(self) -> None:
        if self._link is not None:
            self._hurried = True
            self._link.close()

    def _drop_work(self) -> None:
        if self._desk is not None:
            self._desk.drop_all()

    def _fail(self, error: Exception) -> None:
        """End the station, and it alone: this is its edge."""
        _LOG.error("%s failed", self.identity, exc_info=error)
        self._failure = error
        if self._task is not None:
            self._task.cancel()

    def _take(self, event: Event) -> None:
        """Tell the core one event, the meters first, and do what it wants."""
        now, at = self.now, self.clock
        for reading in self.hardware.readings(now):
            self._perform_all(reading, now, at)
        self._perform_all(event, now, at)

    def _perform_all(self, event: Event, now: float, at: datetime) -> None:
        for effect in self.station.on_event(event, at):
            self._perform(effect, now)

    def _perform(self, effect: Effect, now: float) -> None:
        match effect:
            case Keep(values=values):
                self._keep(values)
            case Send():
                if self._talk is not None:
                    self._events.extend(self._talk.tell(effect, self._loop.time()))
            case Reply() | Refuse() | Ignore():
                if self._talk is not None:
                    self._talk.reply(effect)
            case SetTimer(name=name, at=at):
                self._timers[name] = at
            case StopTimer(name=name):
                self._timers.pop(name, None)
            case SwitchContactor() | SetLimit() | OfferSchedule() | Lock() | Show() | GiveContract():
                self._events.extend(self.hardware.perform(effect, now))
            case Do() | Drop():
                self._work(effect)
            case Restart():
                self._restart()
            case Reconnect():
                self._reconnect()
            case SetClock():
                pass
            case _:
                assert_never(effect)

    def _keep(self, values: dict[str, bytes | None]) -> None:
        # the ledger first: a process killed between the two keeps nothing that the ledger does not know
        if self._around.journal is not None:
            self._around.journal.note(self.identity, self.clock, values)
        self._around.store.keep(self.identity, values | self.hardware.kept())

    def _work(self, effect: Do | Drop) -> None:
        self._desk = self._desk or Desk(self.feed)
        if isinstance(effect, Do):
            self._desk.begin(effect.number, effect.work)
        else:
            self._desk.drop(effect.number)

    def _wake(self) -> None:
        """Feed everything that is due."""
        self._handle = None
        try:
            if self._talk is not None:
                self.feed_all(self._talk.on_timeout(self._loop.time()))
            self.feed_all(self.hardware.on_due(self.now))
            while (name := self._due_timer()) is not None:
                del self._timers[name]
                self.feed(TimerDue(name))
        except Exception as error:
            self._fail(error)
        self.arm()

    def _due_timer(self) -> str | None:
        """Return the timer that ran out first, None where none did."""
        name = min(self._timers, key=self._timers.__getitem__, default=None)
        return name if name is not None and self._timers[name] <= self.clock else None
