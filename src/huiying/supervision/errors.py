from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import MovedOn


class AdoptedMeanwhile(MovedOn):
    code = "adopted_meanwhile"
    sentence = _("Somebody else has just proposed a policy. Look at it, then decide.")


class NothingToNote(MovedOn):
    code = "nothing_to_note"
    sentence = _("Nothing waits for you to take note of here, perhaps because a colleague has.")


class MatterClosed(MovedOn):
    code = "matter_closed"
    sentence = _("This is off the supervision list already. Look at it again.")


class NothingReported(MovedOn):
    code = "nothing_reported"
    sentence = _("Nothing was reported on it yet. Wait for the report, or ask for it.")
