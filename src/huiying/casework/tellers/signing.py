"""Sentences on the signatures of supporting units."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huiying.casework.tellers.words import Data, Teller, Words
from huiying.kernel.days import day_in_words


def _asked_to_sign(data: Data, words: Words) -> str:
    return _("Asked to co-sign version %(version)s by %(day)s: %(units)s.") % {
        "version": data.get("version", ""),
        "day": _day(data.get("due_on")),
        "units": words.listed(data.get("units") or []),
    }


def _day(text: Any) -> str:
    return day_in_words(date.fromisoformat(text)) if text else ""


def _signature(said: str) -> Teller:
    """The teller of what one unit did about a signature."""

    def tell(data: Data, words: Words) -> str:
        unit = words.unit(data.get("unit", ""))
        return _(said) % {"unit": unit, "version": data.get("version", "")}

    return tell


def _void(data: Data, words: Words) -> str:
    units = words.listed(data.get("units") or [])
    return _("The text or who helps has changed; no longer counts what was said by: %(units)s.") % {
        "units": units
    }


def _without(data: Data, words: Words) -> str:
    silent = data.get("silent") or []
    said_no = [code for code in data.get("units") or [] if code not in silent]
    told = []
    if silent:
        told.append(_("Did not answer in time: %(units)s.") % {"units": words.listed(silent)})
    if said_no:
        told.append(_("Did not co-sign: %(units)s.") % {"units": words.listed(said_no)})
    return " ".join([*told, _("The reviewer let the answer go out all the same.")])


def _co_signing(data: Data, _words: Words) -> str:
    if data.get("required"):
        return _("The supporting units must co-sign the answer.")
    return _("The supporting units need not co-sign the answer.")


SIGNING: dict[str, tuple[Teller, str]] = {
    "case.co_signing": (_co_signing, "plain"),
    "signature.ask": (_asked_to_sign, "info"),
    "signature.sign": (
        _signature(gettext_noop("%(unit)s co-signed version %(version)s.")),
        "success",
    ),
    "signature.refuse": (
        _signature(gettext_noop("%(unit)s does not co-sign version %(version)s.")),
        "warning",
    ),
    "signature.recall": (
        _signature(gettext_noop("%(unit)s is no longer asked to co-sign.")),
        "plain",
    ),
    "signature.void": (_void, "info"),
    "reply.decide_without": (_without, "warning"),
}
