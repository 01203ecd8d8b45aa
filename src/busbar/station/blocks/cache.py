"""The authorisation cache: the CSMS's last verdict on each token, for a while (C10; 1.6 §3.5.1).

It must not know what a verdict is used for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from busbar.model.facts import TokenAnswer
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.station.blocks.board import Board
from busbar.station.blocks.variables import Variables

_PREFIX: Final = "cache/"
LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the CSMS said of a token, and until when that holds."""

    status: AuthorizationStatus
    until: datetime
    group: IdToken | None = None


def name_of(token: IdToken) -> str:
    """Return what two tokens have in common that are the same one: value and type (C01.FR.25); 1.6 has no types."""
    return token.key if token.kind is None else f"{token.kind}/{token.key}"


class Cache:
    """Verdicts by token, the least recently updated first; kept (C10.FR.02)."""

    def __init__(self, board: Board, variables: Variables) -> None:
        self._board = board
        self._variables = variables
        self._verdicts = {
            key.removeprefix(_PREFIX): msgspec.json.decode(raw, type=Verdict) for key, raw in board.saved(_PREFIX)
        }

    def get(self, token: IdToken) -> Verdict | None:
        """Return the verdict that still holds, or None."""
        verdict = self._verdicts.get(name_of(token))
        if verdict is None or not self._variables.flag("AuthorizationCacheEnabled"):
            return None
        if verdict.until <= self._board.now:  # C10.FR.10
            self._drop(name_of(token))
            return None
        return verdict

    def put(self, token: IdToken, answer: TokenAnswer) -> None:
        """Take in a verdict (C10.FR.01, .04, .05, .08, .13)."""
        if not self._variables.flag("AuthorizationCacheEnabled"):
            return
        lifetime = timedelta(seconds=self._variables.number("AuthCacheLifeTime"))
        verdict = Verdict(answer.status, answer.expires_at or self._board.now + lifetime, answer.group)
        name = name_of(token)
        self._verdicts.pop(name, None)
        if len(self._verdicts) >= LIMIT:
            self._make_room()
        self._verdicts[name] = verdict
        self._board.keep(_PREFIX + name, verdict)

    def clear(self) -> None:
        """Forget all verdicts (C11)."""
        for key in list(self._verdicts):
            self._drop(key)

    def _make_room(self) -> None:
        # C10.FR.07: refused ones first, then the oldest
        refused = (key for key, verdict in self._verdicts.items() if verdict.status is not AuthorizationStatus.ACCEPTED)
        self._drop(next(refused, next(iter(self._verdicts))))

    def _drop(self, key: str) -> None:
        del self._verdicts[key]
        self._board.forget(_PREFIX + key)
