"""One station over a real socket against the PyPI package's central system, in every version."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from ocpp import v16, v21, v201
from ocpp.exceptions import NotImplementedError as NotImplementedByStation
from ocpp.exceptions import NotSupportedError
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol.versions import RULES
from busbar.station.journal import Journal, entries
from busbar.station.runtime import Runner, Surroundings
from busbar.station.scenario import StationSpec
from busbar.station.store import MemoryStore, SqliteStore, Store
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply, Vehicle
from busbar.station.virtual.visits import Visit

STRONG = Supply(dc=True, max_power_w=3e6)
SETTINGS = {
    "MeterValueSampleInterval": "1",
    "RetryBackOffWaitMinimum": "1",
    "RetryBackOffRandomRange": "0",
    "TransactionMessageRetryInterval": "0",
}
CALLS: dict[Version, Any] = {Version.V16: v16.call, Version.V201: v201.call, Version.V21: v21.call}
ALL = pytest.mark.parametrize("version", list(Version))


def visit(token: str | None = "GOOD", charge_s: float | None = 1.2, **more: Any) -> Visit:
    vehicle = Vehicle(capacity_wh=1e6, stored_wh=1e5, max_power_w=3e6)
    shown = None if token is None else IdToken(token, "ISO14443")
    return Visit(
        **{"token": shown, "vehicle": vehicle, "charge_s": charge_s, "pause_s": 0.05, "patience_s": 5.0} | more
    )


def runner_of(url: str, version: Version, store: Store, **settings: str) -> Runner:
    spec = StationSpec(identity="CS1", version=version, supply=STRONG, settings=SETTINGS | settings)
    hardware = VirtualHardware(spec.supply, [iter(())], store.load(spec.identity))
    return Runner(spec.config(), spec.endpoint(url), hardware, Surroundings(store))


async def arrive(runner: Runner, coming: Visit) -> None:
    """Let a driver come as soon as the CSMS has accepted the station."""
    await eventually(lambda: runner.station.online)
    assert isinstance(runner.hardware, VirtualHardware)
    runner.hardware.drivers[0].invite(coming, asyncio.get_running_loop().time())
    runner.arm()


@asynccontextmanager
async def running(runner: Runner, coming: Visit | None = None) -> AsyncIterator[Runner]:
    task = asyncio.create_task(runner.run())
    if coming is not None:
        await arrive(runner, coming)
    yield runner
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for what makes no noise."""
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


def register(payload: dict[str, Any]) -> float:
    """The register in a TransactionEvent, in Wh."""
    samples = [sample for value in payload["meterValue"] for sample in value["sampledValue"]]
    return next(s["value"] for s in samples if s.get("measurand") == "Energy.Active.Import.Register")


def sessions(csms: Any, version: Version) -> list[tuple[str, float]]:
    """What the CSMS was told: transaction id and energy of each ended transaction."""
    if not RULES[version].transaction_events:
        starts = [payload["meterStart"] for payload in csms.payloads("StartTransaction")]
        stops = csms.payloads("StopTransaction")
        return [(str(s["transactionId"]), s["meterStop"] - starts[s["transactionId"] - 101]) for s in stops]
    events = csms.payloads("TransactionEvent")
    started = {e["transactionInfo"]["transactionId"]: e for e in events if e["eventType"] == "Started"}
    ended = {e["transactionInfo"]["transactionId"]: e for e in events if e["eventType"] == "Ended"}
    return [(key, register(event) - register(started[key])) for key, event in ended.items()]


@ALL
async def test_a_whole_session_boots_authorises_meters_and_ends_with_the_ledgers_energy(
    csms: Any, version: Version
) -> None:
    async with running(runner_of(csms.url, version, MemoryStore()), visit()) as runner:
        await csms.until(lambda: sessions(csms, version))
        await runner.finish()
    told = csms.actions()
    assert told[0] == "BootNotification"
    assert told.count("BootNotification") == 1
    assert "Authorize" in told
    assert "StatusNotification" in told
    assert "MeterValues" in told or "MeterValuePeriodic" in [
        e["triggerReason"] for e in csms.payloads("TransactionEvent")
    ]
    ((_, energy_wh),) = sessions(csms, version)
    assert energy_wh == runner.station.account.energy_wh == runner.hardware.delivered_wh > 0  # type: ignore[attr-defined]
    assert (runner.tally.started, runner.tally.ended, runner.tally.call_errors, runner.tally.dropped) == (1, 1, 0, 0)
    assert not runner.connected


@ALL
async def test_a_blocked_token_gets_no_energy(csms: Any, version: Version) -> None:
    csms.verdicts["BAD"] = "Blocked"
    async with running(runner_of(csms.url, version, MemoryStore()), visit("BAD", patience_s=0.5)) as runner:
        await csms.until(lambda: "Authorize" in csms.actions())
        await runner.finish()
    assert runner.hardware.delivered_wh == 0  # type: ignore[attr-defined]
    assert runner.station.account.energy_wh == 0


@ALL
async def test_remote_start_and_stop(csms: Any, version: Version) -> None:
    calls = CALLS[version]
    async with running(runner_of(csms.url, version, MemoryStore()), visit(None, None, patience_s=20.0)) as runner:
        await csms.until(
            lambda: json.dumps(csms.heard).count("Available") == 0 or "StatusNotification" in csms.actions()
        )
        await csms.until(
            lambda: any(s in json.dumps(csms.payloads("StatusNotification")) for s in ("Preparing", "Occupied"))
        )
        point = csms.points["CS1"]
        if RULES[version].transaction_events:
            token = {"idToken": "REMOTE", "type": "Central"}
            answer = await point.call(calls.RequestStartTransaction(id_token=token, remote_start_id=7, evse_id=1))
            assert answer.status == "Accepted"
            await csms.until(lambda: csms.payloads("TransactionEvent"))
            info = csms.payloads("TransactionEvent")[0]["transactionInfo"]
            assert info["remoteStartId"] == 7
            stop = calls.RequestStopTransaction(transaction_id=info["transactionId"])
        else:
            answer = await point.call(calls.RemoteStartTransaction(id_tag="REMOTE", connector_id=1))
            assert answer.status == "Accepted"
            await csms.until(lambda: csms.payloads("StartTransaction"))
            stop = calls.RemoteStopTransaction(transaction_id=101)
        await asyncio.sleep(0.3)
        assert (await point.call(stop)).status == "Accepted"
        await csms.until(lambda: sessions(csms, version))
        await runner.finish()
    ((_, energy_wh),) = sessions(csms, version)
    assert energy_wh == runner.hardware.delivered_wh > 0  # type: ignore[attr-defined]


@ALL
async def test_foreign_nonsense_is_answered_by_errors_and_the_station_lives_on(csms: Any, version: Version) -> None:
    async with running(runner_of(csms.url, version, MemoryStore())) as runner:
        await csms.until(lambda: "StatusNotification" in csms.actions())
        point = csms.points["CS1"]
        for nonsense in (
            "",
            "{}",
            "[]",
            "[2]",
            '[2,"x","Nope",{}]',
            '[3,"x",{}]',
            "[9,1]",
            "\u0000",
            '[2,"y","Reset",{}]',
        ):
            await point._send(nonsense)
        if RULES[version].transaction_events:  # every message of 1.6 is supported
            of_local_controllers = CALLS[version].UnpublishFirmware(checksum="0" * 32)
            with pytest.raises(NotSupportedError):
                await point.call(of_local_controllers, suppress=False)
        await point._send('[2,"z","Reset",{"type":"Nonsense"}]')
        answer = await point.call(CALLS[version].ClearCache())
        assert answer.status == "Accepted"
        assert runner.connected
        assert runner.tally.refused >= 3


