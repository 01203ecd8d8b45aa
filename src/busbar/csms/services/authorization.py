"""Whether a token may charge: one verdict for Authorize and for the token inside a transaction message.

No ConcurrentTx is given: how many sessions a token may have is the operator's policy over all stations, which one
station's view cannot judge, and a repeated start must get the answer of the first.
"""

from collections.abc import Sequence
from datetime import datetime

from busbar.csms.rows import Token
from busbar.csms.services.view import Context, Decision, Need, StationView, TokenNeed, Tokens
from busbar.model.facts import TokenAnswer, TokenPresented
from busbar.model.values import AuthorizationStatus, IdToken

_FREE = "NoAuthorization"
_FROM_CSMS = "Central"


def token_needs(token: IdToken | None, tokens: Tokens) -> Sequence[Need]:
    """Return what the verdict on a token lacks."""
    if token is None or token.kind == _FREE or token.key in tokens.known:
        return ()
    return (TokenNeed(token.key),)


def token_presented(fact: TokenPresented, _view: StationView, context: Context, at: datetime) -> Decision:
    """Answer an Authorize (C01)."""
    return Decision(verdict(fact.token, context.tokens, at))


def verdict(token: IdToken, tokens: Tokens, at: datetime) -> TokenAnswer:
    """Judge a token at a time. UNKNOWN is a token that nobody entered (1.6 has Invalid for it)."""
    if token.kind == _FREE:  # C02.FR.02
        return TokenAnswer(status=AuthorizationStatus.ACCEPTED)
    row = tokens.known.get(token.key)
    if row is None or not _same_kind(row, token):
        return TokenAnswer(status=AuthorizationStatus.UNKNOWN)
    status = row.status
    if status == AuthorizationStatus.ACCEPTED and row.expires_at is not None and row.expires_at <= at:
        status = AuthorizationStatus.EXPIRED
    group = None if row.group is None else IdToken(row.group, row.kind)  # C01.FR.06, E01.FR.12
    return TokenAnswer(status=status, expires_at=row.expires_at, group=group)


def _same_kind(row: Token, token: IdToken) -> bool:
    """A PIN must not pass for a card of the same digits; `Central` is what the CSMS itself sent with a start."""
    return row.kind is None or token.kind is None or token.kind in (row.kind, _FROM_CSMS)
