"""The peer: two of them in a conversation, and one against whatever may come."""

import json
import random
from base64 import urlsafe_b64encode

import pytest

from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.actions import Origin
from busbar.protocol.errors import ErrorCode, LocalProtocolError
from busbar.protocol.peer import (
    AnswerErrorReceived,
    AnswerReceived,
    AnswerRefused,
    CallLost,
    CallReceived,
    CallRefused,
    CallTimedOut,
    Dropped,
    ErrorReceived,
    Incoming,
    Peer,
    SendReceived,
)
from busbar.protocol.wire import v16, v21

V16, V201, V21 = Version
RESET = {V16: b'{"type":"Hard"}', V201: b'{"type":"Immediate"}', V21: b'{"type":"Immediate"}'}
STREAM = b'{"id":1,"pending":0,"basetime":"2026-01-01T12:00:00Z","data":[{"t":0.0,"v":"1"}]}'


def csms(version: Version = V21) -> Peer:
    return Peer(version, Origin.CSMS)


def only(incoming: list[Incoming]) -> Incoming:
    (one,) = incoming
    return one


def signed(action: str, inner: bytes, kind: int = 2, **header: object) -> bytes:
    def encoded(content: bytes) -> str:
        return urlsafe_b64encode(content).rstrip(b"=").decode()

    protected = json.dumps({"alg": "ES256", "OCPPAction": action, "OCPPMessageTypeId": kind} | header)
    return json.dumps(
        {"payload": encoded(inner), "protected": encoded(protected.encode()), "signature": "c2ln"}
    ).encode()


# --- a conversation


@pytest.mark.parametrize("version", list(Version))
def test_a_call_and_its_answer_cross_between_two_peers(version: Version) -> None:
    station, server = Peer(version, Origin.STATION), csms(version)
    text = station.call("1", "Heartbeat", b"{}", 0.0)
    call = only(server.receive(text, 0.0))
    assert isinstance(call, CallReceived)
    assert (call.id, call.action, call.text, call.signed) == ("1", "Heartbeat", text, False)
    assert station.busy
    payload = codec.decode_response(version, "Heartbeat", b'{"currentTime":"2026-01-01T12:00:00Z"}')
    answer = only(station.receive(server.answer(call, payload), 1.0))
    assert isinstance(answer, AnswerReceived)
    assert (answer.id, answer.action, answer.payload) == ("1", "Heartbeat", payload)
    assert not station.busy
    assert station.next_timeout() is None
    assert (station.heard_at, server.heard_at) == (1.0, 0.0)


def test_calls_of_both_sides_may_cross() -> None:
    station, server = Peer(V21, Origin.STATION), csms()
    one, two = station.call("1", "Heartbeat", b"{}", 0.0), server.call("1", "Reset", RESET[V21], 0.0)
    assert isinstance(only(station.receive(two, 0.0)), CallReceived)
    assert isinstance(only(server.receive(one, 0.0)), CallReceived)
    assert station.busy
    assert server.busy


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("code", list(ErrorCode))
def test_a_refusal_arrives_with_the_neutral_code(version: Version, code: ErrorCode) -> None:
    station, server = Peer(version, Origin.STATION), csms(version)
    call = only(server.receive(station.call("1", "Heartbeat", b"{}", 0.0), 0.0))
    assert isinstance(call, CallReceived)
    error = only(station.receive(server.refuse(call, code, "why"), 0.0))
    assert isinstance(error, ErrorReceived)
    late = version is V16 and code in (ErrorCode.RPC_FRAMEWORK_ERROR, ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED)
    assert error.code == (ErrorCode.PROTOCOL_ERROR if late else code)
    assert (error.id, error.action, error.description) == ("1", "Heartbeat", "why")
    assert not station.busy


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("spelling", ["FormationViolation", "FormatViolation"])
def test_both_spellings_of_a_code_are_read(version: Version, spelling: str) -> None:
    peer = csms(version)
    peer.call("1", "Reset", RESET[version], 0.0)
    error = only(peer.receive(b'[4,"1","%b","",{}]' % spelling.encode(), 0.0))
    assert isinstance(error, ErrorReceived)
    assert error.code == "FormatViolation"


