"""The short way of a CALL gives what the long way gives, or nothing."""

import random

import pytest

from busbar.model.versions import Version
from busbar.protocol import calls, codec, frames
from busbar.protocol.actions import Origin
from busbar.protocol.errors import RemoteProtocolError

V16, V201, V21 = Version
GOOD = [
    (V16, b'[2,"1","Heartbeat",{}]'),
    (V16, b'[2,"5f1b3c1e-6f0d-4c37-9a53-0d0b5f0f0a11","DataTransfer",{"vendorId":"x","data":"1.5e3"}]'),
    (V201, '[2,"漢😀","Authorize",{"idToken":{"idToken":"é","type":"ISO14443"}}]'.encode()),
    (V21, b'[2,"1","Heartbeat", {"customData" : {"vendorId":"x", "b":1}} ]'),
    (V21, b'[2,"1","Heartbeat",{"customData":{"vendorId":"x","c":[{"b":1},{"b":1}]}}]'),
    (V21, b'[2,"%b","PublishFirmwareStatusNotification",{"status":"Idle"}]' % (b"x" * 36)),
]
CALLS = {
    Origin.STATION: b'[2,"1","Heartbeat",{}]',
    Origin.CSMS: b'[2,"1","ClearCache",{}]',
    Origin.BOTH: b'[2,"1","DataTransfer",{"vendorId":"x"}]',
}
ODD = [
    b"",
    b"[2",
    b'[2,"1","Heartbeat"]',
    b' [2,"1","Heartbeat",{}]',
    b'[2,"1","Heartbeat",null]',
    b'[2,"1","Nope",{}]',
    b'[2,"1"1"Heartbeat",{}]',
    b'[2,"1",["Heartbeat",{}]]',
    b'[2,"1\\",\\"Heartbeat","Reset",{}]',
    b'[3,"1","Heartbeat",{}]',
    b'[6,"1","NotifyPeriodicEventStream",{}]',
    b'[2,"%b","Heartbeat",{}]' % (b"x" * 37),
    b'[2,"\xff","Heartbeat",{}]',
    b'[2,"1","Heartbeat",{"customData":{"vendorId":"x","b":1,"b":1}}]',
    b'[2,"1","Heartbeat",{"customData":{"vendorId":"\\u0000"}}]',
    b'[2,"1","Heartbeat",{"customData":{"vendorId":"x","b" :1,"b":"}}]',
    b'[2,"1","Heartbeat",{"customData":{"vendorId":"x","b":' + b"[" * 10**5 + b"]" * 10**5 + b"}}]",
]


def long_way(text: bytes, version: Version) -> tuple[str, str, object] | None:
    call = frames.parse(text, version)
    if not isinstance(call, frames.Call):
        return None
    try:
        return call.id, call.action, codec.decode_request(version, call.action, call.payload)
    except RemoteProtocolError:
        return None


@pytest.mark.parametrize(("version", "text"), GOOD)
def test_a_good_call_takes_the_short_way(version: Version, text: bytes) -> None:
    whole = calls.read(text, calls.DECODERS[version, Origin.CSMS])
    assert whole is not None
    assert (whole.id, whole.action, whole.payload) == long_way(text, version)


@pytest.mark.parametrize(("version", "text"), GOOD)
def test_a_whole_call_encodes_to_the_frame_again(version: Version, text: bytes) -> None:
    whole = calls.read(text, calls.DECODERS[version, Origin.CSMS])
    assert whole is not None
    assert codec.encode(whole) == frames.call_frame(whole.id, whole.action, codec.encode(whole.payload))


@pytest.mark.parametrize("version", list(Version))
def test_odd_ones_never_differ_from_the_long_way(version: Version) -> None:
    chance = random.Random(11)
    texts = list(ODD)
    for _ in range(5000):
        text = bytearray(chance.choice(GOOD)[1])
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(text))
            text[place : place + chance.randint(0, 2)] = chance.choice(
                [b'"', b"\\", b"{", b"}", b",", b":", b" ", b'"a":1,']
            )
        texts.append(bytes(text))
    for text in texts:
        whole = calls.read(text, calls.DECODERS[version, Origin.CSMS])
        assert whole is None or (whole.id, whole.action, whole.payload) == long_way(text, version), text


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_what_needs_a_judgement_is_left_to_the_long_way(text: bytes) -> None:
    assert calls.read(text, calls.DECODERS[V21, Origin.CSMS]) is None


@pytest.mark.parametrize("side", [Origin.CSMS, Origin.STATION])
def test_what_only_we_may_call_is_left_to_the_long_way(side: Origin) -> None:
    read = {origin: calls.read(text, calls.DECODERS[V16, side]) for origin, text in CALLS.items()}
    assert [origin for origin, whole in read.items() if whole is None] == [side]
