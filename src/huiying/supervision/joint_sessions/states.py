"""What becomes of a joint session, and of a task that came of it."""

from django.db import models
from django.utils.translation import pgettext_lazy

from huiying.kernel.lifecycles import Step, step


class State(models.TextChoices):
    CALLED = "called", pgettext_lazy("joint session", "Called")
    HELD = "held", pgettext_lazy("joint session", "Held")
    CALLED_OFF = "called_off", pgettext_lazy("joint session", "Called off")


class TaskState(models.TextChoices):
    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", pgettext_lazy("task", "Done")
    DROPPED = "dropped", pgettext_lazy("task", "Dropped")


class Seat(models.TextChoices):
    """How somebody takes part: a unit, a person who knows the cases, a guest who does not."""

    UNIT = "unit", pgettext_lazy("joint session", "Unit")
    PERSON = "person", pgettext_lazy("joint session", "Person")
    GUEST = "guest", pgettext_lazy("joint session", "Guest, who sees the summary only")


class Said(models.TextChoices):
    """What a report on a task says."""

    PROGRESS = "progress", pgettext_lazy("task", "How far it is")
    DONE = "done", pgettext_lazy("task", "Done")
    DROPPED = "dropped", pgettext_lazy("task", "Dropped")


class Part(models.TextChoices):
    """Which words of a session were set aside."""

    TOPIC = "topic", pgettext_lazy("joint session", "What it is about")
    ENDING = "ending", pgettext_lazy("joint session", "Why it was called off")
    SUMMARY = "summary", pgettext_lazy("joint session", "Summary")
    TASK = "task", pgettext_lazy("joint session", "What is to be done")
    REPORT = "report", pgettext_lazy("joint session", "Report on a task")


class Look(models.TextChoices):
    """What becomes of words that were set aside."""

    WAITING = "waiting", pgettext_lazy("words", "The desk looks at this before others read it")
    SHOWN = "shown", pgettext_lazy("words", "Shown")
    KEPT_BACK = "kept_back", pgettext_lazy("words", "The desk did not show this to others")


# Roles: who keeps a session (a supervisor over all its cases), who has a task.
STEPS: tuple[Step[State], ...] = (
    step("conclude", {State.CALLED}, State.HELD, "keeper"),
    step("call_off", {State.CALLED}, State.CALLED_OFF, "keeper"),
)
TASK_STEPS: tuple[Step[TaskState], ...] = (
    step("finish", {TaskState.OPEN}, TaskState.DONE, "holder keeper"),
    step("drop", {TaskState.OPEN}, TaskState.DROPPED, "keeper"),
)
BY_VERB = {each.verb: each for each in STEPS}
TASK_BY_VERB = {each.verb: each for each in TASK_STEPS}
