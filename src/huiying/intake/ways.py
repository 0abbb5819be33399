"""How a writer hears from the desk: what this agency offers, and which contact each way needs."""

import unicodedata
from collections.abc import Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid
from huiying.notices.served import is_served
from huiying.notices.states import Way

LONGEST_CONTACT = {"email": 254, "phone": 40, "address": 300}
FEWEST_DIGITS = 5
MOST_DIGITS = 15  # ITU-T E.164
NEEDS = {Way.MAIL: "email", Way.SMS: "phone", Way.LETTER: "address", Way.CALL: "phone"}
MISSING: dict[Way, str | Promise] = {
    Way.MAIL: _("Write the e-mail address to which we should write."),
    Way.SMS: _("Write the mobile number to which we should send the message."),
    Way.LETTER: _("Write the name and address for the envelope."),
    Way.CALL: _("Write the number that we should call."),
}


def offered() -> tuple[Way, ...]:
    """The page, and what the agency has switched on."""
    return (Way.PAGE, *(way for way in NEEDS if way in settings.ANSWER_WAYS))


def plain_number(typed: str) -> str | None:
    """The digits of a telephone number, with the + of a foreign one; None where it is none."""
    folded = unicodedata.normalize("NFKC", typed).strip()
    digits = "".join(each for each in folded if each.isdigit() and each.isascii())
    known = all(each.isdigit() or each in " -–()./+" for each in folded)
    if not known or not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
        return None
    return f"+{digits}" if folded.startswith("+") else digits


def check_way(hears_by: str, contact: Mapping[str, str]) -> None:
    """Refuse a way that is not offered, and one without the contact that it needs; names the field.

    Empty: nobody asked; an e-mail address is then what it always was.
    """
    if not hears_by:
        return
    if hears_by not in offered():
        raise Invalid(_("Choose one from the list."), field="hears_by")
    way = Way(hears_by)
    kind = NEEDS.get(way)
    if kind is None:
        return
    value = contact.get(kind, "")
    if not value:
        raise Invalid(MISSING[way], field=kind)
    if len(value) > LONGEST_CONTACT[kind] or (kind == "email" and "@" not in value):
        raise Invalid(MISSING[way], field=kind)
    if kind == "phone" and plain_number(value) is None:
        raise Invalid(_("This is not a phone number."), field=kind)
    if way == Way.SMS and not is_served(plain_number(value) or ""):
        raise Invalid(
            _("We cannot send text messages to this number. Check it, or choose another way."),
            field=kind,
        )
