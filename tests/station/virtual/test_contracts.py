"""An EV shows its contract, or asks for one, and shows what it was given."""

from base64 import b64encode
from pathlib import Path

import pytest

from busbar.pki.pem import Malformed
from busbar.station.effects import GiveContract
from busbar.station.events import CablePluggedIn, ContractAsked, ContractShown
from busbar.station.virtual.contracts import SCHEMA, Contract
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply, Vehicle
from tests.fixtures.certificates import Authority

EMAID = "DEABC000000001"


@pytest.fixture
def chain(tmp_path: Path) -> str:
    return Authority(tmp_path).issue(EMAID).chain.read_text()


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_an_ev_shows_its_contract_when_it_is_connected_and_again_after_a_power_cut(chain: str) -> None:
    hardware = VirtualHardware(Supply(), [iter(())], {})
    found = [CablePluggedIn(1), ContractShown(1, EMAID, chain)]
    assert hardware.plug_in(1, Vehicle(contract=Contract(chain=chain)), 0.0) == found
    assert hardware.power_cycle(1.0) == found


@pytest.mark.parametrize("update", [False, True])
def test_an_ev_shows_what_it_was_given(chain: str, tmp_path: Path, update: bool) -> None:
    old = Authority(tmp_path, "Old").issue("DEABC000000009").chain.read_text() if update else ""
    hardware = VirtualHardware(Supply(), [iter(())], {})
    vehicle = Vehicle(contract=Contract(chain=old, request="RVhJ", update=update))
    assert hardware.plug_in(1, vehicle, 0.0) == [CablePluggedIn(1), ContractAsked(1, SCHEMA, "RVhJ", update)]
    assert hardware.perform(GiveContract(1, coded(chain)), 1.0) == [ContractShown(1, EMAID, chain)]
    assert vehicle.contract == Contract(chain=chain)


@pytest.mark.parametrize("answer", ["", "!", coded("nonsense")])
def test_an_ev_that_is_given_nothing_good_shows_what_it_has(chain: str, answer: str) -> None:
    contract = Contract(chain=chain, request="RVhJ", update=True)
    assert contract.given(GiveContract(1, answer)) == (contract, [ContractShown(1, EMAID, chain)])
    assert Contract(request="RVhJ").given(GiveContract(1, answer))[1] == []


def test_who_has_no_contract_says_nothing() -> None:
    hardware = VirtualHardware(Supply(), [iter(())], {})
    assert hardware.perform(GiveContract(1, "RVhJ"), 0.0) == []
    assert hardware.plug_in(1, Vehicle(), 0.0) == [CablePluggedIn(1)]
    assert hardware.perform(GiveContract(1, "RVhJ"), 0.0) == []


def test_a_contract_without_a_certificate_is_an_error() -> None:
    with pytest.raises(Malformed):
        Contract(chain="none")
