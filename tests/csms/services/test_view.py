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
