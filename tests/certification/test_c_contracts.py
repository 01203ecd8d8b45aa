"""Part 6, 2.4 and 2.14: EVs that show contracts, or ask for them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from busbar.model.certificates import CertificateUse
from busbar.model.versions import Version
from busbar.station.virtual.contracts import Contract
from busbar.station.virtual.vehicle import Vehicle
from tests.certification.rig import TWO, Case, accepted, playing
from tests.fixtures.certificates import Authority

EMAID = "DEABC000000001"


def plug_in(case: Case, contract: Contract) -> None:
    case.panel.plug_in(1, Vehicle(contract=contract))


@pytest.fixture
def provider(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "MO")


@TWO
@pytest.mark.parametrize("central", [pytest.param(False, id="C_51"), pytest.param(True, id="C_53")])
async def test_an_ev_whose_contract_is_refused_does_not_charge__TC_C_51__TC_C_53(
    version: Version, central: bool, provider: Authority
) -> None:
    roots = () if central else ((CertificateUse.MO_ROOT, provider.path.read_text()),)
    settings = {"CentralContractValidationAllowed": str(central).lower()}
    refusal = accepted("Invalid") | {"certificateStatus": "CertificateRevoked"}
    async with playing(version, settings=settings, build=lambda config: replace(config, roots=roots)) as case:
        case.answers["Authorize"] = refusal
        plug_in(case, Contract(chain=provider.issue(EMAID).chain.read_text()))
        await case.statuses({1: "Occupied"})
        asked = await case.expect("Authorize", idToken={"idToken": EMAID, "type": "eMAID"})
        assert ("certificate" in asked) is central
        await case.quiet()


@TWO
@pytest.mark.parametrize("update", [pytest.param(False, id="M_27"), pytest.param(True, id="M_29")])
async def test_an_ev_that_is_given_no_contract_does_not_charge__TC_M_27__TC_M_29(
    version: Version, update: bool, provider: Authority
) -> None:
    answer: dict[str, Any] = {"status": "Failed", "exiResponse": ""}
    old = provider.issue(EMAID).chain.read_text() if update else ""
    async with playing(version, answers=[("Get15118EVCertificate", answer)]) as case:
        plug_in(case, Contract(chain=old, request="RVhJ", update=update))
        await case.statuses({1: "Occupied"})
        await case.expect("Get15118EVCertificate", action="Update" if update else "Install")
        await case.quiet()


@TWO
@pytest.mark.parametrize("allowed", [pytest.param(True, id="C_54"), pytest.param(False, id="C_55")])
async def test_an_ev_charges_by_its_contract_offline_where_it_may__TC_C_54__TC_C_55(
    version: Version, allowed: bool, provider: Authority
) -> None:
    roots = ((CertificateUse.MO_ROOT, provider.path.read_text()),)
    settings = {"ContractValidationOffline": str(allowed).lower(), "AllowOfflineTxForUnknownId": "true"}
    async with playing(version, settings=settings, build=lambda config: replace(config, roots=roots)) as case:
        await case.offline()
        plug_in(case, Contract(chain=provider.issue(EMAID).chain.read_text()))
        await case.online()
        await case.statuses({1: "Occupied"})
        if allowed:
            info = {"chargingState": "Charging"}
            events = await case.expect_up_to("TransactionEvent", offline=True, transactionInfo=info)
            assert events[0]["idToken"]["idToken"] == EMAID
        await case.quiet()
