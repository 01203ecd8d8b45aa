"""A virtual payment terminal: it settles whatever it is asked to. A real one would talk to its provider here."""

from busbar.station.payment import Receipt, Settle


async def settle(work: Settle) -> Receipt:
    """Charge or release a card; the receipt is named after the payment. Raises ValueError for less than nothing."""
    if work.amount < 0:
        raise ValueError("an amount is not negative")
    return Receipt(f"R-{work.psp_ref}"[:50])
