"""The device model follows what stations report, say and take."""

from dataclasses import replace

from busbar.csms.changes import RowPut
from busbar.csms.happenings import ReportCompleted
from busbar.csms.records.device_model import AttributeForm, ModelValue, ModelVariable, PendingValue
from busbar.csms.records.reports import ReportProgress
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.device_model import path, secret
from busbar.model.device import Attribute, Characteristics, ModelReported, ReportedVariable, ReportPart
from busbar.model.facts import Booted
from busbar.model.orders import GetVariables, Outcome, SetVariables, VariableName, VariableResult

NAME = VariableName(variable="OfflineThreshold", component="OCPPCommCtrlr")
KEY = VariableName(variable="HeartbeatInterval")


def report(world, *variables: ReportedVariable, seq_no: int = 0, more: bool = False) -> ModelReported:
    part = ReportPart(request_id=1, seq_no=seq_no, more=more, generated_at=world.at(1))
    return ModelReported(part=part, variables=list(variables))


def concluded(world, order, outcome):
    command = commands.make("c", 7, "x", b"{}", at=world.T0, ttl_s=60)
    conclusion = conclude(order, command, outcome, world.view, world.at(5))
    world.store(conclusion.changes)
    return conclusion


def said(name: VariableName, status: str = "Accepted", value: str | None = None, mutable: bool | None = None):
    return Outcome(status=status, variables=[VariableResult(name=name, status=status, value=value, mutable=mutable)])


def values(world) -> dict[str, tuple[str | None, str]]:
    return {row.attribute: (row.value, row.source) for row in world.all(ModelValue)}


def test_a_reported_variable_is_kept_with_its_attributes_and_limits__B07_FR_08(world) -> None:
    about = Characteristics(data_type="integer", supports_monitoring=True, unit="s", min_limit=0)
    attributes = [Attribute(value="60", persistent=True), Attribute(kind="MaxSet", value="90", mutability="ReadOnly")]
    decision = world.tell(report(world, ReportedVariable(name=NAME, attributes=attributes, characteristics=about)))
    (variable,) = world.all(ModelVariable)
    assert variable.attributes == [
        AttributeForm("Actual", "ReadWrite", True, False),
        AttributeForm("MaxSet", "ReadOnly", False, False),
    ]
    assert (variable.characteristics, variable.component) == (about, "OCPPCommCtrlr")
    assert values(world) == {"Actual": ("60", "report"), "MaxSet": ("90", "report")}
    assert decision.happenings == [
        ReportCompleted(station="CS-7", at=world.at(600), subject="device-model", request_id=1)
    ]


def test_parts_are_taken_in_whatever_their_order_and_told_once_complete(world) -> None:
    last = world.tell(report(world, ReportedVariable(name=NAME, attributes=[Attribute(value="1")]), seq_no=1))
    assert not last.happenings
    assert world.tell(report(world, seq_no=0, more=True)).happenings
    (progress,) = world.all(ReportProgress)
    assert progress.complete


def test_a_hundred_variables_are_one_look_and_one_commit(world) -> None:
    names = [VariableName(variable=f"V{number}", component="C") for number in range(100)]
    fact = report(world, *(ReportedVariable(name=name, attributes=[Attribute(value="1")]) for name in names))
    decision = world.tell(fact)
    assert world.lookups == 1
    assert all(isinstance(change, RowPut) for change in decision.changes)
    assert len(world.all(ModelVariable)) == 100


def test_what_a_report_does_not_tell_of_a_value_leaves_it_as_it_is_known(world) -> None:
    concluded(world, SetVariables(values=[(NAME, "5")]), said(NAME))
    world.tell(report(world, ReportedVariable(name=NAME, attributes=[Attribute(mutability="WriteOnly")])))
    assert values(world) == {"Actual": ("5", "written")}


def test_names_that_differ_in_case_are_one_variable(world) -> None:
    other = VariableName(variable="offlinethreshold", component="OCPPCOMMCTRLR")
    assert path(NAME) == path(other)
    assert path(NAME) != path(VariableName(variable="OfflineThreshold", component="OCPPCommCtrlr", evse=1))


