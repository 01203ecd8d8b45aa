"""What came of the orders whose answer tells more than a status."""

from dataclasses import dataclass, field

from busbar.model.monitoring import MonitorCleared, MonitorSet, OpenStream
from busbar.model.orders import Outcome


@dataclass(slots=True, kw_only=True)
class MonitorsSet(Outcome):
    """The answer to SetVariableMonitoring, monitor by monitor."""

    monitors: list[MonitorSet] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class MonitorsCleared(Outcome):
    """The answer to ClearVariableMonitoring, monitor by monitor."""

    monitors: list[MonitorCleared] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class StreamsHeld(Outcome):
    """The answer to GetPeriodicEventStream: the streams that are open."""

    streams: list[OpenStream] = field(default_factory=list)
