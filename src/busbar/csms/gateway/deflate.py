"""permessage-deflate (RFC 7692): negotiation, inflation with a bound, deflation. Knows no socket and no OCPP.

Neither side keeps a context over messages: an idle connection then costs no compressor, and a message is judged alone.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

EXTENSION: Final = "permessage-deflate"
WORTHWHILE_BYTES: Final = 256

_TAIL: Final = b"\x00\x00\xff\xff"
_MAX_OFFERS: Final = 16
_BITS: Final = {str(n): n for n in range(9, 16)}  # zlib cannot write a raw stream with 8
_LEVEL: Final = 1
_MEMORY_LEVEL: Final = 5
_AFTER_FINAL: Final = (b"", _TAIL, b"\x00" + _TAIL)


class TooBig(Exception):
    """The message would be larger than allowed."""


class Garbage(Exception):
    """The bytes are no deflate stream."""


@dataclass(frozen=True, slots=True)
class Deflate:
    """What was agreed. `answer` is the header to reply with, `window_bits` what we may use when we compress."""

    answer: str
    window_bits: int = 15

    def deflate(self, data: bytes) -> bytes:
        """Compress one message."""
        press = zlib.compressobj(_LEVEL, zlib.DEFLATED, -self.window_bits, _MEMORY_LEVEL)
        return (press.compress(data) + press.flush(zlib.Z_SYNC_FLUSH))[: -len(_TAIL)]


def inflate(data: bytes, limit: int) -> bytes:
    """Decompress one message, never making more than `limit` bytes (+1). Raises TooBig, Garbage."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = stream.decompress(data + _TAIL, limit + 1)
    except zlib.error:
        raise Garbage from None
    if len(plain) > limit:
        raise TooBig
    if stream.unconsumed_tail or stream.unused_data not in _AFTER_FINAL:  # §7.2.3.4: BFINAL is legal
        raise Garbage
    return plain


def negotiate(offers: str) -> Deflate | None:
    """Accept the first offer in a Sec-WebSocket-Extensions value that we can keep; None where there is none."""
    for name, parameters in _offers(offers):
        if name == EXTENSION and parameters is not None:
            agreed = _accept(parameters)
            if agreed is not None:
                return agreed
    return None


def _offers(text: str) -> Iterator[tuple[str, dict[str, str] | None]]:
    for offer in text.split(",", _MAX_OFFERS)[:_MAX_OFFERS]:
        name, *rest = (part.strip() for part in offer.split(";"))
        pairs = [part.partition("=") for part in rest]
        parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
        yield name.lower(), parameters if len(parameters) == len(pairs) else None


def _accept(parameters: dict[str, str]) -> Deflate | None:
    answer, bits = [EXTENSION, "server_no_context_takeover", "client_no_context_takeover"], zlib.MAX_WBITS
    for key, value in parameters.items():
        match key:
            case "server_no_context_takeover" | "client_no_context_takeover":
                if value:
                    return None
            case "client_max_window_bits":  # what the station may use; we inflate with the largest window anyway
                if value and value != "8" and value not in _BITS:
                    return None
            case "server_max_window_bits" if value in _BITS:
                bits = _BITS[value]
                answer.append(f"server_max_window_bits={bits}")
            case _:
                return None
    return Deflate("; ".join(answer), bits)
