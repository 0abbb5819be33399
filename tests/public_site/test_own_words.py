"""A writer's own words beside the published answer: only with their consent, as the preview showed them."""

import re

import pytest

from huiying.casework.actions import joining, sorting, writing_back
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile
from huiying.config.backup.erasures import AGAIN
from huiying.intake.models import Submission
from huiying.intake.reads import resident
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from huiying.record.models import Entry
from huiying.replies.actions.mending import withdraw
from huiying.replies.actions.own_words import forget_own_words
from huiying.replies.actions.reviewing import approve_and_issue
from huiying.replies.actions.writing import put_forward
from huiying.replies.models import OwnWords, Reply
from huiying.replies.reads import answers_for_submission, own_words
from huiying.replies.reads.own_words import OwnWordsOffer, as_everybody_reads, name_of
from huiying.replies.shown import LetterShown
from huiying.replies.words import Words
from huiying.retention.actions import erase_on_wish
from tests.casework.test_splitting import begun
from tests.casework.ways import split_by
from tests.people import People
from tests.public_site.conftest import Desk, Writer, keys_in, text_of
from tests.staff_desk.test_call import act, at, hidden, open_by, take

pytestmark = pytest.mark.django_db

BODY = "我住在云渡县城关镇人民路18号3栋2单元501室，电话13800138000。\n楼下夜里施工。"
PLACE = "云渡县城关镇人民路18号3栋"
COVERED = "我住在云渡县城关镇人民路█，电话█。\n楼下夜里施工。"
WORDS = Words(
    title="夜间施工", question="夜里施工。", text="已经停工。", outcome="solved", audience="public"
)


def publish(desk: Desk, writer: Writer) -> Reply:
    desk.take_on(writer)
    people, number = desk.people, writer.case.number
    reply = put_forward(actor=people.handler.actor, number=number, words=WORDS)
    return approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=reply.version)


@pytest.fixture
def answered(english: Writer, desk: Desk) -> tuple[Writer, Reply]:
    """A letter whose writer wishes a public answer, with that answer."""
    given = english.filled(BODY, wish="public", place=PLACE, email="a@example.org")
    english.send(given)
    english.open()
    return english, publish(desk, english)


def seen_in(writer: Writer) -> str:
    found = re.search(r'name="show-seen" value="(\w+)"', text_of(writer.letter()))
    return found[1] if found else ""


def say(writer: Writer, shown: str, seen: str | None = None):
    return writer.act("show", shown=shown, seen=seen_in(writer) if seen is None else seen)


def public(writer: Writer, reply: Reply) -> str:
    return text_of(writer.client.get(f"/en/answers/{reply.address}/"))


def actions(writer: Writer) -> list[str]:
    rows = Entry.objects.filter(
        subject=f"submission:{writer.submission.label}", action__startswith="own_words"
    )
    return list(rows.order_by("id").values_list("action", flat=True))


def test_nothing_stands_there_until_the_writer_says_yes_to_the_preview(answered):
    writer, reply = answered
    page = text_of(writer.letter())
    assert "Your own words beside the answer" in page
    assert COVERED in page
    assert COVERED not in public(writer, reply)
    say(writer, "no")
    assert COVERED not in public(writer, reply)
    assert actions(writer) == []

    assert say(writer, "yes").status_code == 303
    shown = public(writer, reply)
    assert COVERED in shown
    assert "<bdi>云渡县城关镇</bdi>" in shown
    for kept in ("13800138000", "18号", "501", "a@example.org"):
        assert kept not in shown
    assert "Let their own words" not in shown
    assert "You let your own words stand" in text_of(writer.letter())


def test_words_taken_back_are_gone_at_once_and_the_record_tells_both(answered):
    writer, reply = answered
    say(writer, "yes")
    say(writer, "yes")
    say(writer, "no")
    assert COVERED not in public(writer, reply)
    assert not OwnWords.objects.exists()
    assert actions(writer) == ["own_words.shown", "own_words.taken_back"]
    say(writer, "yes")
    assert COVERED in public(writer, reply)


def test_a_yes_without_this_very_preview_is_refused(answered):
    writer, reply = answered
    for seen in ("", "0" * 64):
        refused = say(writer, "yes", seen)
        assert refused.status_code == 409
        assert "Look at the preview again" in text_of(refused)
    assert COVERED not in public(writer, reply)


def test_it_is_offered_for_a_public_answer_alone(english: Writer, desk: Desk):
    english.send(english.filled(BODY, wish="private"))
    english.open()
    desk.take_on(english)
    desk.answer(english)
    page = english.letter()
    assert "Your own words" not in text_of(page)
    key = {"show-form_key": keys_in(page)["vote-form_key"]}
    refused = english.client.post(
        english.at("letter_show"), key | {"show-shown": "yes", "show-seen": "0" * 64}
    )
    assert refused.status_code == 409
    assert not OwnWords.objects.exists()


