"""Steps of the official test cases about provisioning: boots, statuses, sessions and variables of a 2.x station."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.cases.rig import Csms, Station, now


async def boot(station: Station, reason: str = "PowerUp") -> Any:
    """Boot, and tell nothing more."""
    about = {"reason": reason, "chargingStation": {"vendorName": "Vendor", "model": "Model"}}
    return await station.call("BootNotification", about)


def event(evse: int, value: str, name: str = "AvailabilityState") -> dict[str, Any]:
    """Return a NotifyEvent about a connector."""
    about = {
        "eventId": evse,
        "timestamp": now(),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": evse, "connectorId": 1}},
        "variable": {"name": name},
    }
    return {"generatedAt": now(), "seqNo": 0, "eventData": [about]}


async def tell_statuses(station: Station, first: str = "Available") -> None:
    """Tell the state of every connector in both ways; the first one's may be another."""
    for evse in range(1, station.evses + 1):
        status = first if evse == 1 else "Available"
        await station.status(evse, status)
        assert await station.call("NotifyEvent", event(evse, status)) == {}


@dataclass
class Session:
    """A transaction on EVSE 1."""

    station: Station
    number: str
    token: dict[str, str]
    _seq: Any = field(default_factory=count)

    async def tell(self, kind: str, trigger: str, state: str, **more: Any) -> Any:
        """Send a TransactionEvent and return its answer."""
        info = {"transactionId": self.number, "chargingState": state} | more.pop("info", {})
        told = {
            "eventType": kind,
            "timestamp": now(),
            "triggerReason": trigger,
            "seqNo": next(self._seq),
            "transactionInfo": info,
        }
        return await self.station.call("TransactionEvent", told | more)


async def charging(csms: Csms, station: Station) -> Session:
    """Begin a transaction that charges (EnergyTransferStarted)."""
    token = {"idToken": await csms.add_token(), "type": "ISO14443"}
    await tell_statuses(station, "Occupied")
    session = Session(station, csms.name("TX"), token)
    answer = await session.tell("Started", "Authorized", "EVConnected", idToken=token, evse={"id": 1, "connectorId": 1})
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await session.tell("Updated", "ChargingStateChanged", "Charging")
    return session


async def stop(session: Session) -> None:
    """Stop by the token and unplug, as the cases with a scheduled reset do."""
    answer = await session.tell("Updated", "StopAuthorized", "EVConnected", idToken=session.token)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await session.tell("Ended", "EVCommunicationLost", "Idle", info={"stoppedReason": "EVDisconnected"})


async def reset(csms: Csms, station: Station, kind: str, answer: str = "Accepted", evse: int | None = None) -> None:
    """Have the CSMS reset the station, or one of its EVSEs."""
    body = {"kind": kind} | ({} if evse is None else {"evse": evse})
    asking = csms.post(f"/stations/{station.identity}/commands/reset", body)
    asked, command = await station.during(asking, "Reset", {"status": answer})
    assert asked == {"type": kind} | ({} if evse is None else {"evseId": evse})
    assert command["state"] == "accepted"
    assert command["status"] == answer


async def set_registration(csms: Csms, identity: str, registration: str) -> None:
    """Say whether a station is taken in."""
    await csms.ask("PATCH", f"/stations/{identity}", {"registration": registration})


def read_as(values: dict[str, str]) -> Any:
    """Return what answers GetVariables with values by variable name (and instance)."""

    def answer(asked: Any) -> dict[str, Any]:
        results = []
        for one in asked["getVariableData"]:
            name = one["variable"]["name"] + (
                f"[{one['variable']['instance']}]" if "instance" in one["variable"] else ""
            )
            results.append(one | {"attributeStatus": "Accepted", "attributeValue": values[name]})
        return {"getVariableResult": results}

    return answer


def set_all(asked: Any) -> dict[str, Any]:
    """Answer SetVariables: all accepted."""
    kept = ("component", "variable", "attributeType")
    results = [{name: one[name] for name in kept if name in one} for one in asked["setVariableData"]]
    return {"setVariableResult": [one | {"attributeStatus": "Accepted"} for one in results]}
