"""How often an address or an identity may try: token buckets in a bounded table. Time is an argument."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` tries at once, then `per_s` a second."""

    burst: float
    per_s: float


class Buckets:
    """One bucket per key; a full table forgets the keys that were used longest ago.

    A forgotten key starts full again, so the table has to be larger than what one attacker can fill in the time that a
    bucket needs to fill up.
    """

    __slots__ = ("_buckets", "_limit", "_rate")

    def __init__(self, rate: Rate, limit: int = 50_000) -> None:
        self._rate = rate
        self._limit = limit
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float) -> bool:
        """Take one try; False where none is left."""
        left, since = self._buckets.pop(key, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - since) * self._rate.per_s)
        allowed = left >= 1
        self._buckets[key] = (left - allowed, now)
        if len(self._buckets) > self._limit:
            del self._buckets[next(iter(self._buckets))]
        return allowed

    def give_back(self, key: str) -> None:
        """Return a try that turned out well."""
        left, since = self._buckets.get(key, (self._rate.burst, 0.0))
        self._buckets[key] = (min(self._rate.burst, left + 1), since)


def network_of(address: str) -> str:
    """Return what counts as one neighbour: the address itself (v4), or its /64 (v6)."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return address
    mapped = ip.ipv4_mapped
    return str(mapped) if mapped else str(ip_network((ip, 64), strict=False).network_address)
