"""The page of metrics as a scraper reads it."""

from prometheus_client.parser import text_string_to_metric_families

from busbar.model.versions import Version
from busbar.telemetry import catalogue as c
from busbar.telemetry.metrics import Sources, page
from busbar.telemetry.tally import CallTallies, CommitTally


async def scraped(sources: Sources) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Return the samples of a page by name."""
    body, content_type = await page(sources)("")
    assert content_type.startswith("text/plain")
    samples: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return samples


async def test_calls_are_counted_by_version_action_direction_and_result() -> None:
    calls = CallTallies()
    calls.received[Version.V16].add("Heartbeat", "ok", 0.002)
    calls.sent[Version.V21].add("Reset", "timeout", None)
    found = await scraped(Sources(calls))
    labels = {"version": "1.6", "action": "Heartbeat", "direction": "received"}
    assert (labels | {"result": "ok"}, 1.0) in found["ocpp_messages_total"]
    sent = {"version": "2.1", "action": "Reset", "direction": "sent"}
    assert (sent | {"result": "timeout"}, 1.0) in found["ocpp_messages_total"]
    assert (labels | {"le": "0.001"}, 0.0) in found["ocpp_call_duration_seconds_bucket"]
    assert (labels | {"le": "0.0025"}, 1.0) in found["ocpp_call_duration_seconds_bucket"]
    assert (labels | {"le": "+Inf"}, 1.0) in found["ocpp_call_duration_seconds_bucket"]
    assert (labels, 0.002) in found["ocpp_call_duration_seconds_sum"]
    assert (sent, 0.0) in found["ocpp_call_duration_seconds_count"]


async def test_actions_that_were_never_called_are_not_shown() -> None:
    assert "ocpp_messages_total" not in await scraped(Sources(CallTallies()))


async def test_commits_and_other_values_are_shown() -> None:
    commits = CommitTally()
    commits.add(7, 0.25)
    commits.failed = 2
    values = {c.QUEUE: lambda: [((), 12.0)], c.CONNECTIONS: lambda: [(("1.6",), 3.0)]}
    found = await scraped(Sources(CallTallies(), commits, values))
    assert found["busbar_store_commit_seconds_sum"] == [({}, 0.25)]
    assert ({"le": "5.0"}, 0.0) in found["busbar_store_commit_changes_bucket"]
    assert ({"le": "10.0"}, 1.0) in found["busbar_store_commit_changes_bucket"]
    assert ({"reason": "unavailable"}, 2.0) in found["busbar_store_commit_failures_total"]
    assert found["busbar_store_queue"] == [({}, 12.0)]
    assert found["ocpp_connections"] == [({"version": "1.6"}, 3.0)]
    assert "process_resident_memory_bytes" in found


async def test_openmetrics_is_written_for_those_who_ask() -> None:
    body, content_type = await page(Sources(CallTallies()))("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
