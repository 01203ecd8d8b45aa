"""The PyPI `ocpp` library as a station of each version against our CSMS: boot, authorise, a session, orders, errors."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ocpp.charge_point
import ocpp.exceptions
import ocpp.v16
import ocpp.v21
import ocpp.v201
import pytest
import websockets
from ocpp.messages import Call
from ocpp.routing import on

from busbar.cli.bootstrap import node_settings
from busbar.cli.settings import Settings
from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import TokenPut
from busbar.csms.gateway.node import Node
from busbar.csms.ports import Query, RawCall, Store
from busbar.csms.rows import CommandState, Token, Transaction
from busbar.csms.services.credentials import hash_secret
from busbar.csms.storage.sqlite import SqliteStore
from busbar.model import orders
from busbar.model.values import AuthorizationStatus, IdToken

KEY = bytes(32)
AT = datetime.now(UTC).replace(microsecond=0)
TAG = "04AABBCCDD"


@dataclass
class Csms:
    """A running node and its store."""

    store: Store
    node: Node

    async def sessions(self) -> list[Transaction]:
        return (await self.store.transactions(Query())).items


@pytest.fixture
async def csms(tmp_path: Path) -> AsyncIterator[Csms]:
    store, bus = SqliteStore(tmp_path / "csms.db"), LocalBus()
    await store.open()
    await bus.open()
    await store.add_station("CS-1", secret=hash_secret(KEY, b"a password of one"))
    await store.commit([TokenPut(Token(key=TAG.casefold(), value=TAG))])
    node = Node(store, bus, node_settings(Settings(ocpp_port=0), KEY))
    await node.start()
    yield Csms(store, node)
    await node.stop()
    await bus.close()
    await store.close()


@contextlib.asynccontextmanager
async def connected(csms: Csms, kind: type[Any], subprotocol: str) -> AsyncIterator[Any]:
    """Run one station of the library's `kind`."""
    uri = f"ws://CS-1:a%20password%20of%20one@127.0.0.1:{csms.node.port}/ocpp/CS-1"
    async with websockets.connect(uri, subprotocols=[subprotocol]) as connection:  # type: ignore[list-item]
        assert connection.subprotocol == subprotocol
        station = kind("CS-1", connection)
        station._response_timeout = 10
        task = asyncio.create_task(station.start())
        yield station
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, websockets.ConnectionClosed):
            await task


class Station16(ocpp.v16.ChargePoint):
    """A 1.6 charge point that takes what it is told."""

    @on("RemoteStartTransaction")
    def on_start(self, **payload: Any) -> Any:
        self.started = payload
        return ocpp.v16.call_result.RemoteStartTransaction(status="Accepted")

    @on("RemoteStopTransaction")
    def on_stop(self, **payload: Any) -> Any:
        self.stopped = payload
        return ocpp.v16.call_result.RemoteStopTransaction(status="Accepted")

    @on("Reset")
    def on_reset(self, **_payload: Any) -> Any:
        return ocpp.v16.call_result.Reset(status="Rejected")

    @on("GetConfiguration")
    def on_get(self, **_payload: Any) -> Any:
        key = {"key": "HeartbeatInterval", "readonly": False, "value": "300"}
        return ocpp.v16.call_result.GetConfiguration(configuration_key=[key], unknown_key=["Nonsense"])


def station_2x(library: Any) -> type[Any]:
    """Make a 2.x charging station of a library module that takes what it is told."""

    class Station2x(library.ChargePoint):
        @on("RequestStartTransaction")
        def on_start(self, **payload: Any) -> Any:
            self.started = payload
            return library.call_result.RequestStartTransaction(status="Accepted")

        @on("RequestStopTransaction")
        def on_stop(self, **payload: Any) -> Any:
            self.stopped = payload
            return library.call_result.RequestStopTransaction(status="Accepted")

        @on("Reset")
        def on_reset(self, **_payload: Any) -> Any:
            return library.call_result.Reset(status="Rejected", status_info={"reasonCode": "NotNow"})

        @on("ClearCache")
        def on_clear(self, **_payload: Any) -> Any:
            raise ocpp.exceptions.NotSupportedError

        @on("GetVariables")
        def on_get(self, **payload: Any) -> Any:
            results = [
                {
                    "attribute_status": "Accepted",
                    "attribute_value": "300",
                    **{k: d[k] for k in ("component", "variable")},
                }
                for d in payload["get_variable_data"]
            ]
            return library.call_result.GetVariables(get_variable_result=results)

    return Station2x


TWO = {"ocpp2.0.1": ocpp.v201, "ocpp2.1": ocpp.v21}
both_2x = pytest.mark.parametrize("subprotocol", TWO)


