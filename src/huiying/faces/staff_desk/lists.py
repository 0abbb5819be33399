"""The lists of cases in addresses: which list, how it is narrowed and sorted, where in it."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from huiying.casework.queues import Wanted

NAMES = {
    "sort": gettext_lazy("To sort"),
    "assign": gettext_lazy("To assign"),
    "ours": gettext_lazy("Our work"),
    "support": gettext_lazy("We help"),
    "late": pgettext_lazy("list", "Late"),
    "sent_back": gettext_lazy("Sent back twice"),
    "more_time": gettext_lazy("Asks for time"),
    "open": gettext_lazy("All open"),
    "answered": pgettext_lazy("list", "Answered"),
    "closed": pgettext_lazy("list", "Closed"),
    "all": pgettext_lazy("list", "All"),
}
LONGEST = 100


def wanted_of(query: QueryDict) -> Wanted:
    """What the address asks for; unknown values find nothing, unknown names are ignored."""
    texts: tuple[str, ...] = (
        "tab",
        "state",
        "unit",
        "category",
        "channel",
        "urgency",
        "sort",
        "after",
        "before",
        "left",
    )
    asked: dict[str, Any] = {
        name: query.get(name, "")[:LONGEST].replace("\0", "") for name in texts
    }
    asked |= {name: bool(query.get(name)) for name in ("late", "conduct")}
    return Wanted(**asked)


def query_of(wanted: Wanted, **changes: Any) -> str:
    """The list as the part of an address from `?` on; without a place in it, its first page."""
    shown = fields_of(wanted, **changes)
    return f"?{urlencode(shown)}" if shown else ""


def fields_of(wanted: Wanted, **changes: Any) -> list[tuple[str, str]]:
    """The same as (name, value), for the hidden fields of a form."""
    asked = {name: getattr(wanted, name) for name in Wanted.__slots__}
    asked |= {"after": "", "before": ""} | changes
    return [
        (name, str(int(value) if value is True else value))
        for name, value in asked.items()
        if value
    ]


def address(wanted: Wanted, **changes: Any) -> str:
    """The address of a list."""
    return reverse("staff_desk:queue") + query_of(wanted, **changes)
