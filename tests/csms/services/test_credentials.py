"""Identities, passwords and keys: right ones pass, all others fail alike."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busbar.csms.services import credentials
from busbar.csms.services.credentials import (
    Basic,
    find_api_key,
    hash_secret,
    make_api_key,
    make_station_secret,
    matches,
    parse_basic,
    parse_identity,
    prove,
)

KEY = bytes(range(32))
AT = datetime(2026, 5, 1, tzinfo=UTC)
PASSWORD = b"0123456789abcdef0123456789abcdef"


def header(raw: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(raw).decode()}"


@pytest.mark.parametrize(
    ("segment", "identity"),
    [
        ("CS-1", "CS-1"),
        ("a*_=+|@.-9", "a*_=+|@.-9"),
        ("CS%2D1", "CS-1"),
        ("x" * 48, "x" * 48),
        ("x" * 49, None),
        ("", None),
        (".", None),
        ("..", None),
        ("a:b", None),
        ("a%3Ab", None),
        ("a/b", None),
        ("a%2Fb", None),
        ("a%5Cb", None),
        ("a%252Db", None),
        ("a%00b", None),
        ("a b", None),
        ("a\n", None),
        ("a%0A", None),
        ("%C3%A4", None),
        ("ä", None),
        ("%FF", None),
        ("a%", None),
        ("a%zz", None),
        ("١", None),
    ],
)
def test_identities(segment, identity) -> None:
    assert parse_identity(segment) == identity


@pytest.mark.parametrize(
    ("text", "basic"),
    [
        (header(b"CS:secret"), Basic("CS", b"secret")),
        (header(b"CS:secret", "basic"), Basic("CS", b"secret")),
        (header(b"CS:a:b:"), Basic("CS", b"a:b:")),
        (header(b"CS:\x00\x3a\xff" + bytes(17)), Basic("CS", b"\x00\x3a\xff" + bytes(17))),
        (header(b"CS:"), Basic("CS", b"")),
        (header(b":x"), Basic("", b"x")),
        (header(b"CS"), None),
        (header(b"\xff:x"), None),
        (header(b"CS:x", "Bearer"), None),
        ("Basic", None),
        ("Basic !!!", None),
        ("Basic Q1M6", Basic("CS", b"")),
        ("Basic Q1M6eA", None),
        ("Basic ä", None),
        ("", None),
        (None, None),
        ("Basic " + "A" * 5000, None),
    ],
)
def test_basic_headers(text, basic) -> None:
    assert parse_basic(text) == basic


@given(st.text())
def test_nothing_raises_on_any_input(text) -> None:
    parse_identity(text)
    parse_basic(text)
    parse_basic("Basic " + text)
    assert find_api_key(KEY, [], text, AT) is None
    assert not prove(KEY, text, Basic(text, text.encode("utf-8", "surrogatepass"))).of(None)


def test_the_right_password_of_the_right_station_is_admitted() -> None:
    stored = hash_secret(KEY, PASSWORD)
    assert prove(KEY, "CS-1", Basic("CS-1", PASSWORD)).of(stored)
    assert prove(KEY, "CS-1", Basic("cs-1", PASSWORD)).of(stored)


@pytest.mark.parametrize(
    ("stored", "basic"),
    [
        (hash_secret(KEY, PASSWORD), Basic("CS-1", PASSWORD + b"x")),
        (hash_secret(KEY, PASSWORD), Basic("CS-1", b"")),
        (hash_secret(KEY, PASSWORD), Basic("CS-2", PASSWORD)),
        (hash_secret(KEY, PASSWORD), Basic("", PASSWORD)),
        (hash_secret(KEY, PASSWORD), None),
        (hash_secret(KEY, b""), Basic("CS-1", b"")),
        (hash_secret(b"another key", PASSWORD), Basic("CS-1", PASSWORD)),
        (None, Basic("CS-1", PASSWORD)),
        (None, None),
    ],
)
def test_anything_else_is_not(stored, basic) -> None:
    assert not prove(KEY, "CS-1", basic).of(stored)


RAW = b"\x00:\xff\xfe" + bytes(range(1, 17))


@pytest.mark.parametrize("entered", [RAW, RAW.hex().encode(), RAW.hex().upper().encode()])
@pytest.mark.parametrize("sent", [RAW, RAW.hex().encode(), RAW.hex().upper().encode()])
def test_a_key_counts_as_bytes_and_as_hex_whichever_way_it_was_entered(entered, sent) -> None:
    assert prove(KEY, "CS-1", Basic("CS-1", sent)).of(hash_secret(KEY, entered))


@pytest.mark.parametrize("stored", [hash_secret(KEY, PASSWORD), None])
@pytest.mark.parametrize("basic", [Basic("CS-1", PASSWORD), Basic("X", b"wrong"), Basic("CS-1", RAW), None])
def test_the_work_is_the_same_for_every_answer(monkeypatch, stored, basic) -> None:
    hashed = []
    real = credentials.hash_secret
    monkeypatch.setattr(credentials, "hash_secret", lambda key, secret: hashed.append(secret) or real(key, secret))
    prove(KEY, "CS-1", basic).of(stored)
    assert len(hashed) == 4


def test_a_secret_is_stored_as_a_keyed_hash() -> None:
    stored = hash_secret(KEY, PASSWORD)
    assert len(stored) == 32
    assert PASSWORD not in stored
    assert stored != hash_secret(KEY[:-1], PASSWORD)
    assert matches(KEY, stored, PASSWORD)
    assert not matches(KEY, stored, PASSWORD[:-1])
    assert not matches(KEY, None, PASSWORD)


def test_an_unknown_station_has_no_password_that_hashes_to_nothing() -> None:
    assert not matches(KEY, bytes(32), PASSWORD)
    assert not matches(KEY, None, b"")


def test_a_station_password_is_hex_of_sixteen_bytes() -> None:
    assert make_station_secret(bytes(range(16))) == "000102030405060708090a0b0c0d0e0f"


def test_an_api_key_is_found_by_its_text_until_it_expires() -> None:
    text, row = make_api_key(KEY, bytes(range(38)), "operator", at=AT, expires_at=AT + timedelta(days=1))
    other = make_api_key(KEY, bytes(range(100, 138)), "other", at=AT).row
    assert find_api_key(KEY, [other, row], text, AT) is row
    assert find_api_key(KEY, [other, row], text, AT + timedelta(days=1)) is None
    assert find_api_key(KEY, [other], text, AT) is None
    assert find_api_key(b"another", [row], text, AT) is None
    assert find_api_key(KEY, [row], text[:-1] + ("A" if text[-1] != "A" else "B"), AT) is None
    assert find_api_key(KEY, [row], "", AT) is None
    assert text.encode() not in row.secret


def test_the_text_of_an_api_key_names_its_row_and_nothing_of_the_hash() -> None:
    text, row = make_api_key(KEY, bytes(38), "operator", at=AT)
    assert text.startswith(f"bbk_{row.id}_")
    assert row.secret.hex() not in text
