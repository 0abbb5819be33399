"""Running `huiying` as people do: as a process, in a data folder of its own."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.provisioning import worker

PASSED_ON = ("HUIYING_SYSTEM_FOLDER", "HUIYING_TEST_FAST_DATABASE")
FIRST_PORT = 20_000
HUIYING = [sys.executable, "-m", "huiying.config.cli"]


def surroundings(data: Path, **more: str) -> dict[str, str]:
    """An environment without anything of the test run's own database."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HUIYING_", "DATABASE_", "PYTEST_", "COV_"))
    }
    return kept | {
        "HUIYING_DATA": str(data),
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def huiying(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [*HUIYING, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=surroundings(data, **more),
    )


@contextlib.contextmanager
def running(data: Path, *words: str, log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own; what is left of it is killed at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            words,
            env=surroundings(data, **more),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdin
        process.stdin.close()


def eventually(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until `holds`; how many seconds it took. Fails with `what`."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def free_port() -> int:
    """A port at which nobody listens, for a process that will do so in a while.

    The kernel gives it to nobody meanwhile: its own choice begins at 32768. Nor does another process of
    this run, which looks at other thousands.
    """
    place = int(worker().removeprefix("gw")) if worker().startswith("gw") else 9
    first = FIRST_PORT + place % 10 * 1_000
    for port in random.SystemRandom().sample(range(first, first + 1_000), 1_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def answer(url: str, seconds: float = 10) -> int:
    """The status of a GET, 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def lives(pid: int) -> bool:
    """A process that has ended but that nobody has waited for does not live."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def words_of(pid: int) -> list[str]:
    """The command of a process; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """All children of `pid` and theirs."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found += [int(entry.name), *descendants(int(entry.name))]
    return found
