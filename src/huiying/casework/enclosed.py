"""Which attachment a reader may open: the one rule of the letter itself, asked each time."""

from huiying.casework import policy
from huiying.casework.models import Report
from huiying.intake.helping import GRANT
from huiying.intake.models import Attachment
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound


def attachment_for_staff(actor: Actor, label: str) -> Attachment:
    """The attachment, if this person may see a case that its letter belongs to; NotFound otherwise."""
    reports = Report.objects.filter(case__in=policy.visible_cases(actor))
    return _one(label, submission__in=reports.values("submission"))


def attachment_for_writer(actor: Actor, label: str) -> Attachment:
    """The attachment, if this resident wrote its letter or helps with it; NotFound otherwise."""
    letters = [scope.removeprefix("submission:") for scope in actor.scopes("resident", GRANT)]
    return _one(label, submission__label__in=letters)


def _one(label: str, **within: object) -> Attachment:
    row = Attachment.objects.select_related("submission").filter(label=label, **within).first()
    if row is None:
        raise NotFound
    return row
