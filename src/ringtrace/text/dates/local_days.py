"""The days of one file whose times are local: each is worked out once, times of day are added to it."""

from __future__ import annotations

from ringtrace.model.clock import Clock
from ringtrace.text.dates.clock import assumed_clock, assumption, find_zone, local_micros, ordered_clock
from ringtrace.text.dates.order import DateOrder, arrange


class LocalDays:
    """Readings of the local times of one file. A day is worked out once: most have no change of the zone's offset."""

    def __init__(self, zone_name: str, order: DateOrder | None = None) -> None:
        """order: as in ``ordered_clock``; None for days given as (year, month, day)."""
        self.zone_name, self._order = zone_name, order
        self.why = assumption(order.why if order else "", zone_name)
        self._days: dict[tuple[int, int, int], tuple[int | None, int | None]] = {}

    def clock(self, text: str, numbers: tuple[int, int, int], time: tuple[int, int, int]) -> Clock:
        """Return what ``ordered_clock`` (or ``assumed_clock``) gives."""
        day = self._days.get(numbers)
        if day is None:
            day = self._days[numbers] = self._starts(numbers)
        hour, minute, second = time
        if day[0] is None or hour > 23 or minute > 59 or second > 59:
            return self._alone(text, numbers, time)
        passed = (hour * 3600 + minute * 60 + second) * 1_000_000
        if day[1] is None:
            return Clock(text, day[0] + passed, "assumed", self.zone_name, self.why)
        return Clock(text, day[0] + passed, "ambiguous", self.zone_name, self.why, day[1] + passed)

    def minute(self, numbers: tuple[int, int, int], hour: int, minute: int) -> tuple[int, int | None] | None:
        """Return the readings of a minute, to which seconds may be added; None where ``clock`` has to be asked."""
        day = self._days.get(numbers)
        if day is None:
            day = self._days[numbers] = self._starts(numbers)
        if day[0] is None or hour > 23 or minute > 59:
            return None
        passed = (hour * 3600 + minute * 60) * 1_000_000
        return day[0] + passed, None if day[1] is None else day[1] + passed

    def _alone(self, text: str, numbers: tuple[int, int, int], time: tuple[int, int, int]) -> Clock:
        if self._order:
            return ordered_clock(text, numbers, time, self._order, self.zone_name)
        return assumed_clock(text, local_micros(numbers, time, find_zone(self.zone_name)), self.zone_name)

    def _starts(self, numbers: tuple[int, int, int]) -> tuple[int | None, int | None]:
        """Return where the day begins, and the other day that it may be; (None, None) where one is unusual."""
        if not self._order:
            return self._start(numbers), None
        own = self._start(arrange(numbers, self._order.name))
        if not self._order.other or own is None:
            return own, None
        written = arrange(numbers, self._order.other)
        other = self._start(written)
        if other is None and local_micros(written, (0, 0, 0), find_zone(self.zone_name)) is not None:
            return None, None
        return own, None if other == own else other

    def _start(self, day: tuple[int, int, int]) -> int | None:
        zone = find_zone(self.zone_name)
        first, last = (local_micros(day, time, zone) for time in ((0, 0, 0), (23, 59, 59)))
        return first if first is not None and last is not None and last - first == 86_399_000_000 else None
