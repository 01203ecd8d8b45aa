"""The page of metrics in the formats of Prometheus: counts that others keep, read when it is asked for.

It must not know where the counts come from, and adds no work to a message.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from busbar.telemetry import catalogue as c
from busbar.telemetry.catalogue import Metric, Shape
from busbar.telemetry.ports import Page
from busbar.telemetry.tally import Buckets, CallTallies, CommitTally

Labelled = Sequence[tuple[tuple[str, ...], float]]
"""Values of one metric, each under its labels' values."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where counts come from.

    Attributes:
        calls: what is counted of calls.
        commits: what is counted of commits; None where the store counts none.
        values: of each other metric, the values that it has now.
    """

    calls: CallTallies
    commits: CommitTally | None = None
    values: Mapping[Metric, Callable[[], Labelled]] = field(default_factory=dict)


def page(sources: Sources) -> Page:
    """Return what writes the page of metrics."""
    of_process = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=of_process)
    GCCollector(registry=of_process)
    return partial(_write, _Counts(sources), of_process)


async def _write(counts: Collector, of_process: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """Read on the loop, so that nothing changes meanwhile; write, which takes longer, beside it."""
    encode, content_type = choose_encoder(accept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Read([*counts.collect(), *of_process.collect()]))
    return await asyncio.to_thread(encode, registry), content_type


class _Read(Collector):
    """What was read already."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> list[Family]:
        """Return it."""
        return self._families


class _Counts(Collector):
    """The counts of a server as Prometheus knows them."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Family]:
        """Read all counts."""
        yield from _calls(self._sources.calls)
        if self._sources.commits is not None:
            yield from _commits(self._sources.commits)
        for metric, read in self._sources.values.items():
            yield _family(metric, read())


def _family(metric: Metric, values: Labelled) -> Family:
    kind = CounterMetricFamily if metric.shape is Shape.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values:
        family.add_metric(labels, value)
    return family


def _histogram(metric: Metric) -> HistogramMetricFamily:
    return HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)


def _calls(calls: CallTallies) -> Iterator[Family]:
    messages: list[tuple[tuple[str, ...], float]] = []
    durations = _histogram(c.DURATION)
    for direction, versions in (("received", calls.received), ("sent", calls.sent)):
        for version, actions in versions.items():
            for action, tally in actions.by_action.items():
                if not tally.results:
                    continue
                labels = (version.value, action, direction)
                messages += [((*labels, result), count) for result, count in tally.results.items()]
                _put(durations, labels, tally.took)
    yield _family(c.MESSAGES, messages)
    yield durations


def _commits(commits: CommitTally) -> Iterator[Family]:
    for metric, buckets in ((c.COMMIT_DURATION, commits.took), (c.COMMIT_SIZE, commits.sizes)):
        family = _histogram(metric)
        _put(family, (), buckets)
        yield family
    failures = [(("unavailable",), commits.failed), (("refused",), commits.refused)]
    yield _family(c.COMMIT_FAILURES, failures)


def _put(family: HistogramMetricFamily, labels: tuple[str, ...], buckets: Buckets) -> None:
    family.add_metric(labels, buckets.cumulative(), buckets.total)