def test_it_is_not_offered_before_the_answer(english: Writer, desk: Desk):
    english.send(english.filled(BODY, wish="public"))
    english.open()
    desk.take_on(english)
    assert "Your own words" not in text_of(english.letter())


def test_a_complaint_about_conduct_shows_no_words_even_if_it_is_marked_later(answered, desk: Desk):
    writer, reply = answered
    say(writer, "yes")
    number = writer.case.number
    sorting.mark_conduct(actor=desk.people.clerk.actor, number=number, unit_codes=["water"])
    assert COVERED not in public(writer, reply)
    assert "Your own words beside" not in text_of(writer.letter())


def test_erasing_the_letter_takes_the_words_away(answered, desk: Desk):
    writer, reply = answered
    say(writer, "yes")
    desk.close(writer)
    erase_on_wish(actor=resident(writer.submission.label), what="words")
    assert not OwnWords.objects.exists()
    assert COVERED not in public(writer, reply)
    assert "Your own words beside" not in text_of(writer.letter())


def test_words_go_with_an_answer_that_is_withdrawn(answered, desk: Desk):
    writer, reply = answered
    say(writer, "yes")
    withdraw(actor=desk.people.reviewer.actor, label=reply.label, reason="写错了。")
    assert COVERED not in public(writer, reply)


def test_words_go_with_a_letter_that_is_withdrawn_after_it_was_taken_up_again(answered):
    writer, reply = answered
    say(writer, "yes")
    actor = resident(writer.submission.label)
    writing_back.reopen_own(actor=actor, text="还在施工。")
    assert COVERED in public(writer, reply)
    writing_back.withdraw(actor=actor)
    assert COVERED not in public(writer, reply)


def test_the_reviewer_sets_words_aside_with_a_reason_that_the_writer_reads(answered, desk: Desk):
    writer, reply = answered
    say(writer, "yes")
    people, row = desk.people, OwnWords.objects.get()
    url = f"/en/desk/answers/{reply.label}/own-words/"
    case = text_of(people.reviewer.client.get(f"/en/desk/cases/{writer.case.number}/"))
    assert url in case
    given = {"words": row.pk, f"words{row.pk}-reason": "里面写了邻居的名字。"}
    assert people.handler.client.post(url, given).status_code == 403
    assert people.other_handler.client.get(url).status_code == 404
    missing = people.reviewer.client.post(url, {"words": row.pk})
    assert missing.status_code == 422
    assert people.reviewer.client.post(url, given).status_code == 302
    assert COVERED not in public(writer, reply)

    page = text_of(writer.letter())
    assert "里面写了邻居的名字。" in page
    assert not seen_in(writer)
    # Nor does going round by the form bring them back.
    key = {"show-form_key": keys_in(writer.letter())["vote-form_key"]}
    for shown in ("no", "yes"):
        writer.client.post(writer.at("letter_show"), key | {"show-shown": shown, "show-seen": "0"})
    assert COVERED not in public(writer, reply)

    again = {"words": row.pk, "do": "put_back"}
    assert people.reviewer.client.post(url, again).status_code == 302
    assert COVERED in public(writer, reply)
    assert actions(writer) == ["own_words.shown", "own_words.set_aside", "own_words.put_back"]


def test_words_of_another_answer_cannot_be_set_aside_by_this_one(answered, desk: Desk, county):
    writer, _reply = answered
    say(writer, "yes")
    other = Writer("en")
    other.send(other.filled("路灯不亮。", wish="public"))
    elsewhere = publish(desk, other)
    row = OwnWords.objects.get()
    url = f"/en/desk/answers/{elsewhere.label}/own-words/"
    given = {"words": row.pk, f"words{row.pk}-reason": "理由"}
    assert desk.people.reviewer.client.post(url, given).status_code == 404


def sent_beside(body: str) -> Writer:
    """Another writer, in a browser of their own, with their letter open."""
    other = Writer("en")
    other.send(other.filled(body, wish="public"))
    other.open()
    return other


def join_to(desk: Desk, other: Writer, writer: Writer) -> int:
    """Join the letter of `other` to that of `writer`; the number of its own case."""
    into, number = writer.case.number, other.case.number
    joining.join(actor=desk.people.dispatcher.actor, number=number, into=into)
    return number


