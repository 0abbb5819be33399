"""Who was given an answer, and telling the same people when it is corrected or withdrawn."""

from django.db.models import Q, QuerySet

from huiying.casework.models import Report
from huiying.casework.splitting.letters import WHOLE, heard
from huiying.intake import letters
from huiying.intake.models import Submission
from huiying.intake.states import State as SubmissionState
from huiying.kernel import time
from huiying.notices.actions import queue
from huiying.replies.models import Given, Reply


def keep_given(reply: Reply) -> None:
    """Keep whose page shows this reply from now on: all who write in its case and did not withdraw."""
    reports = Report.objects.filter(case=reply.case, ended_at=None)
    _keep(reply, list(reports.values_list("submission_id", flat=True)))


def _keep(reply: Reply, submission_ids: list[int]) -> None:
    now = time.now()
    Given.objects.bulk_create(
        [Given(reply=reply, submission_id=each, at=now) for each in submission_ids]
    )


def who_had(reply: Reply) -> QuerySet[Submission]:
    """The letters whose writers were given a text at this address, those withdrawn since apart.

    For an answer from before this was kept (imported, or of an earlier version) those that had come
    to the case when it was first given.
    """
    kept = Given.objects.filter(reply__case=reply.case_id, reply__address=reply.address)
    had = Q(pk__in=kept.values("submission_id"))
    if not kept.exists():
        at_home = Q(report__case=reply.case_id, report__own_case=None)
        home = at_home | Q(report__own_case=reply.case_id)
        had = home & Q(received_at__lte=reply.answered_at)
    return Submission.objects.filter(had, state=SubmissionState.OPEN)


def tell_who_had(reply: Reply, *, kind: str) -> None:
    """Queue a notice of `kind` to everyone who had what this reply corrects or was; a letter withdrawn
    before the notice goes out gets none. A correction is then theirs, too.
    """
    had = list(who_had(reply).order_by("pk"))
    if reply.corrects_id is not None and not Given.objects.filter(reply=reply).exists():
        _keep(reply, [submission.pk for submission in had])
    reports = Report.objects.filter(submission__in=had).select_related("submission", WHOLE)
    for submission in map(heard, reports.order_by("submission")):
        if submission.reachable:
            queue(
                kind=kind,
                recipient=letters.subject(submission),
                language=submission.language,
                data={"code": submission.code},
            )
