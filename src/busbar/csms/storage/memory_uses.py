"""What limits count, of sessions in memory. It must not know a store."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from busbar.csms.records.costs import SessionCost
from busbar.csms.rows import Transaction, Use
from busbar.model.values import AuthorizationStatus


def used(row: Transaction, key: str, cost: SessionCost | None) -> Use:
    """Return what a session is counted as for a token's key: itself while it runs, then as one of its day."""
    use = Use(
        transaction=row.id,
        station_id=row.station_id,
        transaction_id=row.transaction_id,
        token=key if (row.token or "").casefold() == key else "",
        accepted=row.token_status == AuthorizationStatus.ACCEPTED,
        started_at=row.started_at,
        ended_at=row.ended_at,
        energy_wh=row.energy_wh,
        cost=None if cost is None else cost.incl_tax,
        currency=None if cost is None else cost.currency,
    )
    if row.ended_at is None or row.started_at is None:
        return use
    day = row.started_at.replace(hour=0, minute=0, second=0, microsecond=0)
    time_s = (row.ended_at - row.started_at) / timedelta(seconds=1)
    return replace(use, transaction=0, station_id=0, transaction_id="", started_at=day, time_s=time_s)


def together(one: Use, other: Use) -> Use:
    """Return sessions of a day as one."""
    assert one.ended_at is not None
    assert other.ended_at is not None
    costs = [use.cost for use in (one, other) if use.cost is not None]
    energies = [use.energy_wh for use in (one, other) if use.energy_wh is not None]
    return replace(
        one,
        accepted=one.accepted or other.accepted,
        ended_at=max(one.ended_at, other.ended_at),
        energy_wh=sum(energies) if energies else None,
        cost=sum(costs, Decimal()) if costs else None,
        sessions=one.sessions + other.sessions,
        time_s=(one.time_s or 0.0) + (other.time_s or 0.0),
    )
