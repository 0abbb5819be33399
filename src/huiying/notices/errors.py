from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import MovedOn


class NotWired(RuntimeError):
    """`delivery.wire` was not called; `config` calls it when Django is ready."""


class NotTaken(Exception):
    """A gateway answered, and did not take the message. What it said is not kept: it may quote a number."""


class SwitchedOff(Exception):
    """The channel that the recipient chose is not in use (any more) at this agency."""


class ErrandEnded(MovedOn):
    code = "errand_ended"
    sentence = _("This has been done already, perhaps by a colleague. Look at the list again.")


class NotFailed(MovedOn):
    code = "not_failed"
    sentence = _("This notice has not failed. There is nothing to send again.")
