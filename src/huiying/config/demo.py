"""Loading the sample: units, categories, accounts, invented letters, and a real city's requests.

What is there is left as it is; so it may be stopped at any moment and run again.
"""

import csv
import dataclasses
import gzip
import io
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

from django.utils import timezone

from huiying.accounts.actions import create_account
from huiying.accounts.models import Account
from huiying.agencies.actions import UnitRow, give_role, load_units
from huiying.agencies.divisions import DivisionRow, load_divisions
from huiying.agencies.models import Unit
from huiying.agencies.reads import standing_of
from huiying.agencies.working_hours import give_calendar
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.holiday_files import china
from huiying.clocks.reads import calendars
from huiying.config import demo_letters, demo_sample
from huiying.config.demo_growing import load_growing
from huiying.config.demo_sample import Row, rows
from huiying.config.demo_standards import load_standards
from huiying.config.demo_supervision import load_supervision
from huiying.doors import importing, mapping
from huiying.doors.mapping import Creating, Mapping
from huiying.insight.actions import count_brief
from huiying.insight.periods import latest_day, period, usual_hour
from huiying.insight.reads import newest_day
from huiying.intake.models import Submission
from huiying.kernel import time
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.refusals import Refusal
from huiying.kernel.verbs import verb
from huiying.routing.actions.categories import CategoryRow, load_categories
from huiying.routing.models import Category
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from huiying.routing.promises.reads import shown

LOADER = Actor("system:demo", frozenset({Grant("system")}))
BOSTON = "boston311-sample"
# The desk was set up before the first letter came.
BEFORE_FIRST_LETTER = timedelta(days=1)
LETTERS_A_WORD = 20
# The unit that works by each calendar of the sample.
CALENDARS = {"offices": "county", "hotline": "desk"}

# Who proposes the sample's promises, and the second person.
PROMISING = ("admin.xu", "supervisor.tang")

BRIEF_DAYS = 7
BRIEF_READY = timedelta(minutes=5)

type Say = Callable[[str], None]
type GoOn = Callable[[], bool]


def _nobody_listens(_done: int, _whole: int) -> None:
    pass


@dataclasses.dataclass(frozen=True)
class Ears:
    """Who hears how the loading goes: `say` a sentence; `far` takes how many letters of how many are
    here. `go_on` is asked now and then and ends the work by False.
    """

    say: Say
    go_on: GoOn
    far: Callable[[int, int], None] = _nobody_listens


class NotForTheSample(Refusal):
    """There is somebody's own data here."""

    code = "not_for_the_sample"
    sentence = (
        "This installation has accounts or letters of its own, so the sample is not loaded into it. "
        "Give the demo a folder of its own: HUIYING_DATA=/some/folder huiying demo"
    )


def check_place() -> None:
    """Raise NotForTheSample where the database holds anything that is not the demo's."""
    if Account.objects.filter(username__in=[row["username"] for row in _accounts()]).exists():
        return
    if Account.objects.exists() or Submission.objects.exists():
        raise NotForTheSample


def far() -> tuple[int, int]:
    """How many letters of the sample are here, and how many it has."""
    whole = len(rows("letters.toml", "letter")) + len(_requests().rows)
    sources = [demo_letters.SOURCE, BOSTON]
    return Submission.objects.filter(source__in=sources).count(), whole


def load(*, password: str, ears: Ears) -> None:
    """Load what is missing, then count the briefs of the last days."""
    now = timezone.localtime(time.now())
    letters = demo_sample.letters(now)
    with time.at(letters[0]["received"] - BEFORE_FIRST_LETTER):
        _load_trees()
        _load_accounts(password, ears.say)
        _load_promises()
    load_standards()
    requests = _requests()
    whole = len(letters) + len(requests.rows)
    before = Submission.objects.count()
    _load_letters(letters, whole, ears)
    if ears.go_on():
        _load_boston(requests, whole, ears)
    if ears.go_on():
        load_supervision()
        load_growing(LOADER)
    grown = Submission.objects.count() > before
    if ears.go_on() and (grown or newest_day(usual_hour()) is None):
        _count_briefs(ears)


def _load_trees() -> None:
    units = rows("units.toml", "unit") + rows("boston_units.toml", "unit")
    there = set(Unit.objects.values_list("code", flat=True))
    missing = [
        UnitRow(
            code=row["code"],
            parent=row["parent"],
            name=row["name"],
            active=row.get("active", True),
        )
        for row in units
        if row["code"] not in there
    ]
    categories = rows("categories.toml", "category") + rows("boston_categories.toml", "category")
    if missing:
        load_units(actor=LOADER, rows=missing)
        load_divisions(actor=LOADER, rows=_divisions())
    if Category.objects.count() < len(categories):
        load_categories(actor=LOADER, rows=[_category(row) for row in categories])
    known = {line.code for line in calendars()}
    for code, unit in CALENDARS.items():
        if code not in known:
            _make_calendar(actor=LOADER, code=code, unit=unit)


