from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import MovedOn, SamePerson
from huiying.kernel.verbs import refuse_on


class Held(MovedOn):
    code = "held"
    sentence = _("The erasure is on hold. Your page says until when and why.")


class StillOpen(MovedOn):
    code = "still_open"
    sentence = _(
        "Your letter is still being worked on, so its words are needed. You can have them erased "
        "once the matter is closed, or when you withdraw the letter."
    )


class NothingLeft(MovedOn):
    code = "nothing_left"
    sentence = _("There is nothing left to erase.")


class HeldAlready(MovedOn):
    code = "held_already"
    sentence = _("A hold on this case has been asked for or is running.")


refuse_on("hold_second_person", SamePerson)
refuse_on("rules_second_person", SamePerson)
refuse_on("hold_one_at_a_time", HeldAlready)
refuse_on("erased_once", NothingLeft)
