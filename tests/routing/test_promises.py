"""Promises: chosen by topic, danger and way in, the tightest counts; two people put them in force."""

import html
import re
import tomllib
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.adopting import adopt_calendar
from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import triage
from huiying.casework.actions.writing_back import reopen
from huiying.casework.states import State
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.holiday_files import china
from huiying.config.cli import installation, main
from huiying.config.demo_sample import file as sample
from huiying.harm.facts import Level
from huiying.intake.letters import Letter
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, SYSTEM, Actor
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, SamePerson
from huiying.record.models import Entry
from huiying.routing.models import PromiseVersion
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.definitions import (
    Kind,
    Matter,
    Promise,
    PromiseSet,
    Source,
    Span,
    from_data,
    reckoned,
)
from huiying.routing.promises.files import read_promises, write_promises
from tests.casework.ways import brought_to, taken_in

CHINA = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=CHINA)
OFTEN = '[extension]\ntimes = 9\namount = 1\nkind = "minutes"\n'
START = '[[promise]]\nbasis = { en = "because" }\n'


def file_of(*rows: str, extension: str = "") -> str:
    return 'name = { en = "Ours" }\n' + extension + "".join(START + row + "\n" for row in rows)


def solve(amount: int, kind: str = "calendar_days", source: str = "agency", more: str = "") -> str:
    return f'stage = "solve"\nsource = "{source}"\namount = {amount}\nkind = "{kind}"\n{more}'


@pytest.fixture
def promise(people):
    """Put promises in force by two people, at a moment before what comes in."""

    def put(*rows: str, at: datetime = TUESDAY - timedelta(days=30)) -> int:
        with time.at(at):
            number = propose_promises(
                actor=people.administrator.actor, promises=read_promises(file_of(*rows))
            )
            adopt_promises(actor=people.supervisor.actor, number=number)
        return number

    return put


@pytest.fixture
def offices(people):
    read = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    adopt_calendar_version(actor=SYSTEM, code="offices", name=read.name, definition=read.definition)
    add_holidays(actor=SYSTEM, code="offices", holidays=china())
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="offices")


def due_of(*, by: Actor = STRANGER, **changes: object) -> timedelta:
    """How long after it came in a letter of Tuesday at ten is due."""
    with time.at(TUESDAY):
        letter = Letter(body="水管漏水。", title="漏水", **changes)  # type: ignore[arg-type]
        return receive(actor=by, letter=letter).due_at - TUESDAY


def days(count: float) -> timedelta:
    return timedelta(days=count)


@pytest.mark.django_db
def test_without_promises_the_target_of_the_topic_counts(people):
    assert due_of(category_code="noise") == days(10)
    assert due_of() == days(15)


@pytest.mark.django_db
def test_the_tightest_counts_whoever_says_so(promise):
    promise(solve(8), solve(6, source="law"), solve(7, source="unit"))
    assert due_of(category_code="noise") == days(6)


@pytest.mark.django_db
def test_the_topics_target_counts_until_the_agency_names_another(promise):
    promise(solve(60, source="law"), solve(20, more='category = "leak"'))
    assert due_of(category_code="noise") == days(10)  # the law is longer than the topic's own
    assert due_of(category_code="leak") == days(20)  # named: no longer the three days of the topic


@pytest.mark.django_db
def test_a_promise_is_chosen_by_topic_and_above_by_danger_and_by_way(people, promise):
    promise(
        solve(9, more='category = "living"'),
        solve(1440, "minutes", more="danger = true"),
        solve(4, more='channels = ["phone"]'),
    )
    assert due_of(category_code="noise") == days(9)
    assert due_of(category_code="noise", danger=True) == days(1)
    assert due_of(category_code="noise", by=people.clerk.actor, channel="phone") == days(4)
    assert due_of() == days(15)


@pytest.mark.django_db
def test_working_time_goes_by_the_calendar_of_who_leads(promise, offices):
    promise(solve(3, "working_hours"), solve(2, "working_days", more='category = "noise"'))
    assert due_of() == timedelta(hours=5)  # two hours until twelve, one more after the break
    assert due_of(category_code="noise") == timedelta(hours=5)
    promise(solve(2, "working_days"), at=TUESDAY - days(1))
    assert due_of(category_code="noise") == days(2) + timedelta(hours=7, minutes=30)


