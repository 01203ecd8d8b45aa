"""Variables keep their names, and many results are summed up."""

import pytest

from busbar.model.orders import GetVariables, VariableName, VariableResult
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.protocol.translate.v2.variables import overall

SPEAKER = translator(Version.V201)


@pytest.mark.parametrize(
    ("statuses", "summed"),
    [
        (["Accepted", "Accepted"], "Accepted"),
        (["Accepted", "RebootRequired"], "RebootRequired"),
        (["RebootRequired", "Rejected", "UnknownVariable"], "Rejected"),
    ],
)
def test_many_results_are_summed_up_by_the_first_refusal(statuses: list[str], summed: str) -> None:
    name = VariableName(variable="v", component="c")
    assert overall([VariableResult(name=name, status=status) for status in statuses]) == summed


@pytest.mark.parametrize("said", ["heartbeatinterval", "HEARTBEATINTERVAL"])
def test_a_result_goes_by_the_name_that_was_asked_whatever_its_case(said: str) -> None:
    name = VariableName(variable="HeartbeatInterval", component="OCPPCommCtrlr")
    action, request = SPEAKER.from_order(GetVariables(names=[name]))
    raw = (
        '{"getVariableResult":[{"attributeStatus":"Accepted","attributeValue":"60",'
        f'"component":{{"name":"ocppcommctrlr"}},"variable":{{"name":"{said}"}}}}]}}'
    )
    response = codec.decode_response(Version.V201, action, raw.encode())
    outcome = SPEAKER.to_outcome(action, request, response)
    assert outcome.variables == [VariableResult(name=name, status="Accepted", value="60")]


def test_a_result_that_nobody_asked_for_keeps_its_own_name() -> None:
    action, request = SPEAKER.from_order(GetVariables(names=[VariableName(variable="a", component="c")]))
    raw = (
        b'{"getVariableResult":[{"attributeStatus":"UnknownVariable","attributeType":"Target",'
        b'"component":{"name":"c","evse":{"id":2}},"variable":{"name":"a"}}]}'
    )
    outcome = SPEAKER.to_outcome(action, request, codec.decode_response(Version.V201, action, raw))
    assert outcome.variables[0].name == VariableName(variable="a", component="c", evse=2, attribute="Target")
