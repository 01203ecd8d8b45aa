"""What stations tell in the tests: endless sessions as generators that yield calls and are sent the answers."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

TAG = "04AABBCCDD"
STEP_WH = 250

Script = Generator[tuple[str, dict[str, Any]], dict[str, Any], None]


@dataclass
class Told:
    """What one station told, and was answered.

    Attributes:
        sessions: (transaction id, energy in Wh) of the ended ones.
        readings: (time, register in Wh) of all that was measured.
        starts: the 1.6 starts with the numbers they got.
        over: set where no further session shall begin.
    """

    identity: str
    version: str
    sessions: list[tuple[str, int]] = field(default_factory=list)
    readings: list[tuple[datetime, int]] = field(default_factory=list)
    starts: list[tuple[dict[str, Any], int]] = field(default_factory=list)
    over: bool = False


def script(told: Told, updates: int = 4) -> Script:
    """Return the endless sessions of a station."""
    return _numbered(told, updates) if told.version == "1.6" else _sequenced(told, updates)


def _numbered(told: Told, updates: int) -> Script:
    at, wh = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6), 1000
    while not told.over:
        first, at = wh, at + timedelta(seconds=1)
        start = {"connectorId": 1, "idTag": TAG, "meterStart": wh, "timestamp": at.isoformat()}
        begun = yield "StartTransaction", start
        number = begun["transactionId"]
        told.starts.append((start, number))
        for _ in range(updates):
            at, wh = at + timedelta(seconds=1), wh + STEP_WH
            value = {"timestamp": at.isoformat(), "sampledValue": [{"value": str(wh)}]}
            yield "MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]}
            told.readings.append((at, wh))
        at, wh = at + timedelta(seconds=1), wh + STEP_WH
        yield "StopTransaction", {"transactionId": number, "idTag": TAG, "meterStop": wh, "timestamp": at.isoformat()}
        told.sessions.append((str(number), wh - first))


def _sequenced(told: Told, updates: int) -> Script:
    at, wh, number = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6), 1000, 0
    while not told.over:
        number += 1
        wire, first = f"{told.identity}-{number}", wh
        for seq_no in range(updates + 2):
            at, wh = at + timedelta(seconds=1), wh + (STEP_WH if seq_no else 0)
            kind = "Started" if not seq_no else "Ended" if seq_no > updates else "Updated"
            yield "TransactionEvent", event(kind, wire, seq_no, at, wh)
            told.readings.append((at, wh))
        told.sessions.append((wire, wh - first))
        at = at + timedelta(seconds=1)
        yield "MeterValues", {"evseId": 1, "meterValue": [_value(at, wh)]}
        told.readings.append((at, wh))


def event(kind: str, transaction_id: str, seq_no: int, at: datetime, wh: float, **more: Any) -> dict[str, Any]:
    """Return a TransactionEvent of EVSE 1 with a register."""
    triggers = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "StopAuthorized"}
    known: dict[str, Any] = {
        "eventType": kind,
        "timestamp": at.isoformat(),
        "triggerReason": triggers[kind],
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction_id},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [_value(at, wh)],
    }
    if kind == "Started":
        known["idToken"] = {"idToken": TAG, "type": "ISO14443"}
    return known | more


def _value(at: datetime, wh: float) -> dict[str, Any]:
    return {"timestamp": at.isoformat(), "sampledValue": [{"value": wh, "unitOfMeasure": {"unit": "Wh"}}]}