@pytest.mark.django_db
def test_what_was_promised_when_it_came_holds(people, promise):
    with time.at(TUESDAY):
        case = taken_in()
    promise(solve(2), at=TUESDAY + days(1))
    with time.at(TUESDAY + days(1.5)):
        triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    case.refresh_from_db()
    assert case.due_at == TUESDAY + days(10)  # as the topic says, from the day it came
    assert case.reports.get().due_at == case.due_at


@pytest.mark.django_db
def test_another_topic_derives_the_clock_anew_and_says_so(people, promise):
    promise(solve(9, more='category = "noise"'), solve(5, source="law"))
    with time.at(TUESDAY):
        case = taken_in(category_code="leak")
        assert case.due_at == TUESDAY + days(3)
        triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    case.refresh_from_db()
    assert case.due_at == TUESDAY + days(5)
    entry = Entry.objects.filter(action="case.triage").latest("id")
    assert (entry.payload.data or {})["due_at"] == case.due_at.astimezone(UTC).isoformat()


@pytest.mark.django_db
def test_a_new_round_has_what_is_promised_then_and_the_first_rounds_lateness_stays(people, promise):
    case = brought_to(State.ANSWERED, people)
    first = case.moves.latest("id").due_at
    promise(solve(2), at=time.now())
    reopen(actor=people.supervisor.actor, number=case.number, words="还在漏")
    case.refresh_from_db()
    again = case.moves.get(verb="reopen")
    assert case.due_at == again.at + days(2)
    assert case.moves.get(verb="answer").due_at == first


@pytest.mark.django_db
def test_a_new_calendar_moves_the_clocks_that_hang_on_working_time(people, promise, offices):
    promise(solve(2, "working_days", more='category = "noise"'))
    with time.at(TUESDAY):
        case, other = taken_in(category_code="noise"), taken_in(category_code="leak")
    read = read_calendar(
        sample("calendar_offices.toml").read_text("utf-8")
        + '\n[[day]]\nday = 2026-11-25\nname = { en = "Storm" }\n'
    )
    with time.at(TUESDAY + days(1)):
        adopt_calendar_version(
            actor=SYSTEM, code="offices", name=read.name, definition=read.definition
        )
        assert adopt_calendar(actor=SYSTEM, code="offices") == (1, None)
        assert adopt_calendar(actor=SYSTEM, code="offices") == (0, None)
    before, untouched = case.due_at, other.due_at
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.due_at, other.due_at) == (before + days(1), untouched)


@pytest.mark.django_db
def test_two_people_put_promises_in_force_and_the_record_names_both(people):
    promises = read_promises(file_of(solve(5)))
    first, second = people.administrator.actor, people.supervisor.actor
    number = propose_promises(actor=first, promises=promises)
    assert propose_promises(actor=first, promises=promises) == number
    with pytest.raises(SamePerson):
        adopt_promises(actor=first, number=number)
    for name in ("clerk", "dispatcher", "handler", "leader", "auditor"):
        with pytest.raises(NotAllowed):
            adopt_promises(actor=getattr(people, name).actor, number=number)
        with pytest.raises(NotAllowed):
            propose_promises(actor=getattr(people, name).actor, promises=promises)
    newer = propose_promises(actor=second, promises=read_promises(file_of(solve(6))))
    with pytest.raises(MovedOn):
        adopt_promises(actor=second, number=number)
    adopt_promises(actor=first, number=newer)
    with pytest.raises(MovedOn):
        adopt_promises(actor=first, number=newer)
    acts = Entry.objects.filter(subject=f"promises:{newer}").order_by("id")
    assert [(each.action, each.actor) for each in acts] == [
        ("promises.proposed", second.label),
        ("promises.adopted", first.label),
    ]
    assert (acts[0].payload.data or {})["digest"] == PromiseVersion.objects.get(number=newer).digest


