"""2.x's firmware updates and publishing."""

from datetime import UTC, datetime

import pytest

from busbar.model.firmware import (
    FirmwareProgressed,
    FirmwareStatus,
    PublishFirmware,
    PublishProgressed,
    PublishStatus,
    UnpublishFirmware,
    UpdateFirmware,
)
from busbar.model.orders import Order, Outcome
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
BOTH = pytest.mark.parametrize("version", [Version.V201, Version.V21])


@BOTH
@pytest.mark.parametrize(
    ("order", "action"),
    [
        (UpdateFirmware(location="https://x/f", retrieve_at=AT, request_id=7), "UpdateFirmware"),
        (
            UpdateFirmware(
                location="https://x/f",
                retrieve_at=AT,
                request_id=7,
                install_at=AT,
                retries=0,
                retry_interval_s=0,
                signing_certificate="PEM",
                signature="c2ln",
            ),
            "UpdateFirmware",
        ),
        (
            PublishFirmware(location="https://x/f", checksum="0" * 32, request_id=7, retries=1, retry_interval_s=2),
            "PublishFirmware",
        ),
        (UnpublishFirmware(checksum="0" * 32), "UnpublishFirmware"),
    ],
)
def test_an_order_is_written_and_read__L01_FR_11(version: Version, order: Order, action: str) -> None:
    speaker = translator(version)
    written, payload = speaker.from_order(order)
    assert written == action
    assert speaker.to_order(action, codec.decode_request(version, action, codec.encode(payload))) == order


@BOTH
def test_an_update_needs_its_number__L01_FR_10(version: Version) -> None:
    with pytest.raises(Untranslatable):
        translator(version).from_order(UpdateFirmware(location="x", retrieve_at=AT))


@BOTH
@pytest.mark.parametrize(
    ("action", "status", "accepted"),
    [
        ("UpdateFirmware", "AcceptedCanceled", True),
        ("UpdateFirmware", "InvalidCertificate", False),
        ("UpdateFirmware", "RevokedCertificate", False),
        ("PublishFirmware", "Accepted", True),
        ("UnpublishFirmware", "Unpublished", True),
        ("UnpublishFirmware", "NoFirmware", False),
        ("UnpublishFirmware", "DownloadOngoing", False),
    ],
)
def test_an_answer_is_read_and_written(version: Version, action: str, status: str, accepted: bool) -> None:
    speaker = translator(version)
    payload = speaker.from_outcome(action, Outcome(status=status))
    outcome = speaker.to_outcome(action, payload, codec.decode_response(version, action, codec.encode(payload)))
    assert (outcome.status, outcome.accepted) == (status, accepted)


@BOTH
@pytest.mark.parametrize("status", FirmwareStatus)
def test_every_status_is_read_and_written__L01_FR_01(version: Version, status: FirmwareStatus) -> None:
    speaker, fact = translator(version), FirmwareProgressed(status=status, request_id=7)
    action, payload = speaker.from_fact(fact)
    assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact


@BOTH
@pytest.mark.parametrize("status", PublishStatus)
def test_every_status_of_publishing_is_read_and_written__L03_FR_01(version: Version, status: PublishStatus) -> None:
    speaker, fact = translator(version), PublishProgressed(status=status, request_id=7, locations=["http://lc/f"])
    action, payload = speaker.from_fact(fact)
    assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact


def test_2_1_says_why() -> None:
    sent = b'{"status":"DownloadFailed","requestId":7,"statusInfo":{"reasonCode":"NoSpace","additionalInfo":"full"}}'
    action = "FirmwareStatusNotification"
    fact = translator(Version.V21).to_fact(action, codec.decode_request(Version.V21, action, sent))
    assert fact == FirmwareProgressed(
        status=FirmwareStatus.DOWNLOAD_FAILED, request_id=7, reason="NoSpace", detail="full"
    )
