"""Names and labels of metrics."""

from busbar.telemetry import catalogue as c
from busbar.telemetry.catalogue import Metric, Shape


def test_no_metric_has_what_has_no_bound_as_a_label() -> None:
    allowed = {"version", "action", "direction", "result", "state", "reason", "job", "python"}
    assert {label for metric in c.METRICS for label in metric.labels} <= allowed
    assert len({metric.name for metric in c.METRICS}) == len(c.METRICS)


def test_a_counter_is_scraped_under_its_name_with_total() -> None:
    assert Metric("a", Shape.COUNTER, "").written == "a_total"
    assert Metric("a", Shape.GAUGE, "").written == "a"
    assert not [metric.name for metric in c.METRICS if metric.name.endswith("_total")]
