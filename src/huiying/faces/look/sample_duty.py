"""What the gallery shows of the duty roster."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS

from huiying.faces.look import dates
from huiying.faces.look.sample_words import say
from huiying.kernel import time


def on_duty() -> list[tuple[str, str, str]]:
    until = say("到 20:00", "until 20:00")
    return [
        (say("值班室", "Duty room"), say("李敏", "Li Min"), until),
        (say("带班领导", "Leader on duty"), "", until),
    ]


def days() -> list[dict[str, Any]]:
    """A week with every state: mine, changed, nobody, a holiday, a made-up workday."""
    today = timezone.localdate(time.now())
    first = today - timedelta(days=today.weekday())
    return [_day(first + timedelta(days=place), place, today) for place in range(7)]


def _day(day: Any, place: int, today: Any) -> dict[str, Any]:
    people = [say("李敏", "Li Min"), say("王强", "Wang Qiang"), say("欧阳文静", "Ouyang Wenjing")]
    mine, nobody = place == 1, place == 3
    shifts = [
        {"hours": "08:00–20:00", "name": say("白班", "Day"), "who": people[place % 3], "url": "#",
         "mine": mine, "changed": place == 2},
        {"hours": say("20:00–08:00（次日）", "20:00–08:00 next day"), "name": say("夜班", "Night"),
         "who": "" if nobody else people[(place + 1) % 3], "url": "#", "mine": False, "changed": False},
    ]  # fmt: skip
    marks = {4: say("假日", "Holiday"), 6: say("调休上班日", "Make-up workday")}
    return {
        "day": dates.on_day(day),
        "number": str(day.day),
        "weekday": str(WEEKDAYS[day.weekday()]),
        "today": day == today,
        "beside": False,
        "mark": marks.get(place, ""),
        "shifts": [] if place == 5 else shifts,
    }
