"""1.6's firmware updates: plain ones, and the signed ones of the security extension."""

from datetime import UTC, datetime

import pytest

from busbar.model.firmware import FirmwareProgressed, FirmwareStatus, PublishFirmware, UpdateFirmware
from busbar.model.orders import Outcome
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

SPEAKER = translator(Version.V16)
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLAIN = UpdateFirmware(location="https://x/f", retrieve_at=AT, retries=2, retry_interval_s=60)
SIGNED = UpdateFirmware(
    location="https://x/f", retrieve_at=AT, request_id=7, install_at=AT, signing_certificate="PEM", signature="c2ln"
)


@pytest.mark.parametrize(
    ("order", "action", "sent"),
    [
        (
            PLAIN,
            "UpdateFirmware",
            b'{"location":"https://x/f","retries":2,"retrieveDate":"2026-05-01T12:00:00Z","retryInterval":60}',
        ),
        (
            SIGNED,
            "SignedUpdateFirmware",
            b'{"requestId":7,"firmware":{"location":"https://x/f","retrieveDateTime":"2026-05-01T12:00:00Z",'
            b'"installDateTime":"2026-05-01T12:00:00Z","signingCertificate":"PEM","signature":"c2ln"}}',
        ),
    ],
)
def test_a_signature_decides_which_words_are_used__L01_FR_11(order: UpdateFirmware, action: str, sent: bytes) -> None:
    written, payload = SPEAKER.from_order(order)
    assert (written, codec.encode(payload)) == (action, sent)
    assert SPEAKER.to_order(action, codec.decode_request(Version.V16, action, sent)) == order


@pytest.mark.parametrize(
    "order",
    [
        UpdateFirmware(location="x", retrieve_at=AT, install_at=AT),
        UpdateFirmware(location="x", retrieve_at=AT, request_id=1, signature="c2ln"),
        UpdateFirmware(location="x", retrieve_at=AT, signing_certificate="PEM", signature="c2ln"),
        PublishFirmware(location="x", checksum="0" * 32, request_id=1),
    ],
)
def test_what_1_6_cannot_say_is_refused(order: UpdateFirmware) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(order)


@pytest.mark.parametrize(
    ("action", "sent", "fact"),
    [
        (
            "FirmwareStatusNotification",
            b'{"status":"Installing"}',
            FirmwareProgressed(status=FirmwareStatus.INSTALLING),
        ),
        (
            "SignedFirmwareStatusNotification",
            b'{"status":"InvalidSignature","requestId":7}',
            FirmwareProgressed(status=FirmwareStatus.INVALID_SIGNATURE, request_id=7),
        ),
    ],
)
def test_a_status_is_read_and_written(action: str, sent: bytes, fact: FirmwareProgressed) -> None:
    assert SPEAKER.to_fact(action, codec.decode_request(Version.V16, action, sent)) == fact
    written, payload = SPEAKER.from_fact(fact)
    assert (written, codec.encode(payload)) == (action, sent)


@pytest.mark.parametrize(
    "status", ["Accepted", "AcceptedCanceled", "Rejected", "InvalidCertificate", "RevokedCertificate"]
)
def test_a_signed_update_is_answered_in_five_ways__L01_FR_24(status: str) -> None:
    payload = SPEAKER.from_outcome("SignedUpdateFirmware", Outcome(status=status))
    outcome = SPEAKER.to_outcome("SignedUpdateFirmware", payload, payload)
    assert (outcome.status, outcome.accepted) == (status, status.startswith("Accepted"))


def test_a_plain_update_is_taken_without_a_word() -> None:
    payload = SPEAKER.from_outcome("UpdateFirmware", Outcome(status="Accepted"))
    assert codec.encode(payload) == b"{}"
    assert SPEAKER.to_outcome("UpdateFirmware", payload, payload).accepted
