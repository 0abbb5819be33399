from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, MovedOn, TooMany


class Settled(MovedOn):
    code = "joint_session_settled"
    sentence = _("This session was held or called off already. Look at it again.")


class TaskEnded(MovedOn):
    code = "task_ended"
    sentence = _("This task has ended already. Look at it again.")


class NotYetHeld(MovedOn):
    code = "joint_session_not_held"
    sentence = _("The session has not begun yet. Write its conclusion when it has.")


class CannotTakePart(Invalid):
    code = "cannot_take_part"
    sentence = _("%(name)s cannot take part: the complaint is kept from them.")


class SaysWho(Invalid):
    """The text holds what says who somebody is."""

    code = "says_who"


class RepeatsLetter(Invalid):
    """The text repeats the letter."""

    code = "repeats_letter"


class LookedAt(MovedOn):
    code = "words_looked_at"
    sentence = _("Somebody has looked at these words already.")


class TooManyWords(TooMany):
    code = "too_many_words"
    sentence = _(
        "You have written much here today that the desk has to look at first. Go on tomorrow."
    )
