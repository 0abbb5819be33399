import threading

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

from huiying.casework.actions.receiving import receive
from huiying.casework.models import CaseFile, Move, Report
from huiying.intake.errors import WrongCode
from huiying.intake.letters import Letter
from huiying.intake.models import Contact, Submission
from huiying.intake.reads import TRIES_PER_CODE, open_with
from huiying.intake.vault import email_of
from huiying.kernel.actors import STRANGER, Actor, Grant
from huiying.kernel.refusals import Invalid, NotAllowed, TooMany
from huiying.notices.models import Outgoing
from huiying.record.models import Entry

LETTER = Letter(body="楼下的水管漏了三天。", email="resident@example.org", category_code="leak")


def counts() -> list[int]:
    return [
        model.objects.count() for model in (Submission, CaseFile, Report, Move, Entry, Outgoing)
    ]


@pytest.mark.django_db
def test_one_letter_writes_each_row_once_and_its_clock_follows_the_category(county):
    entries = Entry.objects.count()
    receipt = receive(actor=STRANGER, letter=LETTER, form_key="k")
    assert counts() == [1, 1, 1, 1, entries + 1, 1]
    case = CaseFile.objects.get()
    assert (case.due_at - case.received_at).days == 3
    assert Report.objects.get().due_at == case.due_at
    writer = open_with(code=receipt.code, secret=receipt.secret, address="a")
    assert writer.label == f"resident:{Submission.objects.get().label}"


@pytest.mark.django_db
def test_the_same_form_with_the_same_words_is_one_letter_other_words_are_another(county):
    first = receive(actor=STRANGER, letter=LETTER, form_key="k")
    again = receive(actor=STRANGER, letter=LETTER, form_key="k")
    assert (again.code, again.secret, again.again) == (first.code, first.secret, True)
    other = receive(actor=STRANGER, letter=Letter(body="另一件事"), form_key="k")
    without_form = receive(actor=STRANGER, letter=LETTER)
    assert len({first.code, other.code, without_form.code}) == 3
    assert Submission.objects.count() == 3


def send_at_once(form_keys: list[str]) -> list[str]:
    codes: list[str] = []
    gate = threading.Barrier(len(form_keys))

    def send(form_key: str) -> None:
        gate.wait(60)
        codes.append(receive(actor=STRANGER, letter=LETTER, form_key=form_key).code)
        connection.close()

    threads = [threading.Thread(target=send, args=(key,)) for key in form_keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return codes


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_letter(county):
    codes = send_at_once(["k"] * 4)
    assert len(codes) == 4
    assert len(set(codes)) == 1
    assert Submission.objects.count() == CaseFile.objects.count() == Outgoing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_each_click_makes_a_letter(county):
    assert len(set(send_at_once([""] * 4))) == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("letter", "field"),
    [
        (Letter(body="  \n "), "body"),
        (Letter(body="a" * 10_001), "body"),
        (Letter(body="a\0b"), "body"),
        (Letter(body="a", title="x" * 121), "title"),
        (Letter(body="a", place="x" * 301), "place"),
        (Letter(body="a", wish="shouting"), "wish"),
        (Letter(body="a\ud800b"), "body"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field_and_nothing_is_written(letter, field):
    with pytest.raises(Invalid) as refused:
        receive(actor=STRANGER, letter=letter)
    assert refused.value.field == field
    assert str(refused.value)
    assert not Submission.objects.exists()


@pytest.mark.django_db
def test_only_the_desk_may_say_that_a_letter_came_by_phone(county):
    with pytest.raises(NotAllowed):
        receive(actor=STRANGER, letter=Letter(body="a", channel="phone"))
    clerk = Actor("staff:x", frozenset({Grant("clerk")}))
    assert receive(actor=clerk, letter=Letter(body="a", channel="phone")).code


@pytest.mark.django_db
def test_a_wrong_code_and_a_wrong_secret_are_refused_alike_and_guessing_ends(county):
    receipt = receive(actor=STRANGER, letter=LETTER)
    said = set()
    for code, secret in (
        (receipt.code, "0" * 10),
        ("123456789018", receipt.secret),
        ("nonsense", receipt.secret),
        (receipt.code, ""),
    ):
        with pytest.raises(WrongCode) as refused:
            open_with(code=code, secret=secret, address="203.0.113.1")
        said.add(str(refused.value))
    assert len(said) == 1
    for guess in range(TRIES_PER_CODE - 2):
        with pytest.raises(WrongCode):
            open_with(code=receipt.code, secret=f"{guess:010d}", address=f"203.0.113.{guess}")
    with pytest.raises(TooMany):
        open_with(code=receipt.code, secret=receipt.secret, address="203.0.113.250")


@pytest.mark.django_db
def test_contact_data_opens_for_its_own_letter_only(county):
    receipt = receive(actor=STRANGER, letter=LETTER)
    other = receive(actor=STRANGER, letter=Letter(body="b", email="other@example.org"))
    assert email_of(f"submission:{receipt.submission_label}") == "resident@example.org"
    assert email_of(f"submission:{other.submission_label}") == "other@example.org"
    assert email_of("submission:unknown") is None
    mine, theirs = Contact.objects.order_by("pk")
    Contact.objects.filter(pk=mine.pk).delete()  # the application cannot exchange it in place
    Contact.objects.create(submission_id=mine.pk, sealed=theirs.sealed)
    with pytest.raises(Exception, match="^$"):
        email_of(f"submission:{receipt.submission_label}")


def test_no_column_links_two_letters_by_who_wrote_them():
    """The only keys out of a submission lead to what belongs to it alone."""
    model = apps.get_model("intake", "Submission")
    assert not [f.name for f in model._meta.get_fields() if isinstance(f, ForeignKey)]
    for other in apps.get_models():
        for field in other._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is model:
                of_one = field.unique or other.__name__ in {
                    "Message",
                    "Attachment",
                    "Reveal",
                    "Helper",  # that somebody helps with this one; who stands nowhere
                    "UnitLetter",  # which units had a part in it, for their search
                    "Given",  # which answer this letter was given
                }
                assert of_one, f"{other.__name__}.{field.name}"
    forbidden = ("phone", "person", "author", "ip", "agent", "address", "user")
    names = [field.name for field in model._meta.get_fields()]
    assert not [name for name in names if name in forbidden]
