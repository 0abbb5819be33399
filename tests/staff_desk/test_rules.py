"""Rules that say where a letter goes: in order, by two people, rehearsed, public, and only a proposal."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.utils import translation

from huiying.casework.actions.sorting import assign, triage
from huiying.casework.landing import rehearsing
from huiying.casework.landing.at_intake import suggest_new
from huiying.casework.landing.rehearsing import rehearse
from huiying.casework.landing.thinning import thinned
from huiying.casework.landing_models import Suggestion
from huiying.casework.models import Report
from huiying.kernel.refusals import Invalid, MovedOn, SamePerson
from huiying.record.models import Entry
from huiying.routing.rules.actions import adopt_rules, propose_rules, read_known
from huiying.routing.rules.definitions import Folded, Letter, RuleSet, from_data
from tests.scene import letter

pytestmark = pytest.mark.django_db
LIST = "/en/desk/rules/"
LAMPS = """
[[rule]]
words = ["路灯", "street light"]
to = "pothole"
unit = "roads"
note = "路灯归公路局"

[[rule]]
words = "灯"
to = "noise"
"""


def in_force(people, text=LAMPS):
    number = propose_rules(actor=people.administrator.actor, text=text)
    adopt_rules(actor=people.supervisor.actor, number=number)
    return number


def page(people, case, who="clerk"):
    return getattr(people, who).client.get(f"/en/desk/cases/{case.number}/").text


def number_of(rules, read):
    hit = rules.hit(read)
    return hit.number if hit else 0


def at(hour, text="灯坏了", **changes):
    moment = datetime(2026, 11, 20, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    given = {"text": text, "place": "", "channel": "web", "category": "", "received_at": moment}
    return Letter(**{**given, **changes})


def test_the_first_rule_that_fits_counts_and_all_its_conditions_must_hold(county):
    rules = read_known(
        LAMPS
        + """
[[rule]]
category = ["noise", "leak"]
channel = "phone"
place = "城关"
from = "22:00"
until = "06:00"
to = "leak"
"""
    )
    assert number_of(rules, at(12, "村口的路燈坏了")) == 1  # traditional and simplified alike
    assert number_of(rules, at(12)) == 2
    night = {"category": "leak", "channel": "phone", "place": "城关镇", "text": "响"}
    assert number_of(rules, at(23, **night)) == 3
    assert number_of(rules, at(5, **night)) == 3
    assert rules.hit(at(6, **night)) is None
    for name, other in (("category", "pothole"), ("channel", "web"), ("place", "河东")):
        assert rules.hit(at(23, **(night | {name: other}))) is None
    assert from_data(rules.as_data()) == rules
    assert RuleSet().hit(at(12)) is None


NIGHTS = (
    LAMPS
    + """