@ALL
async def test_an_unknown_action_is_not_implemented(csms: Any, version: Version) -> None:
    async with running(runner_of(csms.url, version, MemoryStore())):
        await csms.until(lambda: "StatusNotification" in csms.actions())
        with pytest.raises(NotImplementedByStation):
            await csms.points["CS1"].call(Nope(), suppress=False, skip_schema_validation=True)


@dataclass
class Nope:
    """An action of no version."""


@ALL
async def test_a_transaction_message_that_the_csms_failed_on_is_sent_again(csms: Any, version: Version) -> None:
    failed: list[str] = []

    def once(action: str) -> bool:
        if action in ("StartTransaction", "TransactionEvent") and len(failed) < 2:
            failed.append(action)
            return True
        return False

    csms.refuse = once
    async with running(runner_of(csms.url, version, MemoryStore()), visit(charge_s=0.3)) as runner:
        await csms.until(lambda: sessions(csms, version))
        await runner.finish()
    assert len(failed) == 2
    assert runner.tally.call_errors == 2
    assert runner.station.discarded == 0
    assert [wh for _, wh in sessions(csms, version)] == [runner.station.account.energy_wh]


@ALL
async def test_a_dropped_connection_comes_back_and_nothing_is_lost(csms: Any, version: Version) -> None:
    async with running(runner_of(csms.url, version, MemoryStore()), visit(charge_s=1.4)) as runner:
        await csms.until(lambda: {"StartTransaction", "TransactionEvent"} & set(csms.actions()))
        csms.drop()
        await csms.until(lambda: csms.connections == 2)
        await csms.until(lambda: sessions(csms, version))
        await runner.finish()
    assert csms.actions().count("BootNotification") == 1
    assert runner.tally.connected == 2
    assert [wh for _, wh in sessions(csms, version)] == [runner.hardware.delivered_wh]  # type: ignore[attr-defined]
    whole(csms, version)


def whole(csms: Any, version: Version) -> None:
    """Check that every sequence number of every transaction arrived, and the start and end once."""
    if not RULES[version].transaction_events:
        assert len(csms.payloads("StartTransaction")) == len(csms.payloads("StopTransaction")) == 1
        return
    events = csms.payloads("TransactionEvent")
    assert sorted({e["seqNo"] for e in events}) == list(range(len({e["seqNo"] for e in events})))
    assert len({e["transactionInfo"]["transactionId"] for e in events}) == 1
    assert [e["eventType"] for e in events].count("Started") == [e["eventType"] for e in events].count("Ended") == 1


@ALL
async def test_a_reset_boots_again(csms: Any, version: Version) -> None:
    kind = "Immediate" if RULES[version].transaction_events else "Hard"
    async with running(runner_of(csms.url, version, MemoryStore())):
        await csms.until(lambda: "StatusNotification" in csms.actions())
        answer = await csms.points["CS1"].call(CALLS[version].Reset(type=kind))
        assert answer.status == "Accepted"
        await csms.until(lambda: csms.actions().count("BootNotification") == 2)
        assert csms.connections == 2
        if RULES[version].transaction_events:
            assert [p["reason"] for p in csms.payloads("BootNotification")] == ["PowerUp", "RemoteReset"]


async def test_a_csms_that_is_not_there_is_waited_for(csms: Any) -> None:
    await csms.close()
    async with running(runner_of(csms.url, Version.V21, MemoryStore())) as runner:
        await eventually(lambda: runner.tally.unreachable)
        assert "unreachable" in (runner.refusal or "")
        await csms.open()
        await csms.until(lambda: "BootNotification" in csms.actions())
        assert runner.refusal is None


