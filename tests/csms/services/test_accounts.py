"""Passwords that are taken, codes that count once."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from busbar.csms.services.accounts import code_hash, matching_step, sealing_key, token_hash, weakness

SECRET = pyotp.random_base32()
AT = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
NOW = int(AT.timestamp()) // 30


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("x1" * 6, False),
        ("abc" * 4, True),
        ("abc" * 67, False),
        ("my ann@example.com!", False),
        ("abcdefghijk", False),
        ("a" * 20, False),
    ],
)
def test_length_counts_and_the_email_is_no_password(password: str, good: bool) -> None:
    assert (weakness(password, "Ann@example.com") is None) is good


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_a_code_counts_one_step_early_or_late__and_not_again(shift: int) -> None:
    code = pyotp.TOTP(SECRET).at(AT + timedelta(seconds=30 * shift))
    assert matching_step(SECRET, code, AT, after=0) == NOW + shift
    assert matching_step(SECRET, code, AT, after=NOW + shift) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert matching_step(SECRET, code, AT, after=0) is None
    assert matching_step(None, "123456", AT, after=0) is None


def test_codes_two_steps_away_are_wrong() -> None:
    assert matching_step(SECRET, pyotp.TOTP(SECRET).at(AT + timedelta(seconds=60)), AT, after=0) is None


def test_hashes_depend_on_what_they_should() -> None:
    assert code_hash(b"k", "AB-cd 12") == code_hash(b"k", "abcd12") != code_hash(b"other", "abcd12")
    assert len(sealing_key(b"k" * 32)) == 32
    assert token_hash("a") != token_hash("b")
