"""`busbar station` and `busbar fleet`: virtual stations against any CSMS."""

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import uvloop

from busbar.cli import control
from busbar.cli.operator import Operator, OperatorError
from busbar.cli.progress import watch
from busbar.model.values import IdToken
from busbar.station import faults
from busbar.station.faults import Script
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.journal import Journal
from busbar.station.panel import Panel
from busbar.station.sabotage import play
from busbar.station.scenario import Scenario, StationSpec
from busbar.station.store import MemoryStore, SqliteStore, Store
from busbar.station.virtual.vehicle import Vehicle
from busbar.station.virtual.visits import Habits

_DRAIN_S: Final = 40.0
_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How stations are run.

    Attributes:
        url: the CSMS, without the identity.
        token: what the drivers present; None for stations that nobody visits.
        state: a SQLite file that keeps queues and settings through a restart; None for memory.
        for_s: when to end; None until a signal.
        pace: how fast time goes; with `for_s` it ends at present.
        faults: a fault script's file; `script` one that was read already.
        ledger: a folder for the ledger.
        control: the port and the token of the control interface of the first station; None for none.
        screen: the terminal screen of the first station instead of progress.
        vehicle: makes the EV that comes where nobody says which.
    """

    url: str
    token: str | None = None
    seed: int = 1
    state: Path | None = None
    for_s: float | None = None
    json: Path | None = None
    pace: float = 1.0
    faults: Path | None = None
    ledger: Path | None = None
    script: Script | None = None
    control: tuple[int, str] | None = None
    screen: bool = False
    vehicle: Callable[[], Vehicle] = Vehicle


def run_station(spec: StationSpec, options: Options) -> int:
    """Run one station; return the exit status."""
    return uvloop.run(_run([spec], options))


def run_fleet(plan: Scenario, password: str | None, api: tuple[str, str] | None, options: Options) -> int:
    """Run many stations; return the exit status.

    `api` is a Busbar CSMS's REST address and key: stations and the token are entered there first, with passwords of
    their own. Without it all stations use `password`.
    """
    try:
        return uvloop.run(_fleet(plan, password, api, options))
    except OperatorError as error:
        print(error, file=sys.stderr)
        return 1


async def _fleet(plan: Scenario, password: str | None, api: tuple[str, str] | None, options: Options) -> int:
    if api is None:
        return await _run(plan.stations(lambda _: password), options)
    async with Operator(*api) as operator:
        if options.token is not None:
            await operator.ensure_token(options.token)
        logins = {spec.identity: await operator.ensure_station(spec.identity) for spec in plan.stations()}
    return await _run(plan.stations(lambda identity: logins[identity].password), options)


def _config(specs: list[StationSpec], options: Options) -> FleetConfig:
    tokens = [] if options.token is None else [IdToken(options.token, "ISO14443")]
    ahead_s = (options.for_s or 0.0) * (options.pace - 1)
    return FleetConfig(
        url=options.url,
        stations=specs,
        habits=Habits(tokens=tokens) if tokens and not options.screen else None,
        seed=options.seed,
        tokens=tokens,
        pace=options.pace,
        starts_at=datetime.now(UTC) - timedelta(seconds=ahead_s),
    )


@contextlib.asynccontextmanager
async def _sabotaged(fleet: Fleet, script: Script | None) -> AsyncIterator[None]:
    """Let a fault script go wrong inside; at the end all lines are mended."""
    if script is None:
        yield
        return
    task = asyncio.create_task(play(script, fleet.stations))
    yield
    task.cancel()
    await asyncio.wait([task])
    for runner in fleet.stations.values():
        Panel(runner).restore()
        runner.power_up()


def _panel(fleet: Fleet, options: Options) -> Panel:
    return Panel(next(iter(fleet.stations.values())), options.vehicle)


async def _watched(fleet: Fleet, options: Options) -> None:
    """Show what happens until the time is over, a signal comes, or the screen is left."""
    if not options.screen:
        await watch(fleet, options.for_s)
        return
    from busbar.cli.screen import Screen

    screen = Screen(_panel(fleet, options), options.token or "")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(options.for_s):
            await screen.run_async()


@contextlib.asynccontextmanager
async def _controlled(fleet: Fleet, options: Options) -> AsyncIterator[None]:
    """Serve the control interface inside, where it is wanted."""
    if options.control is None:
        yield
        return
    panel = _panel(fleet, options)
    async with control.serve(panel, *options.control) as url:
        print(f"Control interface  {url}", flush=True)
        yield


async def _run(specs: list[StationSpec], options: Options) -> int:
    """Run stations until the time is over or a signal comes; 0 where nothing went wrong and all was told."""
    level = logging.CRITICAL if options.screen else logging.WARNING  # the screen says what is wrong by itself
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    store: Store = MemoryStore() if options.state is None else SqliteStore(options.state)
    try:
        script = options.script if options.faults is None else faults.read(options.faults)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(store.close)
        journal = None if options.ledger is None else await stack.enter_async_context(Journal(options.ledger))
        async with Fleet(_config(specs, options), store, journal) as fleet:
            async with _sabotaged(fleet, script), _controlled(fleet, options):
                await _watched(fleet, options)
            unheard = [identity for identity, runner in fleet.stations.items() if not runner.tally.received]
            drained = await fleet.stop(_DRAIN_S)
    summary = fleet.summary()
    shown: dict[str, Any] = asdict(summary) | {"messages": summary.messages, "errors": summary.errors}
    print(f"{summary.sessions} sessions, {summary.energy_station_wh} Wh, {summary.messages} messages", flush=True)
    if options.json:
        options.json.write_text(json.dumps(shown, indent=2) + "\n")
    if unheard:
        print(
            f"{len(unheard)} of {len(specs)} stations never got an answer: {', '.join(unheard[:_NAMED])}",
            file=sys.stderr,
        )
    return 0 if drained and not summary.errors and not unheard else 1
