"""One-time passwords in the URLs of dynamic QR codes."""

from datetime import UTC, datetime, timedelta

from busbar.protocol.qr_codes import is_one_time_password, one_time_password

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
