"""Verdicts on tokens."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import TokenPut
from busbar.csms.records.authorization import AccessRule, Effect, Explanation, Limit, Period, TokenGroup, TokenProfile
from busbar.csms.rows import Token
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.decisions import needs
from busbar.model.facts import StatusChanged, TokenPresented, TransactionLimit, TransactionStarted
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken, Place
from busbar.model.versions import Version


def ask(world, value: str = "CARD", kind: str | None = None):
    return world.tell(TokenPresented(token=IdToken(value, kind))).answer


def test_an_unknown_token_is_unknown(world) -> None:
    assert ask(world).status is AuthorizationStatus.UNKNOWN


def test_a_token_is_compared_without_case(world) -> None:
    world.know("AbCd")
    assert ask(world, "aBcD").status is AuthorizationStatus.ACCEPTED


@pytest.mark.parametrize("status", list(AuthorizationStatus))
def test_a_status_that_was_entered_is_the_verdict(world, status) -> None:
    world.know("CARD", status=status)
    assert ask(world).status is status


def test_a_token_expires(world) -> None:
    world.know("CARD", expires_at=world.at(600))
    answer = ask(world)
    assert (answer.status, answer.expires_at) == (AuthorizationStatus.EXPIRED, world.at(600))
    world.know("LATER", expires_at=world.at(600) + timedelta(seconds=1))
    assert ask(world, "LATER").status is AuthorizationStatus.ACCEPTED


def test_a_blocked_token_stays_blocked_after_it_expired(world) -> None:
    world.know("CARD", status=AuthorizationStatus.BLOCKED, expires_at=world.at(0))
    assert ask(world).status is AuthorizationStatus.BLOCKED


def test_a_group_is_the_same_for_tokens_of_all_types__C01_FR_06_C09_FR_13(world) -> None:
    world.know("CARD", group="FLEET", kind="ISO14443")
    world.know("1234", group="FLEET", kind="KeyCode")
    assert ask(world).group == ask(world, "1234", "KeyCode").group == IdToken("FLEET")


def test_a_pin_does_not_pass_for_a_card__C04_FR_01(world) -> None:
    world.know("1234", kind="ISO14443")
    assert ask(world, "1234", "KeyCode").status is AuthorizationStatus.INVALID
    assert ask(world, "4321", "KeyCode").status is AuthorizationStatus.INVALID
    assert ask(world, "1234", "ISO14443").status is AuthorizationStatus.ACCEPTED
    assert ask(world, "1234", "Central").status is AuthorizationStatus.ACCEPTED
    assert ask(world, "1234").status is AuthorizationStatus.ACCEPTED


def test_a_code_that_a_driver_keys_in_is_named_in_no_record_of_a_judgement__C04_FR_04(world) -> None:
    for value, kind in (("987654", "KeyCode"), ("CARD", "ISO14443")):
        ask(world, value, kind)
    assert [row.token for row in world.all(Explanation)] == ["***", "card"]


def test_no_authorization_is_accepted_and_not_looked_up(world) -> None:
    fact = TokenPresented(token=IdToken("", "NoAuthorization"))
    assert needs(fact, world.view, world.context.tokens) == ()
    assert world.tell(fact).answer.status is AuthorizationStatus.ACCEPTED


def _policy(world, **more) -> None:
    world.context.tokens.policy = Policy(**more)


def test_why_a_token_was_taken_is_kept__C01(world) -> None:
    world.know("CARD")
    world.tell(TokenPresented(token=IdToken("CARD")))
    world.tell(world.started(token=IdToken("NOBODY")))
    found = [(row.occasion, row.token, row.status, row.why) for row in world.all(Explanation)]
    assert found == [
        ("authorize", "card", AuthorizationStatus.ACCEPTED, "the token is good"),
        ("start", "nobody", AuthorizationStatus.UNKNOWN, "no such token"),
    ]


def test_a_master_pass_is_known_but_starts_nothing__C16_FR_01(world) -> None:
    world.know("BOSS", group="MASTER")
    _policy(world, groups={"master": TokenGroup(key="master", value="MASTER", master_pass=True)})
    answer = world.tell(TokenPresented(token=IdToken("BOSS"))).answer
    assert (answer.status, answer.group) == (AuthorizationStatus.ACCEPTED, IdToken("MASTER"))
    started = world.tell(world.started(token=IdToken("BOSS"))).answer.token
    assert started.status is AuthorizationStatus.INVALID
    ended = world.tell(world.ended(1, 1, token=IdToken("BOSS"))).answer.token
    assert ended.status is AuthorizationStatus.ACCEPTED


def test_where_a_token_is_good_for_some_evses_they_are_named__C01_FR_22(world) -> None:
    world.know("CARD")
    for evse in (1, 2):
        world.tell(StatusChanged(place=Place(evse, 1), status=ConnectorStatus.AVAILABLE))
    _policy(world, rules=(AccessRule(id=3, effect=Effect.DENY, token="card", evses=(2,)),))
    assert world.tell(TokenPresented(token=IdToken("CARD"))).answer.evses == (1,)
    refused = world.tell(world.started(token=IdToken("CARD"), place=Place(2, 1))).answer.token
    assert refused.status is AuthorizationStatus.NOT_ALLOWED_TYPE_EVSE
    assert world.all(Explanation)[-1].rules == (3,)


def test_the_profile_of_a_token_is_told__C01_FR_13(world) -> None:
    world.know("CARD")
    profile = TokenProfile(key="card", language="de", message="Hallo", priority=2, cache_s=60, energy_transfers=("DC",))
    _policy(world, profiles={"card": profile})
    answer = world.tell(TokenPresented(token=IdToken("CARD")), at=world.at(5)).answer
    assert (answer.language, answer.message.content, answer.priority) == ("de", "Hallo", 2)
    assert answer.expires_at == world.at(6)
    assert answer.energy_transfers == ("DC",)


async def test_the_policy_is_read_once_and_again_after_a_change(stand) -> None:
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    stand.context.tokens.forget()
    assert (await stand.tell(TokenPresented(token=IdToken("CARD")))).answer.status is AuthorizationStatus.ACCEPTED
    await stand.store.insert(AccessRule(effect=Effect.DENY, token="card"))
    assert (await stand.tell(TokenPresented(token=IdToken("CARD")))).answer.status is AuthorizationStatus.ACCEPTED
    stand.context.tokens.forget_policy()
    assert (await stand.tell(TokenPresented(token=IdToken("CARD")))).answer.status is AuthorizationStatus.BLOCKED


async def _limited(stand, **more) -> None:
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    await stand.store.insert(Limit(token="card", period=Period.DAY, **more))
    stand.context.tokens.forget()


def _start(stand, number: int) -> TransactionStarted:
    at = stand.now
    return TransactionStarted(
        transaction_id=f"tx-{number}", seq_no=0, at=at, place=Place(number, 1), token=IdToken("CARD")
    )


async def test_a_limit_that_is_used_up_gives_no_credit_and_a_repeat_the_first_answer(stand) -> None:
    stand.now = datetime.now(UTC)
    await _limited(stand, sessions=1, energy_wh=5000.0)
    first = (await stand.tell(_start(stand, 1))).answer
    assert first.token.status is AuthorizationStatus.ACCEPTED
    assert first.limit == TransactionLimit(max_energy_wh=5000.0)  # E16.FR.01
    assert (await stand.tell(_start(stand, 1))).answer.token.status is AuthorizationStatus.ACCEPTED
    assert (await stand.tell(_start(stand, 2))).answer.token.status is AuthorizationStatus.NO_CREDIT
    answer = (await stand.tell(TokenPresented(token=IdToken("CARD")))).answer
    assert answer.status is AuthorizationStatus.NO_CREDIT
    why = (await stand.store.find(Explanation, occasion="authorize"))[-1]
    assert (why.rules, why.why) == ((1,), "a limit is used up")


@pytest.mark.parametrize(("version", "is_told"), [(Version.V21, True), (Version.V201, False), (Version.V16, False)])
async def test_a_prepaid_token_does_not_stay_in_the_stations_cache__C17_FR_01_FR_02(stand, version, is_told) -> None:
    stand.view.version = version
    stand.now = datetime.now(UTC)
    await _limited(stand, cost_minor=1000, currency="EUR", sessions=1)
    until = stand.now if is_told else None
    first = (await stand.tell(TokenPresented(token=IdToken("CARD")))).answer
    assert (first.status, first.expires_at) == (AuthorizationStatus.ACCEPTED, until)
    started = (await stand.tell(_start(stand, 1))).answer
    assert started.token.expires_at == until
    second = (await stand.tell(TokenPresented(token=IdToken("CARD")))).answer
    assert (second.status, second.expires_at) == (AuthorizationStatus.NO_CREDIT, until)


async def test_sessions_at_a_time_are_bounded_where_that_is_switched_on__C01(stand) -> None:
    await stand.store.put(TokenProfile(key="card", concurrent=1))
    await stand.store.commit([TokenPut(Token(key="card", value="CARD"))])
    stand.context.tokens.forget()
    assert (await stand.tell(_start(stand, 1))).answer.token.status is AuthorizationStatus.ACCEPTED
    assert (await stand.tell(_start(stand, 2))).answer.token.status is AuthorizationStatus.CONCURRENT_TX
