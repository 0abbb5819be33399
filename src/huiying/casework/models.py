from datetime import timedelta

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.casework import (  # noqa: F401 - Django looks for tables here
    desk_models,
    extension_models,
    harm_models,
    landing_models,
    part_models,
    reach_models,
)
from huiying.casework.states import OPEN, RETURNS_BEFORE_SUPERVISOR, Outcome, State, Vote
from huiying.harm.facts import DANGER
from huiying.harm.urgency import Need, need_of
from huiying.intake.models import Submission
from huiying.routing.models import Category

# From a sequence that the first migration makes.
NEXT_NUMBER = models.Func(
    models.Value("casework_case_number"), function="nextval", output_field=models.BigIntegerField()
)


OPEN_VALUES = sorted(state.value for state in OPEN)


class CaseFile(models.Model):
    """The agency's handling of one problem. `version` counts its moves, for compare-and-set.

    The clock: `due_at` with every pause that has ended; `paused`, their sum in this round by the clock on the
    wall, and `pauses`, when they were; while the desk waits for the writer, `waiting_since`, the moment of
    the cap, `waiting_until`, and when it is due if nobody answers by then, `due_after_wait`. Pauses that
    began when all were added by the clock on the wall are in `paused` alone, and have no `due_after_wait`.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32, unique=True)
    number = models.BigIntegerField(unique=True, db_default=NEXT_NUMBER)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    version = models.IntegerField(default=1)
    title = models.CharField(max_length=200)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lead_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=12)
    conduct = models.BooleanField(default=False)
    # What makes it urgent: harm facts as they stand (danger is one, the others are in `harm`), the day that
    # the law sets, and the level that follows. `harm_columns` sets all four and nothing else does.
    danger = models.BooleanField(default=False)
    harm = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    legal_date = models.DateField(null=True)
    urgency = models.SmallIntegerField(default=0, db_default=0)
    co_sign = models.BooleanField(default=False, db_default=False)  # its supporting units must
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    waiting_until = models.DateTimeField(null=True)
    due_after_wait = models.DateTimeField(null=True)
    paused = models.DurationField(default=timedelta, db_default=timedelta())
    pauses = ArrayField(DateTimeRangeField(), default=list, db_default=[])
    round = models.SmallIntegerField(default=1)
    returns = models.SmallIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()
    joined_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(
                condition=(Q(state=State.JOINED, joined_to__isnull=False) & ~Q(joined_to=F("id")))
                | (~Q(state=State.JOINED) & Q(joined_to=None)),
                name="case_joined_names_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="case_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=State.WAITING, waiting_since__isnull=False, waiting_until__isnull=False
                )
                | (~Q(state=State.WAITING) & Q(waiting_since=None, waiting_until=None)),
                name="case_waiting_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "in_progress", "waiting"])
                | Q(lead_unit__isnull=False),
                name="case_at_unit_has_lead",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="case_received"),
            models.Index(
                fields=["due_at", "id"], condition=Q(state__in=OPEN_VALUES), name="case_open_due"
            ),
            models.Index(fields=["state", "-received_at", "-id"], name="case_state_received"),
            models.Index(fields=["lead_unit", "-received_at", "-id"], name="case_unit_received"),
            models.Index(
                fields=["lead_unit", "due_at", "id"],
                condition=Q(state__in=OPEN_VALUES),
                name="case_unit_open_due",
            ),
            models.Index(fields=["category", "-received_at", "-id"], name="case_category"),
            models.Index(fields=["answered_at"], name="case_answered"),
            models.Index(fields=["channel", "-received_at", "-id"], name="case_channel"),
            models.Index(
                fields=["-received_at", "-id"], condition=Q(conduct=True), name="case_conduct"
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=OPEN_VALUES, returns__gte=RETURNS_BEFORE_SUPERVISOR),
                name="case_sent_back",
            ),
            models.Index(
                fields=["-urgency", "due_at", "id"],
                condition=Q(state__in=OPEN_VALUES, urgency__gt=0),
                name="case_open_urgent",
            ),
            models.Index(
                fields=["-received_at", "-id"], condition=Q(urgency__gt=0), name="case_urgent"
            ),
            models.Index(
                fields=["joined_to"], condition=Q(joined_to__isnull=False), name="case_joined_to"
            ),
        ]

    @property
    def facts(self) -> frozenset[str]:
        """The harm facts as they stand, danger among them."""
        return frozenset(self.harm) | ({DANGER} if self.danger else frozenset())

    @property
    def need(self) -> Need:
        """How urgent it is by its facts, as promises ask for it."""
        return need_of(self.facts, self.legal_date)


class Report(models.Model):
    """Ties one submission to one case file; carries the resident's clock and verdict.

    `own_case` is the case that the letter made, while it stands with another one; None while at home.
    The clock began with the letter, or when it was last taken up again, `again_at`; `due_at` holds the
    pauses since then that have ended: `paused` and `pauses` are as with the case. While the desk waits,
    `waiting_since` is from when this clock stands still: a letter that was joined later stands still later.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="report")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="reports")
    own_case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    due_after_wait = models.DateTimeField(null=True)
    paused = models.DurationField(default=timedelta, db_default=timedelta())
    pauses = ArrayField(DateTimeRangeField(), default=list, db_default=[])
    delivered_at = models.DateTimeField(null=True)
    vote = models.CharField(max_length=12, choices=Vote.choices, blank=True)
    voted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # the resident withdrew
    pressed = models.BooleanField(
        null=True
    )  # did anyone press them to? the desk's supervisor sees it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(own_case=None) | ~Q(own_case=F("case")), name="report_own_is_another"
            )
        ]
        indexes = [
            models.Index(
                fields=["own_case"], condition=Q(own_case__isnull=False), name="report_own_case"
            )
        ]


