"""A vendor's message is taken in by whoever knows it, and by nobody else."""

import pytest

from busbar.csms.changes import RowPut
from busbar.csms.records.vendors import Vendor, VendorMessage
from busbar.csms.services import vendors
from busbar.csms.services.vendors import Handler, VendorQuestion, VendorVerdict
from busbar.csms.services.view import Decision
from busbar.model.facts import DataAnswer, DataTransferred


async def register(stand, **more) -> None:
    fields = {"vendor_id": "com.acme", "message_ids": [], "status": "Accepted", "data": None, "echo": False}
    await stand.store.insert(Vendor(**(fields | more)))


def data(message_id: str | None = "m", text: str | None = '{"a":1}', vendor_id: str = "com.acme") -> DataTransferred:
    return DataTransferred(vendor_id=vendor_id, message_id=message_id, data=text)


async def test_an_unknown_vendor_is_told_so__P02_FR_06(stand):
    assert (await stand.tell(data())).answer == DataAnswer(status="UnknownVendorId")
    assert not await stand.store.find(VendorMessage)


async def test_an_unknown_message_is_told_so__P02_FR_07(stand):
    await register(stand, message_ids=["known"])
    assert (await stand.tell(data("other"))).answer.status == "UnknownMessageId"
    assert (await stand.tell(data(None))).answer.status == "UnknownMessageId"
    assert not await stand.store.find(VendorMessage)


@pytest.mark.parametrize("message_id", ["m", None])
async def test_a_registered_vendor_is_kept_and_answered(stand, message_id):
    await register(stand, data='"thanks"')
    assert (await stand.tell(data(message_id))).answer == DataAnswer(status="Accepted", data='"thanks"')
    (kept,) = await stand.store.find(VendorMessage)
    assert (kept.vendor_id, kept.message_id, kept.data, kept.status) == ("com.acme", message_id, '{"a":1}', "Accepted")
    assert stand.happenings[-1].vendor_id == "com.acme"


async def test_an_operator_may_refuse_or_echo(stand):
    await register(stand, status="Rejected", echo=True)
    assert (await stand.tell(data())).answer == DataAnswer(status="Rejected", data='{"a":1}')


@pytest.mark.parametrize(
    ("verdict", "answer", "kept"),
    [
        (VendorVerdict("Accepted", '{"b":2}'), DataAnswer(status="Accepted", data='{"b":2}'), 1),
        (VendorVerdict("Rejected"), DataAnswer(status="Rejected"), 1),
        (VendorVerdict("UnknownMessageId"), DataAnswer(status="UnknownMessageId"), 0),
        (None, DataAnswer(status="UnknownVendorId"), 0),
    ],
)
async def test_a_service_outside_is_asked_about_vendors_that_nobody_registered(stand, verdict, answer, kept):
    asked = []

    async def service(question):
        asked.append(question)
        return verdict

    stand.askers = {VendorQuestion: service}
    assert (await stand.tell(data())).answer == answer
    assert asked == [VendorQuestion("CS-1", "com.acme", "m", '{"a":1}')]
    assert len(await stand.store.find(VendorMessage)) == kept
    await register(stand)
    await stand.tell(data())
    assert len(asked) == 1


async def test_a_handler_comes_before_a_registration(stand):
    await register(stand)
    handlers = {"com.acme": {"m": Handler(lambda *_: Decision(DataAnswer(status="Accepted", data="1")))}}
    assert vendors.needs(data(), stand.view, stand.context.tokens, handlers) == ()
    answers = [vendors.transferred(data(m), stand.view, stand.context, stand.now, handlers).answer for m in ("m", "n")]
    assert answers == [DataAnswer(status="Accepted", data="1"), DataAnswer(status="UnknownMessageId")]


async def test_a_changed_registration_counts_from_the_next_message(stand):
    await register(stand)
    await stand.tell(data())
    (row,) = await stand.store.find(Vendor)
    row.status = "Rejected"
    await stand.store.commit([RowPut(row)])
    assert (await stand.tell(data())).answer.status == "Rejected"
