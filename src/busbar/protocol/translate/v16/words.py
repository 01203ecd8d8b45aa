"""1.6's small words: places, tokens, transaction ids and verdicts, and where it has fewer of them than 2.x.

Connector n is EVSE n, connector 1; connector 0 is the station.
"""

from datetime import UTC
from functools import lru_cache
from typing import Final

from msgspec import UNSET, UnsetType

from busbar.model.facts import TokenAnswer
from busbar.model.values import STATION, AuthorizationStatus, ConnectorStatus, IdToken, Place, StopReason
from busbar.protocol.translate.errors import improper, unsupported
from busbar.protocol.translate.times import seconds
from busbar.protocol.wire import v16

_TOKEN_LIMIT: Final = 20  # 1.6 §7.28: CiString20Type
# 1.6 has five verdicts: what it cannot say is Invalid where the token is not known, else Blocked.
_VERDICTS: Final = dict.fromkeys(AuthorizationStatus, v16.IdTagInfoStatus.BLOCKED) | {
    AuthorizationStatus.ACCEPTED: v16.IdTagInfoStatus.ACCEPTED,
    AuthorizationStatus.EXPIRED: v16.IdTagInfoStatus.EXPIRED,
    AuthorizationStatus.INVALID: v16.IdTagInfoStatus.INVALID,
    AuthorizationStatus.UNKNOWN: v16.IdTagInfoStatus.INVALID,
    AuthorizationStatus.CONCURRENT_TX: v16.IdTagInfoStatus.CONCURRENT_TX,
}
# 2.x says Occupied where 1.6 wants a phase: Preparing is the one that claims neither energy nor a transaction.
STATUSES: Final = {status: status.value for status in ConnectorStatus} | {ConnectorStatus.OCCUPIED: "Preparing"}
# Reasons that 1.6 lacks (§7.36): the nearest one, else Other.
REASONS: Final = (
    dict.fromkeys(StopReason, v16.StopTransactionReason.OTHER)
    | {StopReason(reason.value): reason for reason in v16.StopTransactionReason}
    | {
        StopReason.IMMEDIATE_RESET: v16.StopTransactionReason.HARD_RESET,
        StopReason.MASTER_PASS: v16.StopTransactionReason.LOCAL,
    }
)


@lru_cache(maxsize=1024)  # every message names one, and making one costs five times as much
def place(connector_id: int | UnsetType) -> Place:
    """Read a connector number."""
    if not connector_id:
        return STATION
    if connector_id < 0:
        raise improper("a connector number is not negative")
    return Place(connector_id, 1)


def connector(where: Place) -> int:
    """Write a place as a connector number."""
    if not where.evse:
        if where.connector is not None:  # the whole station must not be taken for one connector
            raise improper("a connector needs its EVSE, as which 1.6 numbers it")
        return 0
    if where.connector not in (None, 1):
        raise unsupported("1.6 knows one connector per EVSE")
    return where.evse


def one_connector(where: Place) -> int:
    """Write a place that must not be the station as a connector number."""
    number = connector(where)
    if number < 1:
        raise improper("this is about one connector")
    return number


def token(id_tag: str | UnsetType) -> IdToken | None:
    """Read an idTag."""
    return None if id_tag is UNSET else IdToken(id_tag)


def id_tag(token: IdToken) -> str:
    """Write a token, whose kind 1.6 cannot say."""
    if len(token.value) > _TOKEN_LIMIT:
        raise improper("a 1.6 id token has at most 20 characters")
    return token.value


def number(transaction_id: str) -> int:
    """Write a transaction id. Raises Untranslatable where it is no 32-bit number."""
    digits = transaction_id.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise improper("a 1.6 transaction id is a number")
    found = int(transaction_id)
    if not -(2**31) <= found < 2**31:
        raise improper("a 1.6 transaction id has 32 bits")
    return found


def info(verdict: TokenAnswer) -> v16.IdTagInfo:
    """Write a verdict. A group that 1.6 cannot spell is left out: an answer to a transaction must not fail for it."""
    group = verdict.group
    return v16.IdTagInfo(
        expiry_date=seconds(verdict.expires_at) if verdict.expires_at else UNSET,
        parent_id_tag=group.value if group and len(group.value) <= _TOKEN_LIMIT else UNSET,
        status=_VERDICTS[verdict.status],
    )


def verdict(info: v16.IdTagInfo) -> TokenAnswer:
    """Read a verdict."""
    return TokenAnswer(
        status=AuthorizationStatus(info.status.value),
        expires_at=None if isinstance(info.expiry_date, UnsetType) else info.expiry_date.astimezone(UTC),
        group=token(info.parent_id_tag),
    )
