"""A process with a few of our stations, which a test kills at any instant: `python powered.py URL FOLDER SEED`.

Their passwords come as JSON on the standard input; a line says that they are powered, and another word on the input
that they shall let everybody leave and end.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

from busbar.model.values import IdToken
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.journal import Journal
from busbar.station.scenario import Scenario, StationSpec
from busbar.station.store import SqliteStore
from busbar.station.virtual.visits import Habits

COUNT = 6
INTERVAL_S = 1
TAG = "04AABBCCDD"
SETTINGS = {
    "RetryBackOffWaitMinimum": "1",
    "RetryBackOffRandomRange": "0",
    "TransactionMessageRetryInterval": "1",
    "MeterValueSampleInterval": str(INTERVAL_S),
}
HABITS = Habits(
    tokens=[IdToken(TAG, "ISO14443")], away_s=(0.0, 0.3), charge_s=(1.0, 3.0), until_full=0, pause_s=(0.01, 0.1)
)


def plan(password: Callable[[str], str | None] = lambda _: None) -> list[StationSpec]:
    """Return the stations, of all versions."""
    return Scenario(count=COUNT, seed=7, settings=SETTINGS).stations(password)


async def _run(url: str, folder: Path, seed: int) -> bool:
    passwords = json.loads(sys.stdin.readline())
    store = SqliteStore(folder / "stations.db")
    config = FleetConfig(url=url, stations=plan(passwords.__getitem__), habits=HABITS, seed=seed)
    async with Journal(folder) as journal, Fleet(config, store, journal) as fleet:
        print("powered", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        drained = await fleet.stop(20.0)
        return drained and not fleet.summary().errors


if __name__ == "__main__":
    sys.exit(not asyncio.run(_run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
