"""The version table: spellings on the wire and the choice of a subprotocol."""

import pytest

from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.protocol.versions import RULES, choose_subprotocol, neutral, spell


def test_every_version_has_rules() -> None:
    assert set(RULES) == set(Version)


def test_16_keeps_its_misspellings_on_the_wire() -> None:
    assert spell(ErrorCode.FORMAT_VIOLATION, Version.V16) == "FormationViolation"
    assert spell(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, Version.V16) == "OccurenceConstraintViolation"
    assert spell(ErrorCode.FORMAT_VIOLATION, Version.V201) == "FormatViolation"


def test_16_never_sends_codes_that_came_later() -> None:
    late = (ErrorCode.RPC_FRAMEWORK_ERROR, ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED)
    assert {spell(code, Version.V16) for code in late} == {"ProtocolError"}


@pytest.mark.parametrize("version", list(Version))
def test_what_a_version_spells_is_read_back(version: Version) -> None:
    for code in ErrorCode:
        read = neutral(spell(code, version))
        assert read is code or (version is Version.V16 and read is ErrorCode.PROTOCOL_ERROR)


def test_a_text_that_is_no_code_is_none() -> None:
    assert neutral("formatviolation") is None
    assert neutral("") is None


def test_only_21_has_the_late_message_types() -> None:
    assert [v for v in Version if RULES[v].sends] == [v for v in Version if RULES[v].result_errors] == [Version.V21]


def test_only_201_answers_an_unknown_message_type() -> None:
    assert [v for v in Version if RULES[v].answers_unknown_message_type] == [Version.V201]


def test_16_knows_no_signed_messages_and_no_answer_without_an_id() -> None:
    assert [v for v in Version if RULES[v].signed_messages] == [Version.V201, Version.V21]
    assert [v for v in Version if RULES[v].answers_unreadable] == [Version.V201, Version.V21]


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], Version.V16),
        (["ocpp1.6", "ocpp2.0.1", "ocpp2.1"], Version.V21),
        (["ocpp0.1", "ocpp1.6"], Version.V16),
        (["ocpp2.0.1", "ocpp1.6"], Version.V201),
        (["ocpp0.1"], None),
        ([], None),
    ],
)
def test_the_newest_common_version_is_chosen(offered: list[str], chosen: Version | None) -> None:
    assert choose_subprotocol(offered) == chosen
