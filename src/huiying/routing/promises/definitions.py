"""What one version of the promises says, as data, and how a promise is reckoned."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiying.clocks.working_time import Due, Timetable, add_working, add_working_days
from huiying.harm.facts import Level


class Stage(models.TextChoices):
    """In the order of a case's way."""

    FIRST_CONTACT = "first_contact", _("First contact")
    ACCEPT = "accept", _("Accepted or sent back by the unit")
    INTERIM = "interim", _("Interim report")
    SOLVE = "solve", _("Answer")
    PUBLISH = "publish", _("Published answer")


class Source(models.TextChoices):
    """Who says so."""

    LAW = "law", _("Law or rule from above")
    AGENCY = "agency", _("Target of the agency")
    UNIT = "unit", _("Target of the unit")


class Kind(models.TextChoices):
    MINUTES = "minutes", _("minutes")
    WORKING_HOURS = "working_hours", _("working hours")
    WORKING_DAYS = "working_days", _("working days")
    CALENDAR_DAYS = "calendar_days", _("calendar days")


# One of each, where no calendar counts.
ONE: dict[str, timedelta] = {
    Kind.MINUTES: timedelta(minutes=1),
    Kind.WORKING_HOURS: timedelta(hours=1),
    Kind.WORKING_DAYS: timedelta(days=1),
    Kind.CALENDAR_DAYS: timedelta(days=1),
}

# How long one of each is in an ordinary week of forty hours.
ROUGHLY: Mapping[str, timedelta] = ONE | {
    Kind.WORKING_HOURS: timedelta(days=7) / 40,
    Kind.WORKING_DAYS: timedelta(days=7) / 5,
}


@dataclass(frozen=True, slots=True)
class Span:
    """So many of a kind. Working time without a calendar is counted day and night."""

    amount: int
    kind: str

    def due(self, start: datetime, timetable: Timetable | None) -> Due:
        """When it is over: working days end with the last one's hours, the day of `start` not counted."""
        if timetable is not None and self.kind == Kind.WORKING_DAYS:
            return add_working_days(start, self.amount, timetable)
        plain = ONE[self.kind] * self.amount
        if timetable is not None and self.kind == Kind.WORKING_HOURS:
            return add_working(start, plain, timetable)
        return Due(start + plain, provisional=False)

    @property
    def roughly(self) -> timedelta:
        """How long it is in an ordinary week, whenever it begins."""
        return ROUGHLY[self.kind] * self.amount

    @property
    def by_calendar(self) -> bool:
        """Whether it hangs on working hours and holidays."""
        return self.kind in (Kind.WORKING_HOURS, Kind.WORKING_DAYS)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a promise is chosen by: the codes of the category and of all above it, urgency, channel."""

    categories: frozenset[str]
    level: Level
    channel: str


@dataclass(frozen=True, slots=True)
class Promise:
    """One rule. An empty `category`, no `danger`, `urgency` or `channels` fit every matter.

    `danger`: what is urgent at once, or what is not; `urgency` are codes of levels. `basis` says in each
    language where it comes from; `cite` names the paper itself.
    """

    stage: str
    source: str
    span: Span
    basis: Mapping[str, str]
    cite: str = ""
    category: str = ""
    danger: bool | None = None
    channels: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()

    def fits(self, matter: Matter) -> bool:
        """Whether it was given for this matter."""
        return (
            (not self.category or self.category in matter.categories)
            and self.danger in (None, matter.level == Level.NOW)
            and (not self.urgency or matter.level.code in self.urgency)
            and (not self.channels or matter.channel in self.channels)
        )

    def as_data(self) -> dict[str, Any]:
        # Versions adopted before urgency had levels keep their digest.
        urgency = {"urgency": list(self.urgency)} if self.urgency else {}
        return urgency | {
            "stage": self.stage,
            "source": self.source,
            "amount": self.span.amount,
            "kind": self.span.kind,
            "basis": dict(self.basis),
            "cite": self.cite,
            "category": self.category,
            "danger": self.danger,
            "channels": list(self.channels),
        }


@dataclass(frozen=True, slots=True)
class Cap:
    """How often an answer's time may be extended in a round, and by how much at most from when it is due."""

    times: int
    span: Span


# Where no version says anything else.
USUAL_CAP = Cap(1, Span(10, Kind.WORKING_DAYS))


@dataclass(frozen=True, slots=True)
class PromiseSet:
    """One version: `name` and `about` in each language, for the public page."""

    name: Mapping[str, str]
    about: Mapping[str, str]
    promises: tuple[Promise, ...]
    extension: Cap = USUAL_CAP

    def fitting(self, matter: Matter) -> tuple[Promise, ...]:
        """The promises given for this matter, in the order of the file."""
        return tuple(each for each in self.promises if each.fits(matter))

    def as_data(self) -> dict[str, Any]:
        return {
            "name": dict(self.name),
            "about": dict(self.about),
            "extension": {
                "times": self.extension.times,
                "amount": self.extension.span.amount,
                "kind": self.extension.span.kind,
            },
            "promises": [each.as_data() for each in self.promises],
        }

    def digest(self) -> str:
        """SHA-256 of the data, in one way of writing it."""
        text = json.dumps(self.as_data(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def from_data(data: Mapping[str, Any]) -> PromiseSet:
    """What `as_data` wrote."""
    cap = data["extension"]
    return PromiseSet(
        name=data["name"],
        about=data["about"],
        promises=tuple(
            Promise(
                stage=row["stage"],
                source=row["source"],
                span=Span(row["amount"], row["kind"]),
                basis=row["basis"],
                cite=row["cite"],
                category=row["category"],
                danger=row["danger"],
                channels=tuple(row["channels"]),
                urgency=tuple(row.get("urgency", ())),
            )
            for row in data["promises"]
        ),
        extension=Cap(cap["times"], Span(cap["amount"], cap["kind"])),
    )


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A promise with the moment at which it is to be kept."""

    promise: Promise
    due: Due


def reckoned(
    promises: Iterable[Promise], stage: str, start: datetime, timetable: Timetable | None
) -> tuple[Reckoned, ...]:
    """The promises for this stage, the tightest first: it counts. Of two that end at once, law goes first."""
    found = [
        Reckoned(each, each.span.due(start, timetable)) for each in promises if each.stage == stage
    ]
    ranks = list(Source)
    return tuple(
        sorted(found, key=lambda one: (one.due.at, ranks.index(Source(one.promise.source))))
    )
