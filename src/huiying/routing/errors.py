from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, MovedOn, SamePerson
from huiying.kernel.verbs import refuse_on


class TooFewLetters(Invalid):
    code = "too_few_letters"
    sentence = _(
        "There are too few letters to learn from: it takes two categories with ten letters each."
    )


class StillProposed(MovedOn):
    code = "still_proposed"
    sentence = _("There is a proposal already: adopt it or refuse it first.")


refuse_on("use_second_person", SamePerson)
refuse_on("use_one_proposal", StillProposed)
