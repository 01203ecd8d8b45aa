"""`busbar demo`: a whole charging network on this machine, from nothing to a reconciled summary.

A CSMS on SQLite, an operator who enters two sites and twenty stations over REST, and virtual stations of all three
OCPP versions that connect over real WebSockets. Passwords and keys are random and live as long as the demo.
"""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import uvloop

from busbar.cli.bootstrap import Running, running
from busbar.cli.operator import Login, Operator, OperatorError
from busbar.cli.progress import watch
from busbar.cli.settings import Settings, SettingsError
from busbar.csms.ports import StoreUnavailable
from busbar.model.values import IdToken
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.fleet import Summary as FleetSummary
from busbar.station.scenario import Scenario, StationSpec
from busbar.station.virtual.visits import Habits

_TOKENS: Final = [f"04DE0{n:02d}BUSBAR" for n in range(1, 13)]
_BLOCKED: Final = "04DEADBLOCKED"
_STRANGER: Final = "04DEADSTRANGER"
_SITES: Final = (("Harbour garage", "Europe/Amsterdam"), ("Hillside apartments", "Europe/Vienna"))
_VARIABLES: Final = {"MeterValueSampleInterval": "5"}
_DRAIN_S: Final = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `busbar demo` was asked for; `for_s` None runs until a signal, ports 0 are free ones."""

    for_s: float | None = None
    json: Path | None = None
    stations: int = 20
    seed: int = 1
    ocpp_port: int = 0
    api_port: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo did: energy in Wh by the stations' own ledgers and by the CSMS, which must agree."""

    sessions: int
    energy_station_wh: int
    energy_csms_wh: float
    messages: int
    errors: int

    @property
    def agrees(self) -> bool:
        """Whether both sides say the same energy, to the Wh."""
        return self.energy_station_wh == self.energy_csms_wh


def run(options: Options) -> int:
    """Run the demo; return the exit status: 0 where all went well and both ledgers agree."""
    try:
        with tempfile.TemporaryDirectory(prefix="busbar-demo-") as folder:
            summary = uvloop.run(_demo(options, Path(folder)))
    except (SettingsError, StoreUnavailable, OperatorError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    _print(summary)
    if options.json:
        options.json.write_text(json.dumps(asdict(summary), indent=2) + "\n")
    return 0 if summary.agrees and not summary.errors else 1


async def _demo(options: Options, folder: Path) -> Summary:
    settings = Settings(
        database_url=f"sqlite:///{folder / 'busbar.db'}",
        secret_key_file=folder / "busbar.key",
        ocpp_port=options.ocpp_port,
        api_port=options.api_port,
        nats_url=None,
    )
    async with running(settings) as server:
        key = await server.make_key("demo operator")
        async with Operator(server.api_url, key) as operator:
            specs = await _provision(operator, options)
            _greet(server, key, specs)
            async with Fleet(_fleet_config(server, options, specs)) as fleet:
                await watch(fleet, options.for_s)
                print("Ending the sessions and draining the stations' queues ...", flush=True)
                drained = await fleet.stop(_DRAIN_S)
            return await _reconciled(operator, fleet.summary(), drained=drained)


async def _provision(operator: Operator, options: Options) -> list[StationSpec]:
    """Enter sites, tokens and stations; return the stations with the passwords that the CSMS made."""
    sites = [await operator.add_site(name, timezone=timezone) for name, timezone in _SITES]
    for number, token in enumerate(_TOKENS, start=1):
        await operator.add_token(token, label=f"Demo driver {number}")
    await operator.add_token(_BLOCKED, status="Blocked", label="Lost card")
    plan = Scenario(count=options.stations, seed=options.seed, prefix="DEMO", settings=_VARIABLES)
    logins: dict[str, Login] = {}
    for number, spec in enumerate(plan.stations()):
        logins[spec.identity] = await operator.add_station(spec.identity, sites[number % len(sites)])
    return plan.stations(lambda identity: logins[identity].password)


def _fleet_config(server: Running, options: Options, specs: list[StationSpec]) -> FleetConfig:
    habits = Habits(
        tokens=[IdToken(token, "ISO14443") for token in _TOKENS],
        odd_tokens=[(IdToken(_STRANGER, "ISO14443"), 0.05), (IdToken(_BLOCKED, "ISO14443"), 0.05)],
        away_s=(1.0, 12.0),
        charge_s=(8.0, 30.0),
        patience_s=10.0,
    )
    return FleetConfig(url=server.ocpp_url, stations=specs, habits=habits, seed=options.seed, start_over_s=2.0)


def _greet(server: Running, key: str, specs: list[StationSpec]) -> None:
    print(f"Console         {server.api_url}/   (log in with the API key)")
    print(f"REST interface  {server.api_url}/api/v1   (OpenAPI: {server.api_url}/openapi.json)")
    print(f"API key         {key}")
    print(f"Stations        {server.ocpp_url}/IDENTITY   ({len(specs)} virtual ones; HTTP Basic)")
    for spec in specs:
        print(f"  {spec.identity}  OCPP {spec.version.value:5}  {spec.model:10}  password {spec.password}")
    sys.stdout.flush()


async def _reconciled(operator: Operator, stations: FleetSummary, *, drained: bool) -> Summary:
    """Put the stations' ledgers beside the CSMS's; what a station could not tell counts as an error."""
    totals = await operator.totals()
    return Summary(
        sessions=stations.sessions,
        energy_station_wh=stations.energy_station_wh,
        energy_csms_wh=totals["energy_wh"],
        messages=stations.messages,
        errors=stations.errors + (0 if drained else 1),
    )


def _print(summary: Summary) -> None:
    print(f"{summary.sessions} sessions, {summary.messages} messages, {summary.errors} errors")
    print(f"Energy by the stations' ledgers  {summary.energy_station_wh} Wh")
    verdict = "they agree" if summary.agrees else "THEY DIFFER"
    print(f"Energy by the CSMS               {summary.energy_csms_wh:.0f} Wh: {verdict}")
