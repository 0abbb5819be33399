from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Refusal


class Begun(Refusal):
    """What has begun stays as it was planned."""

    code = "begun"
    status = 409
    sentence = _("This shift has begun or is over. It cannot be changed any more.")


class OnDutyThen(Refusal):
    """Nobody is in two places at once."""

    code = "on_duty_then"
    status = 409
    sentence = _("This person has another shift at that time. Choose somebody else.")


class PlanChanged(Refusal):
    """The shift is no longer that of whom the request names."""

    code = "plan_changed"
    status = 409
    sentence = _("The plan has changed since this was asked. Look at the roster and ask anew.")
