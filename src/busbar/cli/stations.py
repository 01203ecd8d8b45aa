"""`busbar station` and `busbar fleet`: virtual stations against any CSMS."""

import contextlib
import json
import logging
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from busbar.cli.operator import Operator, OperatorError
from busbar.cli.progress import watch
from busbar.model.values import IdToken
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.scenario import Scenario, StationSpec
from busbar.station.store import MemoryStore, SqliteStore, Store
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
    """

    url: str
    token: str | None = None
    seed: int = 1
    state: Path | None = None
    for_s: float | None = None
    json: Path | None = None


def run_station(spec: StationSpec, options: Options) -> int:
    """Run one station; return the exit status."""
    return uvloop.run(_run([spec], options))


def run_fleet(count: int, password: str | None, api: tuple[str, str] | None, options: Options) -> int:
    """Run many stations; return the exit status.

    `api` is a Busbar CSMS's REST address and key: stations and the token are entered there first, with passwords of
    their own. Without it all stations use `password`.
    """
    plan = Scenario(count=count, seed=options.seed)
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


async def _run(specs: list[StationSpec], options: Options) -> int:
    """Run stations until the time is over or a signal comes; 0 where nothing went wrong and all was told."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    store: Store = MemoryStore() if options.state is None else SqliteStore(options.state)
    habits = None
    if options.token is not None:
        habits = Habits(tokens=[IdToken(options.token, "ISO14443")])
    config = FleetConfig(url=options.url, stations=specs, habits=habits, seed=options.seed)
    with contextlib.closing(store):
        async with Fleet(config, store) as fleet:
            await watch(fleet, options.for_s)
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
