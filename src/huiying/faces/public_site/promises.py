"""How long the agency takes: its promises in plain words, for everybody."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from huiying.kernel.names import localized
from huiying.routing.promises.definitions import Kind, Span
from huiying.routing.promises.reads import in_force
from huiying.routing.promises.wording import (
    PromiseSaid,
    cap_in_words,
    category_names,
    said,
    span_in_words,
)
from huiying.routing.reads import CategoryChoice, category_groups


@dataclass(frozen=True, slots=True)
class PublicPromisesPage:
    """`stages` with their promises; `topics` are groups of (topic, time for an answer)."""

    about: str
    stages: list[tuple[str, list[PromiseSaid]]]
    extension: str
    topics: list[tuple[str, list[tuple[str, str]]]]


@login_not_required
@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """What is promised for each stage, and each topic's own time for an answer."""
    found = in_force()
    lines = said(found, category_names()) if found else []
    page = PublicPromisesPage(
        about=localized(found.about) if found else "",
        stages=[(stage, list(each)) for stage, each in groupby(lines, key=lambda one: one.stage)],
        extension=cap_in_words(found.extension) if found else "",
        topics=[
            (localized(group.name), [_topic(leaf) for leaf in group.leaves])
            for group in category_groups(offered_only=True)
        ],
    )
    return render(request, "public_site/promises.html", {"page": page})


def _topic(leaf: CategoryChoice) -> tuple[str, str]:
    kind = Kind.WORKING_DAYS if leaf.working_days else Kind.CALENDAR_DAYS
    return localized(leaf.name), span_in_words(Span(leaf.target_days, kind))


urls = [path("promises/", promises, name="promises")]
