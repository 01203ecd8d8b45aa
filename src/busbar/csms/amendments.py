"""What an operator changes of a station's sessions and messages, as data: done by the node that holds the station."""

import msgspec


class ReplayMessage(msgspec.Struct, frozen=True, tag="replay"):
    """Take in a parked message of the log, now that it can be understood. `by` says who wants it."""

    exchange_id: int
    by: str


class CloseSession(msgspec.Struct, frozen=True, tag="close"):
    """End a session in the records, by Busbar's number; the station is not told. What it says later counts more."""

    number: int


class DoubtSession(msgspec.Struct, frozen=True, tag="doubt"):
    """Mark a running session as one of which nothing has been heard for long."""

    number: int


Amendment = ReplayMessage | CloseSession | DoubtSession


class Amended(msgspec.Struct, frozen=True, tag="amended"):
    """What came of an amendment. `result` says why it was not done, or what was."""

    done: bool
    result: str