def test_foreign_codes_and_descriptions_are_cut() -> None:
    peer = csms()
    peer.call("1", "Reset", RESET[V21], 0.0)
    error = only(peer.receive(json.dumps([4, "1", "C\0" * 99, "d\0" * 999, {}]).encode(), 0.0))
    assert isinstance(error, ErrorReceived)
    assert (error.code, error.description) == ("C\ufffd" * 32, ("d\ufffd" * 128)[:255])


# --- our calls


def test_only_one_call_is_outstanding() -> None:
    peer = csms()
    peer.call("1", "Reset", RESET[V21], 0.0)
    with pytest.raises(LocalProtocolError, match="outstanding"):
        peer.call("2", "Reset", RESET[V21], 0.0)


@pytest.mark.parametrize(
    ("message_id", "action", "payload", "code"),
    [
        ("1", "Nope", b"{}", ErrorCode.NOT_IMPLEMENTED),
        ("1", "Heartbeat", b"{}", ErrorCode.NOT_SUPPORTED),
        ("1", "Reset", b"{}", ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION),
        ("1", "Reset", b"{", ErrorCode.FORMAT_VIOLATION),
        ("1" * 37, "Reset", RESET[V21], ErrorCode.RPC_FRAMEWORK_ERROR),
    ],
)
def test_what_must_not_go_out_does_not(message_id: str, action: str, payload: bytes, code: ErrorCode) -> None:
    peer = csms()
    with pytest.raises(LocalProtocolError) as caught:
        peer.call(message_id, action, payload, 0.0)
    assert caught.value.code is code
    assert not peer.busy


def test_data_transfer_goes_both_ways() -> None:
    for side in (Origin.CSMS, Origin.STATION):
        text = Peer(V16, side).call("1", "DataTransfer", b'{"vendorId":"x"}', 0.0)
        other = Peer(V16, Origin.STATION if side is Origin.CSMS else Origin.CSMS)
        assert isinstance(only(other.receive(text, 0.0)), CallReceived)


def test_a_call_times_out_and_its_late_answer_is_dropped() -> None:
    peer = Peer(V16, Origin.CSMS, call_timeout_s=5.0)
    assert peer.on_timeout(100.0) == []
    peer.call("1", "Reset", RESET[V16], 10.0)
    assert peer.next_timeout() == 15.0
    assert peer.on_timeout(14.9) == []
    assert peer.on_timeout(15.0) == [CallTimedOut("1", "Reset")]
    assert (peer.busy, peer.next_timeout()) == (False, None)
    late = b'[3,"1",{"status":"Accepted"}]'
    assert peer.receive(late, 16.0) == [Dropped("CALLRESULT for no call of ours", late)]
    assert peer.dropped == 1
    peer.call("2", "Reset", RESET[V16], 17.0)
    assert isinstance(only(peer.receive(late, 18.0)), Dropped)
    assert peer.busy


def test_foreign_answers_are_dropped_and_counted() -> None:
    peer = csms()
    peer.call("1", "Reset", RESET[V21], 0.0)
    for text in (
        b'[3,"2",{}]',
        b'[4,"2","GenericError","",{}]',
        b'[4,"-1","RpcFrameworkError","",{}]',
        b'[5,"2","x","",{}]',
    ):
        assert isinstance(only(peer.receive(text, 0.0)), Dropped)
    assert (peer.dropped, peer.busy) == (4, True)


def test_a_second_answer_is_dropped() -> None:
    peer = csms()
    peer.call("1", "Reset", RESET[V21], 0.0)
    assert isinstance(only(peer.receive(b'[3,"1",{"status":"Accepted"}]', 0.0)), AnswerReceived)
    assert isinstance(only(peer.receive(b'[3,"1",{"status":"Accepted"}]', 0.0)), Dropped)


def test_the_end_of_the_connection_loses_the_call() -> None:
    peer = csms()
    assert peer.give_up() == []
    peer.call("1", "Reset", RESET[V21], 0.0)
    assert peer.give_up() == [CallLost("1", "Reset")]
    assert not peer.busy


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("text", [b'[3,"1",{"status":"Secret"}]', b'[3,"1",{]', b'[3,"1"]', b'[3,"1",{},{}]'])
def test_a_broken_answer_ends_the_call_and_is_refused_in_21_alone(version: Version, text: bytes) -> None:
    peer = csms(version)
    peer.call("1", "Reset", RESET[version], 0.0)
    refused = only(peer.receive(text, 0.0))
    assert isinstance(refused, AnswerRefused)
    assert (refused.id, refused.action, peer.busy) == ("1", "Reset", False)
    if version is V21:
        assert refused.reply is not None
        assert json.loads(refused.reply) == [5, "1", refused.code, refused.description, {}]
    else:
        assert refused.reply is None


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("text", [b'[4,"1"]', b'[4,"1","GenericError",null,{}]', b'[4,"1","x","y",{]'])
def test_a_broken_error_ends_the_call_too(version: Version, text: bytes) -> None:
    peer = csms(version)
    peer.call("1", "Reset", RESET[version], 0.0)
    refused = only(peer.receive(text, 0.0))
    assert isinstance(refused, ErrorReceived)
    assert (refused.id, refused.code, peer.busy) == ("1", "GenericError", False)


