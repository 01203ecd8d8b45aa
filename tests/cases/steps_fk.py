"""Reusable states of blocks F to K and Q to S: a station that plugs in, authorises, charges, stops and tells of it."""

import itertools
from typing import Any
from uuid import uuid4

from tests.cases.rig import Csms, Station, now

BOTH = ("2.0.1", "2.1")


class Session:
    """One transaction at an EVSE, told by the station as the tool tells it.

    Attributes:
        id: the transaction's id on the wire.
        answer: the CSMS's answer to the last event.
    """

    def __init__(self, station: Station, token: str = "", evse: int = 1) -> None:
        self.station, self.token, self.evse = station, token, evse
        self.id = str(uuid4())
        self.answer: Any = None
        self._numbers = itertools.count()
        self._event = "Started"

    async def tell(self, reason: str, state: str | None = None, *, token: bool = False, **more: Any) -> Any:
        """Send a TransactionEvent (the first is Started) and return the answer; `info` goes into transactionInfo."""
        info = {"transactionId": self.id} | ({} if state is None else {"chargingState": state}) | more.pop("info", {})
        event = {
            "eventType": self._event,
            "timestamp": now(),
            "triggerReason": reason,
            "seqNo": next(self._numbers),
            "transactionInfo": info,
            "evse": {"id": self.evse, "connectorId": 1},
        }
        if token:
            event["idToken"] = id_token(self.token)
        self._event = "Updated"
        self.answer = await self.station.call("TransactionEvent", event | more)
        return self.answer

    async def plugged_in(self) -> None:
        """Reach EVConnectedPreSession."""
        await tell_status(self.station, "Occupied", self.evse)
        await self.tell("CablePluggedIn", "EVConnected")

    async def authorized(self, **more: Any) -> None:
        """Reach Authorized, at the station."""
        verdict = await self.station.call("Authorize", {"idToken": id_token(self.token)} | more)
        assert verdict["idTokenInfo"]["status"] == "Accepted"
        assert (await self.tell("Authorized", token=True))["idTokenInfo"]["status"] == "Accepted"

    async def charging(self) -> None:
        """Reach Charging, from EVConnectedPreSession and Authorized."""
        await self.tell("ChargingStateChanged", "Charging")

    async def started(self) -> "Session":
        """Reach EnergyTransferStarted from the beginning."""
        await self.authorized()
        await self.plugged_in()
        await self.charging()
        return self

    async def stop_authorized(self) -> None:
        """Reach StopAuthorized."""
        answer = await self.tell("StopAuthorized", token=True)
        assert answer["idTokenInfo"]["status"] == "Accepted"

    async def stopped(self) -> None:
        """Reach EVConnectedPostSession."""
        await self.stop_authorized()
        await self.tell("ChargingStateChanged", "EVConnected")

    async def unplugged(self, **more: Any) -> Any:
        """Reach EVDisconnected, from EVConnectedPostSession."""
        await tell_status(self.station, "Available", self.evse)
        self._event = "Ended"
        return await self.tell("EVCommunicationLost", "Idle", info={"stoppedReason": "EVDisconnected"}, **more)


def id_token(value: str, kind: str = "ISO14443") -> dict[str, str]:
    """Return an IdTokenType."""
    return {"idToken": value, "type": kind}


def metered(energy_wh: float, context: str = "Sample.Periodic") -> list[dict[str, Any]]:
    """Return meter values with one register."""
    return [{"timestamp": now(), "sampledValue": [{"value": energy_wh, "context": context}]}]


async def tell_status(station: Station, status: str, evse: int = 1) -> None:
    """Tell a connector's status both ways: StatusNotification and NotifyEvent."""
    await station.status(evse, status)
    await notify(station, "Connector", "AvailabilityState", status, {"id": evse, "connectorId": 1})


async def notify(
    station: Station, component: str, variable: str, value: str, evse: dict[str, int] | None = None
) -> None:
    """Tell a change of a variable by NotifyEvent."""
    event = {
        "eventId": 1,
        "timestamp": now(),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": component} | ({} if evse is None else {"evse": evse}),
        "variable": {"name": variable},
    }
    answer = await station.call("NotifyEvent", {"generatedAt": now(), "seqNo": 0, "eventData": [event]})
    assert answer == {}


async def order(csms: Csms, station: Station, verb: str, body: Any, action: str, answer: Any) -> tuple[Any, Any]:
    """Have the operator send a command; return the call's payload and the command."""
    path = f"/stations/{station.identity}/commands/{verb}"
    return await station.during(csms.post(path, body), action, answer)


def carries(asked: Any, expected: Any, path: str = "") -> None:
    """Fail unless a payload has all that is expected; a type means any value of it, None that it is left out."""
    if isinstance(expected, type):
        assert isinstance(asked, expected), f"{path}: {asked!r}"
    elif isinstance(expected, dict):
        assert isinstance(asked, dict), f"{path}: {asked!r}"
        for name, value in expected.items():
            if value is None:
                assert name not in asked, f"{path}.{name} must be left out, is {asked[name]!r}"
            else:
                assert name in asked, f"{path}.{name} is missing in {asked}"
                carries(asked[name], value, f"{path}.{name}")
    elif isinstance(expected, list):
        assert len(asked) == len(expected), f"{path}: {asked!r}"
        for number, (one, other) in enumerate(zip(asked, expected, strict=True)):
            carries(one, other, f"{path}[{number}]")
    else:
        assert asked == expected, f"{path}: {asked!r}, not {expected!r}"
