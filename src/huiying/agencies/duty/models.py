from django.db import models
from django.db.models import F, Q

from huiying.accounts.models import Account
from huiying.agencies.duty.states import OPEN, ChangeState, Cover, Kind, LogKind
from huiying.agencies.models import Unit


class Roster(models.Model):
    """One duty that always one person has: "leader on duty" and "hotline at night" are two rosters.

    Its hours are those of the wall in `zone`; `ended_at`: it is kept no longer.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    zone = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class PatternVersion(models.Model):
    """What a roster's pattern says from `starts_on` on, until a newer version begins. Append-only.

    `turns` are those of `patterns.as_data`.
    """

    database_rights = ("SELECT", "INSERT")

    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    starts_on = models.DateField()
    cover = models.CharField(max_length=20, choices=Cover.choices)
    turns = models.JSONField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=60)  # an actor's label

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="duty_pattern_once"),
        ]


class Shift(models.Model):
    """One person's duty from one instant to another. `planned` is who has it by the pattern, `account`
    who has it now: None where nobody does. `replaced_at`: a newer plan has other shifts instead.
    """

    label = models.CharField(max_length=16, unique=True)
    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="shifts", db_index=False
    )
    version = models.PositiveIntegerField()
    name = models.JSONField()
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="shifts")
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="duty_shift_goes_forward"
            ),
        ]
        indexes = [
            models.Index(
                fields=["roster", "starts_at"],
                condition=Q(replaced_at=None),
                name="duty_shift_planned",
            ),
            # Whoever is on duty now is found without looking at every roster's past.
            models.Index(
                fields=["starts_at"], condition=Q(replaced_at=None), name="duty_shift_by_time"
            ),
        ]


class Change(models.Model):
    """A wish to change who has a shift, or a supervisor's or an absent person's own word.

    `giver` has the shift (None where nobody did), `taker` shall have it, and gives `other` in a swap.
    No reason is kept: why somebody cannot come is their own affair.
    """

    label = models.CharField(max_length=16, unique=True)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="changes")
    other = models.ForeignKey(
        Shift, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    giver = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    taker = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=20, choices=ChangeState.choices)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state__in=OPEN), name="duty_one_open_change"
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind=Kind.SWAP, other__isnull=False) | ~Q(kind=Kind.SWAP) & Q(other=None)
                ),
                name="duty_swap_names_two",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state__in=OPEN), name="duty_change_open"),
        ]


class LogLine(models.Model):
    """A line of the shift log. Append-only; `words` are emptied when their time is over.

    `answers` is the hand-over that this line takes over.
    """

    label = models.CharField(max_length=16, unique=True)
    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=LogKind.choices)
    words = models.TextField(blank=True)
    answers = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="taken_over"
    )
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["roster", "-at"], name="duty_log_by_time"),
            models.Index(
                fields=["at"], condition=Q(erased_at=None) & ~Q(words=""), name="duty_log_words"
            ),
        ]


class Feed(models.Model):
    """The calendar link of one person. The link is this label with a code that only a key makes."""

    label = models.CharField(max_length=16, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    key_number = models.PositiveSmallIntegerField()  # of the key ring; 0 when it ended
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None), name="duty_feed_once"
            ),
        ]
