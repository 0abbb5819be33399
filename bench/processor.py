"""Processor time of this process and of the one that serves its connection: steadier than the clock on the
wall where the machine does other things too.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall's clock, and seconds of processor time; the latter is NaN without /proc."""

    wall: float
    processor: float

    def __sub__(self, earlier: "Spent") -> "Spent":
        return Spent(self.wall - earlier.wall, self.processor - earlier.processor)


def spent() -> Spent:
    """Up to now; the difference of two is what lay between them."""
    connection.ensure_connection()
    serving = _seconds(connection.connection.info.backend_pid)
    return Spent(time.perf_counter(), time.process_time() + serving)


def _seconds(process: int) -> float:
    """User and system time of a process, from proc(5)."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return float("nan")
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
