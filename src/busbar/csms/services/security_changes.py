"""Which commands change how a station proves itself, in whatever form they are sent. Decides nothing."""

from dataclasses import dataclass
from typing import Final

from busbar.csms.ports import RawCall
from busbar.model.network import SetNetworkProfile
from busbar.model.orders import Order, SetVariables, VariableName
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS

_ACTIONS: Final = frozenset({"ChangeConfiguration", "SetVariables", "SetNetworkProfile"})
_PASSWORDS: Final = frozenset({(None, "authorizationkey"), ("securityctrlr", "basicauthpassword")})
_PROFILES: Final = frozenset({(None, "securityprofile")})


@dataclass(frozen=True, slots=True)
class SecurityChange:
    """What a command changes.

    Attributes:
        password: the password that it gives.
        profile: the security profile that it leads to.
        alone: it does nothing else, so that its outcome is that of the change.
        offered: the profile is only written down, and may never be used.
    """

    password: str | None = None
    profile: int | None = None
    alone: bool = True
    offered: bool = False


def security_change(version: Version, request: Order | RawCall) -> SecurityChange | None:
    """Return what a command changes of a station's security; None for all others."""
    match order_in(version, request, _ACTIONS):
        case SetVariables(values=values):
            return _variables_change(values)
        case SetNetworkProfile(profile=profile):
            return SecurityChange(profile=profile.security_profile, offered=True)
    return None


def order_in(version: Version, request: Order | RawCall, actions: frozenset[str]) -> Order | None:
    """Return the order that a request is; None for a raw call of another action, or one that will not be sent."""
    if not isinstance(request, RawCall):
        return request
    if request.action not in actions:
        return None
    try:
        payload = codec.decode_request(version, request.action, request.payload)
        return TRANSLATORS[version].to_order(request.action, payload)
    except ProtocolViolation:
        return None


def _variables_change(values: list[tuple[VariableName, str]]) -> SecurityChange | None:
    for name, value in values:
        asked = (name.component and name.component.casefold(), name.variable.casefold())
        if asked in _PASSWORDS:
            return SecurityChange(password=value, alone=len(values) == 1)
        if asked in _PROFILES and value.strip().isdecimal():
            return SecurityChange(profile=int(value), alone=len(values) == 1)
    return None
