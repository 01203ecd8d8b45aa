"""Contracts that EVs show and ask for, and how the station's own certificates for EVs stand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from busbar.csms.trust.vault import Plan, Vault
from busbar.model import trust
from busbar.model.certificates import CertificateStanding, CertificateUse, SigningUse, Standing, StatusSource
from busbar.model.facts import Fact, TokenAnswer, TokenPresented
from busbar.model.orders import Trigger
from busbar.model.values import AuthorizationStatus, IdToken, Place
from busbar.model.versions import Version
from busbar.pki.authority import Services
from busbar.pki.hashes import hash_data
from busbar.pki.pem import read_chain, write_chain
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.plug_and_charge import WEEK_S, PlugAndCharge
from busbar.station.keys import MakeKey
from busbar.station.workers.keys import _make

ALL = pytest.mark.parametrize("version", list(Version))
EMAID = "DEABCC00000001"
RESPONDER = "http://ocsp.example/"
EXI = "RVhJ"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A V2G PKI whose certificates name a responder."""
    made = Vault(tmp_path / "v2g", Services(ocsp_url=RESPONDER))
    made.create(Plan(name="V2G Test", owner="Operator", domain="V2G"), datetime.now(UTC))
    return made


def contract(vault: Vault, days: int = 30) -> str:
    return vault.issue_station(EMAID, "Operator", days, datetime.now(UTC))[0]


def station(play: Any, version: Version, root: Vault | None = None, **settings: str) -> Any:
    p = play(version, settings=settings)
    p.now = datetime.now(UTC) + timedelta(minutes=1)
    p.special = {}
    answer = p.csms.answer

    def answers(fact: Fact, now: datetime) -> Any:
        found = answer(fact, now)
        return p.special[type(fact)](fact) if found and type(fact) in p.special else found

    p.csms.answer = answers
    p.special[trust.SigningRequested] = lambda _: trust.SigningAnswer(accepted=True)
    p.go_online()
    if root is not None:
        for use in (CertificateUse.MO_ROOT, CertificateUse.V2G_ROOT):
            pem = write_chain([root.root()])
            assert p.order(trust.InstallCertificate(use=use, certificate=pem)).status == "Accepted"
    p.run(ev.CablePluggedIn(1))
    return p


def presented(p: Any) -> list[TokenPresented]:
    return [fact for fact in p.sent if isinstance(fact, TokenPresented)]


def charges(p: Any) -> bool:
    return p.station._cabinet.evses[1].token == IdToken(EMAID, "eMAID")


@ALL
def test_a_good_contract_is_asked_about_by_hashes__C07_FR_01_02(play: Any, vault: Vault, version: Version) -> None:
    p = station(play, version, vault)
    chain = contract(vault)
    p.run(ev.ContractShown(1, EMAID, chain))
    (fact,) = presented(p)
    assert fact.token == IdToken(EMAID, "eMAID")
    assert fact.certificate is None
    leaf, issuer = read_chain(chain)  # the authority itself names no responder
    assert [one.certificate for one in fact.certificate_targets] == [hash_data(leaf, issuer)]
    assert {one.responder_url for one in fact.certificate_targets} == {RESPONDER}
    assert charges(p)


@ALL
def test_a_contract_that_the_csms_refuses_does_not_charge(play: Any, vault: Vault, version: Version) -> None:
    p = station(play, version, vault)
    p.csms.verdicts[EMAID.casefold()] = p.csms.verdicts[EMAID] = TokenAnswer(status=AuthorizationStatus.INVALID)
    p.run(ev.ContractShown(1, EMAID, contract(vault)))
    assert len(presented(p)) == 1
    assert not charges(p)


@pytest.mark.parametrize("allowed", [True, False])
def test_an_unknown_contract_is_handed_on_whole_where_that_is_allowed__C07_FR_06(
    play: Any, vault: Vault, allowed: bool
) -> None:
    p = station(play, Version.V201, CentralContractValidationAllowed=str(allowed).lower())
    chain = contract(vault)
    p.run(ev.ContractShown(1, EMAID, chain))
    assert [fact.certificate for fact in presented(p)] == ([chain] if allowed else [])
    assert charges(p) is allowed


def test_an_expired_or_broken_contract_goes_no_further(play: Any, vault: Vault) -> None:
    p = station(play, Version.V21, vault, CentralContractValidationAllowed="true")
    chain = contract(vault, days=1)
    p.now += timedelta(days=3)
    p.run(ev.ContractShown(1, EMAID, chain), ev.ContractShown(1, EMAID, "nonsense"))
    assert presented(p) == []


def test_plug_and_charge_can_be_switched_off(play: Any, vault: Vault) -> None:
    p = station(play, Version.V21, vault, PnCEnabled="false")
    p.run(ev.ContractShown(1, EMAID, contract(vault)))
    assert presented(p) == []


