"""The sentences that say something of an entry's payload, each made by a function of its own."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from huiying.casework.states import Outcome, ReturnReason, Vote
from huiying.casework.tellers.clocks_told import CLOCKS_TOLD
from huiying.casework.tellers.signing import SIGNING
from huiying.casework.tellers.words import Data, Teller, Words, choice
from huiying.harm.facts import CODES, in_order
from huiying.intake.states import Channel, RevealReason
from huiying.kernel.days import day_in_words
from huiying.kernel.names import listed, localized, sentences
from huiying.notices.states import CallResult

MINUTES_SAID = 90  # a shorter pause is told in minutes


def _received(data: Data, _words: Words) -> str:
    channel = choice(Channel.choices, data.get("channel"))
    said = _("The letter came in: %(channel)s.") % {"channel": channel}
    if not data.get("same_as"):
        return said
    same = _("It is said to be about the same as case %(number)s.") % {"number": data["same_as"]}
    return sentences(said, same)


def _sorted(data: Data, words: Words) -> str:
    category = localized(words.categories.named(data.get("category", "")))
    said = _("Sorted as: %(category)s.") % {"category": category}
    if data.get("renamed"):
        said = _("Sorted as: %(category)s; with a new title.") % {"category": category}
    return sentences(said, _machine(data, words))


def _machine(data: Data, words: Words) -> str:
    """Whether a person followed the machine, where it had suggested something."""
    suggested = data.get("suggested")
    if data.get("ruled"):
        ruled = {
            "rule": data.get("rule", ""),
            "rules": data.get("rules", ""),
            "ruled": localized(words.categories.named(data["ruled"])),
        }
        return _("Rule %(rule)s of version %(rules)s says: %(ruled)s.") % ruled
    if not suggested:
        return ""
    by = {
        "suggested": localized(words.categories.named(suggested)),
        "number": data.get("model", ""),
    }
    if suggested == data.get("category"):
        return _("Version %(number)s of the model had suggested the same.") % by
    return _("Version %(number)s of the model had suggested: %(suggested)s.") % by


def _given(alone: str, helped: str) -> Teller:
    """The teller of a case that was given to a lead unit alone, or with others to help."""

    def tell(data: Data, words: Words) -> str:
        support = data.get("support") or []
        said = {"lead": words.unit(data.get("lead", "")), "support": words.listed(support)}
        return _(helped if support else alone) % said

    return tell


def _returned(data: Data, words: Words) -> str:
    reason = choice(ReturnReason.choices, data.get("reason"))
    unit = words.unit(data.get("unit") or "")
    return _("%(unit)s sent it back to the desk: %(reason)s.") % {"unit": unit, "reason": reason}


def _resumed(data: Data, _words: Words) -> str:
    minutes = int(data.get("paused_seconds") or 0) // 60
    hours = round(minutes / 60)
    days = round(hours / 24)
    if not minutes:
        return _("The clock runs again.")
    if days:
        return ngettext(
            "The clock runs again; it had stood still for %(count)d day.",
            "The clock runs again; it had stood still for %(count)d days.",
            days,
        ) % {"count": days}
    if minutes < MINUTES_SAID:
        return ngettext(
            "The clock runs again; it had stood still for %(count)d minute.",
            "The clock runs again; it had stood still for %(count)d minutes.",
            minutes,
        ) % {"count": minutes}
    return ngettext(
        "The clock runs again; it had stood still for %(count)d hour.",
        "The clock runs again; it had stood still for %(count)d hours.",
        hours,
    ) % {"count": hours}


def _declined(data: Data, _words: Words) -> str:
    return _("Closed as not ours; competent is: %(body)s.") % {"body": data.get("body", "")}


def _answered(data: Data, _words: Words) -> str:
    outcome = choice(Outcome.choices, data.get("outcome"))
    return _("Answered. Result: %(outcome)s.") % {"outcome": outcome}


def _closed(data: Data, _words: Words) -> str:
    outcome = choice(Outcome.choices, data.get("outcome"))
    votes = data.get("votes") or {}
    if set(votes) <= {"silent"}:
        return _("Closed: %(outcome)s. The writer had not said what they think.") % {
            "outcome": outcome
        }
    said = ", ".join(choice(Vote.choices, vote) for vote in votes if vote != "silent")
    return _("Closed: %(outcome)s. The writer had said: %(said)s.") % {
        "outcome": outcome,
        "said": said,
    }


def _conduct(data: Data, words: Words) -> str:
    units = data.get("units") or []
    if units and not data.get("staff"):
        return _("Marked as a complaint about the conduct of %(units)s.") % {
            "units": words.listed(units)
        }
    return _("Marked as a complaint about conduct.")


def _enclosed(data: Data, _words: Words) -> str:
    count = int(data.get("count") or 0)
    return ngettext("Added %(count)d file.", "Added %(count)d files.", count) % {"count": count}


def _files_erased(data: Data, _words: Words) -> str:
    count = int(data.get("count") or 0)
    return ngettext(
        "%(count)d file was erased, as the rules on keeping data say.",
        "%(count)d files were erased, as the rules on keeping data say.",
        count,
    ) % {"count": count}


def _voted(data: Data, _words: Words) -> str:
    return _("Judged the answer: %(vote)s.") % {"vote": choice(Vote.choices, data.get("vote"))}


def _first_due(data: Data, _words: Words) -> str:
    due = day_in_words(datetime.fromisoformat(data["due_at"])) if data.get("due_at") else ""
    return _("The day of a joined letter changed; the case is due on %(day)s now.") % {"day": due}


def _reckoned_anew(data: Data, _words: Words) -> str:
    if "due_at" not in data:
        return _("The calendar changed, and the due day with it.")
    due = day_in_words(datetime.fromisoformat(data["due_at"]))
    return _("The calendar changed; due on %(day)s now.") % {"day": due}


def _weighed(data: Data, _words: Words) -> str:
    """What was ticked and unticked, how urgent it is by that, and by when it is due now."""
    told = []
    for key, said in (("added", _("It holds: %(facts)s.")), ("removed", _("Not so: %(facts)s."))):
        facts = in_order(data.get(key) or [])
        if facts:
            told.append(said % {"facts": listed(str(fact.said) for fact in facts)})
    level = CODES.get(data.get("level", ""))
    if level is not None and data.get("due_at"):
        day = day_in_words(datetime.fromisoformat(data["due_at"]))
        said_now = {"level": level.label, "day": day}
        told.append(_("Urgency: %(level)s; due on %(day)s now.") % said_now)
    return sentences(*told) if told else _("Harm facts were weighed.")


def _until(said: str) -> Teller:
    """The teller of an act on more time for the answer."""

    def tell(data: Data, _words: Words) -> str:
        day = data.get("until")
        words = day_in_words(datetime.fromisoformat(day), weekday=True) if day else ""
        return _(said) % {"day": words}

    return tell


def _extended(data: Data, words: Words) -> str:
    if data.get("late"):
        return _until(
            gettext_noop("The new day %(day)s is told to the writer; late it stays all the same.")
        )(data, words)
    return _until(gettext_noop("More time was granted, until %(day)s."))(data, words)


def _revealed(data: Data, _words: Words) -> str:
    reason = choice(RevealReason.choices, data.get("reason"))
    return _("Looked at the writer's contact: %(reason)s.") % {"reason": reason}


def _parted(data: Data, _words: Words) -> str:
    numbers = listed(str(number) for number in data.get("parts", ()))
    return _("Split into parts, each a case of its own: %(numbers)s.") % {"numbers": numbers}


def _other_case(said: str, key: str) -> Teller:
    """The teller of what was done with this case and another, whose number stands under `key`."""

    def tell(data: Data, _words: Words) -> str:
        return _(said) % {"number": data.get(key, "")}

    return tell


def _called(data: Data, _words: Words) -> str:
    result = choice(CallResult.choices, data.get("result"))
    said = {"number": int(data.get("number") or 1), "result": result}
    return _("Called the writer (call %(number)d): %(result)s.") % said


def _elsewhere(said: Data) -> str:
    """A number elsewhere in words, with its date where there is one."""
    words = {"system": said.get("system", ""), "number": said.get("number", "")}
    if not said.get("due_at"):
        return _("%(system)s, number %(number)s") % words
    words["day"] = day_in_words(datetime.fromisoformat(said["due_at"]))
    return _("%(system)s, number %(number)s, due there on %(day)s") % words


def _number_added(data: Data, _words: Words) -> str:
    return _("Known elsewhere: %(now)s.") % {"now": _elsewhere(data.get("now") or {})}


def _number_corrected(data: Data, _words: Words) -> str:
    return _("Corrected how it is known elsewhere: %(now)s; before: %(before)s.") % {
        "now": _elsewhere(data.get("now") or {}),
        "before": _elsewhere(data.get("before") or {}),
    }


def _number_ended(data: Data, _words: Words) -> str:
    before = _elsewhere(data.get("before") or {})
    return _("Does not belong here: %(before)s.") % {"before": before}


# Sentences that say something of the payload, with their tone.
TELLERS: dict[str, tuple[Teller, str]] = {
    "case.receive": (_received, "info"),
    "case.triage": (_sorted, "plain"),
    "case.assign": (
        _given(
            gettext_noop("Assigned to %(lead)s."),
            gettext_noop("Assigned to %(lead)s; %(support)s will help."),
        ),
        "accent",
    ),
    "case.reassign": (
        _given(
            gettext_noop("Given to %(lead)s instead."),
            gettext_noop("Given to %(lead)s instead; %(support)s will help."),
        ),
        "accent",
    ),
    "case.return_to_desk": (_returned, "warning"),
    "case.resume": (_resumed, "info"),
    "case.decline": (_declined, "warning"),
    "case.answer": (_answered, "success"),
    "case.answer_at_once": (_answered, "success"),
    "case.answer_unreviewed": (_answered, "success"),
    "case.close": (_closed, "success"),
    "case.mark_conduct": (_conduct, "warning"),
    "case.split": (_parted, "info"),
    "case.put_back": (
        _other_case(gettext_noop("Put back into the letter of case %(number)s."), "from"),
        "warning",
    ),
    "case.join": (_other_case(gettext_noop("Joined to case %(number)s."), "into"), "info"),
    "case.take_in": (
        _other_case(gettext_noop("Case %(number)s was joined to this one."), "from"),
        "info",
    ),
    "case.not_same": (
        _other_case(gettext_noop("Said that case %(number)s is not about the same."), "other"),
        "plain",
    ),
    "case.maybe_same": (
        _other_case(gettext_noop("Took back that case %(number)s is not about the same."), "other"),
        "plain",
    ),
    "case.unjoin": (
        _other_case(gettext_noop("Taken apart from case %(number)s again."), "from"),
        "warning",
    ),
    "case.give_back": (
        _other_case(gettext_noop("Case %(number)s is handled on its own again."), "from"),
        "warning",
    ),
    "case.take_out": (
        _other_case(
            gettext_noop("Taken up again by its writer, apart from case %(number)s."), "from"
        ),
        "warning",
    ),
    "case.adopt_calendar": (_reckoned_anew, "info"),
    "case.first_due": (_first_due, "info"),
    "case.ask_extension": (_until(gettext_noop("Asked for more time, until %(day)s.")), "info"),
    "case.extend": (_extended, "warning"),
    "case.weigh": (_weighed, "info"),
    "case.refuse_extension": (
        _until(gettext_noop("More time until %(day)s was refused.")),
        "warning",
    ),
    "errand.call": (_called, "info"),
    "outside_number.added": (_number_added, "plain"),
    "outside_number.corrected": (_number_corrected, "info"),
    "outside_number.ended": (_number_ended, "info"),
    **SIGNING,
    **CLOCKS_TOLD,
    "report.vote": (_voted, "info"),
    "contact.reveal": (_revealed, "warning"),
    "submission.enclosed": (_enclosed, "plain"),
    "submission.files_erased": (_files_erased, "info"),
}