def test_a_broken_error_never_gets_an_answer() -> None:
    peer = csms()
    for text in (b'[4,"1"]', b'[4,"1",1,2,3]', b'[4,"1","x","y",{]', b'[5,1,"x"]', b'[6,"1"]', b"[3]", b'[3,"9",{]'):
        assert isinstance(only(peer.receive(text, 0.0)), Dropped)


# --- their calls


@pytest.mark.parametrize(
    ("version", "text", "reply"),
    [
        (V16, b'[2,"1","Nope",{}]', [4, "1", "NotImplemented", "unknown action", {}]),
        (V16, b'[2,"1","Reset",{}]', [4, "1", "NotSupported", "an action for the other direction", {}]),
        (V16, b'[2,"1","Reset",{"type":"Hard"}]', [4, "1", "NotSupported", "an action for the other direction", {}]),
        (
            V21,
            b'[2,"1","NotifyPeriodicEventStream",%b]' % STREAM,
            [4, "1", "NotSupported", "an action for another message type", {}],
        ),
        (V16, b'[2,"1","Authorize",{}]', [4, "1", "OccurenceConstraintViolation", "required field missing: idTag", {}]),
        (V16, b'[2,"1","Authorize",{"x":1}]', [4, "1", "FormationViolation", "unknown field", {}]),
        (
            V201,
            b'[2,"1","Authorize",{}]',
            [4, "1", "OccurrenceConstraintViolation", "required field missing: idToken", {}],
        ),
        (V201, b'[2,"1","Heartbeat",{"x":1}]', [4, "1", "FormatViolation", "unknown field", {}]),
        (V16, b'[2,"1","Heartbeat",{]', [4, "1", "FormationViolation", "not JSON", {}]),
        (V16, b'[2,"1","Heartbeat"]', [4, "1", "ProtocolError", "elements missing, too many or of a wrong type", {}]),
        (V16, b'[2,"1","Heartbeat-Signed",{}]', [4, "1", "NotImplemented", "unknown action", {}]),
        (V21, b'[2,"1","Nope-Signed",{}]', [4, "1", "NotImplemented", "unknown action", {}]),
        (
            V21,
            b'[2,"1","NotifyPeriodicEventStream",{}]',
            [4, "1", "NotSupported", "an action for another message type", {}],
        ),
        (V21, b'[2,"1","heartbeat",{}]', [4, "1", "NotImplemented", "unknown action", {}]),
        (V201, b'[2,1,"Heartbeat",{}]', [4, "-1", "RpcFrameworkError", "no readable message id", {}]),
        (V201, b"garbage", [4, "-1", "RpcFrameworkError", "not a JSON array", {}]),
        (V201, b'[6,"1","Heartbeat",{}]', [4, "1", "MessageTypeNotSupported", "message type number not supported", {}]),
        (V201, b"[7,1]", [4, "-1", "MessageTypeNotSupported", "message type number not supported", {}]),
    ],
)
def test_a_broken_call_gets_its_ready_error(version: Version, text: bytes, reply: list[object]) -> None:
    peer = csms(version)
    refused = only(peer.receive(text, 0.0))
    assert isinstance(refused, CallRefused)
    assert refused.reply is not None
    assert json.loads(refused.reply) == reply
    assert (refused.id, refused.description, refused.text) == (reply[1], reply[3], text)
    assert peer.dropped == 0


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (V16, b"garbage"),
        (V16, b'[2,1,"Heartbeat",{}]'),
        (V16, b'[7,"1",{}]'),
        (V16, b'[6,"1","Heartbeat",{}]'),
        (V21, b'[7,"1",{}]'),
    ],
)
def test_where_the_version_says_so_there_is_silence(version: Version, text: bytes) -> None:
    peer = csms(version)
    assert isinstance(only(peer.receive(text, 0.0)), Dropped)
    assert peer.dropped == 1


