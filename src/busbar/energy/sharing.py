"""How EVSEs share what is not enough for all (K04; load balancing of 1.6 §3.13.4). Knows no profile."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """What one EVSE may take, and the least with which it can do anything; in amperes per phase."""

    most: float
    least: float = 0.0


def share(total_a: float, claims: Sequence[Claim]) -> list[float]:
    """Share a current evenly, none above what it may take, in the order of precedence of the claims.

    Where it is not enough to give each its least, the last in order get nothing.
    """
    served = [number for number, claim in enumerate(claims) if claim.most >= claim.least and claim.most > 0]
    while served:
        given = _fill(total_a, [claims[number].most for number in served])
        if all(amount >= claims[number].least for number, amount in zip(served, given, strict=True)):
            found = dict(zip(served, given, strict=True))
            return [found.get(number, 0.0) for number in range(len(claims))]
        served.pop()
    return [0.0] * len(claims)


def _fill(total_a: float, most: Sequence[float]) -> list[float]:
    given = [0.0] * len(most)
    left, waiting = max(0.0, total_a), sorted(range(len(most)), key=most.__getitem__)
    while waiting:
        number = waiting.pop(0)
        given[number] = min(most[number], left / (len(waiting) + 1))
        left -= given[number]
    return given
