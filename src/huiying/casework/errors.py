from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, SamePerson
from huiying.kernel.verbs import refuse_on


class WrongState(MovedOn):
    """The life cycle has no such step from here."""

    code = "wrong_state"
    sentence = _("This cannot be done in the state that the case is in now. Look at it again.")


class NobodyWaits(MovedOn):
    """Words that nobody would read end no clock."""

    code = "nobody_waits"
    sentence = _("Nobody who wrote waits for an answer here any more, so there is nobody to tell.")


class NeedsSupervisor(NotAllowed):
    code = "needs_supervisor"
    sentence = _("Two units have sent this back. Now a supervisor decides who takes it.")


class NamedUnit(Invalid):
    code = "named_unit"
    sentence = _("The complaint is about this unit or one above it. It cannot handle it.")


class NamesNobody(Invalid):
    code = "names_nobody"
    sentence = _("This is a complaint about conduct. Say first whom it is about.")


class NobodyLeft(Invalid):
    """Marking would hide the letter from every dispatcher: it would vanish."""

    code = "nobody_left"
    sentence = _(
        "Then no dispatcher could see this letter any more. First give the dispatcher's role to "
        "somebody outside these units; a complaint about the head of the agency belongs to the body "
        "above it."
    )


class NameTaken(Invalid):
    code = "name_taken"
    sentence = _("You have a list of this name already.")


class UnitTwice(Invalid):
    code = "unit_twice"
    sentence = _("A unit can have one part in a case only.")


class NeedsWords(Invalid):
    code = "needs_words"
    sentence = _("Say why, in a sentence or two.")


class WindowClosed(MovedOn):
    code = "window_closed"
    sentence = _("The time for reopening is over. Please write to us again; name this code.")


class NumberTwice(Invalid):
    """The case is known under this number of this system already."""

    code = "number_twice"
    sentence = _("This number of this system stands there already.")


class NumberOfSomebody(Invalid):
    """What was given as a number elsewhere says who somebody is."""

    code = "number_of_somebody"
    sentence = _(
        "This looks like a telephone or identity number or a mail address. Give the number that the other "
        "system has for the letter."
    )


class TooLateToUndo(MovedOn):
    """The time is over, somebody acted since, or the step was another's."""

    code = "too_late_to_undo"
    sentence = _(
        "This can no longer be taken back: the ten minutes are over, or somebody has acted since. The "
        "case shows what can be done now."
    )


class NoMoreTime(MovedOn):
    code = "no_more_time"
    sentence = _("The time for this answer has been extended as often as the promises allow.")


class DayIsOver(MovedOn):
    code = "day_is_over"
    sentence = _("That day is over. Refuse the request; the unit can ask for another day.")


class NothingToExtend(MovedOn):
    code = "nothing_to_extend"
    sentence = _(
        "The letters that wait here were joined from other cases, and each keeps the day that its writer "
        "was told. So this case cannot be given more time."
    )


class NothingAsked(MovedOn):
    code = "nothing_asked"
    sentence = _("Nobody waits for a decision on more time here any more.")


class AskedAlready(MovedOn):
    code = "asked_already"
    sentence = _("More time has been asked for already.")


class JoinedToItself(Invalid):
    code = "joined_to_itself"
    sentence = _("This is the case itself. Give the number of the other one.")


class TargetNotOpen(MovedOn):
    code = "target_not_open"
    sentence = _(
        "Nobody works on the other case any more, or it is joined to another one itself. Only an open "
        "case can take others in."
    )


class ConductApart(Invalid):
    """A letter would be read by those whom it is about, or a complaint would stand among other letters."""

    code = "conduct_apart"
    sentence = _(
        "A complaint about conduct can be joined only to another one about the same units and people, "
        "and to nothing else."
    )


class PartsTogether(Invalid):
    code = "parts_together"
    sentence = _(
        "Both have a part of the same letter. Each part keeps its own answer; if they are one matter after "
        "all, take the split back."
    )


class SeveralLetters(MovedOn):
    code = "several_letters"
    sentence = _(
        "Several letters stand with this case. Take them apart first; then split the one with several "
        "matters."
    )


class PartOfALetter(MovedOn):
    code = "part_of_a_letter"
    sentence = _(
        "This is a part of a letter already. Take the split back and split the whole letter anew, or "
        "return this part to the desk with a note."
    )


class TooFewParts(Invalid):
    code = "too_few_parts"
    sentence = _("Write at least two parts, at most six, each with a title, words and a category.")


class HarmLost(Invalid):
    code = "harm_lost"
    sentence = _("Say of each fact that makes the letter urgent which part it is about.")


class NothingWeighed(Invalid):
    code = "nothing_weighed"
    sentence = _("You have not changed what is ticked.")


class ConductLost(Invalid):
    code = "conduct_lost"
    sentence = _("The letter is a complaint about conduct. Say which part that is about.")


class PartMoved(MovedOn):
    code = "part_moved"
    sentence = _(
        "Somebody has acted on a part already, so the split can no longer be taken back. Each part goes "
        "its own way."
    )


class NobodyToTakeApart(MovedOn):
    code = "nobody_to_take_apart"
    sentence = _("Whoever wrote this has withdrawn it since; there is nothing to handle apart.")


class NotAnswered(MovedOn):
    code = "not_answered"
    sentence = _("There is no answer yet to judge.")


class NotWaiting(MovedOn):
    code = "not_waiting"
    sentence = _(
        "Nobody is waiting for an answer to a question any more. You can add words instead."
    )


refuse_on("assignment_unit_once", UnitTwice)
refuse_on("extension_one_asked", AskedAlready)
refuse_on("extension_second_person", SamePerson)
refuse_on("assignment_one_lead", MovedOn)
refuse_on("joined_once", MovedOn)
refuse_on("part_place_once", MovedOn)
refuse_on("saved_list_name_once", NameTaken)
refuse_on("outside_number_once", NumberTwice)
refuse_on("saved_list_one_first", MovedOn)
