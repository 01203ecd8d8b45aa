"""Who may charge where and when, how much, and why it was decided so."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from busbar.csms.records.kind import Kind, Record
from busbar.model.tariffs import EvseKind
from busbar.model.values import AuthorizationStatus

Minutes = Annotated[int, msgspec.Meta(ge=0, le=1440)]


class TokenProfile(Record, kw_only=True):
    """What is told to stations of a token besides its verdict; `key` is the token's.

    Attributes:
        language, language2: RFC 5646 tags.
        message, message_format: shown to the driver (2.x).
        priority: -9 to 9 (2.x chargingPriority).
        concurrent: sessions that may run at a time; None is any number.
        cache_s: how long a station may remember the verdict; None is as long as the token is good.
        energy_transfers: ways in which EVs of this driver may charge and discharge; None is any, and not said.
    """

    key: str
    language: str | None = None
    language2: str | None = None
    message: str | None = None
    message_format: str = "UTF8"
    priority: int | None = None
    concurrent: int | None = None
    cache_s: int | None = None
    energy_transfers: tuple[str, ...] | None = None


class TokenGroup(Record, kw_only=True):
    """A group of tokens by its group (2.x) or parent (1.6) token.

    Attributes:
        key: the casefolded value, which tokens have as `group`.
        master_pass: its holders may end sessions of others and start none (C16).
        concurrent: sessions that each token may have at a time; None is any number.
    """

    key: str
    value: str
    label: str = ""
    master_pass: bool = False
    concurrent: int | None = None


class Effect(StrEnum):
    """What a rule does."""

    ALLOW = "allow"
    DENY = "deny"


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time of the week where the station is: from minute `begin` of a day before minute `end`; Monday is 0.

    An `end` that is not after `begin` is on the next day.
    """

    days: Annotated[tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...], msgspec.Meta(min_length=1, max_length=7)]
    begin: Minutes = 0
    end: Minutes = 1440


class AccessRule(Record, kw_only=True):
    """Who may, or may not, charge where and when. What is None is any.

    Attributes:
        token, group: keys, casefolded; one of them, or neither for everybody.
        site_id, station_id, evses: where; `evses` needs a station, or holds for that number at each.
        windows: when, in the site's time zone; empty is always.
        connector_types, kinds: on what hardware: connectors of one of these types (casefolded), EVSEs of one of these
            kinds. Where the device model does not tell, such a rule does not speak.
    """

    id: int | None = None
    effect: Effect
    token: str | None = None
    group: str | None = None
    site_id: int | None = None
    station_id: int | None = None
    evses: tuple[int, ...] = ()
    windows: tuple[Window, ...] = ()
    label: str = ""
    connector_types: tuple[str, ...] | None = None
    kinds: tuple[EvseKind, ...] | None = None

    @property
    def of_hardware(self) -> bool:
        """Whether it is about some hardware only."""
        return bool(self.connector_types or self.kinds)


class AccessDefault(Record, kw_only=True):
    """What holds at a site where no rule speaks; site 0 is every other place."""

    site_id: int
    effect: Effect


class Period(StrEnum):
    """What a limit counts: each session by itself, or all of a day or month (UTC)."""

    SESSION = "session"
    DAY = "day"
    MONTH = "month"


class Limit(Record, kw_only=True):
    """How much a token, or all tokens of a group together, may use in a period. What is None is without limit.

    Attributes:
        token, group: keys, casefolded; exactly one.
        cost_minor: in minor units of `currency`.
        stop: the CSMS ends a running session that is over it.
    """

    id: int | None = None
    token: str | None = None
    group: str | None = None
    period: Period
    energy_wh: float | None = None
    cost_minor: int | None = None
    currency: str | None = None
    sessions: int | None = None
    time_s: int | None = None
    stop: bool = False
    label: str = ""


class Turn(Record, kw_only=True):
    """One start at a time of tokens that a limit holds together, on all nodes: who has the turn, and how long at most.

    Attributes:
        key: a token's key, or a group's (`token:…`, `group:…`).
        holder: the station and the message that begin a session; it is given back with what was decided.
    """

    key: str
    holder: str
    until: datetime


class Explanation(Record, kw_only=True):
    """Why a token was taken or not.

    Attributes:
        occasion: `authorize` or `start`.
        rules: the rules and limits that decided, by number.
        why: a short text.
    """

    id: int | None = None
    station_id: int
    token: str
    occasion: str
    status: AuthorizationStatus
    rules: tuple[int, ...] = ()
    why: str
    at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    TokenProfile: Kind("token_profiles", key=("organisation_id", "key")),
    TokenGroup: Kind("token_groups", key=("organisation_id", "key")),
    AccessRule: Kind("access_rules", key=("id",), generated=True),
    AccessDefault: Kind("access_defaults", key=("organisation_id", "site_id")),
    Limit: Kind("usage_limits", key=("id",), generated=True),
    Turn: Kind("start_turns", key=("organisation_id", "key")),
    Explanation: Kind("authorizations", key=("id",), generated=True, indexes=(("station_id",), ("token",), ("at",))),
}
