"""Promises and calendars tried on past cases: what would have been due at another time, late, and told."""

import re
from contextlib import nullcontext
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.extending import ask_extension, decide_extension
from huiying.casework.actions.sorting import assign, mark_conduct, triage
from huiying.casework.actions.weighing import weigh_harm
from huiying.casework.actions.working import accept, ask_resident, resume
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.casework.tasks import follow_calendars
from huiying.clocks import reads
from huiying.clocks.actions import adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.models import CalendarVersion
from huiying.clocks.trying import changed
from huiying.config.cli import installation, main
from huiying.config.demo_sample import file as sample
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from huiying.routing.trying import OtherTerms
from huiying.supervision.definitions import read_policy
from huiying.supervision.models import Alert
from huiying.supervision.other_terms import TermsRehearsal, Told, rehearse_terms
from tests.casework.ways import answered, brought_to
from tests.people import People, make_person
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

# Monday, half past nine: noise has ten days.
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
POLICY = '[[step]]\nat = 100\ntell = ["unit_head"]\n'


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _days(amount: int, kind: str = "calendar_days") -> str:
    return (
        'name = { en = "Ours" }\n[[promise]]\nstage = "solve"\nsource = "agency"\n'
        f'amount = {amount}\nkind = "{kind}"\nbasis = {{ en = "because" }}\n'
    )


def _case(people: People, state: State = State.IN_PROGRESS) -> CaseFile:
    with time.at(START):
        return brought_to(state, people)


def _in_force(people: People, text: str) -> None:
    with time.at(_day(-1)):
        number = propose_promises(actor=people.administrator.actor, promises=read_promises(text))
        adopt_promises(actor=people.supervisor.actor, number=number)


def _tried(amount: int, *, on: float = 9, days: int = 30) -> TermsRehearsal:
    with time.at(_day(on)):
        terms = OtherTerms(promises=read_promises(_days(amount)))
        return rehearse_terms(terms, actor=SYSTEM, days=days)


def _counts(found: TermsRehearsal) -> tuple[int, int, int, int, int]:
    total = found.total
    return total.cases, total.sooner, total.later, total.late, total.late_then


def test_what_is_sooner_later_and_late_by_other_promises(people):
    _case(people)
    done = _case(people)
    with time.at(_day(6)):
        answered(actor=people.reviewer.actor, number=done.number)
    assert _counts(_tried(10)) == (2, 0, 0, 0, 0)
    assert _counts(_tried(7)) == (2, 2, 0, 0, 1)  # the one that is not answered yet
    assert _counts(_tried(5)) == (2, 2, 0, 0, 2)
    assert _counts(_tried(12, on=11)) == (2, 0, 2, 1, 0)
    found = _tried(5)
    assert [(line.cases, line.late_then) for line in found.units] == [(2, 2)]
    assert _tried(10).units == []


def test_what_ended_before_these_days_is_not_counted(people):
    done = _case(people)
    with time.at(_day(6)):
        answered(actor=people.reviewer.actor, number=done.number)
    assert _counts(_tried(5, on=30, days=10)) == (0, 0, 0, 0, 0)


def test_pauses_count_as_they_would_have(people):
    case = _case(people, State.WAITING)  # asked at the very start
    assert _counts(_tried(7)) == (1, 1, 0, 0, 0)
    with time.at(_day(4)):
        resume(actor=people.handler.actor, number=case.number)
    assert _counts(_tried(7, on=10)) == (1, 1, 0, 0, 0)
    assert _counts(_tried(7, on=12)) == (1, 1, 0, 0, 1)


def test_a_day_that_was_granted_stays(people):
    case = _case(people)
    with time.at(_day(2)):
        ask_extension(
            actor=people.handler.actor,
            number=case.number,
            day=_day(12).date(),
            reason="部件要从外地调来。",
        )
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
    assert _counts(_tried(7, on=11)) == (1, 0, 0, 0, 0)
    assert _counts(_tried(20, on=11)) == (1, 0, 1, 0, 0)


