from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiying.intake.states import Channel, State, Wish


class Submission(models.Model):
    """What one resident sent, exactly as received. Holds nothing that says who wrote it.

    `replay` is an HMAC over the form's key and the content: the same letter sent again finds this
    row, another letter from the same page does not.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32, unique=True)
    code = models.CharField(max_length=12, unique=True)
    code_key = models.SmallIntegerField()
    replay = models.BinaryField(max_length=32, unique=True, null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    received_at = models.DateTimeField()
    channel = models.CharField(max_length=12, choices=Channel.choices)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    body = models.TextField()
    place = models.CharField(max_length=300, blank=True)
    category_code = models.CharField(max_length=60, blank=True)
    wish = models.CharField(max_length=10, choices=Wish.choices)
    danger = models.BooleanField(default=False)
    conduct = models.BooleanField(default=False)
    named_units = ArrayField(models.CharField(max_length=60), default=list)
    reachable = models.BooleanField(default=False)  # a contact was left
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source=""),
                name="submission_source_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="submission_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, withdrawn_at=None)
                | Q(state=State.WITHDRAWN, withdrawn_at__isnull=False),
                name="submission_withdrawn_has_time",
            ),
        ]


class Seal(models.Model):
    """The key of one submission, wrapped under the ring key `key_number`; without it nothing opens."""

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="seal"
    )
    key_number = models.SmallIntegerField()
    wrapped = models.BinaryField()


class Contact(models.Model):
    """How to reach the resident: sealed, opened only at sending. One row per submission, never shared."""

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, primary_key=True, related_name="contact"
    )
    sealed = models.BinaryField()


class Message(models.Model):
    """One piece of the private exchange between one resident and the desk."""

    database_rights = ("SELECT", "INSERT")

    class From(models.TextChoices):
        RESIDENT = "resident"
        DESK = "desk"

    class Kind(models.TextChoices):
        WORDS = "words"
        QUESTION = "question"
        ANSWER = "answer"  # the resident's answer to a question

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    sender = models.CharField(max_length=10, choices=From.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    author = models.CharField(max_length=60)
    text = models.TextField()
    replay = models.BinaryField(max_length=32, unique=True, null=True)

    class Meta:
        indexes = [models.Index(fields=["submission", "id"], name="message_submission_id")]
