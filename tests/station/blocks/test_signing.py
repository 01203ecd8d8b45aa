"""The station's own certificates: asked for, checked, taken into use, renewed; its keys stay inside."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from busbar.model import trust
from busbar.model.certificates import CertificateUse, SigningUse
from busbar.model.facts import Fact
from busbar.model.orders import Trigger
from busbar.model.security import SecurityEventReported
from busbar.model.values import Place
from busbar.model.versions import Version
from busbar.pki.hashes import hash_data
from busbar.pki.pem import read_chain
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station import tls
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.blocks.signing import Own, Signing
from busbar.station.keys import KeyMade, MakeKey
from busbar.station.work import Failed
from busbar.station.workers.keys import _make
from tests.fixtures.certificates import Authority, name_of

ALL = pytest.mark.parametrize("version", list(Version))
TRIGGER = Trigger(message="SignChargingStationCertificate", place=Place())


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def p(play: Any, root: Authority) -> Any:
    return station(play, root)


def station(play: Any, root: Authority, version: Version = Version.V201, **build: Any) -> Any:
    p = play(version, **build)
    p.now = datetime.now(UTC)
    p.csms.answers = True
    answer = p.csms.answer

    def signing(fact: Fact, now: datetime) -> Any:
        found = answer(fact, now)
        return trust.SigningAnswer(accepted=p.csms.answers) if isinstance(fact, trust.SigningRequested) else found

    p.csms.answer = signing
    p.go_online()
    for use in (CertificateUse.CSMS_ROOT, CertificateUse.V2G_ROOT):
        p.order(trust.InstallCertificate(use=use, certificate=root.path.read_text()))
    return p


def ask(p: Any, message: str = TRIGGER.message) -> KeyMade:
    assert p.order(Trigger(message=message, place=Place())).status == "Accepted"
    made = _make(next(work for work in p.works.values() if isinstance(work, MakeKey)))
    p.work(MakeKey, made)
    return made


def asked(p: Any) -> list[trust.SigningRequested]:
    return [fact for fact in p.sent if isinstance(fact, trust.SigningRequested)]


def deliver(p: Any, chain: str, use: SigningUse | None = SigningUse.STATION, request_id: int | None = None) -> str:
    status: str = p.order(trust.DeliverCertificate(chain=chain, use=use, request_id=request_id)).status
    return status


def own(p: Any, use: SigningUse = SigningUse.STATION) -> Own | None:
    found: Own | None = p.station._fittings.get(Signing).own(use)
    return found


@ALL
def test_a_triggered_request_is_signed_and_used__A02_FR_02_03_08(play: Any, root: Authority, version: Version) -> None:
    p = station(play, root, version, security_profile=3)
    made = ask(p)
    assert asked(p)[-1].csr == made.csr
    chain = root.sign(made.csr)
    assert deliver(p, chain) == "Accepted"
    assert ef.Reconnect() in p.wait(2)
    assert "ReconfigurationOfSecurityParameters" in p.station._fittings.get(SecurityEvents).text()
    assert (p.station.way(3).chain, p.station.way(3).key) == (chain, made.key)
    p.power_cut()
    assert own(p) == Own(chain, made.key)


def test_the_key_is_in_no_message__A02_FR_05(p: Any, root: Authority) -> None:
    made = ask(p)
    deliver(p, root.sign(made.csr))
    secret = "".join(made.key.splitlines()[1:-1])
    assert all(secret[:40] not in repr(fact) for fact in p.sent)


@ALL
@pytest.mark.parametrize("flaw", ["stranger", "key", "name", "expired", "future", "text"])
def test_refuses_what_is_not_good_and_tells__A02_FR_06_07_20(
    play: Any, root: Authority, tmp_path: Path, version: Version, flaw: str
) -> None:
    p = station(play, root, version)
    csr = ask(p).csr
    other = _make(MakeKey(kind="ecdsa", common_name="CS1", organisation="Busbar")).csr
    chain = {
        "stranger": Authority(tmp_path, "Other").sign(csr),
        "key": root.sign(other),
        "name": root.sign(csr, name=name_of("CS2", "Busbar")),
        "expired": root.sign(csr, (-9, -1)),
        "future": root.sign(csr, (1, 9)),
        "text": "no certificate",
    }[flaw]
    assert deliver(p, chain) == "Rejected"
    assert own(p) is None
    told = [fact.type for fact in p.csms.heard if isinstance(fact, SecurityEventReported)]
    assert told == ["InvalidChargePointCertificate" if version is Version.V16 else "InvalidChargingStationCertificate"]
    p.wait(10_000)
    assert len(asked(p)) == 1


def test_refuses_what_it_did_not_ask_for__A02_FR_26(p: Any, root: Authority) -> None:
    stray = _make(MakeKey(kind="ecdsa", common_name="CS1", organisation="Busbar"))
    assert deliver(p, root.sign(stray.csr)) == "Rejected"
    made = ask(p)
    assert deliver(p, root.sign(made.csr), request_id=99) == "Rejected"
    assert deliver(p, root.sign(made.csr), use=SigningUse.V2G) == "Rejected"
    assert deliver(p, root.sign(made.csr), request_id=asked(p)[-1].request_id) == "Accepted"


def test_refuses_what_is_too_long__A02_FR_16(play: Any, root: Authority) -> None:
    p = station(play, root, settings={"CertificateSignedMaxChainSize": "100"})
    assert deliver(p, root.sign(ask(p).csr)) == "Rejected"


def test_asks_again_ever_later_and_then_gives_up__A02_FR_17_18_19(play: Any, root: Authority) -> None:
    p = station(play, root, settings={"CertSigningWaitMinimum": "10", "CertSigningRepeatTimes": "2"})
    ask(p)
    for wait_s, count in ((9, 1), (1, 2), (19, 2), (1, 3), (39, 3), (1, 3), (10_000, 3)):
        p.wait(wait_s)
        assert len(asked(p)) == count
    assert len({fact.csr for fact in asked(p)}) == 1
    ask(p)
    assert len(asked(p)) == 4


def test_a_refused_request_is_not_sent_again(p: Any) -> None:
    p.csms.answers = False
    ask(p)
    p.wait(10_000)
    assert len(asked(p)) == 1


def test_a_request_outlasts_a_power_cut(p: Any, root: Authority) -> None:
    made = ask(p)
    p.power_cut()
    p.wait(61)
    assert [fact.csr for fact in asked(p)] == [made.csr] * 2
    assert deliver(p, root.sign(made.csr)) == "Accepted"


def test_no_key_no_request(p: Any) -> None:
    p.order(TRIGGER)
    p.work(MakeKey, Failed("no"))
    assert asked(p) == []
    ask(p)
    assert len(asked(p)) == 1


@pytest.mark.parametrize(
    ("message", "use"),
    [("SignV2GCertificate", SigningUse.V2G), ("SignV2G20Certificate", SigningUse.V2G20)],
)
def test_a_v2g_certificate_names_its_root__A02_FR_13_23_27(
    play: Any, root: Authority, message: str, use: SigningUse
) -> None:
    p = station(play, root, Version.V21)
    made = ask(p, message)
    assert asked(p)[-1].use is use
    assert asked(p)[-1].root == hash_data(root.certificate, root.certificate)
    assert deliver(p, root.sign(made.csr), use) == "Accepted"
    assert own(p, use) is not None
    assert own(p) is None


def test_one_certificate_may_be_for_both(p: Any, root: Authority) -> None:
    made = ask(p, "SignCombinedCertificate")
    assert asked(p)[-1].use is None
    chain = root.sign(made.csr)
    assert deliver(p, chain, None) == "Accepted"
    assert own(p) == own(p, SigningUse.V2G) == Own(chain, made.key)


def test_the_stations_own_certificate_cannot_be_deleted__M04_FR_06(p: Any, root: Authority) -> None:
    chain = root.sign(ask(p).csr)
    deliver(p, chain)
    name = hash_data(read_chain(chain)[0], root.certificate)
    assert p.order(trust.DeleteCertificate(certificate=name)).status == "Failed"


def test_asks_by_itself_before_the_certificate_runs_out__A03_FR_02(p: Any, root: Authority) -> None:
    deliver(p, root.sign(ask(p).csr, (-1, 100)))
    p.wait(timedelta(days=69).total_seconds())
    assert not p.works
    p.wait(timedelta(days=2).total_seconds())
    assert [type(work) for work in p.works.values()] == [MakeKey]


@pytest.mark.parametrize("cut", [False, True])
def test_goes_back_to_the_old_certificate_where_the_new_one_fails__A02_FR_28_29(
    play: Any, root: Authority, cut: bool
) -> None:
    p = station(play, root, security_profile=3)
    first = renew(p, root)
    p.run(ev.Connected())
    second = renew(p, root)
    found = []
    for _ in range(4):
        found.append(p.station.way(3).chain)
        p.run(*[ev.ConnectFailed(ev.Obstacle.OTHER)] * 3)
        if cut:
            p.power_cut(connect=False)
    assert found == [second, first] * 2
    p.run(*[ev.ConnectFailed(ev.Obstacle.OTHER)] * 3)
    assert told(p) == []
    p.run(ev.Connected(), ev.Disconnected(), *[ev.ConnectFailed(ev.Obstacle.OTHER)] * 9)
    assert told(p) == ["DiscardedRenewedClientCertificate"]
    assert p.station.way(3).chain == first


def renew(p: Any, root: Authority) -> str:
    """Let the station have a new certificate, and lose the connection by the old one."""
    chain = root.sign(ask(p).csr)
    assert deliver(p, chain) == "Accepted"
    p.wait(2)
    p.run(ev.Disconnected())
    return chain


def told(p: Any) -> list[str]:
    return [fact.type for fact in p.csms.heard if isinstance(fact, SecurityEventReported)]


@given(cut=st.integers(0, 40))
@settings(max_examples=41, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_power_cut_at_any_instant_of_a_renewal_loses_no_certificate(
    play: Any, power_cut: Any, tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    root = Authority(tmp_path_factory.mktemp("pki"))
    p = station(play, root, security_profile=3)
    chains = [renew(p, root)]
    p.run(ev.Connected())
    p.cut_before = p.performed + cut
    with contextlib.suppress(power_cut):
        made = ask(p)
        chains.append(root.sign(made.csr))
        deliver(p, chains[-1])
        p.wait(2)
        p.run(ev.Disconnected(), ev.Connected())
    p.power_cut(connect=False)
    held = own(p)
    assert held is not None
    assert p.station.way(3).chain == held.chain in chains
    assert tls.context((root.path.read_text(),), held.chain, held.key)  # the key is the certificate's
    p.run(ev.Connected(), ev.Disconnected(), *[ev.ConnectFailed(ev.Obstacle.OTHER)] * 9)
    assert own(p) == held


def test_watches_the_end_of_the_certificate_it_was_made_with__A03_FR_02(play: Any, root: Authority) -> None:
    issued = root.issue("CS1", days=(-1, 100))
    p = play(Version.V21, certificate=(issued.chain.read_text(), issued.key.read_text()))
    p.now = datetime.now(UTC)
    p.go_online()
    p.wait(timedelta(days=69).total_seconds())
    assert not p.works
    p.wait(timedelta(days=2).total_seconds())
    assert [type(work) for work in p.works.values()] == [MakeKey]


def test_keeps_the_new_certificate_that_proved_good__A02_FR_10(play: Any, root: Authority) -> None:
    p = station(play, root, security_profile=3)
    renew(p, root)
    p.run(ev.Connected())
    second = renew(p, root)
    p.run(ev.Connected(), ev.Disconnected(), *[ev.ConnectFailed(ev.Obstacle.OTHER)] * 9)
    assert p.station.way(3).chain == second
    assert told(p) == []