@pytest.mark.django_db
def test_the_database_lets_nothing_of_a_version_change(people, promise):
    rows = PromiseVersion.objects.filter(number=promise(solve(5)))
    for act in (
        lambda: rows.update(definition={}),
        lambda: rows.update(adopted_at=time.now()),
        rows.delete,
    ):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name = 1", ""),
        ('name = { en = "a" }', ""),
        (file_of(solve(0)), "promise 1: amount"),
        (file_of(solve(5), solve(1001)), "promise 2: amount"),
        (file_of(solve(5, "weeks")), "promise 1: kind"),
        (file_of(solve(5, source="rumour")), "promise 1: source"),
        (file_of(solve(5, more='danger = "yes"')), "promise 1: danger"),
        (file_of(solve(5, more='channels = ["pigeon"]')), "promise 1: channels"),
        (file_of(solve(5, more='channels = "web"')), "promise 1: channels"),
        (file_of(solve(5, more='who = "x"')), "promise 1: who"),
        (file_of('stage = "solve"\nsource = "law"\namount = true\nkind = "minutes"'), "promise 1: amount"),
        (file_of(solve(5), extension=OFTEN), "extension: times"),
        (file_of(solve(5)).replace('"because"', '" "'), "promise 1: basis"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_where_it_is_wrong(text, where):
    with pytest.raises(Invalid) as refused:
        read_promises(text)
    assert where in refused.value.field


@pytest.mark.django_db
def test_an_unknown_topic_is_named(people):
    with pytest.raises(Invalid, match="atlantis"):
        propose_promises(
            actor=people.administrator.actor,
            promises=read_promises(file_of(solve(5, more='category = "atlantis"'))),
        )


def test_the_samples_can_be_read_and_written_as_data():
    for name in ("hotline", "public_concern"):
        read = read_promises(sample(f"promises_{name}.toml").read_text("utf-8"))
        assert from_data(read.as_data()) == read
        assert read_promises(write_promises(read)) == read
        assert all({"zh-hans", "en"} == set(each.basis) for each in read.promises)
    minutes = {each.span.amount for each in read.promises}
    assert minutes == {5 * 60, 24 * 60, 48 * 60}


def test_what_two_cities_published_names_topics_of_the_samples():
    for name, file in (("amsterdam", "categories.toml"), ("boston", "boston_categories.toml")):
        read = read_promises(sample(f"promises_{name}.toml").read_text("utf-8"))
        topics = tomllib.loads(sample(file).read_text("utf-8"))["category"]
        assert {each.category for each in read.promises} <= {topic["code"] for topic in topics}
        assert all(each.cite and {"zh-hans", "en"} == set(each.basis) for each in read.promises)


AMOUNTS = st.integers(1, 400)
KINDS = st.sampled_from(Kind.values)
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(CHINA))  # noqa: DTZ001
TIMETABLE = (
    read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    .definition.with_holidays(china().days, china().years)
    .timetable()
)
for year in range(2025, 2031):  # laid out once, before anything is timed
    TIMETABLE.laid_out(year)


def _promise(amount: int, kind: str, source: str = "agency") -> Promise:
    return Promise("solve", source, Span(amount, kind), {})


@given(AMOUNTS, AMOUNTS, KINDS, STARTS)
def test_a_longer_promise_never_ends_earlier_and_none_before_it_starts(one, other, kind, start):
    shorter, longer = sorted((one, other))
    dues = [Span(amount, kind).due(start, TIMETABLE).at for amount in (shorter, longer)]
    assert start < dues[0] <= dues[1]


ROWS = st.lists(st.tuples(AMOUNTS, KINDS, st.sampled_from(Source.values)), min_size=1, max_size=6)


@given(ROWS, STARTS)
def test_one_more_promise_never_makes_it_later_and_reckoning_again_changes_nothing(rows, start):
    promises = [_promise(*row) for row in rows]
    found = reckoned(promises, "solve", start, TIMETABLE)
    again = reckoned(reversed(promises), "solve", start, TIMETABLE)
    assert [each.due for each in again] == [each.due for each in found]
    assert found[0].due.at == min(each.span.due(start, TIMETABLE).at for each in promises)
    fewer = reckoned(promises[1:], "solve", start, TIMETABLE)
    assert not fewer or found[0].due.at <= fewer[0].due.at


@given(
    st.sampled_from(Level), st.sampled_from(["web", "phone"]), st.frozensets(st.sampled_from("ab"))
)
def test_what_names_nothing_fits_everything(level, channel, codes):
    matter = Matter(codes, level, channel)
    whole = PromiseSet({}, {}, (_promise(5, "minutes"),))
    assert whole.fitting(matter) == whole.promises


