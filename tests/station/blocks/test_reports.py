"""Reports: which variables, in how many pages, one after the other (B07, B08)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busbar.model.device import GetBaseReport, GetReport, ModelReported, ReportedVariable, Selection
from busbar.model.orders import GetVariables, VariableName
from busbar.model.values import RegistrationStatus
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.device.variable import Scope, Variable, Where
from busbar.station.blocks.reports import AT_ONCE, PAGE, selects

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
LISTS = ("OptionList", "MemberList", "SequenceList")


def pages(p: Any) -> list[ModelReported]:
    return [fact for fact in p.sent if isinstance(fact, ModelReported)]


def reported(p: Any) -> list[ReportedVariable]:
    return [variable for page in pages(p) for variable in page.variables]


def names(p: Any) -> set[tuple[str | None, str, int | None]]:
    return {(item.name.component, item.name.variable, item.name.evse) for item in reported(p)}


def report(p: Any, base: str, request_id: int = 7) -> str:
    p.sent.clear()
    return str(p.order(GetBaseReport(request_id=request_id, base=base)).status)


def custom(p: Any, *criteria: str, selections: tuple[Selection, ...] = ()) -> str:
    p.sent.clear()
    return str(p.order(GetReport(request_id=7, criteria=list(criteria), selections=list(selections))).status)


@TWO
def test_a_full_report_comes_in_pages_that_count_from_0__B07_FR_04_10_TC_B_13(play: Any, version: Version) -> None:
    p = play(version, evses=4)
    p.go_online()
    assert report(p, "FullInventory") == "Accepted"
    told = pages(p)
    assert len(told) > 1
    assert [page.part.seq_no for page in told] == list(range(len(told)))
    assert [page.part.more for page in told] == [True] * (len(told) - 1) + [False]
    assert {page.part.request_id for page in told} == {7}
    assert {len(page.variables) for page in told[:-1]} == {PAGE}
    assert {item.name.evse for item in reported(p)} == {None, 1, 2, 3, 4}


@TWO
def test_a_full_report_says_everything_once_and_as_the_test_tool_checks__TC_B_53(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    report(p, "FullInventory")
    found = reported(p)
    assert len({item.name for item in found}) == len(found)
    for item in found:
        about, (attribute,) = item.characteristics, item.attributes
        assert about is not None
        if about.data_type in LISTS:
            assert about.values_list
            allowed = about.values_list.split(",")
            assert all(member in allowed for member in (attribute.value or "").split(",") if member)
        if attribute.mutability == "WriteOnly":
            assert attribute.value is None
        else:
            (got,) = p.order(GetVariables(names=[item.name])).variables
            assert (got.status, got.value) == ("Accepted", attribute.value)


@TWO
def test_a_configuration_report_tells_what_can_be_set__B07_FR_07_TC_B_12(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    assert report(p, "ConfigurationInventory") == "Accepted"
    assert {item.attributes[0].mutability for item in reported(p)} == {"ReadWrite", "WriteOnly"}
    assert ("OCPPCommCtrlr", "NetworkConfigurationPriority", None) in names(p)


@TWO
def test_a_summary_tells_states_and_troubles__B07_FR_09_TC_B_14(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    p.run(ev.FaultRaised(2, "GroundFailure"))
    assert report(p, "SummaryInventory") == "Accepted"
    assert names(p) == {
        ("ChargingStation", "AvailabilityState", None),
        ("ChargingStation", "Problem", None),
        *((component, "AvailabilityState", evse) for component in ("EVSE", "Connector") for evse in (1, 2)),
        ("EVSE", "Problem", 2),
        ("Connector", "Problem", 2),
    }


def test_an_unknown_base_is_not_supported__B07_FR_02_05(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    assert report(p, "OtherInventory") == "NotSupported"
    assert pages(p) == []


@TWO
def test_a_criterion_alone_tells_itself_where_it_is_met__B08_FR_09_TC_B_16(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    assert custom(p, "Enabled") == "Accepted"
    assert {item.name.variable for item in reported(p)} == {"Enabled"}
    assert {item.attributes[0].value for item in reported(p)} == {"true"}
    assert all(item.characteristics for item in reported(p))  # B08.FR.12


@TWO
def test_criteria_and_selections_limit_together__TC_B_18(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    one = Selection(component="EVSE", variable="AvailabilityState", evse=1)
    assert custom(p, "Available", selections=(one,)) == "Accepted"
    assert names(p) == {("EVSE", "AvailabilityState", 1)}
    assert custom(p, "Problem", selections=(one,)) == "EmptyResultSet"  # B08.FR.15
    assert pages(p) == []
    p.run(ev.FaultRaised(1, "GroundFailure"))
    assert custom(p, "Problem", selections=(one,)) == "Accepted"  # B08.FR.10
    assert custom(p, "Problem", "Active", selections=(one,)) == "Accepted"  # B08.FR.13
    assert custom(p, "Active", selections=(one,)) == "Accepted"  # B08.FR.07: it has no Active


@TWO
def test_what_a_selection_leaves_out_stands_for_all__B08_FR_20_25_TC_B_54_55_56(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    assert custom(p, selections=(Selection(component="EVSE", variable="AvailabilityState"),)) == "Accepted"
    assert names(p) == {("EVSE", "AvailabilityState", 1), ("EVSE", "AvailabilityState", 2)}
    custom(p, selections=(Selection(component="DeviceDataCtrlr", variable="ItemsPerMessage"),))
    assert len(reported(p)) == 3
    limit = Selection(component="DeviceDataCtrlr", variable="ItemsPerMessage", variable_instance="GetReport")
    custom(p, selections=(limit,))
    assert [item.name.variable_instance for item in reported(p)] == ["GetReport"]
    custom(p, selections=(Selection(component="TxCtrlr"),))
    assert {component for component, _, _ in names(p)} == {"TxCtrlr"}
    assert len(reported(p)) > 3
    custom(p, selections=(Selection(component="Connector", variable="Available", evse=2),))
    assert [item.name.connector for item in reported(p)] == [1]


@TWO
def test_nothing_found_is_an_empty_set__B08_FR_15(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    assert custom(p, selections=(Selection(component="Nowhere"),)) == "EmptyResultSet"
    refused = p.order(GetReport(request_id=1, selections=[Selection(component="EVSE")] * 101))
    assert isinstance(refused, ef.Refuse)
    assert refused.code is ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION  # B08.FR.17


def test_a_report_may_go_while_pending__B02_FR_02(play: Any) -> None:
    p = play(Version.V201)
    p.csms.boots = [RegistrationStatus.PENDING]
    p.go_online()
    assert report(p, "SummaryInventory") == "Accepted"
    assert len(pages(p)) == 1


def test_a_lost_connection_ends_a_report_and_the_next_begins_anew__B07_FR_13(play: Any) -> None:
    p = play(Version.V21, evses=4)
    p.go_online()
    order = GetBaseReport(request_id=1, base="FullInventory")
    for number in range(AT_ONCE):
        (reply, *_) = [effect for effect in p.tell(ev.Ordered(str(number), order)) if isinstance(effect, ef.Reply)]
        assert reply.outcome.status == "Accepted"
    (reply,) = p.tell(ev.Ordered("more", order))
    assert reply.outcome.status == "Rejected"
    p.run(ev.Disconnected(), ev.Connected())
    assert report(p, "FullInventory") == "Accepted"
    assert pages(p)[0].part.seq_no == 0
    assert not pages(p)[-1].part.more


@given(
    st.builds(
        Selection,
        component=st.sampled_from(["EVSE", "evse", "TxCtrlr"]),
        variable=st.sampled_from([None, "Power", "POWER", "Other"]),
        evse=st.sampled_from([None, 1, 2]),
        connector=st.sampled_from([None, 1]),
    )
)
def test_a_selection_names_what_agrees_in_all_that_it_says__B08_FR_20_25(selection: Selection) -> None:
    row, where = Variable("P", None, ("EVSE", "Power", None), "0", scope=Scope.EVSE), Where(evse=1)
    said = (selection.variable or "power").casefold()
    expected = (
        selection.component != "TxCtrlr" and said == "power" and selection.evse != 2 and selection.connector is None
    )
    assert selects(selection, row, where) is expected


def test_a_name_is_the_address_that_a_read_takes(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    custom(p, selections=(Selection(component="ocppcommctrlr", variable="messageattempts"),))
    (item,) = reported(p)
    assert item.name == VariableName(
        component="OCPPCommCtrlr", variable="MessageAttempts", variable_instance="TransactionEvent"
    )
