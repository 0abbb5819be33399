from huiying.faces.public_site import (
    alike,
    answers,
    erasing,
    following,
    growing,
    helping,
    home,
    late,
    letter_files,
    promises,
    rules,
    urgency,
    writing,
)

app_name = "public_site"
urlpatterns = [
    *home.urls,
    *promises.urls,
    *rules.urls,
    *urgency.urls,
    *writing.urls,
    *alike.urls,
    *following.urls,
    *helping.urls,
    *erasing.urls,
    *letter_files.urls,
    *answers.urls,
    *late.urls,
    *growing.urls,
]