@ALL
@pytest.mark.parametrize(
    ("settings", "good"),
    [
        ({"ContractValidationOffline": "false", "AllowOfflineTxForUnknownId": "true"}, False),
        ({"AllowOfflineTxForUnknownId": "true"}, True),
        ({}, False),
    ],
)
def test_offline_the_contract_is_checked_here__C07_FR_07_08_12(
    play: Any, vault: Vault, version: Version, settings: dict[str, str], good: bool
) -> None:
    p = station(play, version, vault, **settings)
    p.run(ev.Disconnected(), ev.ContractShown(1, EMAID, contract(vault)))
    assert charges(p) is good


def test_offline_a_stranger_does_not_charge__C07_FR_08(play: Any, vault: Vault) -> None:
    p = station(play, Version.V201, AllowOfflineTxForUnknownId="true", CentralContractValidationAllowed="true")
    p.run(ev.Disconnected(), ev.ContractShown(1, EMAID, contract(vault)))
    assert not charges(p)


@ALL
@pytest.mark.parametrize("update", [False, True])
def test_an_ev_gets_a_contract__M01_FR_01_M02(play: Any, version: Version, update: bool) -> None:
    p = station(play, version)
    p.special[trust.VehicleCertificateRequested] = lambda _: trust.VehicleCertificateAnswer(accepted=True, exi="QUFB")
    effects = p.run(ev.ContractAsked(1, "urn:iso:15118:2", EXI, update))
    assert ef.GiveContract(1, "QUFB") in effects
    (fact,) = [fact for fact in p.sent if isinstance(fact, trust.VehicleCertificateRequested)]
    assert (fact.update, fact.exi, fact.most_chains) == (update, EXI, None)  # M01.FR.02


def test_an_ev_gets_all_its_contracts__M01_FR_03_05_06(play: Any) -> None:
    p = station(play, Version.V21)
    left = [2, 1, 0]
    p.special[trust.VehicleCertificateRequested] = lambda _: trust.VehicleCertificateAnswer(
        accepted=True, exi="QUFB", remaining=left.pop(0)
    )
    effects = p.run(ev.ContractAsked(1, "urn:iso:15118:-20", EXI, most_chains=3))
    given = [effect for effect in effects if isinstance(effect, ef.GiveContract)]
    assert [effect.remaining for effect in given] == [2, 1, 0]


@pytest.mark.parametrize("why", ["failed", "off", "offline"])
def test_an_ev_is_told_that_there_is_none(play: Any, why: str) -> None:
    p = station(play, Version.V201, ContractCertificateInstallationEnabled="false" if why == "off" else "true")
    p.special[trust.VehicleCertificateRequested] = lambda _: trust.VehicleCertificateAnswer(accepted=False)
    if why == "offline":
        p.run(ev.Disconnected())
    assert ef.GiveContract(1, "") in p.run(ev.ContractAsked(1, "urn", EXI))


def asked(p: Any) -> int:
    return sum(isinstance(fact, trust.CertificateStatusAsked | trust.ChainStatusAsked) for fact in p.sent)


def certified(play: Any, vault: Vault, version: Version, good: bool = True) -> tuple[Any, Any]:
    """A station that has just got its certificate for EVs, and the name of that."""
    p = station(play, version, vault)
    p.special[trust.CertificateStatusAsked] = lambda _: trust.CertificateStatusAnswer(ocsp="T0NTUA==" if good else None)
    p.special[trust.ChainStatusAsked] = lambda fact: trust.ChainStatusAnswer(
        standings=tuple(
            CertificateStanding(
                one.certificate,
                StatusSource.OCSP,
                Standing.GOOD if good else Standing.FAILED,
                p.now + timedelta(days=8),
            )
            for one in fact.requests
        )
    )
    p.order(Trigger(message="SignV2GCertificate", place=Place()))
    made = _make(next(work for work in p.works.values() if isinstance(work, MakeKey)))
    p.work(MakeKey, made)
    chain = vault.sign(made.csr, 90, datetime.now(UTC))
    assert p.order(trust.DeliverCertificate(chain=chain, use=SigningUse.V2G)).status == "Accepted"
    leaf, above = read_chain(chain)
    return p, hash_data(leaf, above)


@ALL
def test_asks_how_its_certificates_stand_and_remembers__M06_FR_06_07_10(
    play: Any, vault: Vault, version: Version
) -> None:
    p, name = certified(play, vault, version)
    count = asked(p)
    assert count == 1
    found = p.station._fittings.get(PlugAndCharge).standing(name)
    assert found is not None
    assert found.standing is Standing.GOOD if version is Version.V21 else found.ocsp == "T0NTUA=="
    p.wait(WEEK_S - 10)
    assert asked(p) == count
    p.wait(20)
    assert asked(p) == 2 * count
    p.power_cut()
    assert p.station._fittings.get(PlugAndCharge).standing(name) is not None


@ALL
def test_asks_again_where_nobody_could_say(play: Any, vault: Vault, version: Version) -> None:
    p, name = certified(play, vault, version, good=False)
    assert p.station._fittings.get(PlugAndCharge).standing(name) is None
    count = asked(p)
    p.wait(3601)
    assert asked(p) == 2 * count
