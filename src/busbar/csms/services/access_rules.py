"""Access rules: who may charge where and when, all of them in memory. Knows no station's answer and no store.

The rule that says most about who, then most about where, then about hardware, decides; of two alike the denial. Where
no rule speaks, the site's default does, and without one everybody may.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from busbar.csms.records.authorization import AccessRule, Effect, Limit, TokenGroup, TokenProfile, Window
from busbar.csms.services.plugs import Plugs, kind, types
from busbar.model.values import AuthorizationStatus

_UTC: Final = ZoneInfo("UTC")
_OTHERS: Final = "allowed at other EVSEs of this station, or on other hardware"


@dataclass(slots=True)
class Policy:
    """What a node knows of access, loaded whole and thrown away when any of it changes.

    Attributes:
        defaults: by site; 0 is every other place.
        zones: the sites' time zones by number.
        groups, profiles: by key.
    """

    rules: tuple[AccessRule, ...] = ()
    defaults: Mapping[int, Effect] = field(default_factory=dict)
    zones: Mapping[int, tzinfo] = field(default_factory=dict)
    groups: Mapping[str, TokenGroup] = field(default_factory=dict)
    profiles: Mapping[str, TokenProfile] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token is presented; `evse` is None where it is not said. `plugs` are what is known of the hardware."""

    station_id: int
    site_id: int | None = None
    evse: int | None = None
    connector: int | None = None
    plugs: Plugs = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say: ACCEPTED or why not, and the rules that decided (none: the default did)."""

    status: AuthorizationStatus
    rules: tuple[int, ...] = ()
    why: str = ""


def zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name; UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _UTC


def within(windows: Iterable[Window], at: datetime, where: tzinfo) -> bool:
    """Tell whether a time is inside one of the windows, or there are none. A window may end on the next day."""
    windows = tuple(windows)
    local = at.astimezone(where)
    day, minute = local.weekday(), local.hour * 60 + local.minute
    return not windows or any(_inside(window, day, minute) for window in windows)


def _inside(window: Window, day: int, minute: int) -> bool:
    if window.begin < window.end:
        return day in window.days and window.begin <= minute < window.end
    today = day in window.days and minute >= window.begin
    return today or ((day - 1) % 7 in window.days and minute < window.end)


def ruling(policy: Policy, token: str, group: str | None, place: Place, at: datetime) -> Ruling:
    """Return what the rules say of a token (its key, and its group's) at a place and time (aware)."""
    site = place.site_id or 0
    where = policy.zones.get(site, _UTC)
    about = [rule for rule in policy.rules if _about(rule, token, group)]
    here = [rule for rule in about if _covers(rule, place)]
    now = [rule for rule in here if within(rule.windows, at, where)]
    if now:
        best = max(map(_weight, now))
        deciding = [rule for rule in now if _weight(rule) == best]
        denials = tuple(rule for rule in deciding if rule.effect is Effect.DENY)
        if not denials:
            return Ruling(AuthorizationStatus.ACCEPTED, _numbers(deciding), "a rule allows it")
        better = _allowing_elsewhere([rule for rule in about if _weight(rule) > best], place)
        if better:
            return Ruling(AuthorizationStatus.NOT_ALLOWED_TYPE_EVSE, _numbers(better), _OTHERS)
        return Ruling(_reason(denials[0]), _numbers(denials), "a rule denies it")
    default = policy.defaults.get(site, policy.defaults.get(0, Effect.ALLOW))
    if default is Effect.ALLOW:
        return Ruling(AuthorizationStatus.ACCEPTED, (), "no rule speaks, and the default allows")
    late = [rule for rule in here if rule.effect is Effect.ALLOW]
    if late:
        return Ruling(AuthorizationStatus.NOT_AT_THIS_TIME, _numbers(late), "allowed at other times only")
    at_others = _allowing_elsewhere(about, place)
    if at_others:
        return Ruling(AuthorizationStatus.NOT_ALLOWED_TYPE_EVSE, _numbers(at_others), _OTHERS)
    return Ruling(AuthorizationStatus.NOT_AT_THIS_LOCATION, (), "no rule speaks, and the default denies")


def allowed_evses(
    policy: Policy, token: str, group: str | None, place: Place, at: datetime, evses: Iterable[int]
) -> dict[int, Ruling]:
    """Return what the rules say of each EVSE of a station."""
    return {evse: ruling(policy, token, group, replace(place, evse=evse, connector=None), at) for evse in sorted(evses)}


def _about(rule: AccessRule, token: str, group: str | None) -> bool:
    if rule.token is not None:
        return rule.token == token
    return rule.group is None or rule.group == group


def _at_station(rule: AccessRule, place: Place) -> bool:
    return rule.station_id in (None, place.station_id) and rule.site_id in (None, place.site_id)


def _covers(rule: AccessRule, place: Place) -> bool:
    if not _at_station(rule, place) or (rule.evses and place.evse not in rule.evses):
        return False
    return not rule.of_hardware or _suits(rule, place)


def _suits(rule: AccessRule, place: Place) -> bool:
    """Tell whether the hardware is what a rule is about, as far as that is known."""
    if rule.kinds and kind(place.plugs, place.evse) not in rule.kinds:
        return False
    return not rule.connector_types or bool(types(place.plugs, place.evse, place.connector) & {*rule.connector_types})


def _allowing_elsewhere(rules: Iterable[AccessRule], place: Place) -> list[AccessRule]:
    """Return the rules that allow other EVSEs of a station, or other hardware."""
    narrow = (rule for rule in rules if rule.effect is Effect.ALLOW and (rule.evses or rule.of_hardware))
    return [rule for rule in narrow if _at_station(rule, place) and not _covers(rule, place)]


def _weight(rule: AccessRule) -> tuple[int, int, int]:
    who = 2 if rule.token is not None else 1 if rule.group is not None else 0
    where = 3 if rule.evses else 2 if rule.station_id is not None else 1 if rule.site_id is not None else 0
    return who, where, int(rule.of_hardware)


def _reason(rule: AccessRule) -> AuthorizationStatus:
    if rule.windows:
        return AuthorizationStatus.NOT_AT_THIS_TIME
    if rule.evses or rule.of_hardware:
        return AuthorizationStatus.NOT_ALLOWED_TYPE_EVSE
    anywhere = rule.station_id is None and rule.site_id is None
    return AuthorizationStatus.BLOCKED if anywhere else AuthorizationStatus.NOT_AT_THIS_LOCATION


def _numbers(rules: Iterable[AccessRule]) -> tuple[int, ...]:
    return tuple(rule.id or 0 for rule in rules)
