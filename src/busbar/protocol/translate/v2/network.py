"""2.x network connection profiles ↔ neutral; 2.0.1 has a few fields less. `wire` is the version's module of types."""

from typing import Any

import msgspec
from msgspec import UNSET

from busbar.model.network import AccessPoint, NetworkProfile, PrivateNetwork, SetNetworkProfile
from busbar.protocol.translate.errors import improper, required, unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v2.words import status_writer


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share."""
    profiles = Profiles(wire)
    return Part(
        calls={
            "SetNetworkProfile": Call(
                profiles.read_set,
                read_status,
                status_writer(wire, wire.SetNetworkProfileResponse, wire.SetNetworkProfileStatusEnumType),
            )
        },
        orders={SetNetworkProfile: profiles.write_set},
    )


class Profiles:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire
        fields = {field.name: field for field in msgspec.structs.fields(wire.NetworkConnectionProfileType)}
        self._has_identity = "identity" in fields
        self._needs_version = fields["ocpp_version"].required

    def read_set(self, sent: Any) -> SetNetworkProfile:
        data = sent.connection_data
        profile = NetworkProfile(
            url=data.ocpp_csms_url,
            interface=data.ocpp_interface.value,
            transport=data.ocpp_transport.value,
            message_timeout_s=data.message_timeout,
            security_profile=data.security_profile,
            version=data.ocpp_version.value if data.ocpp_version else None,
            identity=_given(getattr(data, "identity", UNSET)),
            password=_given(getattr(data, "basic_auth_password", UNSET)),
            access_point=_read_access_point(data.apn) if data.apn else None,
            private_network=_read_private_network(data.vpn) if data.vpn else None,
        )
        return SetNetworkProfile(slot=sent.configuration_slot, profile=profile)

    def write_set(self, order: SetNetworkProfile) -> Written:
        wire, profile = self._wire, order.profile
        version: Any = required(profile.version, "version") if self._needs_version else profile.version
        newer: dict[str, Any] = {}
        if self._has_identity:
            newer = {"identity": _sent(profile.identity), "basic_auth_password": _sent(profile.password)}
        elif profile.identity is not None or profile.password is not None:
            raise unsupported("2.0.1 network profiles have no identity and no password")
        data = wire.NetworkConnectionProfileType(
            ocpp_csms_url=profile.url,
            ocpp_interface=word(wire.OCPPInterfaceEnumType, profile.interface),
            ocpp_transport=word(wire.OCPPTransportEnumType, profile.transport),
            message_timeout=profile.message_timeout_s,
            security_profile=profile.security_profile,
            ocpp_version=UNSET if version is None else word(wire.OCPPVersionEnumType, version),
            apn=self._access_point(profile.access_point),
            vpn=self._private_network(profile.private_network),
            **newer,
        )
        return "SetNetworkProfile", wire.SetNetworkProfileRequest(configuration_slot=order.slot, connection_data=data)

    def _access_point(self, point: AccessPoint | None) -> Any:
        if point is None:
            return UNSET
        if point.only_preferred_network and point.preferred_network is None:
            raise improper("a preferred network is needed where it is to be the only one")
        return self._wire.APNType(
            apn=point.apn,
            apn_authentication=word(self._wire.APNAuthenticationEnumType, point.authentication),
            apn_user_name=_sent(point.user),
            apn_password=_sent(point.password),
            sim_pin=_sent(point.sim_pin),
            preferred_network=_sent(point.preferred_network),
            use_only_preferred_network=_sent(point.only_preferred_network),
        )

    def _private_network(self, network: PrivateNetwork | None) -> Any:
        if network is None:
            return UNSET
        return self._wire.VPNType(
            server=network.server,
            user=network.user,
            group=_sent(network.group),
            password=network.password,
            key=network.key,
            type=word(self._wire.VPNEnumType, network.kind),
        )


def _sent(value: Any) -> Any:
    return UNSET if value is None else value


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _read_access_point(sent: Any) -> AccessPoint:
    return AccessPoint(
        apn=sent.apn,
        authentication=sent.apn_authentication.value,
        user=_given(sent.apn_user_name),
        password=_given(sent.apn_password),
        sim_pin=_given(sent.sim_pin),
        preferred_network=_given(sent.preferred_network),
        only_preferred_network=_given(sent.use_only_preferred_network),
    )


def _read_private_network(sent: Any) -> PrivateNetwork:
    return PrivateNetwork(
        server=sent.server,
        user=sent.user,
        group=_given(sent.group),
        password=sent.password,
        key=sent.key,
        kind=sent.type.value,
    )