async def boot_16(station: Any) -> None:
    boot = ocpp.v16.call.BootNotification(charge_point_model="Foreign", charge_point_vendor="PyPI")
    answer = await station.call(boot)
    assert answer.status == "Accepted"
    assert abs(datetime.fromisoformat(answer.current_time) - datetime.now(UTC)) < timedelta(seconds=5)


async def boot_2x(station: Any, library: Any) -> None:
    who = {"model": "Foreign", "vendor_name": "PyPI"}
    answer = await station.call(library.call.BootNotification(charging_station=who, reason="PowerUp"))
    assert answer.status == "Accepted"


def status(library: Any) -> Any:
    return library.call.StatusNotification(
        timestamp=AT.isoformat(), connector_status="Occupied", evse_id=1, connector_id=1
    )


def event(library: Any, kind: str, seq: int, trigger: str, **more: Any) -> Any:
    """Make a TransactionEvent; its register stands at 1000 Wh and rises by 500 Wh an event."""
    value = {
        "value": 1000.0 + 500 * seq,
        "measurand": "Energy.Active.Import.Register",
        "unit_of_measure": {"unit": "Wh"},
    }
    at = (AT + timedelta(seconds=seq)).isoformat()
    return library.call.TransactionEvent(
        event_type=kind,
        timestamp=at,
        trigger_reason=trigger,
        seq_no=seq,
        transaction_info={"transaction_id": "foreign-1"},
        evse={"id": 1, "connector_id": 1},
        meter_value=[{"timestamp": at, "sampled_value": [value]}],
        **more,
    )


async def test_a_16_station_charges(csms: Csms) -> None:
    async with connected(csms, Station16, "ocpp1.6") as station:
        await boot_16(station)
        assert (await station.call(ocpp.v16.call.Heartbeat())).current_time
        status = ocpp.v16.call.StatusNotification(connector_id=1, error_code="NoError", status="Preparing")
        await station.call(status)
        verdict = await station.call(ocpp.v16.call.Authorize(id_tag=TAG))
        assert verdict.id_tag_info["status"] == "Accepted"
        unknown = await station.call(ocpp.v16.call.Authorize(id_tag="nobody"))
        assert unknown.id_tag_info["status"] == "Invalid"
        start = ocpp.v16.call.StartTransaction(1, TAG, 1000, AT.isoformat())
        begun = await station.call(start)
        assert begun.id_tag_info["status"] == "Accepted"
        again = await station.call(start)
        assert (again.transaction_id, again.id_tag_info["status"]) == (begun.transaction_id, "Accepted")
        value = {"timestamp": (AT + timedelta(seconds=9)).isoformat(), "sampledValue": [{"value": "1500"}]}
        await station.call(ocpp.v16.call.MeterValues(1, [value], begun.transaction_id))
        [running] = await csms.sessions()
        assert (running.energy_wh, running.ended_at) == (500, None)
        end = (AT + timedelta(seconds=20)).isoformat()
        await station.call(ocpp.v16.call.StopTransaction(2750, end, begun.transaction_id, reason="Local"))
        [ended] = await csms.sessions()
        assert (ended.energy_wh, ended.stop_reason, ended.complete) == (1750, "Local", True)


@both_2x
async def test_a_2x_station_charges(csms: Csms, subprotocol: str) -> None:
    library = TWO[subprotocol]
    async with connected(csms, station_2x(library), subprotocol) as station:
        await boot_2x(station, library)
        assert (await station.call(library.call.Heartbeat())).current_time
        await station.call(status(library))
        token = {"id_token": TAG, "type": "ISO14443"}
        verdict = await station.call(library.call.Authorize(id_token=token))
        assert verdict.id_token_info["status"] == "Accepted"
        begun = await station.call(event(library, "Started", 0, "Authorized", id_token=token))
        assert begun.id_token_info["status"] == "Accepted"
        await station.call(event(library, "Updated", 1, "MeterValuePeriodic"))
        await station.call(event(library, "Updated", 1, "MeterValuePeriodic"))
        [running] = await csms.sessions()
        assert (running.energy_wh, running.ended_at, running.events) == (500, None, 2)
        await station.call(event(library, "Ended", 2, "StopAuthorized"))
        [ended] = await csms.sessions()
        assert (ended.transaction_id, ended.energy_wh, ended.complete) == ("foreign-1", 1000, True)


async def ordered(csms: Csms, request: orders.Order | RawCall) -> Any:
    station = await csms.store.station("CS-1")
    assert station
    return await csms.node.dispatch(station, request, wait_s=10, requested_by="test")


