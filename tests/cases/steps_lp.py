"""Steps of 2.x stations that the cases of blocks L, N, O and P share: a transaction, events, and restarts."""

import itertools
from typing import Any

from tests.cases.rig import Csms, Station, now

BOTH = ("2.0.1", "2.1")
_numbers = itertools.count(1)


async def events(station: Station, *data: dict[str, Any], seq: int = 0, more: bool = False) -> None:
    """Report events (NotifyEvent); each gets what it must have and does not say."""
    told = []
    for item in data:
        component = {"name": "EVSE", "evse": {"id": 1}}
        always = {
            "eventId": next(_numbers),
            "timestamp": now(),
            "trigger": "Delta",
            "eventNotificationType": "CustomMonitor",
            "actualValue": "Available",
            "component": component,
            "variable": {"name": "AvailabilityState"},
        }
        told.append(always | item)
    answer = await station.call("NotifyEvent", {"generatedAt": now(), "seqNo": seq, "tbc": more, "eventData": told})
    assert answer == {}


async def connector_event(station: Station, evse: int, state: str) -> None:
    """Report a connector's state as newer stations do, by an event."""
    component = {"name": "Connector", "evse": {"id": evse, "connectorId": 1}}
    kind = {"eventNotificationType": "HardWiredNotification"}
    await events(station, {"component": component, "actualValue": state} | kind)


async def charging(station: Station, token: str, transaction: str, evse: int = 1) -> int:
    """Bring a station to the state EnergyTransferStarted and return the next sequence number."""
    id_token = {"idToken": token, "type": "ISO14443"}
    answer = await station.call("Authorize", {"idToken": id_token})
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await station.status(evse, "Occupied")
    started = {"triggerReason": "CablePluggedIn", "seqNo": 0, "chargingState": "EVConnected"}
    await transaction_event(station, "Started", transaction, **started, evse=evse)
    authorized = {"triggerReason": "Authorized", "seqNo": 1, "chargingState": "EVConnected", "idToken": id_token}
    answer = await transaction_event(station, "Updated", transaction, **authorized)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    flowing = {"triggerReason": "ChargingStateChanged", "seqNo": 2, "chargingState": "Charging"}
    await transaction_event(station, "Updated", transaction, **flowing)
    return 3


async def finished(station: Station, token: str, transaction: str, seq: int, evse: int = 1) -> None:
    """Stop as the driver wants it, and go: StopAuthorized, EVConnectedPostSession, EVDisconnected."""
    id_token = {"idToken": token, "type": "ISO14443"}
    told: dict[str, Any] = {"triggerReason": "StopAuthorized", "chargingState": "EVConnected", "idToken": id_token}
    answer = await transaction_event(station, "Updated", transaction, seqNo=seq, **told)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await station.status(evse, "Available")
    gone = {"triggerReason": "EVCommunicationLost", "chargingState": "Idle", "stoppedReason": "Local"}
    await transaction_event(station, "Ended", transaction, seqNo=seq + 1, **gone)


async def transaction_event(
    station: Station, kind: str, transaction: str, *, evse: int | None = None, **fields: Any
) -> Any:
    """Report a step of a transaction; what is not of the message itself is of the transaction."""
    info = {name: fields.pop(name) for name in ("chargingState", "stoppedReason") if name in fields}
    told = {"eventType": kind, "timestamp": now(), "transactionInfo": {"transactionId": transaction} | info} | fields
    if evse is not None:
        told["evse"] = {"id": evse, "connectorId": 1}
    return await station.call("TransactionEvent", told)


def path(station: Station, rest: str) -> str:
    """Return a path of the interface that is about a station."""
    return f"/stations/{station.identity}/{rest}"


async def transaction_of(csms: Csms, station: Station) -> tuple[str, str, int]:
    """Bring a station to EnergyTransferStarted; return the token, the transaction and the next sequence number."""
    token, transaction = await csms.add_token(), csms.name("TX")
    return token, transaction, await charging(station, token, transaction)
