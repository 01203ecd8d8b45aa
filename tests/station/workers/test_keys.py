"""Keys and requests are made as asked for."""

import pytest

from busbar.pki import requests
from busbar.station.keys import KeyMade, MakeKey
from busbar.station.workers.desk import WORKERS
from busbar.station.workers.keys import make_key


@pytest.mark.parametrize(("kind", "bits"), [("ecdsa", 256), ("rsa", 2048)])
async def test_makes_a_key_and_a_request_that_may_be_signed__A02_FR_02_03(kind: str, bits: int) -> None:
    made = await make_key(MakeKey(kind=kind, common_name="CS1", organisation="Operator"))
    request = requests.read_request(made.csr)
    requests.check(request, requests.Expected(common_names=("CS1",), organisation="Operator"))
    assert request.public_key().key_size == bits  # type: ignore[union-attr]
    assert "PRIVATE KEY" in made.key
    assert made.key not in repr(made)  # A02.FR.05


async def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        await make_key(MakeKey(kind="dsa", common_name="CS1", organisation="O"))


def test_a_station_knows_who_makes_keys() -> None:
    assert WORKERS[MakeKey] is make_key
    assert KeyMade("k", "c").csr == "c"
