from huiying.faces.public_site import answers, following, home, writing

app_name = "public_site"
urlpatterns = [*home.urls, *writing.urls, *following.urls, *answers.urls]
