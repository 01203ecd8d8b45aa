"""A violation carries the code to answer with and a text that repeats nothing of the input."""

from busbar.protocol.errors import ErrorCode, LocalProtocolError, ProtocolViolation, RemoteProtocolError


def test_a_violation_carries_code_and_description() -> None:
    error = RemoteProtocolError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "$.a")
    assert (error.code, error.description) == (ErrorCode.TYPE_CONSTRAINT_VIOLATION, "$.a")


def test_both_sides_errors_are_violations_but_not_each_other() -> None:
    assert issubclass(RemoteProtocolError, ProtocolViolation)
    assert issubclass(LocalProtocolError, ProtocolViolation)
    assert not issubclass(LocalProtocolError, RemoteProtocolError)
