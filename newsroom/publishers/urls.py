from django.urls import path

from newsroom.publishers import cases, views

urlpatterns = [
    path("", views.start, name="takedown"),
    path("request/check/", views.check, name="takedown-check"),
    path("request/<slug:name>/", views.step, name="takedown-step"),
    path("sent/<str:reference>/", views.sent, name="takedown-sent"),
    path("link/", cases.new_link, name="takedown-new-link"),
    path("link/<str:token>/", cases.link, name="takedown-link"),
    path("cases/<str:reference>/", cases.case, name="takedown-case"),
    path("cases/<str:reference>/withdraw/", cases.withdraw, name="takedown-withdraw"),
]
