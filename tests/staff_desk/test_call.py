"""The phone and counter desk over HTTP: taking a letter, opening it by PIN, acting for the caller."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from huiying.agencies.divisions import load_divisions
from huiying.casework.actions import sorting, working
from huiying.casework.models import CaseFile, Report
from huiying.intake.models import Contact, Message, Submission
from huiying.intake.opening import text_of as text_of_message
from huiying.intake.opening import words_of
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.notices.delivery import Route, compose
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.replies.actions.standards import approve_standard, propose_standard
from tests.casework.ways import split_by
from tests.people import People, make_person
from tests.scene import answer, standard_text

pytestmark = pytest.mark.django_db


def at(name: str, language: str = "en", **arguments: object) -> str:
    with override(language):
        return reverse(f"staff_desk:{name}", kwargs=arguments)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def hidden(response: Any, name: str, form: str = "") -> str:
    """The value of a hidden field, of the form that posts to the address `form` where one is named."""
    text = text_of(response)
    start = text.index(f'action="{form}"') if form else 0
    found = re.search(rf'name="{name}" value="([^"]*)"', text[start:])
    assert found, name
    return found[1]


def filled(client: Client, **more: str) -> dict[str, str]:
    page = client.get(at("call"))
    return {
        "form_key": hidden(page, "form_key"),
        "via": "phone",
        "language": "zh-hans",
        "body": "路灯坏了三天。",
        "wish": "private",
    } | more


def receipt_of(response: Any) -> tuple[str, str]:
    code, pin = re.findall(r'hy-receipt__code">([\d ]+)<', text_of(response))[:2]
    return code, pin


def take(client: Client, **more: str) -> tuple[str, str]:
    done = client.post(at("call"), filled(client, **more))
    assert done.status_code == 200, text_of(done)
    return receipt_of(done)


def open_by(client: Client, code: str, pin: str, via: str = "phone") -> Any:
    return client.post(at("call_open"), {"code": code, "pin": pin, "via": via})


def act(client: Client, name: str, *, place: int = 0, **given: str) -> Any:
    page = client.get(at("call_letter"))
    url = at(f"call_{name}", place=place) if place else at(f"call_{name}")
    data = {key: hidden(page, key, url) for key in ("form_key", "of")}
    return client.post(url, data | given)


def approved(people: People) -> str:
    proposed = propose_standard(
        actor=people.handler.actor,
        unit_code="housing",
        category_code="noise",
        text=standard_text(),
        expires_on=timezone.localdate(time.now()) + timedelta(days=30),
    )
    return approve_standard(actor=people.reviewer.actor, label=proposed.label).label


class TestTaking:
    def test_a_letter_is_taken_with_everything(self, people: People):
        client = people.clerk.client
        code, pin = take(
            client,
            via="counter",
            place="文庙街社区",
            topic="Noise",
            email="a@example.org",
            phone="555 0100",
            wish="public",
        )
        kept = Submission.objects.get(code=code.replace(" ", ""))
        assert (kept.channel, words_of(kept).place, kept.language) == (
            "counter",
            "文庙街社区",
            "zh-hans",
        )
        assert (kept.category_code, kept.wish, kept.reachable) == ("noise", "public", True)
        assert len(pin.replace(" ", "")) == 6
        entry = Entry.objects.get(action="case.receive")
        assert entry.actor == people.clerk.actor.label
        assert b"555" not in bytes(Contact.objects.get().sealed)

    def test_the_same_form_again_gives_the_same_receipt_and_one_letter(self, people: People):
        client = people.clerk.client
        given = filled(client)
        receipts = {receipt_of(client.post(at("call"), given)) for _ in range(3)}
        assert len(receipts) == 1
        assert Submission.objects.count() == 1

    def test_the_paper_speaks_the_callers_language_and_carries_a_secret_at_the_counter_only(
        self, people: People
    ):
        client = people.clerk.client
        phone = text_of(client.post(at("call"), filled(client)))
        assert "来电口令" in phone
        assert "call-print-only" not in phone
        assert "Read out code and PIN" in phone
        counter = text_of(client.post(at("call"), filled(client, via="counter", language="en")))
        assert "On the internet you need code and secret." in counter
        assert 'class="call-print-only"' in counter
        assert "/en/follow/" in counter

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"body": " "}, "id_body"),
            ({"body": "字" * 10_001}, "id_body"),
            ({"email": "nobody"}, "id_email"),
            ({"via": "web"}, "id_via"),
            ({"topic": "nothing"}, "id_topic"),
            ({"topic": "o"}, "id_topic"),
            ({"unit_1": "nowhere"}, "id_unit_1"),
            ({"phone": "5" * 41}, "id_phone"),
        ],
    )
    def test_what_does_not_fit_is_shown_at_its_field_and_nothing_typed_is_lost(
        self, people: People, changes: dict[str, str], field: str
    ):
        client = people.clerk.client
        page = client.post(at("call"), filled(client, place="桑园社区", **changes))
        assert page.status_code == 422
        assert f'href="#{field}' in text_of(page)
        assert "桑园社区" in text_of(page)
        assert not Submission.objects.exists()

    def test_danger_shows_the_numbers_before_anything_is_kept(self, people: People):
        client = people.clerk.client
        given = filled(client, danger="on", place="纺织路社区")
        first = client.post(at("call"), given)
        assert first.status_code == 200
        assert not Submission.objects.exists()
        text = text_of(first)
        assert "hy-emergency--now" in text
        assert text.index("hy-emergency--now") < text.index('name="body"')
        assert "路灯坏了三天。</textarea>" in text
        assert hidden(first, "form_key") == given["form_key"]
        client.post(at("call"), given | {"sure": "1"})
        assert Submission.objects.get().danger

    def test_a_complaint_about_the_desk_is_gone_from_the_clerk_at_once(self, people: People):
        client = people.clerk.client
        done = client.post(at("call"), filled(client, unit_1="desk"))
        code, pin = receipt_of(done)
        case = CaseFile.objects.get()
        assert case.conduct
        assert "Open case" not in text_of(done)
        assert client.get(at("case", number=case.number)).status_code == 404
        assert open_by(client, code, pin).status_code == 422

    def test_known_places_are_offered_without_a_script(self, people: People):
        rows = [("990101", "云渡县"), ("990101001", "槐堂街道"), ("990101001001", "文庙街社区")]
        load_divisions(
            actor=SYSTEM, rows=[{"code": code, "name": {"zh-hans": name}} for code, name in rows]
        )
        page = text_of(people.clerk.client.get(at("call", "zh-hans")))
        assert '<option value="槐堂街道文庙街社区">' in page
        assert 'list="places"' in page


class TestAnsweringAtOnce:
    def test_standards_are_looked_for_without_losing_a_word(self, people: People):
        label, client = approved(people), people.clerk.client
        given = filled(client, topic="nois", email="a@example.org", unit_1="water")
        page = client.post(at("call"), given | {"look": "1"})
        text = text_of(page)
        assert f'value="{label}"' in text
        assert "垃圾每天早上七点收。" in text
        assert "路灯坏了三天。</textarea>" in text
        assert 'value="a@example.org"' in text
        assert hidden(page, "form_key") == given["form_key"]
        assert not Submission.objects.exists()
        none = client.post(at("call"), given | {"look": "1", "find": "xyz"})
        assert label not in text_of(none)
        assert "No standard answer fits" in text_of(none)

    def test_one_press_keeps_the_letter_and_answers_it(self, people: People):
        label, client = approved(people), people.clerk.client
        given = filled(client, topic="nois", wish="public") | {"standard": label}
        for _ in range(2):
            done = client.post(at("call"), given)
            assert "垃圾每天早上七点收。" in text_of(done)
        case = CaseFile.objects.get()
        assert (case.state, case.outcome) == ("answered", "explained")
        assert Report.objects.get().delivered_at is not None

    @pytest.mark.parametrize(
        "changes", [{"unit_1": "water"}, {"unit_1": "desk"}, {"standard": "x"}]
    )
    def test_what_cannot_be_answered_at_once_is_kept_all_the_same(self, people: People, changes):
        label, client = approved(people), people.clerk.client
        done = client.post(at("call"), filled(client) | {"standard": label} | changes)
        assert done.status_code == 200
        assert "Kept, but not answered at once." in text_of(done)
        assert receipt_of(done)[1]
        assert CaseFile.objects.get().state == "received"


class TestForTheCaller:
    def test_the_clerk_sees_the_follow_page_and_adds_words(self, people: People):
        client = people.clerk.client
        code, pin = take(client)
        assert open_by(client, code, pin)["Location"] == at("call_letter")
        page = text_of(client.get(at("call_letter")))
        assert "路灯坏了三天。" in page
        done = act(client, "add", text="现在一闪一闪。")
        assert done.status_code == 302
        assert "The words have been added" in text_of(client.get(at("call_letter")))
        message = Message.objects.get()
        assert (message.sender, text_of_message(message)) == ("resident", "现在一闪一闪。")
        case = CaseFile.objects.get()
        told = text_of(client.get(at("case", number=case.number)))
        assert "for the writer: Phone" in told

    def test_a_verdict_a_reopening_and_a_withdrawal(self, people: People):
        client = people.clerk.client
        label = approved(people)
        code, pin = receipt_of(client.post(at("call"), filled(client) | {"standard": label}))
        open_by(client, code, pin, via="counter")
        assert act(client, "vote", verdict="not_solved").status_code == 302
        assert Report.objects.get().vote == "not_solved"
        page = text_of(client.get(at("call_letter")))
        assert "You told us, through a clerk: Not solved." in page
        assert act(client, "reopen", text="还是不亮。").status_code == 302
        assert CaseFile.objects.get().state == "returned"
        assert act(client, "withdraw", pressed="unsaid").status_code == 302
        assert Submission.objects.get().state == "withdrawn"
        entries = Entry.objects.filter(payload__data__via="counter")
        assert {"report.vote", "case.reopen", "submission.withdrawn", "case.withdraw"} <= set(
            entries.values_list("action", flat=True)
        )

    def test_each_part_of_a_split_letter_is_answered_judged_and_taken_up_again(
        self, people: People
    ):
        client = people.clerk.client
        code, pin = take(client, wish="public")
        case = CaseFile.objects.get()
        first, second = split_by(people, case.number)
        for part, lead in ((first, "water"), (second, "housing")):
            handler = people.handler if lead == "housing" else people.other_handler
            sorting.assign(actor=people.dispatcher.actor, number=part.number, lead_code=lead)
            working.accept(actor=handler.actor, number=part.number)
        working.ask_resident(
            actor=people.other_handler.actor, number=first.number, question="第几盏灯？"
        )
        answer(people, second, upto="published")
        open_by(client, code, pin)
        page = text_of(client.get(at("call_letter")))
        assert "第几盏灯？" in page
        assert at("call_part_vote", place=1) not in page

        def on_part(place: int, name: str, **given: str) -> Any:
            return act(client, f"part_{name}", place=place, **given)

        empty = on_part(1, "answer", text="")
        assert (empty.status_code, "answer-part1-text" in text_of(empty)) == (422, True)
        assert on_part(1, "answer", text="第三盏。").status_code == 302
        assert on_part(2, "vote", verdict="not_solved").status_code == 302
        assert on_part(2, "reopen", text="昨晚又响了。").status_code == 302
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state, second.round) == ("in_progress", "in_progress", 2)
        done = Entry.objects.filter(payload__data__via="phone", actor=people.clerk.actor.label)
        assert {"report.vote", "case.reopen", "case.resume"} <= set(
            done.values_list("action", flat=True)
        )
        own = at("call_part_vote", place=1)
        assert client.post(own, {"verdict": "solved"}).status_code in (403, 409, 422)
        assert client.post(at("call_part_vote", place=9)).status_code == 404

    def test_the_same_form_twice_adds_once(self, people: People):
        client = people.clerk.client
        open_by(client, *take(client))
        page = client.get(at("call_letter"))
        given = {key: hidden(page, key, at("call_add")) for key in ("form_key", "of")}
        for _ in range(2):
            assert client.post(at("call_add"), given | {"text": "Once."}).status_code == 302
        assert Message.objects.count() == 1

    def test_the_form_of_another_letters_page_does_nothing(self, people: People):
        client = people.clerk.client
        first, second = take(client), take(client, body="另一件。")
        open_by(client, *first)
        page = client.get(at("call_letter"))
        given = {key: hidden(page, key, at("call_add")) for key in ("form_key", "of")}
        open_by(client, *second)
        refused = client.post(at("call_add"), given | {"text": "给第一件的话"})
        assert refused.status_code == 422
        assert "给第一件的话" in text_of(refused)
        assert not Message.objects.exists()

    def test_it_closes_by_a_button_by_time_and_by_signing_out(self, people: People):
        client = people.clerk.client
        code, pin = take(client)
        open_by(client, code, pin)
        client.post(at("call_leave"))
        assert client.get(at("call_letter"))["Location"] == at("call_open")
        open_by(client, code, pin)
        with time.at(time.now() + timedelta(minutes=21)):
            lapsed = client.post(at("call_add"), {"text": "Kept words"})
            assert lapsed.status_code == 403
            assert "Kept words" in text_of(lapsed)
        open_by(client, code, pin)
        client.post(at("sign_out"))
        client.force_login(people.clerk.account)
        assert client.get(at("call_letter"))["Location"] == at("call_open")

    def test_one_clerks_call_is_not_anothers(self, people: People):
        code, pin = take(people.clerk.client)
        open_by(people.clerk.client, code, pin)
        colleague = make_person("second_clerk", ("desk", "clerk"))
        assert colleague.client.get(at("call_letter"))["Location"] == at("call_open")

    def test_a_wrong_pin_says_nothing_of_the_letter_and_locks(self, people: People):
        client = people.clerk.client
        code, pin = take(client)
        wrong = f"{(int(pin.replace(' ', '')) + 1) % 10**6:06d}"
        pages = [open_by(client, code, wrong) for _ in range(6)]
        assert [page.status_code for page in pages] == [422] * 5 + [429]
        assert open_by(client, code, pin).status_code == 429
        assert "路灯坏了三天。" not in "".join(map(text_of, pages))

    def test_an_answer_is_shown_as_the_writer_sees_it(self, people: People):
        client = people.clerk.client
        code, pin = take(client, wish="public")
        number = CaseFile.objects.get().number
        sorting.triage(actor=people.clerk.actor, number=number, category_code="noise")
        sorting.assign(actor=people.dispatcher.actor, number=number, lead_code="housing")
        working.accept(actor=people.handler.actor, number=number)
        answer(people, CaseFile.objects.get(), upto="draft")
        open_by(client, code, pin)
        assert "已责令" not in text_of(client.get(at("call_letter")))


class TestLost:
    def test_the_page_says_how_many_and_never_what(self, people: People):
        client = people.clerk.client
        code, _pin = take(client, place="渡口街社区", email="a@example.org")
        day = timezone.localdate(time.now()).isoformat()
        done = client.post(at("call_lost"), {"day": day, "place": "渡口街", "via": "phone"})
        text = text_of(done)
        assert "One letter fits." in text
        assert code not in text
        assert code.replace(" ", "") not in text
        assert "路灯" not in text
        assert "a@example.org" not in text
        again = client.post(at("call_lost"), {"day": day, "place": "渡口街", "via": "phone"})
        assert again.status_code == 429

    @pytest.mark.parametrize("given", [{}, {"day": "soon", "place": "x"}, {"day": "2026-01-01"}])
    def test_what_does_not_fit_is_shown(self, people: People, given):
        page = people.clerk.client.post(at("call_lost"), given | {"via": "phone"})
        assert page.status_code == 422
        assert "#id_" in text_of(page)


def test_single_keys_can_be_switched_off_by_each_person(people: People):
    client = people.clerk.client
    assert "data-keys" not in text_of(client.get(at("call")))
    client.post(at("choose_single_keys"), {})
    assert 'data-keys="off"' in text_of(client.get(at("call")))
    assert "data-keys" not in text_of(people.dispatcher.client.get(at("queue")))
    client.post(at("choose_single_keys"), {"single_keys": "on"})
    assert "data-keys" not in text_of(client.get(at("call")))


def test_the_mail_with_a_lost_code_carries_the_pin_that_opens_it(people: People):
    client = people.clerk.client
    code, pin = take(client, place="渡口街社区", email="a@example.org", language="en")
    day = timezone.localdate(time.now()).isoformat()
    client.post(at("call_lost"), {"day": day, "place": "渡口街", "via": "counter"})
    row = Outgoing.objects.get(kind="lost_code")
    route = Route("mail", "a@example.org")
    body = compose(row, route, "https://example.org/en/follow/").text
    assert code.replace(" ", "") in body
    assert pin.replace(" ", "") in body
    received = compose(Outgoing.objects.get(kind="received"), route, "https://x.example/")
    assert pin.replace(" ", "") not in received.text
