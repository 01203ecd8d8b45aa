"""`busbar fleet verify`: joins the stations' ledgers with a CSMS's sessions, and prints where they differ.

It knows the ledger's keys and the REST interface; it must not know a store, nor correct anything.
"""

import asyncio
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from busbar.cli.operator import Operator, OperatorError
from busbar.station.journal import Entry, entries


@dataclass(slots=True)
class Belief:
    """What a station believes of its transactions, by its own ids.

    Attributes:
        since: when its ledger begins.
        ended: the energy of ended transactions, in Wh.
        running: those that go on.
        names: the CSMS's ids, where they are others (1.6).
        waiting: messages that the CSMS has not taken, by their keys.
    """

    since: datetime
    ended: dict[str, int] = field(default_factory=dict)
    running: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def learn(self, kept: Mapping[str, Any]) -> None:
        """Take in one line."""
        for key, value in kept.items():
            kind, _, rest = key.partition("/")
            if kind == "ledger":
                self.ended |= value["transactions"]
            elif kind == "ids":
                self.names |= value
            elif kind == "transaction" and value is not None:
                self.running[rest] = value["id"]
            elif kind == "transaction":
                self.running.pop(rest, None)
            elif kind == "queue" and value is not None:
                self.waiting.add(key)
            elif kind == "queue":
                self.waiting.discard(key)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which station and CSMS do not agree; energy in Wh, None where a side has none."""

    station: str
    transaction: str
    station_wh: int | None
    csms_wh: float | None
    reason: str

    def __str__(self) -> str:
        both = f"station {_wh(self.station_wh)}, CSMS {_wh(self.csms_wh)}"
        return f"{self.station} {self.transaction}: {self.reason} ({both})"


@dataclass(slots=True)
class Report:
    """What came of it: sums over the sessions that ended at the stations, and all differences."""

    stations: int = 0
    sessions: int = 0
    running: int = 0
    waiting: int = 0
    station_wh: int = 0
    csms_wh: float = 0.0
    differences: list[Difference] = field(default_factory=list)


def run(folder: Path, api: tuple[str, str], out: Path | None) -> int:
    """Compare and print; return the exit status: 0 where all agrees, 1 where not, 2 where it could not be told."""
    try:
        beliefs = believed(entries(folder))
        report = asyncio.run(_compare(beliefs, api))
    except (OSError, ValueError, OperatorError) as error:
        print(error, file=sys.stderr)
        return 2
    for difference in report.differences:
        print(difference)
    print(
        f"{report.stations} stations, {report.sessions} sessions ended, {report.running} go on; "
        f"{report.waiting} messages wait at the stations"
    )
    print(f"{report.station_wh} Wh by the stations, {report.csms_wh:.0f} Wh by the CSMS")
    print(f"{len(report.differences)} differences" if report.differences else "They agree to the Wh.")
    if out is not None:
        out.write_text(json.dumps(asdict(report), indent=2) + "\n")
    return int(bool(report.differences))


def believed(lines: Iterable[Entry]) -> dict[str, Belief]:
    """Return what each station believes at the end of its ledger."""
    found: dict[str, Belief] = {}
    for line in lines:
        if line.station not in found:
            found[line.station] = Belief(line.at)
        found[line.station].learn(line.kept)
    return found


def compare(station: str, belief: Belief, sessions: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Add one station to the report; `sessions` is all that the CSMS has of it, as its interface writes them."""
    report.stations += 1
    report.running += len(belief.running)
    report.waiting += len(belief.waiting)
    there = {str(session["transaction_id"]): session for session in sessions}
    known = {belief.names.get(own, own) for own in [*belief.ended, *belief.running.values()]}
    for own, energy_wh in belief.ended.items():
        session = there.get(belief.names.get(own, own))
        csms_wh = None if session is None else session["energy_wh"]
        report.sessions += 1
        report.station_wh += energy_wh
        report.csms_wh += csms_wh or 0.0
        if session is None:
            report.differences.append(Difference(station, own, energy_wh, None, "the CSMS does not know it"))
        elif session["active"]:
            report.differences.append(Difference(station, own, energy_wh, csms_wh, "the CSMS believes it goes on"))
        elif csms_wh != energy_wh:
            report.differences.append(Difference(station, own, energy_wh, csms_wh, "the energy differs"))
    for name, session in there.items():
        if name not in known and _after(session, belief.since):
            report.differences.append(Difference(station, name, None, session["energy_wh"], "the station has none"))


async def _compare(beliefs: Mapping[str, Belief], api: tuple[str, str]) -> Report:
    report = Report()
    async with Operator(*api) as operator:
        for station, belief in beliefs.items():
            compare(station, belief, await operator.sessions(station), report)
    return report


def _after(session: Mapping[str, Any], since: datetime) -> bool:
    """Tell whether a session began when the ledger was written; what began before may be older than it."""
    started = session["started_at"]
    return started is not None and datetime.fromisoformat(started) >= since


def _wh(energy_wh: float | None) -> str:
    return "none" if energy_wh is None else f"{energy_wh:.0f} Wh"
