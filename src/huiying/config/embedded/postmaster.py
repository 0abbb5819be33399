"""What `postmaster.pid` says, and whether it is still true after a crash or a restart."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

STATUS_LINE = 7
PROCESSES = Path("/proc")
HAS_PROCESSES = (PROCESSES / "self").exists()


@dataclass(frozen=True)
class Postmaster:
    """A living server of one cluster: its process number and what it last wrote about itself."""

    pid: int
    status: str


def living(cluster: Path) -> Postmaster | None:
    """The server that the pid file names, if that process lives and is a server of this cluster."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _lives(pid) or not _serves(pid, cluster):
        return None
    return Postmaster(pid, lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else "starting")


def clear_away(cluster: Path, socket: Path) -> None:
    """After a server's sudden death: end the sessions it left, and forget its number.

    Call it only where `living` says None. PostgreSQL itself refuses to start while the number in
    one of its two files belongs to any process of the account, even to one that has ended and that
    nobody waits for, as in a container without an init; or while an orphaned session holds its
    memory. Without /proc such a session cannot be found: then a number that is nobody's is left to
    PostgreSQL, which looks at the memory before it starts.
    """
    files = [cluster / "postmaster.pid", socket.with_name(f"{socket.name}.lock")]
    if not HAS_PROCESSES:
        files = [file for file in files if _names_somebody(file)]
    for signal_number in (signal.SIGQUIT, signal.SIGKILL):
        orphans = _sessions(cluster)
        if not orphans:
            break
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal_number)
        _wait_for_end(orphans, seconds=2)
    for file in files:
        file.unlink(missing_ok=True)


def _names_somebody(file: Path) -> bool:
    try:
        return _lives(int(file.read_text().split()[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        status = (PROCESSES / str(pid) / "stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"


def _serves(pid: int, cluster: Path) -> bool:
    """Whether this process is PostgreSQL in this cluster, which is its working folder."""
    if HAS_PROCESSES:
        return pid in _sessions(cluster)
    command = ["ps", "-p", str(pid), "-o", "command="]
    return "postgres" in subprocess.run(command, check=False, capture_output=True, text=True).stdout


def _sessions(cluster: Path) -> list[int]:
    """Every process of PostgreSQL that works in this cluster; empty where there is no /proc."""
    target = str(cluster.resolve())
    found = []
    for entry in PROCESSES.glob("[0-9]*"):
        try:
            if str((entry / "cwd").readlink()) != target:
                continue
            name = (entry / "comm").read_text().strip()
        except OSError:
            continue
        if name == "postgres" and not _is_zombie(int(entry.name)):
            found.append(int(entry.name))
    return found


def _wait_for_end(pids: list[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
