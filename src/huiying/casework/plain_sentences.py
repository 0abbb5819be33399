"""The sentences of entries that need nothing of the payload, and what is said where it was erased."""

from django.utils.translation import gettext_noop

# The others, with their tone.
SENTENCES = {
    "case.accept": (gettext_noop("The unit took the case on."), "accent"),
    "case.ask_resident": (
        gettext_noop("Asked the writer a question; the clock stands still."),
        "info",
    ),
    "case.reopen": (gettext_noop("Reopened: a new round with a new clock."), "warning"),
    "case.withdraw": (gettext_noop("With that the case is closed."), "warning"),
    "case.take_back_from_named": (
        gettext_noop("Taken back from the unit that the complaint is about."),
        "warning",
    ),
    "case.undo_triage": (gettext_noop("Took the sorting back."), "warning"),
    "case.undo_assign": (gettext_noop("Took the assignment back."), "warning"),
    "case.undo_accept": (gettext_noop("Took back that the unit had taken it on."), "warning"),
    "escalation.noted": (
        gettext_noop("Took note that the time of this case is running out, or has."),
        "info",
    ),
    "escalation.raised": (
        gettext_noop("Told the next above, as nobody had taken note in time."),
        "warning",
    ),
    "case.note": (gettext_noop("Wrote a note between units."), "plain"),
    "exchange.words": (gettext_noop("Added to the letter."), "plain"),
    "exchange.answer": (gettext_noop("Answered the question."), "info"),
    "exchange.reopening": (gettext_noop("Said why it should be taken up again."), "info"),
    "errand.posted": (gettext_noop("Posted a letter to the writer."), "success"),
    "errand.not_posted": (gettext_noop("Could not post a letter to the writer."), "warning"),
    "notice.again": (gettext_noop("Had a notice to the writer sent again."), "plain"),
    "notice.bounced": (gettext_noop("A mail to the writer came back."), "warning"),
    "contact.changed": (gettext_noop("Changed how they want to hear from us."), "info"),
    "submission.contact_erased": (gettext_noop("How to reach the writer was erased."), "info"),
    "submission.words_erased": (gettext_noop("The words of the letter were erased."), "info"),
    "retention.asked": (gettext_noop("Asked for erasure."), "info"),
    "hold.asked": (gettext_noop("Asked to hold the erasure."), "warning"),
    "hold.granted": (gettext_noop("The erasure is on hold."), "warning"),
    "hold.ended": (gettext_noop("The erasure is no longer on hold."), "info"),
    "own_words.shown": (
        gettext_noop("Let their own words stand beside the published answer."),
        "info",
    ),
    "own_words.taken_back": (
        gettext_noop("Their own words no longer stand beside the answer."),
        "info",
    ),
    "own_words.set_aside": (
        gettext_noop("Took the writer's own words from view beside the answer."),
        "warning",
    ),
    "own_words.put_back": (
        gettext_noop("Let the writer's own words stand beside the answer again."),
        "info",
    ),
    "submission.withdrawn": (gettext_noop("Withdrew the letter."), "warning"),
    "submission.opened_by_caller": (gettext_noop("Opened the letter by the writer's PIN."), "info"),
    "submission.code_sent": (
        gettext_noop("Had the lost code sent to the contact that was left, if any; saw neither."),
        "info",
    ),
    "reply.draft": (gettext_noop("Began to write an answer."), "plain"),
    "reply.submit": (gettext_noop("Handed the answer to a reviewer."), "plain"),
    "reply.take_back": (gettext_noop("Took the answer back from review."), "plain"),
    "reply.send_back": (gettext_noop("Sent the answer back to be written better."), "warning"),
    "reply.approve": (gettext_noop("Approved the answer."), "success"),
    "reply.send": (gettext_noop("Sent the corrected answer to the writer."), "success"),
    "reply.publish": (gettext_noop("Published the corrected answer."), "success"),
    "reply.send_unreviewed": (
        gettext_noop("Sent to the writer alone without a reviewer, as this matter allows."),
        "success",
    ),
    "reply.correct": (gettext_noop("Began to correct the answer."), "plain"),
    "reply.supersede": (
        gettext_noop("The corrected text took the place of the earlier one."),
        "info",
    ),
    "reply.withdraw": (gettext_noop("Withdrew the answer."), "warning"),
    "reply.abandon": (gettext_noop("The draft was given up."), "plain"),
    "reply.answer_at_once": (gettext_noop("Chose a standard answer."), "plain"),
}
# Where the payload was erased.
WITHOUT_DETAILS = {
    "case.co_signing": gettext_noop("Said whether the supporting units must co-sign."),
    "signature.ask": gettext_noop("Asked supporting units to co-sign."),
    "signature.sign": gettext_noop("A supporting unit co-signed."),
    "signature.refuse": gettext_noop("A supporting unit did not co-sign."),
    "signature.recall": gettext_noop("Withdrew a request to co-sign."),
    "signature.void": gettext_noop("Signatures became void."),
    "reply.decide_without": gettext_noop("Decided without a signature."),
    "case.receive": gettext_noop("The letter came in."),
    "case.triage": gettext_noop("Sorted."),
    "case.assign": gettext_noop("Assigned to a unit."),
    "case.reassign": gettext_noop("Given to another unit."),
    "case.return_to_desk": gettext_noop("Sent back to the desk."),
    "case.decline": gettext_noop("Closed as not ours."),
    "case.answer": gettext_noop("The case was answered."),
    "case.answer_at_once": gettext_noop("The case was answered."),
    "case.close": gettext_noop("The case was closed."),
    "case.adopt_calendar": gettext_noop("The calendar changed, and the due day with it."),
    "report.vote": gettext_noop("The writer judged the answer."),
    "contact.reveal": gettext_noop("A clerk looked at the writer's contact."),
}
