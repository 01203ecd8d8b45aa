"""Verdicts on tokens."""

from datetime import timedelta

import pytest

from busbar.csms.services.decisions import needs
from busbar.model.facts import TokenPresented
from busbar.model.values import AuthorizationStatus, IdToken


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


def test_the_group_is_told(world) -> None:
    world.know("CARD", group="FLEET", kind="ISO14443")
    assert ask(world).group == IdToken("FLEET", "ISO14443")


def test_a_pin_does_not_pass_for_a_card(world) -> None:
    world.know("1234", kind="ISO14443")
    assert ask(world, "1234", "KeyCode").status is AuthorizationStatus.UNKNOWN
    assert ask(world, "1234", "ISO14443").status is AuthorizationStatus.ACCEPTED
    assert ask(world, "1234", "Central").status is AuthorizationStatus.ACCEPTED
    assert ask(world, "1234").status is AuthorizationStatus.ACCEPTED


def test_no_authorization_is_accepted_and_not_looked_up(world) -> None:
    fact = TokenPresented(token=IdToken("", "NoAuthorization"))
    assert needs(fact, world.view, world.context.tokens) == ()
    assert world.tell(fact).answer.status is AuthorizationStatus.ACCEPTED
