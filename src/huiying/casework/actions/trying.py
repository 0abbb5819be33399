"""Asking that a version of the model be tried on past letters."""

from django.utils.translation import gettext_lazy as _

from huiying.casework.landing_models import ModelTrial
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.routing.learned import use_in_force
from huiying.routing.models import Learned
from huiying.routing.policy import require_changer


@verb
def ask_model_trial(*, actor: Actor, number: int, threshold: float) -> None:
    """Have the worker try this version, as it would speak from `threshold` on, against what is in use.
    Nothing more where the same already waits. Raises NotFound, Invalid.
    """
    require_changer(actor)
    learned = Learned.objects.filter(number=number).only("pk").first()
    if learned is None:
        raise NotFound
    if not 0 <= threshold <= 1:
        raise Invalid(_("Choose a line of the table."), field="threshold")
    wanted = {"learned": learned, "threshold": threshold, "against": use_in_force()}
    if ModelTrial.objects.filter(**wanted, finished_at=None, attempts=0).exists():
        return
    ModelTrial.objects.create(**wanted, asked_at=time.now(), asked_by=actor.label)
    data = {"threshold": threshold}
    write(actor=actor, action="model.tried", subject=f"model:{number}", data=data)
