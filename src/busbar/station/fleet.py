"""Runs many virtual stations in one process, and adds up what they did.

It must not know what a station does with an event; `runtime` runs each of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from types import MappingProxyType, TracebackType
from typing import Self

from busbar.model.values import IdToken
from busbar.station.journal import Journal
from busbar.station.runtime import Runner, Surroundings
from busbar.station.scenario import StationSpec
from busbar.station.store import MemoryStore, Store
from busbar.station.tally import Tally
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.populations import Population
from busbar.station.virtual.visits import Habits, Visit, Visitors


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetConfig:
    """A fleet.

    Attributes:
        url: the CSMS, `ws://host:port/ocpp`.
        habits: how drivers behave; None for stations that nobody visits.
        tokens: with these, drivers come as is usual where a station stands (its spec's place), instead of by habits.
        seed: makes the visits; the same seed gives each station the same drivers.
        handshakes: how many stations may connect at once.
        start_over_s: the time over which the stations power on, one after another.
        pace: how fast time goes for stations, EVs and drivers; the CSMS has real time.
        starts_at: when it begins, by the stations' clocks; None for now.
    """

    url: str
    stations: Sequence[StationSpec] = ()
    habits: Habits | None = None
    seed: int = 1
    handshakes: int = 64
    start_over_s: float = 0.0
    tokens: Sequence[IdToken] = ()
    pace: float = 1.0
    starts_at: datetime | None = None


@dataclass(slots=True)
class Summary:
    """What stations did.

    Attributes:
        stations, connected, charging: how many there are now, stand in connection, and EVs that draw energy.
        sessions_started, sessions_ended: transactions whose start and end the CSMS took.
        sessions: ended transactions by the stations' own ledgers, with `energy_station_wh`; with a store that was
            kept, those of earlier runs too.
        delivered_wh: energy through all meters since the stations were made, in transactions or not.
        waiting: transaction messages that the CSMS has not taken yet.
        discarded: transaction messages given up after the last attempt.
    """

    stations: int = 0
    connected: int = 0
    charging: int = 0
    sessions_started: int = 0
    sessions_ended: int = 0
    sessions: int = 0
    energy_station_wh: int = 0
    delivered_wh: int = 0
    waiting: int = 0
    discarded: int = 0
    tally: Tally = field(default_factory=Tally)

    @property
    def messages(self) -> int:
        """Return how many messages went either way."""
        return self.tally.sent + self.tally.received

    @property
    def errors(self) -> int:
        """Return how much went wrong: calls refused or not answered, discards, unreadable messages, crashes."""
        counts = self.tally
        return counts.call_errors + counts.timeouts + counts.dropped + counts.crashed + self.discarded


class Fleet:
    """Virtual stations that come and go. An asynchronous context: all stations run inside, and end properly with it."""

    def __init__(self, config: FleetConfig, store: Store | None = None, journal: Journal | None = None) -> None:
        self._config = config
        self._starts_at = config.starts_at or datetime.now(UTC)
        self._around = Surroundings(
            MemoryStore() if store is None else store,
            door=asyncio.Semaphore(config.handshakes),
            chance=Random(config.seed).random,  # noqa: S311
            clock=_clock(self._starts_at, config.pace),
            pace=config.pace,
            journal=journal,
        )
        self._runners: dict[str, Runner] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._gone = Summary()
        self._past: deque[tuple[str, str, int]] = deque(maxlen=10_000)

    @property
    def stations(self) -> Mapping[str, Runner]:
        """Return the running stations by identity."""
        return MappingProxyType(self._runners)

    async def __aenter__(self) -> Self:
        """Power the stations on."""
        pause_s = self._config.start_over_s / max(1, len(self._config.stations))
        for number, spec in enumerate(self._config.stations):
            self.add(spec, number * pause_s)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all sessions and stop; at once where an error came before."""
        await self.stop(30.0 if kind is None else 0.0)

    async def run(self, for_s: float | None = None, until: asyncio.Event | None = None) -> None:
        """Let the stations run for a time, until an event is set, or until cancelled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                await (until or asyncio.Event()).wait()

    def add(self, spec: StationSpec, after_s: float = 0.0) -> Runner:
        """Power on one more station. Raises ValueError where the identity runs already."""
        if spec.identity in self._runners:
            raise ValueError(f"{spec.identity} runs already")
        saved = self._around.store.load(spec.identity)
        hardware = VirtualHardware(spec.supply, self._visits(spec), saved)
        runner = Runner(spec.config(), spec.endpoint(self._config.url), hardware, self._around)
        task = asyncio.get_running_loop().create_task(_later(runner, after_s), name=spec.identity)
        task.add_done_callback(partial(self._ended, runner))
        self._runners[spec.identity], self._tasks[spec.identity] = runner, task
        return runner

    async def remove(self, identity: str, timeout_s: float = 30.0) -> bool:
        """Let a station end its sessions and power it off; False where not all was told to the CSMS in time."""
        return await self._remove([identity], timeout_s)

    async def stop(self, timeout_s: float = 30.0) -> bool:
        """End all sessions and power off; False where not all was told to the CSMS in time."""
        return await self._remove(list(self._runners), timeout_s)

    def summary(self) -> Summary:
        """Add up what all stations did, those included that are gone."""
        return _add([self._gone, *map(_summary, self._runners.values())])

    def transactions(self) -> Iterator[tuple[str, str, int]]:
        """Give identity, transaction id and energy in Wh of the last ended transactions (of stations gone: 10,000)."""
        yield from self._past
        for runner in self._runners.values():
            yield from _transactions(runner)

    def _visits(self, spec: StationSpec) -> list[Iterator[Visit]]:
        visitors: Visitors | None = self._config.habits
        if spec.place is not None and self._config.tokens:
            at = self._starts_at
            day_s = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second).total_seconds()
            visitors = Population(tokens=self._config.tokens, place=spec.place, starts_at_s=day_s)
        if visitors is None:
            return [iter(()) for _ in range(spec.evses)]
        chance = Random(f"{self._config.seed} {spec.identity}")  # noqa: S311
        return [visitors.visits(chance) for _ in range(spec.evses)]

    async def _remove(self, identities: list[str], timeout_s: float) -> bool:
        runners = [self._runners[identity] for identity in identities]
        finishing = [asyncio.ensure_future(runner.finish()) for runner in runners]
        if finishing:
            _, late = await asyncio.wait(finishing, timeout=timeout_s)
            for task in late:
                task.cancel()
        tasks = [self._tasks.pop(identity) for identity in identities]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for identity, runner in zip(identities, runners, strict=True):
            self._gone = _add([self._gone, _summary(runner)])
            self._past.extend(_transactions(runner))
            self._gone.stations = self._gone.connected = self._gone.charging = 0
            del self._runners[identity]
        return all(runner.idle for runner in runners)

    def _ended(self, runner: Runner, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            runner.tally.crashed += 1


def _clock(starts_at: datetime, pace: float) -> Callable[[], datetime]:
    """Return a clock that goes `pace` times as fast as real time, and never back."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return lambda: starts_at + timedelta(seconds=(loop.time() - began) * pace)


async def _later(runner: Runner, after_s: float) -> None:
    if after_s > 0:
        await asyncio.sleep(after_s)
    await runner.run()


def _summary(runner: Runner) -> Summary:
    station, hardware = runner.station, runner.hardware
    assert isinstance(hardware, VirtualHardware)
    return Summary(
        stations=1,
        connected=int(runner.connected),
        charging=hardware.charging,
        sessions_started=runner.tally.started,
        sessions_ended=runner.tally.ended,
        sessions=station.account.sessions,
        energy_station_wh=station.account.energy_wh,
        delivered_wh=hardware.delivered_wh,
        waiting=station.waiting,
        discarded=station.discarded,
        tally=runner.tally,
    )


def _transactions(runner: Runner) -> Iterator[tuple[str, str, int]]:
    for transaction, energy_wh in runner.station.account.transactions.items():
        yield runner.identity, transaction, energy_wh


def _add(summaries: Iterable[Summary]) -> Summary:
    total = Summary()
    for one in summaries:
        for name in Summary.__dataclass_fields__:
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total
