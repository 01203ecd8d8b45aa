"""Energy counters that begin again at zero when their digits are used up, made into registers that never fall.

Real meters and virtual ones go through here, as the core takes only what never falls. It must not know a meter.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Counter:
    """What was counted, in Wh, over all beginnings.

    Attributes:
        last_wh: what the meter said last.
        before_wh: what was counted before its last beginning.
    """

    last_wh: int = 0
    before_wh: int = 0

    def read(self, meter_wh: int, limit_wh: int) -> int:
        """Return the register, by a meter that says `meter_wh` and begins again after `limit_wh` - 1.

        A meter that fell by less than half its range was not rolled over but is wrong: the register stays.
        """
        if meter_wh < self.last_wh:
            if self.last_wh - meter_wh <= limit_wh // 2:
                return self.before_wh + self.last_wh
            self.before_wh += limit_wh
        self.last_wh = meter_wh
        return self.before_wh + meter_wh
