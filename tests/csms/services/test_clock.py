"""A token is judged by the time of its event where that is believable."""

from datetime import timedelta

from busbar.model.values import AuthorizationStatus, IdToken


def test_a_session_that_began_offline_is_judged_by_its_own_time__E04_C15(world) -> None:
    world.know("CARD", expires_at=world.at(60))
    began = world.started(token=IdToken("CARD"), offline=True)
    assert world.tell(began).answer.token.status is AuthorizationStatus.ACCEPTED
    late = world.started(token=IdToken("CARD"), transaction_id="tx2", offline=False)
    assert world.tell(late).answer.token.status is AuthorizationStatus.EXPIRED


def test_a_queued_start_of_1_6_is_judged_by_its_own_time(world_16) -> None:
    world_16.know("CARD", expires_at=world_16.at(60))
    assert world_16.tell(world_16.start_16()).answer.token.status is AuthorizationStatus.ACCEPTED


def test_a_time_that_no_set_clock_shows_judges_no_token(world) -> None:
    world.know("CARD", expires_at=world.at(60))
    unset = world.started(token=IdToken("CARD"), offline=True, at=world.at(0) - timedelta(days=20_000))
    assert world.tell(unset).answer.token.status is AuthorizationStatus.EXPIRED
