from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid


class TooFewLetters(Invalid):
    code = "too_few_letters"
    sentence = _(
        "There are too few letters to learn from: it takes two categories with ten letters each."
    )
