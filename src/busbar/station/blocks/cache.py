"""The authorisation cache: the CSMS's last verdict on each token, for a while (C10; 1.6 §3.5.1).

It must not know what a verdict is used for.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from busbar.model.facts import PersonalMessage, TokenAnswer
from busbar.model.tariffs import Tariff
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.station.blocks.board import Board
from busbar.station.blocks.variables import Variables

_PREFIX: Final = "cache/"
_NEVER: Final = ("Central", "NoAuthorization")  # C02.FR.03, C05.FR.02
LIMIT: Final = 500


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the CSMS said of a token, and until when that holds; the rest as in `TokenAnswer` (C10.FR.14)."""

    status: AuthorizationStatus
    until: datetime
    group: IdToken | None = None
    priority: int | None = None
    language: str | None = None
    language2: str | None = None
    evses: tuple[int, ...] = ()
    message: PersonalMessage | None = None
    tariff: Tariff | None = None

    def admits(self, evse: int) -> bool:
        """Whether the token may charge, and at this EVSE."""
        return self.status is AuthorizationStatus.ACCEPTED and (not self.evses or evse in self.evses)


def noted(answer: TokenAnswer, otherwise: datetime) -> Verdict:
    """Return a CSMS's answer as it is kept; `otherwise` is its end where the CSMS set none."""
    group = answer.group and IdToken(answer.group.value, answer.group.kind)  # C10.FR.14: without what was told with it
    return Verdict(
        answer.status,
        answer.expires_at or otherwise,
        group,
        answer.priority,
        answer.language,
        answer.language2,
        answer.evses,
        answer.message,
        answer.tariff,  # I08.FR.05
    )


def name_of(token: IdToken) -> str:
    """Return what two tokens have in common that are the same one: value and type (C01.FR.25); 1.6 has no types."""
    return token.key if token.kind is None else f"{token.kind}/{token.key}"


class Cache:
    """Verdicts by token, the least recently used first; kept (C10.FR.02)."""

    def __init__(self, board: Board, variables: Variables) -> None:
        self._board = board
        self._variables = variables
        saved = [(key, msgspec.json.decode(raw, type=Verdict)) for key, raw in board.saved(_PREFIX)]
        saved.sort(key=lambda entry: entry[1].until)
        self._verdicts = {key.removeprefix(_PREFIX): verdict for key, verdict in saved}

    def get(self, token: IdToken) -> Verdict | None:
        """Return the verdict that still holds, or None."""
        name = name_of(token)
        verdict = self._verdicts.get(name)
        if verdict is None or not self._variables.flag("AuthorizationCacheEnabled"):
            return None
        if verdict.until <= self._board.now:  # C10.FR.10, .13
            self._drop(name)
            return None
        self._verdicts[name] = self._verdicts.pop(name)
        return verdict

    def put(self, token: IdToken, answer: TokenAnswer) -> None:
        """Take in a verdict (C10.FR.01, .04, .05, .08, .13)."""
        if token.kind in _NEVER or not self._variables.flag("AuthorizationCacheEnabled"):
            return
        lifetime = timedelta(seconds=self._variables.number("AuthCacheLifeTime"))
        verdict = noted(answer, self._board.now + lifetime)
        name = name_of(token)
        if self._verdicts.pop(name, None) is not None and verdict.until <= self._board.now:  # C10.FR.13
            self._board.forget(_PREFIX + name)
        if verdict.until <= self._board.now:
            return
        if len(self._verdicts) >= LIMIT:
            self._make_room()
        self._verdicts[name] = verdict
        self._board.keep(_PREFIX + name, verdict)

    def clear(self) -> None:
        """Forget all verdicts (C11)."""
        for key in list(self._verdicts):
            self._drop(key)

    def forget(self, token: IdToken) -> None:
        """Forget one verdict (N10)."""
        if name_of(token) in self._verdicts:
            self._drop(name_of(token))

    def _make_room(self) -> None:
        # C10.FR.07: refused ones first, then the longest unused
        refused = (key for key, verdict in self._verdicts.items() if verdict.status is not AuthorizationStatus.ACCEPTED)
        self._drop(next(refused, next(iter(self._verdicts))))

    def _drop(self, key: str) -> None:
        del self._verdicts[key]
        self._board.forget(_PREFIX + key)
