"""Hours of the day in which nothing is sent: those of the agency's policy, and those of one person."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends`, in minutes after midnight; they may go past it."""

    begins: int
    ends: int

    def covers(self, local: datetime) -> bool:
        """Whether it is quiet at this moment; `local` is what the clock on the wall shows."""
        minute = local.hour * 60 + local.minute
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


def next_at(local: datetime, minute: int) -> datetime:
    """When the clock on the wall next shows this minute of the day, after `local`."""
    at = local.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)
