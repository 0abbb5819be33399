"""A promise in plain words, in the active language."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from huiying.harm.facts import CODES
from huiying.intake.states import Channel
from huiying.kernel.names import listed, localized
from huiying.routing.models import Category
from huiying.routing.promises.definitions import Cap, Kind, Promise, PromiseSet, Source, Span, Stage

HOUR = 60
type Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PromiseSaid:
    """One promise: `within` how long, `whom` it is for, `who` says so and on what `basis`."""

    stage: str
    within: str
    whom: str
    who: str
    basis: str
    cite: str


def category_names() -> dict[str, dict[str, str]]:
    """The name of every category by its code. One query."""
    return dict(Category.objects.values_list("code", "name"))


def said(promises: PromiseSet, names: Names) -> list[PromiseSaid]:
    """Every promise, in the order of a case's way and of the file."""
    order = {stage: place for place, stage in enumerate(Stage.values)}
    return [
        promise_in_words(each, names)
        for each in sorted(promises.promises, key=lambda one: order[one.stage])
    ]


def promise_in_words(promise: Promise, names: Names) -> PromiseSaid:
    """`names` are those of the categories by code."""
    return PromiseSaid(
        stage=str(Stage(promise.stage).label),
        within=_("within %(span)s") % {"span": span_in_words(promise.span)},
        whom=_whom(promise, names),
        who=str(Source(promise.source).label),
        basis=localized(promise.basis),
        cite=promise.cite,
    )


def _whom(promise: Promise, names: Names) -> str:
    said = []
    if promise.category:
        said.append(localized(names.get(promise.category)) or promise.category)
    if promise.danger is not None:
        danger = _("somebody is in danger"), _("nobody is in danger")
        said.append(danger[0] if promise.danger else danger[1])
    if promise.urgency:
        levels = listed(str(CODES[code].label) for code in promise.urgency)
        said.append(_("urgency: %(levels)s") % {"levels": levels})
    if promise.channels:
        said.append(listed(str(Channel(each).label) for each in promise.channels))
    return " · ".join(said) or _("every letter")


def span_in_words(span: Span) -> str:
    """5 working days · 24 hours."""
    kind, amount = Kind(span.kind), span.amount
    if kind == Kind.MINUTES and amount % HOUR == 0:
        amount //= HOUR
        words = npgettext("time", "%(count)d hour", "%(count)d hours", amount)
    elif kind == Kind.MINUTES:
        words = npgettext("time", "%(count)d minute", "%(count)d minutes", amount)
    elif kind == Kind.WORKING_HOURS:
        words = npgettext("time", "%(count)d working hour", "%(count)d working hours", amount)
    elif kind == Kind.WORKING_DAYS:
        words = npgettext("time", "%(count)d working day", "%(count)d working days", amount)
    else:
        words = npgettext("time", "%(count)d day", "%(count)d days", amount)
    return words % {"count": amount}


def cap_in_words(cap: Cap) -> str:
    """How far the time for an answer may be extended."""
    if not cap.times:
        return _("The time for an answer is not extended.")
    return ngettext(
        "The time for an answer can be extended once, by %(span)s at most, with a reason that the "
        "writer sees and by the decision of a second person.",
        "The time for an answer can be extended %(count)d times, by %(span)s at most each time, with a "
        "reason that the writer sees and by the decision of a second person.",
        cap.times,
    ) % {"count": cap.times, "span": span_in_words(cap.span)}


def in_short(promise: Promise) -> str:
    """How long, who says so, and on what grounds, in a line."""
    grounds = " ".join(filter(None, [localized(promise.basis), promise.cite]))
    said = {
        "within": _("within %(span)s") % {"span": span_in_words(promise.span)},
        "who": str(Source(promise.source).label),
        "grounds": grounds,
    }
    if not grounds:
        return _("%(who)s: %(within)s") % said
    return _("%(who)s: %(within)s (%(grounds)s)") % said
