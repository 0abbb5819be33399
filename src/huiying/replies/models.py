from django.db import models
from django.db.models import F, Q

from huiying.agencies.models import Unit
from huiying.casework.models import CaseFile
from huiying.casework.states import Outcome
from huiying.intake.models import Submission
from huiying.replies.states import (
    ISSUED,
    OPEN,
    STANDING,
    WITH_REVIEWER,
    Audience,
    SignatureState,
    StandardState,
    State,
)
from huiying.routing.models import Category

OPEN_VALUES = sorted(state.value for state in OPEN)
ISSUED_VALUES = sorted(state.value for state in ISSUED)
WITH_REVIEWER_VALUES = sorted(state.value for state in WITH_REVIEWER)
STANDING_VALUES = sorted(state.value for state in STANDING)
APPROVED_VALUES = sorted([State.APPROVED.value, *ISSUED_VALUES])


class Reply(models.Model):
    """One answer on its way, or as it was given. Its words stand in its versions.

    A past reply is loaded as one `Reply` in state `published` or `sent` and one `ReplyVersion` with
    number 1: `version` and `approved_version` 1, `issued_at` and `answered_at` the past time,
    `approved_by` the label of the source, `address` and `label` random, everything else its default.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32)
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="replies")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    version = models.IntegerField(default=1)  # the number of the current ReplyVersion
    # The unit that answers and the round of the case in which it was drafted.
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    round = models.SmallIntegerField(default=1)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=10)
    # The permanent address, random; a correction carries the one of the reply that it corrects.
    address = models.CharField(max_length=32)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections", db_index=False
    )
    correction_reason = models.TextField(blank=True)
    hides_earlier = models.BooleanField(default=False)

    drafted_by = models.CharField(max_length=60, blank=True)
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    sent_back_because = models.TextField(blank=True)
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_version = models.IntegerField(null=True)

    # Why it was approved without the signature of a unit that was asked.
    without_because = models.TextField(blank=True, default="", db_default="")

    audience = models.CharField(max_length=10, choices=Audience.choices, blank=True)
    issued_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # when the first text at this address was issued
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)
    hide_text = models.BooleanField(default=False)  # its words hold personal data

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="reply_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=APPROVED_VALUES)
                | (~Q(approved_by="") & Q(approved_version=F("version"))),
                name="reply_approval_names_version",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("drafted_by")),
                name="reply_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ISSUED_VALUES)
                | Q(
                    issued_at__isnull=False,
                    answered_at__isnull=False,
                    audience__in=Audience.values,
                ),
                name="reply_issued_has_time",
            ),
            models.CheckConstraint(
                condition=(~Q(state=State.PUBLISHED) | Q(audience=Audience.PUBLIC))
                & (~Q(state=State.SENT) | Q(audience=Audience.PRIVATE)),
                name="reply_state_fits_audience",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN)
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="reply_withdrawn_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(correction_reason=""),
                name="reply_correction_has_reason",
            ),
            models.UniqueConstraint(fields=["label"], name="reply_label_once"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=OPEN_VALUES, corrects=None),
                name="reply_one_open",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(corrects__isnull=False) & ~Q(state=State.ABANDONED),
                name="reply_corrected_once",
            ),
            models.UniqueConstraint(
                fields=["address"], condition=Q(corrects=None), name="reply_address_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(state__in=WITH_REVIEWER_VALUES),
                name="reply_to_review",
            ),
            models.Index(
                fields=["drafted_by", "-id"],
                condition=Q(state__in=OPEN_VALUES),
                name="reply_open_by",
            ),
            models.Index(
                fields=["withdrawn_at"],
                condition=Q(withdrawn_at__isnull=False),
                name="reply_withdrawn",
            ),
            models.Index(
                fields=["-answered_at", "-address"],
                condition=Q(state=State.PUBLISHED),
                include=["id"],
                name="reply_public",
            ),
            models.Index(
                fields=["category", "-answered_at", "-address"],
                condition=Q(state=State.PUBLISHED),
                include=["id"],
                name="reply_public_category",
            ),
            models.Index(
                fields=["unit", "-answered_at", "-address"],
                condition=Q(state=State.PUBLISHED),
                include=["id"],
                name="reply_public_unit",
            ),
            models.Index(
                fields=["category", "unit", "-answered_at", "-address"],
                condition=Q(state=State.PUBLISHED),
                include=["id"],
                name="reply_public_both",
            ),
        ]


class ReplyVersion(models.Model):
    """The words of a reply as they were saved once; never changed."""

    database_rights = ("SELECT", "INSERT")

    reply = models.ForeignKey(
        Reply, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    number = models.IntegerField()
    at = models.DateTimeField()
    author = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    question = models.TextField()
    text = models.TextField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reply", "number"], name="version_number_once"),
        ]


class Given(models.Model):
    """Whose letter was given this text: what a correction or a withdrawal goes by, wherever the letter
    went since.
    """

    database_rights = ("SELECT", "INSERT")

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="+", db_index=False)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reply", "submission"], name="given_once"),
        ]


class OwnWords(models.Model):
    """A writer's own words as they saw them in a preview and let them stand beside the published answer.

    The row is the consent: taken back, it goes. `set_aside_at` while the agency keeps them from view.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, related_name="own_words"
    )
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    place = models.CharField(max_length=300, blank=True)
    agreed_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True)
    set_aside_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(set_aside_at=None) | ~Q(set_aside_because=""),
                name="own_words_aside_has_reason",
            ),
        ]


class Signature(models.Model):
    """That a supporting unit was asked to co-sign one version of an answer by a day, and what it said.

    It counts for the version that it names and for no other.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32, unique=True)
    reply = models.ForeignKey(
        Reply, on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    version = models.IntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        max_length=10, choices=SignatureState.choices, default=SignatureState.ASKED
    )
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    due_on = models.DateField()  # the last day on which it may answer, in the agency's zone
    reminded_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # why it does not sign
    wording = models.TextField(blank=True)  # and what the answer should say instead

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=SignatureState.values), name="signature_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "refused"])
                | (~Q(answered_by="") & Q(answered_at__isnull=False)),
                name="signature_answer_has_time",
            ),
            models.UniqueConstraint(
                fields=["reply", "unit", "version"],
                condition=Q(state__in=STANDING_VALUES),
                name="signature_standing_once",
            ),
        ]
        indexes = [
            models.Index(fields=["reply", "id"], name="signature_reply"),
            models.Index(
                fields=["unit", "due_on", "id"], condition=Q(state="asked"), name="signature_asked"
            ),
        ]


class StandardAnswer(models.Model):
    """A text with which a clerk may answer at once; checked by a second person. Its words never change:
    a better text is a new one, and the old one is retired.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32, unique=True)
    state = models.CharField(
        max_length=10, choices=StandardState.choices, default=StandardState.PROPOSED
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    title = models.JSONField()
    question = models.JSONField()
    text = models.JSONField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    expires_on = models.DateField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=StandardState.APPROVED)
                | (~Q(approved_by="") & ~Q(approved_by=F("proposed_by"))),
                name="standard_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=StandardState.values), name="standard_state_known"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="standard_state")]
