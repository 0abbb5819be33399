"""What one version of an escalation policy says, as data, and how an administrator writes it: TOML.

quiet = "20:00-08:00"        # nothing is sent then; it waits for the end
quiet_on_days_off = true     # nor on days on which the agency's calendar has no hours
digest_at = "08:30"          # when the steps that are told together go out

[[step]]
stage = "first_contact"      # whose clock: first_contact, accept, interim, publish; left out: the answer's
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
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from huiying.kernel import toml
from huiying.kernel.refusals import Invalid
from huiying.notices.quiet_hours import QuietHours
from huiying.routing.promises.definitions import Stage
from huiying.supervision.lines import broken_at, line_of
from huiying.supervision.states import LADDER, Audience

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

KNOWN = ("quiet", "quiet_on_days_off", "digest_at", "step")
OF_A_STEP = ("stage", "at", "tell", "digest", "acknowledge_within", "on_duty")
BROKEN = _(
    'This line cannot be read. Each line says name = value; times and names stand in "quotation marks", '
    'those who are told in brackets, as ["holders"], and every step begins with [[step]].'
)
A_STEP = _("Write each step under a line of its own that says [[step]], at most thirty.")
WHOM = _(
    'Write one or more of these, as ["holders", "unit_head"]: holders, unit_head, agency_supervisor, leader.'
)
WHICH = _(
    'Write "first_contact", "accept", "interim" or "publish", or leave the line out for the answer.'
)
AN_HOUR = _('Write an hour with two digits and in quotation marks, as "08:30".')
A_NIGHT = _('Write from when until when, in quotation marks, as "20:00-08:00".')
HIGHEST, MOST_STEPS, LONGEST_WAIT = 1000, 30, 240
LONGEST_TEXT = 10_000
# The answer's steps go first, so that policies of before keep their digest and their look.
PLACES = {Stage.SOLVE: -1} | {
    stage: place for place, stage in enumerate(Stage) if stage != Stage.SOLVE
}
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """`at` percent of the time a case has for the stage, tell these, in a day's digest or at once.

    `acknowledge_within` working hours somebody takes note, or the next above are told; 0: no need.
    `on_duty`: outside the hours of the unit that has the case, whoever is on duty is told too.
    """

    at: int
    tell: tuple[Audience, ...]
    digest: bool = False
    acknowledge_within: int = 0
    on_duty: bool = False
    stage: Stage = Stage.SOLVE

    @property
    def highest(self) -> Audience:
        return self.tell[-1]


@dataclass(frozen=True, slots=True)
class Definition:
    """`steps` by stage, that of the answer first; `digest_at` in minutes after midnight."""

    steps: tuple[Step, ...] = ()
    quiet: QuietHours | None = None
    quiet_on_days_off: bool = False
    digest_at: int = 510

    def step(self, at: int, stage: str = Stage.SOLVE) -> Step | None:
        """The step of the stage at this percentage."""
        return next((each for each in self.steps_of(stage) if each.at == at), None)

    def steps_of(self, stage: str) -> tuple[Step, ...]:
        """Those of one stage, by their percentage."""
        return tuple(each for each in self.steps if each.stage == stage)

    @property
    def beside_answer(self) -> tuple[Step, ...]:
        """Those of all stages but the answer."""
        return tuple(each for each in self.steps if each.stage != Stage.SOLVE)

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
    said: dict[str, Any] = {"stage": step.stage.value} if step.stage != Stage.SOLVE else {}
    said |= {
        "at": step.at,
        "tell": [each.value for each in step.tell],
        "digest": step.digest,
        "acknowledge_within": step.acknowledge_within,
    }
    return said | ({"on_duty": True} if step.on_duty else {})


class Misread(Invalid):
    """What cannot be understood: `name` in the step (1 the first; 0 before all steps), and what to write."""

    def __init__(self, step: int, name: str, what: "str | StrPromise") -> None:
        said = _("“%(name)s” cannot be understood. %(what)s") % {"name": name, "what": what}
        super().__init__(said, field="text")
        self.step, self.name = step, name


def read_policy(text: str) -> Definition:
    """The policy in a TOML text; raises Invalid, naming the line, what is wrong there, and what to write."""
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("This is too long for a policy."), field="text")
    text = text.replace("\r\n", "\n")
    try:
        return from_data(toml.loads(text))
    except tomllib.TOMLDecodeError as error:
        line, why = broken_at(error, text), str(BROKEN)
    except Misread as misread:
        line, why = line_of(text, misread.step, misread.name), str(misread)
    raise Invalid(_("Line %(line)d: %(why)s") % {"line": line, "why": why}, field="text")


def usual() -> str:
    """The text of the policy that most desks begin with."""
    return (Path(__file__).parent / "usual.toml").read_text("utf-8")


def from_data(data: Mapping[str, Any]) -> Definition:
    """The policy that was stored or read; raises Misread, naming what is wrong."""
    _refuse_unknown(data, 0, KNOWN)
    rows = data.get("step", [])
    if not isinstance(rows, list) or len(rows) > MOST_STEPS:
        raise Misread(0, "step", A_STEP)
    steps: list[Step] = []
    for place, row in enumerate(rows, start=1):
        step = _step(row, place)
        if any((step.stage, step.at) == (other.stage, other.at) for other in steps):
            raise Misread(place, "at", _("Two steps stand at the same percentage."))
        steps.append(step)
    return Definition(
        tuple(sorted(steps, key=lambda step: (PLACES[step.stage], step.at))),
        quiet=_span(data.get("quiet", "")),
        quiet_on_days_off=_bool(data, 0, "quiet_on_days_off"),
        digest_at=_minutes(data.get("digest_at", "08:30"), "digest_at", AN_HOUR),
    )


def _step(row: Any, place: int) -> Step:
    _refuse_unknown(row, place, OF_A_STEP)
    stage = row.get("stage", Stage.SOLVE.value)
    if stage not in Stage.values:
        raise Misread(place, "stage", WHICH)
    tell = row.get("tell")
    if not isinstance(tell, list) or not tell or not set(map(str, tell)) <= set(Audience.values):
        raise Misread(place, "tell", WHOM)
    return Step(
        at=_whole(row, place, "at", 1, HIGHEST),
        tell=tuple(each for each in LADDER if each.value in tell),
        digest=_bool(row, place, "digest"),
        acknowledge_within=_whole(row, place, "acknowledge_within", 0, LONGEST_WAIT),
        on_duty=_bool(row, place, "on_duty"),
        stage=Stage(stage),
    )


def _refuse_unknown(table: object, place: int, known: tuple[str, ...]) -> None:
    if not isinstance(table, Mapping):
        raise Misread(place, "step", A_STEP)
    for name in table:
        if name not in known:
            raise Misread(
                place, str(name), _("Here stand: %(names)s.") % {"names": ", ".join(known)}
            )


def _whole(table: Mapping[str, Any], place: int, name: str, least: int, most: int) -> int:
    value = table.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        ends = {"least": least, "most": most}
        raise Misread(place, name, _("Write a whole number from %(least)d to %(most)d.") % ends)
    return value


def _bool(table: Mapping[str, Any], place: int, name: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise Misread(place, name, _("Write true or false, without quotation marks."))
    return value


def _minutes(value: object, name: str, what: "str | StrPromise") -> int:
    hour, colon, minute = str(value).partition(":")
    if colon and len(hour) == len(minute) == 2 and (hour + minute).isdecimal():
        found = int(hour) * 60 + int(minute)
        if found < DAY and int(minute) < 60:
            return found
    raise Misread(0, name, what)


def _span(value: object) -> QuietHours | None:
    if value == "":
        return None
    begins, _dash, ends = str(value).partition("-")
    span = QuietHours(_minutes(begins, "quiet", A_NIGHT), _minutes(ends, "quiet", A_NIGHT))
    if span.begins == span.ends:
        raise Misread(0, "quiet", A_NIGHT)
    return span


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
