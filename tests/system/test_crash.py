"""A server that is killed between receiving and answering loses nothing of what it answered, and doubles nothing."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from websockets import ConnectionClosed, InvalidHandshake

from busbar.csms.ports import Query
from busbar.csms.storage.opening import make_store
from busbar.model.values import IdToken
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.scenario import Scenario
from busbar.station.virtual.visits import Habits
from tests.system.lines import Line, line
from tests.system.scripts import TAG, Told, script
from tests.system.servers import Interface, Server, served

SEED = 20261
UPDATES = 4
FLEET_OF = 6
DEADLINE_S = 60.0
BOX = {"model": "M", "vendorName": "V"}
IMPATIENT = {
    "RetryBackOffWaitMinimum": "1",
    "RetryBackOffRandomRange": "0",
    "RetryBackOffRepeatTimes": "0",
    "TransactionMessageRetryInterval": "1",
    "MeterValueSampleInterval": "1",
}


@dataclass
class Crowd:
    """Stations that tell their scripts to one server, however often it dies."""

    server: Server
    stations: dict[str, Told] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    answered: int = 0
    lost: int = 0
    _answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, told: Told) -> None:
        """Tell one script to its end; what was not answered is told again, with another message id."""
        telling = script(told, UPDATES)
        step: tuple[str, dict[str, Any]] | None = next(telling)
        while step is not None:
            await self.server.up.wait()
            try:
                async with self.line(told) as opened:
                    while step is not None:
                        answer = await opened.call(*step)
                        self.answered += 1
                        self._answer.set()
                        step = _after(telling, answer)
            except (ConnectionClosed, InvalidHandshake, OSError):
                self.lost += 1

    def line(self, told: Told) -> Any:
        """Open a station's line."""
        return line(self.server.ocpp_url, told.identity, self.passwords[told.identity], told.version)

    async def answers(self, more: int) -> None:
        """Wait until `more` calls were answered."""
        wanted = self.answered + more
        while self.answered < wanted:
            self._answer.clear()
            await self._answer.wait()


