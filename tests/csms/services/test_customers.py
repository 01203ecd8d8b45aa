"""What a station holds of a customer is joined from its parts and kept for a while."""

import pytest
from msgspec.structs import replace

from busbar.csms.happenings import ReportCompleted
from busbar.csms.records.customers import CustomerText
from busbar.csms.records.local_list import ListExclusion
from busbar.csms.rows import CommandState
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.customers import KEPT, joined
from busbar.model.customer import CustomerInformed, GetCustomerInformation
from busbar.model.device import ReportPart
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome
from busbar.model.values import IdToken


def informed(world, seq_no: int, data: str, *, more: bool) -> CustomerInformed:
    part = ReportPart(request_id=4, seq_no=seq_no, more=more, generated_at=world.at(1))
    return CustomerInformed(part=part, data=data)


def test_parts_are_joined_in_their_order__N09_FR_05(world) -> None:
    last = world.tell(informed(world, 1, "world", more=False))
    assert (last.answer, last.happenings) == (Acknowledged(), [])
    first = world.tell(informed(world, 0, "hello ", more=True))
    assert first.happenings == [ReportCompleted(station="CS-7", at=world.at(600), subject="customer", request_id=4)]
    assert joined(world.all(CustomerText)) == "hello world"


def test_a_part_that_comes_twice_is_kept_once(world) -> None:
    for _ in range(2):
        world.tell(informed(world, 0, "a", more=False))
    assert joined(world.all(CustomerText)) == "a"


def test_what_is_personal_has_an_end(world) -> None:
    world.tell(informed(world, 0, "a", more=False))
    (text,) = world.all(CustomerText)
    assert text.expires_at == world.at(600) + KEPT


@pytest.mark.parametrize(
    ("clear", "state", "token", "excluded"),
    [
        (True, CommandState.ACCEPTED, IdToken("Tag", "ISO14443"), ["tag"]),
        (True, CommandState.REJECTED, IdToken("Tag", "ISO14443"), []),
        (False, CommandState.ACCEPTED, IdToken("Tag", "ISO14443"), []),
        (True, CommandState.ACCEPTED, None, []),
    ],
)
def test_a_customer_who_was_cleared_is_kept_off_the_local_list__N10_FR_02(world, clear, state, token, excluded) -> None:
    order = GetCustomerInformation(request_id=3, report=True, clear=clear, token=token)
    command = commands.make("c", 1, "CustomerInformation", b"{}", at=world.at(0), ttl_s=60)
    command = replace(command, state=state)
    changes = conclude(order, command, Outcome(status="Accepted"), world.view, world.at(1)).changes
    rows = [change.row for change in changes if isinstance(change.row, ListExclusion)]
    assert [(row.station_id, row.token, row.at) for row in rows] == [
        (world.view.station.id, token, world.at(1)) for token in excluded
    ]
