from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound, Refusal, TooMany
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


class WrongPin(Invalid):
    """The same for a wrong code, a wrong PIN, and a letter that this clerk may know nothing of."""

    code = "wrong_pin"
    sentence = _(
        "Code and PIN do not open a letter here. Check both, digit by digit. If they are right, let a "
        "colleague try."
    )


class PinLocked(TooMany):
    """Nobody can unlock it: not the clerk, not an administrator."""

    code = "pin_locked"
    sentence = _(
        "Too many tries with this code. It is locked for a while: a quarter of an hour at first, then "
        "until the next day. Only time unlocks it."
    )


class SentToday(TooMany):
    code = "sent_today"
    sentence = _("This letter's code was asked for already today. It goes out once a day at most.")


class HelpEnded(MovedOn):
    """Whoever was a helper is none any more."""

    code = "help_ended"
    sentence = _(
        "This help has been ended by the writer of the letter. Nothing was done; nothing more can be."
    )


class ForWriterAlone(NotAllowed):
    """A helper tried what only the writer may do."""

    code = "for_writer_alone"
    sentence = _("Only the person for whom you help can do this.")


class TooManyHelpers(Invalid):
    code = "too_many_helpers"
    sentence = _("Three people can help with a letter at the same time. End one of them first.")


class AlreadyWithdrawn(MovedOn):
    code = "already_withdrawn"
    sentence = _("This letter was withdrawn. Nothing more can be added to it.")


class FileNotTaken(Invalid):
    """One file cannot be added; the sentence says why, and what would do instead."""

    code = "file_not_taken"


class FilesGone(Invalid):
    """A file that waited with an unsent letter was removed; it has to be chosen again."""

    code = "files_gone"
    sentence = _(
        "A file that you chose earlier is no longer here, because more than an hour has passed. "
        "Please choose it again."
    )


class LinkEnded(Refusal):
    """The address of a file is good for a quarter of an hour."""

    code = "link_ended"
    status = 410
    sentence = _(
        "This address has ended. Open the page with the letter again and choose the file there."
    )


class FileMissing(Refusal):
    """The store does not have the file as it was sealed."""

    code = "file_missing"
    status = 500
    sentence = _("This file cannot be opened. Please tell the people who run this site.")


class StoreSilent(Refusal):
    """The disk or the bucket fails at this moment; the file may well be there."""

    code = "store_silent"
    status = 503
    sentence = _("This file cannot be fetched at the moment. Please try again in a few minutes.")


class TooBusy(Refusal):
    """Files cannot be checked at this moment."""

    code = "too_busy"
    status = 503
    sentence = _(
        "Files cannot be checked at the moment. Try again in a few minutes, or send the letter "
        "without them and add them later."
    )


class NothingKept(NotFound):
    code = "nothing_kept"
    sentence = _("There is no contact on record for this letter, or not any more.")


class TooManyLooks(TooMany):
    """The limit of one clerk; it is there so that no list of contacts can be copied out."""

    code = "too_many_looks"
    sentence = _(
        "You have looked at as many contacts as one person may within an hour. Wait, or let a "
        "colleague do it."
    )


refuse_on("intake_submission_replay_key", AlreadyReceived)
refuse_on("intake_submission_code_key", CodeTaken)
refuse_on("submission_source_once", AlreadyImported)
refuse_on("intake_message_replay_key", AlreadyReceived)