def _load_promises() -> None:
    """Those of the hotline, put in force by two of the demo's people."""
    if shown().versions:
        return
    promises = read_promises(demo_sample.file("promises_hotline.toml").read_text("utf-8"))
    proposer, second = (standing_of(Account.objects.get(username=name)).actor for name in PROMISING)
    number = propose_promises(actor=proposer, promises=promises)
    adopt_promises(actor=second, number=number)


@verb
def _make_calendar(*, actor: Actor, code: str, unit: str) -> None:
    """A calendar with the holidays that belong to it, given to its unit."""
    file = read_calendar(demo_sample.file(f"calendar_{code}.toml").read_text("utf-8"))
    adopt_calendar_version(actor=actor, code=code, name=file.name, definition=file.definition)
    if file.definition.known_years is not None:
        add_holidays(actor=actor, code=code, holidays=china())
    give_calendar(actor=actor, unit_code=unit, calendar_code=code)


def _divisions() -> list[DivisionRow]:
    listed = csv.DictReader(io.StringIO(demo_sample.file("divisions.csv").read_text("utf-8")))
    return [
        DivisionRow(code=row["code"], name={"zh-hans": row["name"], "en": row["name_en"]})
        for row in listed
    ]


def _category(row: Row) -> CategoryRow:
    known = {key: value for key, value in row.items() if key in CategoryRow.__annotations__}
    return cast(CategoryRow, known)


def _accounts() -> list[Row]:
    """Those that the sign-in page offers come first."""
    return sorted(rows("accounts.toml", "account"), key=lambda row: not row["featured"])


def _load_accounts(password: str, say: Say) -> None:
    there = set(Account.objects.values_list("username", flat=True))
    missing = [row for row in _accounts() if row["username"] not in there]
    if missing:
        say(f"Making {len(missing)} demo accounts…")
    for row in missing:
        _make_account(actor=LOADER, row=row, password=password)


@verb
def _make_account(*, actor: Actor, row: Row, password: str) -> None:
    """An account with all its roles, or none."""
    create_account(actor=actor, username=row["username"], name=row["name"], password=password)
    for held in row["memberships"]:
        give_role(actor=actor, username=row["username"], unit_code=held["unit"], role=held["role"])


def _load_letters(letters: list[Row], whole: int, ears: Ears) -> None:
    there = demo_letters.known()
    missing = [letter for letter in letters if letter["id"] not in there]
    for done, letter in enumerate(missing):
        if not ears.go_on():
            return
        if done % LETTERS_A_WORD == 0:
            ears.say(f"Invented letters: {done} of {len(missing)}…")
            ears.far(len(there) + done, whole)
        demo_letters.live_through(actor=LOADER, letter=letter)
    if missing:
        ears.say(f"Invented letters: all {len(missing)}.")
        ears.far(len(letters), whole)


@dataclasses.dataclass(frozen=True)
class Requests:
    """The city's closed requests as lines of a table: nobody here could work on the open ones."""

    header: list[str]
    rows: list[list[str]]


def _requests() -> Requests:
    packed = demo_sample.file("boston.csv.gz").read_bytes()
    reader = csv.reader(io.StringIO(gzip.decompress(packed).decode(), newline=""))
    header = next(reader)
    closed = header.index("closed_dt")
    return Requests(header, [row for row in reader if row[closed]])


def _load_boston(requests: Requests, whole: int, ears: Ears) -> None:
    wanted = len(requests.rows)
    if Submission.objects.filter(source=BOSTON).count() >= wanted:
        return

    def tell(report: importing.Report) -> None:
        ears.say(f"Requests of the City of Boston in 2011: {report.imported} of {wanted}…")
        ears.far(whole - wanted + report.imported, whole)
        if not ears.go_on():
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boston.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([requests.header, *requests.rows])
        importing.run(path, boston_map(), actor=LOADER, tell=tell)


def _count_briefs(ears: Ears) -> None:
    """Those of the last days, each as if counted on its own morning."""
    ears.say(f"The briefs of the last {BRIEF_DAYS} days…")
    until = usual_hour()
    last = latest_day(until, time.now())
    for back in reversed(range(BRIEF_DAYS)):
        if not ears.go_on():
            return
        day = last - timedelta(days=back)
        with time.at(period(day, until).ends_at + BRIEF_READY):
            count_brief(actor=LOADER, day=day, until=until)


def boston_map() -> Mapping:
    """The shipped map with the sample's own units and categories."""
    shipped = mapping.load("boston311")
    targets = dict(shipped.targets)
    for name, file, key in (
        ("unit", "boston_units.toml", "unit"),
        ("category", "boston_categories.toml", "category"),
    ):
        codes = {row["source"]: row["code"] for row in rows(file, key) if "source" in row}
        targets[name] = dataclasses.replace(targets[name], values=codes)
    return dataclasses.replace(
        shipped, source=BOSTON, targets=targets, units=Creating(), categories=Creating()
    )


def featured() -> list[Row]:
    """The accounts that a visitor is offered."""
    return [row for row in _accounts() if row["featured"]]
