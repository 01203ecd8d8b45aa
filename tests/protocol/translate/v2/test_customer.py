"""A customer is named in exactly one way, and what a station holds of one is read as it is sent."""

from datetime import UTC, datetime

import pytest

from busbar.model.customer import CertificateHash, CustomerInformed, GetCustomerInformation
from busbar.model.device import ReportPart
from busbar.model.orders import Outcome
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

NEWER = (Version.V201, Version.V21)
HASH = CertificateHash(algorithm="SHA256", issuer_name_hash="n", issuer_key_hash="k", serial="1")
REFERENCES = [{"token": IdToken("AA", "ISO14443")}, {"certificate": HASH}, {"identifier": "OpenChargeAlliance"}]


@pytest.mark.parametrize("version", NEWER)
@pytest.mark.parametrize("reference", REFERENCES)
def test_a_customer_is_named_in_one_of_three_ways__N09_FR_04(version: Version, reference: dict[str, object]) -> None:
    order = GetCustomerInformation(request_id=4, report=True, clear=False, **reference)  # type: ignore[arg-type]
    action, payload = translator(version).from_order(order)
    assert action == "CustomerInformation"
    assert translator(version).to_order(action, codec.decode_request(version, action, codec.encode(payload))) == order


@pytest.mark.parametrize("references", [{}, {"certificate": HASH, "identifier": "x"}])
def test_a_customer_who_is_not_named_once_is_not_asked_for__N10_FR_08(references: dict[str, object]) -> None:
    order = GetCustomerInformation(request_id=4, report=True, clear=True, **references)  # type: ignore[arg-type]
    with pytest.raises(Untranslatable):
        translator(Version.V21).from_order(order)


@pytest.mark.parametrize("version", NEWER)
def test_a_part_is_read(version: Version) -> None:
    raw = b'{"data":"Name: X","tbc":true,"seqNo":1,"generatedAt":"2026-01-02T03:04:05Z","requestId":4}'
    fact = translator(version).to_fact(
        "NotifyCustomerInformation", codec.decode_request(version, "NotifyCustomerInformation", raw)
    )
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    part = ReportPart(request_id=4, seq_no=1, more=True, generated_at=at)
    assert fact == CustomerInformed(part=part, data="Name: X")
    assert "Name" not in repr(fact)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_what_a_station_says_comes_out_as_it_was_written__N09_FR_02(version: Version) -> None:
    speaker = translator(version)
    part = ReportPart(request_id=1, seq_no=2, more=True, generated_at=datetime(2026, 1, 1, tzinfo=UTC))
    fact = CustomerInformed(part=part, data="x" * 512)
    action, payload = speaker.from_fact(fact)
    assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact
    said = speaker.from_outcome("CustomerInformation", Outcome(status="Invalid"))
    assert codec.encode(said) == b'{"status":"Invalid"}'