def test_a_day_that_hangs_on_what_was_learned_later_is_left_alone_and_counted_apart(people):
    urgent = _days(4).partition("\n")[2] + 'urgency = ["now", "first", "soon"]\n'
    _in_force(people, _days(10) + urgent)
    case = _case(people)
    with time.at(_day(3)):
        weigh_harm(actor=people.clerk.actor, number=case.number, facts=["hazard"], reason="有裂缝")
    found = _tried(20)
    assert (found.apart, _counts(found)) == (1, (1, 0, 0, 1, 1))  # due on the seventh day
    with time.at(_day(9)):
        people.administrator.client.post("/en/desk/promises/propose/", {"text": _days(20)})
        page = people.supervisor.client.get("/en/desk/promises/2/").text
    facts = dict(re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*><bdi>(.*?)</bdi>", page))
    assert [
        facts[name] for name in ("Cases that ran", "Due sooner", "Due later", "Due as before")
    ] == [
        *("1", "0", "0", "1"),
    ]
    assert facts["Of these, could not be tried"].startswith("1<br>Their day came with")


def test_a_complaint_about_conduct_is_left_out(people):
    case = _case(people)
    with time.at(_day(1)):
        mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    assert _tried(5).total.cases == 0


def test_it_says_how_many_reminders_that_makes_and_sends_none(people):
    _case(people)
    assert _tried(5).told is None
    put_in_force(read_policy(POLICY))
    assert _tried(5).told == Told(0, 1)
    assert not Alert.objects.exists()


@pytest.fixture
def offices(people):
    """Answers within six working days, by the hours of the offices."""
    read = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    adopt_calendar_version(actor=SYSTEM, code="offices", name=read.name, definition=read.definition)
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="offices")
    _in_force(people, _days(6, "working_days"))


HOLIDAY = '{"year": 2026, "days": [{"name": "春节", "date": "2026-03-04", "isOffDay": true}]}'
ICAL = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260304\r\nSUMMARY:Storm\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
OWN_DAY = sample("calendar_offices.toml").read_text("utf-8") + "\n[[day]]\nday = 2026-03-04\n"


@pytest.mark.parametrize("text", [HOLIDAY, ICAL, OWN_DAY], ids=["json", "ical", "toml"])
def test_a_day_off_in_the_calendar_moves_what_hangs_on_it(people, offices, text):
    _case(people)
    for on, late in ((6, (0, 0)), (8.5, (1, 0)), (9.5, (1, 1))):
        with time.at(_day(on)):
            timetable = changed("offices", text).timetable()
            found, other = (
                rehearse_terms(OtherTerms(code=code, timetable=timetable), actor=SYSTEM, days=30)
                for code in ("offices", "elsewhere")
            )
        assert _counts(found) == (1, 0, 1, *late)
        assert _counts(other)[:3] == (1, 0, 0)


def _stage(name: str, days: int) -> str:
    return _days(days).partition("\n")[2].replace("solve", name)


def test_other_stages_are_tried_by_what_was_done(people):
    _in_force(people, _days(10) + _stage("first_contact", 8))
    case = _case(people)
    done = _case(people)
    with time.at(_day(3)):
        ask_resident(actor=people.handler.actor, number=done.number, question="在几栋？")

    def told(text: str, who: str = "supervisor") -> list[tuple[str, int, int, int]]:
        with time.at(_day(5)):
            terms = OtherTerms(promises=read_promises(text))
            found = rehearse_terms(terms, actor=getattr(people, who).actor, days=30)
        return [(each.stage, each.cases, each.late, each.late_then) for each in found.stages]

    assert told(_days(10)) == [("first_contact", 2, 0, 0)]
    assert told(_days(10) + _stage("first_contact", 4)) == [("first_contact", 2, 0, 1)]
    assert told(_days(10) + _stage("first_contact", 2)) == [("first_contact", 2, 0, 2)]
    accepted = [("first_contact", 2, 0, 0), ("accept", 2, 0, 0)]
    assert told(_days(10) + _stage("first_contact", 8) + _stage("accept", 1)) == accepted
    assert told(_days(10) + _stage("first_contact", 2), who="administrator") == []
    with time.at(_day(5)):
        text = _days(10) + _stage("first_contact", 4)
        people.administrator.client.post("/en/desk/promises/propose/", {"text": text})
        page = people.supervisor.client.get("/en/desk/promises/2/?show=late").text
        assert "Other stages" in page
        assert f"/desk/cases/{case.number}/" in page
        assert f"/desk/cases/{done.number}/" not in page
        assert "6 March 2026, 09:30" in page


def _in_category(code: str, days: int) -> str:
    return _days(days).partition("\n")[2] + f'category = "{code}"\n'


