"""What a station holds of a customer is joined from its parts and kept for a while."""

from busbar.csms.happenings import ReportCompleted
from busbar.csms.records.customers import CustomerText
from busbar.csms.services.customers import KEPT, joined
from busbar.model.customer import CustomerInformed
from busbar.model.device import ReportPart
from busbar.model.facts import Acknowledged


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
