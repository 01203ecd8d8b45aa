"""What is done before a station is told to begin a session: who asks about the token, how far the session is to go.

A station that asks about a token before energy flows needs no check here. One that is known to ask nobody (1.6
AuthorizeRemoteTxRequests, 2.x AuthorizeRemoteStart: F01.FR.02) delivers energy until its first message is answered.
Knows no version.
"""

from datetime import UTC, datetime
from typing import Final

from busbar.api.access_rules import judged
from busbar.api.backend import Backend
from busbar.api.problems import Kind, Problem, invalid
from busbar.csms.ports import Store
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.sessions import StationLimit
from busbar.csms.rows import Station
from busbar.csms.services.authorization import LIMITS, supported_limits
from busbar.csms.services.device_model import path
from busbar.csms.services.limits import still_needed
from busbar.csms.services.remote_starts import limit_name
from busbar.model.facts import TransactionLimit
from busbar.model.orders import VariableName
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.versions import RULES

_ASKS: Final = (
    path(VariableName(variable="AuthorizeRemoteTxRequests")),
    path(VariableName(variable="AuthorizeRemoteStart", component="AuthCtrlr")),
)


async def asks(store: Store, station: Station) -> bool:
    """Tell whether a station asks about the token of a remote start; one of which that is not known may."""
    values = await store.find(ModelValue, station_id=station.id, path=_ASKS, attribute="Actual")
    return all((row.value or "").strip().casefold() != "false" for row in values)


async def check_token(backend: Backend, station: Station, token: IdToken, evse: int | None) -> None:
    """Raise Problem for a token that would be refused, at a station that would not ask about it."""
    if await asks(backend.store, station):
        return
    verdict = await judged(backend, station, token, evse, datetime.now(UTC))
    if verdict.answer.status is not AuthorizationStatus.ACCEPTED:
        why = f"the station starts without asking, and the token would be refused: {verdict.answer.status.value}"
        raise Problem(Kind.CONFLICT, f"{why}; `force` starts all the same")


async def keep_limit(backend: Backend, station: Station, start_id: int, limit: TransactionLimit) -> None:
    """Keep how far the session of a remote start is to go (F07). Raises Problem where the station cannot be told.

    Of limits that it is known not to support none is sent (E16.FR.12), so none is taken.
    """
    if station.version is None or not RULES[station.version].transaction_limits:
        raise invalid("limit", "this station's version has no limits of transactions")
    values = await backend.store.find(ModelValue, station_id=station.id, path=LIMITS, attribute="Actual")
    known = supported_limits(values)
    if still_needed(limit, None, known) != limit:
        raise invalid("limit", f"the station supports {', '.join(sorted(known or ())) or 'none'}")
    row = StationLimit(
        station_id=station.id,
        transaction_id=limit_name(start_id),
        seq_no=-1,
        at=datetime.now(UTC),
        max_cost=limit.max_cost,
        max_energy_wh=limit.max_energy_wh,
        max_time_s=limit.max_time_s,
        max_soc_pct=limit.max_soc_pct,
    )
    await backend.store.put(row)
