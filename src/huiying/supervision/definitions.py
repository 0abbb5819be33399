"""What one version of an escalation policy says, as data, and how an administrator writes it: TOML.

quiet = "20:00-08:00"        # nothing is sent then; it waits for the end
quiet_on_days_off = true     # nor on days on which the agency's calendar has no hours
digest_at = "08:30"          # when the steps that are told together go out

[[step]]
at = 80                      # percent of the time; 100: due, 200: once over, 300: twice over
tell = ["holders"]           # holders, unit_head, agency_supervisor, leader
digest = false               # true: once a day in one notice
acknowledge_within = 4       # working hours until the next above are told; 0: nobody need take note
on_duty = true               # outside the hours of the unit that has it, tell who is on duty too, at once

No step at all: nobody is told anything.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.kernel import toml
from huiying.kernel.refusals import Invalid
from huiying.notices.quiet_hours import QuietHours
from huiying.supervision.states import LADDER, Audience

KNOWN = {"quiet", "quiet_on_days_off", "digest_at", "step"}
OF_A_STEP = {"at", "tell", "digest", "acknowledge_within", "on_duty"}
HIGHEST, MOST_STEPS, LONGEST_WAIT = 1000, 12, 240
LONGEST_TEXT = 10_000
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """`at` percent of the time a case has, tell these, in a day's digest or at once.

    `acknowledge_within` working hours somebody takes note, or the next above are told; 0: no need.
    `on_duty`: outside the hours of the unit that has the case, whoever is on duty is told too.
    """

    at: int
    tell: tuple[Audience, ...]
    digest: bool = False
    acknowledge_within: int = 0
    on_duty: bool = False

    @property
    def highest(self) -> Audience:
        return self.tell[-1]


@dataclass(frozen=True, slots=True)
class Definition:
    """`digest_at` in minutes after midnight."""

    steps: tuple[Step, ...] = ()
    quiet: QuietHours | None = None
    quiet_on_days_off: bool = False
    digest_at: int = 510

    def step(self, at: int) -> Step | None:
        """The step at this percentage."""
        return next((each for each in self.steps if each.at == at), None)

    def as_data(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "quiet": "-".join(map(_clock, astuple(self.quiet))) if self.quiet else "",
            "quiet_on_days_off": self.quiet_on_days_off,
            "digest_at": _clock(self.digest_at),
            "step": [_step_data(step) for step in self.steps],
        }

    def as_text(self) -> str:
        """As an administrator writes it."""
        data = self.as_data()
        steps = data.pop("step")
        parts = ["".join(f"{name} = {json.dumps(value)}\n" for name, value in data.items())]
        parts += [
            "[[step]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in row.items())
            for row in steps
        ]
        return "\n".join(parts)

    def digest(self) -> str:
        """SHA-256 of what it says."""
        text = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _step_data(step: Step) -> dict[str, Any]:
    """Without what came later and is not asked for: policies of before keep their digest."""
    said: dict[str, Any] = {
        "at": step.at,
        "tell": [each.value for each in step.tell],
        "digest": step.digest,
        "acknowledge_within": step.acknowledge_within,
    }
    return said | ({"on_duty": True} if step.on_duty else {})


def read_policy(text: str) -> Definition:
    """The policy in a TOML text; raises Invalid, naming what is wrong."""
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("This is too long for a policy."), field="text")
    try:
        read = toml.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(
            _("This TOML file cannot be read: %(why)s") % {"why": error}, field="text"
        ) from None
    return from_data(read)


def usual() -> str:
    """The text of the policy that most desks begin with."""
    return (Path(__file__).parent / "usual.toml").read_text("utf-8")


def from_data(data: Mapping[str, Any]) -> Definition:
    """The policy that was stored or read; raises Invalid, naming what is wrong."""
    _refuse_unknown(data, KNOWN)
    rows = data.get("step", [])
    if not isinstance(rows, list) or len(rows) > MOST_STEPS:
        raise _wrong("step")
    steps = tuple(sorted((_step(row) for row in rows), key=lambda step: step.at))
    if len({step.at for step in steps}) < len(steps):
        raise Invalid(_("Two steps stand at the same percentage."), field="text")
    return Definition(
        steps,
        quiet=_span(data.get("quiet", "")),
        quiet_on_days_off=_bool(data, "quiet_on_days_off"),
        digest_at=_minutes(data.get("digest_at", "08:30"), "digest_at"),
    )


def _step(row: Any) -> Step:
    _refuse_unknown(row, OF_A_STEP)
    tell = row.get("tell")
    if not isinstance(tell, list) or not tell or not set(map(str, tell)) <= set(Audience.values):
        raise _wrong("tell")
    return Step(
        at=_whole(row.get("at"), "at", 1, HIGHEST),
        tell=tuple(each for each in LADDER if each.value in tell),
        digest=_bool(row, "digest"),
        acknowledge_within=_whole(
            row.get("acknowledge_within", 0), "acknowledge_within", 0, LONGEST_WAIT
        ),
        on_duty=_bool(row, "on_duty"),
    )


def _wrong(name: str) -> Invalid:
    return Invalid(_("This cannot be understood: %(name)s") % {"name": name}, field="text")


def _refuse_unknown(table: object, known: set[str]) -> None:
    if not isinstance(table, Mapping):
        raise _wrong("step")
    for name in table:
        if name not in known:
            raise _wrong(str(name))


def _whole(value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _wrong(name)
    return value


def _bool(table: Mapping[str, Any], name: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(name)
    return value


def _minutes(value: object, name: str) -> int:
    hour, colon, minute = str(value).partition(":")
    if colon and len(hour) == len(minute) == 2 and (hour + minute).isdecimal():
        found = int(hour) * 60 + int(minute)
        if found < DAY and int(minute) < 60:
            return found
    raise _wrong(name)


def _span(value: object) -> QuietHours | None:
    if value == "":
        return None
    begins, _dash, ends = str(value).partition("-")
    span = QuietHours(_minutes(begins, "quiet"), _minutes(ends, "quiet"))
    if span.begins == span.ends:
        raise _wrong("quiet")
    return span


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
