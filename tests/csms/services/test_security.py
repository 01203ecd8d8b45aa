"""Changes of profile and password: what may begin, what is sent, what an outcome means."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.security import StationSecurity
from busbar.csms.rows import Command, CommandState
from busbar.csms.services.security import (
    Forbidden,
    check_password,
    check_profile,
    password_order,
    password_settled,
    profile_order,
    profile_settled,
    spell_password,
)
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

AT = datetime(2026, 5, 1, tzinfo=UTC)
HEX = "00112233445566778899aabbccddeeff"


def security(profile: int = 1, **fields) -> StationSecurity:
    return StationSecurity(station_id=7, profile=profile, **fields)


def command(state: CommandState, status: str | None = None) -> Command:
    return Command(
        id="c", station_id=7, action="X", payload=b"{}", created_at=AT, expires_at=AT, state=state, status=status
    )


CERTIFIED = {"certificate_name": "SN1", "certificate_organisation": "Operator"}


@pytest.mark.parametrize(("own", "new"), [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)])
def test_a_profile_may_be_raised(own, new):
    check_profile(security(own, **CERTIFIED), new, has_password=True)


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize(("own", "new"), [(1, 0), (1, 1), (2, 1), (2, 0), (3, 1), (3, 0), (2, 2)])
def test_a_profile_is_never_lowered_to_1_or_0__A00_FR_005_A05_FR_09(own, new, allowed):
    with pytest.raises(Forbidden):
        check_profile(security(own, downgrade_allowed=allowed, **CERTIFIED), new, has_password=True)


def test_a_profile_goes_from_3_to_2_only_where_the_operator_said_so__A05_FR_08():
    check_profile(security(3, downgrade_allowed=True), 2, has_password=True)
    with pytest.raises(Forbidden):
        check_profile(security(3), 2, has_password=True)


@pytest.mark.parametrize(
    ("row", "new", "has_password"),
    [(security(1), 3, True), (security(0), 2, False), (security(1, pending_profile=2), 3, True)],
)
def test_a_profile_that_could_lock_the_station_out_is_not_begun(row, new, has_password):
    with pytest.raises(Forbidden):
        check_profile(row, new, has_password=has_password)


def test_one_change_of_the_password_at_a_time():
    check_password(security())
    with pytest.raises(Forbidden):
        check_password(security(pending_secret=b"x"))


@pytest.mark.parametrize("version", Version)
def test_every_version_has_its_way_to_set_a_password__A01_FR_02(version):
    action, payload = TRANSLATORS[version].from_order(password_order(version, HEX))
    sent = codec.encode(payload)
    codec.decode_request(version, action, sent)
    assert HEX.encode() in sent
    assert (b"AuthorizationKey" in sent) is (version is Version.V16)
    assert (b'"name":"BasicAuthPassword"' in sent and b"SecurityCtrlr" in sent) is (version is not Version.V16)


@pytest.mark.parametrize("version", Version)
def test_every_version_has_its_way_to_change_the_profile(version):
    action, payload = TRANSLATORS[version].from_order(profile_order(version, 2, "1,0"))
    sent = codec.encode(payload)
    codec.decode_request(version, action, sent)
    if version is Version.V16:
        assert (action, sent) == ("ChangeConfiguration", b'{"key":"SecurityProfile","value":"2"}')
    else:
        assert b'"1,0"' in sent
        assert b"NetworkConfigurationPriority" in sent


def test_a_1_6_password_is_spelt_in_hex_digits():
    assert spell_password(Version.V16, HEX) == HEX
    assert spell_password(Version.V16, "sixteen-letters!") == b"sixteen-letters!".hex()
    assert spell_password(Version.V201, "sixteen-letters!") == "sixteen-letters!"
    with pytest.raises(Forbidden):
        spell_password(Version.V16, "more than twenty letters")


@pytest.mark.parametrize(
    ("ended", "values"),
    [
        (command(CommandState.SENT), None),
        (
            command(CommandState.ACCEPTED, "Accepted"),
            {"secret": b"new", "pending_secret": None, "secret_command": None, "retired_secret": b"old"},
        ),
        (command(CommandState.ACCEPTED, "RebootRequired"), {"secret_command": None}),
        (command(CommandState.REJECTED, "Rejected"), {"pending_secret": None, "secret_command": None}),
        (command(CommandState.ERROR), {"pending_secret": None, "secret_command": None}),
        (command(CommandState.EXPIRED), {"pending_secret": None, "secret_command": None}),
        (command(CommandState.TIMED_OUT), {"secret_command": None}),
        (command(CommandState.UNKNOWN), {"secret_command": None}),
    ],
)
def test_what_the_end_of_a_password_command_means__A01_FR_03_A01_FR_04(ended, values):
    assert password_settled(security(pending_secret=b"new"), b"old", ended) == values


@pytest.mark.parametrize(
    ("ended", "values"),
    [
        (command(CommandState.QUEUED), None),
        (command(CommandState.ACCEPTED, "Accepted"), {"profile_command": None}),
        (command(CommandState.UNKNOWN), {"profile_command": None}),
        (command(CommandState.REJECTED, "Rejected"), {"pending_profile": None, "profile_command": None}),
        (command(CommandState.EXPIRED), {"pending_profile": None, "profile_command": None}),
    ],
)
def test_a_refused_profile_is_no_more_pending(ended, values):
    assert profile_settled(ended) == values
