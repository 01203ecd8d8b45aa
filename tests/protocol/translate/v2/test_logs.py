"""2.x's log uploads."""

from datetime import UTC, datetime

import pytest

from busbar.model.logs import GetLog, LogKind, LogOutcome, LogProgressed, LogStatus
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
BOTH = pytest.mark.parametrize("version", [Version.V201, Version.V21])


@BOTH
@pytest.mark.parametrize(
    "order",
    [
        GetLog(kind=LogKind.DIAGNOSTICS, location="https://x/u", request_id=7),
        GetLog(
            kind=LogKind.SECURITY,
            location="https://x/u",
            request_id=7,
            oldest=AT,
            latest=AT,
            retries=0,
            retry_interval_s=5,
        ),
    ],
)
def test_a_request_is_written_and_read(version: Version, order: GetLog) -> None:
    speaker = translator(version)
    action, payload = speaker.from_order(order)
    assert action == "GetLog"
    assert speaker.to_order(action, codec.decode_request(version, action, codec.encode(payload))) == order


def test_only_2_1_has_a_data_collector__N01_FR_24() -> None:
    order = GetLog(kind=LogKind.DATA_COLLECTOR, location="https://x/u", request_id=7)
    assert translator(Version.V21).from_order(order)[0] == "GetLog"
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(order)


@BOTH
def test_an_answer_names_the_file_and_says_why__N01_FR_01(version: Version) -> None:
    speaker = translator(version)
    outcome = LogOutcome(status="AcceptedCanceled", filename="log.zip", reason="NewRequest", detail="the older ends")
    payload = speaker.from_outcome("GetLog", outcome)
    assert speaker.to_outcome("GetLog", payload, payload) == outcome


@BOTH
@pytest.mark.parametrize("status", LogStatus)
def test_every_status_is_read_and_written__N01_FR_07(version: Version, status: LogStatus) -> None:
    speaker, fact = translator(version), LogProgressed(status=status, request_id=7)
    action, payload = speaker.from_fact(fact)
    assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact
