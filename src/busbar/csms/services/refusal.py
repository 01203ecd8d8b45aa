"""The one way in which a decision says no: an error code for a CALLERROR. Knows no rule and no frame."""

from busbar.protocol.errors import ErrorCode


class Refused(Exception):
    """A fact is answered by an error, and nothing of it is stored but the raw message.

    Attributes:
        code: the error code in 2.x spelling.
        description: constant text; never what the station sent.
    """

    def __init__(self, code: ErrorCode, description: str) -> None:
        super().__init__(f"{code.value}: {description}")
        self.code = code
        self.description = description