[[rule]]
place = "河口镇"
category = ["noise", "leak"]
from = "22:00"
until = "06:00"
unit = "roads"
note = "夜里 \\"急\\" 的"
"""
)
NO_RULES = [
    ("[[rule", "This is not TOML"),
    ("words = 'x'", "[[rule]]"),
    ("[[rule]]\nto = 'noise'", "it needs a condition"),
    ("[[rule]]\nwords = '灯'", "it needs a category"),
    ("[[rule]]\nwords = '灯'\nto = 'nothing'", "is not known"),
    ("[[rule]]\nwords = '灯'\nunit = 'county'", "is not known"),
    ("[[rule]]\nwriter = '张'\nto = 'noise'", "it cannot ask for “writer”"),
    ("[[rule]]\nwords = '灯'\nto = 'noise'\nurgency = 'high'", "it cannot ask for “urgency”"),
    ("[[rule]]\nwords = '13800138000'\nto = 'noise'", "no number, name or address"),
    ("[[rule]]\nfrom = '25:00'\nuntil = '06:00'\nto = 'noise'", "hours are written"),
    ("[[rule]]\nfrom = '22:00+08:00'\nuntil = '06:00'\nto = 'noise'", "hours are written"),
    ('[[rule]]\nwords = "a\\u0000"\nto = "noise"', "between quotation marks"),
    ('[[rule]]\nwords = "a"\nto = "noise"\nnote = "\\u0000"', "between quotation marks"),
    ("[[rule]]\nwords = [1]\nto = 'noise'", "between quotation marks"),
    ("[[rule]]\nwords = ' '\nto = 'noise'", "no number, name or address"),
]


def test_what_is_no_rule_is_refused_with_the_reason(people):
    for text, said in NO_RULES:
        with translation.override("en"), pytest.raises(Invalid) as refused:
            propose_rules(actor=people.administrator.actor, text=text)
        assert said in str(refused.value), text


def test_two_people_put_them_in_force_after_seeing_what_would_change(people):
    lamp, _receipt = letter(people, title="路灯坏了")
    supervisor, administrator = people.supervisor.client, people.administrator.client
    answer = administrator.post(f"{LIST}propose/", {"text": LAMPS, "note": "一致"})
    assert answer.headers["Location"].endswith(f"{LIST}1/")
    shown = administrator.get(f"{LIST}1/").text
    assert "too few to say would have gone elsewhere" in shown
    assert str(lamp.number) not in shown  # the administrator reads no letters
    assert "Waits for a second person." in shown
    assert administrator.post(f"{LIST}1/adopt/").status_code == 403
    seen = supervisor.get(f"{LIST}1/").text
    assert str(lamp.number) in seen
    assert "; 1 would have gone elsewhere" in seen
    assert supervisor.post(f"{LIST}1/adopt/").status_code == 302
    assert "路灯归公路局" in supervisor.get(LIST).text
    assert "0 would have gone elsewhere" in supervisor.get(f"{LIST}1/").text
    public = people.stranger.get("/en/rules/").text
    assert "the letter says: 路灯, street light" in public
    assert "category: Pothole" in public
    acts = Entry.objects.filter(subject="routing_rules:1").order_by("pk")
    assert [act.action for act in acts] == ["routing_rules.proposed", "routing_rules.adopted"]


def test_the_form_begins_with_what_is_in_force(people):
    administrator = people.administrator.client
    assert "[[rule]]" not in administrator.get(f"{LIST}propose/").text
    number = propose_rules(actor=people.administrator.actor, text=NIGHTS)
    adopt_rules(actor=people.supervisor.actor, number=number)
    form = administrator.get(f"{LIST}propose/").context["page"].form
    assert read_known(form["text"].value()) == read_known(NIGHTS)
    again = administrator.post(f"{LIST}propose/", {"text": form["text"].value()})
    assert again.status_code == 422
    assert "Nothing has changed" in again.text


def test_a_rule_is_no_way_to_ask_who_wrote_what(people, monkeypatch):
    asked = read_known('[[rule]]\nwords = ["灯"]\nto = "noise"\n')
    also = read_known('[[rule]]\nwords = ["灯", "没有的词"]\nto = "noise"\n')
    monkeypatch.setattr("huiying.casework.landing.discretion.LEAST", 2)
    monkeypatch.setattr("huiying.casework.landing.discretion.STEP", 1)
    monkeypatch.setattr("huiying.casework.landing.discretion.BLUR", 3)

    def told(rules=asked):
        found = rehearse(people.administrator.actor, RuleSet(), rules)
        return found.n, found.fitted, found.total, [each.count for each in found.gone]

    for _each in range(6):
        letter(people, title="灯坏了")
    assert told() == (0, 0, 0, [])  # what somebody sent today lifts no count
    monkeypatch.setattr("huiying.casework.landing.rehearsing.settled_long", Q)
    n, fitted, total, gone = told()
    assert n == 6
    assert 4 <= fitted == total == gone[0] <= 6
    assert told(also) == told()  # the same letters, asked for in another way
    assert rehearse(people.supervisor.actor, RuleSet(), asked).total == 6


@pytest.mark.parametrize("wrote", ["围墙被推倒", "什么也没有"])
def test_a_rare_word_beside_a_frequent_one_tells_of_nobody(people, monkeypatch, wrote):
    """Blurred counts of the same letters are the same: whether they are must not hang on one letter."""
    monkeypatch.setattr("huiying.casework.landing.discretion.LEAST", 2)
    monkeypatch.setattr("huiying.casework.landing.discretion.STEP", 1)
    monkeypatch.setattr("huiying.casework.landing.discretion.BLUR", 1)
    monkeypatch.setattr("huiying.casework.landing.rehearsing.settled_long", Q)
    for title in ["灯坏了"] * 3 + [wrote]:
        letter(people, title=title)

    def told(*rules, who=people.administrator):
        rows = [{"to": "noise"} | rule for rule in rules]
        found = rehearse(who.actor, RuleSet(), from_data(rows))
        return found.fitted, found.total

    alone = told({"words": ["灯"]})
    assert alone == (3, 3)
    assert told({"words": ["灯", "围墙"]}) == alone
    assert told({"words": ["灯"]}, {"words": ["围墙"]}) == alone
    assert told({"words": ["围墙"]}, {"words": ["灯"]}) == alone
    assert told({"words": ["围墙"], "to": "leak"}, {"channel": ["web"]})[1] == 4
    many = told({"words": ["灯", "围墙"]}, who=people.supervisor)
    assert many == (3 + (wrote == "围墙被推倒"),) * 2


def test_hours_that_differ_by_minutes_or_a_quiet_hour_ask_the_same():
    moments = [22] * 3 + [1] * 3 + [3]
    letters = [(number, Folded(at(hour))) for number, hour in enumerate(moments)]

    def told(start, until):
        rows = [{"start": start, "until": until, "to": "noise"}]
        kept = thinned(from_data(rows), letters, lambda hits: len(hits) >= 3).rules
        return [(rule.start, rule.until) for rule in kept]

    assert told("22:00", "02:00") == [("22:00", "02:00")]
    assert told("21:40", "02:59") == told("22:00", "04:00") == told("22:00", "02:00")
    assert told("22:40", "23:10") == told("02:00", "05:00") == []
    assert told("00:00", "23:59") == [("01:00", "23:00")]


def test_a_count_is_never_too_high_and_does_not_step_where_one_could_reckon():
    def count(number, first=1):
        return rehearsing._coarse([Report(pk=pk) for pk in range(first, first + number)])

    assert {count(number, first) for number in range(20) for first in (1, 400)} == {0}
    for number in range(30, 70):
        assert number - 14 <= count(number) <= number
        assert count(number) % 5 == 0
    steps = {min(n for n in range(20, 31) if count(n, first)) for first in range(1, 400, 40)}
    assert len(steps) > 3


def test_who_proposed_cannot_adopt_and_an_older_proposal_is_passed(people):
    first = propose_rules(actor=people.administrator.actor, text=LAMPS)
    with pytest.raises(SamePerson):
        adopt_rules(actor=people.administrator.actor, number=first)
    propose_rules(actor=people.administrator.actor, text=LAMPS.replace("pothole", "leak"))
    with pytest.raises(MovedOn):
        adopt_rules(actor=people.supervisor.actor, number=first)
    bad = people.supervisor.client.post(f"{LIST}propose/", {"text": "[["})
    assert bad.status_code == 422
    assert "This is not TOML" in bad.text


def test_a_rule_fills_the_form_and_the_case_says_why_it_is_there(people):
    number = in_force(people)
    case, _receipt = letter(people, title="路灯坏了")
    assert suggest_new() == 1
    assert suggest_new() == 0
    text = page(people, case)
    assert f"Rule 1 of version {number} says: Pothole, Roads Department" in text
    assert '<option value="pothole" selected>' in text
    case.refresh_from_db()
    assert case.state == "received"
    assert case.category is None
    triage(actor=people.clerk.actor, number=case.number, category_code="pothole")
    text = page(people, case, who="dispatcher")
    assert "A rule says: Roads Department" in text
    assert '<option value="roads" selected>' in text
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="roads")
    text = page(people, case)
    assert f"Category: rule 1 of version {number}; a person kept it." in text
    assert f"Unit: rule 1 of version {number}; a person kept it." in text


def test_a_choice_against_the_rule_is_said_to_be_one(people):
    number = in_force(people)
    case, _receipt = letter(people, title="路灯坏了")
    suggest_new()
    triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="housing")
    text = page(people, case)
    assert f"Category: chosen by a person, against rule 1 of version {number}." in text
    assert "Unit: chosen by a person." in text
    assert f"Rule 1 of version {number} says: Pothole." in text  # in the timeline


def test_complaints_about_conduct_meet_no_rule_and_no_rehearsal(people):
    in_force(people)
    letter(people, title="路灯坏了", conduct=True)
    assert suggest_new() == 0
    assert not Suggestion.objects.exists()
    tried = rehearse(people.supervisor.actor, RuleSet(), read_known(LAMPS))
    assert (tried.n, tried.gone) == (0, ())