def _after(telling: Any, answer: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    try:
        step: tuple[str, dict[str, Any]] = telling.send(answer)
    except StopIteration:
        return None
    return step


async def crash(crowd: Crowd, kills: int) -> None:
    """Kill the server at seeded moments while all stations talk, and let them finish after the last."""
    chance = Random(SEED)
    work = [asyncio.create_task(crowd.work(told)) for told in crowd.stations.values()]
    for _ in range(kills):
        await crowd.answers(chance.randint(5, 150))
        await asyncio.sleep(chance.random() * 0.004)  # anywhere within the exchanges under way
        await crowd.server.kill()
        await crowd.server.start()
    await crowd.answers(20)
    for told in crowd.stations.values():
        told.over = True
    await asyncio.gather(*work)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, int]:
    """Return where to store, and how often to kill."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/busbar.db", 6
    return request.getfixturevalue("postgres_dsn"), 3


async def test_what_was_answered_is_stored_once_however_often_the_server_dies(
    database: tuple[str, int], tmp_path: Path
) -> None:
    url, kills = database
    async with asyncio.timeout(DEADLINE_S), served(tmp_path, url) as (server, interface):
        crowd = Crowd(server)
        await interface.add_token(TAG)
        for number, version in enumerate(("1.6", "1.6", "1.6", "2.0.1", "2.0.1", "2.1")):
            told = Told(f"CS-{number}", version)
            crowd.stations[told.identity] = told
            crowd.passwords[told.identity] = await interface.add_station(told.identity)
        await crash(crowd, kills)
        assert crowd.lost >= kills, "a kill that hit nobody proves nothing"
        for told in crowd.stations.values():
            await _verify(told, interface)
            async with crowd.line(told) as opened:
                await _repeat_starts(opened, told)
        sessions = await interface.every("/sessions")
        totals = await interface.get("/totals")
        assert len(sessions) == totals["sessions"] == sum(len(told.sessions) for told in crowd.stations.values())
        assert await server.stop() == 0
    await _verify_events(url, {told.identity: told.version for told in crowd.stations.values()})


async def test_a_station_that_a_crash_left_online_is_offline_after_the_next_start(tmp_path: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), served(tmp_path, f"sqlite:///{tmp_path}/busbar.db") as (server, interface):
        password = await interface.add_station("CS-1")
        async with line(server.ocpp_url, "CS-1", password) as opened:
            await opened.call("BootNotification", {"reason": "PowerUp", "chargingStation": BOX})
            assert (await interface.get("/stations/CS-1"))["online"]
            await server.kill()
        await server.start()
        assert not (await interface.get("/stations/CS-1"))["online"]


async def _verify(told: Told, interface: Interface) -> None:
    """Compare what a station told with what the CSMS shows: each session and each reading once, and right."""
    sessions = await interface.every("/sessions", station=told.identity)
    shown = Counter((s["transaction_id"], s["energy_wh"]) for s in sessions)
    assert shown == Counter(told.sessions)
    assert {(s["complete"], s["active"], *s["flags"]) for s in sessions} == {(True, False)}
    values = await interface.every(f"/stations/{told.identity}/meter-values")
    assert Counter((datetime.fromisoformat(v["at"]), v["energy_wh"]) for v in values) == Counter(told.readings)


async def _repeat_starts(opened: Line, told: Told) -> None:
    """Tell starts again that were answered long ago: each is known by its number."""
    for start, number in told.starts[-20:]:
        assert (await opened.call("StartTransaction", start))["transactionId"] == number


async def _verify_events(url: str, versions: dict[str, str]) -> None:
    """Count the stored events of each session."""
    store = make_store(url)
    await store.open()
    try:
        query = Query(limit=1000)
        while query is not None:
            page = await store.transactions(query)
            for row in page.items:
                station = await _identity(store, row.station_id)
                wanted = [0, 1] if versions[station] == "1.6" else list(range(UPDATES + 2))
                assert sorted(await store.sequence_numbers(row.id)) == wanted
            query = Query(limit=1000, cursor=page.next) if page.next else None
    finally:
        await store.close()


async def _identity(store: Any, station_id: int) -> str:
    [station] = (await store.stations(Query(limit=1, station_id=station_id))).items
    return str(station.identity)


async def test_a_fleet_and_a_server_that_dies_twice_agree_on_the_energy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/busbar.db"
    async with asyncio.timeout(DEADLINE_S), served(tmp_path, url) as (server, interface):
        await interface.add_token(TAG)
        plan = Scenario(count=FLEET_OF, seed=SEED, settings=IMPATIENT)
        passwords = {spec.identity: await interface.add_station(spec.identity) for spec in plan.stations()}
        habits = Habits(
            tokens=[IdToken(TAG, "ISO14443")], away_s=(0.1, 0.4), charge_s=(0.5, 2.0), until_full=0, pause_s=(0.02, 0.1)
        )
        stations = plan.stations(lambda identity: passwords[identity])
        fleet = Fleet(FleetConfig(url=server.ocpp_url, stations=stations, habits=habits, seed=SEED))
        async with fleet:
            for ended in (4, 8):
                await _until(fleet, ended)
                await server.kill()
                await server.start()
            await _until(fleet, 12)
            assert await fleet.stop(20.0), "the stations could not tell everything"
        summary = fleet.summary()
        assert (summary.discarded, summary.tally.crashed, summary.tally.call_errors) == (0, 0, 0)
        assert summary.tally.connected >= 3 * FLEET_OF
        sessions = await interface.every("/sessions")
        ours = Counter((identity, energy) for identity, _, energy in fleet.transactions())
        assert Counter((s["station"], s["energy_wh"]) for s in sessions) == ours
        totals = await interface.get("/totals")
        assert (totals["sessions"], totals["energy_wh"]) == (summary.sessions, summary.energy_station_wh)
        assert summary.energy_station_wh > 0


async def _until(fleet: Fleet, ended: int) -> None:
    """Wait until the CSMS took so many ends of sessions."""
    while fleet.summary().tally.ended < ended:
        await asyncio.sleep(0.02)