@pytest.mark.django_db
def test_the_pages_show_propose_and_put_in_force(people):
    text = sample("promises_public_concern.toml").read_text("utf-8")
    desk = "/en/desk/promises/"
    assert "each topic has its own target" in people.supervisor.client.get(desk).text
    wrong = people.administrator.client.post(desk + "propose/", {"text": text.replace("300", "0")})
    assert wrong.status_code == 422
    assert "promise 1: amount" in wrong.text
    assert "solve: Answer" in wrong.text
    assert "docs/operations.md" not in wrong.text
    people.administrator.client.post(desk + "propose/", {"text": text, "note": "按国办要求"})
    page = people.administrator.client.get(desk).text
    assert "Waits for a second person." in page
    assert "within 5 hours" in page
    assert "/adopt/" not in page
    assert "/adopt/" in people.supervisor.client.get(desk + "1/").text
    assert "5 hours" not in people.stranger.get("/en/promises/").text  # not yet
    assert people.administrator.client.post(desk + "1/adopt/").status_code == 403
    assert people.supervisor.client.post(desk + "1/adopt/").status_code == 302
    public = people.stranger.get("/en/promises/").text
    assert "within 5 hours" in public
    assert "国办发〔2016〕80号" in public
    assert "Noise" in public
    assert "10 days" in public
    assert "stage = &quot;interim" in people.supervisor.client.get(desk + "propose/").text
    assert "五小时内发布权威信息" in people.stranger.get("/zh-hans/promises/").text


@pytest.mark.django_db
def test_the_second_person_reads_what_changes_who_proposed_it_and_why(people):
    desk, text = "/en/desk/promises/", sample("promises_public_concern.toml").read_text("utf-8")
    other = text.replace("amount = 300", "amount = 240", 1)
    assert other != text
    for promises, note in ((text, "按国办要求"), (other, "<b>更快</b>")):
        people.administrator.client.post(desk + "propose/", {"text": promises, "note": note})
        number = 2 if promises == other else 1
        page = people.supervisor.client.get(f"{desk}{number}/").text
        assert "proposed by Administrator" in page
        assert html.escape(note) in page
        assert "amount = 300" in page  # the whole text, or what is gone
        assert "Cases that ran" in page
        people.supervisor.client.post(f"{desk}{number}/adopt/")
    gone = re.search(r"<del>(.*?)</del>", page)
    new = re.search(r"<ins>(.*?)</ins>", page)
    assert gone is not None
    assert new is not None
    assert "Removed:" in gone[1]
    assert gone[1].endswith("amount = 300")
    assert "Added:" in new[1]
    assert new[1].endswith("amount = 240")
    assert "within 4 hours" in page
    listed = people.auditor.client.get(desk).text
    assert f'href="{desk}1/"' in listed
    first = people.auditor.client.get(f"{desk}1/").text
    assert "put in force by Supervisor" in first
    assert "Nothing was in force before it" in first
    second = people.auditor.client.get(f"{desk}2/").text
    assert "What it changes in version 1, then in force" in second
    assert gone[0] in second
    assert new[0] in second
    for decided in (first, second):
        assert "Cases that ran" not in decided
        assert "/adopt/" not in decided


@pytest.mark.django_db
def test_the_command_line_wants_two_people_too(people, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(installation, "ready", nullcontext)
    path = tmp_path / "promises.toml"
    path.write_text(file_of(solve(5)))
    translation.activate("zh-hans")  # the tests before may have left another
    assert main(["promises", "check", str(path)]) == 0
    assert not PromiseVersion.objects.exists()
    adopt = ["promises", "adopt", str(path), "--by"]
    assert main([*adopt, "nobody"]) == 1
    assert main([*adopt, "administrator"]) == 0
    assert main([*adopt, "administrator"]) == 1
    assert main([*adopt, "clerk"]) == 1
    assert main(["promises", "show"]) == 0
    assert "No promises are in force" in capsys.readouterr().out
    assert main([*adopt, "supervisor"]) == 0
    assert main(["promises", "show"]) == 0
    assert "5 天" in capsys.readouterr().out
    path.write_text("not toml")
    assert main(["promises", "check", str(path)]) == 1
