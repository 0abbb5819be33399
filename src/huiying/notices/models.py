from django.db import models
from django.db.models import Q

from huiying.notices.states import FAILED, CallResult, ErrandState, Result, Way

FAILURE = Q(result__in=[result.value for result in FAILED])
# What a log of deliveries shows: every letter has a confirmation, of which there is nothing to say.
CONFIRMATION = Q(kind="received")
LOGGED = ~CONFIRMATION | FAILURE
TO_STAFF = Q(recipient__startswith="staff:")


class Outgoing(models.Model):
    """One notice to be sent, written in the transaction of the act that it tells of (the outbox).

    Holds a recipient label ("submission:…", "staff:…"), never an address. `way` is the channel by which
    it went, `parts` in how many pieces an SMS was charged, `again_of` the failed one that it repeats.
    """

    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    data = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120)
    tries = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, blank=True)
    way = models.CharField(max_length=10, blank=True, db_default="")
    parts = models.SmallIntegerField(db_default=0)
    again_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="again", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(ended_at=None), name="outgoing_due"),
            # Few, before however many confirmations wait.
            models.Index(
                fields=["due_at", "id"],
                condition=~CONFIRMATION & Q(ended_at=None),
                name="outgoing_news_due",
            ),
            models.Index(fields=["recipient", "id"], condition=LOGGED, name="outgoing_logged"),
            models.Index(fields=["-ended_at", "-id"], condition=FAILURE, name="outgoing_failed"),
            models.Index(fields=["-made_at", "-id"], condition=TO_STAFF, name="outgoing_staff"),
            models.Index(
                fields=["recipient", "ended_at"],
                condition=Q(result=Result.GATHERED),
                name="outgoing_gathered",
            ),
        ]
        constraints = [
            # Not `unique=True`: that makes a second index, for LIKE, which every letter would pay for.
            models.UniqueConstraint(fields=["message_id"], name="notices_outgoing_message_id_key"),
            models.UniqueConstraint(
                fields=["again_of"],
                condition=Q(again_of__isnull=False),
                name="outgoing_again_once",
            ),
            # The mail of the day in which somebody's notices are gathered.
            models.UniqueConstraint(
                fields=["recipient"],
                condition=Q(kind="digest", ended_at=None, again_of=None),
                name="outgoing_one_digest",
            ),
        ]


class Errand(models.Model):
    """A notice that a clerk brings: a letter to post, or a call to make. `due_at` is when to call (again)."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    notice = models.OneToOneField(
        Outgoing, on_delete=models.PROTECT, primary_key=True, related_name="errand"
    )
    way = models.CharField(max_length=10, choices=Way.choices)
    state = models.CharField(max_length=10, choices=ErrandState.choices)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ErrandState.WAITING, ended_at=None)
                | Q(
                    state__in=[ErrandState.DONE, ErrandState.FAILED, ErrandState.LEFT],
                    ended_at__isnull=False,
                ),
                name="errand_ended_has_time",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "notice"],
                condition=Q(state=ErrandState.WAITING),
                name="errand_waiting",
            ),
            models.Index(
                fields=["-ended_at", "-notice"],
                condition=Q(state=ErrandState.FAILED),
                name="errand_failed",
            ),
        ]


class CallAttempt(models.Model):
    """One call for an errand and what came of it. Append-only; who called stands in the entry."""

    database_rights = ("SELECT", "INSERT")

    errand = models.ForeignKey(Errand, on_delete=models.PROTECT, related_name="attempts")
    number = models.SmallIntegerField()
    at = models.DateTimeField()
    result = models.CharField(max_length=20, choices=CallResult.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["errand", "number"], name="call_attempt_once"),
        ]
