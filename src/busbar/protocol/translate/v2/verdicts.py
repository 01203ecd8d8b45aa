"""IdTokenInfoType of 2.x ↔ verdicts on tokens, and 2.1's limits of a transaction; `wire` has the types."""

from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from busbar.model.facts import PersonalMessage, TokenAnswer, TransactionLimit
from busbar.model.values import AuthorizationStatus
from busbar.protocol.translate.errors import Untranslatable
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.v2.words import read_token, token


def info(wire: Any, verdict: TokenAnswer) -> Any:
    """Write a verdict. A group that this version cannot spell is left out: no answer must fail for it."""
    try:
        group = token(wire, verdict.group) if verdict.group else UNSET
    except Untranslatable:
        group = UNSET
    message = verdict.message
    return wire.IdTokenInfoType(
        status=wire.AuthorizationStatusEnumType(verdict.status.value),
        cache_expiry_date_time=seconds(verdict.expires_at) if verdict.expires_at else UNSET,
        charging_priority=UNSET if verdict.priority is None else verdict.priority,
        group_id_token=group,
        language1=verdict.language or UNSET,
        language2=verdict.language2 or UNSET,
        evse_id=list(verdict.evses) or UNSET,
        personal_message=UNSET if message is None else _message(wire, message),
    )


def verdict(sent: Any) -> TokenAnswer:
    """Read a verdict."""
    expires_at: datetime | None = sent.cache_expiry_date_time or None
    said = sent.personal_message or None
    return TokenAnswer(
        status=AuthorizationStatus(sent.status.value),
        expires_at=expires_at.astimezone(UTC) if expires_at else None,
        group=read_token(sent.group_id_token),
        priority=None if sent.charging_priority is UNSET else sent.charging_priority,
        language=sent.language1 or None,
        language2=sent.language2 or None,
        evses=tuple(sent.evse_id or ()),
        message=None if said is None else _read_message(said),
    )


def limited(wire: Any, limit: TransactionLimit) -> dict[str, Any]:
    """Write the limit of a transaction as the field of a response; nothing where the version has none (2.0.1)."""
    if not hasattr(wire, "TransactionLimitType"):
        return {}
    said = {
        "max_cost": limit.max_cost,
        "max_energy": limit.max_energy_wh,
        "max_time": limit.max_time_s,
        "max_so_c": limit.max_soc_pct,
    }
    given = {name: value for name, value in said.items() if value is not None}
    return {"transaction_limit": wire.TransactionLimitType(**given)}


def limit(sent: Any) -> TransactionLimit | None:
    """Read the limit of a transaction."""
    said = getattr(sent, "transaction_limit", UNSET)
    if said is UNSET:
        return None
    return TransactionLimit(
        max_cost=None if said.max_cost is UNSET else said.max_cost,
        max_energy_wh=None if said.max_energy is UNSET else said.max_energy,
        max_time_s=None if said.max_time is UNSET else said.max_time,
        max_soc_pct=None if said.max_so_c is UNSET else said.max_so_c,
    )


def _message(wire: Any, message: PersonalMessage) -> Any:
    return wire.MessageContentType(
        format=wire.MessageFormatEnumType(message.format),
        language=message.language or UNSET,
        content=message.content,
    )


def _read_message(sent: Any) -> PersonalMessage:
    return PersonalMessage(content=sent.content, format=str(sent.format.value), language=sent.language or None)