def test_a_long_message_id_is_refused_under_its_own_name() -> None:
    refused = only(csms(V16).receive(b'[2,"%b","Heartbeat",{}]' % (b"x" * 40), 0.0))
    assert isinstance(refused, CallRefused)
    assert refused.reply is not None
    assert json.loads(refused.reply)[1] == "x" * 40


def test_the_name_of_an_unknown_action_is_cut_and_cleaned() -> None:
    refused = only(csms().receive(json.dumps([2, "1", "A\0" * 999, {}]).encode(), 0.0))
    assert isinstance(refused, CallRefused)
    assert refused.action == "A\ufffd" * 32


# --- our answers


def received(version: Version, action: str, payload: bytes) -> tuple[Peer, CallReceived]:
    peer = csms(version)
    call = only(peer.receive(b'[2,"1","%b",%b]' % (action.encode(), payload), 0.0))
    assert isinstance(call, CallReceived)
    return peer, call


def test_an_answer_of_another_action_does_not_go_out() -> None:
    peer, call = received(V16, "Authorize", b'{"idTag":"x"}')
    with pytest.raises(LocalProtocolError):
        peer.answer(call, v16.HeartbeatResponse(current_time=None))  # type: ignore[arg-type]


def test_an_answer_that_breaks_the_schema_does_not_go_out() -> None:
    peer, call = received(V16, "Authorize", b'{"idTag":"x"}')
    info = v16.IdTagInfo(status=v16.IdTagInfoStatus.ACCEPTED, parent_id_tag="x" * 21)
    with pytest.raises(LocalProtocolError) as caught:
        peer.answer(call, v16.AuthorizeResponse(id_tag_info=info))
    assert caught.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_a_refused_answer_is_told_once() -> None:
    peer, call = received(
        V21,
        "MeterValues",
        b'{"evseId":1,"meterValue":[{"timestamp":"2026-01-01T12:00:00Z","sampledValue":[{"value":1.5}]}]}',
    )
    peer.answer(call, v21.MeterValuesResponse())
    text = b'[5,"1","FormationViolation","why",{}]'
    assert peer.receive(text, 0.0) == [AnswerErrorReceived("1", "MeterValues", "FormatViolation", "why", text)]
    assert isinstance(only(peer.receive(text, 0.0)), Dropped)


# --- SEND


def test_a_send_crosses_and_is_never_answered() -> None:
    station, server = Peer(V21, Origin.STATION), csms()
    station.call("1", "Heartbeat", b"{}", 0.0)
    sent = only(server.receive(station.send("2", "NotifyPeriodicEventStream", STREAM), 0.0))
    assert isinstance(sent, SendReceived)
    assert (sent.id, sent.action) == ("2", "NotifyPeriodicEventStream")


@pytest.mark.parametrize(
    "text",
    [
        b'[6,"1","NotifyPeriodicEventStream",{}]',
        b'[6,"1","Heartbeat",{}]',
        b'[6,"1","Nope",{}]',
        b'[6,"1","Reset",{"type":"Immediate"}]',
        b'[6,"1","NotifyPeriodicEventStream"]',
        b'[6,"1","NotifyPeriodicEventStream",{]',
    ],
)
def test_a_broken_send_is_dropped(text: bytes) -> None:
    assert isinstance(only(csms().receive(text, 0.0)), Dropped)


def test_calls_and_sends_are_not_mixed_up() -> None:
    station = Peer(V21, Origin.STATION)
    with pytest.raises(LocalProtocolError):
        station.call("1", "NotifyPeriodicEventStream", STREAM, 0.0)
    with pytest.raises(LocalProtocolError):
        station.send("1", "Heartbeat", b"{}")
    assert not station.busy


# --- signed messages


