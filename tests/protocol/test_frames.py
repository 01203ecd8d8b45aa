"""The envelope: what is a frame in which version, and what is left of one that is not."""

import json

import pytest

from busbar.model.versions import Version
from busbar.protocol import frames
from busbar.protocol.errors import ErrorCode

V16, V201, V21 = Version
FORMAT, RPC, TYPE = ErrorCode.FORMAT_VIOLATION, ErrorCode.RPC_FRAMEWORK_ERROR, ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED


@pytest.mark.parametrize("version", list(Version))
def test_the_three_old_message_types_are_read_in_every_version(version: Version) -> None:
    call = frames.parse(b' [ 2 , "a" , "Heartbeat" , { "b" : [ 1 ] } ] ', version)
    assert isinstance(call, frames.Call)
    assert (call.id, call.action, json.loads(bytes(call.payload))) == ("a", "Heartbeat", {"b": [1]})
    result = frames.parse(b'[3,"a",{}]', version)
    assert isinstance(result, frames.Result)
    assert (result.id, bytes(result.payload)) == ("a", b"{}")
    error = frames.parse(b'[4,"a","GenericError","why",{"x":1}]', version)
    assert isinstance(error, frames.Error)
    assert (error.id, error.code, error.description) == ("a", "GenericError", "why")


def test_an_error_may_lack_its_last_elements() -> None:
    assert frames.parse(b'[4,"a","GenericError"]', V16) == frames.Error("a", "GenericError")


@pytest.mark.parametrize(("text", "kind"), [(b'[5,"a","GenericError","",{}]', 5), (b'[6,"a","Heartbeat",{}]', 6)])
def test_result_errors_and_sends_exist_only_in_21(text: bytes, kind: int) -> None:
    assert isinstance(frames.parse(text, V21), frames.ResultError if kind == 5 else frames.Send)
    for version in (V16, V201):
        broken = frames.parse(text, version)
        assert broken == frames.Broken(kind, "a", "", TYPE, "message type number not supported")


@pytest.mark.parametrize(
    ("text", "kind", "message_id", "action", "code"),
    [
        (b"", None, None, "", RPC),
        (b"null", None, None, "", RPC),
        (b"{}", None, None, "", RPC),
        (b"[]", None, None, "", RPC),
        (b'"text"', None, None, "", RPC),
        (b'["2","a","Heartbeat",{}]', None, "a", "", RPC),
        (b'[2.0,"a","Heartbeat",{}]', None, "a", "", RPC),
        (b"[" + b"9" * 10**5 + b',"a"]', None, "a", "", RPC),
        (b'[-1,"a"]', -1, "a", "", TYPE),
        (b'[7,"a",{}]', 7, "a", "", TYPE),
        (b'[7,"a",{]', 7, "a", "", TYPE),
        (b"[7]", 7, None, "", TYPE),
        (b"[2]", 2, None, "", RPC),
        (b'[2,1,"Heartbeat",{}]', 2, None, "Heartbeat", RPC),
        (b'[2,null,"Heartbeat",{}]', 2, None, "Heartbeat", RPC),
        (b'[2,"a"]', 2, "a", "", RPC),
        (b'[2,"a","Heartbeat"]', 2, "a", "Heartbeat", RPC),
        (b'[2,"a","Heartbeat",{},{}]', 2, "a", "Heartbeat", RPC),
        (b'[2,"a",1,{}]', 2, "a", "", RPC),
        (b'[2,"' + b"a" * 37 + b'","Heartbeat",{}]', 2, "a" * 37, "Heartbeat", RPC),
        (b'[2,"' + b"a" * 256 + b'","Heartbeat",{}]', 2, None, "Heartbeat", RPC),
        (b'[2,"a\\u0000","Heartbeat",{}]', 2, None, "", RPC),
        (b'[3,"a\\u0000",{}]', 3, None, "", RPC),
        (b'[3,"a"]', 3, "a", "", RPC),
        (b'[2,"a","Heartbeat",{]', 2, "a", "Heartbeat", FORMAT),
        (b'[2,"a","Heartbeat",{}', 2, "a", "Heartbeat", FORMAT),
        (b'[2,"a","Heartbeat",{}]]', 2, "a", "Heartbeat", FORMAT),
        (b'[2,"a","Heartbeat",{"x":NaN}]', 2, "a", "Heartbeat", FORMAT),
        (b'[2,"a","Heartbeat",' + b"[" * 10**5 + b"]" * 10**5 + b"]", 2, "a", "Heartbeat", FORMAT),
        (b'[2,"a","\xff",{}]', 2, "a", "", FORMAT),
        (b'[2,"\xff","Heartbeat",{}]', 2, None, "Heartbeat", RPC),
        (b'[2,"\\ud800","Heartbeat",{}]', 2, None, "Heartbeat", RPC),
        (b'\xef\xbb\xbf[2,"a","Heartbeat",{}]', None, None, "", RPC),
        (b"\x00", None, None, "", RPC),
        (b"[" * 10**6, None, None, "", RPC),
    ],
)
def test_what_is_no_frame_leaves_what_could_be_read(
    text: bytes, kind: int | None, message_id: str | None, action: str, code: ErrorCode
) -> None:
    broken = frames.parse(text, V201)
    assert isinstance(broken, frames.Broken)
    assert (broken.kind, broken.id, broken.action, broken.code) == (kind, message_id, action, code)


def test_36_characters_are_a_message_id_whatever_they_are() -> None:
    message_id = "漢😀\\" * 12
    text = frames.call_frame(message_id, "Heartbeat", b"{}")
    call = frames.parse(text, V16)
    assert isinstance(call, frames.Call)
    assert call.id == message_id


def test_frames_are_written_as_json_arrays() -> None:
    assert json.loads(frames.call_frame('a"', "Reset", b'{"b":1}')) == [2, 'a"', "Reset", {"b": 1}]
    assert json.loads(frames.result_frame('a"', b'{"b":1}')) == [3, 'a"', {"b": 1}]
    assert json.loads(frames.send_frame("a", "NotifyPeriodicEventStream", b"{}")) == [
        6,
        "a",
        "NotifyPeriodicEventStream",
        {},
    ]


@pytest.mark.parametrize(("write", "kind"), [(frames.error_frame, 4), (frames.result_error_frame, 5)])
def test_errors_have_five_elements_and_a_bounded_description(write: object, kind: int) -> None:
    assert callable(write)
    assert json.loads(write("a", "GenericError", "x" * 300)) == [kind, "a", "GenericError", "x" * 255, {}]
    assert json.loads(write("a", "GenericError")) == [kind, "a", "GenericError", "", {}]
