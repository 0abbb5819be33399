"""How the pages of the briefs are addressed: by day, hour and version."""

from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import register_converter, reverse
from django.utils.translation import gettext as _

from huiying.insight.errors import NoBrief
from huiying.insight.periods import read_hour, usual_hour
from huiying.insight.reads import BriefHead


class DayConverter:
    """A day in an address: 2026-11-21."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")


def hour_of(request: HttpRequest) -> time:
    """The hour in the address, or the usual one; raises WrongHour."""
    given = request.GET.get("until", "")
    return read_hour(given) if given else usual_hour()


def version_of(request: HttpRequest) -> int | None:
    """The version in the address; raises NoBrief for one that cannot be."""
    given = request.GET.get("version", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit()) or len(given) > 4:
        raise NoBrief
    return int(given)


def address(name: str, brief: BriefHead, **more: Any) -> str:
    """The address `name` for this very count of a brief, with more to its query."""
    known = {"until": f"{brief.until:%H:%M}", "version": brief.version}
    return f"{reverse(name, args=[brief.day])}?{urlencode(known | more)}"


def trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The breadcrumbs from the list of briefs on."""
    return [(_("Daily briefs"), reverse("staff_desk:briefs")), *more]
