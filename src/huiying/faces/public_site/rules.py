"""Where letters go by rule, for everybody."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from huiying.casework.places import all_categories, all_units
from huiying.routing.learned import use_in_force
from huiying.routing.rules.reads import rules_in_force, rules_of
from huiying.routing.rules.wording import RuleSaid, said


@dataclass(frozen=True, slots=True)
class PublicRulesPage:
    """The rules in force, of version `number` (0: none), and the version of the model (0: none)."""

    rules: list[RuleSaid]
    number: int
    since: datetime | None
    model: int


@login_not_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule in force, in order, and whether a model suggests."""
    version, use = rules_in_force(), use_in_force()
    page = PublicRulesPage(
        rules=said(
            rules_of(version),
            categories={line.code: line.name for line in all_categories().lines},
            units={line.code: line.name for line in all_units().lines},
        ),
        number=version.number if version else 0,
        since=version.adopted_at if version else None,
        model=use.learned.number if use and use.learned else 0,
    )
    return render(request, "public_site/rules.html", {"page": page})


urls = [path("rules/", rules, name="rules")]
