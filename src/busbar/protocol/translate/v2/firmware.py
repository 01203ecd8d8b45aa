"""2.x's firmware updates, and their publishing through a local controller; `wire` is the version's module of types."""

from datetime import UTC
from typing import Any

from msgspec import UNSET

from busbar.model import firmware
from busbar.model.facts import Acknowledged
from busbar.model.firmware import FirmwareStatus, PublishStatus
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status


class Firmware:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_update(self, sent: Any) -> firmware.UpdateFirmware:
        file = sent.firmware
        return firmware.UpdateFirmware(
            location=file.location,
            retrieve_at=file.retrieve_date_time.astimezone(UTC),
            request_id=sent.request_id,
            install_at=file.install_date_time.astimezone(UTC) if file.install_date_time else None,
            retries=None if sent.retries is UNSET else sent.retries,
            retry_interval_s=None if sent.retry_interval is UNSET else sent.retry_interval,
            signing_certificate=file.signing_certificate or None,
            signature=file.signature or None,
        )

    def write_update(self, order: firmware.UpdateFirmware) -> Written:
        file = self._wire.FirmwareType(
            location=order.location,
            retrieve_date_time=seconds(order.retrieve_at),
            install_date_time=seconds(order.install_at) if order.install_at else UNSET,
            signing_certificate=order.signing_certificate or UNSET,
            signature=order.signature or UNSET,
        )
        return "UpdateFirmware", self._wire.UpdateFirmwareRequest(
            retries=UNSET if order.retries is None else order.retries,
            retry_interval=UNSET if order.retry_interval_s is None else order.retry_interval_s,
            request_id=required(order.request_id, "requestId"),
            firmware=file,
        )

    def write_update_outcome(self, outcome: Outcome) -> Any:
        wire = self._wire
        status = word(wire.UpdateFirmwareStatusEnumType, outcome.status)
        return wire.UpdateFirmwareResponse(status=status, status_info=self._info(outcome))

    def read_publish(self, sent: Any) -> firmware.PublishFirmware:
        return firmware.PublishFirmware(
            location=sent.location,
            checksum=sent.checksum,
            request_id=sent.request_id,
            retries=None if sent.retries is UNSET else sent.retries,
            retry_interval_s=None if sent.retry_interval is UNSET else sent.retry_interval,
        )

    def write_publish(self, order: firmware.PublishFirmware) -> Written:
        return "PublishFirmware", self._wire.PublishFirmwareRequest(
            location=order.location,
            retries=UNSET if order.retries is None else order.retries,
            checksum=order.checksum,
            request_id=order.request_id,
            retry_interval=UNSET if order.retry_interval_s is None else order.retry_interval_s,
        )

    def write_publish_outcome(self, outcome: Outcome) -> Any:
        wire = self._wire
        status = word(wire.GenericStatusEnumType, outcome.status)
        return wire.PublishFirmwareResponse(status=status, status_info=self._info(outcome))

    def read_unpublish(self, sent: Any) -> firmware.UnpublishFirmware:
        return firmware.UnpublishFirmware(checksum=sent.checksum)

    def write_unpublish(self, order: firmware.UnpublishFirmware) -> Written:
        return "UnpublishFirmware", self._wire.UnpublishFirmwareRequest(checksum=order.checksum)

    def write_unpublish_outcome(self, outcome: Outcome) -> Any:
        wire = self._wire
        return wire.UnpublishFirmwareResponse(status=word(wire.UnpublishFirmwareStatusEnumType, outcome.status))

    def read_progress(self, sent: Any) -> firmware.FirmwareProgressed:
        why = read_status(None, sent)
        return firmware.FirmwareProgressed(
            status=FirmwareStatus(sent.status.value),
            request_id=None if sent.request_id is UNSET else sent.request_id,
            reason=why.reason,
            detail=why.detail,
        )

    def write_progress(self, fact: firmware.FirmwareProgressed) -> Written:
        wire = self._wire
        return "FirmwareStatusNotification", wire.FirmwareStatusNotificationRequest(
            status=wire.FirmwareStatusEnumType(fact.status.value),
            request_id=UNSET if fact.request_id is None else fact.request_id,
        )

    def read_published(self, sent: Any) -> firmware.PublishProgressed:
        why = read_status(None, sent)
        return firmware.PublishProgressed(
            status=PublishStatus(sent.status.value),
            request_id=None if sent.request_id is UNSET else sent.request_id,
            locations=list(sent.location or []),
            reason=why.reason,
            detail=why.detail,
        )

    def write_published(self, fact: firmware.PublishProgressed) -> Written:
        wire = self._wire
        return "PublishFirmwareStatusNotification", wire.PublishFirmwareStatusNotificationRequest(
            status=wire.PublishFirmwareStatusEnumType(fact.status.value),
            location=fact.locations or UNSET,
            request_id=UNSET if fact.request_id is None else fact.request_id,
        )

    def _info(self, outcome: Outcome) -> Any:
        if outcome.reason is None:
            return UNSET
        return self._wire.StatusInfoType(reason_code=outcome.reason, additional_info=outcome.detail or UNSET)


def part(wire: Any) -> Part:
    """Return what both versions say of firmware."""
    all_of = Firmware(wire)
    noticed, published = wire.FirmwareStatusNotificationResponse(), wire.PublishFirmwareStatusNotificationResponse()
    return Part(
        reports={
            "FirmwareStatusNotification": Report(all_of.read_progress, lambda _: noticed, lambda _: Acknowledged()),
            "PublishFirmwareStatusNotification": Report(
                all_of.read_published, lambda _: published, lambda _: Acknowledged()
            ),
        },
        facts={
            firmware.FirmwareProgressed: all_of.write_progress,
            firmware.PublishProgressed: all_of.write_published,
        },
        calls={
            "PublishFirmware": Call(all_of.read_publish, read_status, all_of.write_publish_outcome),
            "UnpublishFirmware": Call(all_of.read_unpublish, read_status, all_of.write_unpublish_outcome),
            "UpdateFirmware": Call(all_of.read_update, read_status, all_of.write_update_outcome),
        },
        orders={
            firmware.PublishFirmware: all_of.write_publish,
            firmware.UnpublishFirmware: all_of.write_unpublish,
            firmware.UpdateFirmware: all_of.write_update,
        },
    )
