"""What stations of OCPP 1.6 do again and again in the official test cases."""

import contextlib
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cases.rig import Csms, Station, now

ACCEPTED = {"status": "Accepted"}


def ago(seconds: int) -> str:
    """Return a time in the past as OCPP writes it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def soon(seconds: int = 3600) -> str:
    """Return a time to come."""
    return ago(-seconds)


def old(csms: Csms, *, evses: int = 1, **fields: Any) -> contextlib.AbstractAsyncContextManager[Station]:
    """Return a 1.6 station that has booted."""
    return csms.booted("1.6", evses=evses, **fields)


async def authorize(station: Station, tag: str, status: str = "Accepted") -> Any:
    """Present a token, whose verdict must be this."""
    answer = await station.call("Authorize", {"idTag": tag})
    assert answer["idTagInfo"]["status"] == status
    return answer["idTagInfo"]


async def start(station: Station, tag: str, *, connector: int = 1, status: str = "Accepted", **more: Any) -> int:
    """Start a transaction and return its number."""
    told = {"connectorId": connector, "idTag": tag, "meterStart": 0, "timestamp": now()} | more
    answer = await station.call("StartTransaction", told)
    assert answer["idTagInfo"]["status"] == status
    assert isinstance(answer["transactionId"], int)
    return int(answer["transactionId"])


async def stop(station: Station, transaction: int, tag: str | None = None, **more: Any) -> None:
    """Stop a transaction; a token that is told must be accepted."""
    told = {"transactionId": transaction, "meterStop": 100, "timestamp": now()} | more
    answer = await station.call("StopTransaction", told if tag is None else told | {"idTag": tag})
    if tag is not None:
        assert answer["idTagInfo"]["status"] == "Accepted"


@contextlib.asynccontextmanager
async def charging(csms: Csms) -> AsyncIterator[tuple[Station, str, int]]:
    """Return a station with a running transaction, its token, and its number (reusable state Charging)."""
    tag = await csms.add_token()
    async with old(csms) as station:
        await authorize(station, tag)
        await station.status(1, "Preparing")
        number = await start(station, tag)
        await station.status(1, "Charging")
        yield station, tag, number


async def reboot(station: Station) -> None:
    """Boot again, with statuses (the tool keeps its connection)."""
    assert (await station.boot())["status"] == "Accepted"


async def command(
    csms: Csms, station: Station, name: str, body: Any, action: str, answer: dict[str, Any] | None = None
) -> tuple[Any, Any]:
    """Have an operator send a command; return what the station was asked and what the operator is told."""
    asking: Awaitable[Any] = csms.post(f"/stations/{station.identity}/commands/{name}", body)
    return await station.during(asking, action, ACCEPTED if answer is None else answer)


async def session(csms: Csms, number: int) -> Any:
    """Return what the interface shows of a transaction."""
    return await csms.get(f"/sessions/{number}")
