"""One-time passwords in the URLs of dynamic QR codes."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.model.facts import TransactionLimit
from busbar.protocol.qr_codes import is_one_time_password, one_time_password, scanned

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def test_a_password_holds_for_its_interval_and_the_two_beside_it__C25_FR_07_FR_08():
    key, how = "a shared secret", {"validity_s": 30, "length": 8}
    text = one_time_password(key, AT, **how)
    assert len(text) == 8
    assert text.isalnum()
    for seconds, good in ((0, True), (-30, True), (30, True), (59, True), (60, False), (-31, False)):
        assert is_one_time_password(text, key, AT + timedelta(seconds=seconds), **how) is good
    assert not is_one_time_password(text, "another secret", AT, **how)
    assert not is_one_time_password("", key, AT, **how)
    assert not is_one_time_password("é" * 8, key, AT, **how)


def test_a_password_is_made_as_the_specification_says():
    """Recompute it step by step, as its pseudocode has it."""
    import hashlib
    import hmac
    import struct

    alphabet = "0123456789abcdefghijklmnpqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    digest = hmac.new(b"s", struct.pack(">Q", int(AT.timestamp()) // 60), hashlib.sha256).digest()
    start = digest[31] & 15
    expected = "".join(alphabet[digest[(start + i) % 32] % 61] for i in range(40))
    assert one_time_password("s", AT, validity_s=60, length=40) == expected


TEMPLATE = "https://qr.example/{chargingstationid}/{evse}/{totp}/{version}"


@pytest.mark.parametrize(
    ("url", "limit"),
    [
        ("https://qr.example/CS%201/2/abc/v1", {}),
        ("https://qr.example/CS%201/2/abc/v1/", {}),
        ("https://qr.example/CS%201/2/abc/v1?maxenergy=5000&maxtime=600&maxcost=12.5&lang=de", None),
        ("https://qr.example/CS%201/2/abc/v1?maxenergy=-1&maxtime=1e3&maxcost=NaN", {}),
    ],
)
def test_the_url_of_a_qr_code_is_read_by_its_template__C25_FR_09_FR_59_FR_60(url, limit) -> None:
    read = scanned(url, TEMPLATE)
    assert (read.station, read.evse, read.password) == ("CS 1", 2, "abc")
    everything = {"max_energy_wh": 5000.0, "max_time_s": 600, "max_cost": 12.5}
    assert read.limit == TransactionLimit(**(everything if limit is None else limit))


@pytest.mark.parametrize(
    "url",
    [
        "http://qr.example/CS1/2/abc/v1",
        "https://other.example/CS1/2/abc/v1",
        "https://qr.example/CS1/2/abc",
        "https://qr.example/CS1/x/abc/v1",
        "https://qr.example//2/abc/v1",
        "https://qr.example/CS1/2//v1",
    ],
)
def test_a_url_that_does_not_fit_its_template_says_nothing__C25_FR_08(url) -> None:
    assert scanned(url, TEMPLATE) is None


def test_a_roaming_id_stands_for_station_and_evse__C25_FR_53() -> None:
    read = scanned("https://qr.example/DE*ABC*E1/t/v1", "https://qr.example/{roamingevseid}/{totp}/{version}")
    assert (read.roaming_evse, read.station, read.evse) == ("DE*ABC*E1", None, None)
