"""`python -I -m huiying.intake.cleaning JOB`: a file in, a harmless file out, a line about it on stderr.

JOB is JSON: task (image, pdf or thumbnail), kind, most_bytes, memory (bytes), seconds.
"""

import importlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import IO, Any

from huiying.intake.cleaning.refused import Problem, Refused


def main() -> int:
    job = json.loads(sys.argv[1])
    _confine(job)
    report = os.fdopen(os.dup(2), "w")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # libraries quote what they read
    try:
        said = _done(job)
    except Refused as refused:
        said = {"problem": refused.problem}
    except MemoryError:
        said = {"problem": Problem.TOO_HEAVY}
    except Exception:  # noqa: BLE001 - whatever a library makes of a hostile file
        said = {"problem": Problem.DAMAGED}
    report.write(json.dumps(said | {"peak": _peak()}))
    report.flush()
    os._exit(0)  # no destructor of a half-read file gets a say


def _done(job: dict[str, Any]) -> dict[str, object]:
    # The libraries are loaded inside the limits.
    source: IO[bytes] = os.fdopen(0, "rb")
    target: IO[bytes] = os.fdopen(1, "w+b")
    if job["task"] == "pdf":
        documents = importlib.import_module("huiying.intake.cleaning.documents")
        said: dict[str, object] = documents.clean(source, target)
    else:
        images = importlib.import_module("huiying.intake.cleaning.images")
        if job["task"] == "thumbnail":
            said = images.thumbnail(source, target, kind=job["kind"])
        else:
            said = images.clean(source, target, kind=job["kind"], most_bytes=job["most_bytes"])
    target.flush()
    return said


def _peak() -> int:
    """The most memory that this process held, in bytes; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _confine(job: dict[str, Any]) -> None:
    """Set what this process may use, for good."""
    for what, most in (
        (resource.RLIMIT_CPU, job["seconds"]),
        (resource.RLIMIT_FSIZE, job["most_bytes"] * 4),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))


if __name__ == "__main__":
    sys.exit(main())
