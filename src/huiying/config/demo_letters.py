"""The invented letters, taken through the real verbs at their own past moments."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from huiying.accounts.models import Account
from huiying.agencies.reads import standing_of
from huiying.casework.actions import sorting, working, writing_back
from huiying.casework.actions.receiving import receive
from huiying.casework.models import CaseFile
from huiying.config.demo_sample import Row
from huiying.intake.letters import Letter
from huiying.intake.models import Submission
from huiying.intake.reads import resident
from huiying.intake.states import Channel
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.models import Reply
from huiying.replies.words import Words

SOURCE = "sample"
# Letters of these channels are written down by the desk.
TAKEN_DOWN = {Channel.PHONE, Channel.COUNTER, Channel.LETTER}
TAKER = "clerk.lin"


class WrongEnd(Exception):
    """A letter of the sample did not end in the state that it names."""


@cache
def person(username: str) -> Actor:
    """The member of staff with this user name."""
    return standing_of(Account.objects.get(username=username)).actor


def known() -> set[str]:
    """The ids of the letters that are here already."""
    return set(Submission.objects.filter(source=SOURCE).values_list("source_id", flat=True))


@verb
def live_through(*, actor: Actor, letter: Row) -> None:
    """Receive one letter and take every step of it; all of it or nothing.

    Raises WrongEnd where it ends in another state than it says.
    """
    if not actor.has("system"):
        raise NotAllowed
    label = _received(actor, letter)
    for step in letter["steps"]:
        _Step(label, step).take()
    state = CaseFile.objects.get(reports__submission__label=label).state
    if state != letter["state"]:
        raise WrongEnd(f"{letter['id']}: {state}, not {letter['state']}")


def _received(actor: Actor, letter: Row) -> str:
    named = letter.get("conduct", {}).get("units", [])
    taken = Letter(
        body=letter["body"],
        title=letter["title"],
        place=letter.get("place", ""),
        wish=letter["wish"],
        channel=letter["channel"],
        language=letter["language"],
        harm=tuple(letter.get("harm", ())),
        conduct=bool(named),
        named_units=tuple(named),
        source=SOURCE,
        source_id=letter["id"],
    )
    who = person(TAKER) if letter["channel"] in TAKEN_DOWN else actor
    with time.at(letter["received"]):
        return receive(actor=who, letter=taken).submission_label


class _Step:
    """One step of a letter: `take` calls the verb that it names, by its person at its moment."""

    def __init__(self, label: str, step: Row) -> None:
        self._label = label
        self._step = step
        self._by = resident(label) if step["by"] == "resident" else person(step["by"])
        self._number = CaseFile.objects.values_list("number", flat=True).get(
            reports__submission__label=label
        )

    def take(self) -> None:
        act: Callable[[], None] = getattr(self, f"_{self._step['do']}")
        with time.at(self._step["at"]):
            act()

    def _triage(self) -> None:
        sorting.triage(actor=self._by, number=self._number, category_code=self._step["category"])

    def _assign(self) -> None:
        sorting.assign(
            actor=self._by,
            number=self._number,
            lead_code=self._step["lead"],
            support_codes=self._step.get("support", []),
        )

    def _reassign(self) -> None:
        sorting.reassign(
            actor=self._by,
            number=self._number,
            lead_code=self._step["lead"],
            support_codes=self._step.get("support", []),
            reason=self._step["reason"],
        )

    def _accept(self) -> None:
        working.accept(actor=self._by, number=self._number)

    def _return_to_desk(self) -> None:
        working.return_to_desk(
            actor=self._by,
            number=self._number,
            reason=self._step["reason_class"],
            words=self._step["reason"],
        )

    def _ask_resident(self) -> None:
        working.ask_resident(actor=self._by, number=self._number, question=self._step["words"])

    def _resume(self) -> None:
        if "words" in self._step:
            writing_back.answer_question(actor=self._by, text=self._step["words"])
        else:
            working.resume(actor=self._by, number=self._number)

    def _add_words(self) -> None:
        writing_back.add_words(actor=self._by, text=self._step["words"])

    def _drafting(self) -> tuple[Actor, datetime]:
        return person(self._step["drafted_by"]), self._step["drafted_at"]

    def _answer(self) -> None:
        author, drafted_at = self._drafting()
        with time.at(drafted_at):
            reply = writing.put_forward(actor=author, number=self._number, words=self._words())
        self._issue(reply, privately=self._step["form"] == "private")

    def _words(self) -> Words:
        step = self._step
        return Words(
            title=step["title"],
            question=step["question"],
            text=step["answer"],
            outcome=step["outcome"],
            audience=step["form"],
        )

    def _put_forward(self) -> None:
        writing.put_forward(actor=self._by, number=self._number, words=self._words())

    def _correct(self) -> None:
        author, drafted_at = self._drafting()
        given = Reply.objects.filter(case__number=self._number, state="published").latest("id")
        last = given.versions.latest("number")
        words = Words(
            title=last.title,
            question=last.question,
            text=self._step["answer"],
            outcome=last.outcome,
            audience=last.audience,
        )
        with time.at(drafted_at):
            reply = mending.correct_and_submit(
                actor=author, label=given.label, words=words, reason=self._step["reason"]
            )
        self._issue(reply, privately=False)

    def _issue(self, reply: Reply, *, privately: bool) -> None:
        reviewing.approve_and_issue(
            actor=self._by, label=reply.label, seen=reply.version, privately=privately
        )

    def _vote(self) -> None:
        writing_back.vote(actor=self._by, verdict=self._step["vote"])
        if "words" in self._step:
            self._add_words()

    def _close(self) -> None:
        working.close(
            actor=self._by,
            number=self._number,
            outcome=self._step["outcome"],
            proof=self._step["proof"],
        )

    def _decline(self) -> None:
        sorting.decline(
            actor=self._by,
            number=self._number,
            competent_body=self._step["body"],
            reason=self._step["words"],
        )

    def _reopen(self) -> None:
        if self._step["by"] == "resident":
            writing_back.reopen_own(actor=self._by, text=self._step["words"])
        else:
            writing_back.reopen(actor=self._by, number=self._number, words=self._step["words"])

    def _withdraw(self) -> None:
        if "words" in self._step:
            self._add_words()
        writing_back.withdraw(actor=self._by, pressed=self._step.get("pressed"))