class Joined(models.Model):
    """That a letter stood with a case other than its own, from `since` until `ended_at`."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="joined")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(ended_at=None), name="joined_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")),
                name="joined_ends_after_start",
            ),
        ]


class Assignment(models.Model):
    """A unit's part in a case: `lead` or `support`, from `since` until `ended_at`."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    class Part(models.TextChoices):
        LEAD = "lead"
        SUPPORT = "support"

    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(max_length=10, choices=Part.choices)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(part="lead", ended_at=None),
                name="assignment_one_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"], condition=Q(ended_at=None), name="assignment_unit_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")),
                name="assignment_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "case"],
                condition=Q(ended_at=None, part="support"),
                name="assignment_support_now",
            ),
        ]


class Move(models.Model):
    """One step of a case through its life cycle: what figures are counted from. Append-only."""

    database_rights = ("SELECT", "INSERT")

    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="moves", db_index=False
    )
    at = models.DateTimeField()
    verb = models.CharField(max_length=24)
    source = models.CharField(max_length=12, blank=True)
    target = models.CharField(max_length=12, choices=State.choices)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    waiting_until = models.DateTimeField(null=True)
    due_after_wait = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    round = models.SmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["case", "at", "id"], name="move_case_at"),
            models.Index(fields=["at", "verb"], name="move_at_verb"),
        ]


class Verdict(models.Model):
    """What a resident said of the outcome, each time: what figures are counted from. Append-only."""

    database_rights = ("SELECT", "INSERT")

    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="verdicts", db_index=False
    )
    at = models.DateTimeField()
    vote = models.CharField(max_length=12, choices=Vote.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(vote__in=Vote.values), name="verdict_known")
        ]
        indexes = [models.Index(fields=["at"], name="verdict_at")]


class Named(models.Model):
    """Whom a complaint about conduct is about: a unit, or a member of staff. Append-only.

    The first `since` of a case is when it was marked.
    """

    database_rights = ("SELECT", "INSERT")

    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="named")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, account=None) | Q(unit=None, account__isnull=False),
                name="named_unit_or_account",
            ),
            models.UniqueConstraint(
                fields=["case", "unit", "account"],
                nulls_distinct=False,
                name="named_once",
            ),
        ]


class Opening(models.Model):
    """That a member of staff read a letter: once a person, letter and hour. Append-only.

    The writer sees unit and day, never who.
    """

    database_rights = ("SELECT", "INSERT")

    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="openings", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    hour = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "hour", "account"], name="opening_once_an_hour"
            )
        ]
