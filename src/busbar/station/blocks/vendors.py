"""Vendors' own messages (P01; 1.6 §5.6): answered as the station was built to, or refused as not known."""

from typing import ClassVar

from busbar.model.orders import Outcome, TransferData
from busbar.station.blocks.block import Block


class Vendors(Block):
    """What one station knows of vendors."""

    __slots__ = ()

    def order(self, order: TransferData) -> Outcome:
        """Answer a message; one for any messageId stands under the empty one."""
        known = self.fittings.cabinet.board.config.vendors.get(order.vendor_id)
        if known is None:  # P01.FR.05
            return Outcome(status="UnknownVendorId")
        data = known.get(order.message_id or "", known.get(""))
        if data is None:  # P01.FR.06
            return Outcome(status="UnknownMessageId")
        return Outcome(status="Accepted", data=data or None)

    ORDERS: ClassVar = {TransferData: order}
