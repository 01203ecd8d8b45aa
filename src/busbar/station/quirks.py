"""Ways in which stations in the field retry, as settings over the standard's. The names say whose manner it is like;
the figures are ours, chosen so that a CSMS meets each manner within a minute.
"""

from collections.abc import Mapping
from typing import Final

QUIRKS: Final[Mapping[str, Mapping[str, str]]] = {
    # backs off from a few seconds, doubling a few times; few attempts, each soon after the last
    "libocpp-like": {
        "RetryBackOffWaitMinimum": "3",
        "RetryBackOffRandomRange": "3",
        "RetryBackOffRepeatTimes": "3",
        "TransactionMessageAttempts": "3",
        "TransactionMessageRetryInterval": "5",
    },
    # one fixed short wait for ever, all stations in step after an outage; hardly ever gives a message up
    "microocpp-like": {
        "RetryBackOffWaitMinimum": "5",
        "RetryBackOffRandomRange": "0",
        "RetryBackOffRepeatTimes": "0",
        "TransactionMessageAttempts": "100",
        "TransactionMessageRetryInterval": "10",
    },
    # knocks every second, and repeats a refused message at once
    "hasty": {
        "RetryBackOffWaitMinimum": "1",
        "RetryBackOffRandomRange": "0",
        "RetryBackOffRepeatTimes": "0",
        "TransactionMessageRetryInterval": "0",
        "MessageTimeout": "5",
    },
    # gives a message up when it was refused once
    "careless": {"TransactionMessageAttempts": "1"},
}