def test_a_value_that_was_read_is_known(world) -> None:
    concluded(world, GetVariables(names=[NAME]), said(NAME, value="60"))
    assert values(world) == {"Actual": ("60", "read")}
    assert [row.variable for row in world.all(ModelVariable)] == ["OfflineThreshold"]


def test_reading_leaves_what_a_report_told_of_a_variable(world) -> None:
    world.tell(report(world, ReportedVariable(name=NAME, attributes=[Attribute(value="1", mutability="ReadOnly")])))
    concluded(world, GetVariables(names=[NAME]), said(NAME, value="2"))
    (variable,) = world.all(ModelVariable)
    assert variable.attributes[0].mutability == "ReadOnly"


def test_a_variable_that_the_station_does_not_have_is_forgotten(world) -> None:
    concluded(world, GetVariables(names=[NAME]), said(NAME, value="60"))
    concluded(world, GetVariables(names=[NAME]), said(NAME, "UnknownVariable"))
    assert not world.all(ModelValue)
    assert not world.all(ModelVariable)


def test_configuration_keys_are_variables_without_a_component(world_16) -> None:
    concluded(world_16, GetVariables(names=[]), said(KEY, value="300", mutable=False))
    (variable,) = world_16.all(ModelVariable)
    assert (variable.component, variable.variable) == (None, "HeartbeatInterval")
    assert variable.attributes == [AttributeForm("Actual", "ReadOnly")]
    assert values(world_16) == {"Actual": ("300", "read")}


def test_a_value_that_was_written_is_known_and_a_refused_one_is_not(world) -> None:
    concluded(world, SetVariables(values=[(NAME, "60")]), said(NAME))
    concluded(world, SetVariables(values=[(NAME, "-1")]), said(NAME, "Rejected"))
    assert values(world) == {"Actual": ("60", "written")}


def test_a_station_may_spell_a_name_in_other_letters(world) -> None:
    echoed = replace(NAME, component=(NAME.component or "").upper(), variable=NAME.variable.lower())
    concluded(world, SetVariables(values=[(NAME, "60")]), said(echoed))
    assert values(world) == {"Actual": ("60", "written")}


def test_a_value_that_needs_a_reboot_waits_for_it__B05(world) -> None:
    concluded(world, SetVariables(values=[(NAME, "60")]), said(NAME))
    concluded(world, SetVariables(values=[(NAME, "90")]), said(NAME, "RebootRequired"))
    assert values(world) == {"Actual": ("60", "written")}
    assert [row.value for row in world.all(PendingValue)] == ["90"]
    world.tell(Booted(vendor="V", model="M"))
    assert values(world) == {"Actual": ("90", "reboot")}
    assert not world.all(PendingValue)


def test_a_later_value_takes_the_place_of_the_one_that_waits(world) -> None:
    concluded(world, SetVariables(values=[(NAME, "90")]), said(NAME, "RebootRequired"))
    concluded(world, SetVariables(values=[(NAME, "60")]), said(NAME))
    assert not world.all(PendingValue)


def test_nothing_is_concluded_from_silence_or_from_what_was_not_asked(world) -> None:
    assert not concluded(world, SetVariables(values=[(NAME, "1")]), None).changes
    assert not concluded(world, GetVariables(names=[NAME]), None).changes
    assert not concluded(world, SetVariables(values=[(NAME, "1")]), said(KEY)).changes


def test_secrets_are_not_kept__A01_FR_12(world) -> None:
    for variable in ("BasicAuthPassword", "AuthorizationKey", "ApnPassword", "VpnKey", "ApnSimPin"):
        assert secret(variable)
    assert not secret("OfflineThreshold")
    name = VariableName(variable="BasicAuthPassword", component="SecurityCtrlr")
    concluded(world, SetVariables(values=[(name, "top secret")]), said(name))
    concluded(world, SetVariables(values=[(name, "top secret")]), said(name, "RebootRequired"))
    assert "top secret" not in repr(world.rows)
