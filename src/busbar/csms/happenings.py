"""What the CSMS tells its listeners after a commit: live pages, webhooks, other nodes."""

from datetime import datetime

import msgspec

from busbar.csms.rows import Command, Connector, Transaction


class Happening(msgspec.Struct, kw_only=True, tag_field="type", gc=False):
    """Something that was committed. `station` is the station's identity."""

    station: str
    at: datetime


class StationConnected(Happening, kw_only=True, tag="station.connected"):
    """A station's connection was opened."""

    version: str
    epoch: int


class StationDisconnected(Happening, kw_only=True, tag="station.disconnected"):
    """A station's connection ended."""

    epoch: int
    reason: str


class StationBooted(Happening, kw_only=True, tag="station.booted"):
    """A station introduced itself."""

    vendor: str
    model: str
    registration: str


class ConnectorChanged(Happening, kw_only=True, tag="connector.changed"):
    """A connector has a new status."""

    connector: Connector


class TransactionChanged(Happening, kw_only=True, tag="transaction.changed"):
    """A transaction began, went on or ended (then `transaction.ended_at` is set)."""

    transaction: Transaction


class CommandChanged(Happening, kw_only=True, tag="command.changed"):
    """A command has a new state."""

    command: Command


AnyHappening = (
    StationConnected | StationDisconnected | StationBooted | ConnectorChanged | TransactionChanged | CommandChanged
)
