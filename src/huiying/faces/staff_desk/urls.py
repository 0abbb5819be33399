from huiying.faces.staff_desk import account, answers, briefs, case, queue, signing_in

app_name = "staff_desk"
urlpatterns = [
    *signing_in.urls,
    *account.urls,
    *queue.urls,
    *case.urls,
    *answers.urls,
    *briefs.urls,
]
