"""How the OCPP versions differ in behaviour: one frozen table, the only place where a version is compared."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode

_LATE_CODES: Final = frozenset({ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED, ErrorCode.RPC_FRAMEWORK_ERROR})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a peer of one version may send, and how it spells it.

    Attributes:
        subprotocol: the WebSocket subprotocol name.
        spelling: error codes whose text on the wire is not the neutral one.
        result_errors: CALLRESULTERROR (5) exists.
        sends: SEND (6) exists.
        answers_unknown_message_type: True where an unknown message type number is answered by
            MessageTypeNotSupported (2.0.1 part 4 §4.4); elsewhere it is ignored.
        transaction_events: sessions travel in TransactionEvent instead of Start/StopTransaction.
    """

    subprotocol: str
    spelling: MappingProxyType[ErrorCode, str]
    result_errors: bool
    sends: bool
    answers_unknown_message_type: bool
    transaction_events: bool


RULES: Final[MappingProxyType[Version, Rules]] = MappingProxyType(
    {
        Version.V16: Rules(
            subprotocol="ocpp1.6",
            # 1.6 J §4.2.3: two names are misspelt on the wire, and two do not exist yet.
            spelling=MappingProxyType(
                {
                    ErrorCode.FORMAT_VIOLATION: "FormationViolation",
                    ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION: "OccurenceConstraintViolation",
                }
                | dict.fromkeys(_LATE_CODES, "ProtocolError")
            ),
            result_errors=False,
            sends=False,
            answers_unknown_message_type=False,
            transaction_events=False,
        ),
        Version.V201: Rules(
            subprotocol="ocpp2.0.1",
            spelling=MappingProxyType({}),
            result_errors=False,
            sends=False,
            answers_unknown_message_type=True,
            transaction_events=True,
        ),
        Version.V21: Rules(
            subprotocol="ocpp2.1",
            spelling=MappingProxyType({}),
            result_errors=True,
            sends=True,
            answers_unknown_message_type=False,
            transaction_events=True,
        ),
    }
)


def spell(code: ErrorCode, version: Version) -> str:
    """Write an error code as `version` spells it on the wire."""
    return RULES[version].spelling.get(code, code.value)


def choose_subprotocol(offered: list[str]) -> Version | None:
    """Return the newest version among the offered subprotocol names, or None when none is common."""
    return next((v for v in reversed(Version) if RULES[v].subprotocol in offered), None)
