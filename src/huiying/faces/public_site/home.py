"""The home page, and the pages that say what this desk does and never does."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import dateformat
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from huiying.casework.looks import reveals_by_month
from huiying.faces.public_site.forms import FollowForm
from huiying.faces.public_site.pages import NEVER, HomePage, NeverPage, PrivacyPage
from huiying.intake.states import RevealReason
from huiying.kernel.names import chinese
from huiying.replies.reads import latest_answers
from huiying.retention.reads import rules_in_force


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and the ways in."""
    page = HomePage(FollowForm(), latest_answers())
    return render(request, "public_site/home.html", {"page": page})


@login_not_required
@require_safe
def never(request: HttpRequest) -> HttpResponse:
    """What this desk never does."""
    return render(request, "public_site/never.html", {"page": NeverPage(NEVER)})


def _month(day: date) -> str:
    """2026年11月 · November 2026."""
    return dateformat.format(day, "Y年n月" if chinese() else "F Y")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, and who sees it."""
    columns: list[dict[str, object]] = [{"label": pgettext("column", "Month")}]
    columns += [{"label": label, "numeric": True} for _code, label in RevealReason.choices]
    months = tuple(
        (_month(line.month), *(f"{count:,}" for count in line.counts))
        for line in reveals_by_month()
    )
    rules = rules_in_force()
    page = PrivacyPage(
        rules.contact_months if rules else None,
        rules.words_months if rules else None,
        tuple(columns),
        months,
    )
    return render(request, "public_site/privacy.html", {"page": page})


urls = [
    path("", home, name="home"),
    path("never/", never, name="never"),
    path("privacy/", privacy, name="privacy"),
]
