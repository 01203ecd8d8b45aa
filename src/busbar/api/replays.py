"""The memory of idempotency keys: a key that comes again with another request is refused. Knows no command."""

from collections import OrderedDict
from hashlib import blake2b

from busbar.api.problems import Kind, Problem


class Replays:
    """What was asked with recent keys, up to a bound; the store keeps the keys themselves, and for longer."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._seen: OrderedDict[tuple[int, str], bytes] = OrderedDict()

    def check(self, station_id: int, key: str, request: bytes) -> None:
        """Remember a request. Raises Problem where the key was used for another one."""
        digest = blake2b(request, digest_size=16).digest()
        if self._seen.setdefault((station_id, key), digest) != digest:
            raise Problem(Kind.KEY_REUSED)
        self._seen.move_to_end((station_id, key))
        if len(self._seen) > self._limit:
            self._seen.popitem(last=False)
