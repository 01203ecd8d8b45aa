"""Store: durable group commit of what one MeterValues writes; every station has one message in flight.

A message is a reading, a log row with 330 bytes of request, and the station's last sign of life; `+ transaction` also
replaces the session's row. The limit is the same driver before a store that only calls back. CPU counts this process,
both threads; the limit's CPU is taken off. PostgreSQL's own CPU is apart: it is another machine's in a cluster.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.report import Report, arguments
from busbar.csms.changes import Change, ExchangeLogged, ReadingStored, StationSeen, TransactionPut
from busbar.csms.ports import Done, Store
from busbar.csms.rows import Exchange, Reading, Transaction
from busbar.csms.storage.opening import make_store
from tests.fixtures.postgres import OwnServer

REQUEST = b'[2,"5f1b3c1e-6f0d-4c37-9a53-0d0b5f0f0a11","MeterValues",' + b'{"evseId":1,"meterValue":[]}' * 10 + b"]"
ANSWER = b'[3,"5f1b3c1e-6f0d-4c37-9a53-0d0b5f0f0a11",{}]'
SAMPLES = b'[{"measurand":"Energy.Active.Import.Register","value":12345.6,"unit":"Wh"}]' * 3
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(milliseconds=7)


def message(station: int, at: datetime, *, session: bool) -> list[Change]:
    """Return what one MeterValues writes."""
    reading = Reading(
        station_id=station,
        transaction=station,
        evse=1,
        connector=1,
        at=at,
        received_at=at,
        energy_wh=12345.6,
        power_w=7400.0,
        soc_pct=None,
        samples=SAMPLES,
    )
    exchange = Exchange(
        station_id=station,
        epoch=1,
        at=at,
        origin="station",
        message_id="5f1b3c1e-6f0d-4c37-9a53-0d0b5f0f0a11",
        action="MeterValues",
        request=REQUEST,
        answer=ANSWER,
        took_ms=1.5,
    )
    changes: list[Change] = [ReadingStored(reading), ExchangeLogged(exchange), StationSeen(station, at)]
    if session:
        row = Transaction(id=station, station_id=station, transaction_id=str(station), updated_at=at, token="045F3C2A")
        changes.append(TransactionPut(row))
    return changes


class Driver:
    """Keeps one message of every station in the store until the time is over."""

    def __init__(self, submit: Callable[[Sequence[Change], Done], None], *, session: bool) -> None:
        self.submit, self.session = submit, session
        self.answered, self.at, self.ending = 0, EPOCH, False
        self.failure: BaseException | None = None

    async def run(self, stations: int, seconds: float) -> tuple[float, float]:
        """Return messages a second and CPU microseconds a message."""
        self.idle = asyncio.Event()
        self.open = stations
        begin, cpu = time.monotonic(), time.process_time()
        for station in range(1, stations + 1):
            self.send(station)
        await asyncio.sleep(seconds)
        self.ending = True
        await self.idle.wait()
        if self.failure:
            raise self.failure
        return self.answered / (time.monotonic() - begin), (time.process_time() - cpu) / self.answered * 1e6

    def send(self, station: int) -> None:
        """Submit a station's next message."""
        self.at += STEP

        def done(error: BaseException | None) -> None:
            self.answered += 1
            self.failure = self.failure or error
            if self.ending or error:
                self.open -= 1
                if not self.open:
                    self.idle.set()
            else:
                self.send(station)

        self.submit(message(station, self.at, session=self.session), done)


async def measure(store: Store | None, stations: int, seconds: float, *, session: bool) -> tuple[float, float]:
    """Drive a store, or nothing."""
    if store is None:
        loop = asyncio.get_running_loop()
        return await Driver(lambda _, done: loop.call_soon(done, None), session=session).run(stations, seconds)
    await store.open()
    try:
        return await Driver(store.submit, session=session).run(stations, seconds)
    finally:
        await store.close()


def main() -> None:
    """Run and print."""
    options = arguments(__doc__, rounds=3, seconds=2.0, stations=200)
    title = f"store: durable messages of {options.stations} stations, one in flight each"
    report = Report(title, ["store", "writes", "messages/s", "rows/s", "CPU µs a message"])
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as files, tempfile.TemporaryDirectory() as folder:
        server = OwnServer(Path(folder), durable=True)
        try:
            for session in (False, True):
                table(
                    report, options, session, {"sqlite": f"sqlite:///{files}/{session}.db", "postgres": server.create()}
                )
        finally:
            server.stop()
    report.finish(options.json)


def table(report: Report, options: object, session: bool, urls: dict[str, str]) -> None:
    """Measure every store, interleaved, and add a row for each."""
    stations, seconds, rounds = (getattr(options, name) for name in ("stations", "seconds", "rounds"))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("limit", *urls)}
    for _ in range(rounds):
        for name, samples in found.items():
            store = make_store(urls[name]) if name in urls else None
            samples.append(asyncio.run(measure(store, stations, seconds, session=session)))
    alone = statistics.median(cpu for _, cpu in found["limit"])
    writes = "reading, log, seen" + (", transaction" if session else "")
    for name, samples in found.items():
        rate = statistics.median(rate for rate, _ in samples)
        cpu = statistics.median(cpu for _, cpu in samples) - (alone if name in urls else 0.0)
        rows = rate * (4 if session else 3)
        report.rows.append([name, writes, f"{rate:,.0f}", f"{rows:,.0f}", f"{cpu:.1f}"])
        report.figures[f"{name}{' + transaction' if session else ''}"] = {
            "messages_s": rate,
            "rows_s": rows,
            "cpu_us": cpu,
        }


if __name__ == "__main__":
    sys.exit(main())
