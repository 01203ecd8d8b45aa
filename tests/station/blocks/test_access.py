"""New credentials are tried; what does not work is given up, and what works stays: profiles only rise."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from busbar.model.certificates import CertificateUse
from busbar.model.network import NetworkProfile, SetNetworkProfile
from busbar.model.orders import SetVariables, VariableName
from busbar.model.security import SecurityEventReported
from busbar.model.trust import InstallCertificate
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.access import Access, Way
from busbar.station.config import StationConfig
from busbar.station.core import Station
from tests.fixtures.certificates import Authority

OLD, NEW = "0123456789abcdef", "fedcba9876543210"
ATTEMPTS = 3
FAILED = ev.ConnectFailed(ev.Obstacle.OTHER)


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def station(play: Any, version: Version = Version.V16, root: Authority | None = None, **build: Any) -> Any:
    p = play(version, **{"csms_url": "ws://csms.example:80/ocpp", "password": OLD} | build)
    p.now = datetime.now(UTC)
    p.go_online()
    if root is not None:
        p.order(InstallCertificate(use=CertificateUse.CSMS_ROOT, certificate=root.path.read_text()))
    return p


def password(p: Any) -> str | None:
    found: str | None = p.station.network(1).password
    return found


def profile(p: Any) -> int:
    found: int = p.station.network(1).security_profile
    return found


def write(p: Any, key: str, value: str) -> str:
    old = p.config.version is Version.V16
    name = VariableName(variable=key, component=None if old else "SecurityCtrlr")
    status: str = p.order(SetVariables(values=[(name, value)])).variables[0].status
    return status


def drop(p: Any) -> None:
    assert ef.Reconnect() in p.wait(2)
    p.run(ev.Disconnected())


@pytest.mark.parametrize("version", list(Version))
def test_a_new_password_is_used_from_the_next_connection_on__A01(play: Any, version: Version) -> None:
    p = station(play, version)
    key = "AuthorizationKey" if version is Version.V16 else "BasicAuthPassword"
    assert write(p, key, "short") == "Rejected"
    assert write(p, key, NEW) == "Accepted"
    drop(p)
    assert password(p) == NEW
    p.run(ev.Connected(), ev.Disconnected(), *[FAILED] * 9)
    assert password(p) == NEW
    assert NEW not in repr(p.station.network(1))


@pytest.mark.parametrize("cut", [False, True])
def test_a_password_that_does_not_work_is_given_up(play: Any, cut: bool) -> None:
    p = station(play)
    write(p, "AuthorizationKey", NEW)
    drop(p)
    if cut:
        p.power_cut(connect=False)
    p.run(*[ev.ConnectFailed(ev.Obstacle.CREDENTIALS)] * (ATTEMPTS - 1))
    assert password(p) == NEW
    p.run(FAILED)
    assert password(p) == OLD


def test_a_profile_only_rises_and_only_with_what_it_takes__A05_FR_01_02_03_04(play: Any, root: Authority) -> None:
    p = station(play)
    assert [write(p, "SecurityProfile", value) for value in ("0", "1", "2", "3", "4")] == ["Rejected"] * 5
    p = station(play, root=root)
    assert [write(p, "SecurityProfile", value) for value in ("3", "2", "1")] == ["Rejected", "Accepted", "Rejected"]
    p = station(play, password=None, security_profile=0)
    assert write(p, "SecurityProfile", "1") == "Rejected"
    assert write(p, "AuthorizationKey", NEW) == "Accepted"
    assert write(p, "SecurityProfile", "1") == "Accepted"


@pytest.mark.parametrize(
    ("secure_url", "url"), [("", "wss://csms.example:80/ocpp"), ("wss://tls.example/", "wss://tls.example/")]
)
def test_a_higher_profile_is_tried_and_stays__A05_FR_06_07(
    play: Any, root: Authority, secure_url: str, url: str
) -> None:
    p = station(play, root=root, secure_url=secure_url)
    write(p, "SecurityProfile", "2")
    drop(p)
    assert (profile(p), p.station.network(1).url) == (2, url)
    assert p.station.way(2).roots == (root.path.read_text(),)
    p.run(ev.Connected(), ev.Disconnected(), *[FAILED] * 9)
    assert profile(p) == 2
    p.power_cut(connect=False)
    assert (profile(p), p.station.network(1).url) == (2, url)


def test_goes_back_where_the_higher_profile_does_not_connect__A05_FR_08(play: Any, root: Authority) -> None:
    p = station(play, root=root)
    write(p, "SecurityProfile", "2")
    drop(p)
    p.run(*[FAILED] * ATTEMPTS)
    assert (profile(p), p.station.network(1).url) == (1, "ws://csms.example:80/ocpp")
    p.run(ev.Connected(), ev.Disconnected(), *[FAILED] * ATTEMPTS)
    assert profile(p) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_old_and_new_are_tried_in_turn_until_one_works__B10_FR_08(play: Any, cut: bool) -> None:
    p = station(play)
    write(p, "AuthorizationKey", NEW)
    drop(p)
    found = []
    for _ in range(4):
        found.append(password(p))
        p.run(*[FAILED] * ATTEMPTS)
        if cut:
            p.power_cut(connect=False)
    assert found == [NEW, OLD, NEW, OLD]
    p.run(ev.Connected(), ev.Disconnected(), *[FAILED] * ATTEMPTS)
    assert password(p) == NEW


def test_an_expired_root_is_none__A05_FR_03(play: Any, root: Authority) -> None:
    p = station(play, root=root)
    p.now = p.now.replace(year=p.now.year + 9)
    assert write(p, "SecurityProfile", "2") == "Rejected"


def test_2_x_only_reads_the_profile(play: Any) -> None:
    assert write(station(play, Version.V201), "SecurityProfile", "2") == "Rejected"


@pytest.mark.parametrize("obstacle", [ev.Obstacle.CERTIFICATE, ev.Obstacle.TLS_VERSION, ev.Obstacle.CIPHERS])
def test_a_server_that_is_none_is_told_once_a_good_one_is_there(play: Any, obstacle: ev.Obstacle) -> None:
    p = station(play, Version.V201)
    p.run(ev.Disconnected(), *[ev.ConnectFailed(obstacle)] * 3, ev.Connected())
    told = [fact.type for fact in p.csms.heard if isinstance(fact, SecurityEventReported)]
    assert told == [obstacle.value]


def test_a_station_without_tls_has_no_block() -> None:
    made = Station(StationConfig(identity="X", version=Version.V201), new_id=lambda: "t")
    assert made.way(made.network(1).security_profile) == Way()
    assert made._fittings.known(Access) is None


def test_built_in_certificates_are_used(root: Authority) -> None:
    issued = root.issue("X")
    config = StationConfig(
        identity="X",
        version=Version.V21,
        security_profile=3,
        roots=((CertificateUse.CSMS_ROOT, root.path.read_text()),),
        certificate=(issued.chain.read_text(), issued.key.read_text()),
    )
    way = Station(config, new_id=lambda: "t").way(3)
    assert (way.roots, way.chain) == ((root.path.read_text(),), issued.chain.read_text())
    assert way.key == issued.key.read_text()
    assert issued.key.read_text() not in repr(way)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_slot_that_takes_what_is_not_there_is_not_tried__A05_FR_02_03_TC_A_20_CS_TC_A_21_CS(
    play: Any, root: Authority, version: Version
) -> None:
    p = station(play, version)
    order = VariableName(component="OCPPCommCtrlr", variable="NetworkConfigurationPriority")

    def prefer(strength: int) -> str:
        there = NetworkProfile(
            url="wss://csms.example", interface="Wired0", message_timeout_s=9, security_profile=strength
        )
        assert p.order(SetNetworkProfile(slot=2, profile=there)).status == "Accepted"
        return str(p.order(SetVariables(values=[(order, "2,1")])).variables[0].status)

    assert prefer(2) == "Rejected"
    p.order(InstallCertificate(use=CertificateUse.CSMS_ROOT, certificate=root.path.read_text()))
    assert prefer(3) == "Rejected"
    assert prefer(2) == "RebootRequired"
