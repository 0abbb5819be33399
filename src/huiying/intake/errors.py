from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, MovedOn, Refusal
from huiying.kernel.verbs import refuse_on


class AlreadyReceived(Refusal):
    """This very letter came before; the caller shows its receipt again."""

    code = "already_received"
    status = 409


class AlreadyImported(Refusal):
    """A row of this source came before."""

    code = "already_imported"
    status = 409


class CodeTaken(Refusal):
    """The random code is in use; the caller draws another."""

    code = "code_taken"
    status = 409


class WrongCode(Invalid):
    """The same for a wrong code and a wrong secret."""

    code = "wrong_code"
    sentence = _(
        "Code and secret do not match. Both are on your receipt; check them and try again."
    )


class AlreadyWithdrawn(MovedOn):
    code = "already_withdrawn"
    sentence = _("This letter was withdrawn. Nothing more can be added to it.")


refuse_on("intake_submission_replay_key", AlreadyReceived)
refuse_on("intake_submission_code_key", CodeTaken)
refuse_on("submission_source_once", AlreadyImported)
refuse_on("intake_message_replay_key", AlreadyReceived)
