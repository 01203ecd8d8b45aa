"""permessage-deflate: what is agreed, what is bounded, what is refused."""

import zlib

import pytest

from busbar.csms.gateway.deflate import Deflate, Garbage, TooBig, inflate, negotiate

BOTH = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


def deflated(data: bytes, flush: int = zlib.Z_SYNC_FLUSH) -> bytes:
    press = zlib.compressobj(wbits=-15)
    whole = press.compress(data) + press.flush(flush)
    return whole[:-4] if flush == zlib.Z_SYNC_FLUSH else whole


@pytest.mark.parametrize(
    ("offer", "answer", "bits"),
    [
        ("permessage-deflate", BOTH, 15),
        ("Permessage-Deflate; client_max_window_bits", BOTH, 15),
        ("permessage-deflate; client_max_window_bits=8; server_no_context_takeover", BOTH, 15),
        ('permessage-deflate; server_max_window_bits="12"', BOTH + "; server_max_window_bits=12", 12),
        ("x-webkit, permessage-deflate; server_max_window_bits=8, permessage-deflate", BOTH, 15),
    ],
)
def test_an_offer_that_can_be_kept_is_accepted_without_context_takeover(offer, answer, bits):
    assert negotiate(offer) == Deflate(answer, bits)


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "x-webkit-deflate-frame",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; unknown",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    ],
)
def test_an_offer_that_cannot_be_kept_is_declined(offer):
    assert negotiate(offer) is None


def test_offers_beyond_a_bound_are_not_looked_at():
    assert negotiate("x," * 16 + "permessage-deflate") is None


@pytest.mark.parametrize("bits", [9, 12, 15])
def test_what_is_deflated_is_inflated_again(bits):
    text = b'[3,"1",{}]' * 100
    packed = Deflate("", bits).deflate(text)
    assert len(packed) < len(text) / 4
    assert inflate(packed, len(text)) == text


def test_a_message_of_exactly_the_limit_passes_and_one_more_byte_does_not():
    packed = deflated(b"a" * 1000)
    assert len(inflate(packed, 1000)) == 1000
    with pytest.raises(TooBig):
        inflate(packed, 999)


def test_a_bomb_is_stopped_at_the_limit():
    with pytest.raises(TooBig):
        inflate(deflated(b"\0" * 50_000_000), 65536)


def test_a_final_block_is_legal():
    assert inflate(deflated(b"hello", zlib.Z_FINISH), 100) == b"hello"
    assert inflate(deflated(b"hello", zlib.Z_FINISH) + b"\0", 100) == b"hello"


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"hello there", deflated(b"a", zlib.Z_FINISH) + b"more"])
def test_garbage_is_refused(data):
    with pytest.raises(Garbage):
        inflate(data, 1000)
