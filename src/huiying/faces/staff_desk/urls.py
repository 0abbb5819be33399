from huiying.faces.staff_desk import (
    account,
    account_safety,
    agency_sign_in,
    answers,
    briefs,
    call,
    call_letter,
    case,
    contact,
    letter_files,
    queue,
    second_step,
    signing_in,
)

app_name = "staff_desk"
urlpatterns = [
    *signing_in.urls,
    *second_step.urls,
    *agency_sign_in.urls,
    *account.urls,
    *account_safety.urls,
    *queue.urls,
    *call.urls,
    *call_letter.urls,
    *case.urls,
    *letter_files.urls,
    *contact.urls,
    *answers.urls,
    *briefs.urls,
]