def test_whoever_joined_after_the_answer_was_never_given_it(english: Writer, desk: Desk):
    english.send(english.filled(BODY, wish="public"))
    english.open()
    late = sent_beside("我家也吵。")
    reply = publish(desk, english)
    say(english, "yes")
    writing_back.reopen_own(actor=resident(english.submission.label), text="还在施工。")
    join_to(desk, late, english)
    assert "Your own words" not in text_of(late.letter())
    key = {"show-form_key": keys_in(late.letter())["reach-form_key"]}
    asked = late.client.post(
        late.at("letter_show"),
        key | {"show-shown": "yes", "show-seen": name_of(as_everybody_reads(late.submission))},
    )
    assert asked.status_code == 409
    # Even a row that came about before stays out of everybody's sight.
    OwnWords.objects.create(
        submission=late.submission, text="我家也吵。", agreed_at=late.submission.received_at
    )
    assert "我家也吵" not in public(english, reply)
    assert COVERED in public(english, reply)


def test_words_of_one_who_was_given_the_answer_stay_when_the_letters_are_taken_apart(
    english: Writer, desk: Desk
):
    english.send(english.filled(BODY, wish="public"))
    english.open()
    other = sent_beside("我家也吵。")
    number = join_to(desk, other, english)
    reply = publish(desk, english)
    say(other, "yes")
    assert "我家也吵。" in public(english, reply)
    joining.unjoin(actor=desk.people.dispatcher.actor, number=number)
    assert "我家也吵。" in public(english, reply)
    assert "You let your own words stand" in text_of(other.letter())
    say(other, "no")
    assert "我家也吵" not in public(english, reply)


def test_words_taken_back_stay_away_when_an_older_archive_is_restored(answered):
    writer, reply = answered
    say(writer, "yes")
    label = writer.submission.label
    assert AGAIN["own_words.taken_back"](f"submission:{label}") == 1
    assert COVERED not in public(writer, reply)
    assert AGAIN["own_words.taken_back"](f"submission:{label}") == 0
    assert AGAIN["own_words.taken_back"]("submission:unknown") == 0


def test_nobody_but_the_system_forgets_words(answered, desk: Desk):
    writer, _reply = answered
    say(writer, "yes")
    with pytest.raises(NotAllowed):
        forget_own_words(actor=desk.people.administrator.actor, submission=writer.submission)
    assert forget_own_words(actor=SYSTEM, submission=writer.submission)
    assert not forget_own_words(actor=SYSTEM, submission=writer.submission)


def test_who_has_no_page_says_yes_or_no_on_the_line_once_it_was_read_out(people: People):
    """The clerk reads the preview out and keeps what the caller said, as the caller's act."""
    client = people.clerk.client
    code, pin = take(client, body=BODY, wish="public")
    caller = Writer("en", code=code.replace(" ", ""))
    reply = publish(Desk(people), caller)
    open_by(client, code, pin)
    page = text_of(client.get(at("call_letter")))
    assert COVERED in page
    assert (
        "13800138000" not in page[page.index(at("call_show")) - 3000 : page.index(at("call_show"))]
    )
    assert COVERED not in public(caller, reply)
    assert act(client, "show", shown="yes", seen="another").status_code == 409
    assert act(client, "show", shown="").status_code == 422
    seen = hidden(client.get(at("call_letter")), "seen", at("call_show"))
    assert act(client, "show", shown="yes", seen=seen).status_code == 302
    assert COVERED in public(caller, reply)
    entry = Entry.objects.get(action="own_words.shown")
    assert (entry.actor, (entry.payload.data or {})["via"]) == (
        people.clerk.actor.label,
        "phone",
    )
    assert "A clerk read out to you what everybody would read" in text_of(
        client.get(at("call_letter"))
    )
    assert act(client, "show", shown="no").status_code == 302
    assert COVERED not in public(caller, reply)
    assert "You told a clerk that your own words" in text_of(client.get(at("call_letter")))


def test_of_a_split_letter_the_clerk_offers_what_the_writers_page_does(people: People, monkeypatch):
    """Nothing, where a part was answered in public and the letter itself was not, whatever else would fit."""
    client = people.clerk.client
    code, pin = take(client, body=BODY, wish="public")
    number = CaseFile.objects.get().number
    _leak, noise = split_by(people, number)
    begun(people, noise, "housing")
    reply = put_forward(actor=people.handler.actor, number=noise.number, words=WORDS)
    approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=reply.version)
    preview = LetterShown("题", COVERED, "")
    fitting = OwnWordsOffer(preview, seen="x", agreed_at=None, set_aside_because="")
    monkeypatch.setattr(own_words, "offer_to", lambda _submission: fitting)
    open_by(client, code, pin)
    on_the_line = text_of(client.get(at("call_letter")))
    assert "已经停工。" in on_the_line
    assert COVERED not in on_the_line
    actor = resident(Submission.objects.get(part=False).label)
    page = letter_page(actor)
    assert own_words.offer_beneath(answers_for_submission(page.submission_id), page) is None
