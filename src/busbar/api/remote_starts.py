"""What is looked at before a station is told to begin a session: whether anybody asks about the token.

A station that asks about a token before energy flows needs no check here. One that is known to ask nobody (1.6
AuthorizeRemoteTxRequests, 2.x AuthorizeRemoteStart: F01.FR.02) delivers energy until its first message is answered.
Knows no version.
"""

from datetime import UTC, datetime
from typing import Final

from busbar.api.access_rules import judged
from busbar.api.backend import Backend
from busbar.api.problems import Kind, Problem
from busbar.csms.ports import Store
from busbar.csms.records.device_model import ModelValue
from busbar.csms.rows import Station
from busbar.csms.services.device_model import path
from busbar.model.orders import VariableName
from busbar.model.values import AuthorizationStatus, IdToken

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
