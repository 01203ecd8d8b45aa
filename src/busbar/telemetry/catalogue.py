"""Every metric by name, labels and meaning: what the page of metrics shows and what the reference is made from.

No label has a station, a token or a session in it: their number has no bound.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Shape(StrEnum):
    """The types of Prometheus that are used."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; a counter's name is without its `_total`."""

    name: str
    shape: Shape
    help: str
    labels: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The name as it is scraped."""
        return f"{self.name}_total" if self.shape is Shape.COUNTER else self.name


BUILD: Final = Metric("busbar_build_info", Shape.GAUGE, "Always 1; what runs.", ("version", "python"))
CONNECTIONS: Final = Metric("ocpp_connections", Shape.GAUGE, "Stations that are connected to this node.", ("version",))
MESSAGES: Final = Metric(
    "ocpp_messages",
    Shape.COUNTER,
    "Calls that stations made (`received`) and that were made to them (`sent`), by what came of them: `ok`, an OCPP "
    "error code, `parked`, `timeout`, `lost`, `other`. What stations make up is the action `other`.",
    ("version", "action", "direction", "result"),
)
DURATION: Final = Metric(
    "ocpp_call_duration_seconds",
    Shape.HISTOGRAM,
    "From a station's call to our answer, its commit included (`received`); from our call to the station's answer "
    "(`sent`).",
    ("version", "action", "direction"),
)
COMMANDS: Final = Metric(
    "busbar_commands", Shape.COUNTER, "Commands that ended on this node, by final state.", ("state",)
)
REFUSED: Final = Metric(
    "busbar_refused_upgrades", Shape.COUNTER, "Stations, or others, that were not let in, by HTTP status.", ("reason",)
)
TURNED_AWAY: Final = Metric("busbar_turned_away", Shape.COUNTER, "TCP connections that were one too many.")
PARKED: Final = Metric("busbar_parked_messages", Shape.COUNTER, "Messages that were stored without being understood.")
DROPPED: Final = Metric(
    "busbar_dropped_messages", Shape.COUNTER, "Frames that were ignored: late, foreign, unreadable."
)
COMMIT_DURATION: Final = Metric("busbar_store_commit_seconds", Shape.HISTOGRAM, "How long commits took.")
COMMIT_SIZE: Final = Metric("busbar_store_commit_changes", Shape.HISTOGRAM, "How many changes commits had.")
COMMIT_FAILURES: Final = Metric(
    "busbar_store_commit_failures",
    Shape.COUNTER,
    "Commits that were not made: the store was `unavailable`, or will never take the changes (`refused`).",
    ("reason",),
)
QUEUE: Final = Metric("busbar_store_queue", Shape.GAUGE, "Changes that wait for their commit.")
JOB_RUNS: Final = Metric("busbar_job_runs", Shape.COUNTER, "Looks of each job on this node.", ("job",))
JOB_FAILURES: Final = Metric("busbar_job_failures", Shape.COUNTER, "Looks that failed.", ("job",))
JOB_SECONDS: Final = Metric("busbar_job_seconds", Shape.COUNTER, "How long all looks took.", ("job",))
JOB_LAST: Final = Metric("busbar_job_last_seconds", Shape.GAUGE, "How long the last look took.", ("job",))
JOB_SUCCESS: Final = Metric(
    "busbar_job_last_success_timestamp_seconds",
    Shape.GAUGE,
    "When a look last succeeded on this node; absent where none has.",
    ("job",),
)
DELIVERIES: Final = Metric(
    "busbar_webhook_tries",
    Shape.COUNTER,
    "Tries of webhook deliveries by the state that they led to; `pending` is tried again.",
    ("state",),
)
NATS: Final = Metric("busbar_nats_connected", Shape.GAUGE, "1 while NATS is there; absent without NATS.")
BUS_DROPPED: Final = Metric("busbar_nats_dropped_messages", Shape.COUNTER, "Messages that NATS did not get.")
STREAMS: Final = Metric("busbar_event_streams", Shape.GAUGE, "Event streams that are open.")
LAG: Final = Metric(
    "busbar_loop_lag_seconds", Shape.GAUGE, "How late the event loop was, at worst, in the last seconds."
)

METRICS: Final = (
    BUILD,
    CONNECTIONS,
    MESSAGES,
    DURATION,
    COMMANDS,
    REFUSED,
    TURNED_AWAY,
    PARKED,
    DROPPED,
    COMMIT_DURATION,
    COMMIT_SIZE,
    COMMIT_FAILURES,
    QUEUE,
    JOB_RUNS,
    JOB_FAILURES,
    JOB_SECONDS,
    JOB_LAST,
    JOB_SUCCESS,
    DELIVERIES,
    NATS,
    BUS_DROPPED,
    STREAMS,
    LAG,
)
