"""A vehicle at an EVSE: the reusable states of the test tool in which a transaction runs, step by step."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.cases.rig import Station, now

BOTH = ["2.0.1", "2.1"]


@dataclass
class Vehicle:
    """What happens at one EVSE of a station; each method is a reusable state of the same name.

    Attributes:
        token: the id token with which its driver begins and ends.
        events: answers to all its transaction events.
    """

    station: Station
    token: str = ""
    kind: str = "ISO14443"
    evse: int = 1
    transaction: str = ""
    seq_no: int = 0
    connected: bool = False
    is_authorized: bool = False
    stopped: bool = False
    events: list[Any] = field(default_factory=list)

    async def authorize(self, token: str = "", kind: str = "", **more: Any) -> Any:
        """Ask whether a token may charge; return the whole answer."""
        id_token = {"idToken": token or self.token, "type": kind or self.kind}
        return await self.station.call("Authorize", {"idToken": id_token} | more)

    async def occupied(self, status: str = "Occupied") -> None:
        """Tell the connector's status as both messages do: StatusNotification and NotifyEvent."""
        await self.station.status(self.evse, status)
        event = {
            "eventId": self.seq_no,
            "timestamp": now(),
            "trigger": "Delta",
            "actualValue": status,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", "evse": {"id": self.evse, "connectorId": 1}},
            "variable": {"name": "AvailabilityState"},
        }
        assert await self.station.call("NotifyEvent", {"generatedAt": now(), "seqNo": 0, "eventData": [event]}) == {}

    async def event(self, trigger: str, kind: str = "", token: str = "", token_kind: str = "", **more: Any) -> Any:
        """Send a transaction event, `kind` being Started for the first and else Updated; return the answer.

        `state`, `reason`, `readings`, `evse` and whatever else a TransactionEvent has are given by name.
        """
        kind = kind or ("Updated" if self.transaction else "Started")
        if kind == "Started":
            self.transaction, self.seq_no, self.stopped = str(uuid4()), 0, False
        info: dict[str, Any] = {"transactionId": self.transaction} | more.pop("info", {})
        for name, said in (("state", "chargingState"), ("reason", "stoppedReason")):
            if name in more:
                info[said] = more.pop(name)
        sent: dict[str, Any] = {"eventType": kind, "timestamp": now(), "triggerReason": trigger, "seqNo": self.seq_no}
        sent["transactionInfo"] = info
        if token:
            sent["idToken"] = {"idToken": token, "type": token_kind or self.kind}
        if more.pop("place", False):
            sent["evse"] = {"id": self.evse, "connectorId": 1}
        if "readings" in more:
            sent["meterValue"] = more.pop("readings")
        self.seq_no = max(self.seq_no, sent["seqNo"]) + 1
        answer = await self.station.call("TransactionEvent", sent | more)
        self.events.append(answer)
        if kind == "Ended":
            self.transaction, self.connected, self.is_authorized = "", False, False
        return answer

    async def ev_connected_pre_session(self, **more: Any) -> Any:
        """EVConnectedPreSession."""
        await self.occupied()
        self.connected = True
        return await self.event("CablePluggedIn", state="EVConnected", place=True, **more)

    async def authorized(self) -> Any:
        """Authorized: both answers have to accept the token."""
        assert (await self.authorize())["idTokenInfo"]["status"] == "Accepted"
        answer = await self.event("Authorized", token=self.token)
        assert answer["idTokenInfo"]["status"] == "Accepted"
        self.is_authorized = True
        return answer

    async def energy_transfer_started(self) -> Any:
        """EnergyTransferStarted."""
        if not self.is_authorized:
            await self.authorized()
        if not self.connected:
            await self.ev_connected_pre_session()
        return await self.event("ChargingStateChanged", state="Charging")

    async def energy_transfer_suspended(self) -> Any:
        """EnergyTransferSuspended."""
        await self.energy_transfer_started()
        return await self.event("ChargingStateChanged", state="SuspendedEV")

    async def stop_authorized(self) -> Any:
        """StopAuthorized, from EnergyTransferStarted."""
        answer = await self.event("StopAuthorized", token=self.token)
        assert answer["idTokenInfo"]["status"] == "Accepted"
        self.stopped = True
        return answer

    async def ev_connected_post_session(self) -> Any:
        """EVConnectedPostSession."""
        if not self.stopped:
            await self.stop_authorized()
        return await self.event("ChargingStateChanged", state="EVConnected")

    async def ev_disconnected(self, **more: Any) -> Any:
        """EVDisconnected: with it the transaction ends."""
        await self.ev_connected_post_session()
        await self.occupied("Available")
        return await self.event("EVCommunicationLost", "Ended", state="Idle", reason="EVDisconnected", **more)


def reading(value: float, context: str = "Sample.Periodic", *, signed: bool = False, at: str = "") -> dict[str, Any]:
    """Return a meter value of the energy register, in Wh."""
    sample: dict[str, Any] = {"value": value, "context": context, "measurand": "Energy.Active.Import.Register"}
    if signed:
        sample["signedMeterValue"] = {
            "signedMeterData": "T0NNRnx7fXw=",
            "signingMethod": "ECDSA-secp256r1-SHA256",
            "encodingMethod": "OCMF",
            "publicKey": "MFkwEwYHKoZIzj0=",
        }
    return {"timestamp": at or now(), "sampledValue": [sample]}
