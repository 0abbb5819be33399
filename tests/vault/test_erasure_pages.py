"""The pages on erasure: the desk's, by two people, and the writer's own."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from huiying.casework.actions import sorting
from huiying.intake.models import Contact
from huiying.intake.opening import words_of
from huiying.intake.states import ERASED
from huiying.kernel import time
from huiying.retention.models import Hold, Rules, Run
from huiying.retention.tasks import erase_due
from tests.people import People
from tests.public_site.conftest import Desk, Writer, address, text_of

pytestmark = pytest.mark.django_db
RULES = {
    "contact_months": "6",
    "contact_basis": "《信访工作条例》",
    "words_months": "24",
    "words_basis": "《档案法》",
    "search_days": "90",
    "search_basis": "《个人信息保护法》第十九条",
}


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


@pytest.fixture
def closed(people: People, desk: Desk) -> Writer:
    writer = Writer()
    writer.write("楼上漏水。", title="楼上漏水", email="li@example.org")
    desk.take_on(writer)
    desk.answer(writer)
    desk.close(writer)
    return writer


def at(name: str, *arguments: object) -> str:
    return reverse(f"staff_desk:{name}", args=arguments)


def put_in_force(people: People) -> None:
    people.administrator.client.post(at("erasure_rules"), RULES | {"do": "propose"})
    number = Rules.objects.get().number
    people.supervisor.client.post(at("erasure_approve", number))


class TestRules:
    def test_rehearsed_proposed_and_put_in_force_by_another(self, people: People, closed: Writer):
        with time.at(time.now() + timedelta(days=800)):
            people.administrator.client.force_login(people.administrator.account)
            rehearsed = people.administrator.client.post(
                at("erasure_rules"), RULES | {"do": "rehearse"}
            )
        assert text_of(rehearsed).count("1 封来信") == 2
        assert "0 次搜索" in text_of(rehearsed)
        assert str(closed.case.number) in text_of(rehearsed)
        assert not Rules.objects.exists()
        proposed = people.administrator.client.post(
            at("erasure_rules"), RULES | {"do": "propose"}, follow=True
        )
        assert "等另一个人批准" in text_of(proposed)
        assert at("erasure_approve", 1) not in text_of(proposed)
        assert people.administrator.client.post(at("erasure_approve", 1)).status_code == 403
        page = people.supervisor.client.post(at("erasure_approve", 1), follow=True)
        assert "办结 6 个月后" in text_of(page)
        assert "搜索 90 天后" in text_of(page)
        assert "办结 6 个月后" in text_of(people.stranger.get(address("privacy")))

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"contact_basis": ""}, "写"),
            ({"contact_months": "1"}, "2"),
            ({"contact_months": "x"}, ""),
            ({"contact_months": "30"}, "更久"),
            ({"search_days": "3"}, "7"),
            ({"search_basis": ""}, "写"),
        ],
    )
    def test_what_does_not_fit_is_said_at_its_field(self, changes, said, people: People):
        page = people.administrator.client.post(
            at("erasure_rules"), RULES | {"do": "propose"} | changes
        )
        assert page.status_code == 422
        assert said in text_of(page)
        assert not Rules.objects.exists()

    def test_a_certificate_on_paper_and_for_machines(self, people: People, closed: Writer):
        put_in_force(people)
        with time.at(time.now() + timedelta(days=200)):
            assert erase_due() == 1
        label = Run.objects.get().label
        paper = text_of(people.auditor.client.get(at("erasure_run", label)))
        given = people.auditor.client.get(at("erasure_run_json", label)).json()
        assert given["run"]["contacts"] == 1
        assert given["erased"][0]["commitment"] in paper
        for text in (paper, str(given)):
            assert "li@example" not in text
            assert "Administrator" not in text.replace("administrator同志", "Administrator")

    def test_a_complaint_about_somebody_is_no_number_for_them(self, people: People, closed: Writer):
        put_in_force(people)
        sorting.mark_conduct(
            actor=people.clerk.actor, number=closed.case.number, usernames=["administrator"]
        )
        with time.at(time.now() + timedelta(days=800)):
            erase_due()
        page = at("erasure_run", Run.objects.get().label)
        assert str(closed.case.number) in text_of(people.auditor.client.get(page))
        assert str(closed.case.number) not in text_of(people.administrator.client.get(page))


class TestHold:
    def test_asked_granted_and_told(self, people: People, closed: Writer):
        until = (time.now() + timedelta(days=90)).date().isoformat()
        number = closed.case.number
        asked = people.auditor.client.post(
            at("case_hold", number), {"reason": "法院要求保留", "until": until}, follow=True
        )
        assert "等另一个人批准" in text_of(asked)
        closed.open()
        assert "法院要求保留" not in text_of(closed.letter())
        hold = Hold.objects.get()
        assert people.auditor.client.post(at("hold_grant", hold.label)).status_code == 403
        people.supervisor.client.post(at("hold_grant", hold.label))
        assert "法院要求保留" in text_of(closed.letter())
        refused = erase(closed, "contact")
        assert refused.status_code == 409
        assert "暂缓清除" in text_of(refused)
        people.auditor.client.post(at("hold_end", hold.label))
        assert erase(closed, "contact").status_code == 303

    def test_a_date_that_is_too_far_is_said(self, people: People, closed: Writer):
        until = (time.now() + timedelta(days=400)).date().isoformat()
        page = people.auditor.client.post(
            at("case_hold", closed.case.number), {"reason": "x", "until": until}
        )
        assert page.status_code == 422
        assert "六个月以内" in text_of(page)


def erase(writer: Writer, what: str, secret: str = ""):
    writer.open()
    page = writer.client.get(address("letter_erase"))
    key = re.search(r'name="erase-form_key" value="([^"]+)"', text_of(page))
    return writer.client.post(
        address("letter_erase"),
        {
            "erase-what": what,
            "erase-secret": secret or writer.secret,
            "erase-form_key": key[1] if key else "",
        },
    )


class TestOwnWish:
    def test_contact_at_once_then_words(self, closed: Writer):
        assert erase(closed, "contact").status_code == 303
        assert not Contact.objects.exists()
        assert "您的联系方式已于" in text_of(closed.letter())
        assert erase(closed, "words").status_code == 303
        assert words_of(closed.submission).body == ERASED
        page = text_of(closed.letter())
        assert "楼上漏水。" not in page
        assert address("letter_erase") not in page

    def test_not_without_the_secret(self, closed: Writer):
        assert erase(closed, "contact", "0123456789").status_code == 422
        assert Contact.objects.exists()

    def test_not_the_words_of_an_open_case(self, people: People):
        writer = Writer()
        writer.write("漏水")
        refused = erase(writer, "words")
        assert refused.status_code == 409
        assert "还在办理" in text_of(refused)
        assert words_of(writer.submission).body == "漏水"

    def test_what_is_gone_is_not_offered(self, people: People):
        writer = Writer()
        writer.write("漏水")
        writer.open()
        assert 'value="contact"' not in text_of(writer.client.get(address("letter_erase")))
        assert erase(writer, "contact").status_code == 422
