"""The token cache is bounded and remembers absence."""

from busbar.csms.rows import Token
from busbar.csms.services.view import Tokens


def test_absence_is_remembered() -> None:
    tokens = Tokens()
    tokens.put("a", None)
    assert tokens.known == {"a": None}


def test_the_oldest_entry_goes_first() -> None:
    tokens = Tokens(limit=2)
    for key in ("a", "b", "c"):
        tokens.put(key, Token(key=key, value=key))
    assert list(tokens.known) == ["b", "c"]


def test_a_known_key_is_replaced_without_dropping_another() -> None:
    tokens = Tokens(limit=2)
    for key in ("a", "b", "a"):
        tokens.put(key, Token(key=key, value=key))
    assert list(tokens.known) == ["a", "b"]


def test_what_was_read_before_a_token_was_forgotten_is_not_fresh() -> None:
    tokens = Tokens()
    began = tokens.now
    tokens.forget("a")
    assert not tokens.fresh("a", began)
    assert tokens.fresh("b", began)
    assert tokens.fresh("a", tokens.now)
    tokens.forget()
    assert not tokens.fresh("b", began)


def test_what_is_remembered_of_forgotten_tokens_is_bounded() -> None:
    tokens = Tokens(limit=2)
    began = tokens.now
    for key in "abc":
        tokens.forget(key)
    assert len(tokens._forgotten) <= 2
    assert not tokens.fresh("z", began)
    assert tokens.fresh("z", tokens.now)
