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
        answers_unreadable: a message whose id cannot be read is answered with the id "-1" (2.x part 4 §4.2.3); 1.6 has
            no id for that, and is silent.
        signed_messages: `<Action>-Signed` exists (2.x part 4 §7).
        answers_while_rejected: a station that was rejected refuses what the CSMS asks (2.x B03.FR.08); in 1.6 it is
            silent (§4.2).
        transaction_events: sessions travel in TransactionEvent instead of Start/StopTransaction.
        connector_phases: a connector's status tells the phase of its use, not only that it is occupied (1.6 §4.9).
        connector_zero: connector 0 stands for the station and all its connectors: it has a status, and its
            availability is theirs (1.6 §3.8, §5.2).
        token_types: id tokens have a type and up to 36 or 255 characters (2.x) instead of 20 and none (1.6 §7.28).
        idle_reset_waits: the gentler reset waits for transactions to end (2.x B12.FR.01) instead of ending them.
        local_tariffs: a station can be given tariffs to reckon with (2.1 I07, I08).
        grid_controls: a station can be given grid controls, and tells what they do (2.1 block R).
        transaction_limits: a transaction can be told how far it may go (2.1 E16).
        device_model: settings are variables of components, and a password is text (2.x) instead of hex digits.
        newer_model: the device model has what 2.1 added, such as the component NetworkConfiguration (B09.FR.08).
        unsecured: security profile 0, without any proof, exists (2.x has no such profile).
        explicit_profiles: a TxProfile names its transaction, and an absolute schedule its start (2.x K01.FR.03,
            K01.FR.40); in 1.6 both may be left out (§7.8, §7.13).
        unlock_ends_transaction: an unlock ends the transaction first (1.6 §5.18) instead of failing (2.x F05.FR.02).
    """

    subprotocol: str
    spelling: MappingProxyType[ErrorCode, str]
    result_errors: bool
    sends: bool
    answers_unknown_message_type: bool
    answers_unreadable: bool
    signed_messages: bool
    answers_while_rejected: bool
    transaction_events: bool
    connector_phases: bool
    connector_zero: bool
    token_types: bool
    idle_reset_waits: bool
    local_tariffs: bool
    grid_controls: bool
    transaction_limits: bool
    unlock_ends_transaction: bool
    device_model: bool
    newer_model: bool
    unsecured: bool
    explicit_profiles: bool


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
            answers_unreadable=False,
            signed_messages=False,
            answers_while_rejected=False,
            transaction_events=False,
            connector_phases=True,
            connector_zero=True,
            token_types=False,
            idle_reset_waits=False,
            local_tariffs=False,
            grid_controls=False,
            transaction_limits=False,
            unlock_ends_transaction=True,
            device_model=False,
            newer_model=False,
            unsecured=True,
            explicit_profiles=False,
        ),
        Version.V201: Rules(
            subprotocol="ocpp2.0.1",
            spelling=MappingProxyType({}),
            result_errors=False,
            sends=False,
            answers_unknown_message_type=True,
            answers_unreadable=True,
            signed_messages=True,
            answers_while_rejected=True,
            transaction_events=True,
            connector_phases=False,
            connector_zero=False,
            token_types=True,
            idle_reset_waits=True,
            local_tariffs=False,
            grid_controls=False,
            transaction_limits=False,
            unlock_ends_transaction=False,
            device_model=True,
            newer_model=False,
            unsecured=False,
            explicit_profiles=True,
        ),
        Version.V21: Rules(
            subprotocol="ocpp2.1",
            spelling=MappingProxyType({}),
            result_errors=True,
            sends=True,
            answers_unknown_message_type=False,
            answers_unreadable=True,
            signed_messages=True,
            answers_while_rejected=True,
            transaction_events=True,
            connector_phases=False,
            connector_zero=False,
            token_types=True,
            idle_reset_waits=True,
            local_tariffs=True,
            grid_controls=True,
            transaction_limits=True,
            unlock_ends_transaction=False,
            device_model=True,
            newer_model=True,
            unsecured=False,
            explicit_profiles=True,
        ),
    }
)


def spell(code: ErrorCode, version: Version) -> str:
    """Write an error code as `version` spells it on the wire."""
    return RULES[version].spelling.get(code, code.value)


_NEUTRAL: Final = {code.value: code for code in ErrorCode} | {
    text: code for rules in RULES.values() for code, text in rules.spelling.items() if code not in _LATE_CODES
}


def neutral(text: str) -> ErrorCode | None:
    """Read an error code in any version's spelling; None for a text that is no code."""
    return _NEUTRAL.get(text)


def choose_subprotocol(offered: list[str]) -> Version | None:
    """Return the newest version among the offered subprotocol names, or None when none is common."""
    return next((v for v in reversed(Version) if RULES[v].subprotocol in offered), None)
