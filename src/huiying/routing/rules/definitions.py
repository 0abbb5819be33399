"""Rules that say where a letter goes: data, in order, the first that fits counts.

A rule reads what the letter is about, the words of it, the place, the channel and the hour: never who
wrote it, and it says a category and a unit, never how urgent something is. Written as TOML.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Any

import tomli_w
from django.utils import timezone
from django.utils.translation import gettext as _

from huiying.finding.folding import fold
from huiying.finding.masking import mask
from huiying.kernel import toml
from huiying.kernel.refusals import Invalid

MOST_RULES, MOST_WORDS, LONGEST_WORD = 200, 100, 60
CONDITIONS = ("category", "words", "place", "channel")
TEXTS = ("from", "until", "to", "unit", "note")
HOUR = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a rule reads of a letter; `category` is the code that the writer chose, or empty."""

    text: str
    place: str
    channel: str
    category: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """Every condition that is given must hold; of several words, places and so on one is enough.

    `start` and `until` are hours of the day here, "22:00"; from the later to the earlier is overnight.
    `to` is a category's code, `unit` a unit's; one of them may be empty.
    """

    category: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    start: str = ""
    until: str = ""
    to: str = ""
    unit: str = ""
    note: str = ""

    def fits(self, letter: "Folded") -> bool:
        """Whether every condition holds."""
        return (
            (not self.category or letter.given.category in self.category)
            and (not self.channel or letter.given.channel in self.channel)
            and (not self.place or any(fold(each) in letter.place for each in self.place))
            and (not self.words or any(fold(each) in letter.text for each in self.words))
            and (not self.start or _between(self.start, self.until, letter.given.received_at))
        )


@dataclass(frozen=True)
class Folded:
    """A letter made ready once for all rules: masked, and written one way."""

    given: Letter

    @cached_property
    def text(self) -> str:
        return fold(mask(self.given.text))

    @cached_property
    def place(self) -> str:
        return fold(self.given.place)


@dataclass(frozen=True, slots=True)
class Hit:
    """The rule that fits, by its number from one, and what it says."""

    number: int
    category: str
    unit: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    rules: tuple[Rule, ...] = field(default=())

    def hit(self, letter: Letter) -> Hit | None:
        """What the first rule that fits says, None where none does."""
        return self.first(Folded(letter))

    def first(self, folded: Folded) -> Hit | None:
        """The same for a letter that was made ready."""
        for number, rule in enumerate(self.rules, 1):
            if rule.fits(folded):
                return Hit(number, rule.to, rule.unit)
        return None

    def as_data(self) -> list[dict[str, Any]]:
        """For the database; `from_data` reads it."""
        return [
            {name: value for name, value in asdict(rule).items() if value} for rule in self.rules
        ]

    def digest(self) -> str:
        """SHA-256 of it."""
        text = json.dumps(self.as_data(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def from_data(rows: Sequence[dict[str, Any]]) -> RuleSet:
    """What `as_data` gave."""
    return RuleSet(tuple(_from_row(row) for row in rows))


def write_rules(rules: RuleSet) -> str:
    """The text that reads as these rules, to be changed and proposed; empty for none."""
    rows = [
        {"from" if name == "start" else name: value for name, value in row.items()}
        for row in rules.as_data()
    ]
    return tomli_w.dumps({"rule": rows}) if rows else ""


def _from_row(row: dict[str, Any]) -> Rule:
    lists: dict[str, Any] = {name: tuple(row.get(name, ())) for name in CONDITIONS}
    return Rule(**lists, **{name: row[name] for name in row if name not in CONDITIONS})


def _between(start: str, until: str, moment: datetime) -> bool:
    at = timezone.localtime(moment).time()
    first, last = time.fromisoformat(start), time.fromisoformat(until)
    return first <= at < last if first <= last else at >= first or at < last


def read_rules(text: str, *, categories: set[str], units: set[str]) -> RuleSet:
    """The rules of a TOML text with tables `[[rule]]`. Raises Invalid, naming the rule.

    `categories` and `units` are the codes that a rule may name.
    """
    try:
        given = toml.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(_("This is not TOML: %(why)s") % {"why": error}, field="text") from error
    rows = given.get("rule", [])
    tables = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    if set(given) - {"rule"} or not tables:
        raise Invalid(_("Write each rule under a line with [[rule]]."), field="text")
    if len(rows) > MOST_RULES:
        raise Invalid(_("At most %(most)d rules.") % {"most": MOST_RULES}, field="text")
    known = {"category": categories, "to": categories, "unit": units}
    return RuleSet(tuple(_rule(row, number, known) for number, row in enumerate(rows, 1)))


def _rule(row: dict[str, Any], number: int, known: dict[str, set[str]]) -> Rule:
    lists = {name: _listed(row.get(name, [])) for name in CONDITIONS}
    texts = {name: row.get(name, "") for name in TEXTS}
    fault = _misshapen(row, lists, texts)
    asked = {name: value or () for name, value in lists.items()}
    fault = fault or _unknown(asked, texts, known) or _meaningless(asked, texts)
    if fault:
        said = {"number": number, "why": fault}
        raise Invalid(_("Rule %(number)d: %(why)s") % said, field="text")
    return Rule(
        **asked,
        start=texts["from"],
        until=texts["until"],
        to=texts["to"],
        unit=texts["unit"],
        note=texts["note"][:500],
    )


def _misshapen(
    row: dict[str, Any], lists: dict[str, tuple[str, ...] | None], texts: dict[str, Any]
) -> str:
    """What of it no rule has; empty where all is well."""
    foreign = set(row) - {*CONDITIONS, *TEXTS}
    if foreign:
        return _("it cannot ask for “%(name)s”.") % {"name": min(foreign)}
    if None in lists.values() or not all(_is_text(text) for text in texts.values()):
        return _("words stand between quotation marks, several in brackets.")
    if not _hours_fit(texts["from"], texts["until"]):
        return _('hours are written as from = "22:00", until = "06:00".')
    return ""


def _unknown(
    asked: dict[str, tuple[str, ...]], texts: dict[str, str], known: dict[str, set[str]]
) -> str:
    """Which code is none of a category or unit; empty where all are."""
    named = {"category": asked["category"], "to": (texts["to"],), "unit": (texts["unit"],)}
    for name, codes in named.items():
        for code in codes:
            if code and code not in known[name]:
                return _("“%(code)s” is not known.") % {"code": code}
    return ""


def _meaningless(asked: dict[str, tuple[str, ...]], texts: dict[str, str]) -> str:
    """What the rule lacks, or must not ask for; empty where all is well."""
    if not any([*asked.values(), texts["from"]]):
        return _("it needs a condition.")
    if not texts["to"] and not texts["unit"]:
        return _("it needs a category (to) or a unit.")
    if any(
        mask(word) != word or not fold(word).strip() for word in asked["words"] + asked["place"]
    ):
        return _("a rule asks for no number, name or address of anybody.")
    return ""


def _listed(value: Any) -> tuple[str, ...] | None:
    """One text or several as a tuple, None for anything else."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or len(values) > MOST_WORDS:
        return None
    if not all(_is_text(each) and 0 < len(each) <= LONGEST_WORD for each in values):
        return None
    return tuple(values)


def _is_text(value: Any) -> bool:
    """The database keeps no NUL."""
    return isinstance(value, str) and "\0" not in value


def _hours_fit(start: str, until: str) -> bool:
    if not start and not until:
        return True
    return all(HOUR.fullmatch(each) for each in (start, until)) and start != until
