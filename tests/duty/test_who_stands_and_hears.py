"""Who may stand on a roster, until when they read its log, and who hears of a change."""

from datetime import timedelta

import pytest

from huiying.agencies.actions import give_role
from huiying.agencies.duty.actions import changing
from huiying.agencies.duty.models import Change, Shift
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid
from huiying.notices import tasks
from huiying.notices.models import Outgoing
from tests.duty.conftest import NOW, TODAY
from tests.duty.test_pages import A_DAY, DUTY, shift_of
from tests.duty.test_roster import make_second, on


def told() -> list[tuple[str, str]]:
    """What was told to whom since the last look."""
    rows = Outgoing.objects.filter(kind="duty", tries=0)
    found = [(row.data["what"], row.recipient) for row in rows.order_by("id")]
    rows.update(tries=1)
    return found


def settle(person, verb: str) -> None:
    wish = Change.objects.latest("pk")
    reply = person.client.post(f"{DUTY}requests/{wish.label}/", {"do": verb})
    assert reply.status_code == 302


def ask_swap(people):
    mine = shift_of(people.handler, TODAY + 4 * A_DAY)
    theirs = shift_of(people.colleague, TODAY + 5 * A_DAY)
    said = {"do": "swap", "other": theirs.label}
    return people.handler.client.post(f"{DUTY}shifts/{mine.label}/", said)


def test_a_shift_of_another_roster_is_not_swapped_whatever_is_sent(people, roster):
    mine = shift_of(people.handler, TODAY + 4 * A_DAY)
    elsewhere = on(make_second(people), TODAY + 5 * A_DAY, {"en": "x"})
    said = {"do": "swap", "other": elsewhere.label}
    reply = people.handler.client.post(f"{DUTY}shifts/{mine.label}/", said)
    assert reply.status_code == 422
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("who", "do"), [("handler", "substitute"), ("supervisor", "put")]
)  # fmt: skip
def test_only_who_works_in_the_unit_is_asked_or_put_in(people, roster, who, do):
    mine = shift_of(people.handler, TODAY + 4 * A_DAY)
    url = f"{DUTY}shifts/{mine.label}/"
    for stranger in ("clerk", "other_handler", "leader"):
        reply = getattr(people, who).client.post(url, {"do": do, "username": stranger})
        assert reply.status_code == 422
        assert f'<option value="{stranger}"' not in reply.text
    with pytest.raises(Invalid):
        changing.put_in(actor=people.supervisor.actor, label=mine.label, username="clerk")
    with pytest.raises(Invalid):
        changing.ask_substitute(actor=people.handler.actor, label=mine.label, username="clerk")
    give_role(actor=SYSTEM, username="clerk", unit_code="estates", role="handler")
    reply = getattr(people, who).client.post(url, {"do": do, "username": "clerk"})
    assert reply.status_code == 302


def test_the_log_closes_two_weeks_after_the_last_shift(people, roster):
    later = shift_of(people.handler, TODAY + 4 * A_DAY)
    Shift.objects.filter(account=people.below.account).update(replaced_at=NOW)
    Shift.objects.filter(pk=later.pk).update(account=people.below.account)
    path = f"{DUTY}rosters/{roster.code}/log/"

    def asked(moment) -> int:
        with time.at(moment):
            people.below.client.force_login(people.below.account)
            return int(people.below.client.get(path).status_code)

    assert asked(later.starts_at - timedelta(days=13, hours=23)) == 200
    assert asked(later.starts_at - timedelta(days=14, hours=1)) == 403
    assert asked(later.ends_at + timedelta(days=13, hours=23)) == 200
    assert asked(later.ends_at + timedelta(days=14, hours=1)) == 403
    with time.at(later.ends_at + timedelta(days=15)):
        people.below.client.force_login(people.below.account)
        assert people.below.client.post(path, {"words": "还想写一句"}).status_code == 403


def test_who_gave_their_shift_away_does_not_read_the_log(people, roster):
    Shift.objects.filter(account=people.below.account).update(account=people.handler.account)
    assert people.below.client.get(f"{DUTY}rosters/{roster.code}/log/").status_code == 403


def test_each_step_of_a_swap_is_told_to_those_whom_it_concerns(people, roster):
    handler, colleague = people.handler.actor.label, people.colleague.actor.label
    supervisor = people.supervisor.actor.label
    ask_swap(people)
    assert told() == [("asked", colleague)]
    settle(people.colleague, "agree")
    assert told() == [("agreed", handler), ("to_approve", supervisor)]
    settle(people.supervisor, "approve")
    assert sorted(told()) == sorted([("approved", handler), ("approved", colleague)])
    url = f"{DUTY}shifts/{on(roster, TODAY + 5 * A_DAY).label}/"
    people.handler.client.post(url, {"do": "substitute", "username": "unit_reviewer"})
    told()
    settle(people.unit_reviewer, "refuse")
    assert told() == [("refused", handler)]
    people.handler.client.post(url, {"do": "substitute", "username": "unit_reviewer"})
    told()
    settle(people.handler, "withdraw")
    assert told() == [("withdrawn", people.unit_reviewer.actor.label)]
    people.handler.client.post(url, {"do": "substitute", "username": "unit_reviewer"})
    told()
    people.supervisor.client.post(url, {"do": "put", "username": "below"})
    assert sorted(told()) == sorted([
        ("lapsed", handler), ("lapsed", people.unit_reviewer.actor.label),
        ("given", people.below.actor.label), ("taken", handler),
    ])  # fmt: skip


def test_an_absence_is_told_once_to_who_keeps_the_roster(people, roster):
    form = {"username": "handler", "first": "2026-09-29", "last": "2026-10-20"}
    people.handler.client.post(DUTY + "absence/", form)
    assert told() == [("nobody", people.supervisor.actor.label)]


def test_the_mail_names_shift_and_roster_and_comes_as_its_reader_chose(
    people, roster, tmp_path, settings
):
    settings.MAIL_FOLDER = tmp_path / "outbox"
    for person in (people.colleague, people.handler):
        person.account.email = f"{person.account.username}@example.org"
        person.account.language = "en"
        person.account.save(update_fields=["email", "language"])
    chosen = {"co_sign": "now", "clock": "now", "duty": "never"} | {
        "joint_session": "now",
        "digest_hour": "8",
    }
    ask_swap(people)
    assert people.colleague.client.post("/en/desk/account/notices/", chosen).status_code == 302
    tasks.sweep()
    assert Outgoing.objects.get(kind="duty").result == "unwanted"
    settle(people.colleague, "agree")
    tasks.sweep()
    mail = next(settings.MAIL_FOLDER.glob("*.eml")).read_text("utf-8")
    assert "The other person agrees. A supervisor still has to approve it." in mail
    assert "Duty room: 2026-10-02 08:00" in mail
    assert "Colleague" not in mail
