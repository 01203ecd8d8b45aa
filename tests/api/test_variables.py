"""Variables out of stored commands."""

from datetime import UTC, datetime

import pytest

from busbar.api.variables import variables_of
from busbar.csms.rows import Command
from busbar.model.versions import Version

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def command(action, payload, answer):
    return Command(
        id="c", station_id=1, action=action, payload=payload, created_at=NOON, expires_at=NOON, answer=answer
    )


GET_V16 = command(
    "GetConfiguration",
    b'{"key":["A","B"]}',
    b'{"configurationKey":[{"key":"A","readonly":true,"value":"1"}],"unknownKey":["B"]}',
)
GET_V201 = command(
    "GetVariables",
    b'{"getVariableData":[{"component":{"name":"C"},"variable":{"name":"V"}}]}',
    b'{"getVariableResult":[{"attributeStatus":"Accepted","attributeValue":"1",'
    b'"component":{"name":"C"},"variable":{"name":"V"}}]}',
)
SET_V16 = command("ChangeConfiguration", b'{"key":"A","value":"2"}', b'{"status":"RebootRequired"}')


def test_configuration_keys_of_1_6_are_variables():
    known, unknown = variables_of(GET_V16, Version.V16)
    assert (known.variable, known.component, known.value, known.mutable) == ("A", None, "1", False)
    assert unknown.variable == "B"
    assert unknown.status != known.status


def test_variables_of_2_x_are_shown_alike():
    (shown,) = variables_of(GET_V201, Version.V201)
    assert (shown.component, shown.variable, shown.value, shown.status) == ("C", "V", "1", "Accepted")


def test_a_written_key_has_its_status():
    (shown,) = variables_of(SET_V16, Version.V16)
    assert (shown.variable, shown.status) == ("A", "RebootRequired")


@pytest.mark.parametrize(
    ("row", "version"),
    [
        (command("Reset", b"{}", b"{}"), Version.V16),
        (command("GetConfiguration", b"{}", None), Version.V16),
        (GET_V16, None),
        (GET_V16, Version.V201),
        (command("GetConfiguration", b'{"key":7}', b"{}"), Version.V16),
    ],
)
def test_everything_else_has_no_variables(row, version):
    assert variables_of(row, version) == []
