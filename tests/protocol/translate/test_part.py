from typing import Any

from busbar.model.facts import Acknowledged, HeartBeaten, Noted
from busbar.model.versions import Version
from busbar.protocol.translate.part import Part, joined
from busbar.protocol.translate.translator import Report
from busbar.protocol.wire import v16


def report(answer: Any) -> Report:
    return Report(lambda _: HeartBeaten(), lambda _: answer, lambda _: Acknowledged())


def test_the_later_part_wins() -> None:
    first, second = report("first"), report("second")
    translator = joined(Version.V16, [Part({"Heartbeat": first}), Part({"Heartbeat": second})])
    assert translator.reports["Heartbeat"] is second


def test_reports_of_no_part_are_only_stored() -> None:
    translator = joined(Version.V16, [Part()])
    sent = v16.DiagnosticsStatusNotificationRequest(status=v16.DiagnosticsStatusNotificationStatus.IDLE)
    assert translator.to_fact("DiagnosticsStatusNotification", sent) == Noted(action="DiagnosticsStatusNotification")


def test_parts_add_up() -> None:
    one, two = Part(orders={int: lambda _: ("One", None)}), Part(facts={str: lambda _: ("Two", None)})  # type: ignore[dict-item,return-value]
    translator = joined(Version.V16, [one, two])
    assert translator.orders.keys() == {int}
    assert translator.facts.keys() == {str}
