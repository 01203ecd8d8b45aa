"""2.x's small words: places, tokens and free JSON, and where it has fewer of them than 1.6."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from busbar.model.orders import Outcome
from busbar.model.values import STATION, ConnectorStatus, IdToken, Place, StopReason
from busbar.protocol.translate.errors import improper, word

# A token whose kind nobody told is one that the CSMS made up (part 2, IdTokenEnumType).
_DEFAULT_KIND: Final = "Central"
# G01: a connector in use is Occupied, whatever phase 1.6 would tell.
STATUSES: Final = {status: status.value for status in ConnectorStatus} | dict.fromkeys(
    (
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    ),
    "Occupied",
)
# Reasons of 1.6, and of 2.1 where a version lacks them: the nearest one that all have.
NEAREST_REASONS: Final = {
    StopReason.HARD_RESET: "ImmediateReset",
    StopReason.SOFT_RESET: "ImmediateReset",
    StopReason.UNLOCK_COMMAND: "Other",
    StopReason.REQ_ENERGY_TRANSFER_REJECTED: "Other",
}


def data_text(sent: Any) -> str | None:
    """Write vendor data, which may be any JSON, as text."""
    return None if sent is UNSET else msgspec.json.encode(sent).decode()


def text_data(data: str | None) -> Any:
    """Read vendor data from JSON text. Raises Untranslatable."""
    if data is None:
        return UNSET
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        raise improper("2.x vendor data is JSON") from None


def data_transfer(wire: Any, vendor_id: str, message_id: str | None, data: str | None) -> Any:
    """Write a vendor's message, which both sides send alike."""
    try:
        return wire.DataTransferRequest(vendor_id=vendor_id, message_id=message_id or UNSET, data=text_data(data))
    except ValueError:
        raise improper("vendor data is nested too deeply") from None


def read_token(sent: Any) -> IdToken | None:
    """Read an IdTokenType."""
    if sent is UNSET:
        return None
    more = sent.additional_info
    if more is UNSET:
        return IdToken(sent.id_token, str(sent.type))
    return IdToken(sent.id_token, str(sent.type), tuple((item.type, item.additional_id_token) for item in more))


def token(wire: Any, token: IdToken) -> Any:
    """Write an IdTokenType. Raises Untranslatable where it is too long, or of a type that the version lacks."""
    try:
        return msgspec.convert({"idToken": token.value, "type": token.kind or _DEFAULT_KIND}, wire.IdTokenType)
    except msgspec.ValidationError:
        raise improper("this version cannot say this id token") from None


def read_place(evse: Any) -> Place:
    """Read an EVSEType; nothing and EVSE 0 are the station."""
    return STATION if evse is UNSET else numbered(evse.id, evse.connector_id)


@lru_cache(maxsize=1024)  # every message names one, and making one costs five times as much
def numbered(evse_id: int, connector_id: int | UnsetType = UNSET) -> Place:
    """Read the numbers of a place; 0 names none. Below 0 there is nothing, though 2.0.1's schema lets it pass."""
    connector = connector_id or 0
    if evse_id < 0 or connector < 0:
        raise improper("an EVSE's or connector's number is not negative")
    return Place(evse_id, connector or None) if evse_id else STATION


def evse(wire: Any, where: Place) -> Any:
    """Write an EVSEType; the station, nothing or EVSE 0, is none (G04)."""
    if not where.evse:
        if where.connector is not None:  # the whole station must not be taken for one connector
            raise improper("a connector is one of an EVSE, which is not given")
        return UNSET
    return wire.EVSEType(id=where.evse, connector_id=where.connector or UNSET)


def status_writer(wire: Any, response: type[Any], statuses: type[StrEnum]) -> Callable[[Outcome], Any]:
    """Return a writer of a response that is a status and, where given, why."""

    def write(outcome: Outcome) -> Any:
        info: Any = UNSET
        if outcome.reason is not None:
            info = wire.StatusInfoType(reason_code=outcome.reason, additional_info=outcome.detail or UNSET)
        return response(status=word(statuses, outcome.status), status_info=info)

    return write