@pytest.mark.parametrize("only_one", [True, False])
def test_who_may_not_read_the_letters_learns_nothing_of_the_only_one(people, monkeypatch, only_one):
    """Whether the only pothole is there, was late, or would have been must not be seen by any promise."""
    for name, value in (("LEAST", 2), ("STEP", 1), ("BLUR", 1)):
        monkeypatch.setattr(f"huiying.casework.landing.discretion.{name}", value)
    done = [_case(people) for _each in range(3)]
    if only_one:
        with time.at(START):
            done.append(brought_to(State.RECEIVED, people))
            triage(actor=people.clerk.actor, number=done[-1].number, category_code="pothole")
            assign(actor=people.dispatcher.actor, number=done[-1].number, lead_code="housing")
            accept(actor=people.handler.actor, number=done[-1].number)
    with time.at(_day(6)):
        for case in done:
            answered(actor=people.reviewer.actor, number=case.number)

    def told(text: str, who: str = "administrator", on: float = 40) -> tuple[int, ...]:
        with time.at(_day(on)):
            terms = OtherTerms(promises=read_promises(text))
            found = rehearse_terms(terms, actor=getattr(people, who).actor, days=30)
        return found.total.cases - only_one, found.total.sooner, found.total.late_then

    noise = _days(20) + _in_category("noise", 5)
    assert told(noise, on=9) == (-only_one, 0, 0)  # what somebody sent today lifts no count
    assert told(noise) == (3, 3, 3)
    for amount in (1, 5, 9):
        assert told(noise + _in_category("pothole", amount)) == told(noise)
    assert told(_days(20) + _in_category("pothole", 5)) == (3, 0, 0)
    assert told(_days(5)) == (3, 3 + only_one, 3 + only_one)  # for all alike
    minutes = _in_category("noise", 5 * 1440).replace("calendar_days", "minutes")
    assert told(_days(20) + minutes) == told(_days(20) + minutes.replace("7200", "7141"))
    exact = _days(20) + _in_category("pothole", 5)
    assert told(exact, who="supervisor", on=30) == (3, only_one, only_one)


def test_the_pages_try_before_anything_is_in_force(people, offices):
    _case(people)
    people.administrator.client.post("/en/desk/promises/propose/", {"text": _days(2)})
    with time.at(_day(6)):
        listed = people.supervisor.client.get("/en/desk/promises/").text
        page = people.supervisor.client.get("/en/desk/promises/2/").text
        assert "/en/desk/promises/2/" in listed
        assert "0 as it is, 1 by this" in page
        assert "/promises/2/adopt/" in page
        assert "/adopt/" not in people.administrator.client.get("/en/desk/promises/2/").text
        assert people.supervisor.client.get("/en/desk/promises/9/").status_code == 404
        calendar = people.supervisor.client.get("/en/desk/calendars/offices/").text
        assert "/en/desk/calendars/offices/try/" in calendar
        address = "/en/desk/calendars/offices/try/"
        assert "Due later" in people.supervisor.client.post(address, {"text": HOLIDAY}).text
        blurred = people.administrator.client.post(address, {"text": HOLIDAY}).text
        assert "Not all letters are yours to read" in blurred
        assert "too few to say" in blurred
        wrong = people.supervisor.client.post(address, {"text": "zone = 3"})
    assert wrong.status_code == 422
    assert "(zone)" in wrong.text
    assert people.handler.client.get("/en/desk/promises/2/").status_code == 403


def _adopting(page: str, text: str, note: str = "台风放假") -> dict[str, str]:
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    return {"text": text, "do": "adopt", "note": note, "seen": seen[1]}


