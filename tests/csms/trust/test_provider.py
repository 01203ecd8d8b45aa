import json

import pytest

from busbar.csms.services.questions import VehicleQuestion
from busbar.csms.trust.provider import Provider
from busbar.model.trust import VehicleCertificateAnswer

REFUSED = VehicleCertificateAnswer(accepted=False)
QUESTION = VehicleQuestion("urn:iso:15118:2:2013:MsgDef", True, "AAAA", 2, ("DE1", "DE2"))


async def test_a_vehicle_gets_what_the_provider_has__M01_FR_01(web) -> None:
    web.answer = lambda *_: (200, b'{"exiResponse":"QkJC","remainingContracts":1}')
    answer = await Provider(web.url + "/contracts", "secret")(QUESTION)
    assert answer == VehicleCertificateAnswer(accepted=True, exi="QkJC", remaining=1)
    method, path, headers, body = web.asked[0]
    assert (method, path, headers["authorization"]) == ("POST", "/contracts", "Bearer secret")
    assert json.loads(body) == {
        "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
        "action": "Update",
        "exiRequest": "AAAA",
        "maximumContractCertificateChains": 2,
        "prioritizedEMAIDs": ["DE1", "DE2"],
    }


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"exiResponse":"QkJC"}'),
        (200, b"garbage"),
        (200, b"{}"),
        (200, b'{"exiResponse":""}'),
        (200, b'{"exiResponse":"no base64!"}'),
        (200, b'{"exiResponse":"' + b"A" * 70_000 + b'"}'),
        (302, b""),
    ],
)
async def test_no_good_answer_is_a_refusal(web, status: int, body: bytes) -> None:
    web.answer = lambda *_: (status, body)
    assert await Provider(web.url)(QUESTION) == REFUSED


async def test_a_provider_that_is_away_is_a_refusal(web) -> None:
    web.pause_s = 5.0
    assert await Provider(web.url, timeout_s=0.2)(QUESTION) == REFUSED


async def test_without_a_provider_vehicles_are_refused() -> None:
    assert await Provider(None)(QUESTION) == REFUSED
    assert "secret" not in repr(Provider(None, "secret"))
