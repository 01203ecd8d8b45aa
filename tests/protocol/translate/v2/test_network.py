"""A network profile is sent whole, and only where the version has a word for all of it."""

import pytest

from busbar.model.network import AccessPoint, NetworkProfile, PrivateNetwork, SetNetworkProfile
from busbar.model.orders import Outcome
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate import Untranslatable, translator

POINT = AccessPoint(
    apn="internet",
    authentication="CHAP",
    user="u",
    password="p",
    sim_pin=1234,
    preferred_network="26201",
    only_preferred_network=True,
)
NETWORK = PrivateNetwork(server="vpn.example", user="u", password="p", key="k", kind="IKEv2", group="g")


def profile(**fields: object) -> NetworkProfile:
    values: dict[str, object] = {
        "url": "wss://csms.example/ocpp",
        "interface": "Wired0",
        "message_timeout_s": 30,
        "security_profile": 2,
        "version": "OCPP20",
    }
    return NetworkProfile(**values | fields)  # type: ignore[arg-type]


def there_and_back(version: Version, order: SetNetworkProfile) -> object:
    action, payload = translator(version).from_order(order)
    assert action == "SetNetworkProfile"
    return translator(version).to_order(action, codec.decode_request(version, action, codec.encode(payload)))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@pytest.mark.parametrize("order", [profile(), profile(access_point=POINT, private_network=NETWORK)])
def test_a_profile_comes_out_as_it_was_written(version: Version, order: NetworkProfile) -> None:
    sent = SetNetworkProfile(slot=1, profile=order)
    assert there_and_back(version, sent) == sent


def test_2_1_gives_a_profile_its_own_identity_and_password_and_leaves_the_version_open() -> None:
    sent = SetNetworkProfile(slot=1, profile=profile(identity="cs1", password="secret", version=None))
    assert there_and_back(Version.V21, sent) == sent


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"version": None}, ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION),
        ({"identity": "cs1"}, ErrorCode.NOT_SUPPORTED),
        ({"password": "secret"}, ErrorCode.NOT_SUPPORTED),
        ({"interface": "Any"}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (
            {"access_point": AccessPoint(apn="a", authentication="AUTO", only_preferred_network=True)},
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        ),
    ],
)
def test_what_2_0_1_cannot_say_is_not_sent(fields: dict[str, object], code: ErrorCode) -> None:
    with pytest.raises(Untranslatable) as failed:
        translator(Version.V201).from_order(SetNetworkProfile(slot=1, profile=profile(**fields)))
    assert failed.value.code is code


def test_secrets_are_not_in_what_is_shown_of_a_profile() -> None:
    shown = repr(profile(password="topsecret", access_point=POINT, private_network=NETWORK))
    assert not any(secret in shown for secret in ("topsecret", "'p'", "'k'", "1234"))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@pytest.mark.parametrize("outcome", [Outcome(status="Accepted"), Outcome(status="Rejected", reason="InvalidValue")])
def test_a_station_says_whether_it_stored_a_profile(version: Version, outcome: Outcome) -> None:
    payload = translator(version).from_outcome("SetNetworkProfile", outcome)
    assert translator(version).to_outcome("SetNetworkProfile", payload, payload) == outcome
