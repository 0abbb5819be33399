"""A child that does not outlive its parent, however the parent ends."""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOOK_SECONDS = 1.0
SUPERVISOR = "HUIYING_SUPERVISOR"


def tie_to_supervisor() -> None:
    """Stop cleanly when the `huiying up` that started this process dies; nothing without one."""
    supervisor = os.environ.pop(SUPERVISOR, "")
    if supervisor:
        tie(int(supervisor), signal.SIGTERM)


def tie(parent: int, signal_number: int) -> None:
    """Be sent `signal_number` when `parent`, which started this process, dies: by Linux at once,
    elsewhere by looking every second."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
    else:
        threading.Thread(target=_look, args=(parent, signal_number), daemon=True).start()
    if os.getppid() != parent:  # it died before the request was made
        os.kill(os.getpid(), signal_number)


def _look(parent: int, signal_number: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal_number)
