"""Every fact is decided, and an unaccepted station is heard at boot only."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.services.decisions import _DECIDES, Refused, decide, needs
from busbar.csms.services.view import TokenNeed
from busbar.model.device import ModelReported, ReportPart
from busbar.model.facts import (
    Acknowledged,
    Booted,
    DataTransferred,
    Fact,
    HeartBeaten,
    MeterRead,
    Noted,
    StatusChanged,
    TokenPresented,
)
from busbar.model.firmware import FirmwareProgressed, FirmwareStatus, PublishProgressed, PublishStatus
from busbar.model.logs import LogProgressed, LogStatus
from busbar.model.security import SecurityEventReported
from busbar.model.values import ConnectorStatus, IdToken, Place, RegistrationStatus
from busbar.protocol.errors import ErrorCode

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def facts(world) -> list[Fact]:
    return [
        Booted(vendor="V", model="M"),
        HeartBeaten(),
        StatusChanged(place=Place(1, 1), status=ConnectorStatus.AVAILABLE),
        TokenPresented(token=IdToken("CARD")),
        MeterRead(place=Place(1), readings=[]),
        world.started(),
        world.updated(1, 1),
        world.ended(2, 2),
        world.start_16(),
        world.stop_16("1", 1, wh=2000),
        DataTransferred(vendor_id="V"),
        FirmwareProgressed(status=FirmwareStatus.IDLE),
        PublishProgressed(status=PublishStatus.IDLE),
        LogProgressed(status=LogStatus.IDLE),
        Noted(action="FirmwareStatusNotification"),
        SecurityEventReported(type="StartupOfTheDevice", at=AT),
    ]


def test_every_kind_of_fact_is_decided(world) -> None:
    for fact in facts(world):
        assert world.tell(fact).answer is not None
    assert set(Fact.__subclasses__()) == set(_DECIDES)


@pytest.mark.parametrize("registration", [RegistrationStatus.PENDING, RegistrationStatus.REJECTED])
def test_a_station_that_is_not_accepted_is_heard_at_boot_only(world, registration) -> None:
    world.register(registration)
    boot, *rest = facts(world)
    assert world.tell(boot).answer.status is registration
    for fact in rest:
        with pytest.raises(Refused) as refused:
            decide(fact, world.view, world.context, AT)
        assert refused.value.code is ErrorCode.SECURITY_ERROR
    assert not world.transactions


def test_a_pending_station_may_send_the_report_it_was_asked_for__B02_FR_09(world) -> None:
    part = ReportPart(request_id=1, seq_no=0, more=False, generated_at=AT)
    world.register(RegistrationStatus.PENDING)
    assert world.tell(ModelReported(part=part)).answer == Acknowledged()
    world.register(RegistrationStatus.REJECTED)
    with pytest.raises(Refused):
        world.tell(ModelReported(part=part))


def test_acceptance_outlives_the_connection(world) -> None:
    world.tell(Booted(vendor="V", model="M"))
    world.reconnect()
    assert world.tell(HeartBeaten()).answer.now


def test_no_transaction_message_of_an_accepted_station_is_refused(world) -> None:
    odd = [
        world.ended(5, -1000, wh=-5),
        world.updated(5, 1, at=AT + timedelta(days=4000)),
        world.started(2**40, 0, place=Place()),
        world.stop_16("-7", 0, wh=0),
        world.stop_16("", 0, wh=-1),
        MeterRead(place=Place(), readings=[world.reading(-1)], transaction_id="-1"),
    ]
    for fact in odd:
        assert world.tell(fact).answer is not None


def test_vendor_messages_are_of_an_unknown_vendor(world) -> None:
    assert world.tell(DataTransferred(vendor_id="V")).answer.status == "UnknownVendorId"


def test_a_token_is_looked_up_once(world) -> None:
    fact = TokenPresented(token=IdToken("Card"))
    assert TokenNeed("card") in needs(fact, world.view, world.context.tokens)
    world.tell(fact)
    assert TokenNeed("card") not in needs(fact, world.view, world.context.tokens)
