"""What the worker does by the clock. Times are UTC: a task asks for itself whether it is due here."""

import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app

from huiying.accounts.actions.unsent import forget_old_unsent
from huiying.agencies.duty import tasks as duty
from huiying.casework import tasks as cases
from huiying.insight import tasks
from huiying.insight.growing.tasks import count_due_growth
from huiying.kernel.actors import SYSTEM
from huiying.kernel.limits import sweep_limits
from huiying.replies import tasks as replies
from huiying.retention import tasks as retention
from huiying.sample import loading

__all__ = [
    "app",
    "count_growth",
    "erase_due",
    "follow_calendars",
    "forget_tries_and_sessions",
    "freeze_due_brief",
    "keep_duty_planned",
    "remind_to_co_sign",
    "remove_old_jobs",
    "train_if_due",
]

KEEP_FAILED_HOURS = 72
TRAINING_SECONDS = 3600


@app.periodic(cron="* * * * *")
@app.task(name="freeze_due_brief", queueing_lock="freeze_due_brief")
def freeze_due_brief(timestamp: int) -> None:  # noqa: ARG001 - every periodic task is told
    """Every minute; there is nothing to do but once a day, and after a standstill.

    Not while a demo's sample is loaded: what is not here yet would be counted as never received.
    """
    if settings.DEMO and loading.progress(settings.DATA):
        return
    tasks.freeze_due_brief()


@app.periodic(cron="11 * * * *")
@app.task(name="count_growth", queueing_lock="count_growth")
def count_growth(timestamp: int) -> None:  # noqa: ARG001
    """Every hour, but there is something to do once a day only; not while a demo's sample is loaded."""
    if settings.DEMO and loading.progress(settings.DATA):
        return
    count_due_growth()


@app.periodic(cron="* * * * *")
@app.task(name="follow_calendars", queueing_lock="follow_calendars")
def follow_calendars(timestamp: int) -> None:  # noqa: ARG001
    """Every minute; there is something to do after a calendar was changed, and once after a start."""
    cases.follow_calendars()


@app.periodic(cron="37 * * * *")
@app.task(name="erase_due", queueing_lock="erase_due")
def erase_due(timestamp: int) -> None:  # noqa: ARG001
    """Every hour a few thousand letters at most, so that nothing else waits for it."""
    retention.erase_due()
    forget_old_unsent(actor=SYSTEM)


@app.periodic(cron="51 * * * *")
@app.task(name="keep_duty_planned", queueing_lock="keep_duty_planned")
def keep_duty_planned(timestamp: int) -> None:  # noqa: ARG001
    """Every hour, so that a list of holidays that came today is in the plan today."""
    duty.keep_planned()


@app.periodic(cron="23 * * * *")
@app.task(name="remind_to_co_sign", queueing_lock="remind_to_co_sign")
def remind_to_co_sign(timestamp: int) -> None:  # noqa: ARG001
    """Every hour; each request is reminded of once."""
    replies.remind_to_co_sign()


@app.periodic(cron="17 3 * * *")
@app.task(name="remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Jobs that failed are kept for a few days, for whoever looks; the others go at once."""
    await builtin_tasks.remove_old_jobs(context, max_hours=KEEP_FAILED_HOURS, remove_failed=True)


@app.periodic(cron="7 * * * *")
@app.task(name="forget_tries_and_sessions", queueing_lock="forget_tries_and_sessions")
def forget_tries_and_sessions(timestamp: int) -> None:  # noqa: ARG001
    """Counted tries and their key go after a day, sessions when they have ended."""
    sweep_limits()
    call_command("clearsessions")


@app.periodic(cron="41 2 * * 0")
@app.task(name="train_if_due", queueing_lock="train_if_due")
def train_if_due(timestamp: int) -> None:  # noqa: ARG001
    """On Sundays a new version of the model, where enough was settled. In a process of its own: what it
    takes in memory, up to three gigabytes, is given back."""
    command = [sys.executable, "-m", "huiying.config.cli", "route", "train", "--if-due"]
    subprocess.run(command, check=False, timeout=TRAINING_SECONDS, stdin=subprocess.DEVNULL)
