from huiying.faces.staff_desk import answers, briefs, case, queue, signing_in

app_name = "staff_desk"
urlpatterns = [*signing_in.urls, *queue.urls, *case.urls, *answers.urls, *briefs.urls]