def test_an_administrator_puts_a_tried_calendar_in_force_and_clocks_follow(people, offices):
    case, address = _case(people), "/en/desk/calendars/offices/try/"
    admin = people.administrator.client
    with time.at(_day(1)):
        file = SimpleUploadedFile("2026.json", HOLIDAY.encode())
        page = admin.post(address, {"file": file, "text": "", "do": "try"}).text
        assert "The holidays of 2026 become known." in page
        assert "4 Mar Wednesday" in page
        assert "[&#x27;" not in page
        assert "春节" in page  # also in the field: what was read is what is put in force
        wanted = _adopting(page, HOLIDAY)
        assert people.supervisor.client.post(address, wanted).status_code == 403
        assert "Say why" in admin.post(address, wanted | {"note": " "}).text
        other = HOLIDAY.replace("03-04", "03-05")
        assert "not what was tried" in admin.post(address, wanted | {"text": other}).text
        assert len(reads.calendar("offices").versions) == 1
        for _again in range(2):
            done = admin.post(address, wanted, follow=True).text
            assert "Version 2 is in force." in done
        assert "台风放假" in done
        assert "by Administrator" in done
        assert len(reads.calendar("offices").versions) == 2
        entry = Entry.objects.filter(action="calendar.adopted").latest("id")
        assert entry.actor == people.administrator.actor.label
        digest = CalendarVersion.objects.get(number=2).digest
        assert (entry.payload.data or {})["digest"] == digest
        before = case.due_at
        assert follow_calendars() == 1
        assert follow_calendars() == 0
    case.refresh_from_db()
    assert case.due_at > before


def test_a_calendar_that_is_put_back_is_followed_by_whichever_worker(people, offices, monkeypatch):
    case, plain = _case(people), sample("calendar_offices.toml").read_text("utf-8")
    workers: tuple[dict[str, int], dict[str, int]] = {}, {}

    def adopted_and_followed(text: str, worker: int) -> datetime:
        read = read_calendar(text)
        adopt_calendar_version(
            actor=SYSTEM, code="offices", name=read.name, definition=read.definition
        )
        monkeypatch.setattr("huiying.casework.tasks._followed", workers[worker])
        follow_calendars()
        case.refresh_from_db()
        return case.due_at

    with time.at(_day(1)):
        before = adopted_and_followed(plain + "\n", 0)
        assert adopted_and_followed(OWN_DAY, 1) > before
        assert adopted_and_followed(plain, 0) == before


@pytest.mark.parametrize(
    "file",
    [b"{}", b"\xff\xfe", b"BEGIN:VCALENDAR", b"x" * 100_001, b"code = 'hotline'\n"],
    ids=["empty", "not utf-8", "broken", "long", "another"],
)
def test_a_file_that_is_no_calendar_is_refused_at_the_field(people, offices, file):
    address = "/en/desk/calendars/offices/try/"
    given = {"file": SimpleUploadedFile("x.json", file), "text": "", "do": "try"}
    reply = people.administrator.client.post(address, given)
    assert reply.status_code == 422
    assert "Choose a file" not in reply.text
    assert len(reads.calendar("offices").versions) == 1


def test_cases_are_listed_for_who_may_read_them(people, offices):
    case = _case(people)
    own = make_person("unit_supervisor", ("water", "supervisor"))
    ours = make_person("housing_supervisor", ("housing", "supervisor"))
    with time.at(_day(2)):
        calendar = "/en/desk/calendars/offices/try/"
        for person, listed in ((people.supervisor, True), (ours, True), (own, False),
                               (people.administrator, False)):  # fmt: skip
            page = person.client.post(calendar, {"text": HOLIDAY, "do": "try"}).text
            assert (f"/desk/cases/{case.number}/" in page) == listed
            assert (case.title in page) == listed
        page = ours.client.post(calendar + "?show=sooner", {"text": HOLIDAY, "do": "try"}).text
        assert f"/desk/cases/{case.number}/" not in page
        number = propose_promises(
            actor=people.administrator.actor, promises=read_promises(_days(1, "working_days"))
        )
        page = people.supervisor.client.get(f"/en/desk/promises/{number}/?show=sooner&page=1").text
    assert f"/desk/cases/{case.number}/" in page
    assert "10 March 2026, 17:30" in page
    assert "3 March 2026, 17:30" in page


def test_the_command_line_tries_both(people, offices, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(installation, "ready", nullcontext)
    _case(people)
    promises, calendar = tmp_path / "promises.toml", tmp_path / "2026.json"
    promises.write_text(_days(2))
    calendar.write_text(HOLIDAY)
    with time.at(_day(6)):
        assert main(["promises", "rehearse", str(promises)]) == 0
        assert "due sooner: 1, due later: 0" in capsys.readouterr().out
        assert main(["calendar", "rehearse", str(calendar), "--to", "offices"]) == 0
        assert "due sooner: 0, due later: 1" in capsys.readouterr().out
        assert main(["calendar", "rehearse", str(calendar), "--to", "nowhere"]) == 1