async def test_a_16_station_takes_orders(csms: Csms) -> None:
    async with connected(csms, Station16, "ocpp1.6") as station:
        await boot_16(station)
        start = orders.StartTransaction(token=IdToken(TAG), remote_start_id=7, evse=1)
        assert (await ordered(csms, start)).state is CommandState.ACCEPTED
        assert station.started == {"id_tag": TAG, "connector_id": 1}
        assert (await ordered(csms, orders.StopTransaction(transaction_id="12"))).state is CommandState.ACCEPTED
        assert station.stopped == {"transaction_id": 12}
        refused = await ordered(csms, orders.Reset(kind=orders.ResetKind.ON_IDLE))
        assert (refused.state, refused.status) == (CommandState.REJECTED, "Rejected")
        read = await ordered(csms, RawCall(action="GetConfiguration", payload=b"{}"))
        assert read.state is CommandState.ACCEPTED
        assert b"Nonsense" in read.answer
        unknown = await ordered(csms, orders.ClearCache())
        assert (unknown.state, unknown.error) == (CommandState.ERROR, "NotImplemented")


@both_2x
async def test_a_2x_station_takes_orders(csms: Csms, subprotocol: str) -> None:
    library = TWO[subprotocol]
    async with connected(csms, station_2x(library), subprotocol) as station:
        await boot_2x(station, library)
        start = orders.StartTransaction(token=IdToken(TAG, "ISO14443"), remote_start_id=7, evse=1)
        assert (await ordered(csms, start)).state is CommandState.ACCEPTED
        assert (station.started["remote_start_id"], station.started["evse_id"]) == (7, 1)
        assert (await ordered(csms, orders.StopTransaction(transaction_id="x"))).state is CommandState.ACCEPTED
        assert station.stopped == {"transaction_id": "x"}
        refused = await ordered(csms, orders.Reset(kind=orders.ResetKind.IMMEDIATE))
        assert (refused.state, refused.status) == (CommandState.REJECTED, "Rejected")
        name = orders.VariableName(component="OCPPCommCtrlr", variable="HeartbeatInterval")
        assert (await ordered(csms, orders.GetVariables(names=[name]))).state is CommandState.ACCEPTED
        unable = await ordered(csms, orders.ClearCache())
        assert (unable.state, unable.error) == (CommandState.ERROR, "NotSupported")


Wrong = Callable[[], dict[str, Any]]
SPELT_16 = {
    "missing": "OccurenceConstraintViolation",
    "type": "TypeConstraintViolation",
    "long": "PropertyConstraintViolation",
}
SPELT_2X = SPELT_16 | {"missing": "OccurrenceConstraintViolation"}
BOOTS: dict[str, dict[str, dict[str, Any]]] = {
    "ocpp1.6": {
        "missing": {"chargePointVendor": "PyPI"},
        "type": {"chargePointVendor": "PyPI", "chargePointModel": 7},
        "long": {"chargePointVendor": "PyPI", "chargePointModel": "m" * 21},
    },
    "ocpp2.0.1": {
        "missing": {"reason": "PowerUp"},
        "type": {"reason": "PowerUp", "chargingStation": {"model": 7, "vendorName": "PyPI"}},
        "long": {"reason": "PowerUp", "chargingStation": {"model": "m" * 21, "vendorName": "PyPI"}},
    },
}
BOOTS["ocpp2.1"] = BOOTS["ocpp2.0.1"]
KINDS = {"ocpp1.6": Station16, **{name: station_2x(library) for name, library in TWO.items()}}


@pytest.mark.parametrize("wrong", ["missing", "type", "long"])
@pytest.mark.parametrize("subprotocol", KINDS)
async def test_a_wrong_message_is_answered_by_the_versions_error(csms: Csms, subprotocol: str, wrong: str) -> None:
    async with connected(csms, KINDS[subprotocol], subprotocol) as station:
        await station._send(Call("wrong", "BootNotification", BOOTS[subprotocol][wrong]).to_json())
        error = await asyncio.wait_for(station._response_queue.get(), 10)
        assert (error.unique_id, error.error_code) == (
            "wrong",
            (SPELT_16 if subprotocol == "ocpp1.6" else SPELT_2X)[wrong],
        )
        assert "mmmm" not in error.error_description


async def test_a_blocked_token_is_told_so(csms: Csms) -> None:
    await csms.store.commit([TokenPut(Token(key="bad", value="BAD", status=AuthorizationStatus.BLOCKED))])
    async with connected(csms, Station16, "ocpp1.6") as station:
        await boot_16(station)
        assert (await station.call(ocpp.v16.call.Authorize(id_tag="bad"))).id_tag_info["status"] == "Blocked"
