"""The RPC framework's error codes and the two errors that carry them."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """A CALLERROR code in 2.x spelling; `versions.spell` writes it for a version (2.1 part 4 §4.3)."""

    FORMAT_VIOLATION = "FormatViolation"
    GENERIC_ERROR = "GenericError"
    INTERNAL_ERROR = "InternalError"
    MESSAGE_TYPE_NOT_SUPPORTED = "MessageTypeNotSupported"
    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    OCCURRENCE_CONSTRAINT_VIOLATION = "OccurrenceConstraintViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    PROTOCOL_ERROR = "ProtocolError"
    RPC_FRAMEWORK_ERROR = "RpcFrameworkError"
    SECURITY_ERROR = "SecurityError"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"


class ProtocolViolation(Exception):
    """A rule of OCPP-J was broken.

    Attributes:
        code: the error code to answer with.
        description: constant text plus a field path at most; never the offending content.
        unknown: the name of a field that the schema does not know: foreign content, for our own callers only.
    """

    def __init__(self, code: ErrorCode, description: str, unknown: str = "") -> None:
        super().__init__(f"{code.value}: {description}")
        self.code = code
        self.description = description
        self.unknown = unknown


class RemoteProtocolError(ProtocolViolation):
    """The other side broke a rule; the code is what it gets as an answer."""


class LocalProtocolError(ProtocolViolation):
    """Our own caller asked for something that must not go on the wire."""
