"""What a version drops of a fact or an order, all of it listed here; and that nothing else is ever dropped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busbar.model import facts, orders
from busbar.model.facts import Fact
from busbar.model.orders import Order
from busbar.model.values import (
    AuthorizationStatus,
    ChargingState,
    ConnectorStatus,
    IdToken,
    Place,
    Reading,
    Sample,
    StopReason,
)
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.protocol.wire import v16, v21, v201

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ONE = Place(2, 1)
TOKEN = IdToken("T", "ISO14443")
REGISTER = Sample("Energy.Active.Import.Register", 5.0, "Wh")
WIRES: dict[Version, Any] = {Version.V16: v16, Version.V201: v201, Version.V21: v21}


def heard(version: Version, fact: Fact) -> Fact:
    speaker = translator(version)
    action, payload = speaker.from_fact(fact)
    return speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload)))


def taken(version: Version, order: Order) -> Order:
    speaker = translator(version)
    action, payload = speaker.from_order(order)
    return speaker.to_order(action, codec.decode_request(version, action, codec.encode(payload)))


def started(**changes: Any) -> facts.TransactionStarted:
    plain = facts.TransactionStarted(transaction_id=None, at=AT, place=ONE, token=IdToken("T"), meter_wh=5)
    return replace(plain, **changes)


def ended(**changes: Any) -> facts.TransactionEnded:
    return replace(facts.TransactionEnded(transaction_id="7", at=AT, meter_wh=5, reason=StopReason.LOCAL), **changes)


def event(**changes: Any) -> facts.TransactionEnded:
    plain = facts.TransactionEnded(transaction_id="x", at=AT, seq_no=1, trigger="Trigger", reason=StopReason.LOCAL)
    return replace(plain, **changes)


# 1.6: what is said, and what is heard of it.
LOST_IN_16: dict[str, tuple[Fact, Fact]] = {
    "a token's kind": (facts.TokenPresented(token=TOKEN), facts.TokenPresented(token=IdToken("T"))),
    "a boot reason": (
        facts.Booted(vendor="v", model="m", reason="PowerUp"),
        facts.Booted(vendor="v", model="m"),
    ),
    "an occupied connector's phase": (
        facts.StatusChanged(place=ONE, status=ConnectorStatus.OCCUPIED),
        facts.StatusChanged(place=ONE, status=ConnectorStatus.PREPARING),
    ),
    "a start's own id and what events tell": (
        started(
            transaction_id="x",
            seq_no=0,
            trigger="RemoteStart",
            offline=True,
            readings=[Reading(AT, [REGISTER])],
            charging_state=ChargingState.CHARGING,
            remote_start_id=1,
        ),
        started(),
    ),
    "a fraction of a Wh": (started(meter_wh=5.4), started()),
    "a stop's place and what events tell": (
        ended(place=ONE, seq_no=1, trigger="Trigger", offline=True, charging_state=ChargingState.IDLE),
        ended(),
    ),
    "a reason of 2.x": (ended(reason=StopReason.STOPPED_BY_EV), ended(reason=StopReason.OTHER)),
    "a silent reason": (ended(reason=None), ended(reason=StopReason.LOCAL)),
    "that a number and its signature are one": (
        facts.MeterRead(place=ONE, readings=[Reading(AT, [replace(REGISTER, signed="AB")])]),
        facts.MeterRead(place=ONE, readings=[Reading(AT, [REGISTER, replace(REGISTER, value=None, signed="AB")])]),
    ),
}
# 2.0.1 and 2.1.
LOST_IN_2X: dict[str, tuple[Fact, Fact]] = {
    "that a token had no kind": (
        facts.TokenPresented(token=IdToken("T")),
        facts.TokenPresented(token=IdToken("T", "Central")),
    ),
    "the meter's type and number": (
        facts.Booted(vendor="v", model="m", reason="PowerUp", meter_type="t", meter_serial="s"),
        facts.Booted(vendor="v", model="m", reason="PowerUp"),
    ),
    "a silent boot reason": (
        facts.Booted(vendor="v", model="m"),
        facts.Booted(vendor="v", model="m", reason="Unknown"),
    ),
    "1.6's errors": (
        facts.StatusChanged(
            place=ONE,
            status=ConnectorStatus.FAULTED,
            at=AT,
            error="WeakSignal",
            info="i",
            vendor_id="v",
            vendor_error="e",
        ),
        facts.StatusChanged(place=ONE, status=ConnectorStatus.FAULTED, at=AT),
    ),
    "a connector's phase": (
        facts.StatusChanged(place=ONE, status=ConnectorStatus.FINISHING, at=AT),
        facts.StatusChanged(place=ONE, status=ConnectorStatus.OCCUPIED, at=AT),
    ),
    "the connector and the transaction of meter values": (
        facts.MeterRead(place=ONE, readings=[Reading(AT, [REGISTER])], transaction_id="7"),
        facts.MeterRead(place=Place(2), readings=[Reading(AT, [REGISTER])]),
    ),
    "1.6's register": (event(meter_wh=5), event()),
    "a reason of 1.6": (event(reason=StopReason.SOFT_RESET), event(reason=StopReason.IMMEDIATE_RESET)),
    "a silent reason": (event(reason=None), event(reason=StopReason.LOCAL)),
}
# Of orders, only 1.6 drops anything.
LOST_ORDERS_IN_16: dict[str, tuple[Order, Order]] = {
    "a token's kind and a start's number": (
        orders.StartTransaction(token=TOKEN, remote_start_id=1, evse=2),
        orders.StartTransaction(token=IdToken("T"), evse=2),
    ),
    "that a place is an EVSE": (
        orders.ChangeAvailability(operative=True, place=Place(2)),
        orders.ChangeAvailability(operative=True, place=ONE),
    ),
}


@pytest.mark.parametrize(("said", "left"), LOST_IN_16.values(), ids=LOST_IN_16)
def test_16_drops(said: Fact, left: Fact) -> None:
    assert heard(Version.V16, said) == left


@pytest.mark.parametrize(("said", "left"), LOST_IN_2X.values(), ids=LOST_IN_2X)
@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_2x_drops(version: Version, said: Fact, left: Fact) -> None:
    assert heard(version, said) == left


@pytest.mark.parametrize(("said", "left"), LOST_ORDERS_IN_16.values(), ids=LOST_ORDERS_IN_16)
def test_16_drops_of_an_order(said: Order, left: Order) -> None:
    assert taken(Version.V16, said) == left


@pytest.mark.parametrize("version", Version)
def test_every_version_drops_fractions_of_seconds(version: Version) -> None:
    at = AT + timedelta(microseconds=999_999)
    said = facts.StatusChanged(place=ONE, status=ConnectorStatus.AVAILABLE, at=at)
    assert heard(version, said) == replace(said, at=AT)


def texts(limit: int, least: int = 1) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=least, max_size=limit)


def words(kind: type[StrEnum]) -> st.SearchStrategy[str]:
    return st.sampled_from([member.value for member in kind])


def members(neutral: type[StrEnum], wire: type[StrEnum]) -> st.SearchStrategy[Any]:
    """Return the neutral members that the version has by the same word."""
    known = {member.value for member in wire}
    return st.sampled_from([member for member in neutral if member.value in known])


INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
NUMBERS = st.integers(0, 2**31 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def none_or(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def readings(version: Version, least: int = 0) -> st.SearchStrategy[list[Reading]]:
    wire = WIRES[version]
    two = version is not Version.V16
    units = texts(20) if two else words(wire.SampledValueUnit).filter(lambda unit: unit not in ("Celcius", "Hertz"))
    sample = st.builds(
        Sample,
        measurand=words(wire.MeasurandEnumType if two else wire.SampledValueMeasurand),
        value=FINITE,
        unit=none_or(units),
        phase=none_or(words(wire.PhaseEnumType if two else wire.SampledValuePhase)),
        location=none_or(words(wire.LocationEnumType if two else wire.SampledValueLocation)),
        context=words(wire.ReadingContextEnumType if two else wire.SampledValueContext),
    )
    reading = st.builds(Reading, INSTANTS, st.lists(sample, min_size=1, max_size=3))
    return st.lists(reading, min_size=least, max_size=2)


def facts_of_16() -> st.SearchStrategy[Fact]:
    tokens, number = st.builds(IdToken, texts(20, 0)), NUMBERS.map(str)
    places = st.builds(Place, st.integers(1, 99), st.just(1))
    return st.one_of(
        st.builds(
            facts.Booted,
            vendor=texts(20),
            model=texts(20),
            serial=none_or(texts(25)),
            firmware=none_or(texts(50)),
            iccid=none_or(texts(20)),
            imsi=none_or(texts(20)),
            meter_type=none_or(texts(25)),
            meter_serial=none_or(texts(25)),
        ),
        st.builds(
            facts.StatusChanged,
            place=places | st.just(Place()),
            status=members(ConnectorStatus, v16.StatusNotificationStatus),
            at=none_or(INSTANTS),
            error=none_or(words(v16.StatusNotificationErrorCode).filter(lambda error: error != "NoError")),
            info=none_or(texts(50)),
            vendor_id=none_or(texts(255)),
            vendor_error=none_or(texts(50)),
        ),
        st.builds(facts.TokenPresented, token=tokens),
        st.builds(facts.MeterRead, place=places, readings=readings(Version.V16, 1), transaction_id=none_or(number)),
        st.builds(
            facts.TransactionStarted,
            transaction_id=st.none(),
            at=INSTANTS,
            place=places,
            token=tokens,
            meter_wh=NUMBERS,
            reservation_id=none_or(NUMBERS),
        ),
        st.builds(
            facts.TransactionEnded,
            transaction_id=number,
            at=INSTANTS,
            token=none_or(tokens),
            meter_wh=NUMBERS,
            reason=members(StopReason, v16.StopTransactionReason),
            readings=readings(Version.V16),
        ),
        st.builds(facts.DataTransferred, vendor_id=texts(255), message_id=none_or(texts(50)), data=none_or(texts(50))),
    )


def facts_of_2x(version: Version) -> st.SearchStrategy[Fact]:
    wire = WIRES[version]
    tokens = st.builds(IdToken, texts(36, 0), words(v201.IdTokenEnumType))
    evses = st.builds(Place, st.integers(1, 99), none_or(st.integers(1, 9)))
    common = {
        "transaction_id": texts(36),
        "at": INSTANTS,
        "seq_no": NUMBERS,
        "trigger": words(wire.TriggerReasonEnumType),
        "place": evses | st.just(Place()),
        "token": none_or(tokens),
        "offline": st.booleans(),
        "readings": readings(version),
        "charging_state": none_or(st.sampled_from(ChargingState)),
    }
    origin = {"remote_start_id": none_or(NUMBERS), "reservation_id": none_or(NUMBERS)}
    return st.one_of(
        st.builds(
            facts.StatusChanged,
            place=st.builds(Place, st.integers(1, 99), st.integers(1, 9)),
            status=members(ConnectorStatus, wire.ConnectorStatusEnumType),
            at=INSTANTS,
        ),
        st.builds(facts.TokenPresented, token=tokens),
        st.builds(facts.MeterRead, place=st.builds(Place, none_or(st.integers(1, 99))), readings=readings(version, 1)),
        st.builds(facts.TransactionStarted, **common, **origin),
        st.builds(facts.TransactionUpdated, **common, **origin),
        st.builds(facts.TransactionEnded, **common, reason=members(StopReason, wire.ReasonEnumType)),
    )


@settings(max_examples=150, deadline=None)
@given(facts_of_16())
def test_16_drops_nothing_else(fact: Fact) -> None:
    assert heard(Version.V16, fact) == fact


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_2x_drops_nothing_else(version: Version, data: st.DataObject) -> None:
    fact = data.draw(facts_of_2x(version))
    assert heard(version, fact) == fact


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("status", AuthorizationStatus)
def test_every_verdict_can_be_said(version: Version, status: AuthorizationStatus) -> None:
    speaker = translator(version)
    raw = codec.encode(speaker.from_answer("Authorize", facts.TokenAnswer(status=status)))
    answer = speaker.to_answer("Authorize", codec.decode_response(version, "Authorize", raw))
    assert isinstance(answer, facts.TokenAnswer)
    assert (answer.status is AuthorizationStatus.ACCEPTED) is (status is AuthorizationStatus.ACCEPTED)
