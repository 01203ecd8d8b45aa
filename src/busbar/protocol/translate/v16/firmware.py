"""1.6's firmware updates: UpdateFirmware without ids or signatures, and the security extension's signed ones."""

from datetime import UTC
from typing import Final

from msgspec import UNSET, UnsetType

from busbar.model import firmware
from busbar.model.facts import Acknowledged
from busbar.model.firmware import FirmwareStatus
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import required, unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.wire import v16


def read_plain(sent: v16.UpdateFirmwareRequest) -> firmware.UpdateFirmware:
    return firmware.UpdateFirmware(
        location=sent.location,
        retrieve_at=sent.retrieve_date.astimezone(UTC),
        retries=None if isinstance(sent.retries, UnsetType) else sent.retries,
        retry_interval_s=None if isinstance(sent.retry_interval, UnsetType) else sent.retry_interval,
    )


def read_signed(sent: v16.SignedUpdateFirmwareRequest) -> firmware.UpdateFirmware:
    file, install = sent.firmware, sent.firmware.install_date_time
    return firmware.UpdateFirmware(
        location=file.location,
        retrieve_at=file.retrieve_date_time.astimezone(UTC),
        request_id=sent.request_id,
        install_at=None if isinstance(install, UnsetType) else install.astimezone(UTC),
        retries=None if isinstance(sent.retries, UnsetType) else sent.retries,
        retry_interval_s=None if isinstance(sent.retry_interval, UnsetType) else sent.retry_interval,
        signing_certificate=file.signing_certificate,
        signature=file.signature,
    )


def write_update(order: firmware.UpdateFirmware) -> Written:
    """Write a signed update in the security extension's words, any other in plain 1.6's, which cannot wait."""
    retries = UNSET if order.retries is None else order.retries
    interval = UNSET if order.retry_interval_s is None else order.retry_interval_s
    if order.signing_certificate is None and order.signature is None:
        if order.install_at is not None:
            raise unsupported("a 1.6 update without a signature has no time of installation")
        return "UpdateFirmware", v16.UpdateFirmwareRequest(
            location=order.location,
            retries=retries,
            retrieve_date=seconds(order.retrieve_at),
            retry_interval=interval,
        )
    return "SignedUpdateFirmware", v16.SignedUpdateFirmwareRequest(
        retries=retries,
        retry_interval=interval,
        request_id=required(order.request_id, "requestId"),
        firmware=v16.FirmwareType(
            location=order.location,
            retrieve_date_time=seconds(order.retrieve_at),
            install_date_time=UNSET if order.install_at is None else seconds(order.install_at),
            signing_certificate=required(order.signing_certificate, "signingCertificate"),
            signature=required(order.signature, "signature"),
        ),
    )


def write_signed_outcome(outcome: Outcome) -> v16.SignedUpdateFirmwareResponse:
    return v16.SignedUpdateFirmwareResponse(status=word(v16.UpdateFirmwareStatusEnumType, outcome.status))


def read_progress(sent: v16.FirmwareStatusNotificationRequest) -> firmware.FirmwareProgressed:
    return firmware.FirmwareProgressed(status=FirmwareStatus(sent.status.value))


def read_signed_progress(sent: v16.SignedFirmwareStatusNotificationRequest) -> firmware.FirmwareProgressed:
    request_id = None if isinstance(sent.request_id, UnsetType) else sent.request_id
    return firmware.FirmwareProgressed(status=FirmwareStatus(sent.status.value), request_id=request_id)


def write_progress(fact: firmware.FirmwareProgressed) -> Written:
    """Write a status with an id as a signed update's, and one without as a plain update's."""
    if fact.request_id is None:
        status = word(v16.FirmwareStatusNotificationStatus, fact.status.value)
        return "FirmwareStatusNotification", v16.FirmwareStatusNotificationRequest(status=status)
    return "SignedFirmwareStatusNotification", v16.SignedFirmwareStatusNotificationRequest(
        status=v16.FirmwareStatusEnumType(fact.status.value), request_id=fact.request_id
    )


PART: Final = Part(
    reports={
        "FirmwareStatusNotification": Report(
            read_progress, lambda _: v16.FirmwareStatusNotificationResponse(), lambda _: Acknowledged()
        ),
        "SignedFirmwareStatusNotification": Report(
            read_signed_progress, lambda _: v16.SignedFirmwareStatusNotificationResponse(), lambda _: Acknowledged()
        ),
    },
    facts={firmware.FirmwareProgressed: write_progress},
    calls={
        "UpdateFirmware": Call(read_plain, read_status, lambda _: v16.UpdateFirmwareResponse()),
        "SignedUpdateFirmware": Call(read_signed, read_status, write_signed_outcome),
    },
    orders={firmware.UpdateFirmware: write_update},
)
