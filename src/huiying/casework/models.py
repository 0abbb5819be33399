from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.casework import extension_models  # noqa: F401 - Django looks for tables here
from huiying.casework.states import OPEN, RETURNS_BEFORE_SUPERVISOR, Outcome, State, Vote
from huiying.intake.models import Submission
from huiying.routing.models import Category, RuleVersion, Use

# From a sequence that the first migration makes.
NEXT_NUMBER = models.Func(
    models.Value("casework_case_number"), function="nextval", output_field=models.BigIntegerField()
)


OPEN_VALUES = sorted(state.value for state in OPEN)


class CaseFile(models.Model):
    """The agency's handling of one problem. `version` counts its moves, for compare-and-set.

    The clock: `due_at` with every pause that has ended; `paused`, their sum in this round; while the
    desk waits for the writer, `waiting_since` and the moment of the cap, `waiting_until`.
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
    danger = models.BooleanField(default=False)
    co_sign = models.BooleanField(default=False, db_default=False)  # its supporting units must
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    waiting_until = models.DateTimeField(null=True)
    paused = models.DurationField(default=timedelta, db_default=timedelta())
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
                fields=["due_at", "id"],
                condition=Q(state__in=OPEN_VALUES, danger=True),
                name="case_open_danger",
            ),
            models.Index(
                fields=["joined_to"], condition=Q(joined_to__isnull=False), name="case_joined_to"
            ),
        ]


class Report(models.Model):
    """Ties one submission to one case file; carries the resident's clock and verdict.

    `own_case` is the case that the letter made, while it stands with another one; None while at home.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="report")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="reports")
    own_case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
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


class SavedList(models.Model):
    """A list of cases as one member of staff likes to ask for it; `first` is where they begin.

    `asked` holds the filters by name (`queues.Wanted`), never a number, a name or a word of a letter.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    asked = models.JSONField()
    first = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_list_name_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(first=True), name="saved_list_one_first"
            ),
        ]


class CaseNote(models.Model):
    """A note between units on a case: for who may read the case, never for a resident. Append-only.

    The database lets a text be emptied, for erasure, and nothing else be changed.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    text = models.TextField()


class Mention(models.Model):
    """A member of staff who is named in a note; `read_at` once they opened it."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    note = models.ForeignKey(
        CaseNote, on_delete=models.PROTECT, related_name="mentions", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "note"], name="mention_once"),
        ]


class OutsideNumber(models.Model):
    """Under which number another system knows the case, and by when it wants to hear (`due_at`).

    That moment stands beside the case's own clock and changes nothing of it. `ended_at`: put there
    wrongly. It goes with the words of the case's last letter, for elsewhere the number names its writer.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="outside_numbers", db_index=False
    )
    system = models.CharField(max_length=60)
    number = models.CharField(max_length=60)  # folded: see `outside_numbers.folded`
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "system", "number"],
                condition=Q(ended_at=None),
                name="outside_number_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["number"], condition=Q(ended_at=None), name="outside_number_found"
            ),
        ]


class UnfinishedWords(models.Model):
    """What a member of staff began to write for an act on a case: words by field. Read by them alone."""

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=24)
    words = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "account", "act"], name="unfinished_words_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="unfinished_words_at")]


class LastLook(models.Model):
    """Up to where a member of staff has read what changed, by their own word. Read by them alone."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Suggestion(models.Model):
    """What the rules in force and the model in use said of a case when it came in, kept as it was said.

    `rule` is the number of the rule that fitted, with what it says in `to` and `unit`. `offers` is a list
    of `category`, `likely` and `because`, likeliest first; `first` is the first of them, empty where the
    model kept silent. The words in `because` go with the letter's.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="suggestions", db_index=False
    )
    use = models.ForeignKey(Use, on_delete=models.PROTECT, null=True, related_name="+")
    rules = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    rule = models.PositiveSmallIntegerField(null=True)
    to = models.CharField(max_length=60, blank=True, db_default="")
    unit = models.CharField(max_length=60, blank=True, db_default="")
    first = models.CharField(max_length=60, blank=True)
    offers = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "use", "rules"], nulls_distinct=False, name="suggestion_once_each"
            ),
        ]


class Lesson(models.Model):
    """That somebody chose another category than the suggested one. Append-only; never who."""

    database_rights = ("SELECT", "INSERT")

    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="lessons")
    suggested = models.CharField(max_length=60)
    chosen = models.CharField(max_length=60)
    at = models.DateTimeField()
