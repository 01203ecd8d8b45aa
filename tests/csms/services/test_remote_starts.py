"""A remote start and the session that it led to are linked, in every version."""

from datetime import timedelta

import pytest

from busbar.csms.records.authorization import Explanation
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.remote_starts import RemoteStart, StartState
from busbar.csms.services.remote_starts import TIMEOUTS, waiting
from busbar.model.facts import TokenPresented
from busbar.model.orders import Outcome, StartTransaction
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version


def asked(world, **more) -> RemoteStart:
    base = {"id": "c1", "station_id": 7, "remote_start_id": 5, "token": "CARD", "evse": 1, "requested_by": "me"}
    times = dict.fromkeys(("created_at", "answered_at", "waits_until"), world.T0)
    row = RemoteStart(**(base | times | {"state": StartState.ACCEPTED, "status": "Accepted"} | more))
    world.rows[RemoteStart] = [row]
    return row


async def test_the_answer_to_a_start_is_kept__F01_FR_13(stand) -> None:
    order = StartTransaction(token=IdToken("CARD", "Central"), remote_start_id=5)
    await stand.end(order, outcome=Outcome(status="Accepted", transaction_id="tx-1"))
    (row,) = await stand.store.find(RemoteStart, station_id=1)
    assert (row.state, row.remote_start_id, row.transaction_id) == (StartState.ACCEPTED, 5, "tx-1")


async def test_a_refused_start_leads_to_nothing__F01_FR_11(stand) -> None:
    await stand.end(StartTransaction(token=IdToken("CARD"), remote_start_id=5), "Rejected")
    (row,) = await stand.store.find(RemoteStart, station_id=1)
    assert row.state is StartState.REFUSED


def test_a_2_x_session_names_its_start__F01_FR_25(world) -> None:
    asked(world)
    world.tell(world.started(remote_start_id=5))
    (row,) = world.all(RemoteStart)
    assert (row.state, row.transaction, row.transaction_id) == (StartState.STARTED, world.row.id, "tx")


def test_a_2_x_session_may_name_it_in_an_update(world) -> None:
    asked(world)
    world.tell(world.started())
    world.tell(world.updated(1, 1, remote_start_id=5))
    assert world.all(RemoteStart)[0].state is StartState.STARTED


@pytest.mark.parametrize("kind", ["DirectPayment", "Central"])
def test_the_token_of_a_start_is_good_for_it_alone__C25_FR_23(world, kind: str) -> None:
    asked(world, token="PSP-1", token_kind=kind)
    token = IdToken("PSP-1", kind)

    def verdict(fact) -> AuthorizationStatus:
        return world.tell(fact).answer.token.status

    assert world.tell(TokenPresented(token=token)).answer.status is AuthorizationStatus.ACCEPTED
    assert verdict(world.started(transaction_id="other", token=token)) is AuthorizationStatus.UNKNOWN
    assert verdict(world.started(token=token, remote_start_id=6, transaction_id="x")) is AuthorizationStatus.UNKNOWN
    for _ in range(2):
        assert verdict(world.started(token=token, remote_start_id=5)) is AuthorizationStatus.ACCEPTED
    assert verdict(world.updated(1, 1, token=token)) is AuthorizationStatus.ACCEPTED
    assert verdict(world.ended(2, 2, token=token)) is AuthorizationStatus.ACCEPTED
    assert verdict(world.started(token=token, transaction_id="late")) is AuthorizationStatus.UNKNOWN
    assert world.tell(TokenPresented(token=token)).answer.status is AuthorizationStatus.UNKNOWN
    assert [row.why for row in world.all(Explanation) if row.status is AuthorizationStatus.ACCEPTED] == [
        "a remote start of ours brought it"
    ] * 2


def test_a_card_that_nobody_entered_stays_unknown_after_a_start(world) -> None:
    asked(world, token_kind="ISO14443")
    answer = world.tell(world.started(token=IdToken("CARD", "ISO14443"), remote_start_id=5)).answer
    assert answer.token.status is AuthorizationStatus.UNKNOWN


def test_in_1_6_a_payment_is_known_by_its_start(make_world) -> None:
    world = make_world(Version.V16)
    asked(world, remote_start_id=None, token="PSP-1", token_kind="DirectPayment")
    assert world.tell(world.start_16(token="PSP-1")).answer.token.status is AuthorizationStatus.ACCEPTED


def test_events_without_a_start_look_nothing_up(world) -> None:
    world.tell(world.started())
    lookups = world.lookups
    world.tell(world.updated(1, 1, wh=5.0))
    assert world.lookups == lookups


def test_in_1_6_token_connector_and_time_tell(world_16) -> None:
    asked(world_16, remote_start_id=None)
    world_16.tell(world_16.start_16(token="card"))
    assert world_16.all(RemoteStart)[0].state is StartState.STARTED


def test_in_1_6_another_token_connector_or_day_is_another_session(make_world) -> None:
    for row, fact in (({"token": "OTHER"}, {}), ({"evse": 2}, {}), ({}, {"minutes": 60 * 24})):
        world = make_world(Version.V16)
        world.know("CARD")
        asked(world, remote_start_id=None, **row)
        world.tell(world.start_16(**fact), at=world.T0 + timedelta(days=2))
        assert world.all(RemoteStart)[0].state is StartState.ACCEPTED


def timeout(world, text: str | None, minutes: int = 0) -> ModelValue:
    fields = {"station_id": 7, "attribute": "Actual", "source": "report", "at": world.at(minutes)}
    return ModelValue(path=TIMEOUTS[1], value=text, **fields)


@pytest.mark.parametrize(
    ("text", "seconds"), [("60", 75), ("0", None), ("-1", None), ("", None), (None, None), ("1" * 9, None), ("٣", None)]
)
def test_a_time_is_read_with_a_little_more(world, text: str | None, seconds: int | None) -> None:
    assert waiting([timeout(world, text)]) == (None if seconds is None else timedelta(seconds=seconds))


def test_the_newer_time_counts(world) -> None:
    values = [timeout(world, "60", 1), timeout(world, "30", 2), timeout(world, "never", 3)]
    assert waiting(values) == timedelta(seconds=45)


@pytest.mark.parametrize(("text", "state"), [("60", StartState.ACCEPTED), ("1200", StartState.STARTED)])
def test_in_1_6_a_session_may_begin_as_long_as_the_station_waits(world_16, text: str, state: StartState) -> None:
    asked(world_16, remote_start_id=None)
    world_16.rows[ModelValue] = [timeout(world_16, text)]
    world_16.tell(world_16.start_16(token="card", minutes=15))
    assert world_16.all(RemoteStart)[0].state is state
