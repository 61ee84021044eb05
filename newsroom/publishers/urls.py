from django.urls import path

from newsroom.publishers import cases, links, proofs, room, views

urlpatterns = [
    path("", views.start, name="takedown"),
    path("request/check/", views.check, name="takedown-check"),
    path("request/<slug:name>/", views.step, name="takedown-step"),
    path("sent/<str:reference>/", views.sent, name="takedown-sent"),
    path("link/", links.new_link, name="takedown-new-link"),
    path("link/<str:token>/", links.link, name="takedown-link"),
    path("notice/<str:token>/", links.notice, name="takedown-notice"),
    path("mailbox/", links.mailbox, name="takedown-mailbox"),
    path("mailbox/<str:token>/", links.mailbox_link, name="takedown-mailbox-link"),
    path("cases/<str:reference>/", cases.case, name="takedown-case"),
    path("cases/<str:reference>/withdraw/", cases.withdraw, name="takedown-withdraw"),
    path("cases/<str:reference>/complete/", cases.complete, name="takedown-complete"),
    path("cases/<str:reference>/write/", cases.write, name="takedown-write"),
    path("cases/<str:reference>/appeal/", cases.appeal, name="takedown-appeal"),
    path("cases/<str:reference>/proof/", proofs.choose, name="takedown-proofs"),
    path("cases/<str:reference>/proof/<str:host>/", proofs.proof, name="takedown-proof"),
    path("cases/<str:reference>/room/", room.room, name="takedown-room"),
]
