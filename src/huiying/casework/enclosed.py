"""Which attachment a reader may open: the one rule of the letter itself, asked each time."""

from huiying.casework import policy
from huiying.casework.models import Report
from huiying.intake.models import Attachment
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound


def attachment_for_staff(actor: Actor, label: str) -> Attachment:
    """The attachment, if this person may see a case that its letter belongs to; NotFound otherwise."""
    reports = Report.objects.filter(case__in=policy.visible_cases(actor))
    return _one(label, submission__in=reports.values("submission"))


def attachment_for_writer(actor: Actor, label: str) -> Attachment:
    """The attachment, if this resident wrote its letter; NotFound otherwise."""
    return _one(label, submission__label__in=[_own_label(actor)])


def _own_label(actor: Actor) -> str:
    label = actor.label.removeprefix("resident:")
    return label if actor.covers("resident", f"submission:{label}") else ""


def _one(label: str, **within: object) -> Attachment:
    row = Attachment.objects.select_related("submission").filter(label=label, **within).first()
    if row is None:
        raise NotFound
    return row
