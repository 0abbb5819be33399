from huiying.faces.staff_desk import (
    alerts,
    alike,
    answers,
    by_hand,
    case,
    changes,
    contact,
    erasure,
    escalation,
    escalation_version,
    failures,
    growing,
    joining,
    keeping,
    letter_files,
    my_next,
    notes,
    numbers,
    own_lists,
    own_words,
    printing,
    queue,
    search,
    several,
    splitting,
    staff_notices,
    stages,
    supervision,
    undoing,
)
from huiying.faces.staff_desk.account import agency_sign_in, second_step, signing_in
from huiying.faces.staff_desk.account import own as account
from huiying.faces.staff_desk.account import safety as account_safety
from huiying.faces.staff_desk.briefs import reading as briefs
from huiying.faces.staff_desk.calendars import reading as calendars
from huiying.faces.staff_desk.calendars import rehearsal as calendar_rehearsal
from huiying.faces.staff_desk.calls import helping as call_helping
from huiying.faces.staff_desk.calls import letter as call_letter
from huiying.faces.staff_desk.calls import taking as call
from huiying.faces.staff_desk.duty import calendar_feed, overview, rosters, shifts
from huiying.faces.staff_desk.imports import steps as imports
from huiying.faces.staff_desk.joint_sessions import listing as joint_sessions
from huiying.faces.staff_desk.joint_sessions import one as joint_session
from huiying.faces.staff_desk.joint_sessions import task as joint_task
from huiying.faces.staff_desk.promises import pages as promises
from huiying.faces.staff_desk.promises import rehearsal as promises_rehearsal
from huiying.faces.staff_desk.ruling import pages as ruling
from huiying.faces.staff_desk.suggesting import deciding, reading

app_name = "staff_desk"
urlpatterns = [
    *signing_in.urls,
    *second_step.urls,
    *agency_sign_in.urls,
    *account.urls,
    *account_safety.urls,
    *queue.urls,
    *search.urls,
    *call.urls,
    *call_letter.urls,
    *call_helping.urls,
    *my_next.urls,
    *notes.urls,
    *numbers.urls,
    *own_lists.urls,
    *several.urls,
    *case.urls,
    *stages.urls,
    *alerts.urls,
    *changes.urls,
    *keeping.urls,
    *printing.urls,
    *undoing.urls,
    *letter_files.urls,
    *contact.urls,
    *joining.urls,
    *splitting.urls,
    *alike.urls,
    *by_hand.urls,
    *erasure.urls,
    *failures.urls,
    *staff_notices.urls,
    *answers.urls,
    *own_words.urls,
    *briefs.urls,
    *growing.urls,
    *imports.urls,
    *calendars.urls,
    *calendar_rehearsal.urls,
    *overview.urls,
    *calendar_feed.urls,
    *rosters.urls,
    *shifts.urls,
    *promises.urls,
    *promises_rehearsal.urls,
    *ruling.urls,
    *reading.urls,
    *deciding.urls,
    *escalation.urls,
    *escalation_version.urls,
    *joint_sessions.urls,
    *joint_session.urls,
    *joint_task.urls,
    *supervision.urls,
]
