"""Rules in words, for whoever they concern: everybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiying.intake.states import Channel
from huiying.kernel.names import listed, localized
from huiying.routing.rules.definitions import Rule, RuleSet

type Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """One rule: its number, when it fits, where the letter goes, and why."""

    number: int
    when: tuple[str, ...]
    then: tuple[str, ...]
    note: str


def said(rules: RuleSet, *, categories: Names, units: Names) -> list[RuleSaid]:
    """The rules in their order; `categories` and `units` are names by code."""
    return [
        RuleSaid(number, _when(rule, categories), _then(rule, categories, units), rule.note)
        for number, rule in enumerate(rules.rules, 1)
    ]


def _named(codes: Iterable[str], names: Names) -> str:
    return listed(localized(names.get(code)) or code for code in codes)


def _when(rule: Rule, categories: Names) -> tuple[str, ...]:
    channels = dict(Channel.choices)
    found = []
    if rule.category:
        found.append(
            _("the writer chose: %(names)s") % {"names": _named(rule.category, categories)}
        )
    if rule.words:
        found.append(_("the letter says: %(words)s") % {"words": listed(rule.words)})
    if rule.place:
        found.append(_("the place says: %(words)s") % {"words": listed(rule.place)})
    if rule.channel:
        ways = listed(str(channels.get(each, each)) for each in rule.channel)
        found.append(_("it came by: %(ways)s") % {"ways": ways})
    if rule.start:
        hours = {"start": rule.start, "until": rule.until}
        found.append(_("it came between %(start)s and %(until)s") % hours)
    return tuple(found)


def _then(rule: Rule, categories: Names, units: Names) -> tuple[str, ...]:
    found = []
    if rule.to:
        found.append(_("category: %(name)s") % {"name": _named([rule.to], categories)})
    if rule.unit:
        found.append(_("unit: %(name)s") % {"name": _named([rule.unit], units)})
    return tuple(found)