async def test_a_csms_that_refuses_the_password_is_asked_again_and_the_reason_is_known() -> None:
    def refuse(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(HTTPStatus.UNAUTHORIZED, "no")

    async with serve(lambda _: asyncio.sleep(0), "127.0.0.1", 0, process_request=refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with running(runner_of(f"ws://127.0.0.1:{port}", Version.V201, MemoryStore())) as runner:
            await eventually(lambda: runner.tally.denied == 2)
            assert (runner.refusal or "").startswith("401")
            assert not runner.connected


async def test_a_store_that_fails_stops_the_station_and_says_so_after_the_ledger_has_it(
    csms: Any, tmp_path: Path
) -> None:
    class Full(MemoryStore):
        def keep(self, identity: str, values: Any) -> None:
            raise sqlite3.OperationalError("disk full")

    runner = runner_of(csms.url, Version.V201, Full())
    async with Journal(tmp_path) as runner._around.journal:
        with pytest.raises(sqlite3.OperationalError, match="disk full"):
            await asyncio.wait_for(runner.run(), 10)
    assert list(entries(tmp_path)) != []
    assert csms.payloads("TransactionEvent") == []


@ALL
async def test_what_is_told_was_kept_before(csms: Any, version: Version) -> None:
    store, kept = MemoryStore(), []

    def look(action: str) -> bool:
        if action in ("StartTransaction", "TransactionEvent", "StopTransaction"):
            kept.append(any(key.startswith("queue/") for key in store.load("CS1")))
        return False

    csms.refuse = look
    async with running(runner_of(csms.url, version, store), visit(charge_s=0.3)) as runner:
        await csms.until(lambda: sessions(csms, version))
        await runner.finish()
    assert len(kept) >= 2
    assert all(kept)
    assert not any(key.startswith(("queue/", "transaction/")) for key in store.load("CS1"))


async def test_hardware_that_fails_stops_the_station_and_says_so(csms: Any) -> None:
    class Broken(VirtualHardware):
        def on_due(self, now: float) -> Any:
            raise OSError("no meter")

    runner = runner_of(csms.url, Version.V16, MemoryStore())
    runner.hardware = Broken(STRONG, [iter([visit()])], {})
    with pytest.raises(OSError, match="no meter"):
        await asyncio.wait_for(runner.run(), 10)


async def test_a_connection_that_comes_after_the_power_was_cut_is_closed(csms: Any) -> None:
    closed: list[bool] = []

    class Late:
        def close(self) -> None:
            closed.append(True)

    runner = runner_of(csms.url, Version.V16, MemoryStore())
    async with running(runner):
        await csms.until(lambda: "StatusNotification" in csms.actions())
    runner.on_open(Late())  # type: ignore[arg-type]
    assert closed == [True]
    assert not runner.connected


PROGRAM = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_runtime as t
async def main():
    store = t.SqliteStore(Path(sys.argv[3]))
    runner = t.runner_of(sys.argv[2], t.Version(sys.argv[4]), store)
    running = asyncio.create_task(runner.run())
    if sys.argv[5] == "visit":
        await t.arrive(runner, t.visit(charge_s=60.0))
    await running
asyncio.run(main())
"""


async def station_process(csms: Any, path: Path, version: Version, what: str) -> asyncio.subprocess.Process:
    here = str(Path(__file__).parent)
    arguments = [sys.executable, "-c", PROGRAM, here, csms.url, str(path), version.value, what]
    return await asyncio.create_subprocess_exec(*arguments)


def queued(path: Path) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute("select count(*) from kept where key like 'queue/%'").fetchone()[0])


@ALL
async def test_kill_9_offline_in_a_session_loses_nothing_and_doubles_nothing(
    csms: Any, version: Version, tmp_path: Path
) -> None:
    path = tmp_path / "station.db"
    first = await station_process(csms, path, version, "visit")
    try:
        await csms.until(lambda: {"StartTransaction", "TransactionEvent"} & set(csms.actions()))
        await csms.close()
        await eventually(lambda: queued(path) >= 2)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        await first.wait()
    await csms.open()
    second = await station_process(csms, path, version, "nobody")
    try:
        await csms.until(lambda: sessions(csms, version))
        await eventually(lambda: queued(path) == 0)
    finally:
        second.kill()
        await second.wait()
    whole(csms, version)
    ((_, energy_wh),) = sessions(csms, version)
    assert energy_wh == json.loads(SqliteStore(path).load("CS1")["ledger"])["energy_wh"] > 0


def network_profile(url: str) -> dict[str, Any]:
    return {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": url,
        "messageTimeout": 10,
        "securityProfile": 1,
        "ocppInterface": "Wired0",
    }


async def set_variable(csms: Any, version: Version, component: str, variable: str, value: str) -> str:
    data = {"component": {"name": component}, "variable": {"name": variable}, "attributeValue": value}
    answer = await csms.points["CS1"].call(CALLS[version].SetVariables(set_variable_data=[data]))
    return str(answer.set_variable_result[0]["attribute_status"])


async def migrate(csms: Any, version: Version, url: str) -> None:
    """Store a profile, put it first, and reset."""
    calls = CALLS[version]
    stored = calls.SetNetworkProfile(configuration_slot=2, connection_data=network_profile(url))
    assert (await csms.points["CS1"].call(stored)).status == "Accepted"
    put = set_variable(csms, version, "OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1")
    assert await put == "RebootRequired"
    assert (await csms.points["CS1"].call(calls.Reset(type="OnIdle"))).status == "Accepted"


TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])


@TWO
async def test_a_station_moves_to_another_csms__B10_TC_B_45(csms: Any, make_csms: Any, version: Version) -> None:
    other = make_csms()
    await other.open()
    async with running(runner_of(csms.url, version, MemoryStore())):
        await csms.until(lambda: "StatusNotification" in csms.actions())
        await migrate(csms, version, other.url)
        await other.until(lambda: "StatusNotification" in other.actions())
        assert "CS1" not in csms.points  # B10.FR.06
        await other.points["CS1"].call(CALLS[version].ClearCache())
    await other.close()
    assert csms.actions().count("BootNotification") == other.actions().count("BootNotification") == 1


@TWO
async def test_a_station_falls_back_where_the_first_slot_fails__B10_FR_03_TC_B_46(
    csms: Any, make_csms: Any, version: Version
) -> None:
    nobody = make_csms()
    await nobody.open()
    await nobody.close()
    runner = runner_of(csms.url, version, MemoryStore(), NetworkProfileConnectionAttempts="2")
    async with running(runner):
        await csms.until(lambda: "StatusNotification" in csms.actions())
        await migrate(csms, version, nobody.url)
        await csms.until(lambda: csms.actions().count("BootNotification") == 2)
    assert runner.tally.unreachable == 2


@TWO
async def test_a_new_password_is_used_at_once__A01(csms: Any, version: Version) -> None:
    async with running(runner_of(csms.url, version, MemoryStore())):
        await csms.until(lambda: "StatusNotification" in csms.actions())
        assert (
            await set_variable(csms, version, "SecurityCtrlr", "BasicAuthPassword", "a-new-pass-word-1") == "Accepted"
        )
        await csms.until(lambda: csms.connections == 2)
        headers = csms.points["CS1"]._connection.request.headers
        assert b64decode(headers["Authorization"].removeprefix("Basic ")) == b"CS1:a-new-pass-word-1"
    assert csms.actions().count("BootNotification") == 1


@TWO
async def test_a_full_report_arrives_in_pages(csms: Any, version: Version) -> None:
    async with running(runner_of(csms.url, version, MemoryStore())):
        await csms.until(lambda: "StatusNotification" in csms.actions())
        ask = CALLS[version].GetBaseReport(request_id=5, report_base="FullInventory")
        assert (await csms.points["CS1"].call(ask)).status == "Accepted"
        await csms.until(lambda: any(not page.get("tbc") for page in csms.payloads("NotifyReport")))
    pages = csms.payloads("NotifyReport")
    assert [page["seqNo"] for page in pages] == list(range(len(pages)))
    assert len(pages) > 1
