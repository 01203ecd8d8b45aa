"""Changing how a station proves itself: what may be begun, what it sends, and what its outcome means.

What is begun is pending before the station hears of it, and admitted beside what was before; so neither a lost answer
nor a crash can lock a station out, and none lets the old way live on once the new one was used.
"""

import re
from typing import Any, Final

from busbar.csms.records.security import StationSecurity
from busbar.csms.rows import Command, CommandState
from busbar.csms.services.admission import TLS_BASIC, TLS_CERTIFICATE, UNSECURED, accepted_secret
from busbar.model.orders import SetVariables, VariableName
from busbar.model.versions import Version
from busbar.protocol.versions import RULES

PASSWORD_16: Final = VariableName(variable="AuthorizationKey")
PASSWORD_2X: Final = VariableName(component="SecurityCtrlr", variable="BasicAuthPassword")
PROFILE_16: Final = VariableName(variable="SecurityProfile")
PRIORITY_2X: Final = VariableName(component="OCPPCommCtrlr", variable="NetworkConfigurationPriority")

_KEY: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")
_REBOOT: Final = "RebootRequired"
_NOT_DONE: Final = (CommandState.REJECTED, CommandState.ERROR, CommandState.EXPIRED)
_NOT_KNOWN: Final = (CommandState.TIMED_OUT, CommandState.UNKNOWN)


class Forbidden(Exception):
    """A change of a station's security that is not allowed now; the text says why."""


def check_profile(row: StationSecurity, profile: int, *, has_password: bool) -> None:
    """Raise Forbidden where a station may not be told to change to a profile.

    Only upwards, or from 3 to 2 where the operator allowed it (A00.FR.005, A05.FR.08, A05.FR.09).
    """
    down = row.profile == TLS_CERTIFICATE and profile == TLS_BASIC and row.downgrade_allowed
    if profile <= row.profile and not down:
        raise Forbidden(f"the station has security profile {row.profile}, and may only be raised")
    if row.pending_profile not in (None, profile):
        raise Forbidden(f"a change to security profile {row.pending_profile} is under way")
    if profile == TLS_CERTIFICATE and (row.certificate_name is None or row.certificate_organisation is None):
        raise Forbidden("no certificate is registered for the station")
    if profile != TLS_CERTIFICATE and not has_password:
        raise Forbidden("the station has no password")


def check_setting(row: StationSecurity, made: StationSecurity, version: Version | None, *, replaced: bool) -> None:
    """Raise Forbidden where an operator may not set a station's security like this.

    Once raised, a profile stays so for ever (A05.FR.07), but where the device was replaced, or from 3 to 2 where that
    is allowed. Profile 0 is for 1.6 alone.
    """
    down = made.profile < row.profile
    allowed = row.profile == TLS_CERTIFICATE and made.profile == TLS_BASIC and made.downgrade_allowed
    if down and not (allowed or replaced):
        raise Forbidden(f"the station has security profile {row.profile}, and may only be raised")
    if made.profile == UNSECURED and version is not None and not RULES[version].unsecured:
        raise Forbidden("this version has no security profile 0")
    if made.profile == TLS_CERTIFICATE and (made.certificate_name is None or made.certificate_organisation is None):
        raise Forbidden("profile 3 takes certificate_name and certificate_organisation")


def check_password(row: StationSecurity) -> None:
    """Raise Forbidden where a station may not be given another password now."""
    if row.pending_secret is not None:
        raise Forbidden("a change of the password is under way, or what became of it is not known yet")


def spell_password(version: Version, password: str) -> str:
    """Return a password as a station of this version is given it: as text, or in 1.6 as hex digits of 16 to 20 bytes.

    Raises Forbidden where it cannot be.
    """
    if RULES[version].device_model or _KEY.fullmatch(password):
        return password
    digits = password.encode().hex()
    if not _KEY.fullmatch(digits):
        raise Forbidden("a 1.6 station takes 16 to 20 bytes, or their 32 to 40 hex digits")
    return digits


def password_order(version: Version, password: str) -> SetVariables:
    """Return the order that gives a station its password (A01.FR.02)."""
    return SetVariables(values=[(PASSWORD_2X if RULES[version].device_model else PASSWORD_16, password)])


def profile_order(version: Version, profile: int, slots: str) -> SetVariables:
    """Return the order after which a station uses a profile: the profile itself (1.6), or the slots that have it."""
    if RULES[version].device_model:
        return SetVariables(values=[(PRIORITY_2X, slots)])
    return SetVariables(values=[(PROFILE_16, str(profile))])


def password_settled(row: StationSecurity, before: bytes | None, command: Command) -> dict[str, Any] | None:
    """Return what changes now that the command with a password ended; None while it did not.

    Accepted: the new password alone (A01.FR.03). Refused, or never sent: the old one alone (A01.FR.04). A reboot is
    needed, or no answer came: both, until the new one is used.
    """
    if not command.state.final:
        return None
    if command.state in _NOT_DONE:
        return {"pending_secret": None, "secret_command": None}
    if command.state in _NOT_KNOWN or command.status == _REBOOT:
        return {"secret_command": None}
    return accepted_secret(row, before)


def profile_settled(command: Command) -> dict[str, Any] | None:
    """Return what changes now that the command to change the profile ended; None while it did not.

    A refusal ends the change; otherwise both profiles count until the new one is used.
    """
    if not command.state.final:
        return None
    if command.state in _NOT_DONE:
        return {"pending_profile": None, "profile_command": None}
    return {"profile_command": None}
