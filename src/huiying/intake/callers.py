"""Letters opened by a PIN, for a writer who is on the line or at the counter. Every try is counted."""

from dataclasses import dataclass

from huiying.intake import helping, receipts
from huiying.intake.errors import PinLocked, WrongPin
from huiying.intake.models import CallerPin, Helper, Submission
from huiying.kernel.limits import A_DAY, count_try, forget_tries, give_back_try
from huiying.kernel.refusals import TooMany

# With a million PINs, ten tries a day need a century for one chance in three.
TRIES_PER_CODE = 5  # in a quarter of an hour
TRIES_PER_CODE_A_DAY = 10
TRIES_PER_CLERK = 40  # in a quarter of an hour, right ones among them
NO_SALT = b"\0" * receipts.SALT_BYTES


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is with the clerk: the writer of this letter, or a `helper` of theirs."""

    submission: Submission
    helper: Helper | None = None


def _count(clerk: str, code: str | None) -> None:
    count_try("pin clerk", clerk, most=TRIES_PER_CLERK)
    if code is None:
        return
    try:
        count_try("pin code", code, most=TRIES_PER_CODE)
        count_try("pin code a day", code, most=TRIES_PER_CODE_A_DAY, within=A_DAY)
    except TooMany:
        raise PinLocked(field="code") from None


def letter_of_caller(*, clerk: str, code: str, pin: str) -> Caller:
    """Whose code and PIN these are, tried by the clerk with this label. Outside a verb.

    Raises WrongPin, the same and as slowly for a wrong code as for a wrong PIN; PinLocked beyond five
    tries at one code in a quarter of an hour or ten in a day; TooMany beyond those of one clerk.
    """
    plain = receipts.read_code(code)
    _count(clerk, plain)
    row = (
        CallerPin.objects.select_related("submission").filter(submission__code=plain or "").first()
    )
    known = row.submission.code if row else "0" * receipts.CODE_DIGITS
    salt, number = (bytes(row.salt), row.key_number) if row else (NO_SALT, None)
    fits = receipts.pin_matches(known, salt, number, pin)
    helper = helping.by_pin(plain or "", pin)
    if row is not None and fits:
        return Caller(row.submission)
    if helper is None:
        raise WrongPin(field="pin")
    return Caller(helper.submission, helper)


def forget_wrong_tries(caller: Caller) -> None:
    """Start again for the code of this letter: its writer opened it by their PIN. A helper only gets their
    own try back, or they could guess at the writer's PIN for ever, in between.
    """
    code = caller.submission.code
    if caller.helper is None:
        forget_tries("pin code", code)
        forget_tries("pin code a day", code)
    else:
        give_back_try("pin code", code)
        give_back_try("pin code a day", code, within=A_DAY)


def pin_for(submission: Submission) -> str:
    """The PIN of this letter, for its receipt; empty where it has none."""
    row = getattr(submission, "caller_pin", None)
    return receipts.pin_of(submission.code, bytes(row.salt), row.key_number) if row else ""


def pin_of_label(subject: str) -> str:
    """The PIN behind "submission:…", for sending it to the contact that was left; empty where none is."""
    label = subject.removeprefix("submission:")
    row = Submission.objects.select_related("caller_pin").filter(label=label).first()
    return pin_for(row) if row else ""
