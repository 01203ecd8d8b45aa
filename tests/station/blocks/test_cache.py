"""The authorisation cache: how long a verdict holds, and what makes room."""

from datetime import UTC, datetime, timedelta

from busbar.model.facts import TokenAnswer
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks import cache as c
from busbar.station.blocks.board import Board
from busbar.station.blocks.cache import Cache
from busbar.station.blocks.variables import Variables
from busbar.station.config import StationConfig

AT = datetime(2026, 1, 1, tzinfo=UTC)
YES = TokenAnswer(status=AuthorizationStatus.ACCEPTED)
NO = TokenAnswer(status=AuthorizationStatus.BLOCKED)


def make(saved: dict[str, bytes] | None = None, **settings: str) -> tuple[Board, Cache]:
    board = Board(StationConfig(identity="CS1", version=Version.V201, settings=settings), saved or {})
    board.now = AT
    return board, Cache(board, Variables(board))


def test_a_verdict_is_found_without_regard_to_case_and_survives() -> None:
    board, cache = make()
    cache.put(IdToken("AbC"), TokenAnswer(status=AuthorizationStatus.ACCEPTED, group=IdToken("G")))
    (keep,) = board.take()
    assert isinstance(keep, ef.Keep)
    _, again = make({key: value for key, value in keep.values.items() if value})
    verdict = again.get(IdToken("aBc"))
    assert verdict is not None
    assert (verdict.status, verdict.group) == (AuthorizationStatus.ACCEPTED, IdToken("G"))


def test_a_verdict_on_one_type_of_token_says_nothing_of_another() -> None:
    _, cache = make()
    cache.put(IdToken("1234", "KeyCode"), YES)
    assert cache.get(IdToken("1234", "ISO14443")) is None
    assert cache.get(IdToken("1234", "KeyCode")) is not None


def test_a_verdict_ends_at_its_date_else_after_the_lifetime() -> None:
    board, cache = make(AuthCacheLifeTime="100")
    cache.put(IdToken("A"), TokenAnswer(status=AuthorizationStatus.ACCEPTED, expires_at=AT + timedelta(seconds=5)))
    cache.put(IdToken("B"), YES)
    board.now = AT + timedelta(seconds=5)
    assert cache.get(IdToken("A")) is None
    assert cache.get(IdToken("B")) is not None
    board.now = AT + timedelta(seconds=100)
    assert cache.get(IdToken("B")) is None


def test_a_full_cache_drops_refused_ones_first_then_the_longest_unused__C10_FR_07() -> None:
    _, cache = make()
    cache.put(IdToken("first"), YES)
    cache.put(IdToken("refused"), NO)
    for number in range(c.LIMIT - 1):
        cache.put(IdToken(f"t{number}"), YES)
    assert cache.get(IdToken("refused")) is None
    assert cache.get(IdToken("first")) is not None
    cache.put(IdToken("last"), YES)  # t0 was used longest ago
    assert cache.get(IdToken("t0")) is None
    assert cache.get(IdToken("first")) is not None


def test_a_disabled_cache_takes_and_gives_nothing() -> None:
    board, cache = make(AuthorizationCacheEnabled="false")
    cache.put(IdToken("A"), YES)
    assert (board.take(), cache.get(IdToken("A"))) == ([], None)


def test_clearing_forgets_all_for_good() -> None:
    board, cache = make()
    cache.put(IdToken("A"), YES)
    board.take()
    cache.clear()
    assert cache.get(IdToken("A")) is None
    assert board.take() == [ef.Keep({"cache/a": None})]


def test_a_verdict_that_is_over_already_takes_the_token_out__C10_FR_13() -> None:
    board, cache = make()
    cache.put(IdToken("A"), YES)
    board.take()
    cache.put(IdToken("A"), TokenAnswer(status=AuthorizationStatus.ACCEPTED, expires_at=AT))
    assert cache.get(IdToken("A")) is None
    assert board.take() == [ef.Keep({"cache/a": None})]


def test_all_but_additional_info_is_kept__C10_FR_14() -> None:
    _, cache = make()
    answer = TokenAnswer(
        status=AuthorizationStatus.ACCEPTED, group=IdToken("G", "Central", (("x", "y"),)), priority=3, evses=(2,)
    )
    cache.put(IdToken("A"), answer)
    verdict = cache.get(IdToken("A"))
    assert verdict is not None
    assert verdict.group is not None
    assert (verdict.priority, verdict.group.more) == (3, ())
    assert (verdict.admits(1), verdict.admits(2)) == (False, True)
