"""Roots are installed, listed and deleted, within the limits and by the rules of replacement."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from busbar.model import trust
from busbar.model.certificates import CertificateUse, SigningUse
from busbar.model.orders import Trigger
from busbar.model.values import Place
from busbar.model.versions import Version
from busbar.pki.hashes import hash_data
from busbar.station import events as ev
from busbar.station.blocks.access import Access
from busbar.station.blocks.trust_store import TrustStore
from busbar.station.keys import KeyMade, MakeKey
from busbar.station.workers.keys import _make
from tests.fixtures.certificates import Authority

CSMS, MAKER, MO = CertificateUse.CSMS_ROOT, CertificateUse.MANUFACTURER_ROOT, CertificateUse.MO_ROOT
ALL = pytest.mark.parametrize("version", list(Version))


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def station(play: Any, version: Version = Version.V201, profile: int = 1, **settings: str) -> Any:
    p = play(version, settings=settings, security_profile=profile)
    p.now = datetime.now(UTC)
    p.go_online()
    return p


def install(p: Any, use: CertificateUse, pem: str) -> str:
    status: str = p.order(trust.InstallCertificate(use=use, certificate=pem)).status
    return status


def listed(p: Any, *uses: CertificateUse) -> list[CertificateUse]:
    outcome = p.order(trust.ListCertificates(uses=uses))
    assert (outcome.status == "Accepted") is bool(outcome.installed)
    return [one.use for one in outcome.installed]


@ALL
def test_installs_and_lists__M05_FR_02_M03(play: Any, root: Authority, version: Version) -> None:
    p = station(play, version)
    assert p.order(trust.ListCertificates(uses=(CSMS,))).status == "NotFound"  # M03.FR.02
    for use in (CSMS, MAKER, MO):
        assert install(p, use, root.path.read_text()) == "Accepted"
    assert install(p, MO, root.path.read_text()) == "Accepted"  # M05.FR.17
    assert listed(p) == [CSMS, MAKER, MO]
    p.power_cut()
    assert listed(p, CSMS, MO) == [CSMS, MO]


@pytest.mark.parametrize("kind", ["text", "leaf", "expired", "two"])
def test_refuses_what_is_no_root__M05_FR_07(play: Any, root: Authority, kind: str) -> None:
    p = station(play)
    pem = root.path.read_text()
    if kind == "expired":
        p.now = p.now.replace(year=p.now.year + 5)
    bad = {"text": "no", "leaf": root.issue("leaf").chain.read_text(), "expired": pem, "two": pem + pem}[kind]
    assert install(p, CSMS, bad) == "Rejected"
    assert listed(p) == []


def test_the_store_is_bounded__M05_FR_06(play: Any, tmp_path: Path) -> None:
    p = station(play, CertificateStoreMaxLength="2")
    pems = [Authority(tmp_path, f"Root {n}").path.read_text() for n in range(3)]
    assert [install(p, MAKER, pem) for pem in pems] == ["Accepted", "Accepted", "Rejected"]
    assert install(p, MAKER, pems[0]) == "Accepted"


@ALL
def test_deletes_what_is_there__M04_FR_02_04(play: Any, root: Authority, version: Version) -> None:
    p = station(play, version)
    order = trust.DeleteCertificate(certificate=hash_data(root.certificate, root.certificate))
    install(p, CSMS, root.path.read_text())
    assert [p.order(order).status for _ in range(2)] == ["Accepted", "NotFound"]
    assert listed(p) == []


def test_the_last_root_of_a_secured_connection_stays__M04_FR_03(play: Any, root: Authority) -> None:
    p = station(play, profile=2)
    install(p, CSMS, root.path.read_text())
    order = trust.DeleteCertificate(certificate=hash_data(root.certificate, root.certificate))
    assert p.order(order).status == "Failed"


def test_a_certificate_shown_to_evs_is_listed_and_deleted__M03_FR_05(play: Any, root: Authority) -> None:
    p = station(play)
    install(p, CertificateUse.V2G_ROOT, root.path.read_text())
    p.order(Trigger(message="SignV2GCertificate", place=Place()))
    made = made_key()
    p.work(MakeKey, made)
    delivered = trust.DeliverCertificate(chain=root.sign(made.csr), use=SigningUse.V2G)
    assert p.order(delivered).status == "Accepted"
    outcome = p.order(trust.ListCertificates(uses=(CertificateUse.V2G_CHAIN,)))
    assert [one.use for one in outcome.installed] == [CertificateUse.V2G_CHAIN]
    order = trust.DeleteCertificate(certificate=outcome.installed[0].certificate)
    assert [p.order(order).status for _ in range(2)] == ["Accepted", "NotFound"]


def made_key() -> KeyMade:
    return _make(MakeKey(kind="ecdsa", common_name="CS1", organisation="Busbar"))


class TestReplacement:
    """AdditionalRootCertificateCheck."""

    def test_a_root_replaces_the_one_that_signed_it__M05_FR_09_10_12(
        self, play: Any, root: Authority, tmp_path: Path
    ) -> None:
        p = station(play, AdditionalRootCertificateCheck="true")
        assert install(p, CSMS, root.path.read_text()) == "Accepted"
        new = root.successor("New Root")
        assert install(p, CSMS, new) == "Accepted"
        store = p.station._fittings.get(TrustStore)
        assert store.pems(CSMS) == (root.path.read_text(), new)
        assert store.fallbacks() == {root.path.read_text()}

    def test_a_stranger_does_not__M05_FR_11(self, play: Any, root: Authority, tmp_path: Path) -> None:
        p = station(play, AdditionalRootCertificateCheck="true")
        install(p, CSMS, root.path.read_text())
        assert install(p, CSMS, Authority(tmp_path, "Other").path.read_text()) == "Rejected"
        assert p.station._fittings.get(TrustStore).pems(CSMS) == (root.path.read_text(),)

    def test_the_old_one_goes_once_the_new_one_proved_good__M05_FR_13(self, play: Any, root: Authority) -> None:
        p = self._replaced(play, root)
        p.run(ev.Disconnected(), ev.Connected())
        assert p.station._fittings.get(TrustStore).fallbacks() == frozenset()

    def test_the_old_one_serves_where_the_new_one_does_not__M05_FR_14(self, play: Any, root: Authority) -> None:
        p = self._replaced(play, root)
        p.run(ev.Disconnected())
        new = p.station.way(2).roots
        p.run(ev.ConnectFailed(ev.Obstacle.CERTIFICATE))
        assert p.station.way(2).roots == (root.path.read_text(),) != new
        p.run(ev.Connected())
        assert p.station._fittings.get(TrustStore).fallbacks() == {root.path.read_text()}

    def test_a_deleted_old_one_is_not_asked_for_any_more(self, play: Any, root: Authority) -> None:
        p = self._replaced(play, root)
        new = p.station.way(2).roots
        p.run(ev.Disconnected(), ev.ConnectFailed(ev.Obstacle.CERTIFICATE), ev.Connected())
        order = trust.DeleteCertificate(certificate=hash_data(root.certificate, root.certificate))
        assert p.order(order).status == "Accepted"
        assert p.station.way(2).roots == new

    def _replaced(self, play: Any, root: Authority) -> Any:
        p = station(play, profile=2, AdditionalRootCertificateCheck="true")
        p.station._fittings.get(Access)
        install(p, CSMS, root.path.read_text())
        install(p, CSMS, root.successor("New Root"))
        return p