@pytest.mark.parametrize("version", [V201, V21])
def test_a_signed_call_is_the_call_inside(version: Version) -> None:
    peer = csms(version)
    call = only(peer.receive(b'[2,"1","Heartbeat-Signed",%b]' % signed("Heartbeat", b"{}"), 0.0))
    assert isinstance(call, CallReceived)
    assert (call.action, call.signed) == ("Heartbeat", True)
    time = codec.decode_response(version, "Heartbeat", b'{"currentTime":"2026-01-01T12:00:00Z"}')
    assert peer.answer(call, time) == b'[3,"1",{"currentTime":"2026-01-01T12:00:00Z"}]'


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (signed("Heartbeat", b"{}", alg="none"), "SecurityError"),
        (signed("BootNotification", b"{}"), "SecurityError"),
        (signed("Heartbeat", b"{}", kind=3), "SecurityError"),
        (signed("Heartbeat", b'{"x":1}'), "FormatViolation"),
        (signed("Heartbeat", b'{"\xff"'), "FormatViolation"),
        (b"{}", "FormatViolation"),
    ],
)
def test_a_bad_signed_call_is_refused(payload: bytes, code: str) -> None:
    refused = only(csms().receive(b'[2,"1","Heartbeat-Signed",%b]' % payload, 0.0))
    assert isinstance(refused, CallRefused)
    assert refused.code == code


def test_a_signed_answer_is_the_answer_inside() -> None:
    peer = csms()
    for message_id, inner, kind in (("1", b'{"status":"Accepted"}', 3), ("2", b'{"status":"Accepted"}', 2)):
        peer.call(message_id, "Reset", RESET[V21], 0.0)
        got = only(peer.receive(b'[3,"%b",%b]' % (message_id.encode(), signed("Reset", inner, kind)), 0.0))
        assert isinstance(got, AnswerReceived if kind == 3 else AnswerRefused)
        assert not isinstance(got, AnswerReceived) or got.signed


# --- anything at all


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    "value",
    [
        b"NaN",
        b"-Infinity",
        b"1e400",
        b"1" * 10**5,
        b"-" + b"1" * 10**5,
        b"1." + b"1" * 10**5,
        b'"\\ud800"',
        b'"\\u0000"',
        b'"\x00"',
        b'"\xff"',
        b'"' + b"x" * 10**6 + b'"',
        b"[" * 10**5 + b"]" * 10**5,
        b'{"a":' * 10**5 + b"1" + b"}" * 10**5,
        b'{"a":1,"a":2}',
        b"\xef\xbb\xbf{}",
        b"{" + b",".join(b'"k%d":1' % n for n in range(10**4)) + b"}",
    ],
    ids=range(16),
)
def test_poison_in_any_place_is_refused_or_dropped(version: Version, value: bytes) -> None:
    for text in (
        value,
        b"[%b]" % value,
        b'[%b,"1","DataTransfer",{}]' % value,
        b'[2,%b,"DataTransfer",{}]' % value,
        b'[2,"1",%b,{}]' % value,
        b'[2,"1","DataTransfer",%b]' % value,
        b'[2,"1","DataTransfer",{"vendorId":%b}]' % value,
        b'[2,"1","DataTransfer",{"vendorId":"x","data":%b' % value,
        b'[3,"1",%b]' % value,
        b'[4,"1","%b","%b",{}]' % (value, value),
    ):
        got = only(csms(version).receive(text, 0.0))
        assert isinstance(got, CallRefused | Dropped), text[:60]
        assert not isinstance(got, CallRefused) or (got.reply and json.loads(got.reply)[0] == 4)


@pytest.mark.parametrize("version", list(Version))
def test_mutated_frames_never_raise(version: Version) -> None:
    chance = random.Random(7)
    seeds = [
        b'[2,"1","Heartbeat",{}]',
        b'[2,"1","DataTransfer",{"vendorId":"x\\u00e9","data":"1.5e3"}]',
        b'[3,"1",{"status":"Accepted"}]',
        b'[4,"1","GenericError","x",{}]',
        b'[6,"1","NotifyPeriodicEventStream",%b]' % STREAM,
        b'[2,"1","Heartbeat-Signed",%b]' % signed("Heartbeat", b"{}"),
    ]
    peer = csms(version)
    for _ in range(4000):
        text = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(text))
            match chance.randrange(3):
                case 0:
                    text[place] = chance.randrange(256)
                case 1:
                    del text[place : place + chance.randint(1, 3)]
                case _:
                    text[place:place] = chance.choice(
                        [b'"', b"\\", b"[", b"{", b"}", b",", b":", b"\x00", b"\xff", b"1e9"]
                    )
            text = text or bytearray(b"[")
        if not peer.busy and chance.random() < 0.5:
            peer.call("1", "Reset", RESET[version], 0.0)
        assert len(peer.receive(bytes(text), 0.0)) == 1
