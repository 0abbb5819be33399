from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.kernel.verbs import refuse_on


class OtherVersion(MovedOn):
    """Somebody saved another text since this one was seen."""

    code = "other_version"
    sentence = _("The text has changed since you opened it. Read it again, then decide.")


class NotNow(MovedOn):
    """The life cycle has no such step from the reply's state."""

    code = "reply_not_now"
    sentence = _("This cannot be done with the answer as it stands now. Look at it again.")


class CaseMovedOn(MovedOn):
    """The case left the unit, its round or its state; the draft ends with it."""

    code = "case_moved_on"
    sentence = _("The case is no longer being worked on by this unit, so this draft has ended.")


class AcceptFirst(MovedOn):
    """The unit has the case before it and has not taken it on."""

    code = "accept_first"
    sentence = _("Accept the case first; then you can write the answer.")


class NotInHand(MovedOn):
    """No unit is working on the case."""

    code = "not_in_hand"
    sentence = _("An answer is written while a unit is working on the case. None is now.")


class AlreadyDrafted(MovedOn):
    """Somebody has begun an answer on this case."""

    code = "already_drafted"
    sentence = _("Somebody else has begun an answer to this case. Both texts are shown here.")


class NotShown(NotFound):
    """What stood at this address is kept from view; the sentence must not tell of a complaint."""

    code = "not_shown"
    sentence = _(
        "This answer is not shown. An answer may be taken from view while it is looked into whether "
        "everybody may read it, for example because of personal data or of what its writer wishes."
    )


class NeedsSecondPerson(NotAllowed):
    code = "needs_second_person"
    sentence = _("You wrote part of this text. Somebody else must check it.")


class TookPartInSigning(NotAllowed):
    """A co-signature and an approval by the same person are one pair of eyes."""

    code = "took_part_in_signing"
    sentence = _(
        "You co-signed this text for a unit, or asked a unit to. Another reviewer must approve it: of the "
        "unit that leads the case, or of one above it."
    )


class NeedsReviewer(Invalid):
    """Only what goes to one writer alone, in a category that says so, goes out unchecked."""

    code = "needs_reviewer"
    sentence = _("A second person must check this answer first. Hand it to a reviewer.")


class WishedPrivate(Invalid):
    code = "wished_private"
    sentence = _("The writer asked for a private answer. Send it to them alone.")


class NeverPublic(Invalid):
    code = "never_public"
    sentence = _(
        "This is a complaint about somebody's conduct. Its answer goes to the writer alone."
    )


class NotForEverybody(Invalid):
    """The author wrote it for the writer alone; a reviewer cannot widen that."""

    code = "not_for_everybody"
    sentence = _("This answer was written for the writer alone. Send it, or send it back.")


class NothingToStandBeside(MovedOn):
    """No published answer stands to which a writer's own words could be added."""

    code = "nothing_to_stand_beside"
    sentence = _("There is no published answer now beside which your words could stand.")


class OtherPreview(MovedOn):
    """The preview that the writer saw is not how their words would be shown now."""

    code = "other_preview"
    sentence = _("How your words would look has changed. Look at the preview again, then decide.")


class TellsOfSomebody(Invalid):
    """Words for everybody that no second person has read."""

    code = "tells_of_somebody"
    sentence = _(
        "Everybody reads this at once. Leave out telephone and card numbers, number plates and mail "
        "addresses, and names too."
    )


class WrittenBefore(MovedOn):
    """A private answer that was written for fewer writers than would read it now."""

    code = "written_before"
    sentence = _(
        "Other letters were joined to this case after the answer was handed in, and their writers would "
        "read it, too. Send it back: nothing may stand in it that only one of them may know."
    )


class NoStandard(Invalid):
    code = "no_standard"
    sentence = _("This standard answer is not in use, or its time is over. Choose another one.")


class NeedsOwnAnswer(Invalid):
    code = "needs_own_answer"
    sentence = _("A complaint about somebody's conduct gets an answer of its own.")


class NeedsStandardApprover(NotAllowed):
    code = "needs_second_person"
    sentence = _("You proposed this text. Somebody else must check it.")


class NotSupporting(Invalid):
    code = "not_supporting"
    sentence = _("Only units that help with this case can be asked to co-sign its answer.")


class AlreadyAsked(MovedOn):
    code = "already_asked"
    sentence = _("This unit was asked about this version already. Look at what it said.")


class BadDay(Invalid):
    code = "bad_day"
    sentence = _("Choose a day from tomorrow on, within the next two months.")


class SignFirst(Invalid):
    """Units that must co-sign were not asked about this version."""

    code = "sign_first"
    sentence = _("Supporting units must co-sign this answer first. Save it, then ask them.")


class StillAsked(Invalid):
    """The day until which a unit may answer is not over."""

    code = "still_asked"
    sentence = _("A supporting unit still has time to co-sign.")


class SayWhyWithout(Invalid):
    """The reviewer goes on without a signature and has not said why."""

    code = "say_why_without"
    sentence = _(
        "Not every unit that was asked has co-signed. Say why the answer goes out all the same, or send "
        "it back."
    )


class OtherSignatures(MovedOn):
    """What the units said is not what the reviewer decided on."""

    code = "other_signatures"
    sentence = _("A supporting unit has answered meanwhile. Look at what it says, then decide.")


refuse_on("signature_standing_once", AlreadyAsked)
refuse_on("reply_one_open", AlreadyDrafted)
refuse_on("reply_corrected_once", AlreadyDrafted)
refuse_on("version_number_once", OtherVersion)
refuse_on("reply_second_person", NeedsSecondPerson)
refuse_on("standard_second_person", NeedsStandardApprover)
