"""The short way of a good CALL: envelope and payload in one pass, which spares a fifth of the time.

Gives up on everything else, however slightly odd; `frames` and `codec` are the long way, and say what is wrong.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.codec import UNREADABLE, is_suspect
from busbar.protocol.frames import MessageId
from busbar.protocol.wire.shapes import Payload, read_custom

_PARTS: Final = 5  # of what begins with [2,"id","action" when cut at the quotes
_QUOTES_AROUND: Final = 4


class Whole(msgspec.Struct, frozen=True, gc=False, array_like=True, forbid_unknown_fields=True, tag=2):
    """A CALL with its payload decoded; `codec.encode` of it gives the frame again."""

    id: MessageId
    action: str
    payload: Payload


Decoders = Mapping[bytes, msgspec.json.Decoder[Whole]]


def read(text: bytes, known: Decoders) -> Whole | None:
    """Decode a CALL of one of the `known` actions, or return None where the long way has to judge."""
    parts = text.split(b'"', _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != b"[2,":
        return None
    decoder = known.get(parts[3])
    if decoder is None:
        return None
    try:
        whole = decoder.decode(text)
    except UNREADABLE:
        return None
    return None if is_suspect(whole.payload, text, _QUOTES_AROUND) else whole


def _decoder(action: str, request: type[Payload]) -> msgspec.json.Decoder[Whole]:
    fields = [("action", Literal[action]), ("payload", request)]
    kind = msgspec.defstruct(f"{action}Call", fields, bases=(Whole,), frozen=True, gc=False, tag=2)
    return msgspec.json.Decoder(kind, dec_hook=read_custom)


def _decoders(version: Version, side: Origin) -> Decoders:
    called = (action for action in ACTIONS[version].values() if action.origin is not side and action.response)
    return {action.name.encode(): _decoder(action.name, action.request) for action in called}


DECODERS: Final = MappingProxyType(
    {(version, side): _decoders(version, side) for version in ACTIONS for side in (Origin.CSMS, Origin.STATION)}
)
"""What the other side may call, by version and who we are."""
